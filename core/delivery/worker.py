"""The worker: claims what is due, sends it, settles it; the state machine of the design's *Processes*.

queued ──claim──▶ sending ──intend──▶ sending with an intent ──publish──▶ settle: delivered | skipped | failed | queued
                     ▲                                                            (unknown outcome: intent kept)
                     └── taken over from the dead, whose intent is looked at first
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from core.delivery import settling
from core.delivery.committer import Committer
from core.delivery.plan import Already, Plan, Put, Subject, plan, subjects
from core.delivery.settling import Settlement
from core.domain.checks import Obstacle, Skipped
from core.domain.events import EVENTS
from core.domain.failures import FAILURES, next_try
from core.domain.models import Delivery, DeliveryStatus, Event, Intent, Pause
from core.ports import Blobs, Conflict, Portal, PortalFault, Store

R = TypeVar("R")

REPLANS = 5
"""How often a name that changed under us is looked at again before the try counts as failed."""
POLL = 0.25
"""Seconds between two looks at what other processes committed."""


@dataclass(frozen=True)
class Tools:
    """What a worker works with; clock and randomness among it."""

    store: Store
    blobs: Blobs
    portal: Portal
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    is_alive: Callable[[str], bool]
    concurrency: int = 8


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
        self._slots = asyncio.Semaphore(tools.concurrency)
        self._window = tools.concurrency * 8
        self._active: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._last_client = ""
        self._fatal: BaseException | None = None
        self.stopping = asyncio.Event()
        self.summary = Summary()

    # --- running

    async def once(self) -> Summary:
        """Send everything that is due now, then return; told to stop, finish what is in flight.

        Where sending is paused, the portal is asked once whether it is well again.
        """
        self.summary.paused = None
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
        await self._until_active(0)
        return self.summary

    async def forever(self) -> Summary:
        """Send whatever comes due until told to stop."""
        while not self.stopping.is_set():
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
            return pause.retry_at is not None and pause.retry_at <= now
        due = store.deliveries.next_due()
        return (due is not None and due <= now and store.integration().active) or bool(self._orphans())

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _until_active(self, most: int) -> None:
        """Wait until no more than `most` are in flight."""
        while len(self._active) > most:
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

    # --- claiming

    async def _claim(self) -> bool:
        tools = self._tools
        room = self._window - len(self._active)
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

    # --- sending one

    async def _send(self, subject: Subject, delay: float) -> None:
        if delay:
            await asyncio.sleep(delay)
        for _ in range(REPLANS):
            settlement = await self._attempt(subject)
            try:
                return await self._settle(subject, settlement)
            except Conflict:  # the place is another document's by now: look again, from the start
                delivery = subject.delivery.model_copy(update={"intent": None})
                subject = replace(subject, delivery=delivery)
        return await self._settle(subject, self._unresolved(subject))

    async def _attempt(self, subject: Subject) -> Settlement:
        tools = self._tools
        intent = subject.delivery.intent
        try:
            if intent is not None and await self._within(self._took_effect(subject.delivery, intent)):
                return settling.delivered(subject, intent, tools.now())
            intent = None
            subject = await self._after_earlier(subject)
            for _ in range(REPLANS):
                outcome = await self._within(self._plan(subject))
                if outcome is None:
                    return settling.released(subject, tools.now(), None)
                if isinstance(outcome, Already):
                    return settling.delivered(subject, outcome, tools.now())
                if isinstance(outcome, Skipped):
                    return settling.skipped(subject, outcome, tools.now())
                if isinstance(outcome, Obstacle):
                    return settling.failed(subject, outcome.code, tools.now(), tools.jitter())
                try:
                    ready = await self._committer.run(partial(settling.intend, tools.store, subject, outcome))
                    if ready is None:
                        return settling.released(subject, tools.now(), None)
                    outcome, delivery = ready
                    intent = delivery.intent
                    await self._within(self._publish(outcome, delivery))
                except Conflict:
                    intent = None
                    continue
                return settling.delivered(subject, outcome, tools.now())
            return self._unresolved(subject)
        except PortalFault as fault:
            return await self._fault(subject, fault, intent)

    async def _plan(self, subject: Subject) -> Plan | None:
        """What is to be done; None when there is nothing to do any more or it is too late to begin."""
        tools, document = self._tools, subject.document
        ended = not document.live or document.version > subject.delivery.version
        if ended or self.stopping.is_set() or self.summary.paused is not None:
            return None
        return await plan(subject, tools.store, tools.blobs, tools.portal, tools.now())

    async def _after_earlier(self, subject: Subject) -> Subject:
        """Find out what became of cancelled versions whose outcome was unknown, for this one comes after them."""
        store = self._tools.store
        if subject.delivery.version == 1:
            return subject
        for earlier in store.deliveries.of_document(subject.document.id):
            if earlier.intent is not None and earlier.status is DeliveryStatus.CANCELLED:
                landed = await self._within(self._took_effect(earlier, earlier.intent))
                settled = partial(settling.settle_earlier, store, subject, earlier, landed, self._tools.now())
                subject = replace(subject, document=await self._committer.run(settled))
        return subject

    def _unresolved(self, subject: Subject) -> Settlement:
        return settling.failed(subject, "conflict_unresolved", self._tools.now(), self._tools.jitter())

    async def _within(self, request: Awaitable[R]) -> R:
        """The portal is asked at most so many things at once; commits are waited for outside."""
        async with self._slots:
            return await request

    async def _took_effect(self, delivery: Delivery, intent: Intent) -> bool:
        """Whether a publish that ended in the dark put our bytes in place (looked at before anything else)."""
        portal = self._tools.portal
        await portal.recover(intent.place, intent.scratch, delivery.sha256, intent.expected)
        return await portal.digest(intent.place) == delivery.sha256

    async def _publish(self, put: Put, ready: Delivery) -> None:
        assert ready.intent is not None
        source = self._tools.blobs.path(ready.sha256)
        await self._tools.portal.publish(source, put.place, put.condition, ready.intent.scratch)

    async def _fault(self, subject: Subject, fault: PortalFault, intent: Intent | None) -> Settlement:
        tools = self._tools
        kept = intent if fault.unknown or subject.delivery.intent == intent else None
        if FAILURES[fault.code].whole:
            await self._pause(fault)
            return settling.released(subject, tools.now(), kept)
        return settling.failed(
            subject,
            fault.code,
            tools.now(),
            tools.jitter(),
            detail=fault.detail,
            retry_after=fault.retry_after,
            intent=kept,
        )

    async def _settle(self, subject: Subject, settlement: Settlement) -> None:
        now = self._tools.now()
        written = await self._committer.run(lambda: settling.settle(self._tools.store, subject, settlement, now))
        if written is not None:
            if written.delivery.status is not DeliveryStatus.QUEUED or written.delivery.failure:
                self.summary.outcomes[written.delivery.outcome or str(written.delivery.status)] += 1
            self._report(written)

    # --- the portal as a whole

    async def _pause(self, fault: PortalFault) -> None:
        """Pause all sending: one failure, however many deliveries met it."""
        tools = self._tools

        def pause() -> Pause:
            last = tools.store.pause()
            if last is not None and self.summary.paused is not None:
                return last
            now = tools.now()
            attempts = last.attempts + 1 if last else 1
            pause = Pause(
                code=fault.code,
                detail=fault.detail,
                since=last.since if last else now,
                attempts=attempts,
                retry_at=next_try(fault.code, attempts, now, tools.jitter(), fault.retry_after),
            )
            tools.store.set_pause(pause)
            self.summary.paused = pause  # at once, for those who met the same fault and come next
            if last is None or last.code != pause.code:
                params = {"failure": fault.code, "detail": fault.detail}
                tools.store.append(
                    [Event(at=now, code="portal_paused", level=EVENTS["portal_paused"].level, params=params)]
                )
            return pause

        self.summary.paused = await self._committer.run(pause)

    async def _resume(self) -> None:
        """Where sending is paused, ask the portal once; it goes on when the portal is well."""
        tools = self._tools
        if tools.store.pause() is None:
            return
        try:
            await tools.portal.check()
        except PortalFault as fault:
            await self._pause(fault)
            return

        def resume() -> None:
            tools.store.set_pause(None)
            tools.store.append([Event(at=tools.now(), code="portal_resumed")])

        await self._committer.run(resume)
