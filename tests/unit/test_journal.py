"""The errors, and a document's story told from its events alone: people mend what these tell them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from core.domain.events import message
from core.domain.models import Document, Employee, Names, Origin, Template
from core.domain.permissions import Actor
from core.office import Refused, activation, documents, journal, mapping, registry, sending
from core.office.tasks import complete_task, reopen_task
from core.ports import PortalFault
from tests.memory_portal import MemoryPortal
from tests.office_setup import ALFA, DAS, OWNER, Bench, bench, quick_folder

PLACE = "Alfa > Fiscal > DAS > a.pdf"


@pytest.fixture
def office() -> Iterator[Bench]:
    with quick_folder() as folder, bench(folder) as made:
        yield made


def fail_once(portal: MemoryPortal, fault: PortalFault) -> None:
    def step(_: str) -> None:
        portal.on_step = lambda _: None
        raise fault

    portal.on_step = step


def queued(office: Bench) -> Document:
    document = office.attach().document
    complete_task(office.ctx, OWNER, "t1")
    return document


def on_request(office: Bench) -> Document:
    activation.deactivate(office.ctx, OWNER)
    return queued(office)


def asked_for(office: Bench) -> Document:
    document = on_request(office)
    activation.activate(office.ctx, OWNER, send_pending=True)
    return document


def waiting(office: Bench) -> Document:
    fail_once(office.portal, PortalFault("portal_busy"))
    return office.send()


def failed(office: Bench) -> Document:
    return office.send(template="folha")


def mended(office: Bench) -> Document:
    document = failed(office)
    mapping.map_templates(office.ctx, OWNER, ["folha"], ("Pessoal",))
    return document


def mended_while_open(office: Bench) -> Document:
    document = failed(office)
    reopen_task(office.ctx, OWNER, "t1")
    mapping.map_templates(office.ctx, OWNER, ["folha"], ("Pessoal",))
    return document


def replaced(office: Bench) -> Document:
    document = office.send()
    office.attach(data=b"two")
    office.deliver()
    return document


def kept_both(office: Bench) -> Document:
    office.put(b"theirs")
    return office.send()


def kept_both_when_seen(office: Bench) -> Document:
    document = office.send()
    documents.mark_seen(office.ctx, OWNER, document.id, seen=True)
    office.attach(data=b"two")
    office.deliver()
    return document


def already_there(office: Bench) -> Document:
    office.put(b"one")
    return office.send()


def skipped(office: Bench) -> Document:
    document = office.attach(origin=Origin.ACCOUNTING).document
    complete_task(office.ctx, OWNER, "t1")
    office.deliver()
    return document


def removed(office: Bench) -> Document:
    document = office.send()
    documents.remove_document(office.ctx, OWNER, document.id)
    return document


def removed_unsent(office: Bench) -> Document:
    document = queued(office)
    documents.remove_document(office.ctx, OWNER, document.id)
    return document


def removed_while_sending(office: Bench) -> Document:
    document = queued(office)

    def step(_: str) -> None:
        office.portal.on_step = lambda _: None
        documents.remove_document(office.ctx, OWNER, document.id)

    office.portal.on_step = step
    office.deliver()
    return document


def reopened(office: Bench) -> Document:
    document = queued(office)
    reopen_task(office.ctx, OWNER, "t1")
    return document


def reopened_after_delivery(office: Bench) -> Document:
    document = office.send()
    reopen_task(office.ctx, OWNER, "t1")
    return document


def completed_again(office: Bench) -> Document:
    document = reopened(office)
    complete_task(office.ctx, OWNER, "t1")
    return document


def attached(office: Bench) -> Document:
    return office.attach().document


def newer_version_while_open(office: Bench) -> Document:
    document = office.send()
    reopen_task(office.ctx, OWNER, "t1")
    office.attach(data=b"two")
    return document


NOWHERE, DUE, NOTHING = "ainda não está no portal", "malote deliver", "está entregue"
NUMBERED = "Alfa > Fiscal > DAS > a (1).pdf"


@pytest.mark.parametrize(
    ("situation", "where", "why", "what_next"),
    [
        (attached, NOWHERE, "-", "quando a tarefa for concluída"),
        (queued, NOWHERE, "-", DUE),
        (on_request, NOWHERE, "-", "activate --send-pending"),
        (asked_for, NOWHERE, "-", DUE),
        (waiting, NOWHERE, "-", "nova tentativa em"),
        (failed, NOWHERE, "-", "malote map folha"),
        (mended, NOWHERE, "-", DUE),
        (mended_while_open, NOWHERE, "-", "malote complete t1"),
        (Bench.send, PLACE, "DAS vai para Fiscal > DAS, e o nome estava livre", NOTHING),
        (replaced, PLACE, "tomou o lugar da versão anterior", NOTHING),
        (kept_both, NUMBERED, "já existia (é outro arquivo)", NOTHING),
        (kept_both_when_seen, NUMBERED, "já existia (visto pelo cliente)", NOTHING),
        (already_there, PLACE, "já estavam exatamente estes bytes", NOTHING),
        (skipped, NOWHERE, "-", "não será enviado"),
        (removed, PLACE, "nome estava livre", "foi removido"),
        (removed_unsent, NOWHERE, "-", "foi removido"),
        (removed_while_sending, PLACE, "nome estava livre", "foi removido"),
        (reopened, NOWHERE, "-", "malote complete t1"),
        (reopened_after_delivery, PLACE, "nome estava livre", NOTHING),
        (completed_again, NOWHERE, "-", DUE),
        (newer_version_while_open, PLACE, "nome estava livre", "quando a tarefa for concluída"),
    ],
)
def test_where_it_is_why_there_and_what_comes_next(
    office: Bench, situation: Callable[[Bench], Document], where: str, why: str, what_next: str
) -> None:
    """A wrong word here sends someone to mend what is well, or to wait for what never comes."""
    story = journal.explain(office.ctx, OWNER, situation(office).id)
    assert where in story.where.say("pt")
    assert why in story.why.say("pt")
    assert what_next in story.next.say("pt")
    for sentence in (story.where, story.why, story.next):
        assert sentence.say("en")
    assert [event.seq for event in story.events] == sorted(event.seq for event in story.events)
    for event in story.events:
        assert "{" not in message(event, "pt") + message(event, "en")


def test_the_story_is_read_from_the_events_alone(office: Bench) -> None:
    """What the rows say now is not what happened: a journal that needs them would change its story."""
    document = office.send()
    before = journal.explain(office.ctx, OWNER, document.id)
    office.ctx.store.documents.save([document.model_copy(update={"placement": None, "version": 9})])
    office.ctx.store.templates.save([Template(id="das", name="Outro", department="Fiscal")])
    after = journal.explain(office.ctx, OWNER, document.id)
    assert [one.say() for one in (after.where, after.why, after.next)] == [
        one.say() for one in (before.where, before.why, before.next)
    ]


def test_a_story_holds_the_tasks_own_events_and_no_other_documents(office: Bench) -> None:
    document = office.attach().document
    office.attach(name="b.pdf")
    complete_task(office.ctx, OWNER, "t1")
    story = journal.explain(office.ctx, OWNER, document.id)
    assert [event.code for event in story.events] == ["attached", "completed", "queued"]


def test_a_document_is_also_addressed_by_task_and_name(office: Bench) -> None:
    document = office.send()
    assert journal.explain(office.ctx, OWNER, "t1/a.pdf").document.id == document.id
    with pytest.raises(Refused, match=r"nada\.pdf"):
        journal.explain(office.ctx, OWNER, "t1/nada.pdf")


def test_braces_in_names_do_no_harm(office: Bench) -> None:
    office.ctx.store.templates.save(
        [Template(id="folha", name="Folha {mes}", department="Pessoal", destination=("{ano}",))]
    )
    document = office.send(name="a {x}.pdf", template="folha")
    story = journal.explain(office.ctx, OWNER, document.id)
    assert "a {x}.pdf" in story.where.say() and "Folha {mes} vai para {ano}" in story.why.say()


def test_looking_into_a_document_takes_its_department(office: Bench) -> None:
    document = office.send()
    eva = Actor.employee(Employee(id="eva", name="Eva", departments=("Pessoal",)), "eva")
    with pytest.raises(Refused, match="Fiscal"):
        journal.explain(office.ctx, eva, document.id)


# --- the errors


def test_a_lasting_failure_is_listed_with_its_remedy(office: Bench) -> None:
    document = failed(office)
    (trouble,) = journal.troubles(office.ctx)
    assert (trouble.code, trouble.attempts, trouble.retry_at) == ("no_destination", 1, None)
    assert trouble.subject is not None and trouble.subject.document.id == document.id
    assert "Resumo da Folha" in trouble.message.say("pt")
    assert "malote map folha" in trouble.remedy.say("en")


def test_a_passing_failure_is_listed_with_its_next_time(office: Bench) -> None:
    waiting(office)
    (trouble,) = journal.troubles(office.ctx)
    assert trouble.code == "portal_busy"
    assert trouble.retry_at is not None and trouble.retry_at > office.clock()


def test_what_is_wrong_with_the_portal_is_one_trouble_and_comes_first(office: Bench) -> None:
    failed(office)
    for n in range(4):
        office.attach("t2", f"{n}.pdf")
    complete_task(office.ctx, OWNER, "t2")
    fail_once(office.portal, PortalFault("portal_auth", "401"))
    office.deliver()
    troubles = journal.troubles(office.ctx)
    assert [one.code for one in troubles] == ["portal_auth", "no_destination"]
    assert troubles[0].subject is None and "401" in troubles[0].message.say("pt")


def test_what_is_mended_is_listed_no_more(office: Bench) -> None:
    failed(office)
    mapping.map_templates(office.ctx, OWNER, ["folha"], ("Pessoal",))
    assert journal.troubles(office.ctx) == []


def test_what_counts_in_prioridade(office: Bench) -> None:
    """A lasting failure at once, a passing one after a quarter of an hour."""
    waiting(office)
    failed_tasks = office.ctx.store.deliveries.failed_tasks
    assert failed_tasks(office.clock()) == 0
    fail_once(office.portal, PortalFault("portal_busy"))
    office.clock.pass_(minutes=16)
    assert failed_tasks(office.clock()) == 1
    office.send("t2", template="folha")
    assert failed_tasks(office.clock()) == 2


def test_only_what_failed_or_waits_can_be_tried_again(office: Bench) -> None:
    document = office.send()
    with pytest.raises(Refused, match="não falhou"):
        sending.retry(office.ctx, OWNER, [office.last(document).id])
    with pytest.raises(Refused, match="ghost"):
        sending.retry(office.ctx, OWNER, ["ghost"])


def folder_of(path: str) -> Names:
    return tuple(path.split(" > ")[:-1])


def test_events_name_the_folder_that_it_lies_in(office: Bench) -> None:
    document = office.send()
    event = office.ctx.store.events_of_document(document.id)[-1]
    assert (event.folder, event.name, event.client, event.task) == (DAS, "a.pdf", "1", "t1")
    assert folder_of(PLACE) == (*ALFA, *DAS)


def test_a_removed_document_tells_where_its_copy_is(office: Bench) -> None:
    document = office.send()
    _, remains = documents.remove_document(office.ctx, OWNER, document.id)
    assert PLACE in remains.say("pt")
    with pytest.raises(Refused, match="já foi removido"):
        documents.remove_document(office.ctx, OWNER, document.id)


def test_who_did_it_is_told(office: Bench) -> None:
    registry.set_employee(office.ctx, OWNER, "eva", name="Eva", departments=("Fiscal",))
    eva = Actor.employee(Employee(id="eva", name="Eva", departments=("Fiscal",)), "eva.silva")
    document = office.attach(actor=eva).document
    event = office.ctx.store.events_of_document(document.id)[0]
    assert (event.actor, event.login) == ("eva", "eva.silva")
