"""What a benchmark says: one figure beside the bar that it must hold and the peers that did the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

HEADER = ("what", "figure", "unit", "bar", "held", "peers")

FLAT = 1.5
"""What an issue calls *flat*: a hundred times as much there costs at most this many times as much."""


@dataclass(frozen=True)
class Figure:
    """One row; `most` or `least` is the bar of the design or an issue, `peers` are in the same unit."""

    what: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    peers: Mapping[str, float] = field(default_factory=dict)

    @property
    def held(self) -> bool | None:
        """Whether the bar is held; None where there is none."""
        if self.most is None and self.least is None:
            return None
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def as_json(self) -> dict[str, object]:
        """The row for other programs."""
        bar = {name: bar for name, bar in (("most", self.most), ("least", self.least)) if bar is not None}
        return {
            "what": self.what,
            "value": self.value,
            "unit": self.unit,
            "bar": bar or None,
            "held": self.held,
            "peers": dict(self.peers),
        }

    def cells(self) -> tuple[str, ...]:
        """The row for people, in the order of HEADER."""
        bars = ((sign, bar) for sign, bar in (("≤", self.most), ("≥", self.least)) if bar is not None)
        bar = " ".join(f"{sign} {shown(bar)}" for sign, bar in bars)
        held = {None: "", True: "yes", False: "NO"}[self.held]
        peers = "; ".join(f"{name} {shown(value)}" for name, value in self.peers.items())
        return self.what, shown(self.value), self.unit, bar, held, peers


def shown(value: float) -> str:
    """A number with three significant figures or all of its integer ones."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(figures: Iterable[Figure]) -> Iterator[str]:
    """Lines for a terminal; columns as wide as they need to be, so all figures must be there."""
    rows = [HEADER, *(figure.cells() for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if place == 1 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def markdown(figures: Iterable[Figure]) -> Iterator[str]:
    """Lines of a Markdown table."""
    yield f"| {' | '.join(HEADER)} |"
    yield "| --- | ---: | --- | --- | --- | --- |"
    for figure in figures:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in figure.cells())} |"
