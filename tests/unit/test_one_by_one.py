"""What is typed in one breath goes where it would go if it were typed slowly."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pytest
from textual.app import ComposeResult
from textual.events import Key
from textual.widgets import Input, Static

from tui import onebyone
from tui.onebyone import OneByOne


class Searching(OneByOne[None]):
    """`/` leads to a line to type into, but only as Textual's own `focus` does it: a message later."""

    BINDINGS: ClassVar = [("slash", "search", ""), ("d", "destroy", "")]
    AUTO_FOCUS = None
    destroyed = False

    def compose(self) -> ComposeResult:
        yield Static()
        yield Input()

    def action_search(self) -> None:
        self.query_one(Input).focus()

    def action_destroy(self) -> None:
        self.destroyed = True


@pytest.mark.parametrize("typed", ["/d", "/da", "/das", "/das simples"])
async def test_a_letter_right_behind_the_key_that_opens_a_filter_is_a_letter(typed: str) -> None:
    """It would be a command for all that is marked; Textual looks one message ahead, so that no queue holds it."""
    app = Searching()
    async with app.run_test() as pilot:
        await pilot.pause(0.1)  # nobody has anything to hear
        for sign in typed:
            app.post_message(Key("slash" if sign == "/" else "space" if sign == " " else sign, sign))
        await asyncio.sleep(0.1)  # a pilot's pause would give everybody something to hear
        await pilot.pause()
        assert not app.destroyed
        assert app.query_one(Input).value == typed[1:]


async def test_what_waited_in_vain_for_something_to_open_is_dropped_and_later_keys_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A portal that hangs holds nobody up, and letters meant for what did not open delete nothing."""
    monkeypatch.setattr(onebyone, "LONGEST", 0.1)
    app = Searching()
    async with app.run_test() as pilot:
        app.hold()
        app.post_message(Key("d", "d"))
        await asyncio.sleep(0.3)
        assert not app.destroyed
        await pilot.press("d")
        assert app.destroyed


async def test_what_was_typed_while_something_was_being_opened_is_for_that() -> None:
    app = Searching()
    async with app.run_test() as pilot:
        opened = app.hold()
        app.post_message(Key("d", "d"))
        await asyncio.sleep(0.1)
        app.action_search()
        opened()
        await asyncio.sleep(0.1)
        await pilot.pause()
        assert (app.destroyed, app.query_one(Input).value) == (False, "d")
