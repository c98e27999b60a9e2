"""Sending: what is due, once or for ever; trying again (the design's sections 2.3 and 2.8)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta

from core.delivery.liveness import bury, is_alive, living
from core.delivery.settling import Settlement
from core.delivery.tools import Tools
from core.delivery.worker import Summary, Worker
from core.domain.failures import FAILURES
from core.domain.models import Delivery, DeliveryStatus, Event
from core.domain.permissions import Actor
from core.domain.text import Text
from core.office.config import NotifySection
from core.office.context import Context
from core.office.documents import find_document
from core.office.errors import OfficeUnusable, Refused
from core.office.loop import in_loop
from core.office.promises import note_unkept
from core.office.queue import ON_REQUEST, requeue, resume
from core.portal.checks import is_dead_check
from core.ports import Portal, PortalFault
from core.store.engine import StoreError

UNKNOWN = Text("Não há envio {delivery}.", "There is no delivery {delivery}.")
SEE_ERRORS = Text("Veja os que falharam: malote errors.", "See what failed: malote errors.")
NOT_WAITING = Text("O envio {delivery} não falhou nem espera.", "The delivery {delivery} neither failed nor waits.")
WEBHOOK = "MALOTE_NOTIFY_WEBHOOK"
"""In the environment: where to tell of failures, for who keeps that address secret."""
OFTEN = 5.0
MINUTE = 60.0
HOUR = 3600.0
DAY = 86_400.0
NO_BYTES = ""
"""The hash of none."""

Report = Callable[[Settlement], None]
Started = Callable[[Worker], None]


def deliver(ctx: Context, report: Report = lambda _: None, started: Started = lambda _: None) -> Summary:
    """Send what is due, once.

    Args:
        report: told of every delivery as it is settled.
        started: handed the worker, whose `stopping` event ends it early.
    """
    return in_loop(_work(ctx, report, started, forever=False))


def run(
    ctx: Context,
    report: Report = lambda _: None,
    started: Started = lambda _: None,
    told: Callable[[Event], None] = lambda _: None,
    troubled: Callable[[OfficeUnusable], None] = lambda _: None,
) -> Summary:
    """Send whatever comes due and watch the inbox, until told to stop.

    Args:
        told: told of what came of each file of the inbox.
        troubled: told what keeps the inbox from being gone on with, for now.
    """
    return in_loop(_work(ctx, report, started, forever=True, told=told, troubled=troubled))


async def _work(
    ctx: Context,
    report: Report,
    started: Started,
    *,
    forever: bool,
    told: Callable[[Event], None] = lambda _: None,
    troubled: Callable[[OfficeUnusable], None] = lambda _: None,
) -> Summary:
    portal, name = ctx.portal(), ctx.new_id()
    tools = Tools(
        store=ctx.store,
        blobs=ctx.blobs,
        portal=portal,
        now=ctx.now,
        jitter=ctx.jitter,
        is_alive=lambda worker: is_alive(ctx.workers, worker),
        concurrency=ctx.config.sending.concurrency,
    )
    async with AsyncExitStack() as stack:  # what is alive ends after what it does
        stack.enter_context(living(ctx.workers, name))
        stack.push_async_callback(portal.close)
        bury(ctx.workers)
        worker = Worker(tools, name, report)
        stack.push_async_callback(worker.close)
        started(worker)
        await _notify(ctx, beginning=True)
        await _tidy(ctx, portal)
        if forever:
            promises = asyncio.create_task(_note_often(ctx, portal))
            stack.callback(promises.cancel)
            hourly = asyncio.create_task(_tidy_hourly(ctx, portal))
            stack.callback(hourly.cancel)
            telling = asyncio.create_task(_notify_often(ctx))
            stack.callback(telling.cancel)
            from core.office.watching import watch_inbox  # noqa: PLC0415 - `deliver` recognises nothing

            inbox = asyncio.create_task(watch_inbox(ctx, name, worker.stopping, told, troubled))
            stack.push_async_callback(_until_ended, inbox, worker)
        if forever:
            return await worker.forever()
        summary = await worker.once()
        await asyncio.to_thread(note_unkept, ctx, portal)
        await _notify(ctx)
        return summary


async def _until_ended(inbox: asyncio.Task[None], worker: Worker) -> None:
    """Let the inbox finish the files that it is at; what went wrong there is raised here."""
    worker.stopping.set()
    await inbox


async def _note_often(ctx: Context, portal: Portal) -> None:
    while True:
        with suppress(StoreError):  # it is looked at again
            await asyncio.to_thread(note_unkept, ctx, portal)
        await asyncio.sleep(OFTEN)


async def _notify(ctx: Context, *, beginning: bool = False) -> None:
    if ctx.config.notify == NotifySection() and WEBHOOK not in os.environ:
        return
    from core.office.notify import begin, notify  # noqa: PLC0415 - most offices tell nobody

    with suppress(Exception):  # whatever it meets, documents go on leaving
        await asyncio.to_thread(begin if beginning else notify, ctx)


async def _notify_often(ctx: Context) -> None:
    while True:
        await asyncio.sleep(MINUTE)
        await _notify(ctx)


async def _tidy(ctx: Context, portal: Portal) -> None:
    with suppress(PortalFault):  # the worker meets the same fault, and tells of it
        await tidy_portal(ctx, portal)
    await asyncio.to_thread(sweep_blobs, ctx)


async def _tidy_hourly(ctx: Context, portal: Portal) -> None:
    """For a worker that runs for months."""
    while True:
        await asyncio.sleep(HOUR)
        with suppress(StoreError, OSError):  # the next hour is another one
            await _tidy(ctx, portal)


async def tidy_portal(ctx: Context, portal: Portal) -> None:
    """Finish or remove what crashes left at the portal, killed checks too; another host's is left alone for a day.

    Raises:
        PortalFault: something is wrong with the portal as a whole; what ails one scratch is left to the next time.
    """
    for scratch, age in await portal.scratches():
        try:
            await _tidy_scratch(ctx, portal, scratch, age)
        except PortalFault as fault:
            if FAILURES[fault.code].whole:
                raise


async def _tidy_scratch(ctx: Context, portal: Portal, scratch: str, age: float) -> None:
    delivery = ctx.store.deliveries.get(scratch.rpartition("-")[0])
    if delivery is None:
        if age > DAY or is_dead_check(scratch):
            await portal.discard(scratch)
    elif delivery.status is DeliveryStatus.SENDING:
        return  # a living worker's, or taken over by whoever finds its worker dead
    elif age < 2 * portal.linger:
        return  # its MOVE, sent within that time after its PUT, may still arrive
    elif delivery.intent is not None and delivery.intent.scratch == scratch:
        await portal.recover(delivery.intent.place, scratch, delivery.sha256, delivery.intent.expected)
    else:
        await _tidy_settled(ctx, portal, scratch, delivery)


async def _tidy_settled(ctx: Context, portal: Portal, scratch: str, delivery: Delivery) -> None:
    """Remove what nobody waits for; but a late request may have moved aside what lay at the place, and that goes back.

    It is let go only where a version of the document lies there that came after it.
    """
    document = ctx.store.documents.get(delivery.document)
    place = delivery.place or (document.placement.place if document and document.placement else None)
    if place is None:  # no version ever lay anywhere
        return await portal.discard(scratch)
    versions = [one for one in ctx.store.deliveries.of_document(delivery.document) if one.place == place]
    before = [one.sha256 for one in versions if one.version < delivery.version]
    there, superseded = await portal.digest(place), NO_BYTES
    if there == delivery.sha256:
        superseded = before[-1] if before else NO_BYTES
    elif any(one.sha256 == there and one.version > delivery.version for one in versions):
        superseded = delivery.sha256 if delivery.place else before[-1] if before else NO_BYTES
    return await portal.recover(place, scratch, delivery.sha256, superseded)


def sweep_blobs(ctx: Context) -> None:
    """Once a day, let go the bytes that no live document and no unfinished delivery needs any more."""
    mark = ctx.folder / "host" / "swept"
    if mark.exists() and abs(ctx.now().timestamp() - mark.stat().st_mtime) < DAY:  # ahead of us: the clock was set back
        return
    mark.unlink(missing_ok=True)  # another login's could not be touched
    mark.touch(0o600)

    since = ctx.now() - timedelta(days=ctx.config.sending.retention_days)

    def unused(sha256: str) -> bool:
        return not ctx.store.documents.uses(sha256, since) and not ctx.store.deliveries.uses(sha256, since)

    retention = ctx.config.sending.retention_days * DAY
    ctx.blobs.sweep(max(retention, DAY), unused)  # never what someone is attaching just now


def retry(ctx: Context, actor: Actor, keys: Iterable[str] | None) -> int:
    """Queue failed or waiting deliveries again, and let paused sending go on.

    Args:
        keys: their ids, or their documents as TASK/FILE NAME; None for all.

    Raises:
        Refused: one is unknown, or neither failed nor waits.
    """
    deliveries = ctx.store.deliveries
    with ctx.store.transaction():
        if keys is None:
            chosen = [*deliveries.failed(), *deliveries.retrying()]
            resume(ctx, actor)
        else:
            chosen = [_waiting(ctx, key) for key in keys]
        return requeue(ctx, actor, chosen, ON_REQUEST)


def _waiting(ctx: Context, key: str) -> Delivery:
    delivery = ctx.store.deliveries.get(key)
    if delivery is None and "/" in key:
        delivery = next(reversed(ctx.store.deliveries.of_document(find_document(ctx, key).id)), None)
    if delivery is None:
        raise Refused(UNKNOWN, SEE_ERRORS, delivery=key)
    waits = delivery.status is DeliveryStatus.QUEUED and delivery.failure is not None
    if not waits and delivery.status is not DeliveryStatus.FAILED:
        raise Refused(NOT_WAITING, SEE_ERRORS, delivery=key)
    return delivery
