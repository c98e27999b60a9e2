"""The worker against a real store and a portal in memory: each row of the design's table, and what is seen."""

from __future__ import annotations

import pytest

from core.domain.models import DeliveryStatus
from core.office import documents, mapping
from core.office.tasks import complete_task
from tests.office_setup import ALFA, DAS, OWNER, TASKS, Bench
from tests.unit.delivery.ill_portal import AT

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
