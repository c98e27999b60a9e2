"""A worker proves that it lives by an `flock` on a file of its own, not by a clock: a stopped one still holds it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def living(folder: Path, worker: str) -> Iterator[None]:
    """Be alive as `worker` for the length of the block; `folder` is of this host."""
    path = folder / f"{worker}.lock"
    handle = _locked(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _locked(path: Path) -> int:
    """The file's lock; again, where someone took the file for a dead one's before it was locked, and removed it."""
    mode = 0o660 if path.parent.stat().st_mode & 0o020 else 0o600  # those who share the office have to look
    while True:
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, mode)
        os.fchmod(handle, mode)  # whatever the umask
        fcntl.flock(handle, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.fstat(handle).st_ino == path.stat().st_ino:
                return handle
        os.close(handle)


def is_alive(folder: Path, worker: str) -> bool:
    """Whether that worker's process still runs (on this host)."""
    try:
        handle = os.open(folder / f"{worker}.lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: those who look do not take each other for it
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)


def bury(folder: Path) -> None:
    """Remove the lock files of the dead."""
    for path in folder.glob("*.lock"):
        with suppress(FileNotFoundError, BlockingIOError):
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()  # still locked: who is just being born notices
            finally:
                os.close(handle)


def anyone(folder: Path) -> bool:
    """Whether any worker runs."""
    return any(is_alive(folder, path.stem) for path in folder.glob("*.lock"))
