"""A place that a number key leads to: a header, what it shows, what came of the last act, the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.widget import Widget

from core.domain.text import Text
from tui.desk import Desk
from tui.keys import ADMINS_ONLY, key
from tui.screens.still import Still
from tui.watch import Changed
from tui.widgets.frame import Footer, Header, Notice
from tui.widgets.rows import Rows
from tui.work import in_thread, start

if TYPE_CHECKING:
    from tui.app import Console

F = TypeVar("F")
R = TypeVar("R")

PATIENCE = 0.15
"""Seconds that a place may take to read before it is shown without."""
READING = Text("lendo…", "reading…")


class Place(Still[None], Generic[F]):
    """A screen on which one works.

    What it shows is read in a thread (`read`) and shown in the loop (`show`): at first, when it is come back to after a
    change, and at every change that it cares for while it is looked at. Its widgets stay as they are meanwhile, so
    that cursor, order, filter and marks are there again.
    """

    TITLE_TEXT: ClassVar[Text]
    AUTO_FOCUS = "Rows"
    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        key("escape", "app.back", Text("voltar", "back"), show=False),
        key("f5", "reload", Text("ler de novo", "read again"), show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._found: F | None = None
        self._stale = True
        self._reading = False
        self._fresh = asyncio.Event()

    # --- what a place says of itself

    def body(self) -> Iterable[Widget]:
        """Its widgets."""
        raise NotImplementedError

    def read(self) -> F:
        """Read the office; in a thread."""
        raise NotImplementedError

    def show(self, found: F) -> None:
        """Show what was read."""
        raise NotImplementedError

    def cares_for(self, changed: Changed) -> bool:
        """Whether a change is about what it shows."""
        return True

    def aim(self, **aims: Any) -> None:
        """Look at something in particular."""

    def memento(self) -> dict[str, Any]:
        """What is to be there again when one comes back after a lost connection: plain values."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Be as a memento says; before its widgets are there. It may be of an older version, or of another day."""

    # --- the rest

    async def settle(self) -> None:
        """Wait until what is being read is shown, but not for long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._fresh.wait(), PATIENCE)

    @property
    def console(self) -> Console:
        return self.app  # type: ignore[return-value]

    def say(self, text: Text, **params: object) -> str:
        return self.desk.say(text, **params)

    def compose(self) -> ComposeResult:
        yield Header()
        yield Footer()
        yield Notice()
        yield from self.body()

    def preload(self) -> None:
        """Read before the loop runs, so that the first paint is whole."""
        self._found = self.read()
        self._stale = False
        self._fresh.set()

    def on_mount(self) -> None:
        self.console.tell_header(self)
        if self._found is not None:
            self.show(self._found)
            self.refresh_bindings()

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()  # nobody else cares
        self.console.touch()

    def on_screen_resume(self) -> None:
        self.console.tell_header(self)
        self.query_one(Footer).tell()
        if self._stale:
            self.reload()

    def on_screen_suspend(self) -> None:
        """What came of an act is of no use once one is elsewhere; what went wrong still is when one comes back."""
        if isinstance(self.app.screen, Place):
            self._forget(failures=False)

    def on_resize(self) -> None:
        self.console.tell_header(self)

    def changed(self, changed: Changed) -> None:
        """Someone committed."""
        if not self.cares_for(changed):
            return
        self._make_stale()
        if self.is_current:
            self.reload()

    def action_reload(self) -> None:
        self.reload()

    def reload(self) -> None:
        """Read and show again; a reading that is under way is followed by one more."""
        self._make_stale()
        if not self._reading and self.is_mounted:
            self._reading = True
            start(self, self._read_until_fresh, "read")

    def _make_stale(self) -> None:
        self._stale = True
        self._fresh.clear()

    def when_read(self, then: Callable[[], Any]) -> None:
        """Do something once it has been read."""

        async def wait() -> None:
            await self._fresh.wait()
            then()

        start(self, wait, "aim", alone=True)

    async def _read_until_fresh(self) -> None:
        try:
            while self._stale:
                self._stale = False
                try:
                    found = await asyncio.to_thread(self.read)
                except Exception as error:
                    if self.is_running:
                        self.unread(self.desk.problem(error))
                else:
                    if self.is_running:  # not taken down meanwhile
                        self._found = found
                        self.show(found)
                        self.refresh_bindings()  # what there is decides which keys do something
        finally:
            self._reading = False
            self._fresh.set()

    def unread(self, problem: str) -> None:
        """Say why it could not be read."""
        self.notice(problem, "error")

    def notice(self, text: str, tone: str = "") -> None:
        """Say what came of something."""
        for notice in self.query(Notice):
            notice.say(text, tone)

    def _forget(self, *, failures: bool) -> None:
        for notice in self.query(Notice):
            notice.forget(failures=failures)

    def refuse(self, why: Text) -> None:
        self.notice(self.say(why) + (self.desk.whom_to_ask() if why is ADMINS_ONLY else ""), "warning")

    def act(self, do: Callable[[], R], then: Callable[[R], None], doing: str = "") -> None:
        """Do something in a thread; what went wrong is said, what came of it handed on."""

        async def doing_it() -> None:
            if doing:
                self.notice(doing, "muted")
            else:
                self._forget(failures=True)  # of the act before
            try:
                result = await in_thread(do)
            except Exception as error:
                self.notice("✗ " + self.desk.problem(error), "error")
            else:
                if self.is_running:
                    then(result)

        start(self, doing_it, "act", opens=not doing)
