"""The checks before a delivery goes, in the design's order, and what mends each."""

from __future__ import annotations

from core.domain.models import DeliveryStatus, Employee, Origin
from core.domain.permissions import Actor
from core.office import mapping, registry
from core.office.tasks import complete_task
from tests.office_setup import ALFA, CLIENTS, OWNER, TEMPLATES, Bench
from tests.unit.delivery.ill_portal import AT, IllPortal


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
