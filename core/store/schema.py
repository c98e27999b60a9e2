"""What of the rows is indexed, and the versions of their form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from sqlite3 import Connection

from core.store.engine import Index, Tally, has_table, table_sql
from core.store.words import words_of


def _tasks_get_their_words(connection: Connection) -> None:
    """From 1 to 2: tasks can be found by what is typed."""
    if not has_table(connection, "tasks"):
        return
    table = table_sql("tasks")
    rows = connection.execute(f"SELECT doc_id, body FROM {table}")
    changes = ((words_of(json.loads(body)), doc_id) for doc_id, body in rows.fetchall())
    connection.executemany(f"UPDATE {table} SET body = json_set(body, '$.words', ?) WHERE doc_id = ?", changes)


APPLICATION = "malote"
VERSION = 2
MIGRATIONS: Mapping[int, Callable[[Connection], None]] = {1: _tasks_get_their_words}

EVENTS = "events"

INDEXES = (
    *(
        Index(table, "id", unique=True)
        for table in (
            *("clients", "templates", "employees", "tasks", "documents", "marks"),
            *("deliveries", "mapping_changes", "waiting"),
        )
    ),
    Index("facts", "name", unique=True),
    Index("last_deliveries", "template", unique=True),
    Index("employees", "login"),
    Index("templates", "unmapped", where="{unmapped} IS NOT NULL"),
    Index("tasks", "status", "id"),
    Index("tasks", "status", "legal_date"),
    Index("tasks", "client"),
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
    Index("waiting", "name"),
    Index("waiting", "sha256"),
    Index(EVENTS, "document", where="{document} IS NOT NULL"),
    Index(EVENTS, "task", where="{task} IS NOT NULL"),
    Index(EVENTS, "client", where="{client} IS NOT NULL"),
    Index(EVENTS, "doc_id", "client", where="{level} <> 'info'"),
    Index(EVENTS, "doc_id", "client", where="{level} = 'error'"),
)

TALLIES = (
    Tally("tasks", "status"),
    Tally("tasks", "period"),
    Tally("deliveries", "status"),
    Tally(EVENTS, "code", "at", len("2026-10-05T14")),
    Tally("waiting", "doubt"),
)
