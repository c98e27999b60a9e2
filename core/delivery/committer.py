"""One writer thread whose commits are grouped, so that a slow disk does not serialise sending."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from core.ports import Store

R = TypeVar("R")
Change = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class Committer:
    """Changes that arrive while a commit is under way go together into the next one."""

    def __init__(self, store: Store):
        self._store = store
        self._waiting: list[Change] = []
        self._pump: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")

    async def run(self, change: Callable[[], R]) -> R:
        """Make a change in a transaction; returns what it returned once that is durable.

        It changes nothing but the store: it is made again alone where another of its commit fails.
        """
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((change, future))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            results = await loop.run_in_executor(self._thread, self._commit, [change for change, _ in group])
            for (_, future), result in zip(group, results, strict=True):
                if future.cancelled():
                    continue
                if isinstance(result, BaseException):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    def _commit(self, changes: list[Callable[[], Any]]) -> list[Any]:
        try:
            with self._store.transaction():
                return [change() for change in changes]
        except BaseException as error:
            if len(changes) == 1:
                return [error]
        return [self._commit([change])[0] for change in changes]  # whose fault it was, and no one else's

    def close(self) -> None:
        self._thread.shutdown()
