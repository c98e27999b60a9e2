"""The filters of Tarefas: what is wanted, chosen one by one, told as chips and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from textual.widget import Widget

from core.domain.models import TaskStatus
from core.domain.text import Text
from core.office.words import STATUS
from core.office.worklist import Known, Wanted
from tui.desk import Desk
from tui.screens.choices import LEGAL, PERIOD, choices, months
from tui.screens.columned import ByColumn
from tui.screens.pick import Pick
from tui.widgets.lines import Line, Lines, Part, fit, saying, width_of
from tui.widgets.typed import Typed

F = TypeVar("F")

CHIPS = {
    "status": ("tasks.choose_status", Text("situação", "status")),
    "period": ("tasks.choose_period", PERIOD),
    "client": ("tasks.choose_client", Text("cliente", "client")),
    "department": ("tasks.choose_department", Text("depto.", "dept.")),
    "legal": ("tasks.choose_legal", Text("vencimento", "legal date")),
    "failing": ("tasks.failing", Text("falhas", "failures")),
}
"""The filters: their keys' names and their own."""
ONLY = Text("só com falha", "only")
NONE_SO = Text(
    "Nenhuma tarefa com {filters}. {keys[listed.step_back]} mostra todas as abertas.",
    "No tasks with {filters}. {keys[listed.step_back]} shows all open ones.",
)
ALL_DONE = Text(
    "Nenhuma tarefa aberta. {keys[tasks.choose_status]} mostra as concluídas.",
    "No open task. {keys[tasks.choose_status]} shows the completed ones.",
)
USUAL = Wanted(status=TaskStatus.OPEN)


class Filtered(ByColumn[F]):
    """A list of the tasks that are wanted."""

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._wanted = USUAL
        self._legal = ""
        self._clients: Mapping[str, Known] = {}

    def body(self) -> Sequence[Widget]:
        bar, rows = super().body()
        return [bar, Lines([()], id="chips"), rows]

    # --- what they say

    def tell_counts(self) -> None:
        super().tell_counts()
        self.query_one("#chips", Lines).update([self._chips()])

    def _chips(self) -> Line:
        """Every filter with its key; those that leave something out stand out."""
        lang, width, values = self.desk.lang, self.size.width, self._values()
        parts: list[Part] = [(" ", "")]
        chips = [(name, self.desk.keys[key_name], head) for name, (key_name, head) in CHIPS.items()]
        full = sum(len(f"{sign} {head.text(lang)}: {values[name]}") for name, sign, head in chips) < width
        for name, sign, head in chips:
            told = f" {head.text(lang)}: {values[name]}" if values[name] else f" {head.text(lang)}" if full else ""
            parts += [(sign, "accent"), (f"{told}  ", "strong" if values[name] else "muted")]
        longest = max(range(len(parts)), key=lambda index: width_of(parts[index][0]))
        over = sum(width_of(text) for text, _ in parts) - width
        if over > 0:
            text, tone = parts[longest]
            parts[longest] = fit(text.rstrip(), max(width_of(text) - over - 2, 8)) + "  ", tone
        return tuple(parts)

    def _values(self) -> dict[str, str]:
        """What each filter is set to, in words; nothing where it is not."""
        wanted, lang = self._wanted, self.desk.lang
        client = self._clients.get(wanted.client)
        return {
            "status": "" if wanted.status is None else self.say(STATUS[wanted.status]),
            "period": months(wanted.period),
            "client": f"{wanted.client} {client.name}" if client else wanted.client,
            "department": wanted.department,
            "legal": LEGAL[self._legal].text(lang) if self._legal else "",
            "failing": ONLY.text(lang) if wanted.failing else "",
        }

    def _empty(self, width: int) -> list[Line]:
        if self.listing.total and not self.filtered:
            return saying(self.say(ALL_DONE), above=1)(width)
        return saying(self.why_nothing(NONE_SO), above=1)(width)

    # --- what is wanted

    def _choose_all(self, legal: str) -> None:
        self._wanted, self._legal = USUAL, legal
        self.listing.needle, self.listing.only_marked = "", False
        self.query_one("#filter", Typed).value = ""
        self.reload()

    def filters(self) -> dict[str, Any]:
        wanted = self._wanted
        return {
            "status": wanted.status,
            "period": wanted.period,
            "client": wanted.client,
            "department": wanted.department,
            "legal": self._legal,
            "failing": wanted.failing,
        }

    def set_filters(self, state: Mapping[str, Any]) -> None:
        status = state.get("status")
        self._legal = state["legal"] if state.get("legal") in LEGAL else ""
        self._wanted = Wanted(
            status=TaskStatus(status) if status in list(TaskStatus) else None,
            period=str(state.get("period") or ""),
            client=str(state.get("client") or ""),
            department=str(state.get("department") or ""),
            failing=bool(state.get("failing")),
        )

    def in_force(self) -> list[tuple[str, str]]:
        lang, found = self.desk.lang, self._values()
        chips = [
            (f"{head.text(lang)}: {found[name]}", key_name) for name, (key_name, head) in CHIPS.items() if found[name]
        ]
        return [*super().in_force(), *((told, self.desk.keys[name]) for told, name in chips)]

    @property
    def filtered(self) -> bool:
        return super().filtered or bool(self._legal) or self._wanted != USUAL

    def unfilter(self) -> None:
        super().unfilter()
        self._wanted, self._legal = USUAL, ""

    def action_choose(self, which: str) -> None:
        """Ask what a filter is to leave."""
        ctx, lang = self.desk.ctx, self.desk.lang
        title = CHIPS[which][1].text(lang)
        current = {"status": str(self._wanted.status or ""), "legal": self._legal}.get(which)
        current = getattr(self._wanted, which) if current is None else current

        def opened(options: Any) -> None:
            self.console.open(Pick(self.desk, f"{self.TITLE_TEXT.text(lang)}: {title}", options, str(current)), chosen)

        def chosen(value: str | None) -> None:
            if value is not None:
                self._choose(which, value)

        self.act(lambda: choices(ctx, which, lang, self._clients), opened)

    def _choose(self, which: str, value: str) -> None:
        match which:
            case "status":
                self._wanted = replace(self._wanted, status=TaskStatus(value) if value else None)
            case "legal":
                self._legal = value
            case "period":
                self._wanted = replace(self._wanted, period=value)
            case "client":
                self._wanted = replace(self._wanted, client=value)
            case _:
                self._wanted = replace(self._wanted, department=value)
        self.reload()

    def action_failing(self) -> None:
        self._wanted = replace(self._wanted, failing=not self._wanted.failing)
        self.reload()
