"""The colours: two palettes of our own, and the terminal's sixteen where it has no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from tui import terminal

DARK = Theme(
    name="malote-dark",
    primary="#7aa2c9",
    secondary="#93b58f",
    accent="#d9a35b",
    warning="#e0b060",
    error="#e5786d",
    success="#8fbf8a",
    foreground="#d6d8d3",
    background="#16191b",
    surface="#212629",
    panel="#2b3236",
    variables={"muted": "#868e8c", "line": "#2f4250", "on-line": "#f2f4ef", "typed": "#2b3236"},
)
LIGHT = Theme(
    name="malote-light",
    primary="#1f5c8f",
    secondary="#3f6b3b",
    accent="#8a5400",
    warning="#8a5a00",
    error="#ad2a20",
    success="#2e6b2f",
    foreground="#24292b",
    background="#f7f6f1",
    surface="#e8e7df",
    panel="#dcdbd2",
    dark=False,
    variables={"muted": "#666d6b", "line": "#c9dcec", "on-line": "#101416", "typed": "#e8e7df"},
)
SIXTEEN = Theme(
    name="malote-sixteen",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_green",
    accent="ansi_yellow",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "muted": "ansi_default",
        "line": "ansi_default",
        "on-line": "ansi_default",
        "typed": "ansi_default",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-selection-background": "ansi_cyan",
        "input-selection-foreground": "ansi_black",
        "screen-selection-background": "ansi_cyan",
        "screen-selection-foreground": "ansi_black",
    },
)
SIXTEEN_LIGHT = replace(
    SIXTEEN,  # cyan, yellow and green cannot be read on white
    name="malote-sixteen-light",
    primary="ansi_blue",
    secondary="ansi_blue",
    accent="ansi_magenta",
    warning="ansi_magenta",
    success="ansi_blue",
    dark=False,
)
THEMES = (DARK, LIGHT, SIXTEEN, SIXTEEN_LIGHT)
OTHER = {DARK.name: LIGHT.name, SIXTEEN.name: SIXTEEN_LIGHT.name}
OTHER |= {light: dark for dark, light in OTHER.items()}
"""By each theme, that for a background of the other kind: not every terminal says which it has."""


def chosen() -> Theme:
    """The theme that suits the terminal."""
    few = terminal.without_color() or not terminal.has_truecolor()
    dark, light = (SIXTEEN, SIXTEEN_LIGHT) if few else (DARK, LIGHT)
    return light if terminal.is_light() else dark


class Plain(LineFilter):
    """No colour sequence at all (`NO_COLOR`): state is told by reverse, bold and signs."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[Style, Style] = {}

    def apply(self, segments: Iterable[Segment], background: Color) -> list[Segment]:
        return [Segment(text, style and self._plain(style), control) for text, style, control in segments]

    def _plain(self, style: Style) -> Style:
        if style not in self._known:
            self._known[style] = Style(bold=style.bold, reverse=style.reverse, underline=style.underline)
        return self._known[style]
