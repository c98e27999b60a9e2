"""What Express left to a person: `inbox/nao-reconhecidos/`, with a row for each file that says why.

A row is written before its file is moved there, and removed before the file is: so a file without a row is one that
someone put there, or that a crash left behind, and is taken up as if it lay in the inbox.
"""

from __future__ import annotations

import errno
import hashlib
import os
import time
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.domain.express import FOR_GOOD, Verdict, Waiting, sentence
from core.domain.lineage import Attached
from core.domain.models import Event, Names
from core.domain.names import legal_file_name, next_free
from core.domain.permissions import EXPRESS, Actor
from core.office.actors import login_name
from core.office.context import Context
from core.office.express import Express, Outcome, Seen, Tray
from core.office.queue import event
from core.office.reading import Changing, Source
from core.office.views import every
from core.portal.renameat2 import rename_noreplace
from core.ports import Blob

INBOX, FOLDER, DISCARDED = "inbox", "nao-reconhecidos", "descartados"
_PART = ".malote-part"
SETTLING = 60.0
"""Seconds in which a row may be without its file, or a file without its row: someone is just moving it."""


def folder_of(ctx: Context) -> Path:
    """Where unrecognised files lie."""
    return ctx.folder / INBOX / FOLDER


def made(ctx: Context, folder: Path) -> Path:
    """The folder, with those above it, made where it is missing, of the mode that the office's folders have."""
    if not folder.is_dir():
        made(ctx, folder.parent)
        with suppress(FileExistsError):
            folder.mkdir()
            folder.chmod(ctx.folder.stat().st_mode & 0o7777)
    return folder


def waiting(ctx: Context) -> Iterator[Waiting]:
    """What waits for a person, oldest first."""
    return every(ctx.store.waiting)


class Shelf(Tray):
    """Puts aside what the worker took from the inbox and could not attach; for one round of the inbox."""

    def __init__(self, ctx: Context):
        self._ctx = ctx
        self._actor = Actor(EXPRESS, login_name(), admin=False)
        self._names: set[str] = set()
        self._rows: dict[Path, Waiting] = {}
        self.changing: set[Path] = set()
        self.left: set[Path] = set()  # what an earlier round, or a dead worker, had not finished: its row may be there

    def leave(self, seen: Seen, verdict: Verdict) -> tuple[Verdict, tuple[Event, ...]]:
        """Write its row, or say that the same bytes wait already."""
        ctx, source, blob = self._ctx, seen.source, seen.blob
        if isinstance(seen.reading, Changing):
            self.changing.add(source.path)
            return verdict, ()
        old: Waiting | None = None
        going = {row.id for row in self._rows.values()}
        for row in ctx.store.waiting.with_bytes(blob.sha256) if blob else ():
            if row.id in going or (folder_of(ctx) / row.name).exists():
                params = {"file": source.file_name}
                told = event(ctx, self._actor, "express_waits_already", name=row.name, params=params)
                ctx.store.append([told])
                return Verdict(None, Attached.SAME, params={"name": row.name}), (told,)
            if source.path in self.left or row.found_at < ctx.now() - timedelta(seconds=SETTLING):
                old = row  # else its file may be on its way
        row = Waiting(
            id=old.id if old else ctx.new_id(),
            name=self._free(legal_file_name(source.file_name)[0]),
            file_name=source.file_name,
            folders=source.folders,
            sha256=blob.sha256 if blob else "",
            size=blob.size if blob else source.path.lstat().st_size,
            found_at=ctx.now(),
            doubt=verdict.doubt,
            params=verdict.params,
            recognition=seen.recognition,
        )
        ctx.store.waiting.save([row])
        self._rows[source.path] = row
        return verdict, (_tell(ctx, self._actor, row),)

    def put(self, source: Source) -> None:
        """Once its row is durable: move the file to its place; where someone took that name meanwhile, to another."""
        row = self._rows.pop(source.path, None)
        if row is None:
            return
        folder = made(self._ctx, folder_of(self._ctx))
        while not moved(source.path, folder / row.name):
            self._names.add(row.name)
            row = row.model_copy(update={"name": self._free(row.name)})
            self._ctx.store.waiting.save([row])

    def _free(self, name: str) -> str:
        folder = folder_of(self._ctx)
        if not self._names and folder.is_dir():
            self._names = {unicodedata.normalize("NFC", one) for one in os.listdir(folder)}  # noqa: PTH208 - names
        while name in self._names or self._ctx.store.waiting.named(name) is not None:
            self._names.add(name)
            name = next_free(legal_file_name(name)[0], self._names)
        self._names.add(name)
        return name


def _tell(ctx: Context, actor: Actor, row: Waiting) -> Event:
    why = sentence(row.doubt, row.params)
    params = {"file": row.file_name, "doubt": [why.say("pt"), why.say("en")]}
    told = event(ctx, actor, "express_waiting", client=row.recognition.client, name=row.name, params=params)
    ctx.store.append([told])
    return told


class Again(Tray):
    """Tries again what waits, where it lies; each row goes with the transaction that attaches its file."""

    def __init__(self, ctx: Context):
        self._ctx = ctx
        self._actor = Actor(EXPRESS, login_name(), admin=False)
        self.rows: dict[Path, Waiting] = {}

    def sources(self, keys: Names | None = None) -> Iterator[Source]:
        """What waits and may be mended; of these ids, whatever waits."""
        for row in list(waiting(self._ctx)):
            path = folder_of(self._ctx) / row.name
            if path.exists() and (row.id in keys if keys is not None else row.doubt not in FOR_GOOD):
                self.rows[path] = row
                yield Source(path, row.file_name, row.folders, Blob(row.sha256, row.size) if row.sha256 else None)

    def wants(self, source: Source) -> bool:
        return self._ctx.store.waiting.get(self.rows[source.path].id) is not None

    def took(self, source: Source) -> None:
        self._ctx.store.waiting.remove([self.rows[source.path].id])

    def leave(self, seen: Seen, verdict: Verdict) -> tuple[Verdict, tuple[Event, ...]]:
        before = self.rows[seen.source.path]
        update: dict[str, Any] = {"doubt": verdict.doubt, "params": verdict.params, "recognition": seen.recognition}
        if seen.blob is not None:
            update |= {"sha256": seen.blob.sha256, "size": seen.blob.size}
        row = Waiting.model_validate_json(before.model_copy(update=update).model_dump_json())
        if row == before:
            return verdict, ()
        self._ctx.store.waiting.save([row])
        if (row.doubt, row.params) == (before.doubt, before.params):
            return verdict, ()
        return verdict, (_tell(self._ctx, self._actor, row),)


def try_again(ctx: Context, express: Express, keys: Names | None = None) -> Iterator[Outcome]:
    """Recognise again what waits, as its cause may be mended; what is attached leaves the folder.

    Args:
        keys: ids of what is tried; by default all that something in the office could mend.
    """
    tray = Again(ctx)
    for outcome in express.attach(tray.sources(keys), tray):
        if outcome.known:
            remove_if(outcome.source.path, outcome.document.sha256 if outcome.document else "")
        yield outcome


@dataclass(frozen=True)
class Tidied:
    """What a look at the folder found: rows that went, as their files had gone, and files that have no row."""

    gone: int
    stray: tuple[Path, ...]


def tidy(ctx: Context) -> Tidied:
    """Let go the rows whose files someone took away; find the files that nobody wrote a row of."""
    folder = folder_of(ctx)
    since = ctx.now() - timedelta(seconds=SETTLING)
    names = {name for name in os.listdir(folder) if name[0] != "."} if folder.is_dir() else set()  # noqa: PTH208
    rows = list(waiting(ctx))
    gone = [one.id for one in rows if one.found_at < since and one.name not in names]
    if gone:
        with ctx.store.transaction():
            ctx.store.waiting.remove(gone)
    strays = names - {one.name for one in rows}
    return Tidied(len(gone), tuple(path for name in sorted(strays) if _is_left(path := folder / name)))


def _is_left(path: Path) -> bool:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return path.is_file() and not path.is_symlink() and time.time() - found.st_ctime > SETTLING


def moved(source: Path, target: Path) -> bool:
    """Move a file to a name that is free; returns whether it was. A file that has gone counts as moved."""
    try:
        rename_noreplace(-100, str(source), -100, str(target))  # AT_FDCWD: the paths are whole
    except FileExistsError:
        return False
    except FileNotFoundError:
        return True
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOSYS, errno.EXDEV):
            raise
        return _copied(source, target)
    return True


def is_part(name: str) -> bool:
    """Whether a name is that of a copy that was not finished."""
    return name.startswith(".") and name.endswith(_PART)


def _copied(source: Path, target: Path) -> bool:
    """As `moved`, between file systems and where none can rename so: written whole under a name of ours, then linked
    or renamed in place, then removed."""
    part = target.with_name(f".{os.urandom(8).hex()}{_PART}")
    try:
        with source.open("rb") as old, part.open("xb") as new:
            while chunk := old.read(1 << 20):
                new.write(chunk)
            new.flush()
            os.fsync(new.fileno())
        try:
            target.hardlink_to(part)
        except FileExistsError:
            return False
        except OSError:  # a file system without links: a window of a moment
            if os.path.lexists(target):
                return False
            part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    source.unlink(missing_ok=True)
    return True


def remove_if(path: Path, sha256: str) -> bool:
    """Remove a file whose bytes are kept, if it still has them."""
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True
