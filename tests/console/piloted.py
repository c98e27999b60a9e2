"""An app that runs without a terminal, and ends as a real one does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from textual.app import App
from textual.pilot import Pilot

R = TypeVar("R")


@asynccontextmanager
async def piloted(app: App[R], size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[R]]:
    """Run an app; at the end its workers end first, for `run_test` takes the widgets away under them."""
    async with app.run_test(size=size) as pilot:
        try:
            yield pilot
        finally:
            app.workers.cancel_all()
