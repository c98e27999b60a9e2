"""Pasta de destino: picked from the folders of a client that serves as the model, or typed; only names are copied."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.widget import Widget

from core.domain.alike import rapidfuzz
from core.domain.destinations import show_destination, warnings
from core.domain.events import message
from core.domain.models import Client, Event, Names, Template
from core.domain.names import IllegalName
from core.domain.permissions import OUTSIDER
from core.domain.text import Text
from core.office import folders, mapping, views
from core.office.mapping import REMAPPED
from tui.desk import Desk
from tui.folders import Clients
from tui.keys import key
from tui.screens.dialog import Dialog
from tui.watch import Changed
from tui.widgets.clientpane import ClientPane
from tui.widgets.folderpane import FolderPane
from tui.widgets.lines import Line, Lines, Part, line, spread, wrapped
from tui.widgets.pane import Pane
from tui.widgets.typed import Bar, Typed
from tui.work import in_thread, start

TITLE = Text("Pasta de destino para {count} templates", "Destination for {count} templates")
TITLE_ONE = Text("Pasta de destino de {name}", "Destination of {name}")
NAMES_ONLY = Text("só nomes de pastas são copiados ", "only names of folders are copied ")
CHOICE = Text("Destino: ", "Destination: ")
NO_CHOICE = Text("nenhuma pasta escolhida ainda", "no folder chosen yet")
NAMING = Text("digite o nome da pasta nova", "type the new folder's name")
CREATED = Text(
    "Onde não houver essa pasta, ela será criada no primeiro envio.", "Where missing, it is made when sending."
)
ONE_PERIOD = Text(
    "{folder} é de um só período. {keys[destination.placeholder]} troca por {general}, o de cada tarefa.",
    "{folder} is of one period only. {keys[destination.placeholder]} takes {general}, each task's own.",
)
OUTSIDE = Text("fora do filtro: {names}", "outside the filter: {names}")
REPLACED = Text("já com outra pasta, que será trocada: {count}", "with another folder, to be replaced: {count}")
LEAVE_ONE = Text("1 envio que esperava sai agora, sem volta", "1 delivery that waited leaves now, for good")
LEAVE = Text("{count} envios que esperavam saem agora, sem volta", "{count} deliveries that waited leave now, for good")
MEANWHILE = Text("{who} agora: {what}", "{who} just now: {what}")
MEANWHILE_TOO = Text("{who} agora: {what} (e mais {count})", "{who} just now: {what} (and {count} more)")
NOT_ALL_HIDDEN = Text("nenhum está fora do filtro", "none is outside the filter")
ONLY_HIDDEN = Text("todos estão fora do filtro", "all are outside the filter")
CODES = {"failed", "requeued", "cancelled", "completed", "reopened", "activated", "deactivated"}
"""Events after which Enter may send more or less than before."""
NO_PERIOD = Text("a escolha não é de um ano ou mês", "the choice is no year's or month's")


@dataclass(frozen=True)
class Choice:
    """A folder, and the templates that get it."""

    templates: Sequence[Template]
    destination: Names


class ChooseDestination(Dialog[Choice]):
    """Clients at the left, the model's folders at the right; the choice and what is to be said of it at the foot.

    Args:
        templates: those that get the folder.
        hidden: those of them that the list behind does not show.
    """

    AUTO_FOCUS = "#folders Search"
    ENTER = Text("confirmar", "confirm")
    BINDINGS: ClassVar = [
        key("f2", "visible", Text("só os visíveis", "only the visible")),
        key("f4", "placeholder", Text("todo período", "every period")),
        key("tab,shift+tab", "client", Text("outro cliente", "other client"), priority=True),
        key("ctrl+n", "new", Text("pasta nova aqui", "new folder here")),
        key("f3", "names", Text("ver os templates", "see the templates")),
        key("f5", "again", Text("ler de novo", "read again"), show=False),
    ]

    _kept: Text | None = None
    """Why every period cannot be taken, as the footer shows it."""

    def __init__(self, desk: Desk, templates: Sequence[Template], hidden: Sequence[Template]):
        super().__init__(desk)
        self._templates = list(templates)
        self._hidden = {one.id for one in hidden}
        self._left = ClientPane(desk)
        self._right = FolderPane(desk)
        self._at_clients = False
        self._leaving: Mapping[str, int] = {}  # by template: deliveries that Enter sends
        self._meanwhile: dict[str, Event] = {}  # by template: its last change since this was opened

    def body(self) -> Iterable[Widget]:
        yield Lines([(), (), ()], id="title")
        yield Bar(self._left, self._right, id="panes")
        yield Lines([(), (), ()], id="choice")

    def on_mount(self) -> None:
        self._left.leave()
        start(self, self._begin, "clients")
        start(self, self._count, "leaving", alone=True)

    def on_resize(self) -> None:
        self.call_after_refresh(self._tell_title)
        self.call_after_refresh(self._tell_choice)

    async def _begin(self) -> None:
        ctx = self.desk.ctx
        every = await asyncio.to_thread(lambda: Clients(one for one in views.every(ctx.store.clients) if one.portal))
        last = self.desk.memory.get("model") or await asyncio.to_thread(folders.model_of, ctx, self.desk.actor)
        model = every.get(last) or next(iter(every.all), None)
        self._left.show_clients(every, model)
        await self._take_model(model)

    async def _count(self) -> None:
        meant = {one.id for one in self._templates}
        self._leaving = await asyncio.to_thread(mapping.leaving, self.desk.ctx, meant)
        self._tell_choice()

    async def _take_model(self, model: Client | None) -> None:
        before = None
        if model is not None:
            before = await asyncio.to_thread(folders.kept, self.desk.ctx, model)
        self._right.show_client(model, before)

    # --- what is shown

    def changed(self, changed: Changed) -> None:
        """What another does to the templates of the batch is said here; Enter asks about it too."""
        if not CODES.isdisjoint(changed.codes):
            start(self, self._count, "leaving", alone=True)
        meant = {one.id for one in self._templates}
        found = {str(one.params["template"]): one for one in changed.events if one.code in REMAPPED}
        if not meant.isdisjoint(found):
            self._meanwhile.update((key, one) for key, one in found.items() if key in meant)
            self._tell_choice()

    def on_pane_moved(self, _: Pane.Moved) -> None:
        self._tell_choice()

    def _tell_title(self) -> None:
        width, count = self.size.width, len(self._templates)
        title = self.say(TITLE_ONE, name=self._templates[0].name) if count == 1 else self.say(TITLE, count=count)
        right: list[Part] = [(self.say(NAMES_ONLY), "bar")]
        names = [one.name for one in self._templates if one.id not in self._hidden]
        hidden = [one.name for one in self._templates if one.id in self._hidden]
        told: list[Line] = wrapped(", ".join(names), width, "muted", most=1 if hidden else 2) if count > 1 else []
        if hidden and count > 1:
            told += wrapped("! " + self.say(OUTSIDE, names=", ".join(hidden)), width, "warning", most=1)
        self.query_one("#title", Lines).update([spread([(f" {title}", "bar-accent")], right, width), *told])

    def _tell_choice(self) -> None:
        if self.is_mounted:
            self.query_one("#choice", Lines).update(self._choice_lines())
            before, self._kept = self._kept, self.why_not("placeholder", ())
            if self._kept is not before:
                self.refresh_bindings()

    def _choice_lines(self) -> list[Line]:
        """The standing choice; below it the first two of what is to be said of it."""
        choice, *told = self._about_choice()
        meanwhile = self._tell_meanwhile() if self._meanwhile else []
        return [choice, *[*meanwhile, *told, (), ()][:2]]

    def _tell_meanwhile(self) -> list[Line]:
        last = max(self._meanwhile.values(), key=lambda one: one.seq)
        who, what = (last.actor or "").removeprefix(OUTSIDER), message(last, self.desk.lang)
        count = len(self._meanwhile) - 1
        told = self.say(MEANWHILE_TOO if count else MEANWHILE, who=who, what=what, count=count)
        return wrapped("! " + told, self.size.width, "warning", most=1)

    def _about_choice(self) -> list[Line]:
        chosen, width = self._right.choice, self.size.width
        above = self._right.naming
        head: Part = (f" {self.say(CHOICE)}", "accent")
        if above is not None:
            within: list[Part] = [(f"{show_destination(above)} > ", "strong")] if above else []
            return [line(head, *within, (self.say(NAMING), "muted"))]
        if isinstance(chosen, IllegalName):
            return [line(head), line((f" ✗ {chosen.sentence.say(self.desk.lang)}", "error"))]
        if chosen is None:
            return [line(head, (self.say(NO_CHOICE), "muted"))]
        told: list[Line] = []
        if leaving := sum(self._leaving.get(one.id, 0) for one in self._templates):
            leave = self.say(LEAVE_ONE if leaving == 1 else LEAVE, count=leaving)
            told += wrapped(f"! {leave}", width, "warning", most=1)
        if (client := self._right.client) is not None:
            warned = warnings(chosen, client_name=client.name, client_id=client.id, tax_id=client.tax_id)
            told += [line((f" ! {one.say(self.desk.lang)}", "warning")) for one in warned]
        if (general := self._right.placeholder) is not None:
            changed = [pair for pair in zip(chosen, general, strict=True) if pair[0] != pair[1]]
            folder, instead = (show_destination(levels) for levels in zip(*changed, strict=True))
            told += wrapped("! " + self.say(ONE_PERIOD, folder=folder, general=instead), width, "warning", most=1)
        replaced = sum(one.destination is not None and one.destination != chosen for one in self._templates)
        if replaced:
            told.append(line((f" {self.say(REPLACED, count=replaced)}", "muted")))
        return [line(head, (show_destination(chosen), "strong")), *told, line((f" {self.say(CREATED)}", "muted"))]

    # --- acting

    async def on_pane_taken(self, event: Pane.Taken) -> None:
        event.stop()
        if event.pane is self._right:
            chosen = self._right.choice
            if isinstance(chosen, tuple) and self._right.naming is None and self._templates:
                self.dismiss(Choice(self._templates, chosen))
            return
        client = self._left.current
        if client is not None:
            self.desk.memory["model"] = client.id
            self._left.mark(client)
            self._go(clients=False)
            await self._take_model(client)
            await in_thread(partial(folders.set_model, self.desk.ctx, self.desk.actor, client.id))

    def _go(self, *, clients: bool) -> None:
        self._at_clients = clients
        here, there = (self._left, self._right) if clients else (self._right, self._left)
        there.leave()
        here.enter()

    def on_typed_left(self, _: Typed.Left) -> None:
        self.action_cancel()

    def action_cancel(self) -> None:
        if self._at_clients:
            self._left.type("")
            self._go(clients=False)
        else:
            self._right.stop()
            super().action_cancel()

    def action_client(self) -> None:
        self._go(clients=not self._at_clients)
        start(self, self._warm_up, "warm", alone=True)

    async def _warm_up(self) -> None:
        await asyncio.to_thread(rapidfuzz)  # what the first search would wait for

    def action_new(self) -> None:
        self._go(clients=False)
        self._right.name_new()

    def action_placeholder(self) -> None:
        self._right.take_placeholder()

    def action_again(self) -> None:
        self._right.again()

    def action_names(self) -> None:
        from tui.screens.batch import Batch

        self.app.push_screen(Batch(self.desk, self._templates, self._hidden))

    def action_visible(self) -> None:
        self._templates = [one for one in self._templates if one.id not in self._hidden]
        self._hidden = set()
        self.refresh_bindings()
        self._tell_title()
        self._tell_choice()

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        if action == "visible" and not self._hidden:
            return NOT_ALL_HIDDEN
        if action == "visible" and len(self._hidden) == len(self._templates):
            return ONLY_HIDDEN
        if action == "placeholder" and (self._at_clients or self._right.placeholder is None):
            return NO_PERIOD
        return super().why_not(action, parameters)
