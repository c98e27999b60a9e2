"""How long attached bytes are kept: as long as something needs them, and a retention time longer."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from core.domain.models import Client, Task, Template
from core.domain.permissions import Actor
from core.office import Context, activation, documents, sending
from core.office.tasks import complete_task

RETENTION = timedelta(days=90)


def _attach(ctx: Context, owner: Actor, folder: Path, body: bytes) -> str:
    (folder / "das.pdf").write_bytes(body)
    (attached,) = documents.attach_files(ctx, owner, "T", [folder / "das.pdf"], "das")
    return attached.document.sha256


def _sweep_after(ctx: Context, days: float) -> None:
    """The daily sweep, so many days later: every blob is that much older."""
    later = ctx.now() + timedelta(days=days)
    for blob in (ctx.folder / "spool").glob("??/*"):
        os.utime(blob, (blob.stat().st_mtime - days * 86_400,) * 2)
    (ctx.folder / "host" / "swept").unlink(missing_ok=True)
    sending.sweep_blobs(replace(ctx, now=lambda: later))


def _office(ctx: Context, owner: Actor) -> None:
    ctx.store.clients.save([Client(id="1", name="Alfa", portal=("Alfa",))])
    ctx.store.templates.save([Template(id="das", name="DAS", department="Fiscal", destination=("Fiscal",))])
    ctx.store.tasks.save([Task(id="T", client="1", name="DAS", period="2026-10", templates=("das",))])
    activation.activate(ctx, owner)


def test_a_live_documents_bytes_are_kept_for_ever(ctx: Context, owner: Actor, tmp_path: Path) -> None:
    """A document that is not completed for a year must still go."""
    _office(ctx, owner)
    sha256 = _attach(ctx, owner, tmp_path, b"one")
    _sweep_after(ctx, 400)
    assert ctx.blobs.path(sha256).exists()
    complete_task(ctx, owner, "T")
    assert sending.deliver(ctx).outcomes == {"delivered": 1}


def test_what_nothing_needs_any_more_is_let_go_after_the_retention_time(
    ctx: Context, owner: Actor, tmp_path: Path
) -> None:
    """Too early, and nobody can prove what was sent; never, and the disk fills up."""
    _office(ctx, owner)
    old = _attach(ctx, owner, tmp_path, b"one")
    complete_task(ctx, owner, "T")
    sending.deliver(ctx)
    new = _attach(ctx, owner, tmp_path, b"two")
    sending.deliver(ctx)
    _sweep_after(ctx, 89)
    assert ctx.blobs.path(old).exists(), "its delivery ended 89 days ago"
    _sweep_after(ctx, 91)
    assert not ctx.blobs.path(old).exists()
    assert ctx.blobs.path(new).exists()
    documents.remove_document(ctx, owner, "T/das.pdf")
    _sweep_after(ctx, 91)
    assert not ctx.blobs.path(new).exists()


def test_the_sweep_comes_once_a_day(ctx: Context, owner: Actor, tmp_path: Path) -> None:
    """Reading a spool of a million files at each delivery would be felt."""
    _office(ctx, owner)
    sending.sweep_blobs(ctx)
    orphan = ctx.blobs.keep(_file(tmp_path))
    os.utime(ctx.blobs.path(orphan.sha256), (0, 0))
    sending.sweep_blobs(ctx)
    assert ctx.blobs.path(orphan.sha256).exists()
    _sweep_after(ctx, 1.1)
    assert not ctx.blobs.path(orphan.sha256).exists()


def _file(folder: Path) -> Path:
    path = folder / "solto.pdf"
    path.write_bytes(b"nobody's")
    return path
