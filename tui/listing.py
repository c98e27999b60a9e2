"""What is shown of many things, and what of them is chosen: filter, order and marks, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from core.domain.text import fold
from core.office.views import Identified
from tui.widgets.rows import Row

T = TypeVar("T", bound=Identified)


class Listing(Generic[T]):
    """Things in the order and the choice that someone looks at them; marks hold by id through all of it.

    Args:
        columns: what each column shows of a thing; they are sorted by it, accents not mattering.
        row: how a thing is shown.
    """

    def __init__(self, columns: Sequence[Callable[[T], str]], row: Callable[[T], Row]):
        self._columns = columns
        self._row = row
        self._items: dict[str, T] = {}
        self._keys: dict[str, tuple[str, ...]] = {}
        self._hay: dict[str, str] = {}
        self._visible: list[T] = []
        self.needle = ""
        self.only: Callable[[T], bool] | None = None
        self.only_marked = False
        self.sort: tuple[int, bool] | None = None
        self.marked: dict[str, None] = {}
        self.anchor: str | None = None
        self._before: list[dict[str, None]] = []

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

    def index(self, key: str | None) -> int | None:
        """Where a thing is shown."""
        return next((index for index, one in enumerate(self._visible) if one.id == key), None)

    # --- things, order and choice

    def set(self, items: Iterable[T]) -> None:
        """These are the things now; marks of those that are gone go too."""
        before, self._items = self._items, {one.id: one for one in items}
        for key, one in self._items.items():
            if before.get(key) != one or key not in self._keys:
                self._keys[key] = tuple(fold(column(one)) for column in self._columns)
                self._hay[key] = " ".join((fold(key), *self._keys[key]))
        self.marked = {key: None for key in self.marked if key in self._items}
        self.arrange()

    def arrange(self) -> None:
        """Filter and sort anew."""
        words = fold(self.needle).split()
        hay, marked, only = self._hay, self.marked, self.only
        found = [
            one
            for key, one in self._items.items()
            if all(word in hay[key] for word in words)
            and (only is None or only(one))
            and (not self.only_marked or key in marked)
        ]
        if self.sort is not None:
            column, downwards = self.sort
            found.sort(key=lambda one: self._keys[one.id][column], reverse=downwards)
        self._visible = found

    def next_sort(self) -> None:
        """By the first column upwards, downwards, by the second …, and back to no order."""
        match self.sort:
            case None:
                self.sort = (0, False)
            case (column, False):
                self.sort = (column, True)
            case (column, True):
                self.sort = (column + 1, False) if column + 1 < len(self._columns) else None
        self.arrange()

    # --- marks

    def toggle(self, key: str) -> None:
        """Mark one, or take its mark; a range begins here."""
        self._remember()
        self.anchor = key
        if key in self.marked:
            del self.marked[key]
        else:
            self.marked[key] = None

    def mark_to(self, key: str) -> None:
        """Mark all from the last one marked to here."""
        self._remember()
        start, end = self.index(self.anchor), self.index(key)
        if end is None:
            return
        start = end if start is None else start
        self.marked |= {one.id: None for one in self._visible[min(start, end) : max(start, end) + 1]}
        self.anchor = key

    def mark_all(self) -> None:
        """Mark all that is shown."""
        self._remember()
        self.marked |= {one.id: None for one in self._visible}

    def mark_like(self, key: str, column: int) -> None:
        """Mark all shown whose column has the value that this one's has."""
        self._remember()
        wanted = self._keys[key][column]
        self.marked |= {one.id: None for one in self._visible if self._keys[one.id][column] == wanted}

    def invert(self) -> None:
        """Of what is shown, mark the unmarked and the other way round."""
        self._remember()
        shown = {one.id: None for one in self._visible}
        hidden = {key: None for key in self.marked if key not in shown}
        self.marked = hidden | {key: None for key in shown if key not in self.marked}

    def mark_none(self) -> None:
        self._remember()
        self.marked = {}

    def undo_marks(self) -> bool:
        """The marks as they were before the last change; False when there is none."""
        if not self._before:
            return False
        self.marked = {key: None for key in self._before.pop() if key in self._items}
        return True

    @property
    def hidden_marks(self) -> int:
        """How many of the marked are not shown."""
        shown = {one.id for one in self._visible}
        return sum(key not in shown for key in self.marked)

    def chosen(self, current: str | None) -> list[T]:
        """The marked things, or the one under the cursor where none is marked."""
        keys = self.marked or ({current: None} if current in self._items else {})
        return [self._items[key] for key in keys if key is not None]

    def _remember(self) -> None:
        self._before = [*self._before[-19:], dict(self.marked)]
