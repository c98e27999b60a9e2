"""Something to read before one goes on; any of the usual keys takes it away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.widget import Widget

from core.domain.text import Text
from tui.desk import Desk
from tui.keys import key
from tui.screens.dialog import Dialog
from tui.widgets.lines import Line, Lines, wrapped


class Told(Dialog[None]):
    """Says something, a sentence a line.

    Args:
        title: what it is about.
    """

    BINDINGS: ClassVar = [key("enter,space", "understood", Text("entendi", "understood"))]

    def __init__(self, desk: Desk, title: str, sentences: Sequence[str]):
        super().__init__(desk)
        self._title = title
        self._sentences = sentences

    def body(self) -> Iterable[Widget]:
        yield Lines(id="question")

    def action_understood(self) -> None:
        self.dismiss(None)

    def on_resize(self) -> None:
        width = self.size.width - 2
        lines: list[Line] = wrapped(self._title, width, "strong")
        lines += [part for one in self._sentences for part in wrapped(f"! {one}", width, "warning")]
        self.query_one("#question", Lines).update(lines[: max(self.size.height - 4, 1)])
