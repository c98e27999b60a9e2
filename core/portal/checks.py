"""Names of what a check puts into `.malote/` for moments, told from a living check's by this host and process."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import socket
from contextlib import suppress
from pathlib import Path

_NAME = re.compile(r"check-(?P<host>[0-9a-f]{8})-(?P<process>\d+)-")


def check_name() -> str:
    """A new name; what a check makes begins with it."""
    return f"check-{_host()}-{os.getpid()}-{secrets.token_hex(4)}"


def is_dead_check(scratch: str) -> bool:
    """Whether this is left from a check of this host whose process has ended."""
    found = _NAME.match(scratch)
    return found is not None and found["host"] == _host() and not _runs(int(found["process"]))


def _host() -> str:
    """This host as far as its processes' numbers are unique: a container is another one, and so is another start."""
    told = [socket.gethostname()]
    for path in (Path("/proc/sys/kernel/random/boot_id"), Path("/etc/machine-id")):
        try:
            told.append(path.read_text(encoding="ascii"))
            break
        except OSError:
            continue
    with suppress(OSError):
        told.append(str(Path("/proc/self/ns/pid").readlink()))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:8]


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # somebody else's
        return True
    return True
