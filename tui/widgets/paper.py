"""A document's text to be looked at: evidence stands out by reverse and bold, and by a word in the margin."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from textual import events

from core.domain.text import Text
from tui.keys import Keyed, key
from tui.widgets.lines import Line, Lines, Part, fit, line

MARGIN = 5


class Mark(NamedTuple):
    """A piece of evidence: its place in the text, and what it says in the margin."""

    start: int
    end: int
    sign: str


class Paper(Keyed, Lines, can_focus=True):
    """Shows a text, and scrolls by half a screen."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        key("down,j", "scroll_by(1)", Text("texto abaixo", "text down"), show=False, name="paper.down"),
        key("up,k", "scroll_by(-1)", Text("texto acima", "text up"), show=False, name="paper.up"),
        key("pagedown,space", "scroll_by(2)", Text("página abaixo", "page down"), show=False, name="paper.page_down"),
        key("pageup", "scroll_by(-2)", Text("página acima", "page up"), show=False, name="paper.page_up"),
        key("home,g", "edge(-1)", Text("início do texto", "start of the text"), show=False, name="paper.first"),
        key("end,G", "edge(1)", Text("fim do texto", "end of the text"), show=False, name="paper.last"),
    ]

    def __init__(self, *, id: str | None = None):  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._text = ""
        self._marks: Sequence[Mark] = ()
        self._starts: list[int] = []
        self._pieces: list[str] = []
        self._width = 0
        self._instead: Sequence[Line] = ()
        self.top = 0

    def show(self, text: str, marks: Sequence[Mark] = (), instead: Sequence[Line] = ()) -> None:
        """Show a text from its start on.

        Args:
            instead: what is said where there is no text.
        """
        self._text = "".join(sign if sign.isprintable() or sign in "\n\f" else " " for sign in text)
        self._instead = instead
        self._width = self.top = 0
        self.mark(marks)

    def mark(self, marks: Sequence[Mark]) -> None:
        """Let these stand out."""
        self._marks = sorted(marks)
        self._lay()
        self._sync()

    def reveal(self, place: int) -> None:
        """Bring a place in the text into sight."""
        at = bisect_right(self._starts, place) - 1
        if not self.top <= at < self.top + self.size.height:
            self.top = at - self.size.height // 3
            self._sync()

    def _lay(self) -> None:
        """Break the text into lines of the present width; places in it stay as they are."""
        width = self.size.width - MARGIN - 1
        if width == self._width or width < 8:
            return
        self._width, self._starts, self._pieces = width, [], []
        start = 0
        for whole in self._text.replace("\f", "\n").split("\n"):
            for at, piece in broken(whole, width):
                self._starts.append(start + at)
                self._pieces.append(piece)
            start += len(whole) + 1

    def _sync(self) -> None:
        self.top = max(min(self.top, len(self._pieces) - self.size.height), 0)
        if self.size.height:
            self.update(self._compose_lines() if self._text.strip() else self._instead)

    def _compose_lines(self) -> Iterator[Line]:
        for index in range(self.top, min(self.top + self.size.height, len(self._pieces))):
            yield self._line(self._starts[index], self._pieces[index])

    def _line(self, start: int, piece: str) -> Line:
        end = start + len(piece)
        here = [one for one in self._marks if one.start < end and one.end > start]
        if not here:
            return line(" " * MARGIN + piece)
        signs = list(dict.fromkeys(one.sign for one in here))
        sign = signs[0][:3] + ("+" if len(signs) > 1 else "")
        parts: list[Part] = [(" " + fit(sign, MARGIN - 1), "strong")]
        at = start
        for one in here:
            first, last = max(one.start, at), min(one.end, end)
            if last > first:
                parts += [(piece[at - start : first - start], ""), (piece[first - start : last - start], "evidence")]
                at = last
        return tuple(part for part in (*parts, (piece[at - start :], "")) if part[0])

    def action_scroll_by(self, halves: int) -> None:
        self.top += halves * max(self.size.height // 2, 1)
        self._sync()

    def action_edge(self, to: int) -> None:
        self.top = 0 if to < 0 else len(self._pieces)
        self._sync()

    def on_resize(self, _: events.Resize) -> None:
        self._lay()
        self._sync()

    def on_mouse_scroll_down(self) -> None:
        self.action_scroll_by(1)

    def on_mouse_scroll_up(self) -> None:
        self.action_scroll_by(-1)


def broken(text: str, width: int) -> Iterator[tuple[int, str]]:
    """A line in pieces of at most so many signs, broken at blanks where there are some, each with its place."""
    at = 0
    while len(text) - at > width:
        blank = text.rfind(" ", at + width // 2, at + width + 1)
        end = at + width if blank < 0 else blank + 1
        yield at, text[at:end]
        at = end
    yield at, text[at:]
