"""A small office in the middle of its day: delivered, failed and open, for the console's tests and pictures."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any
from unittest import mock

from core.domain.permissions import Actor
from core.office import Context, activation, create_office, documents, intake, mapping, open_office, sending
from core.office.actors import who_acts
from core.office.inbox import Inbox
from core.office.tasks import complete_task

DATA = Path(__file__).parent.parent / "data" / "office"
OWNER = Actor.outsider("gestora")
BALANCETES = ("balancete", "balancete_acum")
BOLETO = "Boleto de Honorários 2026-10.pdf"
TWO_CLIENTS = """DOCUMENTO DE ARRECADAÇÃO DO SIMPLES NACIONAL
Período de Apuração: 10/2026            Vencimento: 20/11/2026

75.989.834/0001-70      Engenharia Aurora Ltda
B9.U7Z.3KX/0001-54      Gráfica Aurora ME

Valor total do documento                      1.234,56
"""
AGENDA = """CONTROLE DE CONFERÊNCIA MENSAL
Gráfica Aurora ME       CNPJ B9.U7Z.3KX/0001-54
Competência: 10/2026

Itens conferidos: todos
"""


def new_office(folder: Path, *, concurrency: int = 8) -> Path:
    """An office with clients, templates, employees and tasks, on a directory portal, not activated yet."""
    portal = folder / "portal"
    portal.mkdir(parents=True)
    office = folder / "escritorio"
    values: dict[str, dict[str, Any]] = {
        "office": {"name": "Escritório Modelo"},
        "portal": {"url": f"dir://{portal}"},
        "sending": {"concurrency": concurrency},
    }
    create_office(office, values)
    with open_office(office) as ctx:
        intake.import_folder(ctx, OWNER, DATA, lambda *_: None)
    for path in ("Contabilidade/Balancete/2025", "Contabilidade/Balancete/2026", "Fiscal/DAS", "Fiscal/ISS"):
        (portal / "0001 - Livraria Ipê S-A" / path).mkdir(parents=True)
    return office


def attach(ctx: Context, task: str) -> None:
    """Attach the task's own file."""
    with (DATA / "truth.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["task"] == task)
    documents.attach_files(ctx, OWNER, task, [DATA / "documents" / row["file"]], row["template"])


def office_at_work(folder: Path, *, concurrency: int = 8) -> Path:
    """An active office: some delivered, one without folder, one without permission, some attached, most open."""
    office = new_office(folder, concurrency=concurrency)
    with open_office(office) as ctx:
        activation.activate(ctx, OWNER, standard_folders=True)
        mapping.map_templates(ctx, OWNER, BALANCETES, None)
        for number in (1, 2, 3, 4, 5, 9, 16, 20):
            attach(ctx, f"T{number:04}")
        for number in (1, 2, 3):
            complete_task(ctx, OWNER, f"T{number:04}")
        complete_task(ctx, OWNER, "T0016")  # a balancete: it has no folder
        complete_task(ctx, who_acts(ctx, "fiscal"), "T0009")  # a payroll: not fiscal's department
        sending.deliver(ctx)
    return office


def leave_files(office: Path) -> None:
    """Let Express find files that it leaves to a person: of two clients, of no template, of a completed task, empty."""
    with open_office(office) as ctx, mock.patch("core.office.inbox.QUIET", 0.0):
        complete_task(ctx, OWNER, "T0042", force=True)
        inbox = Inbox(ctx, "w")
        inbox.folder.mkdir(exist_ok=True)
        files = {
            "guia.txt": TWO_CLIENTS.encode(),
            "conferência 10.txt": AGENDA.encode(),
            BOLETO: (DATA / "documents" / BOLETO).read_bytes(),
            "vazio.pdf": b"",
        }
        for name, data in files.items():  # one after the other: their order is always the same
            (inbox.folder / name).write_bytes(data)
            inbox.look()
