"""One aggregate as rows of one table: pydantic models in and out, found by their `id`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache, partial
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError

from core.store.engine import Database, StoreError, Table, decode, encode

M = TypeVar("M", bound=BaseModel)
KNOWN = 1024
"""So many rows' items are kept: they are frozen, and the same text says the same, so nothing is read twice in a row."""


def read(model: type[M], body: str) -> M:
    """An item from its row's text.

    Raises:
        StoreError: damaged, where it is not what was written.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError:  # or half a surrogate pair, which pydantic does not read
        row = decode(body)
    try:
        return model.model_validate(row)
    except ValidationError as error:
        raise StoreError("damaged", f"{model.__name__}: {error.errors()[0]['msg']}") from None


def written(item: BaseModel, extra: Mapping[str, Any], *, without: set[str] | None = None) -> str:
    """An item's text as a row, with more fields."""
    try:
        body = item.model_dump_json(exclude=without)
    except PydanticSerializationError:  # half a surrogate pair
        return encode({**item.model_dump(mode="json", exclude=without), **extra}, indexed=True)
    return f"{body[:-1]},{encode(extra, indexed=True)[1:]}" if extra else body


class Rows(Generic[M]):
    """A repository; see `core.ports.Repository`."""

    def __init__(self, database: Database, table: str, model: type[M] | None = None):
        self._table: Table = database.table(table)
        self._model = model

    def model(self) -> type[M]:
        """What its items are, asked for once one is read; said by whoever hands in no model."""
        assert self._model is not None
        return self._model

    @cached_property
    def item(self) -> Callable[[str], M]:
        """Reads an item from its row's text."""
        return lru_cache(KNOWN)(partial(read, self.model()))

    def extra(self, item: M) -> dict[str, Any]:
        """What is stored with the item only to be found by it."""
        return {}

    def body(self, item: M) -> str:
        """The item as it is stored."""
        return written(item, self.extra(item))

    def items(self, bodies: Iterable[str]) -> list[M]:
        return [self.item(body) for body in bodies]

    def get(self, key: str, /) -> M | None:
        found = self._table.bodies({"id": key}, limit=1)
        return self.item(found[0]) if found else None

    def get_many(self, keys: Iterable[str], /) -> dict[str, M]:
        found = self.items(self._table.bodies({"id": list(dict.fromkeys(keys))}))
        return {item.id: item for item in found}  # type: ignore[attr-defined]  # each aggregate has one

    def save(self, items: Iterable[M]) -> None:
        bodies = [self.body(item) for item in items]
        if len(bodies) == 1:
            self._table.put("id", bodies[0])
        elif bodies:
            self._table.put_many("id", bodies)

    def page(self, *, after: str | None = None, limit: int = 500) -> list[M]:
        return self.items(self._table.bodies(order=("id",), after=None if after is None else (after,), limit=limit))

    def count(self) -> int:
        return len(self._table)
