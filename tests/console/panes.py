"""Programs on panes of a real tmux, a server of its own: its screen as a person sees it, its modes, its size."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.ansi import AnsiDecoder
from rich.style import Style
from rich.text import Text

PATIENCE = 30.0
"""Seconds after which what is waited for will not come any more; several processes share the machine."""
LOOK = 0.05
"""Seconds between two looks at a pane."""
STILL = 0.3
"""Seconds for which a screen that has settled shows the same."""
UNWANTED = ("NO_COLOR", "SSH_CONNECTION", "COLORFGBG", "MALOTE_EMPLOYEE", "MALOTE_OFFICE", "COLUMNS", "LINES", "TMUX")
MODES = ("alternate_on", "cursor_flag", "mouse_any_flag", "mouse_sgr_flag", "keypad_flag", "insert_flag", "wrap_flag")
"""What tmux tells of a pane that a full-screen program may change."""


def eventually(condition: Callable[[], Any], what: Callable[[], str] = str) -> None:
    """Wait until something holds.

    Args:
        what: what is said where it never does.
    """
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what()
        time.sleep(LOOK)


class Pane:
    """One pane, and the program on it."""

    def __init__(self, tmux: Callable[..., str], name: str):
        self._tmux = tmux
        self._name = name

    def press(self, *keys: str) -> None:
        """Press keys by their tmux names (`Enter`, `Down`, `C-z`, `a`), in one burst."""
        self._tmux("send-keys", "-t", self._name, *keys)

    def type(self, text: str) -> None:
        """Type a text, sign by sign."""
        self._tmux("send-keys", "-l", "-t", self._name, text)

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-t", self._name, "-x", str(width), "-y", str(height))

    @property
    def text(self) -> str:
        """What can be read, without the empty ends of lines."""
        return self._tmux("capture-pane", "-p", "-t", self._name)

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")[:-1]

    def settled(self) -> str:
        """Wait until two looks in a row show the same; returns that."""
        looks = [self.text]

        def same() -> bool:
            time.sleep(STILL)
            looks.append(self.text)
            return looks[-1] == looks[-2]

        eventually(same)
        return looks[-1]

    def looks(self, *words: str) -> list[tuple[str, set[str]]]:
        """The lines in which each of these stands, with their backgrounds: the cursor's line has its own.

        What is not (yet) there has an empty line, and no background.
        """
        drawn = list(AnsiDecoder().decode(self._tmux("capture-pane", "-p", "-e", "-t", self._name)))
        found = [next((line for line in drawn if word in line.plain), Text()) for word in words]
        return [(line.plain.rstrip(), {_background(span.style) for span in line.spans}) for line in found]

    def tell(self, *names: str) -> list[str]:
        """What tmux knows of the pane: `alternate_on`, `cursor_flag`, `pane_tty`."""
        told = self._tmux("display-message", "-p", "-t", self._name, "|".join(f"#{{{one}}}" for one in names))
        return told.strip("\n").split("|")

    @property
    def modes(self) -> dict[str, str]:
        """The terminal's modes as they are now."""
        return dict(zip(MODES, self.tell(*MODES), strict=True))

    @property
    def settings(self) -> list[Any]:
        """The terminal's line settings (termios)."""
        tty = os.open(self.tell("pane_tty")[0], os.O_RDWR | os.O_NOCTTY)
        try:
            return termios.tcgetattr(tty)
        finally:
            os.close(tty)

    def see(self, *texts: str) -> None:
        """Wait until all of these can be read."""
        for text in texts:
            eventually(partial(self.shows, text), partial(self._unseen, text))

    def close(self) -> None:
        """Hang up: the terminal goes, as when a line is lost."""
        self._tmux("kill-session", "-t", self._name)

    def shows(self, text: str) -> bool:
        return text in self.text

    def see_no_more(self, text: str) -> None:
        """Wait until this can be read no longer."""
        eventually(lambda: text not in self.text, lambda: f"{text!r} still in:\n{self.text}")

    def go(self, *keys: str, see: str) -> None:
        self.press(*keys)
        self.see(see)

    def _unseen(self, text: str) -> str:
        return f"{text!r} not in:\n{self.text}"


def _background(style: Style | str) -> str:
    return str(style.bgcolor) if isinstance(style, Style) else style


Open = Callable[..., Pane]


@contextmanager
def tmux_server() -> Iterator[Open]:
    """A server that ends with its panes; opens a pane with a command on it."""
    if shutil.which("tmux") is None:
        pytest.skip("no tmux here")
    folder = Path(tempfile.mkdtemp(prefix="malote-", dir="/tmp"))  # a socket's path is short
    environment = {key: value for key, value in os.environ.items() if key not in UNWANTED}

    def tmux(*words: str) -> str:
        argv = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null", *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True, env=environment).stdout

    count = 0

    def open_pane(argv: Sequence[str], size: tuple[int, int] = (80, 24), **variables: str) -> Pane:
        nonlocal count
        count += 1
        name, wanted = f"p{count}", {"COLORTERM": "truecolor", "MALOTE_LANG": "pt", **variables}
        given = [word for key, value in wanted.items() for word in ("-e", f"{key}={value}")]
        size_of = ("-x", str(size[0]), "-y", str(size[1]))
        tmux("new-session", "-d", "-s", name, *size_of, *given, f"exec {shlex.join(argv)}")
        tmux("set-option", "-w", "-t", name, "remain-on-exit", "on")
        return Pane(tmux, name)

    try:
        yield open_pane
    finally:
        subprocess.run(["tmux", "-S", str(folder / "tmux"), "kill-server"], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def console(office: Path, *argv: str) -> list[str]:
    """The words that start a console on an office."""
    return [sys.executable, "-m", "tui", "--office", str(office), *argv]
