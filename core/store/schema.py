"""What of the rows is indexed, and the versions of their form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from sqlite3 import Connection

from core.store.engine import Index, Tally

APPLICATION = "malote"
VERSION = 1
MIGRATIONS: Mapping[int, Callable[[Connection], None]] = {}

EVENTS = "events"

INDEXES = (
    *(
        Index(table, "id", unique=True)
        for table in (
            *("clients", "templates", "employees", "tasks", "documents", "marks"),
            *("deliveries", "mapping_changes"),
        )
    ),
    Index("facts", "name", unique=True),
    Index("employees", "login"),
    Index("templates", "unmapped", where="{unmapped} IS NOT NULL"),
    Index("tasks", "status", "id"),
    Index("documents", "task"),
    Index("documents", "path", where="{path} IS NOT NULL"),
    Index("documents", "sha256"),
    Index("deliveries", "document"),
    Index("deliveries", "task"),
    Index("deliveries", "sha256"),
    Index("deliveries", "status", "hold", "client", "due_at"),
    Index("deliveries", "status", "hold", "due_at"),
    Index("deliveries", "failure", "status", where="{failure} IS NOT NULL"),
    Index("deliveries", "path", where="{path} IS NOT NULL"),
    Index("mapping_changes", "actor", "at"),
    Index(EVENTS, "document", where="{document} IS NOT NULL"),
    Index(EVENTS, "task", where="{task} IS NOT NULL"),
)

TALLIES = (Tally("tasks", "status"), Tally("deliveries", "status"))
