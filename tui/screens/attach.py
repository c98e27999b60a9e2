"""Attaching: a folder's files to choose from, or paths typed or pasted; large ones say how far they are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual.events import Paste
from textual.widget import Widget

from core.domain.figures import dated, size_text
from core.domain.models import Task, TaskStatus, Template
from core.domain.reasons import reason_of
from core.domain.text import Text
from core.office import documents
from core.office.documents import AttachedFile
from core.office.guard import OtherClient
from core.office.proposing import objections_to
from tui.desk import Desk
from tui.keys import key
from tui.paths import Entry, is_path, listed, matching, pasted, paths_in
from tui.screens.confirm import Confirm
from tui.screens.dialog import Dialog
from tui.screens.pick import Option, Pick
from tui.screens.place import READING
from tui.screens.working import CANCELLED, Cancelled, Work
from tui.widgets.frame import Title
from tui.widgets.lines import Line, Lines, fit, line, saying, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows
from tui.widgets.typed import Typed
from tui.work import in_thread, start

TITLE = Text("Anexar a {task} como {template}", "Attach to {task} as {template}")
HINT = Text("nome, ou caminho (cole ou arraste)", "a name, or a path (paste or drop)")
EMPTY = Text(
    "Nenhum arquivo nesta pasta. Digite ou cole outro caminho, ou {keys[typed.submit]} em .. sobe.",
    "No file in this folder. Type or paste another path; {keys[typed.submit]} on .. goes up.",
)
NOTHING = Text(
    "Nada com este nome nesta pasta; um caminho pode ser colado.", "Nothing of that name; a path can be pasted."
)
NOT_THERE = Text("✗ não existe: {path}", "✗ does not exist: {path}")
ONE = Text("1 arquivo: {name} ({size})", "1 file: {name} ({size})")
SEVERAL = Text("{count} arquivos ({size}): {names}", "{count} files ({size}): {names}")
IN = Text("em {folder}", "in {folder}")
UNREADABLE = Text("A pasta {folder} não pode ser lida: {reason}.", "The folder {folder} cannot be read: {reason}.")
COPYING = Text(
    "Copiando {name}: {done} de {total} · {keys[typed.leave]} cancela",
    "Copying {name}: {done} of {total} · {keys[typed.leave]} cancels",
)
FOR = Text("Anexar sob qual template?", "Attach under which template?")
AWAITED, HAS = Text("esperado", "awaited"), Text("já tem", "has one")
SURE_ONE = Text("{task} já está concluída: 1 envio sairá agora.", "{task} is completed: 1 delivery leaves now.")
SURE = Text(
    "{task} já está concluída: {count} envios sairão agora.", "{task} is completed: {count} deliveries leave now."
)
FOR_GOOD = Text("O que vai ao portal não volta.", "What goes to the portal does not come back.")
YES_SEND = Text("anexar e enviar", "attach and send")
UP = ".."
FOLDER = "attach_folder"
"""What the desk remembers: where one looked last."""


class PathTyped(Typed):
    """Takes what terminals paste when files are dropped on them, several lines too."""

    def _on_paste(self, event: Paste) -> None:
        event.prevent_default()
        event.stop()
        if event.text:
            self.insert_text_at_cursor(pasted(event.text))


class Attach(Dialog[list[AttachedFile]]):
    """Asks for files, attaches them, and answers with what that made.

    Args:
        templates: those that can be attached under, what the task awaits first.
        have: ids of those that have a document already.
        sends: whether what is attached leaves at once.
    """

    ENTER: ClassVar[Text | None] = Text("anexar", "attach")
    BINDINGS: ClassVar = [
        key("space", "mark", Text("marcar", "mark")),
        key("tab", "other", Text("lista: marcar", "list: mark")),
        key("f2", "template", Text("template", "template")),
        key("backspace", "up", Text("pasta acima", "folder above"), show=False),
        key("f5", "read", Text("ler de novo", "read again"), show=False),
    ]

    def __init__(self, desk: Desk, task: Task, templates: Sequence[Template], have: Iterable[str], *, sends: bool):
        super().__init__(desk)
        self._for = task
        self._templates = templates
        self._have = frozenset(have)
        self._template = templates[0]
        self._sends = sends and task.status is TaskStatus.COMPLETED
        self._folder = Path(desk.memory.get(FOLDER) or Path.home())
        self._entries: Sequence[Entry] = ()
        self._marked: dict[str, None] = {}
        self._problem = ""
        self._work: Work | None = None
        self._from = ""

    def body(self) -> Iterable[Widget]:
        yield Title()
        yield PathTyped(self.say(HINT), id="path")
        yield Lines([()], id="folder")
        yield Rows(
            [Column("", 20, 1), Column("", 10), Column("", 16)], id="files", heads=False, marks=True, driven=True
        )
        yield Lines([()] * 3, id="chosen")

    def on_mount(self) -> None:
        self.action_read()

    def on_resize(self) -> None:
        self.call_after_refresh(self._tell)

    # --- the folder

    def action_read(self) -> None:
        """Read the folder, in a thread: it may lie on a network."""
        folder = self._folder

        async def read() -> None:
            try:
                found = await in_thread(lambda: listed(folder))
            except OSError as error:
                self._entries, self._problem = (), self.say(UNREADABLE, folder=folder, reason=reason_of(error))
            else:
                self._entries, self._problem = found, ""
                self.desk.memory[FOLDER] = str(folder)
            self._show(fresh=True)

        self._problem = self.say(READING)
        self._entries = ()
        self._show()
        start(self, read, "folder", alone=True)

    def _go(self, folder: Path) -> None:
        self._from, self._folder = self._folder.name, Path(os.path.normpath(folder))
        self._marked.clear()
        self.query_one("#path", Typed).value = ""
        self.action_read()

    def action_up(self) -> None:
        self._go(self._folder.parent)

    @property
    def _typed(self) -> str:
        return self.query_one("#path", Typed).value

    def _show(self, *, fresh: bool = False) -> None:
        typed = self._typed
        found = matching(self._entries, "" if is_path(typed) else typed)
        above = [] if typed else [Row(UP, ("../", "", ""), "muted")]
        rows = [*above, *(self._row(one) for one in found)]
        why = self._problem or self.say(NOTHING if self._entries else EMPTY)
        driven = self.query_one("#files", Rows)
        stand = self._from if fresh else driven.current
        cursor = next((index for index, row in enumerate(rows) if row.key == stand), None)
        if cursor is None:
            cursor = len(above) if found else 0
        driven.show(Fixed(rows), marked=self._marked, empty=saying(why, indent=" "), cursor=cursor)
        self._tell()

    def _row(self, one: Entry) -> Row:
        changed = dated(datetime.fromtimestamp(one.changed), "%d/%m/%Y %H:%M", self.desk.lang)
        if one.is_folder:
            return Row(one.name, (one.name + "/", "", changed), ("accent", "", "muted"))
        return Row(one.name, (one.name, size_text(one.size).text(self.desk.lang), changed), ("", "muted", "muted"))

    # --- what would be attached

    def _chosen(self) -> list[Path]:
        """The paths typed, else what is marked, else what the cursor is on."""
        if is_path(self._typed):
            return paths_in(self._typed, self._folder)
        if self._marked:
            return [self._folder / name for name in self._marked]
        current = self.query_one("#files", Rows).current
        return [] if current is None else [self._folder / current]

    def _tell(self) -> None:
        width = self.size.width
        title = self.say(TITLE, task=f"{self._for.id} {self._for.name}", template=self._template.name)
        self.query_one(Title).update([line((fit(f" {title}", width), "bar-accent"))])
        where = self.say(IN, folder=self._folder)
        shown = where if len(where) < width - 2 else "…" + where[-(width - 3) :]
        self.query_one("#folder", Lines).update([line((f" {shown}", "muted"))])
        lines = self._about() if self._work is None else self.query_one("#chosen", Lines).lines[:3]
        self.query_one("#chosen", Lines).update([*lines, *[()] * (3 - len(lines))])

    def _about(self) -> list[Line]:
        """What Enter would do, or what is in its way."""
        width = self.size.width
        paths = self._chosen()
        lost = [one for one in paths if not one.exists()]
        if lost:
            return wrapped(self.say(NOT_THERE, path=lost[0]), width, "error", most=2)
        files = [one for one in paths if one.is_file()]
        if not files:
            return []
        size = size_text(sum(one.stat().st_size for one in files))
        if len(files) == 1:
            return wrapped(self.say(ONE, name=files[0].name, size=size), width, most=3)
        names = ", ".join(one.name for one in files)
        return wrapped(self.say(SEVERAL, count=len(files), size=size, names=names), width, most=3)

    # --- keys

    def on_input_changed(self, event: Typed.Changed) -> None:
        event.stop()
        self._show()

    def on_typed_passed(self, event: Typed.Passed) -> None:
        rows = self.query_one("#files", Rows)
        rows.action_step({"down": 1, "up": -1, "pagedown": rows.height, "pageup": -rows.height}[event.key])

    def on_typed_left(self, _: Typed.Left) -> None:
        self.action_cancel()

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self._tell()

    def on_input_submitted(self, event: Typed.Submitted) -> None:
        event.stop()
        self._enter()

    def on_rows_opened(self, _: Rows.Opened) -> None:
        self._enter()

    def action_other(self) -> None:
        """Between typing and the list, in which space marks."""
        typed = self.query_one("#path", Typed)
        self.set_focus(self.query_one("#files", Rows) if typed.has_focus else typed)

    def action_mark(self) -> None:
        rows = self.query_one("#files", Rows)
        one = next((one for one in self._entries if one.name == rows.current and not one.is_folder), None)
        if one is not None:
            if one.name in self._marked:
                del self._marked[one.name]
            else:
                self._marked[one.name] = None
            rows.marked = self._marked
            rows.action_step(1)
            rows.sync()
            self._tell()

    def action_template(self) -> None:
        def chosen(value: str | None) -> None:
            self._template = next((one for one in self._templates if one.id == value), self._template)
            self._tell()

        self.app.push_screen(Pick(self.desk, self.say(FOR), self.options(), self._template.id), chosen)

    def options(self) -> list[Option]:
        """The templates, with whether the task awaits them still."""
        return [
            Option(
                one.id,
                one.name,
                self.say(HAS if one.id in self._have else AWAITED) if one.id in self._for.templates else "",
            )
            for one in self._templates
        ]

    def action_cancel(self) -> None:
        """Esc: first what is being copied ends."""
        if self._work is not None:
            self._work.cancel()
        else:
            super().action_cancel()

    # --- attaching

    def _enter(self) -> None:
        paths = self._chosen()
        if self._work is not None or not paths:
            return
        if len(paths) == 1 and paths[0].is_dir():
            self._go(paths[0])
            return
        if not self._sends:
            self._do(paths)
            return

        def sure(yes: bool | None) -> None:
            if yes:
                self._do(paths)

        question = self.say(SURE_ONE if len(paths) == 1 else SURE, task=self._for.id, count=len(paths))
        about = [*(one.name for one in paths), self.say(FOR_GOOD)]
        self.app.push_screen(Confirm(self.desk, question, about, self.say(YES_SEND)), sure)

    def _do(self, paths: Sequence[Path], *, confirm_client: bool = False) -> None:
        ctx, actor, template = self.desk.ctx, self.desk.actor, self._template.id
        name = {"": ""}
        work = self._work = Work(lambda done, total: self.app.call_later(self._progress, name[""], done, total))

        def copied(path: Path, done: int) -> None:
            name[""] = path.name
            work.step(done, max(path.stat().st_size, done))

        def do() -> list[AttachedFile]:
            return documents.attach_files(
                ctx, actor, self._for.id, paths, template, copied=copied, confirm_client=confirm_client
            )

        async def attach() -> None:
            try:
                made = await in_thread(do)
            except OtherClient as first:
                several = len(paths) > 1
                against = await in_thread(lambda: objections_to(ctx, self._for.id, paths)) if several else [first]
                self._ask_client(paths, against)
            except Cancelled:
                self._say(wrapped(self.say(CANCELLED), self.size.width, "warning"))
            except Exception as error:
                self._say(wrapped("✗ " + self.desk.problem(error), self.size.width, "error", most=3))
            else:
                self.dismiss(made)
            finally:
                self._work = None

        start(self, attach, "attach")

    def _ask_client(self, paths: Sequence[Path], against: Sequence[OtherClient]) -> None:
        """Show what speaks against it; a key that asks nothing else attaches all the same."""
        from tui.screens.confirm_client import ConfirmClient

        def sure(yes: bool | None) -> None:
            if yes:
                self._do(paths, confirm_client=True)
            else:
                self._tell()

        self.app.push_screen(ConfirmClient(self.desk, against), sure)

    def _progress(self, name: str, done: int, total: int) -> None:
        if self._work is not None and self.is_running:
            told = self.say(COPYING, name=name, done=size_text(done), total=size_text(total))
            self._say(wrapped(told, self.size.width, most=3))

    def _say(self, lines: Sequence[Line]) -> None:
        self.query_one("#chosen", Lines).update([*lines, *[()] * (3 - len(lines))])
