"""Lines of text in tones: the base of every widget here. Only lines that changed are written again."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Self

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size, Spacing
from textual.strip import Strip
from textual.widget import Widget

from core.domain.text import plain
from tui.quick import Quick

Part = tuple[str, str]
"""Text and its tone."""
Line = tuple[Part, ...]

TONES = (
    *("muted", "strong", "good", "warning", "error", "accent", "cursor", "away", "evidence"),
    *("bar", "bar-strong", "bar-accent", "bar-good", "bar-warning", "bar-error"),
)
"""Each tone's colours are in styles/tones.tcss; none of them is the only sign of anything."""
NO_STYLE = Style.null()
NO_SPACE = Spacing()


def line(*parts: str | Part) -> Line:
    """One line from texts in the normal tone and (text, tone) pairs."""
    return tuple((part, "") if isinstance(part, str) else part for part in parts)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Text of exactly so many cells: cut with an ellipsis, or filled; nothing in it can move the cursor."""
    if not text.isprintable():
        text = plain(text)
    length = len(text) if text.isascii() else cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 0 else ""
    return " " * (width - length) + text if right else text + " " * (width - length)


def cut(text: str, width: int) -> str:
    """Text of at most so many cells."""
    return fit(text, min(width_of(text), width))


def width_of(text: str) -> int:
    """How many cells a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def spread(left: Sequence[Part], right: Sequence[Part], width: int) -> Line:
    """Parts at both ends of a line; where they do not fit, the left ones are cut."""
    wanted = sum(width_of(text) for text, _ in right)
    room = max(width - wanted, 0)
    parts: list[Part] = []
    for text, tone in left:
        taken = min(width_of(text), room)
        if taken:
            parts.append((fit(text, taken), tone))
        room -= taken
    tone = left[-1][1] if left else ""
    return (*parts, (" " * room, tone), *right)


def wrapped(text: str, width: int, tone: str = "", *, indent: str = " ", most: int | None = None) -> list[Line]:
    """A sentence over as many lines as it takes, at most `most`, the last one then cut."""
    folded = textwrap.wrap(plain(text), max(width - len(indent) - 1, 8)) or [""]
    if most is not None and len(folded) > most:
        folded[most - 1 :] = [fit(" ".join(folded[most - 1 :]), max(width - len(indent) - 1, 8))]
    return [line((indent + one, tone)) for one in folded]


def saying(text: str, tone: str = "muted", *, indent: str = "  ", above: int = 0) -> Callable[[int], list[Line]]:
    """A sentence for any width, so many empty lines above it."""
    return lambda width: [*[()] * above, *wrapped(text, width, tone, indent=indent)]


class Lines(Quick, Widget):
    """Lines, given whole by `update`; shorter ones are filled in the tone `base`."""

    base = ""

    def __init__(self, lines: Iterable[Line] = (), *, id: str | None = None, classes: str | None = None):  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = list(lines)
        self._tones: dict[str, Style] = {}

    @property
    def lines(self) -> list[Line]:
        return self._lines

    @property
    def text(self) -> str:
        """What can be read, line by line; for tests and for copying."""
        return "\n".join("".join(part for part, _ in one).rstrip() for one in self._lines)

    def update(self, lines: Iterable[Line]) -> None:
        """Show these lines; those that are as before are left alone."""
        before, self._lines = self._lines, list(lines)
        width, now = self.size.width, self._lines
        changed = [y for y, (old, new) in enumerate(zip_longest(before, now)) if old != new]
        if not changed:
            return
        layout = len(before) != len(now) and self.styles.auto_dimensions
        self.refresh(*(Region(0, y, width, 1) for y in changed), layout=layout)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Tell the screen at once that some lines changed, where Textual sends two messages first."""
        if layout or recompose or not (repaint and regions and self.is_mounted and self.display):
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        self._set_dirty(*regions)
        screen = self.screen
        screen._dirty_widgets.add(self)
        screen.check_idle()
        return self

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines that nothing is drawn around or over; Textual's own way to draw them is made for all that there is."""
        if crop.width != self.size.width or self.styles.gutter != NO_SPACE or self.opacity != 1:
            return super().render_lines(crop)
        return [self.render_line(y) for y in crop.line_range]

    def render_line(self, y: int) -> Strip:
        return self.strip(self._at(self._lines, y) or ())

    def strip(self, parts: Line, base: str | None = None) -> Strip:
        """A line as it is drawn, as wide as the widget; neighbours of one tone become one run."""
        base = self.base if base is None else base
        width = self.size.width
        runs: list[Part] = []
        for text, tone in parts:
            shown = (text if text.isprintable() else plain(text), tone or base)
            if runs and runs[-1][1] == shown[1]:
                shown = (runs.pop()[0] + shown[0], shown[1])
            runs.append(shown)
        used = sum(width_of(text) for text, _ in runs)
        if used < width:
            blank = " " * (width - used)
            runs[-1:] = [(runs[-1][0] + blank, base)] if runs and runs[-1][1] == base else [*runs[-1:], (blank, base)]
        strip = Strip([Segment(text, self.tone(tone)) for text, tone in runs], max(used, width))
        if used <= width:
            return strip
        if width < 2 or not strip.crop(width).text.strip():
            return strip.crop(0, width)
        kept = list(strip.crop(0, width - 1))
        return Strip([*kept, Segment("…", kept[-1].style)], width)  # what is cut, is never cut without a sign

    def tone(self, name: str) -> Style:
        """A tone's style under the present theme."""
        if name not in self._tones:
            part = (
                self.screen.get_component_rich_style(f"tone--{name}", partial=True, default=NO_STYLE)
                if name
                else NO_STYLE
            )
            whole = [Segment("", self.rich_style + part)]
            for one in self.get_line_filters():  # which look at each piece for itself
                whole = one.apply(whole, self.background_colors[1])
            self._tones[name] = whole[0].style or NO_STYLE
        return self._tones[name]

    def notify_style_update(self) -> None:
        self._tones.clear()
        super().notify_style_update()

    def render(self) -> str:
        return ""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines)

    @staticmethod
    def _at(lines: Sequence[Line], y: int) -> Line | None:
        return lines[y] if y < len(lines) else None
