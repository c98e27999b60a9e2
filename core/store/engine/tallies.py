"""How many documents have each value of a field, kept by triggers: asked in no time, and no write can forget it."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from core.store.engine.schema import field_sql, has_table, quoted, table_sql

_TRIGGER = "tally_"


class Tally(NamedTuple):
    """Count the documents of `table` by their value of `field`.

    With `then`, by the values of both: `field`, a space, and the first `length` characters of `then`.
    """

    table: str
    field: str
    then: str | None = None
    length: int = 0

    @property
    def name(self) -> str:
        return self.field if self.then is None else f"{self.field},{self.then}:{self.length}"

    @property
    def prefix(self) -> str:
        """What the names of its counters begin with."""
        return f"{self.table}.{self.name}="

    def value(self) -> str:
        """What is counted by, as SQL."""
        if self.then is None:
            return field_sql(self.field)
        first, second = (f"ifnull({field_sql(one)}, '')" for one in (self.field, self.then))
        return f"({first} || ' ' || substr({second}, 1, {int(self.length)}))"

    def triggers(self) -> dict[str, str]:
        """The triggers' names, and the statements that make them."""
        table = table_sql(self.table)
        old, new = (self.value().replace("(body", f"({row}.body") for row in ("old", "new"))
        return {
            f"{_TRIGGER}{self.table}_{self.name}_{how.lower()}": (
                f"CREATE TRIGGER {quoted(f'{_TRIGGER}{self.table}_{self.name}_{how.lower()}')} "
                f"AFTER {how} ON {table} {when} BEGIN {' '.join(self._add(value, n) for value, n in changes)} END"
            )
            for how, when, changes in (
                ("INSERT", "", ((new, 1),)),
                ("DELETE", "", ((old, -1),)),
                ("UPDATE", f"WHEN {old} IS NOT {new}", ((old, -1), (new, 1))),
            )
        }

    def _add(self, value: str, n: int) -> str:
        name = _text(self.prefix)
        return (
            f"INSERT INTO _counters VALUES ({name} || ifnull({value}, ''), {n}) "
            f"ON CONFLICT (name) DO UPDATE SET value = value + {n};"
        )


def missing(connection: sqlite3.Connection, tallies: Iterable[Tally]) -> list[Tally]:
    """The declared tallies of existing tables that the file does not keep yet."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    present = {name for (name,) in rows}
    return [one for one in tallies if has_table(connection, one.table) and not one.triggers().keys() <= present]


def start(connection: sqlite3.Connection, tally: Tally) -> None:
    """Keep a tally from now on, counting what there is."""
    forget(connection, tally)
    value = f"ifnull({tally.value()}, '')"
    counted = f"SELECT ? || {value}, count(*) FROM {table_sql(tally.table)} GROUP BY 1"
    connection.execute(f"INSERT INTO _counters {counted}", (tally.prefix,))
    for statement in tally.triggers().values():
        connection.execute(statement)


def forget(connection: sqlite3.Connection, tally: Tally) -> None:
    """Drop a tally with its counters."""
    for name in tally.triggers():
        connection.execute(f"DROP TRIGGER IF EXISTS {quoted(name)}")
    connection.execute("DELETE FROM _counters WHERE substr(name, 1, ?) = ?", (len(tally.prefix), tally.prefix))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
