"""What outlives the process: accounts, their keys, dictionaries and usage, in SQLite or PostgreSQL."""

from openwaves.storage.store import Store

__all__ = ["Store"]
