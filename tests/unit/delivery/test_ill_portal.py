"""A portal that is ill as a whole or busy at a name: one failure, no try burnt, waiting."""

from __future__ import annotations

from datetime import datetime

import pytest

from core.delivery.settling import Settlement
from core.delivery.worker import MOST_UNWRITTEN, Worker
from core.domain.models import Delivery, DeliveryStatus, Template
from core.office import sending
from core.office.tasks import complete_task
from core.ports import PortalFault
from tests.office_setup import OWNER, Bench
from tests.unit.delivery.ill_portal import AT, IllPortal


def queue_five(office: Bench) -> list[str]:
    made = [office.attach(name=f"{n}.pdf").document.id for n in range(5)]
    complete_task(office.ctx, OWNER, "t1")
    return made


@pytest.mark.parametrize("code", ["portal_auth", "portal_unreachable", "portal_unsafe"])
def test_an_ill_portal_is_one_failure_and_burns_no_try(office: Bench, portal: IllPortal, code: str) -> None:
    """Five hundred documents against a changed password must not be five hundred logins, nor five hundred failures."""
    made = queue_five(office)
    portal.ill = code
    summary = office.deliver()
    assert summary.paused is not None and summary.outcomes == {}
    pause = office.ctx.store.pause()
    assert pause is not None and (pause.code, pause.detail, pause.attempts) == (code, "it hurts", 1)
    assert (pause.retry_at is not None) == (code == "portal_unreachable")
    for key in made:
        last = office.last(key)
        assert (last.status, last.attempts, last.failure) == (DeliveryStatus.QUEUED, 0, None)
    assert [one.code for one in office.ctx.store.events_after(0)].count("portal_paused") == 1


def test_deliver_asks_an_ill_portal_once_and_goes_on_when_it_is_well(office: Bench, portal: IllPortal) -> None:
    queue_five(office)
    portal.ill = "portal_auth"
    office.deliver()
    looks, checks = portal.looks, portal.checks
    assert office.deliver().paused is not None
    assert (portal.looks, portal.checks) == (looks, checks + 1)
    pause = office.ctx.store.pause()
    assert pause is not None and pause.attempts == 2
    portal.ill = None
    summary = office.deliver()
    assert (summary.paused, summary.outcomes) == (None, {"delivered": 5})
    assert office.ctx.store.pause() is None
    assert [one.code for one in office.ctx.store.events_after(0)].count("portal_resumed") == 1


def run_until_ill(office: Bench, portal: IllPortal) -> None:
    """Let a worker run until the portal has told it that it is ill, once."""

    def started(worker: Worker) -> None:
        portal.on_ill = worker.stopping.set

    sending.run(office.ctx, started=started)


def run_until_settled(office: Bench, count: int) -> None:
    """Let a worker run until so many deliveries are settled."""
    workers: list[Worker] = []
    settled: list[Settlement] = []

    def report(one: Settlement) -> None:
        settled.append(one)
        if len(settled) == count:
            workers[0].stopping.set()

    sending.run(office.ctx, report, workers.append)


def test_a_running_worker_sends_what_comes_and_survives_an_illness(office: Bench, portal: IllPortal) -> None:
    queue_five(office)
    portal.ill = "portal_unreachable"
    run_until_ill(office, portal)
    office.clock.pass_(minutes=1)
    run_until_ill(office, portal)
    assert portal.checks == 1
    pause = office.ctx.store.pause()
    assert pause is not None and pause.attempts == 2 and pause.retry_at is not None
    assert pause.retry_at > office.clock(), "it would knock without a pause"
    portal.ill = None
    office.clock.pass_(minutes=1)
    run_until_settled(office, 5)
    assert len(office.tree) == 5


def test_a_busy_name_is_waited_for_and_then_taken_for_seen(office: Bench, portal: IllPortal) -> None:
    document = office.send()
    office.attach(data=b"two")
    portal.busy = True
    office.deliver()
    assert (office.last(document).failure, office.last(document).status) == ("portal_busy", DeliveryStatus.QUEUED)
    for _ in range(3):
        office.clock.pass_(minutes=1.5)
        office.deliver()
        assert office.tree == {AT + "a.pdf": b"one"}
    office.clock.pass_(minutes=1.5)
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one", AT + "a (1).pdf": b"two"}
    assert office.codes(document)[-1] == "kept_both"


def test_a_name_that_is_busy_no_more_is_replaced(office: Bench, portal: IllPortal) -> None:
    office.send()
    office.attach(data=b"two")
    portal.busy = True
    office.deliver()
    portal.busy = False
    office.clock.pass_(minutes=1)
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"two"}


def test_a_passing_failure_waits_for_its_next_time(office: Bench, portal: IllPortal) -> None:
    def fail(_: str) -> None:
        raise PortalFault("portal_full", "0 bytes", retry_after=7200)

    portal.on_step = fail
    document = office.send()
    portal.on_step = lambda _: None
    last = office.last(document)
    assert (last.status, (last.due_at - office.clock()).total_seconds()) == (DeliveryStatus.QUEUED, 7200)
    office.clock.pass_(hours=1)
    assert office.deliver().outcomes == {}
    office.clock.pass_(hours=1)
    assert office.deliver().outcomes == {"delivered": 1}


def test_retrying_queues_again_and_lets_paused_sending_go_on(office: Bench, portal: IllPortal) -> None:
    document = office.send(template="folha")
    office.ctx.store.templates.save(
        [Template(id="folha", name="Folha", department="Pessoal", destination=("Pessoal",))]
    )
    assert sending.retry(office.ctx, OWNER, [office.last(document).id]) == 1
    office.deliver()
    assert office.tree == {"Alfa/Pessoal/a.pdf": b"one"}
    portal.ill = "portal_auth"
    office.send("t2")
    portal.ill = None
    sending.retry(office.ctx, OWNER, None)
    assert office.ctx.store.pause() is None


def lose_again_and_again(office: Bench, times: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A store that claims the first delivery so often without finding it again, as one with a damaged index does."""
    store, claimed = office.ctx.store, [0]
    claim, settle = store.claim, store.settle

    def claiming(worker: str, now: datetime, limit: int, after_client: str) -> list[Delivery]:
        if claimed[0] >= times:
            return claim(worker, now, limit, after_client)
        claimed[0] += 1
        taken = {"status": DeliveryStatus.SENDING, "worker": worker, "epoch": claimed[0]}
        return [one.model_copy(update=taken) for one in store.deliveries.page(limit=1)]

    def settling(delivery: Delivery) -> bool:
        stored = store.deliveries.get(delivery.id)
        assert stored is not None
        return stored.status is DeliveryStatus.SENDING and settle(delivery)

    monkeypatch.setattr(store, "claim", claiming)
    monkeypatch.setattr(store, "settle", settling)
    return claimed


def test_a_delivery_that_is_never_found_again_ends_the_worker(office: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be claimed for ever, as fast as the processor can, and nobody would hear of it."""
    office.attach()
    complete_task(office.ctx, OWNER, "t1")
    claimed = lose_again_and_again(office, 100_000, monkeypatch)
    with pytest.raises(RuntimeError, match="claimed again and again"):
        office.deliver()
    assert MOST_UNWRITTEN < claimed[0] < 1000
    assert office.tree == {}


def test_a_delivery_that_others_took_a_few_times_goes_all_the_same(
    office: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many workers at one office are no reason to stop sending."""
    office.attach()
    complete_task(office.ctx, OWNER, "t1")
    lose_again_and_again(office, MOST_UNWRITTEN, monkeypatch)
    assert office.deliver().outcomes == {"delivered": 1}
