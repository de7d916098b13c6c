"""The server by the names of OpenAI's API: thin routes over the same paths.

Every parameter changes the answer or is refused by name.

Source: OpenAI's API reference and the types of its Python SDK.
"""
