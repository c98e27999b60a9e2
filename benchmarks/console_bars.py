"""How the console must feel (issue 3), each bar once; and walks: keys pressed one by one, held against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from benchmarks.figures import Figure
from benchmarks.terminal import Terminal, cost


class Bars(NamedTuple):
    """At most so many bytes and milliseconds of processor time, on average; 0 is no bar."""

    size: float = 0
    cpu: float = 0


PAINT_SECONDS, PAINT_BYTES = 0.4, 24_000
"""To the first full paint."""
STEP, WHOLE, KEY = Bars(400, 4), Bars(8_000), Bars(4_000, 16)
"""A cursor's step; a page, a palette or a modal; a filter's key."""
IDLE_BYTES, IDLE_CPU = 0, 3
"""Standing still: bytes, and milliseconds of processor time a second."""
FOLLOWED = 4_000
"""Bytes a second that following the journal may cost, whatever the rate."""

Found = Mapping[str, Mapping[str, float]]
"""The peers' figures by peer, then by name."""


class Walk(NamedTuple):
    """Keys that are pressed one by one and what each may cost; `before` leads there and `after` back, unmeasured."""

    what: str
    keys: tuple[bytes, ...]
    bars: Bars = Bars()
    quiet: float = 0.15
    after: tuple[bytes, ...] = ()
    before: tuple[bytes, ...] = ()


def typed(text: str) -> tuple[bytes, ...]:
    return tuple(sign.encode() for sign in text)


def beside(found: Found, what: str) -> dict[str, float]:
    """The peers that have that figure."""
    return {peer: figures[what] for peer, figures in found.items() if what in figures}


def walked(terminal: Terminal, walk: Walk, at: str, found: Found) -> Iterator[Figure]:
    """A walk's bytes and milliseconds, on average."""
    for key in walk.before:
        terminal.press(key, 0.5)
    costs = cost(terminal, walk.what, walk.keys, walk.quiet)
    for unit, bar in (("bytes", walk.bars.size), ("ms", walk.bars.cpu)):
        name = f"{walk.what} {unit}"
        yield Figure(f"{at}{walk.what}", costs[name], unit, most=bar or None, peers=beside(found, name))
    for key in walk.after:
        terminal.press(key, 0.5)
