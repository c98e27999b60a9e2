"""A program on a pseudo-terminal of 80×24, truecolor, and what its keys cost."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

UP, DOWN, RIGHT, LEFT = b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D"
PAGE_UP, PAGE, END, ESCAPE, ENTER = b"\x1b[5~", b"\x1b[6~", b"\x1b[F", b"\x1b", b"\r"


class Terminal:
    """A program on a pseudo-terminal; answers that it can hold output back (mode 2026), as most do."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str]):
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if not self.pid:
            os.execvpe(argv[0], list(argv), environment)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.output = b""

    def read(self, quiet: float, most: float = 10.0, until: Callable[[], bool] = lambda: False) -> float:
        """Read until nothing has come for `quiet` seconds, or `until` says so; returns when the last byte came."""
        last = begun = time.perf_counter()
        while time.perf_counter() - max(last, begun) < quiet and time.perf_counter() - begun < most and not until():
            ready, _, _ = select.select([self._fd], [], [], 0.01)
            if ready:
                got = os.read(self._fd, 65536)
                if b"\x1b[?2026$p" in got:
                    os.write(self._fd, b"\x1b[?2026;2$y")
                self.output += got
                last = time.perf_counter()
        return last

    def send(self, keys: bytes) -> int:
        """Press keys and wait for nothing; returns how many bytes had come before."""
        os.write(self._fd, keys)
        return len(self.output)

    def press(self, keys: bytes, quiet: float = 0.15) -> tuple[int, float]:
        """Press keys; returns the bytes and the milliseconds of processor time that they cost."""
        before, cpu = len(self.output), self.cpu()
        self.send(keys)
        try:
            self.read(quiet)
        except OSError as error:
            raise RuntimeError(f"it ended at {keys!r}: {self.output[before:].decode(errors='replace')}") from error
        return len(self.output) - before, (self.cpu() - cpu) * 1000

    def cpu(self) -> float:
        """Seconds of processor time so far, of all threads."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(one.read_text().split()[0]) for one in threads) / 1e9

    def close(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        os.close(self._fd)


class Paint(NamedTuple):
    """What a program took until it was all painted: seconds, those of the processor, bytes."""

    seconds: float
    processor: float
    size: int


def environment(**more: str) -> dict[str, str]:
    """A terminal of all colours, whatever the measuring one is; what is compiled is kept, as where it is installed."""
    made = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **more}
    for name in ("NO_COLOR", "PYTHONDONTWRITEBYTECODE", "SSH_CONNECTION"):
        made.pop(name, None)
    return made


def painted(argv: Sequence[str], of: Mapping[str, str], words: Sequence[str]) -> tuple[Terminal, Paint]:
    """Start a program and wait until it has painted all of these words."""
    terminal = Terminal(argv, of)
    wanted = [word.encode() for word in words]
    terminal.read(30, 30, lambda: all(word in terminal.output for word in wanted))
    assert all(word in terminal.output for word in wanted), f"{argv} never showed {words}"
    cpu = terminal.cpu()
    at = terminal.read(0.05)
    return terminal, Paint(at - terminal.started, cpu, len(terminal.output))


def cost(terminal: Terminal, what: str, keys: Sequence[bytes], quiet: float = 0.15) -> dict[str, float]:
    """A key's bytes and milliseconds of processor time, on average."""
    pressed = [terminal.press(key, quiet) for key in keys]
    return {
        f"{what} bytes": sum(size for size, _ in pressed) / len(pressed),
        f"{what} ms": sum(cpu for _, cpu in pressed) / len(pressed),
    }
