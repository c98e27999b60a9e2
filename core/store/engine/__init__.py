"""TinyDB on SQLite: `Database` is a `tinydb.TinyDB` whose tables keep one row a document.

Nothing here knows what the documents mean.
"""

from core.store.engine.body import decode, encode
from core.store.engine.counters import Counters
from core.store.engine.database import Database
from core.store.engine.errors import DuplicateKeyError, StoreError
from core.store.engine.keyed import Mentioned
from core.store.engine.schema import Index, Migration, Not, field_sql, has_table, table_sql
from core.store.engine.storage import SQLiteStorage
from core.store.engine.table import Table
from core.store.engine.tallies import Tally

__all__ = [
    "Counters",
    "Database",
    "DuplicateKeyError",
    "Index",
    "Mentioned",
    "Migration",
    "Not",
    "SQLiteStorage",
    "StoreError",
    "Table",
    "Tally",
    "decode",
    "encode",
    "field_sql",
    "has_table",
    "table_sql",
]
