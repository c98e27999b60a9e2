"""A process that reads files, one after the other: paths come in, texts go out, and each file has its bounds.

It is a program of its own over two pipes and no `multiprocessing`: nothing of the parent's `__main__` is imported
again, nothing is forked from a process that has threads, and it starts in the time that PDFium takes to load.

A message is four bytes of length and a body. In: the path. Out: `+` and a reading as JSON, or `-` and a code of
`UNREADABLE`; the first message, `-ready`, says that it has started. When its input ends, so does it.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import struct
import time
from pathlib import Path

from core.express.reading.extract import extract
from core.express.reading.limits import Limits, Unreadable, seconds

LENGTH = struct.Struct(">I")
READY = b"-ready"
_TOO_MUCH_MEMORY = b"-too_much_memory"


def main(limits: Limits) -> None:
    """Read files until the input ends, or until this process has grown and a new one had better go on."""
    out = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints is no message
    _bound(limits)
    _say(out, READY)
    while True:
        path = _heard()
        if path is None:
            return
        answer = _answer(path, limits)
        _say(out, answer)
        if answer == _TOO_MUCH_MEMORY or 2 * _address_space() > limits.memory:
            return


def _address_space() -> int:
    """Bytes of this process; its greatest resident size, which would need no reading, is inherited from the parent."""
    return int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()


def _answer(path: bytes, limits: Limits) -> bytes:
    most = seconds(limits)
    # both end this process, whatever it is at: the clock's, and the processor's should the clock's be held up
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + most) + 2, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_REAL, most)
    try:
        return b"+" + json.dumps(extract(path, limits), ensure_ascii=False, separators=(",", ":")).encode()
    except Unreadable as why:
        return b"-" + why.code.encode()
    except MemoryError:
        return _TOO_MUCH_MEMORY
    except OSError as error:
        return _TOO_MUCH_MEMORY if error.errno == errno.ENOMEM else b"-io_error"
    except RecursionError:
        return b"-broken"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _bound(limits: Limits) -> None:
    for which, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, 0),  # it writes no file
        (resource.RLIMIT_CORE, 0),  # what people's documents say is not left lying about
        (resource.RLIMIT_NOFILE, 64),
    ):
        hard = resource.getrlimit(which)[1]
        resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard),) * 2)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)


def _heard() -> bytes | None:
    length = _read(LENGTH.size)
    return None if length is None else _read(LENGTH.unpack(length)[0])


def _read(count: int) -> bytes | None:
    data = b""
    while len(data) < count:
        more = os.read(0, count - len(data))
        if not more:
            return None
        data += more
    return data


def _say(out: int, body: bytes) -> None:
    rest = memoryview(LENGTH.pack(len(body)) + body)
    while rest:
        rest = rest[os.write(out, rest) :]
