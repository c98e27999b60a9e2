"""Watching the inbox while a worker runs: by notice where the system gives it, by looking where it does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.domain.models import Event
from core.domain.reasons import reason_of
from core.office.context import STORE_ERRORS, Context, unusable
from core.office.errors import OfficeUnusable
from core.office.inbox import Inbox
from core.store.engine import StoreError

SLOW = 30.0
"""Seconds between two looks without a notice: network folders give none."""
TICK = 1.0  # seconds between two questions whether the office has changed


async def watch_inbox(
    ctx: Context,
    worker: str,
    stopping: asyncio.Event,
    told: Callable[[Event], None],
    troubled: Callable[[OfficeUnusable], None],
) -> None:
    """Take up what is dropped into the inbox, until told to stop; a file that is being looked at is finished.

    Args:
        worker: whose `living` lock is held.
        troubled: told, once, what keeps it from going on for now: no room, a disk that fails.
    """
    loop, notice = asyncio.get_running_loop(), asyncio.Event()
    inbox = Inbox(ctx, worker, told, stopping.is_set)
    watcher = asyncio.create_task(_watch(inbox.folder, notice, stopping))
    thread = ThreadPoolExecutor(1, thread_name_prefix="inbox")
    next_look, said = 0.0, ""
    try:
        while not stopping.is_set():
            try:
                if notice.is_set() or time.monotonic() >= next_look:
                    notice.clear()
                    delay = await loop.run_in_executor(thread, inbox.look)
                    next_look = time.monotonic() + (SLOW if delay is None else delay)
                await loop.run_in_executor(thread, inbox.reconsider)
            except (OSError, StoreError) as error:
                trouble = _trouble(ctx, error)
                if str(trouble) != said:
                    troubled(trouble)
                said, next_look = str(trouble), 0.0
                await _first(SLOW, stopping.wait())
            else:
                said = ""
                await _first(min(max(next_look - time.monotonic(), 0.01), TICK), stopping.wait(), notice.wait())
        await loop.run_in_executor(thread, inbox.leave)
    finally:
        stopping.set()
        watcher.cancel()
        await asyncio.gather(watcher, return_exceptions=True)
        thread.shutdown(wait=False)


async def _first(seconds: float, *waits: Coroutine[Any, Any, object]) -> None:
    """Wait for one of several, so long at most."""
    tasks = [asyncio.ensure_future(one) for one in waits]
    await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


async def _watch(folder: Path, notice: asyncio.Event, stopping: asyncio.Event) -> None:
    """Give notice of changes below the inbox; where the system cannot tell, the slow look has to do."""
    from watchfiles import awatch  # noqa: PLC0415 - 30 ms that only a worker needs

    with suppress(Exception):  # too many watches, a folder that is gone: it is told by nobody else
        async for _ in awatch(folder, watch_filter=None, debounce=400, stop_event=stopping):
            notice.set()


def _trouble(ctx: Context, error: OSError | StoreError) -> OfficeUnusable:
    if isinstance(error, StoreError):
        return unusable(ctx.folder, error)
    text, remedy = STORE_ERRORS["disk_full" if error.errno in (28, 122) else "io_error"]
    return OfficeUnusable(text, remedy, file=error.filename or ctx.folder, reason=reason_of(error))
