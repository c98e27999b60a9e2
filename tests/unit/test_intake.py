"""Importing a folder: all of a file or nothing of it, told by its place; again, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.models import (
    Delivery,
    DeliveryStatus,
    DestinationSource,
    Document,
    Employee,
    Hold,
    Model,
    Origin,
    Task,
    TaskStatus,
    Template,
)
from core.domain.permissions import Actor
from core.domain.text import InvalidValue
from core.office import Context, Refused, activation, mapping
from core.office.documents import attach_files, remove_document
from core.office.intake import Imported, import_folder
from core.office.intake.cells import clean, read_bool, read_date, read_list, read_period
from core.office.intake.sheet import open_sheet
from core.office.registry import set_client, set_employee
from core.office.tasks import complete_task, reopen_task
from core.office.views import every

CLIENTS = "id,name,tax_id,portal\n0012,Livraria Ipê,01.815.908/0001-16,0012 - Ipê\n13,Farmácia,66131860000172,0013\n"
TEMPLATES = "id,name,department,destination\ndas,DAS,Fiscal,Fiscal > DAS\nbal,Balancete,Contabilidade,\n"
EMPLOYEES = "id,name,login,departments,admin\nana,Ana,ana,Fiscal;Contabilidade,no\nbia,Bia,,,yes\n"
TASKS = "id,client,name,period,legal_date,target_date,assignee,templates\nT1,0012,DAS,2026-10,2026-11-20,,ana,das\n"

Import = Callable[..., dict[str, Imported]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "import"
    path.mkdir()
    return path


@pytest.fixture
def take(ctx: Context, owner: Actor, folder: Path) -> Import:
    """Import files given by their names; those of the call before are gone."""

    def run(actor: Actor = owner, **files: str | bytes) -> dict[str, Imported]:
        for old in folder.glob("*.csv"):
            old.unlink()
        for name, text in files.items():
            (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        return {one.file: one for one in import_folder(ctx, actor, folder)}

    return run


@pytest.fixture
def filled(take: Import) -> Import:
    """An office with clients, templates, employees and a task."""
    done = take(clients=CLIENTS, templates=TEMPLATES, employees=EMPLOYEES, tasks=TASKS)
    assert not any(one.problems or one.warnings for one in done.values())
    return take


def problems(one: Imported) -> list[tuple[int, str | int, str]]:
    assert (one.added, one.changed, one.unchanged) == (0, 0, 0)
    return [(problem.line, problem.column, problem.value) for problem in one.problems]


def codes(ctx: Context, since: int = 0) -> list[str]:
    return [one.code for one in ctx.store.events_after(since)]


def everything(ctx: Context) -> list[Model]:
    store = ctx.store
    people = (*every(store.clients), *every(store.templates), *every(store.employees))
    return [*people, *every(store.tasks), *every(store.documents), *every(store.deliveries)]


def fail(ctx: Context, code: str, **fields: Any) -> Delivery:
    """Make the only delivery one that failed."""
    (one,) = every(ctx.store.deliveries)
    failed = one.model_copy(update={"status": DeliveryStatus.FAILED, "failure": code, "hold": None, **fields})
    ctx.store.deliveries.save([failed])
    return failed


def send_one(ctx: Context, owner: Actor, folder: Path, by: str | None = None) -> Document:
    """Attach a document to T1 and complete it."""
    activation.activate(ctx, owner)
    (folder / "das.pdf").write_bytes(b"das")
    (attached,) = attach_files(ctx, owner, "T1", [folder / "das.pdf"], "das")
    complete_task(ctx, owner, "T1", by=by)
    return attached.document


# --- what a folder brings


def test_a_folder_is_taken_in_the_order_in_which_its_files_need_each_other(ctx: Context, filled: Import) -> None:
    client = ctx.store.clients.get("0012")
    assert client is not None
    assert (client.name, client.tax_id, client.portal) == ("Livraria Ipê", "01815908000116", ("0012 - Ipê",))
    template = ctx.store.templates.get("das")
    assert template is not None
    assert (template.destination, template.destination_source) == (("Fiscal", "DAS"), DestinationSource.CSV)
    assert ctx.store.employees.get("ana") == Employee(
        id="ana", name="Ana", login="ana", departments=("Fiscal", "Contabilidade")
    )
    assert ctx.store.tasks.get("T1") == Task(
        id="T1", client="0012", name="DAS", period="2026-10", legal_date=date(2026, 11, 20), assignee="ana",
        templates=("das",),
    )  # fmt: skip
    assert codes(ctx) == ["imported"] * 4


def test_the_same_again_writes_nothing_at_all(ctx: Context, filled: Import) -> None:
    """An office that imports every hour must not drown its journal, nor lose what people changed."""
    before, seq = everything(ctx), ctx.store.last_seq()
    again = filled(clients=CLIENTS, templates=TEMPLATES, employees=EMPLOYEES, tasks=TASKS)
    assert [(one.added, one.changed) for one in again.values()] == [(0, 0)] * 4
    assert [one.unchanged for one in again.values()] == [2, 2, 2, 1]
    assert (everything(ctx), ctx.store.last_seq()) == (before, seq)


def test_portuguese_headers_of_a_brazilian_spreadsheet(ctx: Context, take: Import) -> None:
    text = (
        'sep=;\r\nCódigo;RAZÃO SOCIAL;CNPJ/CPF;Pasta;E-mail;;\r\n="0012";"Ipê; Livros";529.982.247-25;\'0012;a@b;;\r\n'
    )
    done = take(Clients=text.encode("cp1252"))["Clients.csv"]
    assert (done.added, done.problems) == (1, ())
    assert [one.say() for one in done.warnings] == ["Clients.csv: a coluna E-mail não é conhecida e foi ignorada"]
    (client,) = every(ctx.store.clients)
    assert client.model_dump() == {"id": "0012", "name": "Ipê; Livros", "tax_id": "52998224725", "portal": ("0012",)}


def test_an_empty_cell_changes_nothing_and_absent_rows_stay(ctx: Context, filled: Import) -> None:
    done = filled(clients="id,name,tax_id\n13,Farmácia Nova,\n", templates="id,department\nbal,Fiscal\n")
    assert (done["clients.csv"].changed, done["templates.csv"].changed) == (1, 1)
    client = ctx.store.clients.get("13")
    assert client is not None
    assert (client.name, client.tax_id, client.portal) == ("Farmácia Nova", "66131860000172", ("0013",))
    assert ctx.store.clients.count() == 2


def test_progress_ends_with_all_rows(ctx: Context, owner: Actor, folder: Path) -> None:
    (folder / "clients.csv").write_text("id,name\n" + "".join(f"{n},C {n}\n" for n in range(2500)))
    said: list[tuple[str, int, int]] = []
    import_folder(ctx, owner, folder, lambda *what: said.append(what))
    assert said == [("clients.csv", done, 2500) for done in (0, 1000, 2000, 2500)]


def test_other_csv_files_are_ignored_with_a_word_and_other_folders_refused(
    ctx: Context, owner: Actor, take: Import, tmp_path: Path
) -> None:
    assert [one.say() for one in take(truth="a,b\n")["truth.csv"].warnings] == [
        "truth.csv não é um arquivo de importação e foi ignorado"
    ]
    assert take() == {}
    with pytest.raises(Refused, match="nowhere"):
        import_folder(ctx, owner, tmp_path / "nowhere")


# --- what is wrong is told, and nothing of that file taken


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("clients", "id,name,cnpj\n1,A,\n2,B,01.815.908/0001-17\n", [(3, "cnpj", "01.815.908/0001-17")]),
        ("clients", "id,name\n1,A\n\n1,B\n", [(4, "id", "1")]),
        ("clients", "id,name\n,A\n", [(2, "id", "")]),
        ("clients", "id,name\n1,\n", [(2, "name", "")]),
        ("clients", "name\nA\nB\n", [(1, "id", "")]),
        ("clients", "id,cnpj\n1,\n2,\n", [(1, "name", "")]),
        ("clients", "id,nome,razão social\n1,A,B\n", [(1, "razão social", "")]),
        ("clients", "id,name,portal\n1,A,Pasta\n2,B,pasta/Sub\n", [(3, "portal", "pasta/Sub")]),
        ("clients", "id,name,portal\n1,A,Sub/X\n2,B,FARMÁCIA\n3,C,farmácia\n", [(4, "portal", "farmácia")]),
        ("clients", "id,name,portal\n1,A,0012 - ipê/x\n", [(2, "portal", "0012 - ipê/x")]),
        ("clients", "id,name,portal\n1,A,a/../b\n2,B,.malote\n", [(2, "portal", "a/../b"), (3, "portal", ".malote")]),
        ("clients", 'id,name\n1,"A\n', [(2, "name", '"A\n')]),
        ("templates", "id,name,department,destination\nx,X,F,Fiscal > {x}\n", [(2, "destination", "Fiscal > {x}")]),
        ("templates", "id,name,department,send\nx,X,F,?\ny,Y,,não\n", [(2, "send", "?"), (3, "department", "")]),
        ("employees", "id,name\nexpress,E\n@root,R\n", [(2, "id", "express"), (3, "id", "@root")]),
        ("employees", "id,name,login\nx,X,ana\ny,Y,novo\nz,Z,novo\n", [(2, "login", "ana"), (4, "login", "novo")]),
        ("tasks", "id,client,name,period\nT2,99,X,2026-10\n", [(2, "client", "99")]),
        ("tasks", "id,client,name,period,templates\nT2,13,X,2026-13,das|nada\n", [(2, "period", "2026-13")]),
        ("tasks", "id,client,name,period,templates\nT2,13,X,2026,das|nada\n", [(2, "templates", "nada")]),
        (
            "tasks",
            "id,client,name,period,data legal,status,completed_by\nT2,13,X,2026,31/02/2026,feita,\nT3,13,Y,2026,,,zé\n",
            [(2, "data legal", "31/02/2026"), (2, "status", "feita"), (3, "completed_by", "zé")],
        ),
        ("documents", "task,template,file\nT9,das,x.pdf\n", [(2, "task", "T9"), (2, "file", "x.pdf")]),
        (
            "documents",
            "task,template,file,origin\nT1,nada,.,fax\n",
            [(2, "origin", "fax"), (2, "template", "nada"), (2, "file", ".")],
        ),
        ("documents", "task,file\nT1,x\n", [(1, "template", "")]),
    ],
)
def test_a_wrong_row_is_told_with_line_column_and_value(
    ctx: Context, filled: Import, file: str, text: str, told: list[tuple[int, str, str]]
) -> None:
    before, seq = everything(ctx), ctx.store.last_seq()
    done = filled(**{file: text})[f"{file}.csv"]
    assert problems(done) == told
    for one in done.problems:
        where = f"{file}.csv, linha {one.line}, coluna {one.column}: "
        assert one.say("pt").startswith(where)
        assert one.value.split("\n")[0] in one.say("pt")
        assert one.say("en")
    assert (everything(ctx), ctx.store.last_seq()) == (before, seq)


def test_fifty_problems_and_how_many_more(take: Import) -> None:
    done = take(clients="id,name,cnpj\n" + "".join(f"{n},C,{n}\n" for n in range(60)))["clients.csv"]
    assert len(done.problems) == 51
    assert done.problems[-1].say() == "clients.csv: E mais 10 problemas"


def test_the_other_files_are_taken_and_what_depends_on_a_refused_one_is_refused_itself(
    ctx: Context, take: Import
) -> None:
    done = take(clients=CLIENTS + "14,X,1,\n", templates=TEMPLATES, tasks=TASKS)
    assert [(line, column) for line, column, _ in problems(done["clients.csv"])] == [(4, "tax_id")]
    assert done["templates.csv"].added == 2
    assert problems(done["tasks.csv"]) == [(2, "client", "0012")]
    assert (ctx.store.clients.count(), ctx.store.tasks.count()) == (0, 0)


def test_clients_may_exchange_their_folders_in_one_file(ctx: Context, filled: Import) -> None:
    """The state after the file counts, not that between its rows."""
    assert filled(clients="id,portal\n0012,0013\n13,0012 - Ipê\n")["clients.csv"].changed == 2
    assert dict(ctx.store.clients.roots()) == {"0012": ("0013",), "13": ("0012 - Ipê",)}


def test_one_cnpj_twice_is_taken_with_a_word(filled: Import) -> None:
    done = filled(clients="id,name,cnpj\n14,Ipê Filial,01815908000116\n")["clients.csv"]
    assert done.added == 1
    assert [one.say() for one in done.warnings] == [
        "clients.csv, linha 2: o CNPJ ou CPF 01.815.908/0001-16 também é do cliente 0012"
    ]


def test_only_admins_import_more_than_documents(ctx: Context, filled: Import) -> None:
    ana = Actor("ana", "ana", admin=False, departments=("Fiscal",))
    with pytest.raises(Refused, match="ana"):
        filled(ana, clients="id,name\n77,X\n", documents="task,template,file\n")
    assert ctx.store.clients.get("77") is None


# --- mending by importing


def test_a_client_that_gains_a_folder_sends_what_waited_for_it(
    ctx: Context, owner: Actor, filled: Import, folder: Path
) -> None:
    send_one(ctx, owner, folder)
    fail(ctx, "client_not_linked")
    filled(clients="id,portal\n0012,Outra Pasta\n")
    assert [one.status for one in every(ctx.store.deliveries)] == [DeliveryStatus.QUEUED]
    assert codes(ctx)[-3:] == ["client_changed", "requeued", "imported"]


@pytest.mark.parametrize("row", ["ana,,,yes", "ana,,Pessoal|Fiscal,"])
def test_an_employee_who_is_allowed_sends_what_waited_for_it(
    ctx: Context, owner: Actor, filled: Import, folder: Path, row: str
) -> None:
    set_employee(ctx, owner, "ana", departments=("Contabilidade",))
    send_one(ctx, owner, folder, by="ana")
    fail(ctx, "permission_denied")
    filled(employees=f"id,name,departments,admin\n{row}\n")
    assert [one.status for one in every(ctx.store.deliveries)] == [DeliveryStatus.QUEUED]


@pytest.mark.parametrize(
    ("failure", "row"),
    [
        ("no_destination", ",,,Fiscal > Guias,"),
        ("no_destination", ",,,,não"),
        ("permission_denied", ",,Contabilidade,,"),
    ],
)
def test_a_template_that_changes_sends_what_waited_for_it(
    ctx: Context, owner: Actor, filled: Import, folder: Path, failure: str, row: str
) -> None:
    """Mapped, or not sent any more (so that it settles as skipped), or of a department that is allowed."""
    set_employee(ctx, owner, "ana", departments=("Contabilidade",))
    send_one(ctx, owner, folder, by="ana")
    fail(ctx, failure)
    assert filled(templates=f"id,name,department,destination,send\ndas{row}\n")["templates.csv"].changed == 1
    assert [one.status for one in every(ctx.store.deliveries)] == [DeliveryStatus.QUEUED]


# --- destinations


def das(ctx: Context) -> Template:
    found = ctx.store.templates.get("das")
    assert found is not None
    return found


def test_a_destination_that_someone_chose_survives_with_a_word(ctx: Context, owner: Actor, filled: Import) -> None:
    mapping.map_templates(ctx, owner, ["das"], ("Guias",))
    done = filled(templates=TEMPLATES)["templates.csv"]
    assert (das(ctx).destination, das(ctx).destination_source) == (("Guias",), DestinationSource.HAND)
    assert (done.changed, done.unchanged, len(done.warnings)) == (0, 2, 1)
    assert "Fiscal > DAS" in done.warnings[0].say()


def test_having_none_is_a_choice_too(ctx: Context, owner: Actor, filled: Import) -> None:
    mapping.map_templates(ctx, owner, ["das"], None)
    filled(templates=TEMPLATES)
    assert das(ctx).destination is None


def test_a_csv_updates_what_a_csv_gave_and_it_can_be_undone(ctx: Context, owner: Actor, filled: Import) -> None:
    assert filled(templates="id,destination\ndas,Fiscal/Guias\n")["templates.csv"].changed == 1
    assert das(ctx).destination == ("Fiscal", "Guias")
    assert codes(ctx)[-2:] == ["mapped", "imported"]
    mapping.undo(ctx, owner)
    assert das(ctx).destination == ("Fiscal", "DAS")


def test_templates_imported_after_activation_get_their_standard_folder(
    ctx: Context, owner: Actor, take: Import
) -> None:
    activation.activate(ctx, owner, standard_folders=True)
    text = (
        "id,name,department,destination,send\na,DAS,Fiscal,,\nb,DAS 2,Fiscal,,\nc,DAS,Fiscal,Minha,\nd,DAS,Fiscal,,no\n"
    )
    take(templates=text)
    found = {one.id: (one.destination, one.destination_source, one.send) for one in every(ctx.store.templates)}
    assert found == {
        "a": (("Fiscal", "DAS"), DestinationSource.STANDARD, True),
        "b": (None, None, True),
        "c": (("Minha",), DestinationSource.CSV, True),
        "d": (None, None, False),
    }
    assert take(templates=text)["templates.csv"].unchanged == 4


# --- tasks


COMPLETED = "id,client,name,period,templates,status,completed_by\nT1,0012,DAS,2026-10,das|bal,concluída,ana\n"


def test_a_completed_task_is_completed_once_its_documents_are_in(ctx: Context, filled: Import, folder: Path) -> None:
    (folder / "das.pdf").write_bytes(b"das")
    documents = "task,template,file\nT1,das,das.pdf\n"
    done = filled(tasks=COMPLETED, documents=documents)
    assert (done["tasks.csv"].changed, done["documents.csv"].added) == (1, 1)
    task = ctx.store.tasks.get("T1")
    assert task is not None
    assert (task.status, task.completed_by) == (TaskStatus.COMPLETED, "ana")
    (delivery,) = every(ctx.store.deliveries)
    assert (delivery.authorised_by, delivery.hold) == ("ana", Hold.INACTIVE)
    told = [one for one in ctx.store.events_after(0) if one.code == "missing_documents"]
    assert [one.params["missing"] for one in told] == ["Balancete"]
    before, seq = everything(ctx), ctx.store.last_seq()
    again = filled(tasks=COMPLETED, documents=documents)
    assert [(one.added, one.changed, one.unchanged) for one in again.values()] == [(0, 0, 1)] * 2
    assert (everything(ctx), ctx.store.last_seq()) == (before, seq)


def test_nothing_is_completed_while_a_file_of_the_folder_is_refused(ctx: Context, filled: Import) -> None:
    """Completing without the documents that were meant would send nothing, and say that all is done."""
    done = filled(tasks=COMPLETED, documents="task,template,file\nT1,das,fehlt.pdf\n")
    assert "não foram concluídas" in done["tasks.csv"].warnings[-1].say()
    assert ctx.store.tasks.counts() == {"open": 1}


def test_a_completed_task_survives_a_row_that_says_open(ctx: Context, owner: Actor, filled: Import) -> None:
    complete_task(ctx, owner, "T1", force=True)
    assert filled(tasks="id,name,status\nT1,DAS mensal,open\n")["tasks.csv"].changed == 1
    task = ctx.store.tasks.get("T1")
    assert task is not None
    assert (task.name, task.status, task.completed_by) == ("DAS mensal", TaskStatus.COMPLETED, owner.id)


def test_many_tasks_are_completed_with_their_own_people(ctx: Context, owner: Actor, filled: Import) -> None:
    rows = "".join(f"N{n:04},13,X,2026-10,,completed,{'ana' if n % 2 else ''}\n" for n in range(1100))
    done = filled(tasks="id,client,name,period,templates,status,completed_by\n" + rows)["tasks.csv"]
    assert (done.added, done.changed) == (1100, 0)
    assert ctx.store.tasks.counts() == {"open": 1, "completed": 1100}
    people = {key: one.completed_by for key, one in ctx.store.tasks.get_many(["N0000", "N1099"]).items()}
    assert people == {"N0000": owner.id, "N1099": "ana"}


def test_a_task_with_documents_keeps_its_client(ctx: Context, owner: Actor, filled: Import, folder: Path) -> None:
    """One company's papers in another's folder is the one thing that must never happen."""
    moved = "id,client\nT1,13\n"
    document = send_one(ctx, owner, folder)
    reopen_task(ctx, owner, "T1")
    assert problems(filled(tasks=moved)["tasks.csv"]) == [(2, "client", "13")]
    remove_document(ctx, owner, document.id)
    assert problems(filled(tasks=moved)["tasks.csv"]) == [(2, "client", "13")]


def test_a_task_without_documents_may_change_its_client(ctx: Context, filled: Import) -> None:
    assert filled(tasks="id,client\nT1,13\n")["tasks.csv"].changed == 1


def test_an_assignee_who_is_no_employee_is_told_once(filled: Import) -> None:
    rows = "".join(f"T{n},13,X,2026-10,zé\n" for n in range(2, 9))
    warnings = filled(tasks="id,client,name,period,assignee\n" + rows)["tasks.csv"].warnings
    assert [one.say() for one in warnings] == ["tasks.csv, linha 2: o responsável zé não está entre os funcionários"]


# --- documents


def test_files_are_found_relative_absolute_and_by_windows_paths(ctx: Context, filled: Import, folder: Path) -> None:
    (folder / "papéis").mkdir()
    for number in range(3):
        (folder / "papéis" / f"{number}.pdf").write_bytes(b"%d" % number)
    text = (
        "task;template;file;origin\nT1;das;papéis/0.pdf;\nT1;das;papéis\\1.pdf;contábil\n"
        f"T1;das;{folder / 'papéis' / '2.pdf'};Express\nT1;das;papéis/2.pdf;\n"
    )
    assert filled(documents=text)["documents.csv"].added == 3
    found = [(one.name, one.origin) for one in ctx.store.documents.of_task("T1")]
    assert found == [("0.pdf", Origin.MANUAL), ("1.pdf", Origin.ACCOUNTING), ("2.pdf", Origin.EXPRESS)]


def test_all_documents_are_attached_or_none(ctx: Context, owner: Actor, filled: Import, folder: Path) -> None:
    """A name that an attached file has taken is only found when attaching; what was attached before it goes back."""
    (folder / "a?").mkdir()
    for name in ("a.pdf", "x\x01.pdf"):
        (folder / name).write_bytes(name.encode())
    (folder / "a?" / "x.pdf").write_bytes(b"other")
    attach_files(ctx, owner, "T1", [folder / "a?" / "x.pdf"], "das")
    seq = ctx.store.last_seq()
    text = "task,template,file\nT1,das,a.pdf\nT1,das,x\x01.pdf\n"
    assert problems(filled(documents=text)["documents.csv"]) == [(3, "file", "x\x01.pdf")]
    assert (len(ctx.store.documents.of_task("T1")), ctx.store.last_seq()) == (1, seq)


def test_two_files_of_one_name_are_refused(filled: Import, folder: Path) -> None:
    """They would be two versions of one document, the other way round at each import."""
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "x.pdf").write_bytes(name.encode())
    done = filled(documents="task,template,file\nT1,das,a/x.pdf\nT1,das,b/x.pdf\n")["documents.csv"]
    assert problems(done) == [(3, "file", "b/x.pdf")]


def test_other_bytes_are_a_new_version_and_lost_ones_are_kept_again(ctx: Context, filled: Import, folder: Path) -> None:
    documents = "task,template,file\nT1,das,x.pdf\n"
    (folder / "x.pdf").write_bytes(b"one")
    filled(documents=documents)
    (folder / "x.pdf").write_bytes(b"two")
    assert filled(documents=documents)["documents.csv"].changed == 1
    (document,) = ctx.store.documents.of_task("T1")
    assert document.version == 2
    ctx.blobs.path(document.sha256).unlink()
    assert filled(documents=documents)["documents.csv"].unchanged == 1
    assert ctx.blobs.state(document.sha256, document.size) is None


def test_a_removed_document_never_comes_back(ctx: Context, owner: Actor, filled: Import, folder: Path) -> None:
    documents = "task,template,file\nT1,das,x.pdf\n"
    (folder / "x.pdf").write_bytes(b"one")
    filled(documents=documents)
    remove_document(ctx, owner, "T1/x.pdf")
    seq = ctx.store.last_seq()
    (folder / "x.pdf").write_bytes(b"two")
    for _ in range(2):
        done = filled(documents=documents)["documents.csv"]
        assert (done.added, done.changed, len(done.warnings)) == (0, 0, 1)
    assert codes(ctx, seq) == ["not_restored"]
    assert not any(one.live for one in ctx.store.documents.of_task("T1"))


def test_documents_of_a_department_that_is_not_yours_are_refused(ctx: Context, filled: Import, folder: Path) -> None:
    (folder / "x.pdf").write_bytes(b"one")
    ana = Actor("ana", "ana", admin=False, departments=("fiscal",))
    done = filled(ana, documents="task,template,file\nT1,das,x.pdf\nT1,bal,x.pdf\n")["documents.csv"]
    assert problems(done) == [(3, "template", "bal")]
    assert filled(ana, documents="task,template,file\nT1,das,x.pdf\n")["documents.csv"].added == 1


def test_a_folder_that_someone_else_took_meanwhile_is_seen(
    ctx: Context, owner: Actor, filled: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading the file and writing, another process links a client to the very folder of a row."""

    def meanwhile(*args: Any) -> Any:
        sheet = open_sheet(*args)
        set_client(ctx, owner, "13", portal=("Nova",))
        return sheet

    monkeypatch.setattr("core.office.intake.folder.open_sheet", meanwhile)
    done = filled(clients="id,name,portal\n14,X,nova\n")["clients.csv"]
    assert problems(done) == [(2, "portal", "nova")]


# --- cells


@pytest.mark.parametrize("cell", ["2026-11-20", "20/11/2026", "20/11/2026 00:00:00", "2026-11-20T00:00", "20.11.2026"])
def test_dates_in_their_usual_forms(cell: str) -> None:
    assert read_date(cell) == date(2026, 11, 20)


@pytest.mark.parametrize("cell", ["11/20/2026", "20/11/26", "46346", "2026-02-30", "20/11-2026", "amanhã"])
def test_what_may_be_another_date_is_none(cell: str) -> None:
    with pytest.raises(InvalidValue):
        read_date(cell)


@pytest.mark.parametrize(
    "cell", ["2026-10", "10/2026", "out/26", "Outubro de 2026", "out-2026", "01/10/2026", "2026-10-01 00:00:00"]
)
def test_periods_also_as_a_spreadsheet_shows_them(cell: str) -> None:
    assert read_period(cell) == "2026-10"


@pytest.mark.parametrize("cell", ["02/10/2026", "out", "xyz/26", "10"])
def test_what_is_no_period_is_none(cell: str) -> None:
    with pytest.raises(InvalidValue):
        read_period(cell)


def test_yes_and_no_in_both_languages() -> None:
    assert all(map(read_bool, ("yes", "Sim", "S", "1", "TRUE", "x", "verdadeiro")))
    assert not any(map(read_bool, ("no", "Não", "NAO", "n", "0", "false", "FALSO")))


def test_lists_whatever_separates_them() -> None:
    assert read_list("Fiscal; Pessoal,Contábil | Fiscal\nLegal;") == ("Fiscal", "Pessoal", "Contábil", "Legal")


@given(st.text(st.characters(exclude_characters="'=\""), min_size=1).map(str.strip))
def test_what_guards_a_cell_is_taken_off_and_nothing_else(text: str) -> None:
    for form in (text, f" {text}\xa0", f"'{text}", f'="{text}"'):
        assert clean(form) == text
    assert clean("'d'Água") == "'d'Água"
    assert clean('="a""b"') == 'a"b'
