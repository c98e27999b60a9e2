"""Registro: everything as it happens, in any process; one line in full, and from there to what it is about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from textual.widget import Widget

from core.domain.models import Event, Level
from core.domain.text import Text
from core.office import exporting, log
from core.office.log import About
from tui.desk import Desk
from tui.keys import key
from tui.screens.log_detail import pane, plain_text
from tui.screens.log_dialogs import PlainText, SaveTo
from tui.screens.log_filters import Filtered
from tui.screens.log_state import count_of
from tui.widgets.lines import Lines
from tui.widgets.rows import Rows
from tui.work import Rest, in_thread, start

NO_LATER = Text("Nenhum depois deste; {key}: para trás.", "None after this one; {key}: backwards.")
NO_EARLIER = Text("Nenhum antes deste.", "None before this one.")
NO_TASK = Text("Esta linha não é de uma tarefa.", "This line is of no task.")
NO_ERROR = Text("Esta linha não é de uma falha de envio.", "This line is of no failed delivery.")
UNFINISHED = Text("{count}; a procura ainda não terminou", "{count}; still looking")
SAVED = Text("✓ {count} em {file}.", "✓ {count} in {file}.")
DETAIL, TALL_DETAIL, TALL = 6, 11, 30
"""Lines of the detail; in a terminal of so many lines and more."""
REST = 0.15
"""Seconds without a key after which the detail is filled: a key held down writes only the two lines of the list."""


class Log(Filtered):
    """The live log."""

    TITLE_TEXT = Text("Registro", "Journal")
    ENTER = Text("tarefa", "task")
    ON_ONE = frozenset({"grave", "copy", "detail", "export", "error"})
    BINDINGS: ClassVar = [
        key("e", "grave('error', 1)", Text("próximo erro", "next error"), name="log.next_error"),
        key("slash", "text", Text("texto", "text")),
        key("n", "level", Text("nível", "level")),
        key("i", "client", Text("cliente", "client")),
        key("f", "filters", Text("filtros", "filters")),
        key("p", "pause", Text("pausar", "pause")),
        key("c", "copy", Text("copiar", "copy")),
        key("d", "detail", Text("tudo desta linha", "all about this line")),
        key("E", "grave('error', -1)", Text("erro anterior", "error before"), name="log.error_before"),
        key(
            "a,w", "grave('warning', 1)", Text("próximo aviso ou erro", "next warning or error"), name="log.next_grave"
        ),
        key(
            "A,W",
            "grave('warning', -1)",
            Text("aviso ou erro anterior", "warning or error before"),
            name="log.grave_before",
        ),
        key("s", "export", Text("salvar CSV/JSON", "save CSV/JSON")),
        key("x", "error", Text("ver o erro", "see the error")),
        key("escape", "step_back", Text("voltar", "back"), show=False),
    ]

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._about: About | None = None
        self._rest = Rest(self, REST, self._rested)

    def body(self) -> Iterable[Widget]:
        yield from super().body()
        yield Lines([()] * DETAIL, id="detail")

    def aim(self, **aims: Any) -> None:
        """Look at some lines only: `level`, `client` (with its `client_name`), `text`; or at the line `seq`."""
        if "seq" in aims:
            self._following = False
            self._place = aims.pop("seq")
        self._client_name = aims.pop("client_name", self._client_name)
        self.change(**{"level": Level.INFO, "client": None, "text": "", **aims})

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        self.tell()
        self._fill()

    # --- the detail

    @cached_property
    def _detail(self) -> Lines:
        return self.query_one("#detail", Lines)

    def rest(self) -> None:
        """Fill the detail once the cursor has been standing for a moment."""
        self._rest.moved()

    def _rested(self) -> None:
        if self.is_current:
            event = self.event
            self._about = None if event is None else log.about(self.desk.ctx, event)  # quicker than a thread begins
            self._fill()

    @property
    def event(self) -> Event | None:
        """The event under the cursor."""
        return self.journal.event(self.rows.cursor) if len(self.journal) else None

    def _fill(self) -> None:
        height = TALL_DETAIL if self.size.height >= TALL else DETAIL
        shown = [] if self._about is None else pane(self._about, self.desk, self.size.width, height)
        self._detail.update([*shown, *[()] * (height - len(shown))])

    # --- going elsewhere

    async def on_rows_opened(self, _: Rows.Opened) -> None:
        event = self.event
        if event is not None and event.task is not None:
            await self.console.go("task", task=event.task)
        else:
            self.notice(self.say(NO_TASK), "muted")

    async def action_error(self) -> None:
        """To its failure, where that is mended."""
        event = self.event
        if event is not None and "failure" in event.params:
            await self.console.go("errors", delivery=event.delivery)
        else:
            self.notice(self.say(NO_ERROR), "muted")

    def action_grave(self, level: str, direction: int) -> None:
        """To the next error, or warning; looked for in a thread over all of history, within what the filters leave."""

        async def look() -> None:
            at = self.journal.seq(self.rows.cursor) or 0
            while seqs := await asyncio.to_thread(log.next_grave, self.desk.ctx, Level(level), at, direction):
                for seq in seqs:
                    if seq in self.journal.held:
                        self.journal.release()
                    if self.journal.listed.holds(seq):
                        self.rows.move(self.journal.listed.position(seq))
                        return
                at = seqs[-1]
            back = self.desk.keys["log.error_before" if level == "error" else "log.grave_before"]
            self.notice(self.say(NO_LATER if direction > 0 else NO_EARLIER, key=back), "muted")

        start(self, look, "grave", alone=True)

    # --- copies

    def action_copy(self) -> None:
        self._open_text(copied=True)

    def action_detail(self) -> None:
        self._open_text(copied=False)

    def _open_text(self, *, copied: bool) -> None:
        desk, event = self.desk, self.event
        if event is not None:
            self.act(
                lambda: plain_text(log.about(desk.ctx, event), desk.lang),
                lambda text: self.console.open(PlainText(desk, text, copied=copied)),
            )

    def action_export(self) -> None:
        """Write what is listed to a file."""
        desk, seqs = self.desk, self.journal.listed.seqs()
        count = count_of(len(seqs), desk.lang)

        async def write(file: Path, told: Callable[[int], None]) -> None:
            await in_thread(lambda: exporting.export_events(desk.ctx, seqs, file, desk.lang, told))

        def saved(file: Path | None) -> None:
            if file is not None:
                self.notice(self.say(SAVED, count=count, file=file), "good")

        about = count if self._reached is None else self.say(UNFINISHED, count=count)
        name = f"registro-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}.csv"
        self.console.open(SaveTo(desk, name, write, len(seqs), about), saved)


SCREEN = Log
