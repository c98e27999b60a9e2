"""Files on their way to recognition: kept first, several at a time, then read by processes of their own."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.blobs.directory import SourceChanged
from core.domain.models import Names
from core.domain.recognition import Reading
from core.express.reading.limits import DEFAULT, Limits, Unreadable
from core.express.reading.pool import Readers
from core.office.context import Context
from core.office.documents import NO_ROOM
from core.ports import Blob

_KEEPERS, _AHEAD = 8, 32  # threads that keep bytes, and files that they may be ahead: they wait for the disk too
_CHUNK = 1 << 18
_REFUSALS = {
    errno.ENOENT: "missing",
    errno.ENOTDIR: "missing",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.ELOOP: "not_a_file",
    errno.ENXIO: "not_a_file",
}


class Changing(Unreadable):
    """Someone is still writing the file."""


@dataclass(frozen=True)
class Source:
    """A file to be recognised: where it is, what it is called, and the inbox's folders that it lay in.

    `blob` are its bytes, where they are kept already.
    """

    path: Path
    file_name: str
    folders: Names = ()
    blob: Blob | None = None


def limits_of(ctx: Context) -> Limits:
    """The bounds of reading a file, as the office is configured."""
    return DEFAULT._replace(ocr=ctx.config.express.ocr)


def readers_of(ctx: Context, count: int = 2) -> Readers:
    """Processes that read files as the office is configured."""
    return Readers(count, limits_of(ctx))


def keep_file(ctx: Context, path: Path, limits: Limits | None) -> Blob:
    """Keep a file's bytes, durably; no link is followed, nothing but a regular file is opened in a way that waits.

    Args:
        limits: within which it is read; None for what nobody reads.

    Raises:
        Unreadable: it is empty or too large to be read, or cannot be opened; `Changing` where it is being written.
        OSError: there is no room for them.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise Unreadable("not_a_file")
            if limits is not None and not 0 < found.st_size <= limits.size:
                raise Unreadable("too_large" if found.st_size else "empty")
            return ctx.blobs.keep(Path(f"/proc/self/fd/{descriptor}"))
        finally:
            os.close(descriptor)
    except SourceChanged:
        raise Changing("io_error") from None
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        raise Unreadable(_REFUSALS.get(error.errno or 0, "io_error")) from None


def keep_ahead(
    ctx: Context, sources: Iterable[Source], limits: Limits
) -> Generator[tuple[Source, Blob | Unreadable], None, None]:
    """Keep files' bytes, several at a time, in order."""

    def keep(source: Source) -> Blob | Unreadable:
        try:
            if source.blob is not None and ctx.blobs.renew(source.blob.sha256):
                return source.blob
            return keep_file(ctx, source.path, limits)
        except Unreadable as why:
            return why

    under_way: deque[tuple[Source, Future[Blob | Unreadable]]] = deque()
    with ThreadPoolExecutor(_KEEPERS, thread_name_prefix="keeper") as pool:
        for source in sources:
            under_way.append((source, pool.submit(keep, source)))
            if len(under_way) >= _AHEAD:
                first, kept = under_way.popleft()
                yield first, kept.result()
        while under_way:
            first, kept = under_way.popleft()
            yield first, kept.result()


def read_each(
    readers: Readers,
    sources: Iterable[tuple[Source, Blob | Unreadable | None]],
    where: Callable[[Blob, Source], Path],
) -> Generator[tuple[Source, Blob | None, Reading | Unreadable], None, None]:
    """Read files from where they are; each comes as soon as it is read."""
    waiting: dict[Path, deque[tuple[Source, Blob | None]]] = {}
    failed: deque[tuple[Source, Unreadable]] = deque()

    def paths() -> Iterator[Path]:
        for source, kept in sources:
            if isinstance(kept, Unreadable):
                failed.append((source, kept))
                continue
            path = where(kept or Blob("", 0), source)
            waiting.setdefault(path, deque()).append((source, kept))
            yield path

    with closing(readers.read_all(paths())) as read:
        for path, reading in read:
            source, blob = waiting[path].popleft()
            if not waiting[path]:
                del waiting[path]
            yield source, blob, reading
            while failed:
                yield failed[0][0], None, failed.popleft()[1]
    while failed:
        yield failed[0][0], None, failed.popleft()[1]


def digest(path: Path) -> Blob | None:
    try:
        with path.open("rb", buffering=0) as file:
            digest, size = hashlib.sha256(), 0
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
            return Blob(digest.hexdigest(), size)
    except OSError:
        return None
