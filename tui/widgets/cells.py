"""Lines of which only the cells that changed are written again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.geometry import Region

from tui.widgets.lines import Line, Lines

NEAR = 10
"""Equal cells between two changes that cost less to write again than to skip."""


class Cells(Lines):
    """As `Lines`, for a line or two that change often and little."""

    def update(self, lines: Iterable[Line]) -> None:
        before, self._lines = self._lines, list(lines)
        if self.styles.auto_dimensions and len(before) != len(self._lines):
            self.refresh(layout=True)
        width = self.size.width
        for y in range(max(len(before), len(self._lines))):
            for start, end in changes(self._at(before, y) or (), self._at(self._lines, y) or (), width):
                self.refresh(Region(start, y, end - start, 1))


def changes(before: Line, after: Line, width: int) -> Iterator[tuple[int, int]]:
    """The stretches of cells in which two lines differ."""
    if before == after:
        return
    if not all(text.isascii() or _is_narrow(text) for text, _ in (*before, *after)):
        yield 0, width
        return
    old, new = _cells(before, width), _cells(after, width)
    start = end = None
    for x in range(width):
        if old[x] == new[x]:
            continue
        if start is None:
            start = x
        elif end is not None and x - end > NEAR:
            yield start, end
            start = x
        end = x + 1
    if start is not None and end is not None:
        yield start, end


def _cells(line: Line, width: int) -> list[tuple[str, str]]:
    cells = [(sign, tone) for text, tone in line for sign in text][:width]
    return cells + [(" ", "")] * (width - len(cells))


def _is_narrow(text: str) -> bool:
    """Whether each sign takes one cell: Latin letters and the signs used here do."""
    return all(sign < "\u0300" or "\u2010" <= sign <= "\u27bf" for sign in text)
