"""One try of one delivery: from the look at the portal to its settlement."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from core.delivery import settling
from core.delivery.committer import Committer
from core.delivery.plan import Already, Plan, Put, Subject, plan
from core.delivery.settling import Settlement
from core.delivery.tools import Tools
from core.domain.checks import Obstacle, Skipped
from core.domain.failures import FAILURES
from core.domain.models import Delivery, DeliveryStatus, Intent
from core.ports import Conflict, PortalFault

R = TypeVar("R")

REPLANS = 5
"""How often a name that changed under us is looked at again before the try counts as failed."""


class Attempts:
    """Tries deliveries, asking the portal so many things at once; commits are waited for outside of that bound.

    Args:
        may_begin: whether a delivery that nothing has been done for yet may still go.
        whole_fault: told of a fault of the portal as a whole.
    """

    def __init__(
        self,
        tools: Tools,
        committer: Committer,
        may_begin: Callable[[], bool],
        whole_fault: Callable[[PortalFault], Awaitable[None]],
    ):
        self._tools = tools
        self._committer = committer
        self._may_begin = may_begin
        self._whole_fault = whole_fault
        self._slots = asyncio.Semaphore(tools.concurrency)

    async def settle(self, subject: Subject) -> Settlement | None:
        """Try a claimed delivery and write what came of it.

        Returns:
            What was written; None when the delivery was no longer ours.
        """
        for _ in range(REPLANS):
            settlement = await self._try(subject)
            try:
                return await self._write(subject, settlement)
            except Conflict:  # the place is another document's by now: look again, from the start
                delivery = subject.delivery.model_copy(update={"intent": None})
                subject = replace(subject, delivery=delivery)
        return await self._write(subject, self._unresolved(subject))

    async def _write(self, subject: Subject, settlement: Settlement) -> Settlement | None:
        store, now = self._tools.store, self._tools.now()
        return await self._committer.run(partial(settling.settle, store, subject, settlement, now))

    async def _try(self, subject: Subject) -> Settlement:
        tools = self._tools
        intent = subject.delivery.intent
        try:
            if intent is not None and await self._within(self._took_effect(subject.delivery, intent)):
                return settling.delivered(subject, intent, tools.now())
            intent = None
            subject = await self._after_earlier(subject)
            for _ in range(REPLANS):
                outcome = await self._within(self._plan(subject))
                match outcome:
                    case None:
                        return settling.released(subject, tools.now(), None)
                    case Already():
                        return settling.delivered(subject, outcome, tools.now())
                    case Skipped():
                        return settling.skipped(subject, outcome, tools.now())
                    case Obstacle():
                        return settling.failed(subject, outcome.code, tools.now(), tools.jitter())
                try:
                    ready = await self._committer.run(partial(settling.intend, tools.store, subject, outcome))
                    if ready is None:
                        return settling.released(subject, tools.now(), None)
                    put, delivery = ready
                    intent = delivery.intent
                    await self._within(self._publish(put, delivery))
                except Conflict:
                    intent = None
                    continue
                return settling.delivered(subject, put, tools.now())
            return self._unresolved(subject)
        except PortalFault as fault:
            return await self._fault(subject, fault, intent)

    async def _plan(self, subject: Subject) -> Plan | None:
        """What is to be done; None when there is nothing to do any more or it is too late to begin."""
        tools, document = self._tools, subject.document
        ended = not document.live or document.version > subject.delivery.version
        if ended or not self._may_begin():
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
            await self._whole_fault(fault)
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

    def _unresolved(self, subject: Subject) -> Settlement:
        return settling.failed(subject, "conflict_unresolved", self._tools.now(), self._tools.jitter())

    async def _within(self, request: Awaitable[R]) -> R:
        async with self._slots:
            return await request
