"""What the terminal can do, and what the line to it can bear."""

from __future__ import annotations

import os
import signal
from asyncio import TimerHandle
from codecs import getincrementaldecoder
from collections.abc import Iterable, Mapping
from contextlib import suppress
from contextvars import Context
from typing import IO, Any

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._time import get_time
from textual._xterm_parser import XTermParser
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
    """Textual's own, which ends also when its terminal is gone.

    What is typed is read in the loop: Textual's thread for it wakes ten times a second, and has to be waited for at
    each key.
    """

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self._file: Any = Enduring(self._file)
        self._together: list[str] | None = None
        self._parser = XTermParser()
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._escape: TimerHandle | None = None

    def start_application_mode(self) -> None:
        before = self._key_thread
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._key_thread is not before:  # otherwise we are in the background, and sleep
            Context().run(self._loop.add_reader, self.fileno, self._read)

    def disable_input(self) -> None:
        self._loop.remove_reader(self.fileno)
        super().disable_input()

    def _run_input_thread(self) -> None:
        """Nothing is left for it."""

    def _read(self) -> None:
        try:
            found = os.read(self.fileno, 4096)
        except BlockingIOError:  # someone else took it
            return
        except OSError:
            found = b""
        if not found:
            self._loop.remove_reader(self.fileno)
            signal.raise_signal(signal.SIGHUP)  # the line is lost
        elif text := self._decode(found):
            self._understood(self._parser.feed(text))

    def _understood(self, messages: Iterable[Message]) -> None:
        """Hand on what was read; Esc alone is one once nothing has followed it for a while."""
        for message in messages:
            self.process_message(message)
        if self._escape is not None:
            self._escape.cancel()
            self._escape = None
        if (end := self._parser._timeout_time) is not None:
            self._escape = self._loop.call_later(max(end - get_time(), 0.001), self._waited)

    def _waited(self) -> None:
        self._understood(self._parser.tick())

    def send_message(self, message: Message) -> None:
        """Hand what came from the terminal to the app; Textual makes a task for it."""
        self._app.post_message(message)

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
