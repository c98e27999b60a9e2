"""What the terminal can do, and what the line to it can bear."""

from __future__ import annotations

import os
import signal
from asyncio import AbstractEventLoop, TimerHandle
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


class Output:
    """Writes to the terminal in the loop; what that does not take at once waits for it, in order, and nobody else does.

    Textual's writing thread costs a fifth of what a key's painting does, and its full queue holds up the loop.

    Args:
        terminal: the terminal's name; it is opened anew, as not to wait is a matter of all who share what is open.
    """

    def __init__(self, terminal: str, loop: AbstractEventLoop):
        self._fd = os.open(terminal, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        self._loop = loop
        self._left = bytearray()
        self._waits = False

    def write(self, text: str) -> None:
        self._left += text.encode("utf-8", "backslashreplace")
        if not self._waits:
            self._send()

    def flush(self) -> None:
        """All is written as soon as may be."""

    @property
    def behind(self) -> bool:
        """Whether the terminal has yet to take something."""
        return self._waits

    def stop(self) -> None:
        """Wait until all is written."""
        os.set_blocking(self._fd, True)
        while self._left:
            self._send()
        os.close(self._fd)

    def _send(self) -> None:
        try:
            del self._left[: os.write(self._fd, self._left)]
        except BlockingIOError:
            pass
        except OSError:  # the line is lost
            self._left.clear()
        if bool(self._left) != self._waits:
            self._waits = not self._waits
            if self._waits:
                self._loop.add_writer(self._fd, self._send)
            else:
                self._loop.remove_writer(self._fd)


class TerminalDriver(LinuxDriver):
    """Textual's own, which ends also when its terminal is gone.

    What is typed is read in the loop, and what is shown is written there: Textual's thread for the one wakes ten times
    a second, and both have to be waited for at each key.
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
            self._write_in_loop()

    def _write_in_loop(self) -> None:
        with suppress(OSError):  # it cannot be opened anew: another's, after `su`
            output: Any = Output(os.ttyname(self._file.fileno()), self._loop)
            if self._writer_thread is not None:
                self._writer_thread.stop()
            self._writer_thread = output

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

    @property
    def behind(self) -> bool:
        """Whether the terminal has yet to take what was painted: what is painted now it would show later still."""
        return getattr(self._writer_thread, "behind", False)

    def write(self, data: str) -> None:
        """Write; what is to be shown at once is one piece."""
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
