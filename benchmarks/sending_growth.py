"""Sending where much has been sent before: the same documents into a directory and onto a server, where few lie and
where 100,000 do."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.figures import FLAT, Figure
from benchmarks.sending import CLIENTS, SIZE, malote, ready
from core.domain.models import Delivery, DeliveryStatus, Document, Event, Place, Task
from core.office import Context
from tests.integration.webdav_servers import installed

BATCH = 5_000
NOW = datetime(2026, 9, 24, 12, tzinfo=UTC)


def fill(ctx: Context, portal: Path, existing: int) -> None:
    """Put so many delivered documents into the office, and small files into the folders that the next ones go to."""
    for client in range(CLIENTS):
        folder = portal / f"{client:04}" / "Fiscal" / "DAS"
        folder.mkdir(parents=True)
        for level in (folder, *folder.parents[:3]):
            level.chmod(0o777)  # a server may run as another user
    for low in range(0, existing, BATCH):
        numbers = range(low, min(low + BATCH, existing))
        made = [document(number) for number in numbers]
        with ctx.store.transaction():
            ctx.store.tasks.save(
                Task(id=f"old{number}", client=str(number % CLIENTS), name="DAS", period="2026-09", templates=("das",))
                for number in numbers
            )
            ctx.store.documents.save(made)
            ctx.store.deliveries.save(map(delivery, made))
            ctx.store.append([sent(one) for one in made])
        for one in made:
            (portal / f"{int(one.client):04}" / "Fiscal" / "DAS" / one.name).write_bytes(b"%PDF-")


def document(number: int) -> Document:
    return Document(
        id=f"old{number:08}",
        task=f"old{number}",
        client=str(number % CLIENTS),
        template="das",
        name=f"DAS {number}.pdf",
        source_name=f"DAS {number}.pdf",
        sha256=f"{number:064x}",
        size=5,
        attached_by="fiscal",
        attached_at=NOW,
    )


def delivery(of: Document) -> Delivery:
    return Delivery(
        id=of.id,
        document=of.id,
        version=1,
        task=of.task,
        client=of.client,
        template=of.template,
        sha256=of.sha256,
        size=of.size,
        authorised_by="fiscal",
        queued_at=NOW,
        due_at=NOW,
        status=DeliveryStatus.DELIVERED,
        outcome="delivered",
        place=Place(root=(f"{int(of.client):04}",), folder=("Fiscal", "DAS"), name=of.name),
        settled_at=NOW,
    )


def sent(one: Document) -> Event:
    return Event(at=NOW, code="delivered", task=one.task, client=one.client, document=one.id, name=one.name)


def measure(quick: bool) -> Iterator[Figure]:
    """Documents a second, by how many lie there."""
    count = 120 if quick else 1_000
    files = [os.urandom(16) * (SIZE // 16) for _ in range(count)]
    for kind in ("dir", *filter(installed, ("apache",))):
        rates = []
        for existing in (0, 2_000) if quick else (1_000, 10_000, 100_000):
            with tempfile.TemporaryDirectory() as name, ready(kind) as served:
                portal = (served.root if served else Path(name)) / "portal"
                url = f"webdav+{served.url}/portal" if served else f"dir://{portal}"
                seconds = malote(Path(name), files, url, partial(fill, portal=portal, existing=existing))
            rates.append(count / seconds)
            yield Figure(f"{kind}, {count:,} x {SIZE // 1000} kB where {existing:,} lie", rates[-1], "documents/s")
        what = f"{kind}: time for each where {existing:,} lie, of the first"
        yield Figure(what, rates[0] / rates[-1], "times", most=FLAT)
