"""Are you sure: answered by another key than the one that asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.widget import Widget

from core.domain.text import Text
from tui.desk import Desk
from tui.keys import key, name_of
from tui.screens.dialog import Dialog
from tui.widgets.lines import Lines, line, wrapped

MOST = 9
AND_MORE = Text("… e mais {count}", "… and {count} more")


class Confirm(Dialog[bool]):
    """Says what will be done, and asks.

    Args:
        question: what is asked, in one sentence.
        about: more about it, a line each.
        yes: what the confirming key does.
    """

    BINDINGS: ClassVar = [key("s,y", "yes", Text("sim", "yes"), show=False)]

    def __init__(self, desk: Desk, question: str, about: Sequence[str], yes: str):
        super().__init__(desk)
        self._question = question
        self._about = about
        self._yes = yes

    def body(self) -> Iterable[Widget]:
        yield Lines(id="question")

    def on_resize(self) -> None:
        width = self.size.width - 2
        lines = wrapped(self._question, width, "strong")
        lines += [part for one in self._about[:MOST] for part in wrapped(one, width, indent="   ")]
        if len(self._about) > MOST:
            lines.append(line(("   " + self.say(AND_MORE, count=len(self._about) - MOST), "muted")))
        lines += [line(""), line(" ", (self.desk.keys[name_of(type(self), "yes")], "accent"), f"  {self._yes}")]
        self.query_one("#question", Lines).update(lines)

    def action_yes(self) -> None:
        self.dismiss(True)
