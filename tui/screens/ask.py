"""One line to type, judged while one types: what is wrong with it stands below it, and Enter takes only what does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual.containers import Vertical
from textual.widget import Widget

from core.domain.text import InvalidValue
from tui.desk import Desk
from tui.screens.dialog import Dialog
from tui.widgets.frame import Title
from tui.widgets.lines import Line, Lines, wrapped
from tui.widgets.typed import Typed

VERDICT = 2
"""Lines for what is said of what was typed."""


class Ask(Dialog[str]):
    """Asks for a text.

    Args:
        title: what is asked for.
        value: what stands there at first.
        judge: says something of what was typed, or raises InvalidValue; cheap, for it is asked at every key.
        about: what there is to know, a line each.
    """

    AUTO_FOCUS = "#value"

    def __init__(self, desk: Desk, title: str, value: str, judge: Callable[[str], str], *, about: Sequence[str] = ()):
        super().__init__(desk)
        self._title = title
        self._value = value
        self._judge = judge
        self._about = about

    def body(self) -> Iterable[Widget]:
        yield Vertical(
            Title(self._title),
            Lines(id="known"),
            Typed("", id="value", value=self._value),
            Lines([()] * VERDICT, id="verdict"),
            id="asked",
        )

    def on_resize(self) -> None:
        known = [part for one in self._about for part in wrapped(one, self.size.width, "muted", most=2)]
        self.query_one("#known", Lines).update(known)
        if value := self.query_one("#value", Typed).value:  # nobody has done anything wrong yet
            self._tell(value)

    def on_input_changed(self, event: Typed.Changed) -> None:
        event.stop()
        self._tell(event.value)

    def _tell(self, typed: str) -> bool:
        """Say what is to be said of it; whether it does."""
        try:
            told, tone, does = self._judge(typed), "muted", True
        except InvalidValue as error:
            told, tone, does = "✗ " + error.sentence.say(self.desk.lang), "error", False
        lines: list[Line] = wrapped(told, self.size.width, tone, most=VERDICT) if told else []
        self.query_one("#verdict", Lines).update([*lines, *[()] * (VERDICT - len(lines))])
        return does

    def on_input_submitted(self, event: Typed.Submitted) -> None:
        event.stop()
        if self._tell(event.value):
            self.dismiss(event.value)

    def on_typed_left(self, _: Typed.Left) -> None:
        self.action_cancel()
