"""Reading a whole store through: every row is what it should be, and names only what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from core.domain.models import Event
from core.store.engine import StoreError, Table
from core.store.rows import Rows, read

PAGE = 1000
"""Events that are read at once."""


class Counting:
    """Counts rows, and tells how many of how many were read."""

    def __init__(self, told: Callable[[int, int], None] | None, total: int):
        self._told, self._total, self._done = told, total, 0

    def __call__(self, more: int) -> None:
        self._done += more
        if self._told is not None:
            self._told(self._done, max(self._done, self._total))


def check_rows(
    named: Mapping[str, Rows[Any]], deliveries: Rows[Any], others: Iterable[Rows[Any]], count: Counting
) -> None:
    """Read every row but the events'; in the caller's snapshot, as rows that come meanwhile name one another.

    Args:
        named: those that others name, by the field that names them; a task may name what was never imported.

    Raises:
        StoreError: damaged.
    """
    known = {field: _checked(rows, count) for field, rows in named.items() if field != "document"}
    known["document"] = _checked(named["document"], count, {field: known[field] for field in ("template", "task")})
    _checked(deliveries, count, known)
    for rows in others:
        _checked(rows, count)


def check_events(events: Table, count: Counting) -> None:
    """Read every event; without a snapshot, which would keep the log from being reset for as long."""
    seq = 0
    while page := events.numbered_bodies(seq, PAGE):
        seq = page[-1][0]
        for _, body in page:
            read(Event, body)
        count(len(page))


def _checked(rows: Rows[Any], count: Counting, known: Mapping[str, set[str]] | None = None) -> set[str]:
    """Read every row; returns their ids.

    Args:
        known: the ids there are, by the field that names one.

    Raises:
        StoreError: damaged, where a row is none, or names what is not there.
    """
    ids, last = set[str](), ""
    while page := rows.page(after=last or None):
        if page[-1].id <= last:
            raise StoreError("damaged", f"{type(page[0]).__name__}: {page[-1].id}")
        last = page[-1].id
        ids.update(one.id for one in page)
        for one in page:
            for field, there in (known or {}).items():
                if (name := getattr(one, field, None)) is not None and name not in there:
                    raise StoreError("damaged", f"{type(one).__name__} {one.id}: {field} {name}")
        count(len(page))
    return ids
