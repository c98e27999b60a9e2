"""A list of any number of tasks: their ids are known, they themselves are read where one looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from core.domain.models import Task
from tui.marks import Marks
from tui.widgets.rows import Row

CHUNK = 64
"""Tasks that are read at once, around the one that is looked at."""
KEPT = 4096
"""Tasks that are kept at most."""


class Paged(Marks):
    """Tasks in the order in which the store has chosen them.

    Args:
        columns: how many they can be sorted by.
        read: reads tasks by their ids; quick, for it is asked for few.
        row: how a task is shown.
    """

    def __init__(self, columns: int, read: Callable[[Sequence[str]], Mapping[str, Task]], row: Callable[[Task], Row]):
        super().__init__(columns)
        self._read = read
        self._row = row
        self._ids: Sequence[str] = ()
        self._tasks: dict[str, Task] = {}
        self._total = 0

    @property
    def shown(self) -> Sequence[str]:
        return self._ids

    @property
    def total(self) -> int:
        return self._total

    @property
    def tasks(self) -> Mapping[str, Task]:
        """Those that were read."""
        return self._tasks

    def set(self, ids: Sequence[str], tasks: Mapping[str, Task], total: int) -> None:
        """These are shown now, of so many; some of them have been read already."""
        self._ids, self._tasks, self._total = ids, dict(tasks), total

    def row(self, index: int) -> Row:
        key = self._ids[index]
        if key not in self._tasks:
            if len(self._tasks) > KEPT:
                self._tasks.clear()
            self._tasks.update(self._read(around(self._ids, index)))
        task = self._tasks.get(key)
        return Row(key, (key,), "muted") if task is None else self._row(task)

    def get(self, key: str | None) -> Task | None:
        """A task that was read."""
        return None if key is None else self._tasks.get(key)


def around(ids: Sequence[str], index: int) -> Sequence[str]:
    """The ids beside one."""
    start = max(index - CHUNK // 2, 0)
    return ids[start : start + CHUNK]


def first_of(ids: Sequence[str], wanted: Iterable[str | None]) -> int:
    """Where the first of some is; 0 where none is."""
    for key in wanted:
        if key is not None and key in ids:
            return ids.index(key)
    return 0
