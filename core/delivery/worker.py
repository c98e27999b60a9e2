"""The worker: claims what is due, sends it, settles it; the state machine of the design's *Processes*.

queued ──claim──▶ sending ──intend──▶ sending with an intent ──publish──▶ settle: delivered | skipped | failed | queued
                     ▲                                                            (unknown outcome: intent kept)
                     └── taken over from the dead, whose intent is looked at first
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from core.delivery import clock, pausing, settling
from core.delivery.attempt import Attempts
from core.delivery.committer import Committer
from core.delivery.plan import Subject, subjects
from core.delivery.settling import Settlement
from core.delivery.tools import Tools
from core.domain.models import Delivery, DeliveryStatus, Pause
from core.ports import PortalFault

MOST_UNWRITTEN = 5
"""So often a delivery may turn out to be another worker's by now; more means that the store cannot find it again."""
POLL = 0.25
"""Seconds between two looks at what other processes committed."""


@dataclass
class Summary:
    """What came of a run: how many by outcome (an event code), and what stopped it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    paused: Pause | None = None


class Worker:
    """Sends what is due. One worker is one claimant; it must hold its `living` lock for as long as it works."""

    def __init__(self, tools: Tools, name: str, report: Callable[[Settlement], None] = lambda _: None):
        self._tools = tools
        self._name = name
        self._report = report
        self._committer = Committer(tools.store)
        self._attempts = Attempts(tools, self._committer, self._may_begin, self._pause)
        self._watch = clock.Watch(tools)
        self._window = tools.concurrency * 16  # enough to keep the portal busy while commits are under way
        self._active: set[asyncio.Task[None]] = set()
        self._lingering = 0  # of those: taken over, and not to be touched yet; the others go on meanwhile
        self._changed = asyncio.Event()
        self._pausing = asyncio.Lock()
        self._last_client = ""
        self._fatal: BaseException | None = None
        self._unwritten: Counter[str] = Counter()
        self.stopping = asyncio.Event()
        self.summary = Summary()

    # --- running

    async def once(self) -> Summary:
        """Send everything that is due now, then return; told to stop, finish what is in flight.

        Where sending is paused, the portal is asked once whether it is well again.
        """
        self.summary.paused = None
        await self._straighten()
        await self._resume()
        await self._take_over()
        await self._until_active(self._window // 2)
        while not self.stopping.is_set() and self.summary.paused is None:
            claimed = await self._claim()
            if claimed:
                await self._until_active(self._window // 2)
            elif self._active:
                await self._change(POLL)
            else:
                break
        while self._active:
            await self._change(None)
        self._raise_fatal()
        return self.summary

    async def forever(self) -> Summary:
        """Send whatever comes due until told to stop."""
        while not self.stopping.is_set():
            if self._watch.was_set_back():
                await self._straighten()
            if self._is_due():
                await self.once()
            await self._sleep(POLL)
        return self.summary

    async def close(self) -> None:
        """Let the writer go. What is still in flight is left as a crash would leave it, and is taken over later.

        Returns when none of its requests is under way: only then may the worker be taken for dead.
        """
        for task in self._active:
            task.cancel()
        await asyncio.gather(*self._active, return_exceptions=True)
        self._committer.close()

    def _is_due(self) -> bool:
        store, now = self._tools.store, self._tools.now()
        pause = store.pause()
        if pause is not None:
            return clock.pause_is_over(pause, now)
        due = store.deliveries.next_due()
        return (due is not None and due <= now and store.integration().active) or bool(self._orphans())

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _until_active(self, most: int) -> None:
        """Wait until no more than `most` are in flight."""
        while len(self._active) - self._lingering > most:
            await self._change(None)
        self._raise_fatal()

    async def _change(self, seconds: float | None) -> None:
        """Wait until something in flight has ended, at most so long."""
        self._changed.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)

    def _raise_fatal(self) -> None:
        if self._fatal is not None:
            raise self._fatal

    async def _straighten(self) -> None:
        """What would wait for a clock that was set back is due."""
        if self._tools.store.deliveries.due_after(self._tools.now() + clock.SKEW):
            await self._committer.run(partial(clock.straighten, self._tools))

    # --- claiming

    async def _claim(self) -> bool:
        tools = self._tools
        room = self._window - len(self._active) + self._lingering
        if room <= 0:  # those taken over have begun beside the others
            return False
        claimed = await self._committer.run(lambda: tools.store.claim(self._name, tools.now(), room, self._last_client))
        if claimed:
            self._last_client = claimed[-1].client
        self._start(subjects(tools.store, claimed))
        return bool(claimed)

    def _orphans(self) -> list[Delivery]:
        """What dead workers were sending."""
        return [
            one
            for one in self._tools.store.deliveries.sending()
            if one.worker is None or (one.worker != self._name and not self._tools.is_alive(one.worker))
        ]

    async def _take_over(self) -> None:
        """Go on with what the dead were sending, once their last requests can no longer take effect."""
        store, orphans = self._tools.store, self._orphans()
        if not orphans:
            return

        def take() -> list[Subject]:
            taken = [mine for one in orphans if (mine := store.take_over(one, self._name)) is not None]
            found = subjects(store, taken)
            store.append([settling.event(one, "taken_over", self._tools.now(), {}) for one in found])
            return found

        self._start(await self._committer.run(take), delay=self._tools.portal.linger)

    def _start(self, claimed: list[Subject], delay: float = 0) -> None:
        self._lingering += len(claimed) if delay else 0
        for subject in claimed:
            task = asyncio.create_task(self._send(subject, delay))
            self._active.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._active.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fatal = error
            self.stopping.set()
        self._changed.set()

    async def _send(self, subject: Subject, delay: float) -> None:
        if delay:
            try:
                await asyncio.sleep(delay)
            finally:
                self._lingering -= 1
        written = await self._attempts.settle(subject)
        if written is None:
            self._unwritten[subject.delivery.id] += 1
            if self._unwritten[subject.delivery.id] > MOST_UNWRITTEN:
                raise RuntimeError(f"{subject.delivery.id} is claimed again and again, and cannot be settled")
            return
        if written.delivery.status is not DeliveryStatus.QUEUED or written.delivery.failure:
            self.summary.outcomes[written.delivery.outcome or str(written.delivery.status)] += 1
        self._report(written)

    def _may_begin(self) -> bool:
        return not self.stopping.is_set() and self.summary.paused is None

    # --- the portal as a whole

    async def _pause(self, fault: PortalFault) -> None:
        async with self._pausing:
            if self.summary.paused is None:  # the first of those that meet the same fault
                self.summary.paused = await self._committer.run(partial(pausing.pause, self._tools, fault))

    async def _resume(self) -> None:
        """Where sending is paused, ask the portal once; it goes on when the portal is well."""
        if self._tools.store.pause() is None:
            return
        try:
            await self._tools.portal.check()
        except PortalFault as fault:
            await self._pause(fault)
        else:
            await self._committer.run(partial(pausing.resume, self._tools))
