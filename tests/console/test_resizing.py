"""Two sizes in a row: a window dragged by its corner must not keep the console laying itself out for ever."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest
from textual import _time
from textual.events import Resize
from textual.geometry import Size

from core.office import Context
from tests.conftest import OWNER
from tests.console.piloted import piloted
from tui.app import Console
from tui.desk import Desk
from tui.screens.still import Still


async def test_the_last_of_two_sizes_is_the_one_that_stays(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    app = Console(Desk(ctx, OWNER, "pt"), sending=False)
    async with piloted(app) as pilot:
        await pilot.pause()
        told: list[Size] = []
        resized = Still._screen_resized

        def counted(self: Still[None], size: Size) -> None:
            told.append(size)
            assert len(told) < 20, "the two take turns"
            resized(self, size)

        monkeypatch.setattr(Still, "_screen_resized", counted)
        with app.batch_update():  # as before the first paint
            for size in (Size(100, 30), Size(120, 40)):
                app._size = size
                app.screen.post_message(Resize(size, size))
                app.screen.call_later(app.check_idle)
            for _ in range(30):
                await pilot.pause()
        assert app.screen.size == Size(120, 40)
        assert told


async def test_a_size_is_followed_though_the_machine_halted_just_then(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The console would stay as large as it was, whatever came after, until its end."""
    app = Console(Desk(ctx, OWNER, "pt"), sending=False)
    async with piloted(app) as pilot:
        await pilot.pause()
        looks, clock = count(), _time.get_time
        monkeypatch.setattr(_time, "get_time", lambda: clock() + 0.02 * next(looks))
        await pilot.resize_terminal(100, 30)
        async with asyncio.timeout(10):
            while app.screen._compositor.size != Size(100, 30):
                await pilot.pause()
