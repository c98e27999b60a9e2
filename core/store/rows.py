"""One aggregate as rows of one table: pydantic models in and out, found by their `id`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from core.store.engine import Database, StoreError, Table

M = TypeVar("M", bound=BaseModel)


class Rows(Generic[M]):
    """A repository; see `core.ports.Repository`."""

    def __init__(self, database: Database, table: str, model: type[M]):
        self._table: Table = database.table(table)
        self._model = model

    def row(self, item: M) -> dict[str, Any]:
        """The item as it is stored; an aggregate adds here what is only there to be indexed."""
        return item.model_dump(mode="json")

    def items(self, rows: Iterable[Any]) -> list[M]:
        return [self.item(row) for row in rows]

    def item(self, row: Any) -> M:
        try:
            return self._model.model_validate(dict(row))
        except ValidationError as error:  # JSON still, but not what was written
            raise StoreError("damaged", f"{self._model.__name__}: {error.errors()[0]['msg']}") from None

    def get(self, key: str, /) -> M | None:
        row = self._table.by("id", key)
        return None if row is None else self.item(row)

    def get_many(self, keys: Iterable[str], /) -> dict[str, M]:
        rows = self._table.by_many("id", list(dict.fromkeys(keys)))
        return {row["id"]: self.item(row) for row in rows}

    def save(self, items: Iterable[M]) -> None:
        rows = [self.row(item) for item in items]
        if len(rows) == 1:
            self._table.put("id", rows[0])
        elif rows:
            self._table.put_many("id", rows)

    def page(self, *, after: str | None = None, limit: int = 500) -> list[M]:
        return self.items(self._table.select(order=("id",), after=None if after is None else (after,), limit=limit))

    def count(self) -> int:
        return len(self._table)
