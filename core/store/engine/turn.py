"""Whose turn it is to write: an `flock` that all threads and processes of a database wait for in order.

`flock` alone lets a busy writer take it again before a sleeping one looks: the waiter starves. So whoever wants the
turn stands first in line, which is a lock on one byte of the same file: a writer that comes back finds the place taken
and cannot overtake.
"""

import fcntl
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path

from core.store.engine.errors import StoreError

# struct flock: type, whence, start, length, pid (0: the lock belongs to the open file, not to the process)
_STAND = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0)
_LEAVE = struct.pack("hhqqi4x", fcntl.F_UNLCK, os.SEEK_SET, 0, 1, 0)

_LOOK_IN_LINE = 0.001  # seconds between two looks
_LOOK_AT_TURN = 0.0002  # only one waits here


def open_turn(path: str, mode: int) -> int:
    """Open the lock file, made with exactly `mode` if it is missing; returns a descriptor of this opener's own."""
    flags = os.O_RDWR | os.O_CLOEXEC
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        pass
    try:
        fd = os.open(path, flags | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return os.open(path, flags)
    os.fchmod(fd, mode)
    return fd


def take_turn(fd: int, path: str, wait: float) -> None:
    """Wait at most `wait` seconds for the turn; raises StoreError("busy") after that."""
    deadline = time.monotonic() + wait
    _wait_for(lambda: _stand_in_line(fd), _LOOK_IN_LINE, deadline, path)
    try:
        _wait_for(lambda: fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB), _LOOK_AT_TURN, deadline, path)
    finally:
        fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _LEAVE)


def give_turn(fd: int) -> None:
    """End the turn."""
    fcntl.flock(fd, fcntl.LOCK_UN)


def _stand_in_line(fd: int) -> None:
    fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _STAND)


def _wait_for(attempt: Callable[[], object], pause: float, deadline: float, path: str) -> None:
    while True:
        try:
            attempt()
        except (BlockingIOError, PermissionError):  # fcntl may say either
            if time.monotonic() >= deadline:
                raise StoreError("busy", f"{Path(path).name}: someone else is writing") from None
            time.sleep(pause)
        else:
            return
