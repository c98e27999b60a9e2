"""Outcomes in doubt, deaths of a worker, names that change under it: nothing is lost, nothing goes twice."""

from __future__ import annotations

import asyncio

import pytest

from core.delivery.attempt import REPLANS
from core.delivery.plan import subjects
from core.delivery.settling import delivered, settle
from core.domain.models import DeliveryStatus, Intent, Place
from core.office import mapping, sending
from core.office.tasks import complete_task
from core.ports import Conflict, Found
from tests.office_setup import ALFA, DAS, OWNER, Bench
from tests.unit.delivery.ill_portal import AT, Death, IllPortal, die_at, once_at


def test_after_an_unknown_outcome_the_place_is_looked_at_first(office: Bench, portal: IllPortal) -> None:
    """The bytes arrived, the answer did not: sending again would put a second copy beside the first."""
    portal.doubts = ["portal_error"]
    document = office.send()
    assert (office.last(document).status, office.last(document).failure) == (DeliveryStatus.QUEUED, "portal_error")
    office.clock.pass_(minutes=1)
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one"}
    assert office.codes(document)[-1] == "delivered"
    assert office.last(document).intent is None


def test_an_unknown_outcome_that_was_none_is_sent_again(office: Bench, portal: IllPortal) -> None:
    portal.doubts = ["portal_error"]
    document = office.send()
    del portal.files[(*ALFA, *DAS, "a.pdf")]
    office.clock.pass_(minutes=1)
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one"}
    assert office.codes(document)[-1] == "delivered"


def test_a_newer_version_finds_out_what_became_of_a_cancelled_one(office: Bench, portal: IllPortal) -> None:
    """Otherwise it would lie under the next number, and the older one for ever beside it."""
    office.put(b"theirs")
    portal.doubts = ["portal_error"]
    document = office.send()
    office.attach(data=b"two")
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"theirs", AT + "a (1).pdf": b"two"}
    assert [one.status for one in office.ctx.store.deliveries.of_document(document.id)] == ["delivered", "delivered"]
    assert office.codes(document)[-2:] == ["kept_both", "replaced"]


@pytest.mark.parametrize("moment", ["open", "scratch", "place", "clean"])
def test_a_dead_workers_delivery_is_finished_once(office: Bench, portal: IllPortal, moment: str) -> None:
    """Killed at any step: the next one finishes or finds it, sends it once, and leaves no scratch."""
    document = office.attach().document
    complete_task(office.ctx, OWNER, "t1")
    die_at(portal, moment)
    with pytest.raises(Death):
        office.deliver()
    assert office.last(document).status is DeliveryStatus.SENDING
    office.deliver()
    assert (office.tree, portal.held) == ({AT + "a.pdf": b"one"}, {})
    codes = office.codes(document)
    assert codes.count("delivered") == 1 and codes.count("taken_over") == 1
    assert office.last(document).epoch == 2


def test_what_a_dead_worker_held_does_not_hold_up_the_rest(office: Bench, portal: IllPortal) -> None:
    """Its last requests are waited for; a window full of them would stop all sending for as long after each crash."""
    complete_task(office.ctx, OWNER, "t1", force=True)
    for n in range(150):
        office.attach(name=f"{n}.pdf")
    assert len(office.ctx.store.claim("dead", office.ctx.now(), 150, "")) == 150  # more than a window
    office.attach(name="later.pdf")
    portal.linger = 0.3
    told: list[str] = []
    sending.deliver(office.ctx, lambda one: told.append(one.delivery.document))
    assert len(told) == 151
    assert told[0] == office.ctx.store.documents.of_task("t1")[-1].id


def test_a_dead_workers_doing_tells_where_the_old_one_is_too(office: Bench, portal: IllPortal) -> None:
    document = office.send()
    mapping.map_templates(office.ctx, OWNER, ["das"], ("Impostos",))
    office.attach(data=b"two")
    die_at(portal, "clean")
    with pytest.raises(Death):
        office.deliver()
    office.deliver()
    assert office.codes(document)[-2:] == ["delivered", "destination_moved"]


def test_two_documents_never_take_one_file_for_theirs(office: Bench, portal: IllPortal) -> None:
    """The first one's worker dies before a byte left; the second puts the very same bytes at the very same name."""
    first = office.attach().document
    complete_task(office.ctx, OWNER, "t1")
    die_at(portal, "open")
    with pytest.raises(Death):
        office.deliver()
    second = office.attach("t2").document
    complete_task(office.ctx, OWNER, "t2")
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one", AT + "a (1).pdf": b"one"}
    places = {placed.place.path for one in (first, second) if (placed := office.document(one.id).placement)}
    assert places == set(office.tree)


@pytest.mark.parametrize("data", [b"one", b"two"])
def test_what_was_looked_at_too_early_takes_no_place_from_another(
    office: Bench, portal: IllPortal, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    """The first one's next version would lie beside its own file, which nobody would know for ours any more."""
    looked, look = asyncio.Event(), portal.look
    both = [office.attach("t1").document, office.attach("t2", data=data).document]

    async def look_early(place: Place) -> Found | None:
        found = await look(place)
        if not looked.is_set():
            looked.set()
            async with asyncio.timeout(10):
                while not any(office.document(one.id).placement for one in both):  # noqa: ASYNC110 - it is in the store
                    await asyncio.sleep(0.01)
        return found

    monkeypatch.setattr(portal, "look", look_early)
    for task in ("t1", "t2"):
        complete_task(office.ctx, OWNER, task)
    assert office.deliver().outcomes == {"delivered": 1, "kept_both": 1}
    places = {placed.place.path for one in both if (placed := office.document(one.id).placement)}
    assert places == set(office.tree) == {AT + "a.pdf", AT + "a (1).pdf"}


def test_a_file_that_was_taken_away_makes_room_for_another_document(office: Bench, portal: IllPortal) -> None:
    first = office.send()
    del portal.files[(*ALFA, *DAS, "a.pdf")]
    second = office.send("t2")
    assert office.tree == {AT + "a.pdf": b"one"}
    assert second.placement is not None and office.document(first.id).placement is None


def test_a_name_that_changed_under_us_is_decided_anew(office: Bench, portal: IllPortal) -> None:
    document = office.attach().document
    complete_task(office.ctx, OWNER, "t1")
    once_at(portal, "place", lambda: office.put(b"theirs"))
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"theirs", AT + "a (1).pdf": b"one"}
    assert office.codes(document)[-1] == "kept_both"


def test_a_version_seen_under_us_is_not_replaced(office: Bench, portal: IllPortal) -> None:
    document = office.send()
    office.attach(data=b"two")
    once_at(portal, "place", lambda: portal.seen.add((*ALFA, *DAS, "a.pdf")))
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one", AT + "a (1).pdf": b"two"}
    assert office.codes(document)[-1] == "kept_both"


def test_a_name_that_keeps_changing_is_a_failure_after_some_tries(office: Bench, portal: IllPortal) -> None:
    document = office.attach().document
    complete_task(office.ctx, OWNER, "t1")

    def always(step: str) -> None:
        if step == "place":
            raise Conflict

    portal.on_step = always
    for tries in (1, 2, 3):
        office.deliver()
        last = office.last(document)
        assert (last.failure, last.attempts) == ("conflict_unresolved", tries)
        office.clock.pass_(minutes=2)
    assert last.status is DeliveryStatus.FAILED
    assert REPLANS > 1


def test_settling_what_is_no_longer_ours_writes_nothing(office: Bench) -> None:
    store = office.ctx.store
    document = office.attach().document
    complete_task(office.ctx, OWNER, "t1")
    (mine,) = store.claim("w1", office.clock(), 1, "")
    (subject,) = subjects(store, [mine])
    assert store.take_over(mine, "w2") is not None
    seq = store.last_seq()
    intent = Intent(place=Place(root=ALFA, folder=DAS, name="a.pdf"), event="delivered", scratch="x")
    with store.transaction():
        assert settle(store, subject, delivered(subject, intent, office.clock()), office.clock()) is None
    assert (store.last_seq(), office.document(document.id).placement) == (seq, None)
    assert office.last(document).worker == "w2"
