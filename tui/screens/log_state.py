"""The line above the journal: its filters as chips, and whether it follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from core.domain.figures import dated
from core.domain.models import Level
from core.domain.text import Text
from core.office.log import Filter
from tui.keys import InForce
from tui.screens.panel import number
from tui.widgets.lines import Line, Part, fit, spread, width_of

LEVELS = {
    Level.INFO: Text("todos", "all"),
    Level.WARNING: Text("avisos+", "warnings+"),
    Level.ERROR: Text("erros", "errors"),
}
LEVEL, CLIENT, TEXT = Text("nível", "level"), Text("cliente", "client"), Text("texto", "text")
ALL = Text("todos", "all")
FOLLOWING = Text("● seguindo", "● following")
STOPPED = Text("‖ parado", "‖ stopped")
AT_END = Text(" · {keys[list.last]} segue", " · {keys[list.last]} follows")
NEW = Text("↓ {count} novos", "↓ {count} new")
ONE = Text("↓ 1 novo", "↓ 1 new")
ERRORS = Text(" ({count} erros)", " ({count} errors)")
ONE_ERROR = Text(" (1 erro)", " (1 error)")
LINES = Text("{count} linhas", "{count} lines")
ONE_LINE = Text("1 linha", "1 line")
LOOKING = Text("procurando: até {day}", "looking: down to {day}")
LONGEST = 18
"""Cells of a client or a text in a chip, at most."""


class State(NamedTuple):
    """What there is to say."""

    wanted: Filter
    is_on: bool
    client: str
    typing: bool
    keys: InForce
    following: bool
    new: int
    new_errors: int
    listed: int
    reached: datetime | None
    """How far back it has been looked, while it is."""


def told(state: State, lang: str, width: int) -> Line:
    """The line; where there is no room for all, the count goes first."""
    left = [] if state.typing else chips(state, lang)
    left_width = sum(width_of(text) for text, _ in left)
    ways = list(_right(state, lang))
    right = next((way for way in ways if left_width + sum(width_of(text) for text, _ in way) < width), ways[-1])
    return spread(left or [("", "")], right, width)


def chips(state: State, lang: str) -> list[Part]:
    """Each filter with its key; what is switched off stands in brackets."""
    wanted = state.wanted
    client = None
    if wanted.client is not None:
        client = f"{wanted.client} {state.client}"
        client = fit(client, LONGEST) if width_of(client) > LONGEST else client
    text = wanted.text.strip()
    shown = (
        ("log.level", LEVEL, None if wanted.level is Level.INFO else LEVELS[wanted.level].text(lang)),
        ("log.client", CLIENT, client),
        ("log.text", TEXT, fit(text, LONGEST) if width_of(text) > LONGEST else text or None),
    )
    parts: list[Part] = []
    for key, name, value in shown:
        parts.append((f" {state.keys[key]} ", "accent"))
        if value is None:
            none = "" if wanted else f": {ALL.text(lang) if name is not TEXT else '-'}"
            parts.append((f"{name.text(lang)}{none} ", "muted"))
        else:
            parts.append((f"[{value}] " if state.is_on else f"({value}) ", "strong" if state.is_on else "muted"))
    return parts


def _right(state: State, lang: str) -> Iterator[list[Part]]:
    """Whether it follows, what is new, how far it has been looked or how many there are; shorter and shorter."""
    last: Part = (f" · {count_of(state.listed, lang)} ", "muted")
    if state.reached is not None:
        last = (f" · {LOOKING.say(lang, day=dated(state.reached, '%d/%m', lang))} ", "muted")
    if state.following:
        yield [(FOLLOWING.text(lang), "good"), last]
        yield [(FOLLOWING.text(lang) + " ", "good")]
        return
    stopped: list[Part] = [(STOPPED.text(lang), "warning"), (AT_END.say(lang, keys=state.keys), "warning")]
    new: list[Part] = []
    if state.new:
        errors = ""
        if state.new_errors:
            errors = (ONE_ERROR if state.new_errors == 1 else ERRORS).say(lang, count=number(state.new_errors, lang))
        new = [(f" · {(ONE if state.new == 1 else NEW).say(lang, count=number(state.new, lang))}{errors}", "strong")]
    yield [*stopped, *new, last]
    yield [stopped[0], *new, last]
    yield [*stopped, *new, (" ", "")]
    yield [stopped[0], *new, (" ", "")]


def count_of(count: int, lang: str) -> str:
    """So many lines."""
    return (ONE_LINE if count == 1 else LINES).say(lang, count=number(count, lang))
