"""The inbox: what is dropped there is taken away whole, recognised and attached, or put aside with its reason.

A file is moved by one rename into a folder of this worker's own (`host/express/WORKER/N/`, below which it keeps its
folders and its name), so that no two workers have it; it leaves that folder only after the transaction that attaches
it or writes its row. What a dead worker had taken, another one takes over. So at every instant each file lies in the
inbox, with a worker, in the spool as a document, or among what was not recognised.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from core.delivery.liveness import is_alive
from core.domain.models import Event, Names
from core.office.context import Context
from core.office.documents import readable_name
from core.office.express import Express, happened
from core.office.reading import Source, readers_of
from core.office.unrecognised import FOLDER, INBOX, Shelf, is_part, made, moved, tidy, try_again

QUIET = 2.0
"""Seconds for which a file's size and time have to stay the same before it counts as wholly written."""
TAIL = 0.5  # seconds between two looks while files are not quiet yet
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".temp", ".filepart", ".opdownload")
"""How browsers and copying programs name what they are still writing."""
NOT_DOCUMENTS = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
AT_LEAST = 5.0
"""Seconds between two rounds in which what waits is tried again, as the office has changed."""
TIDY = 600.0
DEEPEST = 32
"""Levels of folders below the inbox that are looked into."""
_MENDING = (
    *("imported", "client_added", "client_changed", "employee_added", "employee_changed"),
    *("express_rules", "reopened", "removed"),
)
"""Events after which what waits may find its task."""
_BUSY = (errno.EAGAIN, errno.EWOULDBLOCK)

Told = Callable[[Event], None]


@dataclass(frozen=True)
class _State:
    """What a file looked like, and since when."""

    size: int
    changed: int
    inode: int
    since: float


class Inbox:
    """An office's inbox as one living worker sees it; a thread at a time.

    Args:
        worker: whose `living` lock is held.
        stopping: asked between files.
    """

    def __init__(self, ctx: Context, worker: str, told: Told = lambda _: None, stopping: Callable[[], bool] = bool):
        self._ctx = ctx
        self._worker = worker
        self._told = told
        self._stopping = stopping
        self._states: dict[str, _State] = {}
        self._open = False  # whether someone had a quiet file open for writing
        self._numbers = count(1)
        self._express: Express | None = None
        self._office: tuple[int, ...] | None = None
        self._version: int | None = None
        self._tried = self._tidied = float("-inf")

    @property
    def folder(self) -> Path:
        return self._ctx.folder / INBOX

    @property
    def _staging(self) -> Path:
        return self._ctx.folder / "host" / "express"

    @property
    def _mine(self) -> Path:
        return self._staging / self._worker

    def look(self) -> float | None:
        """Take what is wholly written, recognise and attach it; what the dead had taken first.

        Returns:
            Seconds until the next look, where files are still being written; None where it may wait for a notice.

        Raises:
            OSError, StoreError: there is no room, or the disk fails; what was taken is gone on with at the next look.
        """
        made(self._ctx, self.folder)
        self._take_over()
        strays = self._tidy()
        ready, pending = self._ready()
        left = [path for path in sorted(self._mine.iterdir()) if path.name.isdecimal()] if self._mine.is_dir() else []
        if ready or left or strays:
            self._open = False
            changing = self._go(left, [*ready, *strays])
            return TAIL if pending or self._open else AT_LEAST if changing else None
        return TAIL if pending else None

    def reconsider(self) -> None:
        """Try again what waits, if something in the office has changed that may mend it; cheap to ask every second."""
        version, now = self._ctx.store.data_version(), time.monotonic()
        if version == self._version or now - self._tried < AT_LEAST:
            return
        self._version = version
        counts = self._ctx.store.tasks.counts()
        office = (*happened(self._ctx, _MENDING), sum(counts.values()), self._ctx.store.clients.count())
        if office == self._office:
            return
        self._office, self._tried = office, now
        if self._ctx.store.waiting.counts():
            with readers_of(self._ctx) as readers:
                self._express = Express(self._ctx, readers, self._express)
                for outcome in try_again(self._ctx, self._express):
                    for event in outcome.events:
                        self._told(event)
            self._tried = time.monotonic()

    def leave(self) -> None:
        """Give the folder back, when the worker ends: what it has not done lies there for the next."""
        with suppress(OSError):
            _remove_empty(self._mine)

    # --- taking

    def _ready(self) -> tuple[list[Path], bool]:
        """The files that have been quiet for long enough, and whether there are others."""
        now, seen = time.monotonic(), {}
        ready: list[Path] = []
        for entry in _files(self.folder, self.folder / FOLDER):
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if not stat.S_ISREG(found.st_mode):
                continue
            state = self._states.get(entry.path)
            looks = (found.st_size, found.st_mtime_ns, found.st_ino)
            if state is None or looks != (state.size, state.changed, state.inode):
                state = _State(*looks, now)
            seen[entry.path] = state
            if now - state.since >= QUIET:
                ready.append(Path(entry.path))
        self._states = seen
        return ready, len(seen) > len(ready)

    def _take(self, path: Path) -> Path | None:
        """Move a file into a folder of its own among this worker's, unless someone has it open for writing."""
        number = f"{next(self._numbers):08}"
        try:
            target = self._mine / number / path.relative_to(self.folder)
        except ValueError:
            return None
        descriptor = folder = -1
        try:
            folder = _entered(self.folder, path)
            path = Path(f"/proc/self/fd/{folder}") / path.name
            with suppress(PermissionError):
                descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
            if descriptor >= 0 and not _is_ours_alone(descriptor):
                self._open = True
                return None
            made(self._ctx, self._mine)
            target.parent.mkdir(parents=True)
            _opened_up(self._ctx, self._mine / number)
            if not moved(path, target) or not target.exists():
                return None
            if descriptor >= 0 and not os.path.samestat(os.fstat(descriptor), target.lstat()):
                moved(target, path)  # something else came there in that moment
                return None
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            return None  # gone, a folder that lets nobody write, a path too long: it stays where it is
        else:
            return target
        finally:
            for one in (descriptor, folder):
                if one >= 0:
                    os.close(one)
            with suppress(OSError):
                _remove_empty(self._mine / number)

    def _take_over(self) -> None:
        """Move what dead workers had taken to this one's, each by one rename."""
        with suppress(FileNotFoundError):
            for folder in self._staging.iterdir():
                if folder == self._mine or is_alive(self._ctx.workers, folder.name):
                    continue
                for entry in folder.iterdir():
                    made(self._ctx, self._mine)
                    with suppress(FileNotFoundError):
                        entry.rename(self._mine / f"{next(self._numbers):08}")
                with suppress(OSError):
                    folder.rmdir()

    # --- going on with what is taken

    def _go(self, left: list[Path], ready: list[Path]) -> bool:
        """Recognise and attach; returns whether some file was still being written."""
        shelf = Shelf(self._ctx)
        sources = self._sources(left, ready, shelf.left)
        with readers_of(self._ctx) as readers:
            self._express = express = Express(self._ctx, readers, self._express)
            with closing(express.attach(sources, shelf)) as outcomes:
                for outcome in outcomes:
                    if outcome.source.path not in shelf.changing:
                        shelf.put(outcome.source)
                        self._clear(outcome.source.path)
                    for event in outcome.events:
                        self._told(event)
        return bool(shelf.changing)

    def _sources(self, left: list[Path], ready: list[Path], begun: set[Path]) -> Iterator[Source]:
        for folder in left:
            for entry in _files(folder, None, everything=True):
                if is_part(entry.name):  # the whole file is still where it was
                    Path(entry.path).unlink(missing_ok=True)
                else:
                    begun.add(Path(entry.path))
                    yield _source(folder, Path(entry.path))
            with suppress(OSError):
                _remove_empty(folder)
        for path in ready:
            if self._stopping():
                return
            taken = self._take(path)
            if taken is not None:
                self._states.pop(str(path), None)
                yield _source(self._mine / taken.relative_to(self._mine).parts[0], taken)

    def _clear(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        with suppress(OSError):
            _remove_empty(self._mine / path.relative_to(self._mine).parts[0])

    def _tidy(self) -> list[Path]:
        """Now and then: rows whose files someone took away, and files that have no row, which are taken anew."""
        if time.monotonic() - self._tidied < TIDY:
            return []
        self._tidied = time.monotonic()
        return list(tidy(self._ctx).stray)


def _source(base: Path, path: Path) -> Source:
    parts = path.relative_to(base).parts
    folders: Names = tuple(map(readable_name, parts[:-1]))
    return Source(path, readable_name(parts[-1]), folders if folders[:1] != (FOLDER,) else ())


def _files(folder: Path, but: Path | None, *, everything: bool = False) -> Iterator[os.DirEntry[str]]:
    """The files below a folder, no link followed, without those that are still being written by their names."""
    folders = [(str(folder), 0)]
    while folders:
        current, depth = folders.pop()
        try:
            with os.scandir(current) as entries:
                found = sorted(entries, key=lambda one: one.name)
        except OSError:
            continue
        for entry in found:
            if not everything and _is_unfinished(entry.name):
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield entry
            elif depth < DEEPEST and (but is None or entry.path != str(but)):
                folders.append((entry.path, depth + 1))


def _entered(top: Path, path: Path) -> int:
    """The descriptor of the folder that a file below `top` lies in; no link is followed that took a folder's place.

    Who may write into the inbox alone would else have files taken that only this worker's user may read.
    """
    here = os.open(top, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    for name in path.relative_to(top).parts[:-1]:
        above = here
        try:
            here = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
        finally:
            os.close(above)
    return here


def _is_unfinished(name: str) -> bool:
    folded = name.casefold()
    return name.startswith((".", "~$")) or folded.endswith(UNFINISHED) or folded in NOT_DOCUMENTS


def _is_ours_alone(descriptor: int) -> bool:
    """Whether nobody has a file open for writing; held, by a lease, until the descriptor is closed.

    A lease is only for the file's owner, and not on every file system: without one, quiet has to do.
    """
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)  # who opens it meanwhile waits; the signal is ignored
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno not in _BUSY
    return True


def _opened_up(ctx: Context, folder: Path) -> None:
    """Give new folders the mode of the office's, so that another login's worker can take them over."""
    mode = ctx.folder.stat().st_mode & 0o7777
    for path, names, _ in os.walk(folder):
        Path(path).chmod(mode)
        if not names:
            return


def _remove_empty(folder: Path) -> None:
    """Remove a folder and those below it, if there is no file in them."""
    if any(files for _, _, files in os.walk(folder)):
        return
    shutil.rmtree(folder)
