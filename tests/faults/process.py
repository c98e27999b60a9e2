"""A `malote` process of ours, by its pid: started, read, stopped and killed."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 120.0
"""Seconds after which a process that says or does nothing has failed."""


class Running:
    """A `malote` process of ours, whose stderr is read line by line.

    Its stderr is a pipe of one page: a process that tells of every delivery cannot run ahead of who reads, so that what
    is done to it between two lines is done in the middle of its work, however slow the machine.
    """

    def __init__(self, words: tuple[str, ...], environment: dict[str, str], program: str = "tui"):
        self.process = subprocess.Popen(
            [sys.executable, "-m", program, *words],
            env=environment,
            cwd=REPOSITORY,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self.said: list[str] = []
        assert self.process.stderr is not None
        fcntl.fcntl(self.process.stderr, fcntl.F_SETPIPE_SZ, 4096)

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.signal(signal.SIGKILL)
            self.signal(signal.SIGCONT)
        self.end()

    def line(self) -> str:
        """The next line it says; empty at its end."""
        assert self.process.stderr is not None
        line: str = self.process.stderr.readline().decode()
        self.said.append(line)
        return line

    def lines(self, count: int) -> int:
        """Read so many lines; returns how many came before its end."""
        return next((n for n in range(count) if not self.line()), count)

    def signal(self, number: int) -> None:
        """Send it a signal, by its own pid."""
        self.process.send_signal(number)

    def kill(self) -> bool:
        """End it at once, as a power cut would; returns whether it was still at work."""
        self.signal(signal.SIGKILL)
        return self.end() == -signal.SIGKILL

    def end(self) -> int:
        """Read what it still says and wait for its end; returns its exit status."""
        _, rest = self.process.communicate(timeout=PATIENCE)
        self.said.append(rest.decode())
        assert "Traceback" not in "".join(self.said), "".join(self.said)
        status: int = self.process.returncode
        return status


def until(condition: Callable[[], bool], worker: Running) -> None:
    """Wait for something that a running process is about to do."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert worker.process.poll() is None, "".join(worker.said)
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)
