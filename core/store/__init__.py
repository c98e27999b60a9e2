"""The office's state on SQLite, through TinyDB: `Database` is the engine, `open_store` the Store over it."""

from core.store.engine import Database
from core.store.store import SqliteStore, open_store

__all__ = ["Database", "SqliteStore", "open_store"]
