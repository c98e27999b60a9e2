"""Single files, by descriptor: copying one whole, and finding out what lies under a name."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.domain.text import Text, both
from core.portal.faults import source_unreadable
from core.portal.tree import closing, is_seen, lies
from core.ports import PortalFault

NOT_A_FILE = Text("não é um arquivo", "not a file")
CHANGED = Text("mudou durante o envio", "changed while it was being sent")
CHUNK = 1 << 20
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Lying:
    """What lies under a name; `sha256` is None for what is not a regular file or cannot be read."""

    inode: tuple[int, int]
    is_file: bool
    seen: bool
    sha256: str | None
    being_written: bool = False

    def same_as(self, other: Lying) -> bool:
        return (self.inode, self.sha256) == (other.inode, other.sha256)


def hash_of(descriptor: int) -> str:
    """The SHA-256 of all bytes of an open file."""
    digest = hashlib.sha256()
    offset = 0
    while chunk := os.pread(descriptor, CHUNK, offset):
        digest.update(chunk)
        offset += len(chunk)
    return digest.hexdigest()


def examine(folder: int, name: str, *, watch_writers: bool = False) -> Lying | None:
    """Look at what lies under a name, and read it if it is a file; None when nothing does.

    Args:
        watch_writers: also find out whether anyone has it open for writing, by a read lease (fcntl(2),
            F_SETLEASE); where leases are not for us (another owner, a network) the answer is no.
    """
    status = lies(folder, name)
    if status is None:
        return None
    unread = Lying((status.st_dev, status.st_ino), stat.S_ISREG(status.st_mode), is_seen(status), None)
    if not unread.is_file:
        return unread
    try:
        descriptor = os.open(name, READ, dir_fd=folder)
    except OSError as error:
        if error.errno in {errno.EACCES, errno.ELOOP, errno.ENOENT}:  # not for us; a link now; gone now
            return None if error.errno == errno.ENOENT else unread
        raise
    with closing(descriptor):
        return _read_through(descriptor, watch_writers)


def _read_through(descriptor: int, watch_writers: bool) -> Lying:
    written = watch_writers and not _leased(descriptor)
    status = os.fstat(descriptor)
    sha256 = hash_of(descriptor) if stat.S_ISREG(status.st_mode) else None
    written = written or (watch_writers and not _leased(descriptor))
    status = os.fstat(descriptor)
    return Lying((status.st_dev, status.st_ino), stat.S_ISREG(status.st_mode), is_seen(status), sha256, written)


def _leased(descriptor: int) -> bool:
    """Take a read lease (or find that we still have it): false only when someone has the file open for writing.

    Closing the descriptor gives it back. Its signal must be one that is ignored by default: SIGIO would kill us.
    """
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno != errno.EAGAIN
    return fcntl.fcntl(descriptor, fcntl.F_GETLEASE) != fcntl.F_UNLCK


@contextmanager
def opened_source(source: Path) -> Iterator[int]:
    """Open what is to be published.

    Raises:
        PortalFault: file_missing, when it is gone, cannot be read or is no regular file.
    """
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise source_unreadable(error) from error
    with closing(descriptor):
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise PortalFault("file_missing", both(NOT_A_FILE))
        yield descriptor


def copy(source: int, target: int) -> str:
    """Copy all bytes from the source's beginning and return their SHA-256.

    Raises:
        PortalFault: file_changed, when the source changed meanwhile; file_missing, when it cannot be read.
        OSError: the target cannot take them.
    """
    before = os.fstat(source)
    digest = hashlib.sha256()
    copied = 0
    while chunk := _read(source, copied):
        digest.update(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(target, rest) :]
        copied += len(chunk)
    after = os.fstat(source)
    if (copied, after.st_size, after.st_mtime_ns) != (before.st_size, before.st_size, before.st_mtime_ns):
        raise PortalFault("file_changed", both(CHANGED))
    return digest.hexdigest()


def _read(source: int, offset: int) -> bytes:
    try:
        return os.pread(source, CHUNK, offset)
    except OSError as error:
        raise source_unreadable(error) from error


def unlink_if_there(folder: int, name: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
