"""What a worker leaves behind is tidied; what it commits together spoils nothing of each other."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from core.delivery.committer import Committer
from core.delivery.liveness import anyone, bury, is_alive, living
from core.delivery.settling import REMOVED
from core.delivery.tools import Tools
from core.delivery.worker import Worker
from core.domain.models import Client, DeliveryStatus, Place
from core.office import documents, sending
from core.office.queue import cancel_unsent
from core.office.tasks import complete_task
from core.ports import Conflict, PortalFault
from core.store.engine import StoreError
from tests.memory_portal import full
from tests.office_setup import ALFA, DAS, OWNER, Bench
from tests.unit.delivery.ill_portal import Death, IllPortal, die_at

# --- what is left behind


def test_scratches_without_a_delivery_are_left_for_a_day(office: Bench, portal: IllPortal) -> None:
    """They may be another host's, whose worker is in the middle of it."""
    portal.held["stranger-1"] = b"?"
    office.deliver()
    assert portal.held == {"stranger-1": b"?"}

    async def old() -> list[tuple[str, float]]:
        return [("stranger-1", 90_000.0)]

    portal.scratches = old  # type: ignore[method-assign]
    office.deliver()
    assert portal.held == {}


def test_scratches_of_what_was_cancelled_are_removed(office: Bench, portal: IllPortal) -> None:
    document = office.attach().document
    complete_task(office.ctx, OWNER, "t1")
    die_at(portal, "place")
    with pytest.raises(Death):
        office.deliver()
    documents.remove_document(office.ctx, OWNER, document.id)
    assert portal.held != {}
    office.deliver()
    assert (portal.held, office.tree) == ({}, {})
    assert office.last(document).status is DeliveryStatus.CANCELLED


def test_a_worker_is_alive_for_as_long_as_it_holds_its_lock(tmp_path: Path) -> None:
    """A claim is taken over only from the dead: mistaking one that lives would send its documents twice."""
    assert not anyone(tmp_path)
    with living(tmp_path, "w1"):
        (tmp_path / "dead.lock").touch()
        bury(tmp_path)
        assert is_alive(tmp_path, "w1") and not is_alive(tmp_path, "dead") and anyone(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["w1.lock"]
    assert not is_alive(tmp_path, "w1")
    assert list(tmp_path.iterdir()) == []


async def test_tidying_goes_on_after_a_bad_hour(
    office: Bench, portal: IllPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that was busy once, a worker that runs for months: what crashes leave would never be removed again."""
    tidied, done = [], asyncio.Event()

    async def tidy(*_: object) -> None:
        tidied.append(1)
        if len(tidied) == 1:
            raise StoreError("busy")
        done.set()

    monkeypatch.setattr(sending, "HOUR", 0.0)
    monkeypatch.setattr(sending, "tidy_portal", tidy)
    hourly = asyncio.create_task(sending._tidy_hourly(office.ctx, portal))
    async with asyncio.timeout(20):
        await done.wait()
    hourly.cancel()
    assert len(tidied) >= 2


# --- the committer


async def test_one_change_that_fails_spoils_no_other(office: Bench) -> None:
    store, committer = office.ctx.store, Committer(office.ctx.store)

    def change(key: str) -> str:
        store.clients.save([Client(id=key, name=key)])
        if key == "bad":
            raise LookupError(key)
        return key

    results = await asyncio.gather(
        *(committer.run(lambda key=key: change(key)) for key in ("x", "bad", "y")),  # type: ignore[misc]
        return_exceptions=True,
    )
    committer.close()
    assert (results[0], results[2]) == ("x", "y") and isinstance(results[1], LookupError)
    assert store.clients.get("bad") is None
    assert store.clients.get("x") is not None and store.clients.get("y") is not None


async def test_a_pause_that_shared_a_commit_with_what_failed_is_written(office: Bench, portal: IllPortal) -> None:
    """The worker would stop for it, and neither the panel nor the journal would say so."""
    ctx = office.ctx
    tools = Tools(ctx.store, ctx.blobs, portal, ctx.now, ctx.jitter, lambda _: False)
    worker = Worker(tools, "w")

    def spoil() -> None:
        raise Conflict

    begun = worker._committer.run(lambda: None)  # while it is under way the others gather
    fault = PortalFault("portal_auth")
    results = await asyncio.gather(
        begun, worker._pause(fault), worker._committer.run(spoil), worker._pause(fault), return_exceptions=True
    )
    await worker.close()
    assert [type(one) for one in results] == [type(None), type(None), Conflict, type(None)]
    assert worker.summary.paused is not None
    pause = ctx.store.pause()
    assert pause is not None
    assert (pause.code, pause.attempts) == ("portal_auth", 1)
    assert [one.code for one in ctx.store.events_after(0)].count("portal_paused") == 1


async def test_changes_that_come_during_a_commit_go_together_into_the_next(
    office: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each commit waits for the disk: one by one, a slow disk would send one document at a time."""
    store = office.ctx.store
    transactions = []
    begin = type(store).transaction

    def counted(self: Any) -> Any:
        transactions.append(1)
        return begin(self)

    monkeypatch.setattr(type(store), "transaction", counted)
    committer = Committer(store)
    loop, reached, go_on = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()

    def slow() -> None:
        loop.call_soon_threadsafe(reached.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()

    first = asyncio.create_task(committer.run(slow))
    await reached.wait()
    rest = [asyncio.create_task(committer.run(lambda: len(transactions))) for _ in range(20)]
    await asyncio.sleep(0)
    go_on.set()
    await first
    assert await asyncio.gather(*rest) == [2] * 20
    committer.close()


def test_cancelling_leaves_what_has_arrived(office: Bench) -> None:
    document = office.send()
    deliveries = office.ctx.store.deliveries.of_document(document.id)
    with office.ctx.store.transaction():
        assert cancel_unsent(office.ctx, OWNER, document, deliveries, REMOVED) == 0
    assert office.last(document).status is DeliveryStatus.DELIVERED


def test_an_interrupted_worker_is_dead_only_when_its_requests_have_ended(office: Bench, portal: IllPortal) -> None:
    """Its successor must not look at the portal while a request of its own may still take effect."""
    office.attach()
    complete_task(office.ctx, OWNER, "t1")
    alive: list[bool] = []

    async def publish(*_: Any) -> None:
        try:
            raising = asyncio.get_running_loop()
            raising.call_soon(interrupt)
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)  # as a thread's write that cannot be called back
            alive.append(anyone(office.ctx.workers))

    def interrupt() -> None:
        main.cancel()

    portal.publish = publish  # type: ignore[method-assign]
    main: asyncio.Task[Any]

    async def run() -> None:
        nonlocal main
        main = asyncio.ensure_future(sending._work(office.ctx, lambda _: None, lambda _: None, forever=False))
        with suppress(asyncio.CancelledError):
            await main

    asyncio.run(run())
    assert alive == [True]
    assert not anyone(office.ctx.workers)
    assert full(Place(root=ALFA, folder=DAS, name="a.pdf")) not in portal.files
