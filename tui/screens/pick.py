"""One of a few, or of many: a small list over the place that asks; typing finds where there are many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple

from textual.containers import Vertical
from textual.widget import Widget

from core.domain.text import Text, fold
from tui.desk import Desk
from tui.screens.dialog import Dialog
from tui.widgets.frame import Title
from tui.widgets.lines import saying
from tui.widgets.rows import Column, Fixed, Row, Rows
from tui.widgets.typed import Typed

FEW = 9
MOST = 10
"""Lines of the list at most."""
FIND = Text("procurar", "find")
NOTHING = Text("Nada com este nome.", "Nothing of that name.")


class Option(NamedTuple):
    key: str
    name: str
    note: str = ""


class Pick(Dialog[str]):
    """Asks for one of some; answers with its key.

    Args:
        current: the key on which the cursor stands at first.
    """

    ENTER: ClassVar[Text | None] = Text("escolher", "choose")

    def __init__(self, desk: Desk, title: str, options: Sequence[Option], current: str = ""):
        super().__init__(desk)
        self._title = title
        self._options = options
        self._current = current

    def body(self) -> Iterable[Widget]:
        many = len(self._options) > FEW
        rows = Rows([Column("", 20, 3), Column("", 12, 1)], id="options", heads=False, driven=many)
        rows.styles.height = min(len(self._options), MOST)
        typed = [Typed(self.say(FIND), id="find")] if many else []
        yield Vertical(Title(self._title), *typed, rows, id="pick")

    def on_mount(self) -> None:
        self._show("")

    def _show(self, typed: str) -> None:
        words = fold(typed).split()
        found = [one for one in self._options if all(word in fold(f"{one.key} {one.name}") for word in words)]
        at = next((index for index, one in enumerate(found) if one.key == self._current), 0)
        rows = [Row(one.key, (one.name, one.note), ("", "muted")) for one in found]
        empty = saying(self.say(NOTHING))
        self.query_one("#options", Rows).show(Fixed(rows), empty=empty, cursor=0 if typed else at)

    def on_input_changed(self, event: Typed.Changed) -> None:
        event.stop()
        self._show(event.value)

    def on_input_submitted(self, event: Typed.Submitted) -> None:
        event.stop()
        self._choose()

    def on_typed_left(self, _: Typed.Left) -> None:
        self.dismiss(None)

    def on_typed_passed(self, event: Typed.Passed) -> None:
        rows = self.query_one("#options", Rows)
        steps = {"down": 1, "up": -1, "pagedown": rows.height, "pageup": -rows.height}
        rows.action_step(steps[event.key])

    def on_rows_opened(self, _: Rows.Opened) -> None:
        self._choose()

    def _choose(self) -> None:
        if (chosen := self.query_one("#options", Rows).current) is not None:
            self.dismiss(chosen)
