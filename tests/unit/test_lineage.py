"""Versions of one document, as pure functions: mistaking one file for another's version would replace the wrong one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.domain.lineage import (
    UNSENT,
    Attached,
    File,
    again,
    attach,
    cancel,
    complete,
    hold_of,
    missing_templates,
    queue,
    reopen,
    was_removed,
)
from core.domain.models import (
    Delivery,
    DeliveryStatus,
    Document,
    Hold,
    Intent,
    Origin,
    Place,
    Task,
    TaskStatus,
)

NOW = datetime(2026, 10, 5, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TASK = Task(id="t", client="c", name="DAS", period="2026-10", templates=("das", "guia"))
DONE = complete(TASK, "eva", NOW)
FILE = File("DAS.pdf", "DAS.pdf", "sha one", 3)
OTHER_BYTES = File("DAS.pdf", "DAS.pdf", "sha two", 4)
INTENT = Intent(place=Place(root=("A",), folder=("F",), name="DAS.pdf"), event="delivered", scratch="d-1")


def attached(
    siblings: list[Document], file: File = FILE, template: str = "das", key: str = "new"
) -> tuple[Attached, Document]:
    return attach(siblings, file, TASK, template, Origin.MANUAL, key, "eva", LATER)


def first() -> Document:
    return attach([], FILE, TASK, "das", Origin.ACCOUNTING, "doc", "ana", NOW)[1]


def sent(status: DeliveryStatus = DeliveryStatus.QUEUED, **fields: object) -> Delivery:
    return queue(first(), "eva", None, "d", NOW).model_copy(update={"status": status, **fields})


def test_a_first_file_is_a_new_document() -> None:
    what, document = attached([])
    assert (what, document.id, document.version, document.client) == (Attached.NEW, "new", 1, "c")


def test_the_same_name_again_is_the_next_version_of_the_same_document() -> None:
    what, document = attached([first()], OTHER_BYTES)
    assert (what, document.id, document.version) == (Attached.VERSION, "doc", 2)
    assert (document.sha256, document.size, document.attached_by, document.attached_at) == ("sha two", 4, "eva", LATER)
    assert document.origin is Origin.MANUAL  # what the accounting system had not sent, we do


def test_the_same_bytes_again_change_nothing() -> None:
    assert attached([first()]) == (Attached.SAME, first())


def test_under_another_template_it_is_another_document() -> None:
    assert attached([first()], OTHER_BYTES, "guia")[0] is Attached.NEW


def test_a_removed_document_is_no_lineage_to_go_on_with() -> None:
    removed = first().model_copy(update={"removed_at": NOW})
    what, document = attached([removed])
    assert (what, document.id) == (Attached.NEW, "new")


def test_another_file_whose_name_was_rewritten_to_this_one_is_not_its_version() -> None:
    """Otherwise `A/B.pdf` would replace `A-B.pdf`, which has nothing to do with it."""
    ours = attached([], File("A-B.pdf", "A-B.pdf", "sha one", 3))[1]
    assert attached([ours], File("A/B.pdf", "A-B.pdf", "sha two", 4)) == (Attached.TAKEN, ours)


def test_an_import_knows_what_someone_removed() -> None:
    removed = first().model_copy(update={"removed_at": NOW})
    assert was_removed([removed], "DAS.pdf", "das")
    assert not was_removed([removed, first()], "DAS.pdf", "das"), "it was attached again since"
    assert not was_removed([removed], "DAS.pdf", "guia")
    assert not was_removed([], "DAS.pdf", "das")


@pytest.mark.parametrize(
    ("task", "others", "expected"),
    [
        (TASK, (), Hold.REOPENED),
        (TASK, (DeliveryStatus.SENDING,), Hold.REOPENED),
        (DONE, (), None),
        (DONE, (DeliveryStatus.DELIVERED, DeliveryStatus.FAILED, DeliveryStatus.CANCELLED), None),
        (DONE, (DeliveryStatus.DELIVERED, DeliveryStatus.SENDING), Hold.EARLIER),
    ],
)
def test_why_a_delivery_waits(task: Task, others: tuple[DeliveryStatus, ...], expected: Hold | None) -> None:
    """Versions go in order, one at a time, and nothing of an open task goes."""
    assert hold_of(task, [sent(status) for status in others]) == expected


def test_a_queued_delivery_is_of_the_documents_version_and_due_at_once() -> None:
    delivery = queue(attached([first()], OTHER_BYTES)[1], "eva", Hold.EARLIER, "d2", LATER)
    assert (delivery.version, delivery.sha256, delivery.size, delivery.client) == (2, "sha two", 4, "c")
    assert (delivery.status, delivery.hold, delivery.due_at) == (DeliveryStatus.QUEUED, Hold.EARLIER, LATER)


def test_queued_again_tries_are_counted_anew_and_an_unknown_outcome_stays_known() -> None:
    """The intent must survive, or the next try would not look whether the bytes are there already."""
    failed = sent(
        DeliveryStatus.FAILED, attempts=3, failure="portal_error", detail="?", failing_since=NOW, intent=INTENT, epoch=4
    )
    queued = again(failed, LATER)
    assert (queued.status, queued.attempts, queued.failure, queued.failing_since) == (
        DeliveryStatus.QUEUED,
        0,
        None,
        None,
    )
    assert (queued.intent, queued.epoch, queued.due_at, queued.authorised_by) == (INTENT, 4, LATER, "eva")
    assert again(failed, LATER, hold=Hold.REOPENED, authorised_by="ana").authorised_by == "ana"


def test_cancelling_ends_a_delivery_and_keeps_what_may_lie_at_the_portal() -> None:
    ended = cancel(sent(hold=Hold.REOPENED, intent=INTENT), LATER)
    assert (ended.status, ended.hold, ended.settled_at, ended.intent) == (DeliveryStatus.CANCELLED, None, LATER, INTENT)


def test_what_is_being_sent_or_has_arrived_is_not_cancelled() -> None:
    assert set(DeliveryStatus) - {DeliveryStatus.SENDING, DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLED} == UNSENT


def test_missing_templates_are_those_without_a_live_document() -> None:
    assert missing_templates(TASK, []) == ["das", "guia"]
    assert missing_templates(TASK, [first()]) == ["guia"]
    assert missing_templates(TASK, [first().model_copy(update={"removed_at": NOW})]) == ["das", "guia"]


def test_completing_and_reopening() -> None:
    assert (DONE.status, DONE.completed_by, DONE.completed_at) == (TaskStatus.COMPLETED, "eva", NOW)
    assert reopen(DONE) == TASK
