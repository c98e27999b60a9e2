"""Painel: what wants a hand first, then how much went today, and by the hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple

from textual.widget import Widget

from core.domain import figures
from core.domain.events import message
from core.domain.models import Event
from core.domain.story import PLACED
from core.domain.text import Text
from core.office import views
from core.office.views import Overview
from core.office.words import COMPLETED_TASKS, OPEN_TASKS
from tui.keys import key
from tui.screens.place import Place
from tui.widgets.lines import Line, Lines, fit, line, saying, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows

PRIORITY = Text("Prioridade", "Priority")
NOTHING = Text("Nada pede atenção.", "Nothing wants a hand.")
FAILED = Text(
    "Falha no envio de documentos ao Portal do Cliente", "Sending documents to the client's portal failed (tasks)"
)
PAUSED = Text("Envios em pausa: o portal como um todo tem um problema", "Sending paused: something is wrong with it")
UNKEPT = Text(
    "O portal não cumpre exclusive = true: confira o portal", "The portal does not keep exclusive = true: check it"
)
INACTIVE = Text("Integração inativa: nada é enviado", "Integration inactive: nothing is sent")
ON_REQUEST = Text(
    "Envios concluídos com a integração inativa, só a pedido", "Deliveries completed while inactive, on request only"
)
UNMAPPED = Text("Templates sem pasta de destino", "Templates without a destination")
OVERDUE = Text("Tarefas abertas com data legal vencida", "Open tasks past their legal date")
TODAY_DUE = Text("Tarefas abertas com data legal hoje", "Open tasks with their legal date today")
SENDINGS = Text("Envios", "Deliveries")
UNKNOWN = Text("Arquivos que o Express não reconheceu", "Files that Express did not know")
NO_CLIENTS = Text(
    "Nenhum cliente: malote import PASTA, ou cadastre aqui ({keys[app.go_clients]}, {keys[clients.new]})",
    "No clients: malote import FOLDER, or register them here ({keys[app.go_clients]}, {keys[clients.new]})",
)
NO_TEMPLATES = Text("Nenhum template: malote import PASTA", "No templates: malote import FOLDER")
NO_TASKS = Text("Nenhuma tarefa: malote import PASTA", "No tasks: malote import FOLDER")
OF_ONE = {
    ON_REQUEST: Text(
        "Envio concluído com a integração inativa, só a pedido", "Delivery completed while inactive, on request only"
    ),
    UNMAPPED: Text("Template sem pasta de destino", "Template without a destination"),
    OVERDUE: Text("Tarefa aberta com data legal vencida", "Open task past its legal date"),
    TODAY_DUE: Text("Tarefa aberta com data legal hoje", "Open task with its legal date today"),
    UNKNOWN: Text("Arquivo que o Express não reconheceu", "File that Express did not know"),
}
"""How the same is said of one."""
NOTHING_FAILED = Text("nenhum envio falhou nem espera", "none failed, none waits")
TODAY = Text("Hoje", "Today")
MONTHS = (
    *(Text("Janeiro", "January"), Text("Fevereiro", "February"), Text("Março", "March"), Text("Abril", "April")),
    *(Text("Maio", "May"), Text("Junho", "June"), Text("Julho", "July"), Text("Agosto", "August")),
    *(Text("Setembro", "September"), Text("Outubro", "October"), Text("Novembro", "November")),
    Text("Dezembro", "December"),
)
DELIVERED = Text("entregues", "delivered")
BESIDE = Text("mantidos ao lado (Cadeado)", "kept beside (seen, or another's)")
QUEUED = Text("na fila", "queued")
FAILING = Text("falhas", "failures")
SKIPPED = Text("não enviados (já no portal, ou sem envio)", "not sent (there already, or not to be sent)")
TASKS = Text("tarefas: {open}, {completed}", "tasks: {open}, {completed}")
TEMPLATES = Text("templates: {count}", "templates: {count}")
BY_HOUR = Text("Por hora", "By hour")
NONE_TODAY = Text("nenhum envio hoje ainda", "nothing sent today yet")
LAST = Text("Último: ", "Last: ")
BARS = " ▁▂▃▄▅▆▇█"
RECENT = 100
"""Among so many last events the last delivered document is looked for."""
LEADS = 4
"""Lines that Prioridade takes at least, so that nothing jumps when one comes or goes."""


class Lead(NamedTuple):
    """A number that wants a hand, and where it leads."""

    sign: str
    many: str
    text: Text
    tone: str
    place: str
    aims: dict[str, str]


Outcomes = Mapping[str, Mapping[datetime, int]]
"""How many events of each code, by hour of UTC."""


@dataclass(frozen=True)
class Found:
    overview: Overview
    overdue: int
    due_today: int
    unknown: int
    clients: int
    outcomes: Outcomes  # of this month
    midnight: datetime
    last: Event | None


class Panel(Place[Found]):
    """The dashboard."""

    TITLE_TEXT = Text("Painel", "Panel")
    BINDINGS: ClassVar = [
        key("r", "retry", Text("reenviar falhas", "retry failures")),
    ]

    def body(self) -> Iterable[Widget]:
        yield Lines([line(""), line((" " + self.say(PRIORITY), "accent"))], id="priority")
        yield Rows([Column("", 1), Column("", 6), Column("", 20, 1)], id="leads", heads=False)
        yield Lines(id="numbers")

    # --- reading: counters that are kept, and counts on an index; quick at any size

    _last: Event | None = None

    def read(self) -> Found:
        ctx = self.desk.ctx
        midnight = ctx.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        overdue, due_today = views.legal_dates(ctx, midnight.date())
        self._last = views.last_placed(ctx, RECENT) or self._last
        return Found(
            overview=views.overview(ctx),
            overdue=overdue,
            due_today=due_today,
            unknown=views.unknown_files(ctx),
            clients=ctx.store.clients.count(),
            outcomes=views.outcomes(ctx, midnight.replace(day=1)),
            midnight=midnight,
            last=self._last,
        )

    # --- showing

    def show(self, found: Found) -> None:
        self._leads = list(leads(found))
        rows = [
            Row(one.text.pt, (one.sign, one.many, self.say(one_or_many(one))), (one.tone, one.tone or "strong", ""))
            for one in self._leads
        ]
        nothing = saying("✓ " + self.say(NOTHING), "good", indent="   ")
        leading = self.query_one("#leads", Rows)
        leading.styles.height = max(len(rows), LEADS)
        leading.show(Fixed(rows), empty=nothing)
        self.query_one("#numbers", Lines).update(self._numbers(found))

    def _numbers(self, found: Found) -> list[Line]:
        deliveries, lang = found.overview.deliveries, self.desk.lang
        table = (
            (DELIVERED, *both(found, *PLACED)),
            (QUEUED, deliveries["queued"] + deliveries["sending"], None),
            (BESIDE, *both(found, "kept_both")),
            (SKIPPED, *both(found, "skipped")),
            (FAILING, *both(found, "failed")),
        )
        month = self.say(MONTHS[found.midnight.month - 1])
        room = max(min(self.size.width - 24, 46), 8)
        lines = [
            line(""),
            line((f" {fit(self.say(SENDINGS), room)}", "accent"), (self._pair(self.say(TODAY), month), "muted")),
        ]
        for text, first, second in table:
            lines.append(
                line(f"  {fit(self.say(text), room - 1)}", self._pair(number(first, lang), number(second, lang)))
            )
        tasks = found.overview.tasks
        open_, completed = tasks.get("open", 0), tasks.get("completed", 0)
        told = self.say(
            TASKS,
            open=OPEN_TASKS.say(lang, open_, number(open_, lang)),
            completed=COMPLETED_TASKS.say(lang, completed, number(completed, lang)),
        )
        templates = self.say(TEMPLATES, count=number(found.overview.templates, lang))
        lines += [*wrapped(f"{told} · {templates}", self.size.width, "muted", indent="  "), line("")]
        if not (hours := by_hour_today(found)):
            lines.append(line((" " + self.say(BY_HOUR), "accent"), ("   " + self.say(NONE_TODAY), "muted")))
            return lines
        bars, first_hour, last_hour = by_hour(hours)
        lines.append(
            line((" " + self.say(BY_HOUR) + "   ", "accent"), bars, (f"   {first_hour:02}h – {last_hour:02}h", "muted"))
        )
        if found.last is not None:
            told = f"{found.last.at.astimezone():%H:%M:%S}  {message(found.last, lang)}"
            head = " " + self.say(LAST)
            lines += [line(""), line((head, "accent"), fit(told, max(self.size.width - len(head) - 1, 1)))]
        return lines

    def on_resize(self) -> None:
        super().on_resize()
        if (found := self._found) is not None:
            self.call_after_refresh(lambda: self.query_one("#numbers", Lines).update(self._numbers(found)))

    @staticmethod
    def _pair(first: str, second: str) -> str:
        return fit(first, 10, right=True) + fit(second, 12, right=True)

    # --- acting

    async def on_rows_opened(self, message: Rows.Opened) -> None:
        lead = next((one for one in self._leads if one.text.pt == message.rows.current), None)
        if lead is not None:
            await self.console.go(lead.place, **lead.aims)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        if action == "retry" and self._found is not None:
            now = self._found.overview
            if now.pause is None and not now.deliveries["failed"] + now.deliveries["queued"]:
                return NOTHING_FAILED
        return super().why_not(action, parameters)

    def action_retry(self) -> None:
        from tui.screens.retrying import retry

        retry(self, None)


def leads(found: Found) -> Iterable[Lead]:
    """What wants a hand, the most urgent first."""
    overview = found.overview
    if overview.pause is not None:
        yield Lead("✗", "", PAUSED, "error", "errors", {})
    if overview.failed_tasks:
        yield Lead("✗", str(overview.failed_tasks), FAILED, "error", "errors", {})
    if overview.unkept is not None:
        yield Lead("!", "", UNKEPT, "warning", "activation", {})
    if not overview.integration.active:
        yield Lead("!", "", INACTIVE, "warning", "activation", {})
    if overview.integration.active and overview.held.get("inactive"):
        yield Lead("!", str(overview.held["inactive"]), ON_REQUEST, "warning", "activation", {})
    if overview.without_destination:
        yield Lead("!", str(overview.without_destination), UNMAPPED, "warning", "templates", {"only": "unmapped"})
    if found.overdue:
        yield Lead("!", str(found.overdue), OVERDUE, "warning", "tasks", {"only": "overdue"})
    if found.due_today:
        yield Lead("·", str(found.due_today), TODAY_DUE, "", "tasks", {"only": "today"})
    if found.unknown:
        yield Lead("!", str(found.unknown), UNKNOWN, "warning", "express", {})
    if not found.clients:
        yield Lead("!", "", NO_CLIENTS, "warning", "clients", {})
    if not overview.templates:
        yield Lead("!", "", NO_TEMPLATES, "warning", "templates", {})
    if not sum(overview.tasks.values()):
        yield Lead("!", "", NO_TASKS, "warning", "tasks", {})


def one_or_many(lead: Lead) -> Text:
    """What it is called, by how many there are."""
    return OF_ONE.get(lead.text, lead.text) if lead.many == "1" else lead.text


def both(found: Found, *codes: str) -> tuple[int, int]:
    """How many events of these codes today, and this month."""
    hours = [pair for code in codes for pair in found.outcomes.get(code, {}).items()]
    return sum(count for hour, count in hours if hour >= found.midnight), sum(count for _, count in hours)


def by_hour_today(found: Found) -> Counter[int]:
    """How many documents reached the portal in each hour of today, of those that had any."""
    hours: Counter[int] = Counter()
    for code in PLACED:
        for hour, count in found.outcomes.get(code, {}).items():
            if hour >= found.midnight:
                hours[hour.astimezone(found.midnight.tzinfo).hour] += count
    return hours


def number(value: int | None, lang: str) -> str:
    """A number as it is written in the language; nothing for none."""
    return "" if value is None else figures.number(value, lang)


def by_hour(hours: Counter[int]) -> tuple[str, int, int]:
    """Small bars, one an hour from the first to the last that had any, and these two hours."""
    first, last = min(hours), max(hours)
    most = max(hours.values())
    heights = (-(-hours[hour] * (len(BARS) - 1) // most) for hour in range(first, last + 1))
    return "".join(BARS[height] for height in heights), first, last


SCREEN = Panel
