"""Versions of a document, removals, reopened tasks, an integration that is switched off and on."""

from __future__ import annotations

import pytest

from core.domain.models import DeliveryStatus, Hold, Place
from core.office import activation, documents, mapping
from core.office.tasks import complete_task, reopen_task
from core.ports import Found, PortalFault
from tests.office_setup import OWNER, Bench
from tests.unit.delivery.ill_portal import AT, IllPortal, once_at


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
