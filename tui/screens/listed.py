"""A place that lists many things of a kind: filter as one types, order, marks; shared by templates and tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeVar

from textual.containers import Horizontal
from textual.widget import Widget

from core.domain.text import Text
from core.office.views import Identified
from tui.desk import Desk
from tui.keys import key
from tui.listing import Listing
from tui.screens.panel import number
from tui.screens.place import READING, Place
from tui.widgets.lines import Line, Lines, fit, line
from tui.widgets.rows import Column, Rows
from tui.widgets.typed import Typed

FILTER = Text("/ filtrar", "/ filter")
OF = Text("{shown} de {total}", "{shown} of {total}")
ONE_MARKED = Text("1 selecionado", "1 selected")
MARKED = Text("{count} selecionados", "{count} selected")
HIDDEN = Text("{count} fora do filtro", "{count} outside the filter")
ONLY_MARKED = Text("só os selecionados", "only the selected")
NOTHING_FITS = Text("Nada corresponde a este filtro. Esc o retira.", "Nothing fits this filter. Esc takes it away.")
NO_MARKS_BEFORE = Text("Nenhuma seleção para desfazer.", "No selection to undo.")

T = TypeVar("T", bound=Identified)


class Listed(Place[list[T]]):
    """A filter, a list with marks, and how many are what."""

    BINDINGS: ClassVar = [
        key("slash", "filter", Text("filtrar", "filter")),
        key("space", "mark", Text("marcar", "mark")),
        key("x", "mark_to", Text("marcar da última até aqui", "mark from the last one to here"), show=False),
        key("a", "mark_all", Text("todos", "all")),
        key("i", "invert", Text("inverter seleção", "invert selection"), show=False),
        key("n", "mark_none", Text("nenhum", "none")),
        key("o", "only_marked", Text("só os selecionados", "only the selected"), show=False),
        key("z", "undo_marks", Text("desfazer seleção", "undo selection"), show=False),
        key("s", "sort", Text("ordenar", "sort")),
        key("escape", "step_back", Text("voltar", "back"), show=False),
    ]

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self.listing = self.make_listing()

    # --- what a list says of itself

    def make_listing(self) -> Listing[T]:
        raise NotImplementedError

    def columns(self) -> Sequence[Column]:
        raise NotImplementedError

    def why_empty(self) -> Text:
        """Why there is nothing at all, and what fills it."""
        raise NotImplementedError

    def counts(self) -> list[str]:
        """What else is counted."""
        return []

    # --- the rest

    def body(self) -> Iterable[Widget]:
        yield Horizontal(Typed(self.say(FILTER), id="filter"), Lines([()], id="counts"), classes="bar")
        yield Rows(self.columns(), id="list", marks=True)

    @property
    def rows(self) -> Rows:
        return self.query_one("#list", Rows)

    def on_mount(self) -> None:
        super().on_mount()
        if self._found is None:
            self.rows.show(self.listing, empty=[line((" " + self.say(READING), "muted"))])

    def show(self, found: list[T]) -> None:
        current = self.rows.current
        self.listing.set(found)
        self.refresh_list(current)

    def refresh_list(self, current: str | None = None) -> None:
        """Show the listing as it is now; the cursor stays with its thing."""
        current = current or self.rows.current
        self.rows.show(
            self.listing,
            marked=self.listing.marked,
            sort=self.listing.sort,
            empty=self._empty(),
            cursor=self.listing.index(current),
        )
        self.tell_counts()

    def _empty(self) -> list[Line]:
        why = NOTHING_FITS if self.listing.total else self.why_empty()
        return [line(""), line(("  " + self.say(why), "muted"))]

    def tell_counts(self) -> None:
        """How many are shown, marked, marked but hidden."""
        listing, lang = self.listing, self.desk.lang
        told = [self.say(OF, shown=number(len(listing), lang), total=number(listing.total, lang))]
        if listing.marked:
            count = len(listing.marked)
            marked = self.say(ONE_MARKED if count == 1 else MARKED, count=number(count, lang))
            hidden = listing.hidden_marks
            told.append(marked + (f", {self.say(HIDDEN, count=number(hidden, lang))}" if hidden else ""))
        if listing.only_marked:
            told.append(self.say(ONLY_MARKED))
        told += self.counts()
        counts = self.query_one("#counts", Lines)
        counts.update([line((fit(" · ".join(told) + " ", counts.size.width, right=True), "muted"))])

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self.tell_counts)

    # --- filter

    def action_filter(self) -> None:
        self.query_one("#filter", Typed).focus()

    def on_input_changed(self, event: Typed.Changed) -> None:
        event.stop()
        self.listing.needle = event.value
        self.listing.arrange()
        if self.listing.index(self.rows.current) is None:
            self.rows.cursor = 0
        self.refresh_list()

    def on_input_submitted(self, event: Typed.Submitted) -> None:
        event.stop()
        self.rows.focus()

    def on_typed_left(self, _: Typed.Left) -> None:
        self.clear_filter()
        self.rows.focus()

    def on_typed_passed(self, event: Typed.Passed) -> None:
        steps = {"down": 1, "up": -1, "pagedown": self.rows.height, "pageup": -self.rows.height}
        self.rows.action_step(steps[event.key])

    def clear_filter(self) -> None:
        """Show all again."""
        self.query_one("#filter", Typed).value = ""
        self.listing.only = None
        self.listing.only_marked = False
        self.listing.arrange()
        self.refresh_list()

    async def action_step_back(self) -> None:
        """Esc: first the filter goes, then one goes back."""
        if self.listing.needle or self.listing.only is not None or self.listing.only_marked:
            self.clear_filter()
        else:
            await self.console.action_back()

    def action_sort(self) -> None:
        self.listing.next_sort()
        self.refresh_list()

    # --- marks

    def action_mark(self) -> None:
        if (current := self.rows.current) is not None:
            self.listing.toggle(current)
            self.rows.marked = self.listing.marked
            self.rows.action_step(1)
            self.tell_counts()

    def action_mark_to(self) -> None:
        if (current := self.rows.current) is not None:
            self.listing.mark_to(current)
            self._marks_changed()

    def action_mark_all(self) -> None:
        self.listing.mark_all()
        self._marks_changed()

    def action_invert(self) -> None:
        self.listing.invert()
        self._marks_changed()

    def action_mark_none(self) -> None:
        self.listing.mark_none()
        self._marks_changed()

    def action_only_marked(self) -> None:
        self.listing.only_marked = not self.listing.only_marked
        self._marks_changed()

    def action_undo_marks(self) -> None:
        if self.listing.undo_marks():
            self._marks_changed()
        else:
            self.notice(self.say(NO_MARKS_BEFORE), "muted")

    def _marks_changed(self) -> None:
        if self.listing.only_marked:
            self.listing.arrange()
        self.refresh_list()
