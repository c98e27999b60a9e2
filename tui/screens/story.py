"""Stories in full, to be scrolled: why a document is where it is, and all that happened to a task."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.widget import Widget

from core.domain.events import message
from core.domain.figures import dated
from core.domain.models import Event, Level
from core.domain.text import Sentence, Text
from core.office.journal import Story
from core.office.words import HAPPENED, NEXT, WHERE, WHY
from tui.desk import Desk
from tui.screens.dialog import Dialog
from tui.widgets.frame import Title
from tui.widgets.lines import wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows

NOTHING = Text("Nada aconteceu ainda.", "Nothing has happened yet.")
SIGNS = {Level.INFO: " ", Level.WARNING: "!", Level.ERROR: "✗"}
TONES = {Level.INFO: "", Level.WARNING: "warning", Level.ERROR: "error"}
NO_REASON = "-"
MOMENT = "%d/%m/%Y %H:%M:%S"


class Told(Dialog[None]):
    """A story: sentences with heads, and events, each over as many lines as it takes.

    Args:
        sentences: what is said before the events, and after them.
    """

    ENTER: ClassVar[Text | None] = None

    def __init__(
        self,
        desk: Desk,
        title: str,
        events: Sequence[Event],
        before: Sequence[tuple[Text, Sentence]] = (),
        after: Sequence[tuple[Text, Sentence]] = (),
    ):
        super().__init__(desk)
        self._about = title
        self._events = events
        self._before = before
        self._after = after

    def body(self) -> Iterable[Widget]:
        yield Title(self._about)
        yield Rows([Column("", 20, 1)], id="told", heads=False)

    def on_resize(self) -> None:
        rows = self.query_one("#told", Rows)
        rows.show(Fixed([Row(str(index), (text,), tone) for index, (text, tone) in enumerate(self._lines())]))

    def _lines(self) -> Iterable[tuple[str, str]]:
        for head, sentence in self._before:
            yield from self._paragraph(head, sentence)
        if self._before:
            yield self.say(HAPPENED), "accent"
        if not self._events:
            yield f"  {self.say(NOTHING)}", "muted"
        for one in self._events:
            yield from self._event(one)
        for head, sentence in self._after:
            yield "", ""
            yield from self._paragraph(head, sentence)

    def _paragraph(self, head: Text, sentence: Sentence) -> Iterable[tuple[str, str]]:
        said = sentence.say(self.desk.lang)
        if said != NO_REASON:
            yield self.say(head), "accent"
            yield from self._wrapped(said, "  ", "")

    def _event(self, one: Event) -> Iterable[tuple[str, str]]:
        who = one.actor.lstrip("@")
        head = f"{SIGNS[one.level]} {dated(one.at, MOMENT, self.desk.lang)} "
        said = message(one, self.desk.lang) + (f" · {who}" if who else "")
        lines = list(self._wrapped(said, " " * len(head), TONES[one.level]))
        yield head + lines[0][0].lstrip(), TONES[one.level]
        yield from lines[1:]

    def _wrapped(self, text: str, indent: str, tone: str) -> Iterable[tuple[str, str]]:
        for parts in wrapped(text, self.size.width - 3, tone, indent=indent):
            yield parts[0]


def explained(desk: Desk, story: Story) -> Told:
    """A document's story in full."""
    title = f"{story.document.task} · {story.document.name}"
    return Told(desk, title, story.events, [(WHERE, story.where), (WHY, story.why)], [(NEXT, story.next)])
