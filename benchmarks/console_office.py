"""Offices of any size for the console: all in their stores, and little at the portal."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from core.domain.express import Waiting
from core.domain.models import Client, Delivery, DeliveryStatus, Document, Employee, Event, Rule, Task, Template
from core.domain.permissions import Actor
from core.domain.recognition import Guess, Recognition, Span
from core.office import Context, activation, create_office, open_office
from core.office.unrecognised import folder_of, made

ACTOR = Actor.outsider("bench")
DEPARTMENTS = ("Fiscal", "Contabilidade", "Pessoal", "Legal")
BATCH = 5_000
OF_A_TEMPLATE = 20
MOST = 100_000
"""Documents of a template, and of all, however many templates there are."""
FOLDERS = 400
"""Of the model client at the portal."""
FEW = 40
"""Of what an office has few of: failures, files that wait, employees, rules of the first template."""
CAUSES = ("permission_denied", "no_destination", "client_not_linked", "portal_forbidden")
TEXT = "".join(f"{n} Padaria São José {n} Ltda, relatório do período 10/2026\n" for n in range(FEW))


def documents_of(templates: int) -> int:
    """How many documents an office of so many templates has."""
    return min(templates * OF_A_TEMPLATE, MOST)


@contextmanager
def office(templates: int, events: int) -> Iterator[Path]:
    """An active office with so many templates, and so many events of each document."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as name:
        folder, portal = Path(name, "office"), Path(name, "portal")
        for n in range(FOLDERS):
            Path(portal, "0", DEPARTMENTS[n % 4], f"Pasta {n // 10}", f"Guias {n}").mkdir(parents=True)
        create_office(folder, {"portal": {"url": f"dir://{portal}"}})
        with open_office(folder) as ctx:
            store, count = ctx.store, documents_of(templates)
            store.clients.save(
                Client(id=str(n), name=f"Padaria São José {n} Ltda", portal=(str(n),)) for n in range(500)
            )
            store.templates.save(_template(n) for n in range(templates))
            for start in range(0, count, BATCH):
                numbers = range(start, min(start + BATCH, count))
                with store.transaction():
                    store.tasks.save(_task(n) for n in numbers if n % OF_A_TEMPLATE == 0)
                    store.documents.save(_document(n, templates, now) for n in numbers)
                    for n in numbers:
                        store.append([_event(n, now)] * events)
            _few(ctx, now)
            activation.activate(ctx, ACTOR)
        yield folder


def _few(ctx: Context, now: datetime) -> None:
    """What the other lists show."""
    store, folder = ctx.store, made(ctx, folder_of(ctx))
    for n in range(FEW):
        (folder / f"guia {n}.txt").write_text(TEXT, encoding="utf-8")
    store.employees.save(
        Employee(id=f"pessoa{n}", name=f"Maria José da Silva {n}", departments=DEPARTMENTS[: 1 + n % 4])
        for n in range(FEW)
    )
    store.deliveries.save(_failed(n, now) for n in range(FEW))
    store.waiting.save(_waiting(n, now) for n in range(FEW))


def _template(n: int) -> Template:
    return Template(
        id=f"t{n:06}",
        rules=tuple(Rule(all=(f"relatório número {one}", "do período")) for one in range(0 if n else FEW)),
        name=f"{'Balancete' if n % 50 == 0 else 'Relatório'} nº {n} do período",
        department=DEPARTMENTS[n % 4],
        destination=None if n % 50 == 0 else (DEPARTMENTS[n % 4], f"Pasta {n % 37}"),
    )


def _task(n: int) -> Task:
    return Task(id=f"T{n:07}", client=str(n % 500), name=f"Relatório {n}", period="2026-10")


def _document(n: int, templates: int, now: datetime) -> Document:
    task, name = f"T{n - n % OF_A_TEMPLATE:07}", f"Relatório {n}.pdf"
    return Document(
        id=f"d{n:08}",
        task=task,
        client=str(n % 500),
        template=f"t{n % templates:06}",
        name=name,
        source_name=name,
        sha256=f"{n:064x}",
        size=40_000,
        attached_by="ana",
        attached_at=now,
    )


def _event(n: int, now: datetime) -> Event:
    past = now.replace(year=now.year - 1, day=min(now.day, 28))
    return Event(at=past, code="attached", client=str(n % 500), name=f"Relatório {n}.pdf", params={"size": 40_000})


def _failed(n: int, now: datetime) -> Delivery:
    document = _document(n * OF_A_TEMPLATE, FEW, now)
    return Delivery(
        id=f"e{n:04}",
        **document.model_dump(include={"version", "task", "client", "template", "sha256", "size"}),
        document=document.id,
        authorised_by="pessoa1",
        queued_at=now,
        due_at=now,
        status=DeliveryStatus.FAILED,
        attempts=1 + n % 3,
        failure=CAUSES[n % len(CAUSES)],
        failing_since=now,
    )


def _waiting(n: int, now: datetime) -> Waiting:
    """Whose it is: of two companies."""
    why = ("o nome está no texto", "the name is in the text")
    guesses = [
        Guess(value=str(one), confidence=0.5, reason=why, spans=(Span(start=2, end=20 + one),)) for one in (n, n + 1)
    ]
    found = Recognition(
        template="t000001",
        period="2026-10",
        clients=tuple(guesses),
        templates=(Guess(value="t000001", confidence=0.9, reason=why, spans=(Span(start=30, end=39),)),),
        periods=(Guess(value="2026-10", confidence=0.9, reason=why, spans=(Span(start=50, end=57),)),),
        reason=("Há dois clientes no texto.", "Two clients are in the text."),
    )
    return Waiting(
        id=f"w{n:04}",
        name=f"guia {n}.txt",
        file_name=f"guia {n}.txt",
        size=len(TEXT),
        found_at=now,
        doubt="client" if n % 2 else "no_task",
        params={"reason": list(found.reason)}
        if n % 2
        else {"client": f"Cliente {n}", "template": "DAS", "period": "10/2026"},
        recognition=found if n % 2 else found.model_copy(update={"client": str(n)}),
    )
