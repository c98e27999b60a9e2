"""One reading process as its parent sees it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections import deque
from pathlib import Path

from core.domain.recognition import Reading
from core.express.reading.limits import Limits, Unreadable
from core.express.reading.reasons import UNREADABLE
from core.express.reading.worker import LENGTH, READY

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from core.express.reading.limits import Limits; from core.express.reading.worker import main;"
    "main(Limits(*json.loads(sys.argv[2])))"
)
_KEPT = ("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX")
"""Of the environment a reading process gets no more than this: the portal's password may be in it."""

_CHUNK = 1 << 18
_MOST = 1 << 24  # bytes of an answer
_MEANING = {
    -signal.SIGALRM: "too_slow",
    -signal.SIGXCPU: "too_slow",
    -signal.SIGABRT: "too_much_memory",  # how PDFium ends where no memory is left
}


class Job:
    """One file to read; `outcome` is set when that is done."""

    __slots__ = ("outcome", "path", "retried")

    def __init__(self, path: Path):
        self.path = path
        self.outcome: Reading | Unreadable | None = None
        self.retried = False


class ReadingProcess:
    """A process that reads the files of `jobs`, in order.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, limits: Limits):
        self.jobs: deque[Job] = deque()
        self.ready = False
        self.read = 0  # files
        self._buffer = bytearray()
        paths = json.dumps([os.path.abspath(one) for one in sys.path])  # noqa: PTH100 - `` is the folder that we are in
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _BOOT, paths, json.dumps(limits)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env={"LC_ALL": "C.UTF-8", "OMP_THREAD_LIMIT": "1"} | {k: os.environ[k] for k in _KEPT if k in os.environ},
            start_new_session=True,  # Ctrl+C is the parent's, and what it starts ends with it
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()

    @property
    def pid(self) -> int:
        return self._process.pid

    def fileno(self) -> int:
        return self._out

    def send(self, job: Job) -> None:
        """Hand it a file more; so few paths are on their way at once that the pipe always takes them."""
        self.jobs.append(job)
        path = os.fsencode(os.path.abspath(job.path))  # noqa: PTH100 - links are not to be resolved
        with contextlib.suppress(BrokenPipeError):  # its end is seen where its answers are read
            os.write(self._in, LENGTH.pack(len(path)) + path)

    def receive(self) -> bool:
        """Take what it has answered, once there is something to read.

        Returns:
            Whether it lives and makes sense; if not, `end` says what became of it.
        """
        chunk = os.read(self._out, _CHUNK)
        self._buffer += chunk
        start = 0
        while len(self._buffer) >= start + LENGTH.size:
            length = LENGTH.unpack_from(self._buffer, start)[0]
            if length > _MOST:
                return False
            if len(self._buffer) < start + LENGTH.size + length:
                break
            start += LENGTH.size
            if not self._answered(bytes(self._buffer[start : start + length])):
                return False
            start += length
        del self._buffer[:start]
        return bool(chunk)

    def _answered(self, body: bytes) -> bool:
        if not self.ready:
            self.ready = body == READY
            return self.ready
        if not self.jobs:
            return False
        try:
            outcome = Reading.model_validate_json(body[1:]) if body[:1] == b"+" else Unreadable(body[1:].decode())
        except ValueError:
            return False
        if isinstance(outcome, Unreadable) and outcome.code not in UNREADABLE:
            return False
        self.read += 1
        self.jobs.popleft().outcome = outcome
        return True

    def end(self, patience: float = 0.0) -> str | None:
        """Kill it and what it started.

        Args:
            patience: seconds to wait for it to end by itself, where its output has ended already.

        Returns:
            The code of what ended it; None if it ended by itself, as one does that has grown.
        """
        status = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        if status == 0 and self.read:
            return None
        return _MEANING.get(status or 0, "crashed") if self.ready else "no_reader"
