"""Names, fields and indexes as SQL: a table a TinyDB table, a row a document."""

import re
import sqlite3
import zlib
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from core.store.engine.body import as_json_list

Migration = Callable[[sqlite3.Connection], None]

ID = "doc_id"  # the row's key; a field of that name inside a document cannot be asked for
_TABLE = "doc_"  # SQL tables with documents begin so
_INDEX = "ix_"

META_SQL = "CREATE TABLE _meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID"
COUNTERS_SQL = "CREATE TABLE _counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID"


@dataclass(frozen=True, init=False)
class Index:
    """An index of one table over fields of its documents, `"a.b"` for a field b inside a.

    `unique` refuses a second document with the same values (documents without the field never clash). `where`
    restricts it to some documents: SQL in which a field stands in braces, as in `"{state} = 'failed'"` or
    `"{due} IS NOT NULL"`. A `select` uses a restricted index when its own conditions imply it: an equality on that
    field, the same `Not`, or any comparison for IS NOT NULL; not a list of values.
    """

    table: str
    fields: tuple[str, ...]
    unique: bool
    where: str | None

    def __init__(self, table: str, *fields: str, unique: bool = False, where: str | None = None) -> None:
        if not fields:
            raise ValueError("an index needs a field")
        for name, value in (("table", table), ("fields", fields), ("unique", unique), ("where", where)):
            object.__setattr__(self, name, value)

    def sql(self) -> tuple[str, str]:
        """The index's name, which changes with its definition, and the statement that makes it."""
        columns = ", ".join(field_sql(field) for field in self.fields)
        condition = ""
        if self.where is not None:
            condition = " WHERE " + re.sub(r"\{([^{}]+)\}", lambda match: field_sql(match[1]), self.where)
        definition = f"ON {table_sql(self.table)} ({columns}){condition}"
        kind = "UNIQUE INDEX" if self.unique else "INDEX"
        name = f"{_INDEX}{zlib.crc32(f'{kind} {definition}'.encode()):08x}_{'_'.join(self.fields)}"
        return name, f"CREATE {kind} {quoted(name)} {definition}"


@dataclass(frozen=True)
class Not:
    """In `where`: any value but this one (and not an absent one)."""

    value: object


@lru_cache(maxsize=1024)
def table_sql(name: str) -> str:
    """The quoted SQL name of the table `name`, for migrations; any text is a name, case matters."""
    return quoted(_TABLE + re.sub(r"[^a-z0-9_]", _escaped, name))


@lru_cache(maxsize=1024)
def field_sql(field: str) -> str:
    """The SQL expression for a field of a row's document: the same text wherever it is used, so that indexes serve.

    Raises ValueError for a name that SQLite's JSON paths cannot hold: quotes, backslashes, control characters.
    """
    if field == ID:
        return ID
    parts = field.split(".")
    if not all(parts) or re.search(r"[\"\\\x00-\x1f]", field):
        raise ValueError(f"not a name of a field: {field!r}")
    path = ".".join(f'"{part}"' for part in parts).replace("'", "''")
    return f"json_extract(body, '$.{path}')"


def table_names(sql_names: Iterable[str]) -> list[str]:
    """The names of those SQL tables that hold documents."""
    return [
        re.sub(r"%([0-9a-f]+)\.", lambda match: chr(int(match[1], 16)), name.removeprefix(_TABLE))
        for name in sql_names
        if name.startswith(_TABLE)
    ]


def create_table(connection: sqlite3.Connection, name: str, indexes: Iterable[Index], *, log: bool) -> None:
    """Make the table `name` and its indexes if it is missing. A log never uses an id twice."""
    if has_table(connection, name):
        return
    connection.execute(_table(name, log=log))
    for index in indexes:
        if index.table == name:
            connection.execute(index.sql()[1])


def statements(tables: Iterable[str], indexes: Iterable[Index], logs: Container[str]) -> dict[str, str]:
    """What makes these tables and what is declared over them, by its name in SQL: as SQLite keeps it."""
    made = {table_sql(name)[1:-1]: _table(name, log=name in logs) for name in tables}
    return {"_meta": META_SQL, "_counters": COUNTERS_SQL, **made, **dict(index.sql() for index in indexes)}


def _table(name: str, *, log: bool) -> str:
    kind = "INTEGER PRIMARY KEY AUTOINCREMENT" if log else "INTEGER PRIMARY KEY"
    return f"CREATE TABLE {table_sql(name)} ({ID} {kind}, body TEXT NOT NULL)"


def out_of_date(connection: sqlite3.Connection, indexes: Iterable[Index], logs: Iterable[str]) -> bool:
    """Whether the file's indexes and logs are others than the declared ones."""
    drop, make = _index_changes(connection, indexes)
    return bool(drop or make or _plain_logs(connection, logs))


def bring_up_to_date(connection: sqlite3.Connection, indexes: Iterable[Index], logs: Iterable[str]) -> None:
    """Make the declared indexes, drop the others, and turn tables into logs; of tables that exist."""
    for name in _plain_logs(connection, logs):
        table = table_sql(name)
        connection.execute(f"ALTER TABLE {table} RENAME TO _plain")
        create_table(connection, name, (), log=True)
        connection.execute(f"INSERT INTO {table} SELECT * FROM _plain ORDER BY {ID}")
        connection.execute("DROP TABLE _plain")  # and its indexes, which are made again below
    drop, make = _index_changes(connection, indexes)
    for name in drop:
        connection.execute(f"DROP INDEX {quoted(name)}")
    for statement in make:
        connection.execute(statement)


def unique_index(indexes: Iterable[Index], table: str, field: str) -> Index | None:
    """The declared index that makes `field` a key of `table`."""
    wanted = Index(table, field, unique=True)
    return wanted if wanted in indexes else None


def _index_changes(connection: sqlite3.Connection, indexes: Iterable[Index]) -> tuple[list[str], list[str]]:
    wanted = dict(index.sql() for index in indexes if has_table(connection, index.table))
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()
    present = {name for (name,) in rows if name.startswith(_INDEX)}
    return sorted(present - wanted.keys()), [sql for name, sql in wanted.items() if name not in present]


def _plain_logs(connection: sqlite3.Connection, logs: Iterable[str]) -> list[str]:
    return [name for name in logs if "AUTOINCREMENT" not in (_definition(connection, name) or "AUTOINCREMENT")]


def has_table(connection: sqlite3.Connection, table: str) -> bool:
    """Whether the table of that name is there."""
    return _definition(connection, table) is not None


def _definition(connection: sqlite3.Connection, table: str) -> str | None:
    name = table_sql(table)[1:-1]
    row = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def _escaped(match: re.Match[str]) -> str:
    return f"%{ord(match[0]):x}."


def quoted(name: str) -> str:
    """The name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def conditions(
    where: Mapping[str, object], ranges: Mapping[str, tuple[object | None, object | None]]
) -> tuple[list[str], list[object]]:
    """SQL conditions and their parameters: equal to a value, to one of a list, absent for None; low <= field < high."""
    sql: list[str] = []
    parameters: list[object] = []
    for field, value in where.items():
        expression = field_sql(field)
        if value is None:
            sql.append(f"{expression} IS NULL")
        elif isinstance(value, Not):
            sql.append(f"{expression} <> ?")
            parameters.append(value.value)
        elif isinstance(value, list | tuple | set | frozenset):
            some = f"{expression} IN (SELECT value FROM json_each(?))"  # one text for any number of values
            sql.append(f"({some} OR {expression} IS NULL)" if None in value else some)
            parameters.append(as_json_list(value))
        else:
            sql.append(f"{expression} = ?")
            parameters.append(value)
    for field, (low, high) in ranges.items():
        for sign, bound in ((">=", low), ("<", high)):
            if bound is not None:
                sql.append(f"{field_sql(field)} {sign} ?")
                parameters.append(bound)
    return sql, parameters
