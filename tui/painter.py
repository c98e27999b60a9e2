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
Run = tuple[str, Look]
_WIDER = re.compile("[^\\u0000-\\u02ff\\u2010-\\u27bf]")
_BLANKS = re.compile(f"(^ +| +$| {{{MANY + 1},}})")


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
            for start, end, part in stretches(before, runs):
                written.append(f"\x1b[{y + 1};{start + 1}H" if at is None else f"\x1b[{start - at}C")
                at = end
                for text, wanted in erased(part, to_end=at == width) if erasing else part:
                    if wanted is not look:
                        codes, look = change(look, wanted)
                        written.append(codes)
                    written.append(text)
        if look != NORMAL:
            written.append("\x1b[0m")
        return "".join(written)


def stretches(before: Sequence[Run] | None, after: Sequence[Run]) -> Iterator[tuple[int, int, Sequence[Run]]]:
    """Where a line differs from what it was: each stretch's first column, the one behind it, and what stands there."""
    if before == after:
        return
    if not is_narrow(after) or (before is not None and not is_narrow(before)):
        yield 0, sum(len(text) for text, _ in after), after  # written whole: no columns are counted
        return
    new = "".join(text for text, _ in after)
    old = "" if before is None else "".join(text for text, _ in before)
    width = len(new)
    if before is None or len(old) != width:
        yield 0, width, blanks_apart(after)
        return
    start = end = -1
    for first, behind in differing(before, old, after, new):
        if start < 0:
            start = first
        elif first - end >= NEAR:
            yield start, end, blanks_apart(between(after, start, end))
            start = first
        end = behind
    if start >= 0:
        yield start, end, blanks_apart(between(after, start, end))


def differing(before: Sequence[Run], old: str, after: Sequence[Run], new: str) -> Iterator[tuple[int, int]]:
    """The columns in which two lines of one width differ: where each differing piece begins and ends.

    Args:
        old: the text of `before`.
        new: the text of `after`.
    """
    at, olds, news = 0, iter(before), iter(after)
    end_old = end_new = 0
    look_old = look_new = NORMAL
    while at < len(new):
        while end_old <= at:
            text, look_old = next(olds)
            end_old += len(text)
        while end_new <= at:
            text, look_new = next(news)
            end_new += len(text)
        end = min(end_old, end_new)
        if look_old == look_new:
            if old[at:end] != new[at:end]:
                yield from ((x, x + 1) for x in range(at, end) if old[x] != new[x])
        elif blank(look_old) != blank(look_new):
            yield at, end
        else:
            yield from ((x, x + 1) for x in range(at, end) if not old[x] == new[x] == " ")
        at = end


def between(runs: Iterable[Run], start: int, end: int) -> Iterator[Run]:
    """What of a line stands in some columns."""
    at = 0
    for text, look in runs:
        if at < end and start < at + len(text):
            yield text[max(start - at, 0) : end - at], look
        at += len(text)


def blanks_apart(runs: Iterable[Run]) -> Sequence[Run]:
    """Runs whose blanks at an end, or many in a row, are runs of their own, with the look that can be seen of them."""
    apart: list[Run] = []
    for whole, look in runs:
        bare = blank(look)
        for text in _BLANKS.split(whole) if bare is not look else (whole,):
            if not text:
                continue
            shown = bare if text[0] == " " else look
            if apart and apart[-1][1] == shown:
                apart[-1] = (apart[-1][0] + text, shown)
            else:
                apart.append((text, shown))
    return apart


def _background(line: tuple[int, Sequence[Run]]) -> str:
    return line[1][0][1].background if line[1] else ""


def erased(runs: Sequence[Run], *, to_end: bool) -> Iterator[Run]:
    """Runs with sequences in place of many blanks: what is erased is filled with the background.

    Args:
        to_end: whether they reach the end of the line.
    """
    for number, (text, look) in enumerate(runs, 1):
        count = len(text) if look.color == ANY else 0
        if to_end and number == len(runs) and count > len(TO_END):
            yield TO_END, look
        elif count > MANY:
            yield f"\x1b[{count}X\x1b[{count}C", look
        else:
            yield text, look


@cache
def fills_erased() -> bool:
    """Whether the terminal fills what it erases with the background that is set, as far as terminfo knows."""
    with suppress(ImportError):  # Windows
        import curses

        with suppress(curses.error):
            curses.setupterm(fd=1)  # Textual has its own in place of sys.stdout
            return curses.tigetflag("bce") == 1 and curses.tigetstr("ech") == b"\x1b[%p1%dX"
    return False


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
