"""Verbs that TinyDB has not: by key, by page, compare-and-set, append. Each is a statement or a few, over indexes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tinydb.table import Document

from core.store.engine.body import as_json_list
from core.store.engine.schema import ID, conditions, field_sql, unique_index
from core.store.engine.tallies import Tally

if TYPE_CHECKING:
    from core.store.engine.storage import SQLiteStorage

Ranges = Mapping[str, tuple[object | None, object | None]]
Where = Mapping[str, object]
Body = Mapping[str, Any] | str
"""A document, or its JSON text, taken as it is."""

Row = tuple[int, str]  # doc_id, body

_NOTHING: Mapping[str, Any] = {}
_PLAIN = frozenset({str, int, bool, type(None)})


class Mentioned(NamedTuple):
    """A condition of `select`: the document's text, as it is stored, is LIKE the pattern, or a field has such a value.

    SQLite's LIKE: `%` for any text, `_` for any sign, case not mattering among ASCII. Every document is looked at: to
    be asked of a stretch of ids.
    """

    pattern: str
    others: Mapping[str, Sequence[object]]


class Keyed:
    """What `Table` adds to TinyDB's. Fields are names as `Index` takes them, or "doc_id".

    `where` asks for equality: with a value, with one of a list's, or for None that the field is absent or null.
    `ranges` maps fields to (low, high): low <= field < high, where None is no bound.
    """

    _sqlite: "SQLiteStorage"
    _sql: str
    _name: str
    _statements: dict[object, str]
    """The SQL of each form of plain question that was asked."""

    if TYPE_CHECKING:

        def _document(self, row: Row) -> Document: ...
        def _documents(self, sql: str, parameters: Iterable[object]) -> list[Document]: ...
        def clear_cache(self) -> None: ...

    def by(self, field: str, value: object) -> Document | None:
        """The document with that value in `field`, the one with the lowest id if there are several; None if none."""
        sql = f"SELECT doc_id, body FROM {self._sql} WHERE {field_sql(field)} = ? ORDER BY doc_id LIMIT 1"
        found = self._documents(sql, (value,))
        return found[0] if found else None

    def by_many(self, field: str, values: Iterable[object]) -> list[Document]:
        """The documents with one of those values in `field`, by id."""
        return self.select({field: list(values)})

    def select(
        self,
        where: Where = _NOTHING,
        *,
        after: tuple[object, ...] | None = None,
        order: Sequence[str] = (ID,),
        descending: bool = False,
        limit: int | None = None,
        ranges: Ranges = _NOTHING,
        mentioned: Sequence[Mentioned] = (),
    ) -> list[Document]:
        """A page of documents.

        `order` names the fields to sort by, the last of them one without equals if there is a next page; absent values
        come first, or last if `descending`. `after` holds the values of those fields in the last document of the page
        before. Everything is fetched at once. What is `mentioned` has to be, each of it.
        """
        rows = self._select(where, after, order, descending, limit, ranges, mentioned)
        return [self._document(row) for row in rows]

    def bodies(
        self,
        where: Where = _NOTHING,
        *,
        after: tuple[object, ...] | None = None,
        order: Sequence[str] = (ID,),
        descending: bool = False,
        limit: int | None = None,
        ranges: Ranges = _NOTHING,
    ) -> list[str]:
        """What `select` returns, as the text that was stored."""
        return [body for _, body in self._select(where, after, order, descending, limit, ranges, ())]

    def numbered_bodies(self, after: int, limit: int) -> list[tuple[int, str]]:
        """The documents with higher ids, in the order of these, each with its id and as the text that was stored."""
        return [(number, body) for number, body in self._select({}, (after,), (ID,), False, limit, {}, ())]

    def _select(
        self,
        where: Where,
        after: tuple[object, ...] | None,
        order: Sequence[str],
        descending: bool,
        limit: int | None,
        ranges: Ranges,
        mentioned: Sequence[Mentioned],
    ) -> list[Row]:
        left = -1 if limit is None else limit
        if after is None and not ranges and not mentioned and all(type(one) in _PLAIN for one in where.values()):
            form = (tuple([(field, value is None) for field, value in where.items()]), tuple(order), descending)
            sql = self._statements.get(form)
            if sql is None:
                ((sql, _),) = self.statements(where, order=order, descending=descending)
                self._statements[form] = sql
            return self._sqlite.fetch(sql, (*(value for value in where.values() if value is not None), left))
        pages = list(
            self.statements(where, after=after, order=order, descending=descending, ranges=ranges, mentioned=mentioned)
        )
        if len(pages) == 1:
            sql, parameters = pages[0]
            return self._sqlite.fetch(sql, (*parameters, left))
        found: list[Row] = []
        with self._sqlite.connections.snapshot:
            for sql, parameters in pages:
                found += self._sqlite.fetch(sql, (*parameters, left - len(found) if left >= 0 else left))
                if len(found) == limit:
                    break
        return found

    def statements(
        self,
        where: Where = _NOTHING,
        *,
        after: tuple[object, ...] | None = None,
        order: Sequence[str] = (ID,),
        descending: bool = False,
        ranges: Ranges = _NOTHING,
        mentioned: Sequence[Mentioned] = (),
    ) -> Iterable[tuple[str, list[object]]]:
        """The statements whose results, one after the other, are what `select` returns; each lacks its limit.

        What comes after (a, b) is what equals a and comes after b, and then what comes after a: as separate statements,
        each is one stretch of an index.
        """
        if after is not None and len(after) != len(order):
            raise ValueError(f"after has {len(after)} values for the {len(order)} fields of the order")
        basis, parameters = conditions(where, ranges)
        for one in mentioned:
            some = ["body LIKE ?", *(f"{field_sql(field)} IN (SELECT value FROM json_each(?))" for field in one.others)]
            basis.append(f"({' OR '.join(some)})")
            parameters += [one.pattern, *(as_json_list(values) for values in one.others.values())]
        way = " DESC" if descending else ""
        fields = [field_sql(field) for field in order]
        stretches = [Stretch([], [], 0)] if after is None else _stretches(fields, after, descending=descending)
        for stretch in stretches:
            parts = [*basis, *stretch.conditions]
            condition = f" WHERE {' AND '.join(parts)}" if parts else ""
            left = fields[stretch.equal :]  # SQLite would sort by what it does not see to be constant
            sorting = ", ".join(f"{field}{way}" for field in (left if ID in left else [*left, ID]))
            sql = f"SELECT doc_id, body FROM {self._sql}{condition} ORDER BY {sorting} LIMIT ?"
            yield sql, [*parameters, *stretch.parameters]

    def column(self, field: str, where: Where = _NOTHING, **options: Any) -> list[Any]:
        """One field of the documents, as `columns` has several."""
        return [value for (value,) in self.columns((field,), where, **options)]

    def columns(
        self,
        fields: Sequence[str],
        where: Where = _NOTHING,
        *,
        ranges: Ranges = _NOTHING,
        shares: Mapping[str, Sequence[object]] = _NOTHING,
        order: str = ID,
        descending: bool = False,
        distinct: bool = False,
    ) -> list[tuple[Any, ...]]:
        """Some fields of the documents, without reading them whole.

        Args:
            shares: fields that hold lists, and values of which the list has to have one.
            order: the field to sort by; absent values come last either way.
            distinct: each value once, in no order.
        """
        parts, parameters = conditions(where, ranges)
        for name, values in shares.items():
            each = f"json_each(json_extract(body, '$.\"{name}\"'))"
            parts.append(f"EXISTS (SELECT 1 FROM {each} WHERE value IN (SELECT value FROM json_each(?)))")
            parameters.append(as_json_list(values))
        condition = f" WHERE {' AND '.join(parts)}" if parts else ""
        way = " DESC" if descending else ""
        key = field_sql(order)
        absent_last = (
            "" if order == ID or order == fields[0] else f"{key} IS NULL, "
        )  # where nothing can be absent, an index serves
        sorting = "" if distinct else f" ORDER BY {absent_last}{key}{way}, {ID}{way}"
        sql = f"SELECT {'DISTINCT ' if distinct else ''}{', '.join(map(field_sql, fields))} FROM {self._sql}"
        return self._sqlite.fetch(f"{sql}{condition}{sorting}", parameters)

    def count_where(self, where: Where = _NOTHING, *, ranges: Ranges = _NOTHING) -> int:
        """How many documents there are."""
        condition, parameters = _condition(where, ranges)
        rows = self._sqlite.fetch(f"SELECT count(*) FROM {self._sql}{condition}", parameters)
        return int(rows[0][0]) if rows else 0

    def count_by(self, field: str, where: Where = _NOTHING, *, ranges: Ranges = _NOTHING) -> dict[Any, int]:
        """How many documents there are of each value of `field`; None stands for those without."""
        condition, parameters = _condition(where, ranges)
        sql = f"SELECT {field_sql(field)}, count(*) FROM {self._sql}{condition} GROUP BY 1"
        return dict(self._sqlite.fetch(sql, parameters))

    def tally(self, field: str) -> dict[str, int]:
        """How many documents there are of each value of `field` that is text, without counting; "" for those without.

        The database needs a `Tally` of it.
        """
        tally = self._kept(Tally(self._name, field))
        found = self._sqlite.counters.all(tally.prefix)
        return {name.removeprefix(tally.prefix): count for name, count in found.items() if count}

    def tally_between(self, field: str, then: str, length: int, low: str, high: str) -> dict[str, int]:
        """Of a `Tally` by two fields, those counted by a text with low <= text < high."""
        tally = self._kept(Tally(self._name, field, then, length))
        found = self._sqlite.counters.between(tally.prefix + low, tally.prefix + high)
        return {name.removeprefix(tally.prefix): count for name, count in found.items() if count}

    def _kept(self, tally: Tally) -> Tally:
        if tally not in self._sqlite.tallies:
            raise ValueError(f"no tally of {tally.name} is kept for {self._name}")
        return tally

    def put(self, key_field: str, doc: Body) -> int:
        """Insert a document, or replace the one with the same key as a whole; returns its id.

        `key_field` needs an `Index(table, key_field, unique=True)`: ValueError without, or for a document without key.
        """
        sql = self._put_sql(key_field)
        row = (self._keyed_body(key_field, doc),)
        with self._sqlite.connections.joined():
            found = self._sqlite.execute(self._name, f"{sql} RETURNING doc_id", row).fetchall()
        self.clear_cache()
        return int(found[0][0])

    def put_many(self, key_field: str, docs: Iterable[Body]) -> None:
        """`put` for each document, in one transaction."""
        rows = [(self._keyed_body(key_field, doc),) for doc in docs]
        self._write_many(self._put_sql(key_field), rows)

    def append(self, doc: Body) -> int:
        """Append to a log; returns the id, greater than any that this log ever gave.

        Ids become visible in their order: who has read up to one never finds a lower one later. ValueError for a table
        that is not among the database's `logs`.
        """
        self._must_be_log()
        body = self._sqlite.encode(self._name, doc)
        cursor = self._sqlite.execute(self._name, f"INSERT INTO {self._sql} (body) VALUES (?)", (body,))
        self.clear_cache()
        return int(cursor.lastrowid or 0)

    def append_many(self, docs: Iterable[Body]) -> list[int]:
        """`append` for each document, in one transaction; returns the ids."""
        self._must_be_log()
        rows = [(self._sqlite.encode(self._name, doc),) for doc in docs]
        if not rows:
            return []
        with self._sqlite.connections.transaction:
            self._write_many(f"INSERT INTO {self._sql} (body) VALUES (?)", rows)
            last = int(self._sqlite.fetch("SELECT last_insert_rowid()")[0][0])
        return list(range(last - len(rows) + 1, last + 1))  # nobody else writes meanwhile

    def replace_if(self, key_field: str, key: object, expected: Where, doc: Body) -> bool:
        """Replace the document with that key if its fields are as `expected`; returns whether they were."""
        condition, parameters = _condition({key_field: key, **expected}, _NOTHING)
        body = self._sqlite.encode(self._name, doc)
        sql = f"UPDATE {self._sql} SET body = ?{condition}"
        replaced = self._sqlite.execute(self._name, sql, (body, *parameters)).rowcount > 0
        self.clear_cache()
        return replaced

    def _write_many(self, sql: str, rows: list[tuple[str]]) -> None:
        self._sqlite.execute_many(self._name, sql, rows)
        self.clear_cache()

    def _put_sql(self, key_field: str) -> str:
        if unique_index(self._sqlite.indexes, self._name, key_field) is None:
            raise ValueError(f"{self._name} has no unique index on {key_field}")
        return (
            f"INSERT INTO {self._sql} (body) VALUES (?) ON CONFLICT ({field_sql(key_field)})"
            " DO UPDATE SET body = excluded.body"
        )

    def _keyed_body(self, key_field: str, doc: Body) -> str:
        if not isinstance(doc, str) and _value(doc, key_field) is None:
            raise ValueError(f"a document of {self._name} lacks its key {key_field}")
        return self._sqlite.encode(self._name, doc)

    def _must_be_log(self) -> None:
        if self._name not in self._sqlite.logs:
            raise ValueError(f"{self._name} is not declared as a log")


def _condition(where: Where, ranges: Ranges) -> tuple[str, list[object]]:
    parts, parameters = conditions(where, ranges)
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), parameters


class Stretch(NamedTuple):
    """Neighbouring rows in an order: conditions, their parameters, and how many of its fields are equal in all rows."""

    conditions: list[str]
    parameters: list[object]
    equal: int


def _stretches(fields: Sequence[str], after: Sequence[object], *, descending: bool) -> Iterator[Stretch]:
    for equal in reversed(range(len(fields))):
        before = list(zip(fields[:equal], after[:equal], strict=True))
        same = [f"{field} IS NULL" if value is None else f"{field} = ?" for field, value in before]
        values = [value for _, value in before if value is not None]
        field, value = fields[equal], after[equal]
        if value is not None:
            yield Stretch([*same, f"{field} {'<' if descending else '>'} ?"], [*values, value], equal)
            if descending and field != ID:
                yield Stretch([*same, f"{field} IS NULL"], values, equal)
        elif not descending:
            yield Stretch([*same, f"{field} IS NOT NULL"], values, equal)


def _value(document: Mapping[str, Any], field: str) -> Any:
    value: Any = document
    for part in field.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
