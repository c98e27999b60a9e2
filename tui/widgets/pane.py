"""One half of a picker: a line to type into, and the list below it that it searches and moves through."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.message import Message

from core.domain.text import Text
from tui.keys import key
from tui.quick import Quick
from tui.widgets.lines import Line, Lines
from tui.widgets.rows import Column, Rows
from tui.widgets.typed import Bar, Typed


class Search(Typed):
    """A line of text. While it is empty, the arrows left and right are the list's too."""

    BINDINGS: ClassVar[list[BindingType]] = [key("enter", "submit", Text("confirmar", "confirm"))]

    async def on_key(self, event: Key) -> None:
        if event.key in ("left", "right", "home", "end") and not self.value:
            event.stop()
            event.prevent_default()
            self.tell_above(self.Passed(self, event.key))


class Pane(Quick, Vertical):
    """A head, what is typed, how things stand, and the list.

    Args:
        hint: what can be typed.
        columns: of the list.
    """

    class Moved(Message):
        """The list's cursor stands on something else."""

        def __init__(self, pane: Pane):
            super().__init__()
            self.pane = pane

        @property
        def control(self) -> Pane:
            return self.pane

    class Taken(Moved):
        """Enter."""

    def __init__(self, hint: str, columns: tuple[Column, ...], *, id: str):  # noqa: A002 - Textual's word
        super().__init__(id=id, classes="pane")
        self.head = Lines([()], classes="head")
        self.typed = Search(hint)
        self.state = Lines([()], classes="state")
        self.trouble = Lines(classes="trouble")
        self.rows = Rows(columns, heads=False, driven=True)

    def compose(self) -> ComposeResult:
        yield self.head
        yield Bar(self.typed, self.state, classes="bar")
        yield self.trouble
        yield self.rows

    # --- what a pane says of itself

    def searched(self) -> None:
        """Something else is typed."""
        raise NotImplementedError

    def sideways(self, key: str) -> None:
        """Left or right, while nothing is typed."""

    # --- the rest

    def enter(self) -> None:
        """Work here now."""
        self.rows.drive(True)
        self.screen.set_focus(self.typed)

    def leave(self) -> None:
        """Work elsewhere."""
        self.rows.drive(False)

    def type(self, text: str) -> None:
        """Have this typed in place of what is."""
        with self.prevent(Typed.Changed):
            self.typed.value = text
        self.typed.cursor_position = len(text)
        self.searched()

    def say(self, head: Line, state: Line = ()) -> None:
        self.head.update([head])
        self.state.update([state])

    def on_input_changed(self, event: Typed.Changed) -> None:
        event.stop()
        self.searched()

    def on_typed_passed(self, event: Typed.Passed) -> None:
        event.stop()
        match event.key:
            case "left" | "right":
                self.sideways(event.key)
            case "home" | "end":
                self.rows.action_edge(-1 if event.key == "home" else 1)
            case other:
                page = self.rows.height
                self.rows.action_step({"down": 1, "up": -1, "pagedown": page, "pageup": -page}[other])

    def on_input_submitted(self, event: Typed.Submitted) -> None:
        event.stop()
        self.post_message(self.Taken(self))

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        self.post_message(self.Taken(self))

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        self.tell_moved()

    def tell_moved(self) -> None:
        """Tell the screen, which alone wants to know: each queue that a message goes through costs."""
        self.screen.post_message(self.Moved(self))
