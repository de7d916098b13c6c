"""Model files of every wing: which ones there are, where they come from, and how they get into place.

``store`` has the manifest and the folder, ``sources`` fetch, ``progress`` shows it, ``prepared`` makes derived folders
once, ``session`` runs a network on one thread.
"""
