"""A place that lists things which are changed one at a time: filter, order, and what is particular about one below."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import ClassVar, TypeVar

from textual.widget import Widget

from core.office.views import Identified
from tui.desk import Desk
from tui.screens.listed import FILTER, Listed, Marked
from tui.screens.place import Place
from tui.widgets.lines import Line, Lines
from tui.widgets.rows import Rows
from tui.widgets.typed import Bar, Typed
from tui.work import Rest

T = TypeVar("T", bound=Identified)

REST = 0.08
"""Seconds after which the cursor is taken to rest."""
KEPT = ("filter", "sort", "step_back", "reload")
"""Of a list's keys, those that have nothing to do with marks."""


class Records(Listed[T], inherit_bindings=False):
    """A list without marks."""

    BINDINGS: ClassVar = [one for kind in (Marked, Place) for one in vars(kind)["BINDINGS"] if one.action in KEPT]
    DETAIL: ClassVar = 3
    """Lines of the detail."""

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._rest = Rest(self, REST, self.tell_about)

    def about(self, one: T) -> list[Line]:
        """What is particular about one."""
        return []

    def change(self, one: T) -> None:
        """Enter: change the main thing about one."""

    def body(self) -> Iterable[Widget]:
        typed = Typed(self.say(FILTER), id="filter", value=self.listing.needle)
        yield Bar(typed, Lines([()], id="counts"), classes="bar")
        yield Rows(self.columns(), id="list")
        yield Lines([()] * self.DETAIL, id="detail")

    @cached_property
    def _detail(self) -> Lines:
        return self.query_one("#detail", Lines)

    @property
    def current(self) -> T | None:
        """What the cursor stands on."""
        return self.listing.get(self.rows.current)

    def show(self, found: list[T]) -> None:
        super().show(found)
        self.tell_about()

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self._rest.moved()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self.tell_about)

    def tell_about(self) -> None:
        """Say what is particular about the one under the cursor."""
        lines = [] if self.current is None else self.about(self.current)[: self.DETAIL]
        self._detail.update([*lines, *[()] * (self.DETAIL - len(lines))])

    def on_rows_opened(self, _: Rows.Opened) -> None:
        if (why := self.why_not("open", ())) is not None:
            self.refuse(why)
        elif self.current is not None:
            self.change(self.current)

    def toggle_only(self, only: Callable[[T], bool]) -> None:
        """Show only these, or all again."""
        self.listing.only = None if self.listing.only is only else only
        self.rearrange()

    def stand_on(self, key: str) -> T | None:
        """Put the cursor on one, whatever the filter hid; None where there is none such."""
        self.clear_filter()
        self.refresh_list(key)
        self.tell_about()
        return self.listing.get(key)
