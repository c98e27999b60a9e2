"""A list whose columns can be chosen: sorted by the chosen one, and marked by what it shows."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from core.domain.text import Text
from core.office.views import Identified
from tui.keys import key
from tui.screens.listed import Listed, Marked

F = TypeVar("F")
T = TypeVar("T", bound=Identified)


class ByColumn(Marked[F]):
    """The arrows left and right choose a column, whose head stands out."""

    BINDINGS: ClassVar = [
        key("s", "sort", Text("ordenar", "sort")),
        key("right", "column(1)", Text("coluna seguinte", "next column"), show=False),
        key("left", "column(-1)", Text("coluna anterior", "column before"), show=False),
        key("equals_sign", "mark_like", Text("marcar os de mesmo valor", "mark those of the same value"), show=False),
    ]

    def on_mount(self) -> None:
        self.rows.column = 0
        super().on_mount()

    @property
    def column(self) -> int:
        """The chosen column, of those that there is room for."""
        return min(self.rows.column or 0, len(self.rows.columns) - 1)

    def action_column(self, by: int) -> None:
        self.rows.column = (self.column + by) % len(self.rows.columns)
        self.rows.sync()

    def action_sort(self) -> None:
        """By the chosen column upwards, then downwards, then as the things come."""
        column = self.column
        self.listing.sort = {None: (column, False), (column, False): (column, True), (column, True): None}.get(
            self.listing.sort, (column, False)
        )
        self.rearrange()

    async def action_mark_like(self) -> None:
        """Mark what shows the same in the chosen column."""
        raise NotImplementedError


class Columned(ByColumn[list[T]], Listed[T]):
    """The same for what is all in memory."""

    async def action_mark_like(self) -> None:
        if (current := self.rows.current) is not None:
            self.listing.mark_like(current, self.column)
            self._marks_changed()
