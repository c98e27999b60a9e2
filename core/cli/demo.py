"""`malote demo`: a sample office in a temporary place, the main job end to end, and whether all came as foreseen."""

from __future__ import annotations

import shutil
import tempfile
from argparse import ArgumentParser
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from core.cli.call import DONE, NOT_ALL, Call
from core.cli.pdf import one_page
from core.domain.destinations import show_place
from core.domain.models import Delivery, Origin
from core.domain.permissions import Actor
from core.domain.text import Text
from core.office import (
    Context,
    activation,
    create_office,
    documents,
    intake,
    journal,
    mapping,
    open_office,
    registry,
    sending,
)
from core.office.actors import login_name, who_acts
from core.office.tasks import complete_task

CLIENTS = """id;name;tax_id;portal
1;Livraria Ipê S/A;01.815.908/0001-16;0001 - Livraria Ipê S-A
2;Farmácia Bom Jardim Ltda;66.131.860/0001-72;0002 - Farmácia Bom Jardim Ltda
3;Marcenaria São Bento ME;3P.3E2.Z8I/0001-38;0003 - Marcenaria São Bento ME
"""
TEMPLATES = """id;name;department;destination
das;DAS - Simples Nacional;Fiscal;
balancete;Balancete Mensal;Contabilidade;
folha;Resumo da Folha de Pagamento;Pessoal;
informe;Informe Especial do Sócio;Contabilidade;
"""
EMPLOYEES = """id;name;login;departments;admin
contabil;Analista Contábil;;Fiscal;Contabilidade;não
gestor;Administrador;;;sim
""".replace("Fiscal;Contabilidade", "Fiscal,Contabilidade")
TASKS = """id;client;name;period;legal_date;assignee;templates
T1;1;DAS - Simples Nacional;10/2026;20/11/2026;contabil;das
T2;2;Balancete Mensal;10/2026;20/11/2026;contabil;balancete
T3;2;Balancete Mensal retificado;10/2026;25/11/2026;contabil;balancete
T4;3;Informe Especial do Sócio;10/2026;20/11/2026;contabil;informe
T5;1;Resumo da Folha de Pagamento;10/2026;20/11/2026;contabil;folha
T6;3;DAS - Simples Nacional;10/2026;20/11/2026;contabil;das
"""

TITLE = Text("Escritório de exemplo em {folder}", "Sample office in {folder}")
FIRST = Text("Primeiro envio: duas tarefas concluídas.", "First sending: two tasks completed.")
SECOND = Text(
    "Depois: versões novas, um nome repetido, um template sem pasta, uma pessoa sem permissão, um já integrado.",
    "Then: new versions, a name used twice, a template without folder, a person without permission, one integrated.",
)
MENDED = Text("Resolvidas as duas falhas, o que esperava segue sozinho.", "Both mended, what waited goes on by itself.")
AS_FORESEEN = Text("Tudo como previsto: {count} de {count}.", "All as foreseen: {count} of {count}.")
NOT_AS_FORESEEN = Text("Diferente do previsto: {count}.", "Not as foreseen: {count}.")
LOOK = Text(
    "Olhe você mesmo: malote --office {folder} status (também tasks, errors, log, explain T1/das.pdf).",
    "Look for yourself: malote --office {folder} status (also tasks, errors, log, explain T1/das.pdf).",
)


@dataclass(frozen=True)
class Foreseen:
    """What must come of a task's document: the delivery's outcome (or failure code) and where it lies."""

    task: str
    what: Text
    outcome: str
    lies_at: str | None = None


FIRST_ROUND = (
    Foreseen("T1", Text("enviado", "delivered"), "delivered", "0001 - Livraria Ipê S-A/Fiscal/DAS/das.pdf"),
    Foreseen(
        "T2",
        Text("enviado", "delivered"),
        "delivered",
        "0002 - Farmácia Bom Jardim Ltda/Contabilidade/Balancete/balancete.pdf",
    ),
)
SECOND_ROUND = (
    Foreseen(
        "T1",
        Text("nova versão: substituído", "new version: replaced"),
        "replaced",
        "0001 - Livraria Ipê S-A/Fiscal/DAS/das.pdf",
    ),
    Foreseen(
        "T2",
        Text("o cliente já viu (Cadeado): mantidos os dois", "seen by the client: kept both"),
        "kept_both",
        "0002 - Farmácia Bom Jardim Ltda/Contabilidade/Balancete/balancete (1).pdf",
    ),
    Foreseen(
        "T3",
        Text("o mesmo nome em outra tarefa: numerado", "the same name in another task: numbered"),
        "kept_both",
        "0002 - Farmácia Bom Jardim Ltda/Contabilidade/Balancete/balancete (2).pdf",
    ),
    Foreseen("T4", Text("template sem pasta de destino", "template without destination"), "no_destination"),
    Foreseen("T5", Text("quem concluiu não tem o departamento", "completed without permission"), "permission_denied"),
    Foreseen("T6", Text("já integrado pela contabilidade", "integrated by accounting"), "skipped"),
)
AFTER_MENDING = (
    Foreseen(
        "T4",
        Text("mapeado: enviado", "mapped: delivered"),
        "delivered",
        "0003 - Marcenaria São Bento ME/Contabilidade/Informes/informe.pdf",
    ),
    Foreseen(
        "T5",
        Text("permissão dada: enviado", "permission given: delivered"),
        "delivered",
        "0001 - Livraria Ipê S-A/Pessoal/Resumo Mensal/folha.pdf",
    ),
)


def demo_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument(
        "--headless",
        action="store_true",
        help=Text("mostra o que aconteceu e apaga tudo ao final", "show what happened and remove it all").text(lang),
    )


def demo_command(call: Call) -> int:
    folder = Path(tempfile.mkdtemp(prefix="malote-demo-"))
    with ExitStack() as stack:
        if call.args.headless:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        wrong = _play(call, folder)
        if not call.args.headless:
            call.tell(LOOK, folder=quote(str(folder / "escritorio")))
    return NOT_ALL if wrong else DONE


def _play(call: Call, folder: Path) -> int:
    """The whole story; returns how many outcomes were not the foreseen ones."""
    portal = folder / "portal"
    portal.mkdir()
    create_office(
        folder / "escritorio", {"office": {"name": "Escritório Modelo"}, "portal": {"url": f"dir://{portal}"}}
    )
    call.print(call.say(TITLE, folder=folder / "escritorio"))
    with open_office(folder / "escritorio") as ctx:
        owner = Actor.outsider(login_name())
        contabil = _import(ctx, owner, folder / "importar")
        activation.activate(ctx, owner, standard_folders=True)
        files = _Files(folder / "arquivos")

        call.print(call.say(FIRST))
        for task, name, template in (("T1", "das", "das"), ("T2", "balancete", "balancete")):
            documents.attach_files(ctx, contabil, task, [files.write(name, task, 1)], template)
            complete_task(ctx, contabil, task)
        sending.deliver(ctx)
        wrong = _compare(call, ctx, portal, FIRST_ROUND)

        call.print(call.say(SECOND))
        (portal / (FIRST_ROUND[1].lies_at or "")).chmod(0o444)  # the client has seen it
        documents.attach_files(ctx, contabil, "T1", [files.write("das", "T1", 2)], "das")
        documents.attach_files(ctx, contabil, "T2", [files.write("balancete", "T2", 2)], "balancete")
        sending.deliver(ctx)
        documents.attach_files(ctx, contabil, "T3", [files.write("balancete", "T3", 1)], "balancete")
        documents.attach_files(ctx, contabil, "T4", [files.write("informe", "T4", 1)], "informe")
        documents.attach_files(ctx, owner, "T5", [files.write("folha", "T5", 1)], "folha")
        documents.attach_files(ctx, contabil, "T6", [files.write("das", "T6", 1)], "das", Origin.ACCOUNTING)
        for task in ("T3", "T4", "T5", "T6"):
            complete_task(ctx, contabil, task)
        sending.deliver(ctx)
        wrong += _compare(call, ctx, portal, SECOND_ROUND)

        call.print(call.say(MENDED))
        mapping.map_templates(ctx, owner, ["informe"], ("Contabilidade", "Informes"))
        registry.set_employee(ctx, owner, "contabil", add=("Pessoal",))
        sending.deliver(ctx)
        wrong += _compare(call, ctx, portal, AFTER_MENDING)
    count = len((*FIRST_ROUND, *SECOND_ROUND, *AFTER_MENDING))
    call.print(call.say(NOT_AS_FORESEEN, count=wrong) if wrong else call.say(AS_FORESEEN, count=count))
    return wrong


def _import(ctx: Context, owner: Actor, folder: Path) -> Actor:
    folder.mkdir()
    tables = {"clients": CLIENTS, "templates": TEMPLATES, "employees": EMPLOYEES, "tasks": TASKS}
    for name, table in tables.items():
        (folder / f"{name}.csv").write_text(table, encoding="cp1252")
    intake.import_folder(ctx, owner, folder)
    return who_acts(ctx, "contabil")


class _Files:
    """PDFs as they come out of an accounting system: one name, several versions."""

    def __init__(self, folder: Path):
        self._folder = folder

    def write(self, name: str, task: str, version: int) -> Path:
        path = self._folder / f"{task}-{version}" / f"{name}.pdf"
        path.parent.mkdir(parents=True)
        path.write_bytes(one_page([f"{name} - {task}", f"Competência: 10/2026 - versão {version}"]))
        return path


def _compare(call: Call, ctx: Context, portal: Path, foreseen: tuple[Foreseen, ...]) -> int:
    wrong = 0
    for one in foreseen:
        delivery = ctx.store.deliveries.of_task(one.task)[-1]
        came = _came_as(ctx, portal, delivery, one)
        wrong += not came
        call.print(f"  {'✓' if came else '✗'} {one.task}  {call.say(one.what)}")
        if delivery.place:
            call.print(f"        {show_place(delivery.place)}")
        for trouble in journal.troubles(ctx):
            if trouble.subject is not None and trouble.subject.delivery.id == delivery.id:
                call.print(f"        {trouble.message.say(call.lang).strip()}")
                call.print(f"        {trouble.remedy.say(call.lang)}")
    return wrong


def _came_as(ctx: Context, portal: Path, delivery: Delivery, foreseen: Foreseen) -> bool:
    if foreseen.lies_at is None:
        return foreseen.outcome in (delivery.outcome, delivery.failure) and delivery.place is None
    there = portal / foreseen.lies_at
    same = there.is_file() and there.read_bytes() == ctx.blobs.path(delivery.sha256).read_bytes()
    return delivery.outcome == foreseen.outcome and same
