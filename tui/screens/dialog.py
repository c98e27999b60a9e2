"""A dialog: asks one thing, says which keys answer, and hands the answer back; Esc always takes it away."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from typing import TypeVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen
from textual.widget import Widget

from core.domain.text import Text
from tui.desk import Desk
from tui.keys import ANYWHERE, key
from tui.screens.still import Still
from tui.watch import Changed
from tui.widgets.frame import Footer

A = TypeVar("A")


class Dialog(Still[A], ModalScreen[A]):
    """Over the place that asked."""

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        key("escape", "cancel", Text("cancelar", "cancel")),
        *ANYWHERE,
    ]

    def __init__(self, desk: Desk):
        super().__init__()
        self.desk = desk

    def body(self) -> Iterable[Widget]:
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield from self.body()
        yield Footer()

    def say(self, text: Text, **params: object) -> str:
        return self.desk.say(text, **params)

    def changed(self, changed: Changed) -> None:
        """Someone committed while it asks."""

    def dismiss(self, result: A | None = None) -> AwaitComplete:
        """Hand the answer back; what lies below is painted once, not at each step of the dialog's going."""
        app, painting = self.app, ExitStack()
        painting.enter_context(app.batch_update())
        gone = super().dismiss(result)

        def paint() -> None:
            painting.close()
            app.screen.check_idle()

        async def wait() -> None:
            try:
                await gone
            finally:
                app.call_next(paint)  # Textual has one more step to take, and would paint all for it

        app.call_next(wait)
        return gone

    def action_cancel(self) -> None:
        self.dismiss(None)
