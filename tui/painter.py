"""Painting: only the cells that differ from what the terminal shows are written, and no colour is told twice.

Textual writes every line that a widget calls changed whole, from the widget's left edge on, each run of text with its
colours and a reset. Here the lines last written are kept (a `Frame`), as curses does, so that no widget has to know
what of it is on the screen already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import Compositor, CompositorUpdate
from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

NEAR = 6
"""Equal cells between two changes that cost less to write again than to skip."""
ATTRIBUTES = {"bold": "1", "dim": "2", "italic": "3", "underline": "4", "blink": "5", "reverse": "7", "strike": "9"}
OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}
TO_END = "\x1b[K"
MANY = 10
"""Blanks that cost no more than to erase them and to go behind them."""
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
    """The lines that the terminal shows, as far as we wrote them.

    Args:
        erasing: whether many blanks are written as one sequence; where the terminal can, if not given.
    """

    def __init__(self, *, erasing: bool | None = None) -> None:
        self._lines: dict[int, Sequence[Run]] = {}
        self._erasing = erasing

    def forget(self) -> None:
        """Write all again at the next painting: the terminal was resized, or someone else wrote to it."""
        self._lines.clear()

    def write(self, lines: Mapping[int, Strip], system: ColorSystem) -> str:
        """What is to be written for the terminal to show these lines; from then on it is taken to show them."""
        written: list[str] = []
        look = NORMAL
        made = {y: [(text, look_of(style, system)) for text, style, _ in one if text] for y, one in lines.items()}
        can_erase = fills_erased() if self._erasing is None else self._erasing
        for y, runs in sorted(made.items(), key=_background):  # so that it changes seldom
            before, self._lines[y] = self._lines.get(y), runs
            at, width = None, lines[y].cell_length
            erasing = can_erase and is_narrow(runs)
            for start, cells in stretches(before, runs):
                written.append(f"\x1b[{y + 1};{start + 1}H" if at is None else f"\x1b[{start - at}C")
                at = start + len(cells)
                for sign, wanted in erased(cells, to_end=at == width) if erasing else cells:
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


def _background(line: tuple[int, Sequence[Run]]) -> str:
    return line[1][0][1].background if line[1] else ""


def erased(cells: Sequence[Cell], *, to_end: bool) -> Iterator[Cell]:
    """Cells with sequences in place of many blanks: what is erased is filled with the background.

    Args:
        to_end: whether they reach the end of the line.
    """
    at, count = 0, len(cells)
    while at < count:
        cell = cells[at]
        end = at + 1
        if cell[0] == " " and cell[1].color == ANY:
            while end < count and cells[end] == cell:
                end += 1
        if to_end and end == count and end - at > len(TO_END):
            yield TO_END, cell[1]
        elif end - at > MANY:
            yield f"\x1b[{end - at}X\x1b[{end - at}C", cell[1]
        else:
            yield cell[0] * (end - at), cell[1]
        at = end


@cache
def fills_erased() -> bool:
    """Whether the terminal fills what it erases with the background that is set, as far as terminfo knows."""
    with suppress(ImportError):  # Windows
        import curses

        with suppress(curses.error):
            curses.setupterm(fd=1)  # Textual has its own in place of sys.stdout
            return curses.tigetflag("bce") == 1 and curses.tigetstr("ech") == b"\x1b[%p1%dX"
    return False


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


Tile = tuple[Widget, Region]
"""A widget, and what of it is seen of a line, as the widget counts."""


class Painter(Compositor):
    """Textual's compositor; asks only those widgets that can be seen in the lines that changed, for these lines.

    Args:
        frame: what the terminal shows, once there is one.
    """

    def __init__(self, frame: Callable[[], Frame]):
        super().__init__()
        self._frame = frame
        self._tiles: dict[int, Sequence[Tile]] = {}
        self._tiled: object = None
        """What the tiles were made of."""

    def render_update(self, full: bool = False, screen_stack: Any = None, simplify: bool = False) -> Any:
        if full:  # a picture of the screen, not for the terminal
            return super().render_update(full, screen_stack, simplify)
        visible_screen_stack.set([] if screen_stack is None else screen_stack)
        _, height = self.size
        dirty, self._dirty_regions = self._dirty_regions, set()
        changed = sorted({y for one in dirty for y in range(max(one.y, 0), min(one.bottom, height))})
        return Changes(self._frame(), {y: self._line(y) for y in changed}) if changed else None

    def _line(self, y: int) -> Strip:
        """A line of the screen."""
        if self._tiled is not self.visible_widgets:
            self._tiled = self.visible_widgets
            self._tiles.clear()
        if (tiles := self._tiles.get(y)) is None:
            tiles = self._tiles[y] = tiled(self.visible_widgets, y, self.size.width)
        strips = [widget.render_lines(crop)[0] for widget, crop in tiles]
        return strips[0] if len(strips) == 1 else Strip.join(strips)


def tiled(widgets: Mapping[Widget, tuple[Region, Region]], y: int, width: int) -> Sequence[Tile]:
    """What a line shows, from left to right.

    Args:
        widgets: where each is, and what of that can be seen; what stands before others comes first.
    """
    line = Region(0, y, width, 1)
    seen = [
        (widget, region, here)
        for widget, (region, clip) in widgets.items()
        if (here := line.intersection(region).intersection(clip))
    ]
    cuts = sorted({edge for *_, here in seen for edge in here.column_span})
    tiles: list[tuple[Widget, Region, Region]] = []
    for start, end in pairwise(cuts):
        top = next(((widget, region) for widget, region, here in seen if here.x <= start and end <= here.right), None)
        if top is None:
            continue
        if tiles and tiles[-1][0] is top[0]:
            here = tiles.pop()[2]
            tiles.append((*top, Region(here.x, y, end - here.x, 1)))
        else:
            tiles.append((*top, Region(start, y, end - start, 1)))
    return [(widget, here.translate(-region.offset)) for widget, region, here in tiles]
