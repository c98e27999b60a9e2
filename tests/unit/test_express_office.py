"""Express in the office: which task, on whose behalf, what waits for a person, and the guard for hands."""

from __future__ import annotations

import csv
import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.cli.main import main
from core.domain.express import DOUBTS, Verdict, Waiting, doubt_of, which_task
from core.domain.lineage import Attached, File
from core.domain.models import (
    Client,
    Document,
    Employee,
    Origin,
    Rule,
    RuleSource,
    Task,
    TaskStatus,
    Template,
)
from core.domain.permissions import Actor
from core.domain.recognition import FileKind, Party, Reading, Recognition
from core.office import Context, Refused, documents
from core.office.config import ExpressSection
from core.office.confirming import ChangedMeanwhile, confirm, discard, find_waiting, text_of
from core.office.express import Express, Outcome
from core.office.guard import Guard, OtherClient
from core.office.inbox import Inbox
from core.office.intake import import_folder
from core.office.mapping import find_templates
from core.office.proposing import Choice, propose
from core.office.queue import event
from core.office.reading import Source, readers_of
from core.office.rules import other_templates, rules_of, save_rules, try_rule
from core.office.tasks import complete_task
from core.office.unrecognised import DISCARDED, Shelf, folder_of, tidy, try_again, waiting
from tests.office_setup import OWNER, Bench, bench, quick_folder, sha

ALFA, BETA, OFFICE = "01.815.908/0001-16", "19.482.199/0001-60", "66.131.860/0001-72"
ANA = Employee(id="ana", name="Ana", departments=("Fiscal",))
DAS = Template(id="das", name="DAS", department="Fiscal")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SURE = Recognition(client="1", template="das", period="2026-10", reason=("porque sim", "because"))
FILE = File("a.pdf", "a.pdf", "one", 3)


def task(key: str = "t", **fields: object) -> Task:
    base = Task(id=key, client="1", name="DAS", period="2026-10", templates=("das",), assignee="ana")
    return base.model_copy(update=fields)


def document(of: str = "t", **fields: object) -> Document:
    base = Document(
        id="d",
        task=of,
        client="1",
        template="das",
        name="a.pdf",
        source_name="a.pdf",
        sha256="two",
        size=3,
        attached_by="x",
        attached_at=NOW,
    )
    return base.model_copy(update=fields)


DONE = {"status": TaskStatus.COMPLETED}


@pytest.mark.parametrize(
    ("tasks", "there", "expected"),
    [
        ([task()], [], Attached.NEW),
        ([], [], "no_task"),
        ([task(period="2026-09")], [], "no_task"),
        ([task(templates=("folha",))], [], "no_task"),
        ([task("t"), task("u")], [], "several_tasks"),
        ([task(**DONE)], [], "completed"),
        ([task(**DONE)], [document()], Attached.VERSION),
        ([task(**DONE)], [document(sha256="one")], Attached.SAME),
        ([task()], [document()], Attached.VERSION),
        ([task()], [document(name="b.pdf", source_name="b.pdf", sha256="one")], Attached.SAME),
        ([task()], [document(source_name="a?.pdf")], "taken"),
        ([task()], [document(sha256="one", removed_at=NOW)], "removed"),
        ([task("t", **DONE), task("u")], [], Attached.NEW),
        ([task("t", **DONE), task("u")], [document()], "several_tasks"),
        ([task(assignee="")], [], "no_assignee"),
        ([task(assignee="bia")], [], "unknown_assignee"),
        ([task(assignee="rui")], [], "permission"),
        ([task(assignee="")], [document(sha256="one")], Attached.SAME),
    ],
)
def test_the_one_task_that_may_take_a_file(tasks: list[Task], there: list[Document], expected: Attached | str) -> None:
    """What is not told apart here is a document in the wrong task, or sent without anyone's permission."""
    people = {"ana": ANA, "rui": Employee(id="rui", name="Rui", departments=("Pessoal",))}
    verdict = which_task(SURE, DAS, FILE, tasks, {"t": there}, people)
    assert (verdict.what if verdict.task else verdict.doubt) == expected
    if verdict.doubt:
        assert DOUBTS[verdict.doubt].say(**{"client": "", **verdict.params})


def test_a_period_that_reads_in_two_ways_is_decided_by_the_open_task() -> None:
    """A yearly balance sheet says 31/12: only the office's tasks tell whether December's or the year's is awaited."""
    both = SURE.model_copy(update={"period": None, "period_options": ("2026-12", "2026")})
    assert doubt_of(both) is None
    year, month = task("y", period="2026"), task("m", period="2026-12")
    assert which_task(both, DAS, FILE, [year], {}, {"ana": ANA}).task == year
    assert which_task(both, DAS, FILE, [year, month], {}, {"ana": ANA}).doubt == "several_tasks"
    done = month.model_copy(update={"status": TaskStatus.COMPLETED})
    assert which_task(both, DAS, FILE, [year, done], {}, {"ana": ANA}).task == year


def test_without_a_certain_part_nothing_is_looked_for() -> None:
    for part in ("client", "template", "period"):
        doubt = doubt_of(SURE.model_copy(update={part: None}))
        assert doubt is not None and doubt.doubt == part
    assert doubt_of(SURE.model_copy(update={"period": None, "period_needed": False})) is None


# --- with an office


@pytest.fixture
def office() -> Iterator[Bench]:
    """Two clients with numbers, a template known by its phrase, a task for each client, Ana who does them."""
    with quick_folder() as folder, bench(folder) as opened:
        ctx = opened.ctx
        config = ctx.config.model_copy(
            update={
                "office": ctx.config.office.model_copy(update={"tax_ids": (OFFICE,)}),
                "express": ExpressSection(complete=True),
            }
        )
        ready = replace(opened, ctx=replace(ctx, config=config))
        ctx.store.clients.save(
            [
                Client(id="1", name="Alfa Ltda", tax_id=ALFA, portal=("Alfa",)),
                Client(id="2", name="Beta ME", tax_id=BETA),
            ]
        )
        ctx.store.employees.save([ANA])
        save_rules(ctx, OWNER, "guia", [Rule(all=("Guia da Alfândega",))])
        ctx.store.tasks.save(
            [
                Task(id="a", client="1", name="Guia", period="2026-10", templates=("guia",), assignee="ana"),
                Task(id="b", client="2", name="Guia", period="2026-10", templates=("guia",), assignee="ana"),
                Task(id="c", client="2", name="Guia", period="2026-11", templates=("guia", "das"), assignee="ana"),
            ]
        )
        yield ready


def page(number: str = ALFA, period: str = "10/2026", more: str = "") -> str:
    return f"Guia da Alfândega\nContribuinte CNPJ {number}\nCompetência: {period}\n{more}\n"


def drop(office: Bench, name: str, text: str) -> Path:
    path = office.ctx.folder / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def look(office: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.office.inbox.QUIET", 0.0)
    Inbox(office.ctx, "w").look()


def express(office: Bench, *paths: Path, dry: bool = False) -> list[Outcome]:
    sources = [Source(path, path.name) for path in paths]
    with readers_of(office.ctx) as readers:
        one = Express(office.ctx, readers)
        return list(one.foresee(sources) if dry else one.attach(sources))


def test_express_acts_on_behalf_of_the_assignee(office: Bench) -> None:
    """A document that went out on nobody's permission is what permissions are there to prevent."""
    path = drop(office, "x.txt", page())
    (foreseen,) = express(office, path, dry=True)
    assert (foreseen.known, foreseen.verdict.what) == (True, Attached.NEW)
    assert office.ctx.store.documents.of_task("a") == []
    (done,) = express(office, path)
    assert done.completed and done.document is not None and path.exists()
    assert (done.document.attached_by, done.document.origin) == ("express", Origin.EXPRESS)
    assert office.last(done.document).authorised_by == "ana"
    assert {event.actor for event in office.ctx.store.events_of_document(done.document.id)} == {"express"}
    path.write_text(page(more="corrigida"), encoding="utf-8")
    (again,) = express(office, path)
    assert again.verdict.what is Attached.VERSION
    assert office.last(done.document).authorised_by == "ana"
    (same,) = express(office, path)
    assert same.verdict.what is Attached.SAME and same.known


def test_a_file_is_decided_by_what_those_before_it_in_one_go_have_changed(office: Bench) -> None:
    """Files are looked up many at once: two versions dropped together would otherwise be two documents, or a doubt."""
    paths = [drop(office, f"{folder}/x.txt", page(more=folder)) for folder in ("um", "dois")]
    assert [one.verdict.what for one in express(office, *paths, dry=True)] == [Attached.NEW, Attached.NEW]
    first, second = express(office, *paths)
    assert (first.verdict.what, first.completed) == (Attached.NEW, True)
    assert second.verdict.what is Attached.VERSION
    assert [one.version for one in office.ctx.store.documents.of_task("a")] == [2]


def test_a_task_is_completed_only_once_nothing_is_missing(office: Bench) -> None:
    (done,) = express(office, drop(office, "x.txt", page(BETA, "11/2026")))
    assert done.known and not done.completed
    task = office.ctx.store.tasks.get("c")
    assert task is not None and task.status is TaskStatus.OPEN


def test_what_is_recognised_from_a_picture_is_always_asked_about(office: Bench) -> None:
    """OCR reads an 8 for a 3: a number that is valid by chance would send one client's papers to another."""
    with readers_of(office.ctx) as readers:
        one = Express(office.ctx, readers)
        seen = one._seen(
            Source(Path("x"), "x.txt"), None, Reading(kind=FileKind.TEXT, pages=(page(),), recognised=True)
        )
        assert one._decide(seen, one._awaiting([seen])).doubt == "recognised"


def test_a_number_that_is_only_authorised_to_download_decides_nothing(office: Bench) -> None:
    """Invoices name their issuer's accountant: that is not whose document it is."""
    reading = Reading(
        kind=FileKind.XML, pages=(page(),), parties=(Party(role="authorised", tax_id="01815908000116", name="Alfa"),)
    )
    with readers_of(office.ctx) as readers:
        one = Express(office.ctx, readers)
        seen = one._seen(Source(Path("x"), "x.xml"), None, reading)
        assert one._decide(seen, one._awaiting([seen])).doubt == "client"
    assert Guard(office.ctx).evidence(reading, "2") == ()


def test_clients_that_changed_since_are_recognised_anew(office: Bench) -> None:
    """By what was known a minute ago a file may go to a client whose number was another's."""
    ctx = office.ctx
    with readers_of(ctx) as readers:
        one = Express(ctx, readers)
        ctx.store.clients.save(
            [Client(id="1", name="Alfa Ltda", tax_id=BETA), Client(id="2", name="Beta", tax_id=ALFA)]
        )
        ctx.store.append([event(ctx, OWNER, "client_changed", params={"what": ""})])
        (done,) = one.attach([Source(drop(office, "x.txt", page()), "x.txt")])
    assert done.document is not None and done.document.client == "2"


# --- what waits


def aside(ctx: Context) -> list[str]:
    return sorted(path.name for path in folder_of(ctx).iterdir() if path.is_file())


def test_the_inbox_takes_what_it_knows_and_puts_aside_the_rest(office: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = office.ctx
    drop(office, "0001 - Alfa/bom.txt", page())
    drop(office, "nota.txt", "Comprar café")
    drop(office, "outra/nota.txt", "Comprar açúcar")
    drop(office, "outra/igual.txt", "Comprar café")
    raw = os.fsencode(ctx.folder / "inbox") + b"/quebra\n" + b"\xe7\xe3o " + b"n" * 230 + b".txt"
    Path(os.fsdecode(raw)).write_text("sem texto util")
    drop(office, ".oculto", page(BETA))
    drop(office, "baixando.pdf.crdownload", page(BETA))
    look(office, monkeypatch)
    assert [one.task for one in ctx.store.documents.of_tasks(["a", "b"])] == ["a"]
    rows = {one.name: one for one in waiting(ctx)}
    assert sorted(rows) == aside(ctx)
    assert len(rows) == 3, "the same bytes wait once"
    assert {one.file_name for one in rows.values() if "nota" in one.name} == {"nota.txt"}
    assert any("quebra\nção" in one.file_name for one in rows.values())
    assert (ctx.folder / "inbox" / "outra").is_dir(), "people keep their folders"
    assert (ctx.folder / "inbox" / "baixando.pdf.crdownload").exists()
    assert sum(ctx.store.waiting.counts().values()) == 3


def test_a_full_disk_keeps_what_was_taken_until_there_is_room(office: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was dropped must be neither lost nor taken for unreadable because of a full disk."""
    ctx = office.ctx
    drop(office, "bom.txt", page())
    with (drop(office, "enorme.pdf", "")).open("r+b") as file:
        file.truncate(2 << 30)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.office.inbox.QUIET", 0.0)
    inbox = Inbox(ctx, "w")
    with monkeypatch.context() as patched:
        patched.setattr(type(ctx.blobs), "keep", full)
        with pytest.raises(OSError, match="No space"):
            inbox.look()
    assert not list(waiting(ctx))
    inbox.look()
    assert [one.source_name for one in ctx.store.documents.of_task("a")] == ["bom.txt"]
    (row,) = waiting(ctx)
    assert (row.name, row.params["code"]) == ("enorme.pdf", "too_large")


def test_a_folder_swapped_for_a_link_gives_nothing_away(office: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may write into the inbox alone would have the worker take, and show, what only its own user may read."""
    ctx, folder = office.ctx, office.ctx.folder / "inbox" / "pasta"
    drop(office, "pasta/a.txt", page())
    mine = ctx.folder / "particular"
    mine.mkdir()
    (mine / "a.txt").write_text(page())
    monkeypatch.setattr("core.office.inbox.QUIET", 0.0)
    ready = Inbox._ready

    def swapped(inbox: Inbox) -> tuple[list[Path], bool]:
        found = ready(inbox)
        folder.rename(office.ctx.folder / "antes")
        folder.symlink_to(mine)
        return found

    monkeypatch.setattr(Inbox, "_ready", swapped)
    Inbox(ctx, "w").look()
    assert (mine / "a.txt").exists()
    assert not ctx.store.documents.of_task("a") and not list(waiting(ctx))


def test_a_mended_cause_lets_a_file_go_by_itself(office: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = office.ctx
    drop(office, "cedo.txt", page(ALFA, "12/2026"))
    look(office, monkeypatch)
    (row,) = waiting(ctx)
    assert row.doubt == "no_task"
    ctx.store.tasks.save([task("d", period="2026-12", templates=("guia",))])
    with readers_of(ctx) as readers:
        (done,) = try_again(ctx, Express(ctx, readers))
    assert done.document is not None and done.document.task == "d"
    assert aside(ctx) == [] and not list(waiting(ctx))


def test_a_person_confirms_and_the_file_leaves(office: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx, ana = office.ctx, Actor.employee(ANA, "ana")
    drop(office, "vago.txt", "Guia da Alfândega sem número\nCompetência: 10/2026")
    look(office, monkeypatch)
    (row,) = waiting(ctx)
    assert "Alfândega" in text_of(ctx, row.id).text
    with pytest.raises(Refused):
        confirm(ctx, Actor.employee(ANA.model_copy(update={"departments": ("Pessoal",)}), "x"), row.id, task="a")
    done = confirm(ctx, ana, row.name, client="1")
    assert (done.attached.document.task, done.attached.document.attached_by, done.completed) == ("a", "ana", True)
    assert office.last(done.attached.document).authorised_by == "ana"
    assert aside(ctx) == []
    with pytest.raises(Refused):
        find_waiting(ctx, row.id)


def test_a_file_is_confirmed_only_for_what_was_said_of_it(office: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was told that it stays must not have sent it: someone else may complete, reopen or mark in between."""
    ctx = office.ctx
    drop(office, "vago.txt", "Guia da Alfândega sem número\nCompetência: 10/2026")
    look(office, monkeypatch)
    (row,) = waiting(ctx)
    told = propose(ctx, OWNER, row.id, Choice(task="a", template="guia")).effect
    assert told is not None and (told.status, told.completes, told.leaves) == (TaskStatus.OPEN, True, 1)
    office.ctx.store.templates.save([find_templates(ctx, ["guia"])[0].model_copy(update={"send": False})])
    with pytest.raises(ChangedMeanwhile, match="A tarefa a mudou"):
        confirm(ctx, OWNER, row.id, task="a", template="guia", expected=told)
    complete_task(ctx, OWNER, "a", force=True)
    now = propose(ctx, OWNER, row.id, Choice(task="a", template="guia")).effect
    assert now is not None and (now.status, now.completes, now.leaves) == (TaskStatus.COMPLETED, False, 0)
    with pytest.raises(ChangedMeanwhile):
        confirm(ctx, OWNER, row.id, task="a", template="guia", expected=told)
    assert not ctx.store.documents.of_task("a") and list(waiting(ctx)) == [row]
    assert confirm(ctx, OWNER, row.id, task="a", template="guia", expected=now).attached.document.task == "a"


def test_what_is_remembered_is_known_the_next_time(office: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has said once what an office's own report is should not have to say it every month."""
    ctx = office.ctx
    report = "Relatório Gerencial de Movimento\nCNPJ {number}\nCompetência: {period}\n"
    drop(office, "um.txt", report.format(number=ALFA, period="10/2026"))
    look(office, monkeypatch)
    (row,) = waiting(ctx)
    assert row.doubt == "template"
    done = confirm(ctx, OWNER, row.id, task="a", template="guia", remember=True)
    assert done.rule is not None and done.rule in rules_of(ctx, "guia").own and done.catches == {}
    (known,) = express(office, drop(office, "dois.txt", report.format(number=BETA, period="10/2026")))
    assert known.document is not None and known.document.task == "b"


def test_what_is_discarded_is_kept_elsewhere(office: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that someone dropped is ever deleted on a guess."""
    ctx = office.ctx
    for text in ("um", "dois"):
        drop(office, "nota.txt", f"Comprar {text}")
        look(office, monkeypatch)
        place = discard(ctx, OWNER, "nota.txt")
        assert place.parent == folder_of(ctx) / DISCARDED and place.read_text() == f"Comprar {text}"
    assert not list(waiting(ctx)) and aside(ctx) == []


def test_rows_without_files_go_and_files_without_rows_are_found(office: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = office.ctx
    drop(office, "nota.txt", "Comprar café")
    look(office, monkeypatch)
    (folder_of(ctx) / "nota.txt").rename(folder_of(ctx) / "outra.txt")
    monkeypatch.setattr("core.office.unrecognised.SETTLING", -1.0)
    assert tidy(ctx).gone == 1
    assert [path.name for path in tidy(ctx).stray] == ["outra.txt"]


def test_a_name_that_is_taken_is_never_taken_from_its_file(office: Bench) -> None:
    ctx = office.ctx
    shelf = Shelf(ctx)
    with readers_of(ctx) as readers:
        one = Express(ctx, readers)
        first = drop(office, "nota.txt", "Comprar café")
        (outcome,) = one.attach([Source(first, "nota.txt")], shelf)
    folder_of(ctx).mkdir()
    (folder_of(ctx) / "nota.txt").write_text("de outra pessoa")  # between the row and the move
    shelf.put(outcome.source)
    assert (folder_of(ctx) / "nota.txt").read_text() == "de outra pessoa"
    assert (folder_of(ctx) / "nota (1).txt").read_text() == "Comprar café"
    assert [row.name for row in waiting(ctx)] == ["nota (1).txt"]


# --- the guard


def test_another_clients_number_is_refused_until_confirmed(office: Bench) -> None:
    """The wrong payroll in the wrong folder is the accident that offices fear most."""
    path = drop(office, "b.txt", page(BETA, more=f"Contador {OFFICE}"))
    with pytest.raises(OtherClient) as caught:
        documents.attach_files(office.ctx, OWNER, "a", [path], "guia")
    (evidence,) = caught.value.evidence
    assert (evidence.client, evidence.number) == ("2", BETA)
    assert "Contribuinte CNPJ" in evidence.line
    assert office.ctx.store.documents.of_task("a") == []
    (made,) = documents.attach_files(office.ctx, OWNER, "a", [path], "guia", confirm_client=True)
    assert "client_confirmed" in office.codes(made.document)
    (same,) = documents.attach_files(office.ctx, OWNER, "a", [path], "guia")
    assert same.what is Attached.SAME, "bytes that are attached already are not asked about again"


@pytest.mark.parametrize(
    "text", [page(ALFA, more=f"Pagador CNPJ {BETA}"), page(OFFICE), "nada", page("11.111.111/1111-11")]
)
def test_what_bears_the_clients_own_number_or_none_passes(office: Bench, text: str) -> None:
    """Payer and payee stand on one slip: asked each time, people would learn to say yes."""
    documents.attach_files(office.ctx, OWNER, "a", [drop(office, "b.txt", text)], "guia")


def test_of_a_documents_csv_only_the_doubtful_rows_wait(office: Bench) -> None:
    folder = office.files
    (folder / "a.txt").write_text(page(ALFA), encoding="utf-8")
    (folder / "b.txt").write_text(page(ALFA), encoding="utf-8")
    rows = [("task", "template", "file"), ("a", "guia", "a.txt"), ("b", "guia", "b.txt")]
    write_csv(folder / "documents.csv", rows)
    (imported,) = import_folder(office.ctx, OWNER, folder)
    assert (imported.added, imported.problems) == (1, ())
    (held,) = (one.say() for one in imported.held)
    assert held.startswith("documents.csv, linha 3:") and ALFA in held and "--confirm-client" in held
    (again,) = import_folder(office.ctx, OWNER, folder, confirm_client=True)
    assert (again.added, again.held) == (1, ())
    assert {one.task for one in office.ctx.store.documents.with_bytes(sha(page(ALFA).encode()))} == {"a", "b"}


def write_csv(path: Path, rows: Sequence[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


# --- rules


def test_rules_by_csv(office: Bench) -> None:
    """An office's own documents: given once, repeatable, and what was made by hand survives."""
    ctx, folder = office.ctx, office.files
    heads = ("template", "all", "any", "none", "file_name", "period_of", "validate_period")
    rows = [
        heads,
        ("guia", "Guia  Azul|Via do cliente", "", "rascunho", "", "", "não"),
        ("guia", "", "Guia Verde", "", "*.pdf", "ano", ""),
    ]
    write_csv(folder / "rules.csv", rows)
    (done,) = import_folder(ctx, OWNER, folder)
    assert (done.problems, done.added) == ((), 1)
    rules = rules_of(ctx, "guia")
    assert [one.source for one in rules.own] == [RuleSource.HAND, RuleSource.CSV, RuleSource.CSV]
    assert rules.own[1] == Rule(all=("Guia Azul", "Via do cliente"), none=("rascunho",), source=RuleSource.CSV)
    assert (rules.own[2].any, rules.own[2].period_of, rules.validate_period) == (("Guia Verde",), "year", False)
    (again,) = import_folder(ctx, OWNER, folder)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1)
    write_csv(folder / "rules.csv", [heads, ("guia", "", "", "só isto", "", "", ""), ("nada", "x", "", "", "", "", "")])
    (wrong,) = import_folder(ctx, OWNER, folder)
    assert [(one.line, one.column) for one in wrong.problems] == [(2, "all"), (3, "template")]
    assert rules_of(ctx, "guia") == rules


def test_a_rule_is_tried_before_it_is_saved(office: Bench) -> None:
    """A rule that also catches another template's documents makes both of them doubtful for ever."""
    ctx = office.ctx
    known = drop(office, "folha.txt", f"Resumo da folha\n{ALFA}\nValor total")
    documents.attach_files(ctx, OWNER, "t1", [known], "folha")
    wide = Rule(any=("valor total",))
    (trial,) = try_rule(ctx, wide, [known])
    assert trial.spans
    assert other_templates(ctx, wide, "guia") == {"folha": ["folha.txt"]}
    with pytest.raises(Refused):
        save_rules(ctx, OWNER, "guia", [Rule(none=("nada",))])
    with pytest.raises(Refused):
        save_rules(ctx, Actor.employee(ANA, "ana"), "folha", [wide])


def test_a_completed_task_asks_for_anything_but_a_new_version(office: Bench) -> None:
    complete_task(office.ctx, OWNER, "a", force=True)
    (done,) = express(office, drop(office, "x.txt", page()))
    assert done.verdict == Verdict(None, doubt="completed", params={"client": "Alfa Ltda", "task": "a"})


def test_a_path_that_never_was_is_named_and_nothing_is_done(
    office: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who mistypes a path would be told to drop a file again that never was there."""
    monkeypatch.setenv("MALOTE_LANG", "pt")
    there, wrong = drop(office, "x.txt", page()), office.files / "y.txt"
    status = main(["--office", str(office.ctx.folder), "express", str(there), str(wrong), str(there / "z.txt")])
    told = capsys.readouterr()
    assert (status, told.out) == (1, "")
    assert f"Não há o arquivo {wrong}." in told.err
    assert f"Não há o arquivo {there / 'z.txt'}." in told.err
    assert str(there) + "." not in told.err
    assert office.ctx.store.documents.count() == 0


def test_what_comes_next_is_named(
    office: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents attached to open tasks would wait there: nothing is sent before someone completes them."""
    monkeypatch.setenv("MALOTE_LANG", "pt")
    office.ctx.store.tasks.save([task("b", client="2", name="Guia", templates=("guia", "folha"))])
    files = [drop(office, "x.txt", page()), drop(office, "y.txt", page(BETA))]
    say = ["--office", str(office.ctx.folder), "express", *map(str, files)]
    assert main([*say, "--dry-run"]) == 0
    assert "malote complete" not in capsys.readouterr().err
    assert main(say) == 0
    told = capsys.readouterr().err
    assert "Próximo passo, para enviar: malote complete a\n" in told
    assert "Ainda faltam outros documentos a: b\n" in told


def test_two_templates_of_one_name_are_told_apart(
    office: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """“Guia, Guia” between which one is to choose says nothing."""
    monkeypatch.setenv("MALOTE_LANG", "pt")
    ctx = office.ctx
    guia = ctx.store.templates.get("guia")
    assert guia is not None
    other = guia.model_copy(update={"id": "guia2", "department": "Pessoal"})
    ctx.store.templates.save([other.model_copy(update={"rules": (Rule(all=("Outra coisa",)),)})])
    assert main(["--office", str(ctx.folder), "express", str(drop(office, "x.txt", page()))]) == 0
    assert f"{guia.name} ({guia.department})" in capsys.readouterr().out
    ctx.store.templates.save([other])
    (done,) = express(office, drop(office, "y.txt", page(BETA)))
    assert f"{guia.name} ({guia.department}), {guia.name} (Pessoal)" in done.reason.say("pt")
    row = Waiting(id="w", name="y.txt", file_name="y.txt", found_at=NOW, doubt="template")
    ctx.store.waiting.save([row.model_copy(update={"recognition": done.recognition})])
    assert propose(ctx, OWNER, "w", Choice(template="guia2")).called == f"{guia.name} (Pessoal)"
