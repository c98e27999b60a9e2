"""An office on a portal in memory, with a clock that tests turn, and the few clients, templates and tasks they need."""

from __future__ import annotations

import hashlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.delivery.worker import Summary
from core.domain.models import Client, Delivery, Document, Names, Origin, Place, Task, Template
from core.domain.permissions import Actor
from core.office import Context, activation, create_office, documents, open_office, sending
from core.office.documents import AttachedFile
from core.office.tasks import complete_task
from tests.memory_portal import MemoryPortal, full

OWNER = Actor.outsider("dono")
ALFA, BETA = ("Alfa",), ("Beta",)
DAS = ("Fiscal", "DAS")
CLIENTS = (Client(id="1", name="Alfa Ltda", portal=ALFA), Client(id="2", name="Beta ME", portal=BETA))
TEMPLATES = (
    Template(id="das", name="DAS", department="Fiscal", destination=DAS),
    Template(id="guia", name="Guia", department="Fiscal", destination=DAS),
    Template(id="folha", name="Resumo da Folha", department="Pessoal"),
)
TASKS = (
    Task(id="t1", client="1", name="DAS de outubro", period="2026-10"),
    Task(id="t2", client="1", name="Guias de outubro", period="2026-10"),
    Task(id="t3", client="2", name="DAS de outubro", period="2026-10"),
)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A temporary folder, in memory where the system has one: these tests are not about the disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@dataclass
class Clock:
    """What time it is; it stands still until it is told to go on."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Bench:
    """An open office, its portal and its clock."""

    ctx: Context
    portal: MemoryPortal
    clock: Clock
    files: Path

    def attach(
        self,
        task: str = "t1",
        name: str = "a.pdf",
        data: bytes = b"one",
        template: str = "das",
        *,
        actor: Actor = OWNER,
        origin: Origin = Origin.MANUAL,
    ) -> AttachedFile:
        file = self.files / name
        file.write_bytes(data)
        return documents.attach_files(self.ctx, actor, task, [file], template, origin)[0]

    def send(self, task: str = "t1", name: str = "a.pdf", data: bytes = b"one", template: str = "das") -> Document:
        """Attach a file, complete its task and deliver."""
        document = self.attach(task, name, data, template).document
        complete_task(self.ctx, OWNER, task)
        self.deliver()
        return self.document(document.id)

    def deliver(self) -> Summary:
        return sending.deliver(self.ctx)

    def document(self, key: str) -> Document:
        found = self.ctx.store.documents.get(key)
        assert found is not None
        return found

    def last(self, document: Document | str) -> Delivery:
        """The delivery of a document's last version."""
        return self.ctx.store.deliveries.of_document(document if isinstance(document, str) else document.id)[-1]

    def codes(self, document: Document | str) -> list[str]:
        """The codes of a document's events."""
        key = document if isinstance(document, str) else document.id
        return [event.code for event in self.ctx.store.events_of_document(key)]

    def put(self, data: bytes, name: str = "a.pdf", root: Names = ALFA, folder: Names = DAS) -> Names:
        """Someone else writes a file at the portal."""
        path = full(Place(root=root, folder=folder, name=name))
        self.portal.made.update(path[:level] for level in range(1, len(path)))
        self.portal.files[path] = data
        self.portal.seen.discard(path)
        return path

    @property
    def tree(self) -> dict[str, bytes]:
        """Everything at the portal, by its path as text."""
        return {"/".join(path): data for path, data in self.portal.files.items()}


@contextmanager
def bench(folder: Path, portal: MemoryPortal | None = None, *, active: bool = True) -> Iterator[Bench]:
    """A new office in `folder` on a portal in memory, active, with `CLIENTS`, `TEMPLATES` and `TASKS`."""
    portal, clock = portal or MemoryPortal(), Clock()
    create_office(folder / "escritorio", {"portal": {"url": "dir:///somewhere/else"}})
    (folder / "files").mkdir()
    with open_office(folder / "escritorio") as opened:
        ids = map("{:06}".format, itertools.count(1))
        ctx = replace(opened, portal=lambda: portal, now=clock, new_id=lambda: next(ids), jitter=lambda: 0.5)
        ctx.store.clients.save(CLIENTS)
        ctx.store.templates.save(TEMPLATES)
        ctx.store.tasks.save(TASKS)
        if active:
            activation.activate(ctx, OWNER)
        yield Bench(ctx, portal, clock, folder / "files")
