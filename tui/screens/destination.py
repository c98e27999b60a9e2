"""Pasta de destino: typed, or picked from the folders of a client that serves as the model; only names are copied."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.containers import Horizontal
from textual.widget import Widget

from core.domain.destinations import destination, parse_destination, show_destination, warnings
from core.domain.models import Client, Names, Template
from core.domain.names import IllegalName
from core.domain.text import Text
from core.office import views
from tui.desk import Desk
from tui.folders import Candidate, candidates, fits, matching
from tui.keys import key
from tui.screens.dialog import Dialog
from tui.screens.place import READING
from tui.widgets.lines import Line, Lines, Part, line, spread
from tui.widgets.rows import Column, Fixed, Row, Rows
from tui.widgets.typed import Typed
from tui.work import in_thread, start

TITLE = Text("Pasta de destino para {count} templates", "Destination for {count} templates")
TITLE_ONE = Text("Pasta de destino de {name}", "Destination of {name}")
NAMES_ONLY = Text("só nomes de pastas são copiados ", "only names of folders are copied ")
HINT = Text("digite: procura, ou Pasta > Subpasta", "type: to find, or Folder > Subfolder")
HINT_CLIENT = Text("digite: nome, número ou CNPJ", "type: name, number or CNPJ")
MODEL = Text("Pastas de {client}", "Folders of {client}")
CLIENTS = Text("Cliente modelo: de quem são as pastas a copiar?", "Model client: whose folders are to be copied?")
READ_BEFORE = Text("lidas antes", "read before")
COUNT = Text("{count} pastas", "{count} folders")
NO_CLIENTS = Text("Nenhum cliente com pasta no portal; digite a pasta.", "No client has a folder there; type one.")
NO_FOLDERS = Text("Este cliente ainda não tem pastas; digite a pasta.", "This client has no folders yet; type one.")
NO_HIT = Text("Nenhuma pasta com esse nome.", "No folder of that name.")
NO_CLIENT = Text("Nenhum cliente corresponde.", "No client fits.")
CHOICE = Text("Destino: ", "Destination: ")
NO_CHOICE = Text("nenhuma pasta escolhida ainda", "no folder chosen yet")
CREATED = Text(
    "Onde não houver essa pasta, ela será criada no primeiro envio.", "Where missing, it is made when sending."
)
OUTSIDE = Text("{name} (fora do filtro)", "{name} (outside the filter)")
READ_AGAIN = Text("F5 tenta de novo; digitar a pasta continua valendo.", "F5 tries again; typing a folder still works.")


@dataclass(frozen=True)
class Choice:
    """A folder, and the templates that get it."""

    templates: Sequence[Template]
    destination: Names


class ChooseDestination(Dialog[Choice]):
    """One line to type into, the folders that fit below it, the choice and what is to be said of it at the foot.

    Args:
        templates: those that get the folder.
        hidden: those of them that the list behind does not show.
    """

    AUTO_FOCUS = "#path"
    BINDINGS: ClassVar = [
        key("tab", "client", Text("outro cliente", "other client"), priority=True),
        key("f5", "again", Text("ler de novo", "read again"), show=False),
        key("f2", "visible", Text("só os visíveis", "only the visible")),
    ]

    def __init__(self, desk: Desk, templates: Sequence[Template], hidden: Sequence[Template]):
        super().__init__(desk)
        self._templates = templates
        self._hidden = hidden
        self._clients: dict[str, Client] = {}
        self._client: Client | None = None
        self._folders: list[Candidate] = []
        self._said: Part = ("", "")
        self._shown: list[Candidate] = []
        self._choosing_client = False

    def body(self) -> Iterable[Widget]:
        yield Lines([(), ()], id="title")
        yield Typed(self.say(HINT), id="path")
        yield Horizontal(Lines([()], id="whose"), classes="bar")
        yield Rows([Column("", 20, 3), Column("", 12, 1)], id="folders", heads=False, driven=True)
        yield Lines([(), (), ()], id="choice")

    def on_mount(self) -> None:
        start(self, self._begin, "folders")

    def on_resize(self) -> None:
        self.call_after_refresh(self._tell)

    async def _begin(self) -> None:
        ctx = self.desk.ctx
        clients = await asyncio.to_thread(lambda: [one for one in views.every(ctx.store.clients) if one.portal])
        self._clients = {one.id: one for one in clients}
        remembered = self._clients.get(self.desk.memory.get("model", ""))
        self._client = remembered or (clients[0] if clients else None)
        if self._client is None:
            self._said = (self.say(NO_CLIENTS), "warning")
            self._refresh()
        else:
            await self._read()

    async def _read(self) -> None:
        """Read the model client's folders; those read before serve meanwhile, and where the portal fails."""
        client = self._client
        assert client is not None
        known: dict[str, list[Names]] = self.desk.memory.setdefault("folders", {})
        self._offer(known.get(client.id, []))
        self._said = (self.say(READING), "muted")
        self._refresh()
        try:
            found = await in_thread(partial(views.client_folders, self.desk.ctx, client.id))
        except Exception as error:
            why = f"✗ {self.desk.problem(error)} {self.say(READ_AGAIN)}"
            if client is self._client:
                self._said = (f"{self.say(READ_BEFORE)} · {why}" if client.id in known else why, "error")
                self._refresh()
            return
        known[client.id] = found
        if client is self._client:
            self._offer(found)
            self._said = (self.say(COUNT, count=len(found)), "muted")
            self._refresh()

    def _offer(self, folders: Iterable[Names]) -> None:
        self._folders = list(candidates(folders))

    # --- what is shown

    def on_input_changed(self, event: Typed.Changed) -> None:
        event.stop()
        self._refresh()

    def _refresh(self) -> None:
        rows = self.query_one("#folders", Rows)
        if self._choosing_client:
            needle = self.query_one("#path", Typed).value
            found = [one for one in self._clients.values() if fits(f"{one.id} {one.name} {one.tax_id}", needle)]
            shown = [Row(one.id, (f"{one.id}  {one.name}", one.tax_id), ("", "muted")) for one in found]
            rows.show(Fixed(shown), empty=[line(("  " + self.say(NO_CLIENT), "muted"))], cursor=0)
        else:
            typed = self.query_one("#path", Typed).value
            self._shown, cursor = matching(self._folders, typed)
            indent = not typed.strip()
            shown = [self._row(one, indent=indent) for one in self._shown]
            why = NO_HIT if self._folders else NO_FOLDERS
            rows.show(Fixed(shown), empty=[line(("  " + self.say(why), "muted"))], cursor=cursor)
        self._tell()

    def _row(self, one: Candidate, *, indent: bool) -> Row:
        shown = "  " * (len(one.names) - 1) + one.names[-1] if indent else show_destination(one.names)
        note = "" if one.note is None else self.say(one.note)
        return Row("/".join(one.names), (shown, note), ("", "accent") if note else "")

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self._tell()

    def _tell(self) -> None:
        width = self.size.width
        count = len(self._templates)
        title = self.say(TITLE_ONE, name=self._templates[0].name) if count == 1 else self.say(TITLE, count=count)
        right: list[Part] = [(self.say(NAMES_ONLY), "bar")]
        self.query_one("#title", Lines).update(
            [spread([(f" {title}", "bar-accent")], right, width), line((f" {self._names()}", "muted"))]
        )
        whose: Line = line((f" {self.say(CLIENTS)}", "accent"))
        if not self._choosing_client:
            named = "" if self._client is None else self.say(MODEL, client=f"{self._client.id} · {self._client.name}")
            whose = line((f" {named}  ", "accent"), self._said)
        self.query_one("#whose", Lines).update([whose])
        self.query_one("#choice", Lines).update(self._choice_lines())

    def _names(self) -> str:
        if len(self._templates) == 1:
            return ""
        hidden = {one.id for one in self._hidden}
        return ", ".join(self.say(OUTSIDE, name=one.name) if one.id in hidden else one.name for one in self._templates)

    def _choice_lines(self) -> list[Line]:
        chosen = None if self._choosing_client else self._chosen()
        if isinstance(chosen, IllegalName):
            return [line(""), line((f" ✗ {chosen.sentence.say(self.desk.lang)}", "error")), ()]
        if chosen is None:
            return [line(""), line((f" {self.say(CHOICE)}", "accent"), (self.say(NO_CHOICE), "muted")), ()]
        told: Line = line((f" {self.say(CREATED)}", "muted"))
        if self._client is not None:
            client = self._client
            warned = warnings(chosen, client_name=client.name, client_id=client.id, tax_id=client.tax_id)
            if warned:
                told = line((f" ! {warned[0].say(self.desk.lang)}", "warning"))
        return [line(""), line((f" {self.say(CHOICE)}", "accent"), (show_destination(chosen), "strong")), told]

    def _chosen(self) -> Names | IllegalName | None:
        """The folder under the cursor, checked; None where there is none."""
        index = self.query_one("#folders", Rows).cursor
        try:
            if index < len(self._shown):
                return destination(self._shown[index].names)
            typed = self.query_one("#path", Typed).value
            return parse_destination(typed) if typed.strip() else None
        except IllegalName as error:
            return error

    # --- acting

    async def on_input_submitted(self, event: Typed.Submitted) -> None:
        event.stop()
        if self._choosing_client:
            await self._take_client()
        else:
            self._take_folder()

    async def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        if self._choosing_client:
            await self._take_client()
        else:
            self._take_folder()

    def on_typed_passed(self, event: Typed.Passed) -> None:
        rows = self.query_one("#folders", Rows)
        rows.action_step({"down": 1, "up": -1, "pagedown": rows.height, "pageup": -rows.height}[event.key])

    def on_typed_left(self, _: Typed.Left) -> None:
        self.action_cancel()

    def action_cancel(self) -> None:
        if self._choosing_client:
            self._choose_client(False)
        else:
            super().action_cancel()

    def action_client(self) -> None:
        if self._clients:
            self._choose_client(not self._choosing_client)

    def _choose_client(self, choosing: bool) -> None:
        self._choosing_client = choosing
        path = self.query_one("#path", Typed)
        path.placeholder = self.say(HINT_CLIENT if choosing else HINT)
        with self.prevent(Typed.Changed):
            path.value = ""
        path.focus()
        self._refresh()

    async def _take_client(self) -> None:
        client = self._clients.get(self.query_one("#folders", Rows).current or "")
        if client is not None:
            self._client = client
            self.desk.memory["model"] = client.id
            self._choose_client(False)
            start(self, self._read, "folders", alone=True)

    def _take_folder(self) -> None:
        chosen = self._chosen()
        if isinstance(chosen, tuple) and self._templates:
            self.dismiss(Choice(self._templates, chosen))

    def action_again(self) -> None:
        if self._client is not None:
            start(self, self._read, "folders", alone=True)

    def action_visible(self) -> None:
        hidden = {one.id for one in self._hidden}
        visible = [one for one in self._templates if one.id not in hidden]
        if visible:
            self._templates, self._hidden = visible, ()
            self.refresh_bindings()
            self._tell()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self._hidden) if action == "visible" else True
