"""Offices of any size for the console: all in their stores, and little at the portal."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from core.domain.models import Client, Document, Event, Task, Template
from core.domain.permissions import Actor
from core.office import activation, create_office, open_office

ACTOR = Actor.outsider("bench")
DEPARTMENTS = ("Fiscal", "Contabilidade", "Pessoal", "Legal")
BATCH = 5_000
OF_A_TEMPLATE = 20
MOST = 100_000
"""Documents of a template, and of all, however many templates there are."""
FOLDERS = 400
"""Of the model client at the portal."""


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
            activation.activate(ctx, ACTOR)
        yield folder


def _template(n: int) -> Template:
    return Template(
        id=f"t{n:06}",
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
