"""What the filters of Tarefas offer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from core.domain.models import TaskStatus
from core.domain.text import Text
from core.office import Context, views, worklist
from core.office.words import STATUS
from core.office.worklist import Known
from tui.screens.panel import number
from tui.screens.pick import Option

ALL = Text("todas", "all")
PERIOD = Text("compet.", "period")
LEGAL = {
    "": ALL,
    "overdue": Text("vencidas", "overdue"),
    "today": Text("hoje", "today"),
    "week": Text("próximos 7 dias", "next 7 days"),
    "month": Text("este mês", "this month"),
    "next": Text("mês que vem", "next month"),
}


def span(key: str, today: date) -> tuple[date | None, date | None]:
    """From which day on and before which one the legal date lies."""
    first = today.replace(day=1)
    second = (first + timedelta(days=32)).replace(day=1)
    third = (second + timedelta(days=32)).replace(day=1)
    spans = {
        "overdue": (None, today),
        "today": (today, today + timedelta(days=1)),
        "week": (today, today + timedelta(days=7)),
        "month": (first, second),
        "next": (second, third),
    }
    return spans.get(key, (None, None))


def months(period: str) -> str:
    """A period as people write it: 10/2026, or 2026."""
    year, _, month = period.partition("-")
    return f"{month}/{year}" if month else year


def choices(ctx: Context, which: str, lang: str, clients: Mapping[str, Known]) -> list[Option]:
    """What a filter can be set to, with how many there are of each where that is known."""
    every = Option("", ALL.text(lang))
    match which:
        case "status":
            counts = views.overview(ctx).tasks
            return [
                *(Option(one, STATUS[one].text(lang), number(counts.get(one, 0), lang)) for one in TaskStatus),
                every,
            ]
        case "period":
            found = sorted(ctx.store.tasks.periods().items(), reverse=True)
            return [every, *(Option(period, months(period), number(count, lang)) for period, count in found)]
        case "client":
            return [every, *(Option(key, f"{key} {clients[key].name}") for key in sorted(clients, key=as_numbers))]
        case "department":
            return [every, *(Option(name, name) for name in worklist.departments(ctx))]
    return [Option(key, text.text(lang)) for key, text in LEGAL.items()]


def as_numbers(key: str) -> tuple[int, str]:
    """Sorts ids that are numbers as such: 2 before 10."""
    return len(key) if key.isdecimal() else 99, key
