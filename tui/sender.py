"""Seeing to it that someone sends: where no worker runs, one is started as a child process that ends with us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

from core.office import Context, views

PR_SET_PDEATHSIG = 1


class Sender:
    """The worker that the console keeps, if no other one runs on this host."""

    def __init__(self, ctx: Context):
        self._ctx = ctx
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._ended = False

    def tend(self) -> None:
        """Start one where none runs; in a thread, every few seconds."""
        with self._lock:
            if self._ended or (self._child is not None and self._child.poll() is None):
                return
            if views.worker_runs(self._ctx):
                return
            command = [sys.executable, "-m", "tui.sender", str(os.getpid()), str(self._ctx.folder)]
            nowhere = subprocess.DEVNULL
            self._child = subprocess.Popen(  # ends by itself when we do, however we do
                command, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
            )

    def stop(self) -> None:
        """Let it finish what is in flight, without waiting for it."""
        with self._lock:
            self._ended = True
            if self._child is not None and self._child.poll() is None:
                self._child.terminate()


def main(parent: int, folder: str) -> int:
    """Send for the office until the parent process ends."""
    import ctypes

    from tui.__main__ import main as command

    with suppress(AttributeError):  # Linux has it; elsewhere the console ends it when it ends itself
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked to be told
        return 0
    sys.argv[1:] = ["--office", folder, "run"]
    return command()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2]))
