"""What the terminal can do, and what the line to it can bear."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message


class Enduring:
    """The terminal's file; what is written once the line is lost is dropped.

    Textual's writing thread would die of it, and whoever writes next would wait for ever at its full queue.
    """

    def __init__(self, file: IO[str]):
        self._file = file
        self.fileno = file.fileno

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()


class TerminalDriver(LinuxDriver):
    """Textual's own, which ends also when its terminal is gone."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self._file: Any = Enduring(self._file)
        self._together: list[str] | None = None

    def send_message(self, message: Message) -> None:
        """Hand what came from the terminal to the loop; Textual makes a task for it."""
        self._loop.call_soon_threadsafe(self._app.post_message, message)

    def write(self, data: str) -> None:
        """Write; what is to be shown at once is one piece, so that the writing thread is woken once."""
        if data == SYNC_START:
            self._together = [data]
            return
        if self._together is not None:
            self._together.append(data)
            if data != SYNC_END:
                return
            data, self._together = "".join(self._together), None
        super().write(data)


def driver(textuals: type[Driver]) -> type[Driver]:
    """The driver to use where Textual would use that one."""
    return TerminalDriver if textuals is LinuxDriver else textuals


def over_ssh(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether each byte travels: no animation then, and the mouse stays the terminal's own."""
    return bool(environ.get("SSH_CONNECTION"))


def without_color(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether colours are unwanted (no-color.org: present and not empty)."""
    return bool(environ.get("NO_COLOR"))


def has_truecolor(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether any colour can be shown; otherwise the terminal's own sixteen are used."""
    return environ.get("COLORTERM", "").lower() in ("truecolor", "24bit")


def is_light(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal says that its background is light (`COLORFGBG`, as rxvt and Konsole set it)."""
    return environ.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15")


def toggle_mouse(driver: Any) -> bool:
    """Turn the mouse's reports on or off; whether they are on now. Textual has no public way to do so later on."""
    if driver is None or not hasattr(driver, "_disable_mouse_support"):
        return False
    if driver._mouse:
        driver._disable_mouse_support()
        driver._mouse = False
    else:
        driver._mouse = True
        driver._enable_mouse_support()
    return bool(driver._mouse)
