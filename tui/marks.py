"""What of a list is marked: by id, through filter, order and refresh."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.widgets.rows import Row

REMEMBERED = 20
"""How many changes of the marks can be undone."""


class Marks:
    """The marks on the things of a list; which of them are shown, and in which order, is the list's own matter.

    Args:
        columns: how many it can be sorted by.
    """

    def __init__(self, columns: int) -> None:
        self._count = columns
        self.needle = ""
        self.sort: tuple[int, bool] | None = None
        self.marked: dict[str, None] = {}
        self.only_marked = False
        self.anchor: str | None = None
        self._before: list[dict[str, None]] = []

    # --- what a list says of itself

    def __len__(self) -> int:
        """How many are shown."""
        return len(self.shown)

    def row(self, index: int) -> Row:
        raise NotImplementedError

    @property
    def total(self) -> int:
        """How many there are, shown or not."""
        raise NotImplementedError

    @property
    def shown(self) -> Sequence[str]:
        """The ids of what is shown, in order."""
        raise NotImplementedError

    def known(self, key: str) -> bool:
        """Whether there is such a thing, shown or not."""
        return True

    # --- the rest

    def index(self, key: str | None) -> int | None:
        """Where a thing is shown."""
        try:
            return None if key is None else self.shown.index(key)
        except ValueError:
            return None

    def step_sort(self) -> None:
        """By the first column upwards, downwards, by the second …, and back to no order."""
        match self.sort:
            case None:
                self.sort = (0, False)
            case (column, False):
                self.sort = (column, True)
            case (column, True):
                self.sort = (column + 1, False) if column + 1 < self._count else None

    def toggle(self, key: str) -> None:
        """Mark one, or take its mark; a range begins here."""
        self._remember()
        self.anchor = key
        if key in self.marked:
            del self.marked[key]
        else:
            self.marked[key] = None

    def mark(self, keys: Iterable[str]) -> None:
        """Mark these too."""
        self._remember()
        self.marked |= dict.fromkeys(keys)

    def mark_to(self, key: str) -> None:
        """Mark all from the last one marked to here."""
        start, end = self.index(self.anchor), self.index(key)
        if end is None:
            return
        start = end if start is None else start
        self.mark(self.shown[min(start, end) : max(start, end) + 1])
        self.anchor = key

    def mark_all(self) -> None:
        """Mark all that is shown."""
        self.mark(self.shown)

    def invert(self) -> None:
        """Of what is shown, mark the unmarked and the other way round."""
        self._remember()
        shown = dict.fromkeys(self.shown)
        hidden = {key: None for key in self.marked if key not in shown}
        self.marked = hidden | {key: None for key in shown if key not in self.marked}

    def mark_none(self) -> None:
        self._remember()
        self.marked = {}

    def unmark(self, keys: Iterable[str]) -> None:
        """Mark these no more."""
        self._remember()
        gone = set(keys)
        self.marked = {key: None for key in self.marked if key not in gone}

    def undo_marks(self) -> bool:
        """The marks as they were before the last change; False when there is none."""
        if not self._before:
            return False
        self.marked = {key: None for key in self._before.pop() if self.known(key)}
        return True

    @property
    def hidden_marks(self) -> int:
        """How many of the marked are not shown."""
        if not self.marked or len(self.shown) == self.total:
            return 0
        shown = set(self.shown)
        return sum(key not in shown for key in self.marked)

    def chosen_ids(self, current: str | None) -> list[str]:
        """The marked ones, or the one under the cursor where none is marked."""
        keys = self.marked or ({current: None} if current is not None and self.known(current) else {})
        return list(keys)

    def _remember(self) -> None:
        self._before = [*self._before[1 - REMEMBERED :], dict(self.marked)]
