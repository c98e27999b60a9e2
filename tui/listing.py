"""What is shown of many things, and what of them is chosen: filter, order and marks, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from core.domain.text import fold
from core.office.views import Identified
from tui.marks import Marks
from tui.widgets.rows import Row

T = TypeVar("T", bound=Identified)


class Listing(Marks, Generic[T]):
    """Things in the order and the choice that someone looks at them; marks hold by id through all of it.

    Args:
        columns: the text that each column is sorted by, accents not mattering.
        row: how a thing is shown.
        searched: how many of the columns the filter looks into, from the first on; all, if not given.
    """

    def __init__(self, columns: Sequence[Callable[[T], str]], row: Callable[[T], Row], searched: int | None = None):
        super().__init__(len(columns))
        self._searched = searched
        self._columns = columns
        self._row = row
        self._items: dict[str, T] = {}
        self._keys: dict[str, tuple[str, ...]] = {}
        self._hay: dict[str, str] = {}
        self._visible: list[T] = []
        self._shown: list[str] = []
        self._arranged: tuple[str, Any] | None = None
        """What is shown is of this needle, choice and order."""
        self.only: Callable[[T], bool] | None = None

    # --- as a source of rows

    def __len__(self) -> int:
        return len(self._visible)

    def row(self, index: int) -> Row:
        return self._row(self._visible[index])

    def __iter__(self) -> Iterator[T]:
        return iter(self._visible)

    @property
    def total(self) -> int:
        return len(self._items)

    def get(self, key: str | None) -> T | None:
        return None if key is None else self._items.get(key)

    @property
    def shown(self) -> Sequence[str]:
        return self._shown

    def known(self, key: str) -> bool:
        return key in self._items

    # --- things, order and choice

    def set(self, items: Iterable[T]) -> None:
        """These are the things now; marks of those that are gone go too."""
        before, self._items = self._items, {one.id: one for one in items}
        for key, one in self._items.items():
            if before.get(key) != one or key not in self._keys:
                self._keys[key] = tuple(fold(column(one)) for column in self._columns[: self._searched])
                self._hay[key] = " ".join((fold(key), *self._keys[key]))
        self.marked = {key: None for key in self.marked if key in self._items}
        self._arranged = None
        self.arrange()

    def arrange(self) -> None:
        """Filter and sort anew."""
        needle, rest = fold(self.needle), (self.only, self.only_marked, self.sort)
        before, self._arranged = self._arranged, (needle, rest)
        narrower = before is not None and needle.startswith(before[0]) and rest == before[1] and not self.only_marked
        words = needle.split()
        keys: Iterable[str] = self._shown if narrower else self._items
        if self.only_marked:
            keys = [key for key in keys if key in self.marked]
        hay = self._hay
        for word in words:
            keys = [key for key in keys if word in hay[key]]
        found = [self._items[key] for key in keys]
        if self.only is not None and not narrower:
            found = list(filter(self.only, found))
        if self.sort is not None and not narrower:
            column, downwards = self.sort
            found.sort(key=lambda one: self._key(one, column), reverse=downwards)
        self._visible, self._shown = found, [one.id for one in found]

    def _key(self, one: T, column: int) -> str:
        known = self._keys[one.id]
        return known[column] if column < len(known) else fold(self._columns[column](one))

    def next_sort(self) -> None:
        """Another order; see `step_sort`."""
        self.step_sort()
        self.arrange()

    # --- marks

    def mark_like(self, key: str, column: int) -> None:
        """Mark all shown whose column shows what this one's does."""
        wanted = fold(self._row(self._items[key]).cells[column])
        self.mark(one.id for one in self._visible if fold(self._row(one).cells[column]) == wanted)

    def chosen(self, current: str | None) -> list[T]:
        """The marked things, or the one under the cursor where none is marked."""
        return [self._items[key] for key in self.chosen_ids(current)]
