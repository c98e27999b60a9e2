"""One line to type into: Textual's own, still and flat."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Key
from textual.geometry import Size
from textual.keys import REPLACED_KEYS, key_to_character
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input

from core.domain.text import Text
from tui.keys import Keyed, key
from tui.quick import Quick


class Bar(Quick, Horizontal):
    """Things side by side."""


class Typed(Keyed, Quick, Input):
    """A line of text. Enter and Esc are its owner's; the arrows up and down go to the list beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "submit", Text("aceitar", "accept")),
        key("escape", "leave", Text("cancelar", "cancel")),
    ]

    virtual_size = Reactive(Size(0, 0))  # Textual lays out the whole screen anew for each letter

    class Left(Message):
        """Esc."""

        def __init__(self, typed: Typed):
            super().__init__()
            self.typed = typed

        @property
        def control(self) -> Typed:
            return self.typed

    class Passed(Left):
        """A key that moves through a list, not through the text."""

        def __init__(self, typed: Typed, key: str):
            super().__init__(typed)
            self.key = key

    def __init__(self, hint: str, *, id: str | None = None, value: str = ""):  # noqa: A002
        super().__init__(value, hint, id=id, select_on_focus=False)
        self.cursor_blink = False

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Textual finds no character for `slash`: the footer would offer that key while it is typed as a sign."""
        return super().check_consume_key(key, character or key_to_character(REPLACED_KEYS.get(key, key)))

    def action_leave(self) -> None:
        self.post_message(self.Left(self))

    async def on_key(self, event: Key) -> None:
        if event.key in ("down", "up", "pagedown", "pageup"):
            event.stop()
            self.tell_above(self.Passed(self, event.key))
