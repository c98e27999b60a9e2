"""Clientes: each one's folder at the portal, its name and its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from core.domain.models import Client, Names
from core.domain.tax_ids import format_tax_id, parse_tax_id
from core.domain.text import InvalidValue, Text
from core.office import registry, views
from core.office.words import CLIENT_HEADS, NOT_LINKED
from tui.keys import key
from tui.listing import Listing
from tui.screens.ask import Ask
from tui.screens.choices import as_numbers
from tui.screens.confirm import Confirm
from tui.screens.panel import number
from tui.screens.records import Records
from tui.watch import Changed
from tui.widgets.lines import Line, wrapped
from tui.widgets.rows import Column, Row

NO_CLIENTS = Text(
    "Nenhum cliente ainda. {keys[clients.new]} cadastra um; malote import PASTA traz todos.",
    "No clients yet. {keys[clients.new]} adds one; malote import FOLDER brings them all.",
)
WITHOUT = Text("{count} sem pasta", "{count} without folder")
SHARED = Text(
    "! CNPJ/CPF também de: {others}. Costuma ser engano ({keys[clients.tax_id]} altera).",
    "! {others} has this tax id too ({keys[clients.tax_id]}).",
)
NOTHING_GOES = Text(
    "Sem pasta no portal: nada deste cliente pode sair. {keys[list.open]} escolhe uma.",
    "No folder at the portal: no document of this client can leave. {keys[list.open]} chooses one.",
)
GOES_TO = Text("Os documentos vão para {folder}", "Its documents go to {folder}")
WAITING = Text("Envios que esperam por esta pasta: {count}.", "Deliveries that wait for this folder: {count}.")
LINKED = Text("{client}: pasta {folder}.", "{client}: folder {folder}.")
WILL_GO = Text("Vão em seguida os envios que esperavam: {count}.", "Deliveries that waited and go now: {count}.")
SURE = Text("Usar a pasta {folder} para {client}?", "Use the folder {folder} for {client}?")
SURE_NOTE = Text("Envios que sairão agora, sem volta: {count}.", "Deliveries that leave now, for good: {count}.")
YES = Text("sim, usar", "yes, use it")
UNLINK = Text("Tirar a pasta de {client}?", "Take the folder of {client} away?")
UNLINK_NOTE = Text(
    "A pasta e o que há nela ficam no portal; os envios deste cliente vão falhar até que tenha outra.",
    "The folder stays at the portal with all in it; this client's deliveries fail until it has another.",
)
YES_UNLINK = Text("sim, tirar", "yes, take it away")
UNLINKED = Text("{client}: sem pasta no portal.", "{client}: no folder at the portal.")
HAS_NONE = Text("este cliente não tem pasta", "this client has no folder")
CHANGED = Text("{client} alterado.", "{client} changed.")
ADDED = Text(
    "{client} cadastrado, ainda sem pasta ({keys[list.open]}).",
    "{client} added, without a folder as yet ({keys[list.open]}).",
)
NAME = Text("Nome de {client}", "Name of {client}")
TAX_ID = Text("CNPJ ou CPF de {client}", "CNPJ or CPF of {client}")
NEW_ID = Text("Código do novo cliente", "The new client's id")
ABOUT_ID = Text(
    "O número ou a sigla que o escritório usa, sem espaços. O nome é perguntado em seguida.",
    "The number or short name that the office uses, without blanks. The name is asked for next.",
)
NEW_NAME = Text("Nome do cliente {client}", "Name of the client {client}")
EMPTY = Text("Digite algo.", "Type something.")
NO_BLANKS = Text("Um código não tem espaços.", "An id has no blanks.")
TAKEN = Text("O código {id} já é de {other}.", "The id {id} is {other}'s already.")
ALSO = Text("Atenção: também é de {others}.", "Note that it is {others}'s too.")


@dataclass(frozen=True)
class Seen:
    """A client, the others of the same number, and how many deliveries wait for its folder."""

    client: Client
    shared: Sequence[str] = ()
    waiting: int = 0

    @property
    def id(self) -> str:
        return self.client.id

    @property
    def told(self) -> str:
        return f"{self.client.id} {self.client.name}"


class Clients(Records[Seen]):
    """The clients."""

    TITLE_TEXT = Text("Clientes", "Clients")
    ENTER = Text("pasta", "folder")
    ONLY = Text("só os sem pasta", "only without folder"), "clients.unlinked"
    FOR_ADMINS = frozenset({"open", "tax_id", "rename", "new", "unlink"})
    ON_ANY = frozenset({"unlinked"})
    ON_ONE = frozenset({"open", "tax_id", "rename", "unlink", "protocol"})
    BINDINGS: ClassVar = [
        key("f", "unlinked", Text("sem pasta", "without folder")),
        key("c", "tax_id", Text("CNPJ", "tax id")),
        key("m", "rename", Text("mudar nome", "rename")),
        key("n", "new", Text("novo", "new")),
        key("p", "protocol", Text("protocolo", "proof of delivery")),
        key("x", "unlink", Text("tirar pasta", "clear folder"), show=False),
    ]

    def make_listing(self) -> Listing[Seen]:
        return Listing(
            (
                lambda one: one.id.zfill(6) if one.id.isdecimal() else one.id,
                lambda one: one.client.name,
                lambda one: f"{one.client.tax_id} {format_tax_id(one.client.tax_id)}",
                lambda one: " > ".join(one.client.portal),
            ),
            self._row,
        )

    def columns(self) -> Sequence[Column]:
        key, name, tax_id, folder = (self.say(one) for one in CLIENT_HEADS)
        return [Column(key, 6), Column(name, 18, 3), Column(tax_id, 18), Column(folder, 18, 3)]

    def _row(self, one: Seen) -> Row:
        client = one.client
        folder = " > ".join(client.portal) or self.say(NOT_LINKED)
        tax_id = format_tax_id(client.tax_id)
        tones = ("", "", "warning" if one.shared else "", "" if client.portal else "warning")
        return Row(one.id, (client.id, client.name, tax_id + (" !" if one.shared else ""), folder), tones)

    def why_empty(self) -> Text:
        return NO_CLIENTS

    def counts(self) -> list[str]:
        without = sum(is_unlinked(one) for one in self._found or ())
        told = [self.say(WITHOUT, count=number(without, self.desk.lang))]
        return [*told, self.say(self.ONLY[0])] if self.listing.only is is_unlinked else told

    def about(self, one: Seen) -> list[Line]:
        width = self.size.width
        folder = " > ".join(one.client.portal)
        told = self.say(GOES_TO, folder=folder) if folder else self.say(NOTHING_GOES)
        lines = wrapped(told, width, "" if folder else "warning", most=1)
        if one.waiting:
            lines += wrapped("✗ " + self.say(WAITING, count=one.waiting), width, "error", most=1)
        if one.shared:
            lines += wrapped(self.say(SHARED, others=", ".join(one.shared)), width, "warning", most=1)
        return lines

    def read(self) -> list[Seen]:
        ctx = self.desk.ctx
        clients = list(views.every(ctx.store.clients))
        shared, waiting = registry.same_tax_id(clients), registry.waiting_clients(ctx)
        clients.sort(key=lambda one: as_numbers(one.id))
        return [Seen(one, tuple(shared.get(one.id, ())), waiting[one.id]) for one in clients]

    def cares_for(self, changed: Changed) -> bool:
        return not {"client_added", "client_changed", "imported", "failed", "requeued"}.isdisjoint(changed.codes)

    def aim(self, **aims: Any) -> None:
        """Look at a client, and choose its folder at once."""
        if wanted := aims.get("client"):
            self.when_read(lambda: self._look_at(wanted))

    def _look_at(self, wanted: str) -> None:
        one = self.stand_on(wanted)
        if one is not None and self.desk.actor.admin:
            self.change(one)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        if (why := super().why_not(action, parameters)) is not None:
            return why
        one = self.current if action == "unlink" and self.is_mounted else None
        return HAS_NONE if one is not None and not one.client.portal else None

    # --- acting

    def change(self, one: Seen) -> None:
        """Enter: this one's folder."""
        from tui.screens.root import ChooseRoot

        def chosen(root: Names | None) -> None:
            if root is None or root == one.client.portal:
                return
            if not one.waiting:
                self._link(one, root)
                return

            def sure(yes: bool | None) -> None:
                if yes:
                    self._link(one, root)

            question = self.say(SURE, folder=" > ".join(root), client=one.told)
            note = self.say(SURE_NOTE, count=one.waiting)
            self.console.open(Confirm(self.desk, question, [note], self.say(YES)), sure)

        self.console.open(ChooseRoot(self.desk, one.client, one.waiting), chosen)

    def _link(self, one: Seen, root: Names) -> None:
        ctx, actor = self.desk.ctx, self.desk.actor

        def done(_: Client) -> None:
            told = self.say(LINKED, client=one.told, folder=" > ".join(root))
            told += " " + self.say(WILL_GO, count=one.waiting) if one.waiting else ""
            self.notice("✓ " + told, "good")

        self.act(lambda: registry.set_client(ctx, actor, one.id, portal=root), done)

    def action_unlink(self) -> None:
        one, desk = self.current, self.desk
        if one is None:
            return

        def sure(yes: bool | None) -> None:
            if yes:
                self.act(
                    lambda: registry.set_client(desk.ctx, desk.actor, one.id, portal=()),
                    lambda _: self.notice("✓ " + self.say(UNLINKED, client=one.told)),
                )

        question = self.say(UNLINK, client=one.told)
        self.console.open(Confirm(desk, question, [self.say(UNLINK_NOTE)], self.say(YES_UNLINK)), sure)

    def action_unlinked(self) -> None:
        self.toggle_only(is_unlinked)

    def action_tax_id(self) -> None:
        if (one := self.current) is not None:
            ask = Ask(self.desk, self.say(TAX_ID, client=one.told), format_tax_id(one.client.tax_id), self._judge(one))
            self.console.open(ask, lambda typed: self._set(one, tax_id=parse_tax_id(typed) if typed else None))

    def _judge(self, one: Seen) -> Any:
        def judge(typed: str) -> str:
            number = parse_tax_id(typed)
            others = [two.told for two in self._found or () if two.client.tax_id == number and two.id != one.id]
            return "! " + self.say(ALSO, others=", ".join(others)) if others else format_tax_id(number)

        return judge

    def action_rename(self) -> None:
        if (one := self.current) is not None:
            ask = Ask(self.desk, self.say(NAME, client=one.told), one.client.name, needed)
            self.console.open(ask, lambda typed: self._set(one, name=typed and typed.strip()))

    def _set(self, one: Seen, **given: Any) -> None:
        ctx, actor = self.desk.ctx, self.desk.actor
        if any(given.values()):
            self.act(
                lambda: registry.set_client(ctx, actor, one.id, **given),
                lambda changed: self.notice("✓ " + self.say(CHANGED, client=f"{changed.id} {changed.name}"), "good"),
            )

    def action_protocol(self) -> None:
        """What was delivered to this one, in a file."""
        if (one := self.current) is not None:
            from tui.screens.protocol import ask_protocol

            ask_protocol(self, one.client)

    def action_new(self) -> None:
        """Its id, then its name; its folder is the next Enter."""

        def judge(typed: str) -> str:
            needed_id(typed)
            if (other := self.listing.get(typed.strip())) is not None:
                raise InvalidValue(TAKEN, id=other.id, other=other.client.name)
            return ""

        def named(key: str, name: str | None) -> None:
            if name:
                ctx, actor = self.desk.ctx, self.desk.actor
                self.act(lambda: registry.add_client(ctx, actor, key, name.strip()), added)

        def identified(key: str | None) -> None:
            if key:
                ask = Ask(self.desk, self.say(NEW_NAME, client=key.strip()), "", needed)
                self.console.open(ask, lambda name: named(key.strip(), name))

        def added(client: Client) -> None:
            self.notice("✓ " + self.say(ADDED, client=f"{client.id} {client.name}"), "good")
            self.reload()
            self.when_read(lambda: self.stand_on(client.id))

        self.console.open(Ask(self.desk, self.say(NEW_ID), "", judge, about=[self.say(ABOUT_ID)]), identified)


def is_unlinked(one: Seen) -> bool:
    """Whether it has no folder."""
    return not one.client.portal


def needed(typed: str) -> str:
    """Anything does, but nothing does not."""
    if not typed.strip():
        raise InvalidValue(EMPTY)
    return ""


def needed_id(typed: str) -> str:
    """What stands in a command without quotes; what was imported may be otherwise."""
    if len(typed.split()) > 1:
        raise InvalidValue(NO_BLANKS)
    return needed(typed)


SCREEN = Clients
