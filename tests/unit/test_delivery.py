"""The worker against a real store and a portal in memory: each row of the design's table, each check, each failure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from core.delivery.attempt import REPLANS
from core.delivery.committer import Committer
from core.delivery.liveness import anyone, bury, is_alive, living
from core.delivery.plan import subjects
from core.delivery.settling import REMOVED, Settlement, delivered, settle
from core.delivery.tools import Tools
from core.delivery.worker import MOST_UNWRITTEN, Worker
from core.domain.models import Client, Delivery, DeliveryStatus, Employee, Hold, Intent, Origin, Place, Template
from core.domain.permissions import Actor
from core.office import activation, documents, mapping, registry, sending
from core.office.queue import cancel_unsent
from core.office.tasks import complete_task, reopen_task
from core.ports import Conflict, Found, PortalFault, PortalReport
from core.store.engine import StoreError
from tests.memory_portal import MemoryPortal, full
from tests.office_setup import ALFA, CLIENTS, DAS, OWNER, TASKS, TEMPLATES, Bench, bench, quick_folder

AT = "Alfa/Fiscal/DAS/"


class Death(BaseException):
    """The worker's process ends here."""


class IllPortal(MemoryPortal):
    """A portal in memory that can be ill as a whole, busy at a name, or in doubt after the bytes arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.ill: str | None = None
        self.busy = False
        self.doubts: list[str] = []
        self.looks = self.checks = 0
        self.on_ill: Callable[[], object] = lambda: None

    async def check(self) -> PortalReport:
        self.checks += 1
        self._be_ill()
        return await super().check()

    async def look(self, place: Place) -> Found | None:
        self.looks += 1
        self._be_ill()
        found = await super().look(place)
        return replace(found, busy=True) if found is not None and self.busy else found

    async def publish(self, *args: Any) -> None:
        await super().publish(*args)
        if self.doubts:
            raise PortalFault(self.doubts.pop(), "timeout", unknown=True)

    def _be_ill(self) -> None:
        if self.ill:
            self.on_ill()
            raise PortalFault(self.ill, "it hurts")


@pytest.fixture
def portal() -> IllPortal:
    return IllPortal()


@pytest.fixture
def office(portal: IllPortal) -> Iterator[Bench]:
    with quick_folder() as folder, bench(folder, portal) as made:
        yield made


def die_at(portal: MemoryPortal, moment: str) -> None:
    def step(name: str) -> None:
        if name == moment:
            portal.on_step = lambda _: None
            raise Death

    portal.on_step = step


def once_at(portal: MemoryPortal, moment: str, act: Callable[[], object]) -> None:
    """Do something the next time that a publish comes to that step."""

    def step(name: str) -> None:
        if name == moment:
            portal.on_step = lambda _: None
            act()

    portal.on_step = step


# --- the table


def test_nothing_there_creates(office: Bench) -> None:
    document = office.send()
    assert office.tree == {AT + "a.pdf": b"one"}
    assert office.codes(document)[-1] == "delivered"
    assert office.last(document).status is DeliveryStatus.DELIVERED
    assert document.placement is not None and document.placement.place.path == AT + "a.pdf"


def test_the_very_same_bytes_are_not_sent_and_are_this_documents_from_now_on(office: Bench) -> None:
    office.put(b"one")
    document = office.send()
    assert office.codes(document)[-1] == "already_there"
    office.attach(data=b"two")
    office.deliver()
    assert office.codes(document)[-1] == "replaced"
    assert office.tree == {AT + "a.pdf": b"two"}


def test_our_own_earlier_version_is_replaced(office: Bench) -> None:
    document = office.send()
    office.attach(data=b"two")
    office.deliver()
    assert office.codes(document)[-1] == "replaced"
    assert office.tree == {AT + "a.pdf": b"two"}


def test_what_the_client_has_seen_is_kept_beside_the_new_version(office: Bench) -> None:
    document = office.send()
    office.portal.seen.add((*ALFA, *DAS, "a.pdf"))
    office.attach(data=b"two")
    office.deliver()
    assert office.codes(document)[-1] == "kept_both"
    assert office.tree == {AT + "a.pdf": b"one", AT + "a (1).pdf": b"two"}


def test_numbers_go_on_from_the_documents_own_name(office: Bench) -> None:
    """Never `a (1) (1).pdf`."""
    office.send()
    for data in (b"two", b"three"):
        for path in office.portal.files:
            office.portal.seen.add(path)
        office.attach(data=data)
        office.deliver()
    assert office.tree == {AT + "a.pdf": b"one", AT + "a (1).pdf": b"two", AT + "a (2).pdf": b"three"}


def test_a_numbered_version_is_replaced_where_it_lies(office: Bench) -> None:
    office.put(b"theirs")
    office.send()
    office.attach(data=b"two")
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"theirs", AT + "a (1).pdf": b"two"}


def test_someone_elses_file_is_kept(office: Bench) -> None:
    office.put(b"theirs")
    document = office.send()
    assert office.codes(document)[-1] == "kept_both"
    assert office.tree == {AT + "a.pdf": b"theirs", AT + "a (1).pdf": b"one"}


def test_our_own_file_that_someone_changed_is_kept(office: Bench) -> None:
    office.send()
    office.put(b"one, with their notes")
    office.attach(data=b"two")
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one, with their notes", AT + "a (1).pdf": b"two"}


@pytest.mark.parametrize("data", [b"one", b"two"])
def test_another_documents_file_is_kept(office: Bench, data: bytes) -> None:
    """Also when it has the very same bytes: each document has a file of its own."""
    office.send()
    other = office.send("t2", data=data, template="guia")
    assert office.codes(other)[-1] == "kept_both"
    assert office.tree == {AT + "a.pdf": b"one", AT + "a (1).pdf": data}


def test_a_removed_documents_file_is_kept(office: Bench) -> None:
    documents.remove_document(office.ctx, OWNER, office.send().id)
    office.send(data=b"two")
    assert office.tree == {AT + "a.pdf": b"one", AT + "a (1).pdf": b"two"}


def test_a_folder_of_that_name_is_kept(office: Bench) -> None:
    office.portal.made |= {ALFA, (*ALFA, "Fiscal"), (*ALFA, *DAS), (*ALFA, *DAS, "a.pdf")}
    office.send()
    assert office.tree == {AT + "a (1).pdf": b"one"}


def test_a_new_destination_gets_the_new_version_and_says_where_the_old_one_is(office: Bench) -> None:
    document = office.send()
    mapping.map_templates(office.ctx, OWNER, ["das"], ("Impostos",))
    office.attach(data=b"two")
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one", "Alfa/Impostos/a.pdf": b"two"}
    moved = office.ctx.store.events_of_document(document.id)[-1]
    assert (moved.code, moved.params["old"]) == ("destination_moved", "Alfa > Fiscal > DAS > a.pdf")


def test_many_documents_of_one_name_each_get_a_file(office: Bench) -> None:
    """Twelve months of `DAS.pdf` in one folder, completed at once: nobody interferes, so nothing may fail."""
    months = [TASKS[0].model_copy(update={"id": f"m{n:02}", "period": f"2026-{n:02}"}) for n in range(1, 13)]
    office.ctx.store.tasks.save(months)
    for task in months:
        office.attach(task.id, data=task.id.encode())
        complete_task(office.ctx, OWNER, task.id)
    summary = office.deliver()
    assert summary.outcomes == {"delivered": 1, "kept_both": 11}
    assert sorted(office.tree.values()) == sorted(task.id.encode() for task in months)
    assert set(office.tree) == {AT + "a.pdf", *(f"{AT}a ({n}).pdf" for n in range(1, 12))}


# --- what is seen


def test_a_mark_by_hand_keeps_what_the_portal_does_not_know_to_be_seen(office: Bench) -> None:
    document = office.send()
    documents.mark_seen(office.ctx, OWNER, document.id, seen=True)
    office.attach(data=b"two")
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one", AT + "a (1).pdf": b"two"}


def test_a_mark_taken_back_lets_it_be_replaced(office: Bench) -> None:
    document = office.send()
    documents.mark_seen(office.ctx, OWNER, document.id, seen=True)
    documents.mark_seen(office.ctx, OWNER, document.id, seen=False)
    office.attach(data=b"two")
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"two"}


def test_a_mark_outlives_the_document_it_was_put_on(office: Bench) -> None:
    """The client has seen the file: removing and attaching again must not make it replaceable."""
    document = office.send()
    documents.mark_seen(office.ctx, OWNER, document.id, seen=True)
    documents.remove_document(office.ctx, OWNER, document.id)
    again = office.attach(data=b"one").document
    office.deliver()
    assert office.codes(again)[-1] == "already_there"
    office.attach(data=b"two")
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one", AT + "a (1).pdf": b"two"}


def test_a_mark_outlives_a_detour_through_another_folder(office: Bench) -> None:
    document = office.send()
    documents.mark_seen(office.ctx, OWNER, document.id, seen=True)
    for folder, data in ((("Impostos",), b"two"), (DAS, b"one"), (DAS, b"three")):
        mapping.map_templates(office.ctx, OWNER, ["das"], folder)
        office.attach(data=data)
        office.deliver()
    assert office.tree[AT + "a.pdf"] == b"one"
    assert office.tree[AT + "a (1).pdf"] == b"three"


# --- the checks, in their order


def employee(office: Bench, *departments: str) -> Actor:
    eva = Employee(id="eva", name="Eva", departments=departments)
    office.ctx.store.employees.save([eva])
    return Actor.employee(eva, "eva")


def test_what_the_accounting_system_integrated_is_skipped(office: Bench) -> None:
    document = office.attach(origin=Origin.ACCOUNTING).document
    complete_task(office.ctx, OWNER, "t1")
    assert office.deliver().outcomes == {"skipped": 1}
    assert (office.tree, office.codes(document)[-1]) == ({}, "skipped")


def test_what_is_marked_as_not_sent_is_skipped_and_goes_when_that_changes(office: Bench) -> None:
    silent = TEMPLATES[0].model_copy(update={"send": False})
    office.ctx.store.templates.save([silent])
    document = office.send()
    assert (office.tree, office.last(document).status) == ({}, DeliveryStatus.SKIPPED)
    office.ctx.store.templates.save([TEMPLATES[0]])
    complete_task(office.ctx, OWNER, "t1")
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one"}


def test_the_checks_go_in_the_designs_order(office: Bench, portal: IllPortal) -> None:
    """Each cause that is mended uncovers the next, and the portal is not asked before all of ours are."""
    store = office.ctx.store
    eva = employee(office)
    store.clients.save([CLIENTS[0].model_copy(update={"portal": ()})])
    unmapped = TEMPLATES[0].model_copy(update={"destination": None})
    store.templates.save([unmapped.model_copy(update={"send": False})])
    document = office.attach().document
    path = office.ctx.blobs.path(document.sha256)
    kept = path.read_bytes()
    path.unlink()
    portal.ill = "portal_forbidden"
    found: list[str | None] = []

    def look() -> None:
        complete_task(office.ctx, eva, "t1")
        office.deliver()
        last = office.last(document)
        found.append(last.failure or last.status)

    look()
    store.templates.save([unmapped])
    look()
    employee(office, "Fiscal")
    look()
    store.templates.save([TEMPLATES[0]])
    look()
    store.clients.save([CLIENTS[0]])
    look()
    path.write_bytes(b"eno")
    look()
    assert portal.looks == 0
    path.write_bytes(kept)
    look()
    portal.ill = None
    look()
    assert found == [
        "skipped",
        "permission_denied",
        "no_destination",
        "client_not_linked",
        "file_missing",
        "file_changed",
        "portal_forbidden",
        "delivered",
    ]


def test_a_delivery_carries_the_permission_of_who_completed(office: Bench) -> None:
    """It fails with that reason, the task stays completed, and it goes once allowed."""
    eva = employee(office, "Pessoal")
    document = office.attach().document
    complete_task(office.ctx, eva, "t1")
    office.deliver()
    assert (office.last(document).failure, office.tree) == ("permission_denied", {})
    registry.set_employee(office.ctx, OWNER, "eva", add=("Fiscal",))
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one"}


def test_completing_as_someone_else_mends_a_permission(office: Bench) -> None:
    office.attach()
    complete_task(office.ctx, employee(office), "t1")
    office.deliver()
    complete_task(office.ctx, OWNER, "t1")
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one"}


def test_what_is_attached_after_completion_carries_the_permission_of_who_attached(office: Bench) -> None:
    complete_task(office.ctx, employee(office), "t1")
    office.attach()
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one"}


def test_mapping_a_template_sends_what_waited_for_it(office: Bench) -> None:
    document = office.send(template="folha")
    assert office.last(document).failure == "no_destination"
    mapping.map_templates(office.ctx, OWNER, ["folha"], ("Pessoal", "{ano}", "{mes}"))
    office.deliver()
    assert office.tree == {"Alfa/Pessoal/2026/10/a.pdf": b"one"}


def test_linking_a_client_sends_what_waited_for_it(office: Bench) -> None:
    office.ctx.store.clients.save([CLIENTS[0].model_copy(update={"portal": ()})])
    document = office.send()
    assert office.last(document).failure == "client_not_linked"
    registry.set_client(office.ctx, OWNER, "1", portal=ALFA)
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one"}


def test_attaching_again_mends_a_file_that_is_gone(office: Bench) -> None:
    document = office.attach().document
    office.ctx.blobs.path(document.sha256).unlink()
    complete_task(office.ctx, OWNER, "t1")
    office.deliver()
    assert office.last(document).failure == "file_missing"
    office.attach(data=b"two")
    assert [one.status for one in office.ctx.store.deliveries.of_document(document.id)] == ["cancelled", "queued"]
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"two"}


def test_attaching_the_same_bytes_again_mends_a_file_that_is_gone(office: Bench) -> None:
    document = office.attach().document
    office.ctx.blobs.path(document.sha256).unlink()
    complete_task(office.ctx, OWNER, "t1")
    office.deliver()
    office.attach(data=b"one")
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one"}


# --- outcomes in doubt, deaths, conflicts


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


# --- versions, removals, reopening, activation


def test_a_version_attached_while_the_older_one_is_sending_goes_after_it(office: Bench, portal: IllPortal) -> None:
    document = office.attach().document
    complete_task(office.ctx, OWNER, "t1")
    holds: list[Hold | None] = []

    def attach() -> None:
        office.attach(data=b"two")
        holds.append(office.last(document).hold)

    once_at(portal, "place", attach)
    office.deliver()
    assert holds == [Hold.EARLIER]
    arrivals = [code for code in office.codes(document) if code in ("delivered", "replaced")]
    assert (arrivals, office.tree) == (["delivered", "replaced"], {AT + "a.pdf": b"two"})


def test_a_version_whose_older_one_fails_goes_in_its_stead(office: Bench, portal: IllPortal) -> None:
    document = office.attach().document
    complete_task(office.ctx, OWNER, "t1")

    def fail() -> None:
        office.attach(data=b"two")
        raise PortalFault("portal_error")

    once_at(portal, "place", fail)
    office.deliver()
    statuses = [one.status for one in office.ctx.store.deliveries.of_document(document.id)]
    assert (statuses, office.tree) == (["cancelled", "delivered"], {AT + "a.pdf": b"two"})


def test_a_newer_version_supersedes_an_unsent_one(office: Bench) -> None:
    document = office.attach().document
    complete_task(office.ctx, OWNER, "t1")
    office.attach(data=b"two")
    office.deliver()
    assert (office.tree, office.codes(document).count("cancelled")) == ({AT + "a.pdf": b"two"}, 1)
    assert office.codes(document)[-1] == "delivered"


def test_removing_cancels_what_is_unsent(office: Bench) -> None:
    document = office.attach().document
    complete_task(office.ctx, OWNER, "t1")
    documents.remove_document(office.ctx, OWNER, document.id)
    assert office.deliver().outcomes == {}
    assert (office.tree, office.last(document).status) == ({}, DeliveryStatus.CANCELLED)


def test_removing_what_is_being_sent_lets_it_finish(office: Bench, portal: IllPortal) -> None:
    document = office.attach().document
    complete_task(office.ctx, OWNER, "t1")
    once_at(portal, "place", lambda: documents.remove_document(office.ctx, OWNER, document.id))
    office.deliver()
    assert (office.tree, office.last(document).status) == ({AT + "a.pdf": b"one"}, DeliveryStatus.DELIVERED)
    assert not office.document(document.id).live


@pytest.mark.parametrize("act", ["remove", "reopen", "deactivate"])
def test_what_was_claimed_and_has_not_begun_stays_here(office: Bench, portal: IllPortal, act: str) -> None:
    """A worker takes many at once; taking one back must stop it for as long as no byte of it has left."""
    office.attach("t2", "first.pdf", b"first", "guia")
    document = office.attach("t1").document
    for task in ("t1", "t2"):
        complete_task(office.ctx, OWNER, task)
    looked = portal.look

    async def look(place: Place) -> Found | None:
        if place.name == "a.pdf":
            match act:
                case "remove":
                    documents.remove_document(office.ctx, OWNER, document.id)
                case "reopen":
                    reopen_task(office.ctx, OWNER, "t1")
                case "deactivate":
                    activation.deactivate(office.ctx, OWNER)
        return await looked(place)

    portal.look = look  # type: ignore[method-assign]
    office.deliver()
    assert AT + "a.pdf" not in office.tree
    last = office.last(document)
    expected = {
        "remove": (DeliveryStatus.CANCELLED, None),
        "reopen": (DeliveryStatus.QUEUED, Hold.REOPENED),
        "deactivate": (DeliveryStatus.QUEUED, None),
    }
    assert (last.status, last.hold) == expected[act]


def test_reopening_holds_and_completing_again_sends(office: Bench) -> None:
    document = office.attach().document
    complete_task(office.ctx, OWNER, "t1")
    reopen_task(office.ctx, OWNER, "t1")
    assert office.deliver().outcomes == {}
    assert office.last(document).hold is Hold.REOPENED
    complete_task(office.ctx, OWNER, "t1")
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one"}


def test_what_is_mended_while_its_task_is_open_waits_for_its_completion(office: Bench) -> None:
    document = office.send(template="folha")
    reopen_task(office.ctx, OWNER, "t1")
    mapping.map_templates(office.ctx, OWNER, ["folha"], ("Pessoal",))
    assert office.deliver().outcomes == {}
    assert office.last(document).hold is Hold.REOPENED
    complete_task(office.ctx, OWNER, "t1")
    office.deliver()
    assert office.tree == {"Alfa/Pessoal/a.pdf": b"one"}


def test_what_was_completed_while_inactive_is_sent_only_on_request(office: Bench) -> None:
    activation.deactivate(office.ctx, OWNER)
    document = office.attach().document
    complete_task(office.ctx, OWNER, "t1")
    assert activation.activate(office.ctx, OWNER).preview.pending == 1
    assert office.deliver().outcomes == {}
    assert office.last(document).hold is Hold.INACTIVE
    assert activation.activate(office.ctx, OWNER, send_pending=True).queued == 1
    office.deliver()
    assert office.tree == {AT + "a.pdf": b"one"}


def test_deactivating_holds_the_queue_and_activating_lets_it_go_on(office: Bench) -> None:
    office.attach()
    complete_task(office.ctx, OWNER, "t1")
    activation.deactivate(office.ctx, OWNER)
    assert office.deliver().outcomes == {}
    activation.activate(office.ctx, OWNER)
    assert office.deliver().outcomes == {"delivered": 1}


# --- the portal as a whole; waiting


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
