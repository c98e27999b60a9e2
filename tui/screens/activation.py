"""Ativação: nothing is sent before someone has looked at the mapping; afterwards, since when, and how the portal is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.widget import Widget

from core.domain.destinations import show_destination
from core.domain.figures import dated
from core.domain.models import Integration
from core.domain.text import Counted, Text
from core.office import activation, findings, health, mapping
from core.office.activation import Activated, Preview
from core.office.health import Checked
from core.office.words import LEAVING, NO_FOLDER, QUEUED_AGAIN
from tui.desk import Desk
from tui.keys import key
from tui.screens.confirm import Confirm
from tui.screens.place import Place
from tui.widgets.lines import Lines, line, saying, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows

SWITCH = Text("Ativar integração com Portal do Cliente", "Activate the integration with the client's portal")
ACTIVE_SINCE = Text("ativa desde {since}, por {who}", "active since {since}, by {who}")
INACTIVE_SINCE = Text("inativa desde {since}, por {who}", "inactive since {since}, by {who}")
NEVER = Text("ainda não ativada: nada é enviado", "never activated yet: nothing is sent")
OPTION = Text(
    "Habilitar configuração de pastas padrão nos documentos", "Give documents' templates their standard folders"
)
GET = Counted(
    Text("1 ganha a pasta padrão", "1 gets its standard folder"),
    Text("{count} ganham a pasta padrão", "{count} get their standard folder"),
)
LEFT = Counted(
    Text("1 fica sem pasta", "1 is left without one"),
    Text("{count} ficam sem pasta", "{count} are left without one"),
)
NOTHING = Text("Nenhum template muda, e nenhum fica sem pasta.", "No template changes, and none is left without.")
NO_TEMPLATES = Text("Nenhum template ainda: malote import PASTA.", "No templates yet: malote import FOLDER.")
PENDING_ONE = Text(
    "1 tarefa concluída com a integração inativa tem documentos não enviados: {count} ({keys[activation.send]} envia).",
    "1 task completed while inactive has unsent documents: {count} ({keys[activation.send]} sends).",
)
PENDING = Text(
    "{tasks} tarefas concluídas com a integração inativa têm documentos não enviados: {count} "
    "({keys[activation.send]} envia).",
    "{tasks} tasks completed while inactive have unsent documents: {count} ({keys[activation.send]} sends).",
)
ACTIVATE = Text("Ativar a integração com o Portal do Cliente?", "Activate the integration with the client's portal?")
APPLY = Text("Aplicar a opção das pastas padrão?", "Apply the option of standard folders?")
NOTE_GET = Counted(
    Text("1 template ganha a pasta padrão.", "1 template gets its standard folder."),
    Text("{count} templates ganham a pasta padrão.", "{count} templates get their standard folder."),
)
NOTE_SENDS = Text(
    "Daí em diante, cada tarefa concluída envia seus documentos.", "From then on every completed task sends."
)
NOTE_PENDING = Text(
    "O que já foi concluído não sai agora (envios: {count}); peça-o depois com {keys[activation.send]}.",
    "What was completed before stays for now (deliveries: {count}); {keys[activation.send]} asks for it later.",
)
YES_ACTIVATE = Text("sim, ativar", "yes, activate")
YES_APPLY = Text("sim, aplicar", "yes, apply")
ACTIVATED = Text("Integração ativada.", "Integration activated.")
APPLIED = Counted(
    Text("Opção aplicada: 1 template ganhou pasta.", "Applied: 1 template got a folder."),
    Text("Opção aplicada: {count} templates ganharam pasta.", "Applied: {count} templates got a folder."),
)
DEACTIVATE = Text("Desativar a integração?", "Deactivate the integration?")
DEACTIVATE_NOTE = Text(
    "A fila espera; tarefas concluídas enquanto isso só são enviadas a pedido.",
    "The queue waits; what is completed meanwhile is sent on request only.",
)
YES_DEACTIVATE = Text("sim, desativar", "yes, deactivate")
DEACTIVATED = Text("Integração desativada; a fila espera.", "Integration deactivated; the queue waits.")
SEND = Text("Enviar o que foi concluído com a integração inativa?", "Send what was completed while inactive?")
SEND_ONE = Text("1 envio sairá agora, e isso não se desfaz.", "1 delivery leaves now, for good.")
SEND_NOTE = Text("{count} envios sairão agora, e isso não se desfaz.", "{count} deliveries leave now, for good.")
YES_SEND = Text("sim, enviar", "yes, send")
NO_PENDING = Text("nada espera um pedido", "nothing waits for a request")
ACTIVE_FIRST = Text("ative primeiro ({keys[activation.apply]})", "activate first ({keys[activation.apply]})")
NOT_ACTIVE = Text("a integração está inativa", "it is inactive")
CHECK = Text("Verificação do portal", "The portal, checked")
NOTHING_TO_APPLY = Text("A integração já está ativa, com esta opção.", "It is active already, with this option.")
CHECKING = Text("Verificando o portal…", "Checking the portal…")
ACTIVATE_KEY, APPLY_KEY = Text("ativar", "activate"), Text("aplicar opção", "apply the option")
ON, OFF = "[x]", "[ ]"


@dataclass(frozen=True)
class Found:
    integration: Integration
    preview: Preview
    leaving: int
    """Deliveries that leave at once when the option is applied."""


class Foreseen(Rows):
    """The templates; Enter is the place's own, so it works also where there are none."""

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        return None

    def action_open(self) -> None:
        self.post_message(self.Opened(self))


class Activation(Place[Found]):
    """The switch, the option, and what would come of them."""

    TITLE_TEXT = Text("Ativação", "Activation")
    ENTER = ACTIVATE_KEY
    FOR_ADMINS = frozenset({"apply", "send", "deactivate"})
    BINDINGS: ClassVar = [
        key("p", "option", Text("pastas padrão", "standard folders")),
        key("v", "check", Text("verificar portal", "check portal")),
        key("e", "send", Text("enviar pendentes", "send pending")),
        key("d", "deactivate", Text("desativar", "deactivate")),
        key("enter", "apply", Text("ativar", "activate"), show=False),
    ]

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._standard: bool | None = None  # as it is, until someone says otherwise
        self._checked: Sequence[findings.Told] = ()

    def body(self) -> Iterable[Widget]:
        yield Lines(id="switch")
        yield Foreseen([Column("", 1), Column("", 20, 3), Column("", 14), Column("", 20, 3)], id="list", heads=False)

    def read(self) -> Found:
        ctx = self.desk.ctx
        integration = ctx.store.integration()
        wanted = integration.standard_folders if self._standard is None else self._standard
        preview = activation.preview(ctx, standard_folders=wanted)
        mapped = {one.id for one in preview.configured}
        return Found(integration, preview, mapping.leaving(ctx, mapped).total() if mapped else 0)

    @property
    def _wanted(self) -> bool:
        found = self._found
        now = found.integration.standard_folders if found is not None else False
        return now if self._standard is None else self._standard

    def show(self, found: Found) -> None:
        self.ENTER = APPLY_KEY if found.integration.active else ACTIVATE_KEY
        self._tell()
        rows = list(self._findings())
        rows += [
            Row(
                one.id,
                ("+", one.name, one.department, show_destination(one.destination or ())),
                ("good", "", "muted", ""),
            )
            for one in found.preview.configured
        ]
        rows += [
            Row(one.id, ("!", one.name, one.department, self.say(NO_FOLDER)), ("warning", "", "muted", "warning"))
            for one in found.preview.without_destination
        ]
        why = NOTHING if self.console.overview.templates else NO_TEMPLATES
        self.query_one("#list", Rows).show(Fixed(rows), empty=saying(self.say(why)))
        self.refresh_bindings()

    def _findings(self) -> Iterable[Row]:
        """What the last check found, above the templates: as long as it may be, it scrolls."""
        if self._checked:
            yield Row("check", (self.say(CHECK),), "accent")
        for number, (sign, one) in enumerate(self._checked):
            tone = "warning" if sign == "!" else ""
            for more, parts in enumerate(wrapped(f"{sign} {one.say(self.desk.lang)}", self.size.width - 2, indent="")):
                yield Row(f"check {number} {more}", (("  " if more else "") + parts[0][0],), tone)
        if self._checked:
            yield Row("check end", ("",))

    def on_resize(self) -> None:
        super().on_resize()
        if self._found is not None:
            self.call_after_refresh(self.show, self._found)

    def _tell(self) -> None:
        found = self._found
        if found is None:
            return
        integration, preview = found.integration, found.preview
        if integration.since is None:
            state = self.say(NEVER)
        else:
            text = ACTIVE_SINCE if integration.active else INACTIVE_SINCE
            since = dated(integration.since, "%d/%m/%Y %H:%M", self.desk.lang)
            state = self.say(text, since=since, who=integration.by.lstrip("@"))
        active = "good" if integration.active else "warning"
        lines = [
            line(""),
            line((f" {ON if integration.active else OFF} ", active), (self.say(SWITCH), "strong")),
            line((f"     {state}", active)),
            line(
                (f" {ON if self._wanted else OFF} ", "accent"),
                self.say(OPTION),
                (f"  ({self.desk.keys['activation.option']})", "muted"),
            ),
        ]
        if preview.pending:
            text = PENDING_ONE if preview.pending_tasks == 1 else PENDING
            told = self.say(text, tasks=preview.pending_tasks, count=preview.pending)
            lines += wrapped("! " + told, self.size.width, "warning", most=2)
        lang = self.desk.lang
        counts = [GET.say(lang, len(preview.configured))] if self._wanted else []
        counts.append(LEFT.say(lang, len(preview.without_destination)))
        lines += [line(""), line((" " + " · ".join(counts), "accent"))]
        self.query_one("#switch", Lines).update(lines)

    def on_screen_suspend(self) -> None:
        """What was ticked and not applied is not in force: whoever comes back sees how things are."""
        if isinstance(self.app.screen, Place) and self._standard is not None:
            self._standard, self._stale = None, True

    # --- acting

    async def on_rows_opened(self, _: Rows.Opened) -> None:
        self.action_apply()

    def action_option(self) -> None:
        self._standard = not self._wanted
        self.reload()

    def action_apply(self) -> None:
        """Enter: activate, or apply the option."""
        found, desk = self._found, self.desk
        if found is None:
            return
        active = found.integration.active
        if active and self._wanted == found.integration.standard_folders and not found.preview.configured:
            self.notice(self.say(NOTHING_TO_APPLY), "muted")
            return
        notes = []
        if found.preview.configured:
            notes.append(NOTE_GET.say(desk.lang, len(found.preview.configured)))
        if not active:
            notes.append(self.say(NOTE_SENDS))
            if found.preview.pending:
                notes.append(self.say(NOTE_PENDING, count=found.preview.pending))
        if left := LEAVING.say(desk.lang, found.leaving) if found.leaving else "":
            notes.append(left)
        wanted = self._wanted

        def sure(yes: bool | None) -> None:
            if yes:
                self.act(lambda: activation.activate(desk.ctx, desk.actor, standard_folders=wanted), done)

        def done(result: Activated) -> None:
            self._standard = None
            self.reload()
            self.run_worker(self._afterwards(result, left, was_active=active))

        question, yes = (APPLY, YES_APPLY) if active else (ACTIVATE, YES_ACTIVATE)
        self.console.open(Confirm(desk, self.say(question), notes, self.say(yes)), sure)

    async def _afterwards(self, result: Activated, left: str, *, was_active: bool) -> None:
        """To the templates that have no folder, if there are any."""
        told = ACTIVATED
        if was_active:
            self.notice(f"✓ {APPLIED.say(self.desk.lang, len(result.preview.configured))} {left}", "good")
            return
        if result.preview.without_destination:
            await self.console.go("templates", only="unmapped")
            self.console.place("templates").notice("✓ " + self.say(told), "good")
        else:
            self.notice("✓ " + self.say(told), "good")

    def action_deactivate(self) -> None:
        desk = self.desk

        def sure(yes: bool | None) -> None:
            if yes:
                self.act(lambda: activation.deactivate(desk.ctx, desk.actor), done)

        def done(_: Integration) -> None:
            self.notice("✓ " + self.say(DEACTIVATED), "warning")
            self.reload()

        question = Confirm(desk, self.say(DEACTIVATE), [self.say(DEACTIVATE_NOTE)], self.say(YES_DEACTIVATE))
        self.console.open(question, sure)

    def action_send(self) -> None:
        """Send what was completed while the integration was off."""
        desk, found = self.desk, self._found
        if found is None:
            return

        def sure(yes: bool | None) -> None:
            if yes:
                self.act(lambda: activation.activate(desk.ctx, desk.actor, send_pending=True), done)

        def done(result: Activated) -> None:
            self.notice("✓ " + self.say(QUEUED_AGAIN, count=result.queued), "good")
            self.reload()

        note = self.say(SEND_ONE if found.preview.pending == 1 else SEND_NOTE, count=found.preview.pending)
        self.console.open(Confirm(desk, self.say(SEND), [note], self.say(YES_SEND)), sure)

    def aim(self, **aims: Any) -> None:
        """Check the portal at once."""
        if aims.get("check"):
            self.action_check()

    def action_check(self) -> None:
        """Ask the portal what it honours; paused sending goes on when it is well."""
        desk = self.desk

        def done(checked: Checked) -> None:
            self._checked = findings.in_words(checked)
            self.notice("")
            self.console.ask_portal()
            if self._found is not None:
                self.query_one("#list", Rows).cursor = 0
                self.show(self._found)

        self.act(lambda: health.check_portal(desk.ctx, desk.actor), done, self.say(CHECKING))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        found = self._found
        if found is not None and action == "deactivate" and not found.integration.active:
            return NOT_ACTIVE
        if found is not None and action == "send":
            if not found.preview.pending:
                return NO_PENDING
            if not found.integration.active:
                return ACTIVE_FIRST
        return super().why_not(action, parameters)


SCREEN = Activation
