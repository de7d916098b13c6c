"""Live recognition, measured.

``replay`` tells how right it is, on a virtual clock; ``sockets`` how quick it is, on a server.
"""
