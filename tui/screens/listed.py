"""A place that lists many things of a kind: filter as one types, order, marks; shared by templates and tasks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from textual.widget import Widget

from core.domain.text import Text
from core.office.views import Identified
from tui.desk import Desk
from tui.keys import NOTHING_HERE, key
from tui.listing import Listing
from tui.marks import Marks
from tui.screens.panel import number
from tui.screens.place import READING
from tui.screens.working import Working
from tui.widgets.lines import Line, Lines, fit, line, saying, width_of
from tui.widgets.rows import Column, Rows
from tui.widgets.typed import Bar, Typed

FILTER = Text("{keys[listed.filter]} filtrar", "{keys[listed.filter]} filter")
OF = Text("{shown} de {total}", "{shown} of {total}")
ONE_MARKED = Text("1 selecionado", "1 selected")
MARKED = Text("{count} selecionados", "{count} selected")
HIDDEN = Text("{count} fora do filtro", "{count} outside the filter")
ONLY_MARKED = Text("só os selecionados", "only the selected")
SHORTER = (
    (Text(" selecionados", " selected"), Text(" sel.", " sel.")),
    (Text(" fora do filtro", " outside the filter"), Text(" fora", " outside")),
    (Text("só os ", "only the "), Text("só ", "only ")),
    (Text(" · ", " · "), Text("·", "·")),
)
"""Words of the counts, one after the other made shorter where there is no room for all."""
NOTHING_FITS = Text(
    "Nada corresponde a {filters}. {keys[listed.step_back]} mostra tudo.",
    "Nothing fits {filters}. {keys[listed.step_back]} shows all.",
)
NO_MARKS_BEFORE = Text("Nenhuma seleção para desfazer.", "No selection to undo.")

USUAL = frozenset({"filter", "sort", "column", "mark_none", "only_marked", "undo_marks"})
"""Actions that are of no use in a list of nothing."""

F = TypeVar("F")
T = TypeVar("T", bound=Identified)


class Marked(Working[F]):
    """A filter, a list with marks, and how many are what; where the things come from is the place's own matter."""

    listing: Marks
    ON_ANY: ClassVar[frozenset[str]] = frozenset()
    """Actions that are of no use in a list of nothing, besides the usual ones."""

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

    # --- what a list says of itself

    def columns(self) -> Sequence[Column]:
        raise NotImplementedError

    def why_empty(self) -> Text:
        """Why there is nothing at all, and what fills it."""
        raise NotImplementedError

    def counts(self) -> list[str]:
        """What else is counted."""
        return []

    def rearrange(self) -> None:
        """Filter and sort anew, and show that."""
        raise NotImplementedError

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        if self._found is not None:
            if not self.listing.total and (action in USUAL or action in self.ON_ANY):
                return NOTHING_HERE
            if action in ("mark_all", "invert") and not len(self.listing):
                return NOTHING_HERE
        return super().why_not(action, parameters)

    @property
    def filtered(self) -> bool:
        """Whether not all is shown."""
        return bool(self.listing.needle or self.listing.only_marked)

    def in_force(self) -> list[tuple[str, str]]:
        """What each filter leaves, and its key."""
        keys, listing = self.desk.keys, self.listing
        found = [(f"“{listing.needle}”", keys["listed.filter"])] if listing.needle else []
        return [*found, (self.say(ONLY_MARKED), keys["listed.only_marked"])] if listing.only_marked else found

    def unfilter(self) -> None:
        """Let all be shown again."""
        self.listing.needle = ""
        self.listing.only_marked = False

    # --- the rest

    def body(self) -> Iterable[Widget]:
        typed = Typed(self.say(FILTER), id="filter", value=self.listing.needle)
        yield Bar(typed, Lines([()], id="counts"), classes="bar")
        yield Rows(self.columns(), id="list", marks=True)

    @cached_property
    def rows(self) -> Rows:
        return self.query_one("#list", Rows)

    def on_mount(self) -> None:
        super().on_mount()
        if self._found is None:
            self.rows.show(self.listing, empty=saying(self.say(READING), indent=" "))

    def unread(self, problem: str) -> None:
        super().unread(problem)
        if self._found is None:
            self.rows.show(self.listing, empty=saying(problem, "error", indent=" "))

    # --- what is there again after a lost connection

    _at: str | None = None
    """Where the cursor is to stand once that is shown."""

    def memento(self) -> dict[str, Any]:
        listing = self.listing
        return {
            "needle": listing.needle,
            "sort": listing.sort,
            "marked": list(listing.marked),
            "anchor": listing.anchor,
            "only_marked": listing.only_marked,
            "at": self.rows.current if self.is_mounted else self._at,
            **self.filters(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        listing = self.listing
        listing.needle = str(state.get("needle") or "")
        if sort := state.get("sort"):
            listing.sort = int(sort[0]), bool(sort[1])
        listing.marked = {str(key): None for key in state.get("marked") or ()}
        listing.anchor = state.get("anchor")
        listing.only_marked = bool(state.get("only_marked"))
        self._at = state.get("at")
        self.set_filters(state)

    def filters(self) -> dict[str, Any]:
        """A memento of the filters besides the text."""
        return {}

    def set_filters(self, state: Mapping[str, Any]) -> None:
        """Set them as a memento says."""

    # --- showing

    def refresh_list(self, current: str | None = None) -> None:
        """Show the listing as it is now; the cursor stays with its thing."""
        current = current or self._at or self.rows.current
        self._at = None
        self.rows.show(
            self.listing,
            marked=self.listing.marked,
            sort=self.listing.sort,
            empty=self._empty,
            cursor=self.listing.index(current),
        )
        self.tell_counts()

    def _empty(self, width: int) -> list[Line]:
        return saying(self.why_nothing(NOTHING_FITS), above=1)(width)

    def why_nothing(self, fits: Text) -> str:
        """Which filters, and by which keys, leave nothing, where there is anything."""
        if not self.listing.total:
            return self.say(self.why_empty())
        return self.say(fits, filters=", ".join(f"{told} ({sign})" for told, sign in self.in_force()))

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
        self.console.touch()
        counts = self.query_one("#counts", Lines)
        said, width = " · ".join(told) + " ", counts.size.width
        for long, short in SHORTER:
            if width_of(said) > width:
                said = said.replace(self.say(long), self.say(short))
        counts.update([line((fit(said, width, right=True), "muted"))])

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self.tell_counts)

    # --- filter

    def action_filter(self) -> None:
        self.set_focus(self.query_one("#filter", Typed))

    def on_input_changed(self, event: Typed.Changed) -> None:
        event.stop()
        if event.value != self.listing.needle:
            self.listing.needle = event.value
            self.rearrange()

    def on_input_submitted(self, event: Typed.Submitted) -> None:
        event.stop()
        self.set_focus(self.rows)

    def on_typed_left(self, _: Typed.Left) -> None:
        self.clear_filter()
        self.set_focus(self.rows)

    def on_typed_passed(self, event: Typed.Passed) -> None:
        steps = {"down": 1, "up": -1, "pagedown": self.rows.height, "pageup": -self.rows.height}
        self.rows.action_step(steps[event.key])

    def clear_filter(self) -> None:
        """Show all again."""
        self.unfilter()
        self.query_one("#filter", Typed).value = ""
        self.rearrange()

    async def action_step_back(self) -> None:
        """Esc: first what is under way ends, then the filter goes, then one goes back."""
        if self.cancel_work():
            return
        if self.filtered:
            self.clear_filter()
        else:
            await self.console.action_back()

    def action_sort(self) -> None:
        self.listing.step_sort()
        self.rearrange()

    # --- marks

    async def settled(self) -> None:
        """Wait for what was typed last to be shown: what acts on the list acts on that, however fast one types."""

    async def action_mark(self) -> None:
        await self.settled()
        if (current := self.rows.current) is not None:
            self.listing.toggle(current)
            self.rows.marked = self.listing.marked
            self.rows.action_step(1)
            self.tell_counts()

    async def action_mark_to(self) -> None:
        await self.settled()
        if (current := self.rows.current) is not None:
            self.listing.mark_to(current)
            self._marks_changed()

    async def action_mark_all(self) -> None:
        await self.settled()
        self.listing.mark_all()
        self._marks_changed()

    async def action_invert(self) -> None:
        await self.settled()
        self.listing.invert()
        self._marks_changed()

    def action_mark_none(self) -> None:
        self.listing.mark_none()
        self._marks_changed()

    def action_only_marked(self) -> None:
        self.listing.only_marked = not self.listing.only_marked
        self.rearrange()

    def action_undo_marks(self) -> None:
        if self.listing.undo_marks():
            self._marks_changed()
        else:
            self.notice(self.say(NO_MARKS_BEFORE), "muted")

    def _marks_changed(self) -> None:
        if self.listing.only_marked:
            self.rearrange()
        else:
            self.refresh_list()


class Listed(Marked[list[T]]):
    """A list of which all is in memory."""

    listing: Listing[T]
    ONLY: ClassVar[tuple[Text, str]]
    """What the place's own filter leaves, and its key's name."""

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self.listing = self.make_listing()

    def make_listing(self) -> Listing[T]:
        raise NotImplementedError

    def filters(self) -> dict[str, Any]:
        """The name of what chooses, where it is a function of the place's own module."""
        only = self.listing.only
        name = getattr(only, "__name__", "")
        return {"only": name} if only is not None and _of_module(type(self), name) is only else {}

    def set_filters(self, state: Mapping[str, Any]) -> None:
        self.listing.only = _of_module(type(self), str(state.get("only") or ""))

    def show(self, found: list[T]) -> None:
        current = self.rows.current
        self.listing.set(found)
        self.refresh_list(current)

    def rearrange(self) -> None:
        self.listing.arrange()
        if self.listing.index(self.rows.current) is None:
            self.rows.cursor = 0
        self.refresh_list()

    @property
    def filtered(self) -> bool:
        return super().filtered or self.listing.only is not None

    def in_force(self) -> list[tuple[str, str]]:
        if self.listing.only is None:
            return super().in_force()
        told, name = self.ONLY
        return [*super().in_force(), (self.say(told), self.desk.keys[name])]

    def unfilter(self) -> None:
        super().unfilter()
        self.listing.only = None


def _of_module(kind: type, name: str) -> Any:
    found = getattr(sys.modules[kind.__module__], name, None) if name.isidentifier() else None
    return found if callable(found) and not isinstance(found, type) else None
