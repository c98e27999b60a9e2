"""An app that runs without a terminal, and ends as a real one does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar
from unittest import mock

from textual.app import App
from textual.pilot import Pilot

R = TypeVar("R")

LOOK, BESIDE = 0.004, 0.02
"""Seconds between two looks whether the app rests; the second where something is under way in a thread."""
WORKING = 0.08
"""The share of a look that a resting process works at most."""
MOST = 1.0
TURNS = 8
"""Turns of the loop in which one message leads to the next, however seldom this process gets the processor."""


@asynccontextmanager
async def piloted(app: App[R], size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[R]]:
    """Run an app; at the end its loop and its workers end first, for `run_test` takes the screens away under them.

    Textual looks every 20 ms whether the process rests, twice a key: most of these tests' time would be that wait.
    """

    async def rests(_: float = 0.0) -> None:
        end = time.monotonic() + MOST
        while time.monotonic() < end:
            look = BESIDE if any(worker.is_running for worker in app.workers) else LOOK
            for _turn in range(TURNS):
                await asyncio.sleep(0)
            before = time.process_time()
            await asyncio.sleep(look)
            if time.process_time() - before < look * WORKING:
                return

    with mock.patch("textual.app.wait_for_idle", rests), mock.patch("textual.pilot.wait_for_idle", rests):
        async with app.run_test(size=size) as pilot:
            try:
                yield pilot
            finally:
                if not app._exit:
                    app.exit()
                if app._task is not None:
                    await asyncio.wait([app._task])
