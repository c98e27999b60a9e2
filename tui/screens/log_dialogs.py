"""What the journal asks: which client, where to write; and one line as plain text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from textual.widget import Widget

from core.domain.models import Client
from core.domain.tax_ids import format_tax_id
from core.domain.text import Text, fold
from core.office import views
from core.office.exporting import write_text
from tui.desk import Desk
from tui.keys import key
from tui.screens.choices import as_numbers
from tui.screens.dialog import Dialog
from tui.screens.place import READING
from tui.widgets.frame import Notice, Title
from tui.widgets.lines import Lines, line, saying, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows
from tui.widgets.typed import Typed
from tui.work import in_thread, start

WHICH = Text("De qual cliente?", "Of which client?")
TYPE_TO_FIND = Text("nome, número ou CNPJ", "name, number or CNPJ")
ALL = Text("todos os clientes", "all clients")
NO_SUCH = Text("Nenhum cliente com esse nome.", "No client of that name.")
COPIED = Text(
    "✓ Copiado, se o terminal aceita OSC 52; senão, {keys[log_dialogs.save]} salva em arquivo.",
    "✓ Copied, where the terminal takes OSC 52; else select it here, or {keys[log_dialogs.save]} saves it to a file.",
)
ONE_LINE = Text("Uma linha do registro", "One line of the journal")
WHERE = Text("Salvar em qual arquivo?", "Save to which file?")
WRITTEN = Text("✓ Salvo em {file}.", "✓ Saved to {file}.")
WRITING = Text(
    "salvando… {count} de {total}; {keys[typed.leave]} interrompe",
    "saving… {count} of {total}; {keys[typed.leave]} stops it",
)
PATH = Text("caminho do arquivo", "the file's path")


class ChooseClient(Dialog[tuple[str, str]]):
    """One client, or all: id and name, both empty for all.

    Args:
        here: the client of the present line, offered first.
    """

    AUTO_FOCUS = "#client-words"

    def __init__(self, desk: Desk, here: str | None):
        super().__init__(desk)
        self._here = here
        self._clients: list[tuple[str, Client]] = []
        self._shown: list[tuple[str, str]] = []

    def body(self) -> Iterable[Widget]:
        yield Title(self.say(WHICH))
        yield Typed(self.say(TYPE_TO_FIND), id="client-words")
        yield Rows([Column("", 8), Column("", 20, 3), Column("", 18)], id="which", heads=False, driven=True)

    @property
    def rows(self) -> Rows:
        return self.query_one("#which", Rows)

    def on_mount(self) -> None:
        self.rows.show(Fixed(), empty=saying(self.say(READING)))

        async def read() -> None:
            found = await asyncio.to_thread(lambda: list(views.every(self.desk.ctx.store.clients)))
            found.sort(key=lambda one: (one.id != self._here, as_numbers(one.id)))
            self._clients = [
                (fold(f"{one.id} {one.name} {one.tax_id} {format_tax_id(one.tax_id)}"), one) for one in found
            ]
            self._fill(self.query_one("#client-words", Typed).value)

        start(self, read, "clients")

    def _fill(self, needle: str) -> None:
        words = fold(needle).split()
        found = [one for hay, one in self._clients if all(word in hay for word in words)]
        if words:  # a number means the client of that number before those that have it somewhere
            found.sort(key=lambda one: (fold(one.id) != words[0], not fold(one.id).startswith(words[0])))
        rows = [Row(one.id, (one.id, one.name, format_tax_id(one.tax_id)), ("accent", "", "muted")) for one in found]
        if not words:
            rows.insert(1 if self._here and rows else 0, Row("", ("", self.say(ALL), ""), "muted"))
        self._shown = [(row.key, row.cells[1] if row.key else "") for row in rows]
        self.rows.show(Fixed(rows), empty=saying(self.say(NO_SUCH)), cursor=0)

    def on_input_changed(self, event: Typed.Changed) -> None:
        event.stop()
        self._fill(event.value)

    def on_input_submitted(self, event: Typed.Submitted) -> None:
        event.stop()
        self._choose()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        self._choose()

    def _choose(self) -> None:
        if self.rows.cursor < len(self._shown):
            self.dismiss(self._shown[self.rows.cursor])

    def on_typed_passed(self, event: Typed.Passed) -> None:
        rows = self.rows
        rows.action_step({"down": 1, "up": -1, "pagedown": rows.height, "pageup": -rows.height}[event.key])

    def on_typed_left(self, _: Typed.Left) -> None:
        self.action_cancel()


class PlainText(Dialog[None]):
    """A text as it is, unframed, to be selected in the terminal; also copied through it, or saved.

    Args:
        copied: whether it has just been copied.
    """

    AUTO_FOCUS = "Rows"
    ENTER: ClassVar[Text | None] = None
    BINDINGS: ClassVar = [
        key("c", "copy", Text("copiar", "copy")),
        key("s", "save", Text("salvar em arquivo", "save to a file")),
        key("escape,d", "cancel", Text("voltar", "back")),
    ]

    def __init__(self, desk: Desk, text: str, *, copied: bool = False):
        super().__init__(desk)
        self._text = text
        self._copied = copied

    def body(self) -> Iterable[Widget]:
        yield Title(self.say(ONE_LINE))
        yield Rows([Column("", 1, 1)], id="plain", heads=False)
        yield Notice()

    def on_mount(self) -> None:
        if self._copied:
            self.action_copy()

    def on_resize(self) -> None:
        lines = [
            "".join(part for part, _ in folded)
            for one in self._text.splitlines()
            for folded in wrapped(one, self.size.width - 1, indent="")
        ]
        self.query_one("#plain", Rows).show(Fixed([Row(str(n), (one,)) for n, one in enumerate(lines)]))

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
        self.query_one(Notice).say(self.say(COPIED), "good")

    def action_save(self) -> None:
        async def write(file: Path, _: Callable[[int], None]) -> None:
            await in_thread(lambda: write_text(self._text, file))

        def saved(file: Path | None) -> None:
            if file is not None:
                self.query_one(Notice).say(self.say(WRITTEN, file=file), "good")

        name = f"registro-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}.txt"
        self.app.push_screen(SaveTo(self.desk, name, write), saved)


class Stopped(Exception):
    """Someone did not want to wait."""


class SaveTo(Dialog[Path]):
    """Asks for a path and writes there; the path when it is done, nothing when it is not wanted any more.

    Args:
        name: what the file may be called.
        write: writes it, telling how much is done; ends with `Stopped` when what it tells raises that.
        total: of how much.
        about: what will be written, in words.
    """

    AUTO_FOCUS = "#save-path"
    ENTER = Text("salvar", "save")

    def __init__(
        self,
        desk: Desk,
        name: str,
        write: Callable[[Path, Callable[[int], None]], Any],
        total: int = 0,
        about: str = "",
    ):
        super().__init__(desk)
        self._write = write
        self._total = total
        self._about = about
        self._file_name = name
        self._ended = False
        self._writing = False

    def body(self) -> Iterable[Widget]:
        yield Lines([line((f" {self.say(WHERE)}", "strong"), f"  {self._about}")], id="save-ask")
        yield Typed(self.say(PATH), id="save-path", value=str(Path.cwd() / self._file_name))
        yield Lines([()], id="save-progress")

    def _tell(self, text: str, tone: str = "muted") -> None:
        if self.is_mounted:
            self.query_one("#save-progress", Lines).update([line((" " + text, tone))])

    def on_input_submitted(self, event: Typed.Submitted) -> None:
        event.stop()
        if event.value.strip() and not self._writing:
            self._writing = True
            start(self, self._save, "save")

    async def _save(self) -> None:
        file = typed_path(self.query_one("#save-path", Typed).value)
        loop = asyncio.get_running_loop()

        def told(count: int) -> None:
            if self._ended:
                raise Stopped
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._tell, self.say(WRITING, count=count, total=self._total))

        try:
            await self._write(file, told)
        except Stopped:
            return
        except Exception as error:
            self._tell("✗ " + self.desk.problem(error), "error")
        else:
            if not self._ended:
                self.dismiss(file)
        finally:
            self._writing = False

    def on_typed_left(self, _: Typed.Left) -> None:
        self._ended = True
        self.action_cancel()


def typed_path(text: str) -> Path:
    """A path as people type or paste it."""
    return Path(text.strip().strip("'\"")).expanduser()
