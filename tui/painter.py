"""Painting: only the cells that differ from what the terminal shows are written, and no colour is told twice.

Textual writes every line that a widget calls changed whole, from the widget's left edge on, each run of text with its
colours and a reset. Here the lines last written are kept (a `Frame`), as curses does, so that no widget has to know
what of it is on the screen already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import Compositor, CompositorUpdate
from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.strip import Strip

NEAR = 6
"""Equal cells between two changes that cost less to write again than to skip."""
ATTRIBUTES = {"bold": "1", "dim": "2", "italic": "3", "underline": "4", "blink": "5", "reverse": "7", "strike": "9"}
OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}
ON_BLANKS = {"4", "7", "9"}
"""Attributes that can be seen where nothing is written."""
ANY = "any"
"""The colour of a blank, which nobody sees."""


class Look(NamedTuple):
    """How a cell looks, in codes of Select Graphic Rendition (ECMA-48 8.3.117)."""

    attributes: tuple[str, ...] = ()
    color: str = ""
    background: str = ""


NORMAL = Look()
Cell = tuple[str, Look]
_WIDER = re.compile("[^\\u0000-\\u02ff\\u2010-\\u27bf]")
Run = tuple[str, Look]


class Frame:
    """The lines that the terminal shows, as far as we wrote them."""

    def __init__(self) -> None:
        self._lines: dict[int, Sequence[Run]] = {}

    def forget(self) -> None:
        """Write all again at the next painting: the terminal was resized, or someone else wrote to it."""
        self._lines.clear()

    def write(self, lines: Mapping[int, Strip], system: ColorSystem) -> str:
        """What is to be written for the terminal to show these lines; from then on it is taken to show them."""
        written: list[str] = []
        look = NORMAL
        for y, strip in lines.items():
            runs = [(text, look_of(style, system)) for text, style, _ in strip if text]
            before, self._lines[y] = self._lines.get(y), runs
            at = None
            for start, cells in stretches(before, runs):
                written.append(f"\x1b[{y + 1};{start + 1}H" if at is None else f"\x1b[{start - at}C")
                at = start + len(cells)
                for sign, wanted in cells:
                    if wanted is not look:
                        codes, look = change(look, wanted)
                        written.append(codes)
                    written.append(sign)
        if look != NORMAL:
            written.append("\x1b[0m")
        return "".join(written)


def stretches(before: Sequence[Run] | None, after: Sequence[Run]) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Where a line differs from what it was: each stretch's first column, and its cells."""
    if before == after:
        return
    if not is_narrow(after) or (before is not None and not is_narrow(before)):
        yield 0, after  # runs do as cells, where all is written and no columns are counted
        return
    if before is None:
        yield 0, cells_of(after)
        return
    old, new = cells_of(before), cells_of(after)
    width = len(new)
    if len(old) != width:
        yield 0, new
        return
    changed = [x for x in range(width) if old[x] != new[x]]
    if not changed:
        return
    start = end = changed[0]
    for x in changed:
        if x - end > NEAR:
            yield start, new[start : end + 1]
            start = x
        end = x
    yield start, new[start : end + 1]


def cells_of(runs: Iterable[Run]) -> list[Cell]:
    """A line, cell by cell."""
    return [(sign, look if sign != " " else blank(look)) for text, look in runs for sign in text]


@lru_cache(1024)
def blank(look: Look) -> Look:
    """How a blank looks, as far as can be seen."""
    return look if ON_BLANKS.intersection(look.attributes) else Look((), ANY, look.background)


def is_narrow(runs: Iterable[Run]) -> bool:
    """Whether each sign takes one cell: Latin letters and the signs used here do."""
    return all(text.isascii() or _WIDER.search(text) is None for text, _ in runs)


@lru_cache(1024)
def look_of(style: Style | None, system: ColorSystem) -> Look:
    """How a style looks in so many colours."""
    if style is None:
        return NORMAL
    color, background = (
        "" if one is None else ";".join(one.downgrade(system).get_ansi_codes(foreground=is_color))
        for one, is_color in ((style.color, True), (style.bgcolor, False))
    )
    return Look(tuple(code for name, code in ATTRIBUTES.items() if getattr(style, name)), color, background)


@lru_cache(4096)
def change(before: Look, after: Look) -> tuple[str, Look]:
    """The sequence that leads from one look to another, and the look that there is then."""
    there = set(before.attributes)
    if after.color == ANY:  # what cannot be seen may stay
        after = after._replace(attributes=tuple(there - ON_BLANKS), color=before.color)
    off = {OFF[one] for one in there - set(after.attributes)}
    if "22" in off:  # ends both
        there -= {"1", "2"}
    codes = [*sorted(off), *(one for one in after.attributes if one not in there)]
    if after.color != before.color:
        codes.append(after.color or "39")
    if after.background != before.background:
        codes.append(after.background or "49")
    return f"\x1b[{';'.join(codes)}m" if codes else "", after


class Changes(CompositorUpdate):
    """Some lines of the screen; worked out against the frame when they are written, for not all that is painted is."""

    def __init__(self, frame: Frame, lines: Mapping[int, Strip]):
        self._frame = frame
        self._lines = lines

    def render_segments(self, console: Console) -> str:
        return self._frame.write(self._lines, console._color_system or ColorSystem.TRUECOLOR)


class Painter(Compositor):
    """Textual's compositor; asks only those widgets that can be seen in the lines that changed, for these lines.

    Args:
        frame: what the terminal shows, once there is one.
    """

    def __init__(self, frame: Callable[[], Frame]):
        super().__init__()
        self._frame = frame

    def render_update(self, full: bool = False, screen_stack: Any = None, simplify: bool = False) -> Any:
        if full:  # a picture of the screen, not for the terminal
            return super().render_update(full, screen_stack, simplify)
        visible_screen_stack.set([] if screen_stack is None else screen_stack)
        width, height = self.size
        dirty, self._dirty_regions = self._dirty_regions, set()
        changed = sorted({y for one in dirty for y in range(max(one.y, 0), min(one.bottom, height))})
        if not changed:
            return None
        crop = Region(0, changed[0], width, changed[-1] - changed[0] + 1)
        chops = self._render_chops(crop, set(changed).__contains__)
        return Changes(self._frame(), {y: Strip.join(chops[y].values()) for y in changed})

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if crop is None:
            yield from super()._get_renders()
            return
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip).intersection(crop)
            if seen:
                yield region, seen, widget.render_lines(seen.translate(-region.offset))
            if seen == crop:  # nothing below it can be seen
                return
