"""Named sums, kept beside the tables and committed with them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.store.engine.storage import SQLiteStorage

_ADD = """INSERT INTO _counters VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"""


class Counters:
    """The counters of one database. They are no table: `tables()` and `drop_tables()` do not know them."""

    def __init__(self, storage: "SQLiteStorage") -> None:
        self._storage = storage

    def add(self, name: str, n: int) -> None:
        """Add `n`, which may be negative, to the counter `name`, in the current transaction or in one of its own."""
        self._storage.connections.execute(_ADD, (name, n))

    def get(self, name: str) -> int:
        """The counter's value; 0 if nothing was ever added."""
        rows = self._storage.connections.fetch("SELECT value FROM _counters WHERE name = ?", (name,))
        return int(rows[0][0]) if rows else 0

    def all(self, prefix: str = "") -> dict[str, int]:
        """All counters whose names begin with `prefix`."""
        sql = "SELECT name, value FROM _counters WHERE substr(name, 1, ?) = ? ORDER BY name"
        return dict(self._storage.connections.fetch(sql, (len(prefix), prefix)))

    def between(self, low: str, high: str) -> dict[str, int]:
        """All counters with low <= name < high, however many others there are."""
        sql = "SELECT name, value FROM _counters WHERE name >= ? AND name < ? ORDER BY name"
        return dict(self._storage.connections.fetch(sql, (low, high)))
