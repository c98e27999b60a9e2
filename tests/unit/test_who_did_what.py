"""Who did what: every act leaves an event with the actor and the operating system's user behind, and none without."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.domain.express import Waiting
from core.domain.models import Employee, Event, Rule, RuleSource
from core.domain.permissions import Actor
from core.office import Context, activation, confirming, documents, intake, mapping, registry, rules, sending, settings
from core.office import setup as standard
from core.office import tasks as task_acts
from core.office.unrecognised import folder_of, made
from tests.office_setup import Bench, bench, quick_folder

OFFICE = Path(__file__).parents[2] / "core" / "office"
EVA = Employee(id="eva", name="Eva", login="eva", admin=True)
WHO = Actor.employee(EVA, "eva.login")
"""Acts as one person, logged in as another user: both have to be told."""


@pytest.fixture
def office() -> Iterator[Bench]:
    with quick_folder() as folder, bench(folder, active=False) as made_:
        made_.ctx.store.employees.save([EVA])
        yield made_


@dataclass(frozen=True)
class Act:
    """A use case; the codes that it has to tell; and what has to be before."""

    run: Callable[[Bench], object]
    codes: Sequence[str]
    before: Callable[[Bench], object] = lambda _: None


def attached(office: Bench) -> str:
    return office.attach(actor=WHO).document.id


def sent(office: Bench) -> str:
    activation.activate(office.ctx, WHO)
    return office.send().id


def mapped(office: Bench) -> None:
    mapping.map_templates(office.ctx, WHO, ["folha"], ("Pessoal",))


def undone(office: Bench) -> None:
    mapped(office)
    mapping.undo(office.ctx, WHO)


def failed(office: Bench) -> None:
    activation.activate(office.ctx, WHO)
    office.send("t1", "f.pdf", b"f", "folha")


def shelved(office: Bench) -> None:
    shelved_in(office.ctx)


def shelved_in(ctx: Context) -> None:
    """A file that Express left to a person."""
    (made(ctx, folder_of(ctx)) / "x.txt").write_text("nada", encoding="utf-8")
    row = Waiting(id="w", name="x.txt", file_name="x.txt", found_at=ctx.now(), doubt="client")
    row = row.model_copy(update={"params": {"reason": ["nada", "nothing"]}})
    ctx.store.waiting.save([row])


def new_names(office: Bench) -> Path:
    folder = office.files / "csv"
    folder.mkdir()
    (folder / "clients.csv").write_text("id,name,portal\n1,Outra,Alfa\n", encoding="utf-8")
    (folder / "employees.csv").write_text("id,name,admin\neva,Eva Maria,sim\n", encoding="utf-8")
    return folder


def configure(office: Bench) -> None:
    found = settings.read_settings(office.ctx)
    one = next(one for one in found.every if one.id == "sending.concurrency")
    settings.change(office.ctx, WHO, one, 3, found.seen)


def ctx(act: Callable[[Context], object]) -> Callable[[Bench], object]:
    return lambda office: act(office.ctx)


RULE = Rule(all=("guia do mês",), source=RuleSource.HAND)
ACTS: dict[str, Act] = {
    "activation.activate": Act(ctx(lambda c: activation.activate(c, WHO)), ["activated"]),
    "activation.activate again, with other options": Act(
        ctx(lambda c: activation.activate(c, WHO, standard_folders=True)), ["standard_folders_on"], sent
    ),
    "activation.prefer_standard_folders": Act(
        ctx(lambda c: activation.prefer_standard_folders(c, WHO)), ["standard_folders_on"]
    ),
    "activation.deactivate": Act(ctx(lambda c: activation.deactivate(c, WHO)), ["deactivated"], sent),
    "mapping.map_templates": Act(mapped, ["mapped"]),
    "mapping.map_templates to none": Act(ctx(lambda c: mapping.map_templates(c, WHO, ["das"], None)), ["unmapped"]),
    "mapping.undo": Act(ctx(lambda c: mapping.undo(c, WHO)), ["mapping_undone"], mapped),
    "mapping.redo": Act(ctx(lambda c: mapping.redo(c, WHO)), ["mapping_redone"], undone),
    "documents.attach_files": Act(attached, ["attached"]),
    "documents.attach_files, a new version": Act(
        lambda office: office.attach(data=b"two", actor=WHO), ["version_attached"], attached
    ),
    "documents.remove_document": Act(
        ctx(lambda c: documents.remove_document(c, WHO, "t1/a.pdf")), ["removed"], attached
    ),
    "documents.mark_seen": Act(
        ctx(lambda c: documents.mark_seen(c, WHO, "t1/a.pdf", seen=True)), ["seen_marked"], sent
    ),
    "documents.mark_seen, not": Act(
        ctx(lambda c: documents.mark_seen(c, WHO, "t1/a.pdf", seen=False)),
        ["seen_unmarked"],
        lambda office: (sent(office), documents.mark_seen(office.ctx, WHO, "t1/a.pdf", seen=True)),
    ),
    "task_acts.complete_task": Act(
        ctx(lambda c: task_acts.complete_task(c, WHO, "t1")), ["completed", "queued"], attached
    ),
    "task_acts.reopen_task": Act(
        ctx(lambda c: task_acts.reopen_task(c, WHO, "t1")),
        ["reopened"],
        ctx(lambda c: task_acts.complete_task(c, WHO, "t1")),
    ),
    "sending.retry": Act(ctx(lambda c: sending.retry(c, WHO, None)), ["requeued"], failed),
    "registry.set_client": Act(ctx(lambda c: registry.set_client(c, WHO, "1", name="Nova")), ["client_changed"]),
    "registry.add_client": Act(ctx(lambda c: registry.add_client(c, WHO, "9", "Nona")), ["client_added"]),
    "registry.set_employee": Act(
        ctx(lambda c: registry.set_employee(c, WHO, "rui", name="Rui", add=("Fiscal",))), ["employee_added"]
    ),
    "rules.save_rules": Act(ctx(lambda c: rules.save_rules(c, WHO, "das", [RULE])), ["express_rules"]),
    "confirming.confirm": Act(
        ctx(lambda c: confirming.confirm(c, WHO, "w", task="t1", template="das")), ["express_confirmed"], shelved
    ),
    "confirming.discard": Act(ctx(lambda c: confirming.discard(c, WHO, "w")), ["express_discarded"], shelved),
    "settings.change": Act(configure, ["configured"]),
    "standard.add_standard_templates": Act(ctx(lambda c: standard.add_standard_templates(c, WHO)), ["imported"]),
    "intake.import_folder": Act(
        lambda office: intake.import_folder(office.ctx, WHO, new_names(office), lambda *_: None),
        ["imported", "client_changed", "employee_changed"],
    ),
}


def told(office: Bench, act: Act) -> list[Event]:
    act.before(office)
    start = office.ctx.store.last_seq()
    act.run(office)
    return office.ctx.store.events_after(start)


@pytest.mark.parametrize("name", ACTS)
def test_every_act_tells_who_and_which_login(name: str, office: Bench) -> None:
    """After a wrong folder or a permission too many, an office has to find out who, and from which account."""
    events = told(office, ACTS[name])
    assert set(ACTS[name].codes) <= {one.code for one in events}
    assert {(one.actor, one.login) for one in events} == {(WHO.id, "eva.login")}


def test_no_use_case_is_left_out() -> None:
    """Every function of the office that changes it for someone takes an `actor`: each has to be walked above."""
    walked = {name.partition(" ")[0].partition(",")[0].partition(".")[2] for name in ACTS}
    inside = {
        *("apply_standard_folders", "remap", "release_held", "requeue", "resume", "requeue_linked"),
        *("requeue_permitted", "client_changed", "employee_changed", "store_rules", "note_confirmed", "attach_blob"),
        *("bytes_are_back", "finish", "queue_unsent", "queue_document", "cancel_unsent", "event"),
    }
    """What those are made of: each gets the actor from its caller, in whose transaction it is."""
    kept_beside = {"set_model"}
    """What a dialog offers first, on this host: nobody's act."""
    public = {
        node.name
        for path in OFFICE.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if "actor" in {one.arg for one in node.args.args}
        if not {"append", "save", "_write"}.isdisjoint(_called(node))
    }
    assert public - walked - inside - kept_beside == set()


def _called(node: ast.AST) -> set[str]:
    names = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    return {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in names}
