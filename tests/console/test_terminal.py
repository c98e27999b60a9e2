"""The console in a real pseudo-terminal: what is sent to it, signals, job control, and the worker that it keeps."""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import signal
import struct
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, Any, cast

import pytest
from textual.drivers._writer_thread import WriterThread

from benchmarks.terminal import Terminal
from core.office import open_office, views
from tests.console.conftest import PATIENCE
from tui import terminal
from tui.__main__ import only_names

DOWN = b"\x1b[B"
ON = (b"7", b"25")
"""Private modes that are on by themselves: wrapping, the cursor."""
COLORS = {"NO_COLOR": "", "COLORTERM": "truecolor", "SSH_CONNECTION": ""}


class Screen:
    """What stands on a terminal of 80×24 after the sequences that the console writes text with; others are skipped."""

    TOKEN = re.compile(rb"\x1b\[([0-9;?<>=]*)[ $]?([a-zA-Z])|\x1b[^\[]|([\x20-\x7f]|[\xc0-\xff][\x80-\xbf]+)")

    def __init__(self) -> None:
        self._cells = [[" "] * 80 for _ in range(24)]
        self._read = self._x = self._y = 0

    def feed(self, output: bytes) -> None:
        """Take in what is new of all that was written."""
        end = output.rfind(b"\x1b")  # what comes after it may be half a sequence
        for found in self.TOKEN.finditer(output, self._read, max(end, self._read)):
            numbers, kind, sign = found.groups()
            if sign is not None and self._x < 80:
                self._cells[self._y][self._x] = sign.decode()
                self._x += 1
            elif kind == b"H":
                y, x = (int(one or 1) for one in (numbers + b";").split(b";")[:2])
                self._y, self._x = min(y, 24) - 1, x - 1
            elif kind == b"C":
                self._x += int(numbers or 1)
            elif kind in (b"K", b"X"):  # erased: to the end, or so many cells
                end_x = 80 if kind == b"K" else min(self._x + int(numbers or 1), 80)
                self._cells[self._y][self._x : end_x] = [" "] * (end_x - self._x)
        self._read = max(end, self._read)

    @property
    def lines(self) -> list[str]:
        return ["".join(row) for row in self._cells]


class Console(Terminal):
    """`malote` on a terminal."""

    def __init__(self, *argv: str, **environment: str):
        merged = {**os.environ, "TERM": "xterm-256color", "MALOTE_LANG": "pt", **COLORS, **environment}
        super().__init__([sys.executable, "-m", "tui", *argv], {key: value for key, value in merged.items() if value})
        self.ended: int | None = None
        self.screen = Screen()

    def shows(self, text: str) -> bool:
        """Whether it can be read on the screen; of a text that was partly there, only the rest is written."""
        self.screen.feed(self.output)
        return any(text in line for line in self.screen.lines)

    def go(self, keys: str, text: str) -> None:
        """Press keys, and read until a text has come: written again, or to be read where it was not."""
        there = self.shows(text)
        before = self.send(keys.encode())

        def come() -> bool:
            return text.encode() in self.output[before:] or (not there and self.shows(text))

        self.read(PATIENCE, PATIENCE, come)
        assert come(), f"{text!r} not in:\n" + "\n".join(self.screen.lines)

    def see(self, *texts: str, after: int = 0) -> None:
        """Read until all of these have come."""
        wanted = [text.encode() for text in texts]
        self.read(PATIENCE, PATIENCE, lambda: all(text in self.output[after:] for text in wanted))
        assert all(text in self.output[after:] for text in wanted), self.plain[-2000:]

    def answer(self, keys: bytes) -> None:
        """Press keys, and read all that comes of it; what stands there already is not written again."""
        before = self.send(keys)
        self.read(PATIENCE, PATIENCE, lambda: len(self.output) > before)
        self.read(0.3)

    @property
    def plain(self) -> str:
        return re.sub(rb"\x1b\[[0-9;?>]*[a-zA-Z$]", b"", self.output).decode(errors="replace")

    def changed_modes(self) -> set[bytes]:
        """The private modes that are not as a terminal has them by itself; `u`: the keyboard's (kitty's protocol)."""
        last = dict(re.findall(rb"\x1b\[\?([0-9]+)([hl])", self.output))
        keyboard = len(re.findall(rb"\x1b\[>[0-9]*u", self.output)) - self.output.count(b"\x1b[<u")
        return {mode for mode, on in last.items() if (on == b"h") != (mode in ON)} | ({b"u"} if keyboard > 0 else set())

    def settings(self) -> list[Any]:
        """The terminal's line settings."""
        return termios.tcgetattr(self._fd)

    def styles(self) -> set[str]:
        """Every parameter of every SGR sequence that was sent."""
        return {one for found in re.findall(rb"\x1b\[([0-9;]*)m", self.output) for one in found.decode().split(";")}

    def wait(self) -> int:
        """Wait for its end; returns the exit status."""
        try:
            while True:
                self.read(0.01, 0.05)
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    break
        except OSError:  # the terminal is gone before the process is
            _, status = os.waitpid(self.pid, 0)
        self.ended = os.waitstatus_to_exitcode(status)
        return self.ended

    def close(self) -> None:
        if self.ended is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)


Start = Callable[..., Console]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts consoles, and ends them."""
    started: list[Console] = []

    def starting(*argv: str, **environment: str) -> Console:
        started.append(Console(*argv, **environment))
        return started[-1]

    yield starting
    for one in started:
        one.close()


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_starts_where_nothing_else_is_asked() -> None:
    assert only_names([]) == {}
    named = {"office": "X", "actor": "ana", "lang": "en"}
    assert only_names(["--office", "X", "--as", "ana", "--lang=en"]) == named
    for asked in (["status"], ["--office", "X", "status"], ["--help"], ["--office"], ["--office", "--as"]):
        assert only_names(asked) is None
    assert only_names(["--lang", "fr"]) is None, "the command says that there are only two"


def test_without_an_office_it_says_how_to_make_one(start: Start, tmp_path: Path) -> None:
    console = start("--office", str(tmp_path / "none"))
    console.see("Novo escrit")
    console.send(b"\x1b")
    assert console.wait() == 3
    assert "Não há escritório em" in console.plain
    assert "malote --office" in console.plain


def test_below_truecolor_the_terminal_s_own_sixteen_are_used(start: Start, work: Path) -> None:
    console = start("--office", str(work), COLORTERM="")
    console.see("Prioridade", "ajuda")
    console.answer(b"2")
    assert not {"38", "48"} & console.styles()


def test_over_ssh_the_mouse_stays_the_terminal_s(start: Start, work: Path) -> None:
    """So that its own selection works, and a moving mouse costs no byte."""
    console = start("--office", str(work), SSH_CONNECTION="10.0.0.1 1 10.0.0.2 22")
    console.see("Prioridade", "ajuda")
    assert b"\x1b[?1000h" not in console.output
    assert b"\x1b[?1003h" not in console.output


def test_a_cursor_step_costs_at_most_400_bytes(start: Start, work: Path) -> None:
    console = start("--office", str(work))
    console.see("Prioridade", "ajuda")
    console.see("21 de 21", after=console.send(b"2"))
    console.read(0.5)
    for _ in range(5):
        before = len(console.output)
        console.answer(DOWN)
        assert 0 < len(console.output) - before <= 400


def test_what_comes_in_halves_or_is_no_utf_8_ends_nothing(start: Start, work: Path) -> None:
    """A terminal of Latin letters, a line that cuts in the middle of one: all that is typed after it would be lost."""
    console = start("--office", str(work))
    console.see("Prioridade", "ajuda")
    console.go("2", "21 de 21")
    console.answer(b"/")
    console.send("informa\u00e7".encode()[:-1])
    console.read(0.3)
    console.send("\u00e7".encode()[1:])
    console.go("\u00f5es", "informações")
    console.answer(b"\xe7")
    console.answer(b"\x1b")  # Esc alone takes the filter away
    assert console.shows("21 de 21")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_the_terminal_as_it_was(start: Start, work: Path, number: signal.Signals) -> None:
    """Screen, cursor, mouse, pasting, keyboard, line settings."""
    console = start("--office", str(work))
    before = console.settings()
    console.see("Prioridade", "ajuda")
    assert console.settings() != before
    assert {b"1049", b"25", b"1000", b"2004"} <= console.changed_modes()
    os.kill(console.pid, number)
    assert console.wait() == 0
    assert console.changed_modes() == set()
    assert console.settings() == before


def test_ctrl_z_stops_it_and_fg_paints_the_screen_at_once(start: Start, work: Path) -> None:
    console = start("--office", str(work))
    console.see("Prioridade", "ajuda")
    console.send(b"\x1a")
    _, status = os.waitpid(console.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    console.read(0.1)
    assert console.changed_modes() == set(), "the shell would be under the console's screen"
    before = len(console.output)
    os.kill(console.pid, signal.SIGCONT)
    console.see("\x1b[?1049h", "Prioridade", "ajuda", after=before)


@pytest.mark.parametrize("exported", [{}, {"COLUMNS": "80", "LINES": "24"}], ids=["", "exported"])
def test_a_smaller_terminal_gets_a_smaller_screen(start: Start, work: Path, exported: dict[str, str]) -> None:
    """Also where the shell exports the size that the terminal had: it would be believed for ever."""
    console = start("--office", str(work), **{"COLUMNS": "", "LINES": "", **exported})
    console.see("Prioridade", "ajuda")
    before = len(console.output)
    fcntl.ioctl(console._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 60, 0, 0))
    console.see("Prioridade", "ajuda", after=before)
    console.see("21 de 21", after=console.send(b"2"))


def test_it_sees_to_it_that_someone_sends_and_leaves_no_one_behind(start: Start, work: Path) -> None:
    """A console that was killed must not leave a worker running for ever, nor a second console start a second one."""
    with open_office(work) as ctx:
        console = start("--office", str(work))
        console.see("Prioridade", "ajuda")
        eventually(lambda: views.worker_runs(ctx))
        workers = set(ctx.workers.glob("*.lock"))
        start("--office", str(work)).see("Prioridade", "ajuda")
        assert set(ctx.workers.glob("*.lock")) == workers
        os.kill(console.pid, signal.SIGKILL)
        eventually(lambda: set(ctx.workers.glob("*.lock")) != workers)  # the second console sees to it now


def test_what_the_terminal_is_said_to_be_decides_the_colours() -> None:
    assert terminal.has_truecolor({"COLORTERM": "truecolor"})
    assert not terminal.has_truecolor({"TERM": "xterm-256color"})
    assert terminal.without_color({"NO_COLOR": "1"})
    assert not terminal.without_color({"NO_COLOR": ""})
    assert terminal.is_light({"COLORFGBG": "0;15"})
    assert not terminal.is_light({"COLORFGBG": "15;0"})


def test_a_console_whose_line_is_lost_can_always_end() -> None:
    """Otherwise it would hang for ever, and its worker with it, each time a connection breaks while much is written."""
    ours, terminals = os.openpty()
    with os.fdopen(terminals, "w") as file:
        written = WriterThread(cast("IO[str]", terminal.Enduring(file)))
        written.start()
        os.close(ours)

        def talk() -> None:
            for _ in range(100):
                written.write("x")
            written.stop()

        talking = Thread(target=talk, daemon=True)
        talking.start()
        talking.join(PATIENCE)
        assert not talking.is_alive()
        os.dup2(os.open(os.devnull, os.O_WRONLY), terminals)  # what the file still holds can be written at its end


async def test_a_terminal_that_takes_nothing_for_a_while_holds_nobody_up_and_gets_all_in_order() -> None:
    """Someone holds the scroll bar, or a line is slow: keys and the office's changes are still attended to."""
    ours, terminals = os.openpty()
    tty.setraw(terminals)
    output = terminal.Output(os.ttyname(terminals), asyncio.get_running_loop())
    written = [f"{number}:" + "ç" * 1000 for number in range(200)]
    for one in written:
        output.write(one)  # would never return if it waited
    assert output.behind
    wanted, got = "".join(written).encode(), b""
    os.set_blocking(ours, False)
    while len(got) < len(wanted):
        with suppress(BlockingIOError):
            got += os.read(ours, 65536)
        await asyncio.sleep(0)
    assert got == wanted
    assert not output.behind
    output.write("the last")
    output.stop()
    assert os.read(ours, 100) == b"the last"
    os.close(ours)
    os.close(terminals)


async def test_what_is_written_to_a_lost_line_is_dropped() -> None:
    ours, terminals = os.openpty()
    output = terminal.Output(os.ttyname(terminals), asyncio.get_running_loop())
    for _ in range(200):
        output.write("x" * 1000)
    os.close(ours)
    output.stop()
    os.close(terminals)
