"""The one list: any number of rows, one line a thing, of which only what is on the screen is ever asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, Protocol, Self, TypeVar

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from core.domain.text import Text
from tui.keys import NOTHING_HERE, Keyed, key
from tui.widgets.lines import Line, Lines, Part, fit, width_of

T = TypeVar("T")

Empty = Sequence[Line] | Callable[[int], Sequence[Line]]
MARKED, UNMARKED = "✓", " "


class Column(NamedTuple):
    """A column: `width` cells at least, and a share of what is left over for every unit of `grow`."""

    head: str
    width: int
    grow: int = 0


class Row(NamedTuple):
    """A row: its id, its cells, and their tones (a text: one for all); of fewer cells than columns the last goes on."""

    key: str
    cells: Sequence[str]
    tones: str | Sequence[str] = ""


class Source(Protocol):
    """Where rows come from; asked for those on the screen only."""

    def __len__(self) -> int: ...

    def row(self, index: int) -> Row: ...


class Fixed:
    """Rows that are all there."""

    def __init__(self, rows: Sequence[Row] = ()):
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, index: int) -> Row:
        return self._rows[index]


class Made(Generic[T]):
    """Rows of things that are all there, each made when it is looked at."""

    def __init__(self, things: Sequence[T], row: Callable[[T], Row]):
        self._things, self._row = things, row

    def __len__(self) -> int:
        return len(self._things)

    def row(self, index: int) -> Row:
        return self._row(self._things[index])


class Rows(Keyed, Lines, can_focus=True):
    """A list with a cursor. It scrolls by half a page, so that a step costs two lines.

    Args:
        marks: whether rows can be marked, which takes a column.
        heads: whether the columns' heads stand above.
        driven: whether another widget moves its cursor, which then shows as if it had the focus.
    """

    BINDINGS = [  # noqa: RUF012 - Textual declares it so
        key("down,j", "step(1)", Text("linha abaixo", "line down"), show=False, name="list.down"),
        key("up,k", "step(-1)", Text("linha acima", "line up"), show=False, name="list.up"),
        key("pagedown", "page(1)", Text("página abaixo", "page down"), show=False, name="list.page_down"),
        key("pageup", "page(-1)", Text("página acima", "page up"), show=False, name="list.page_up"),
        key("home,g", "edge(-1)", Text("primeira linha", "first line"), show=False, name="list.first"),
        key("end,G", "edge(1)", Text("última linha", "last line"), show=False, name="list.last"),
        key("enter", "open", Text("abrir", "open"), name="list.open"),
    ]

    class Moved(Message):
        """The cursor stands elsewhere, or on something else."""

        def __init__(self, rows: Rows):
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> Rows:
            return self.rows

    class Opened(Moved):
        """Enter."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        id: str | None = None,  # noqa: A002 - Textual's word
        marks: bool = False,
        heads: bool = True,
        driven: bool = False,
    ):
        super().__init__(id=id)
        self._driven = driven
        self.columns = columns
        self.column: int | None = None
        """The column that keys of the list are about; its head stands out."""
        self.source: Source = Fixed()
        self.marked: Collection[str] = ()
        self.cursor = 0
        self.top = 0
        self.empty: Empty = ()
        self._marks = marks
        self._heads = heads
        self._sort: tuple[int, bool] | None = None
        self._count = -1
        self._filled = False
        self.current: str | None = None
        """The id of the row under the cursor."""

    # --- what is shown

    def show(
        self,
        source: Source,
        *,
        marked: Collection[str] = (),
        sort: tuple[int, bool] | None = None,
        empty: Empty = (),
        cursor: int | None = None,
    ) -> None:
        """Show these rows.

        Args:
            marked: ids of the marked ones.
            sort: the column that they are sorted by, and whether downwards.
            empty: what is said where there are none: why, and which key fills it; for the list's width, if a function.
            cursor: where the cursor is to stand; where it stood, if not given.
        """
        self.source, self.marked, self._sort, self.empty = source, marked, sort, empty
        self.cursor = self._within(self.cursor if cursor is None else cursor)
        self._reveal()
        self.sync()
        filled, self._filled = self._filled, len(source) > 0
        if filled != self._filled:
            self.screen.refresh_bindings()  # what acts on a row does nothing where there is none

    def drive(self, driven: bool) -> None:
        """Have another widget move the cursor from now on, or no more."""
        if driven != self._driven:
            self._driven = driven
            self.sync()

    def sync(self, *indexes: int) -> None:
        """Write again what changed: of the rows on the screen, the cursor, the marks.

        Args:
            indexes: the rows that may have changed; all, if not given.
        """
        before = self.current
        self.current = self.source.row(self.cursor).key if len(self.source) else None
        if self.size.height:
            known = indexes and 0 < len(self.source) == self._count
            self.update(self._again(indexes) if known else self._compose_lines())
        if self.current != before:
            self.tell_above(self.Moved(self))

    @property
    def height(self) -> int:
        """How many rows the screen holds."""
        return max(self.size.height - self._heads, 1)

    def _compose_lines(self) -> Iterator[Line]:
        widths = self._widths()
        self._count = count = len(self.source)
        if self._heads:
            yield self._head(widths)
        if not count:
            yield from self.empty(self.size.width) if callable(self.empty) else self.empty
            return
        for index in range(self.top, min(self.top + self.height, count)):
            yield self._line(index, widths)

    def _again(self, indexes: Iterable[int]) -> list[Line]:
        """The lines as they are, but these rows made anew."""
        lines, widths, above = list(self._lines), self._widths(), self._heads - self.top
        for index in indexes:
            if above + index < len(lines):
                lines[above + index] = self._line(index, widths)
        return lines

    def _line(self, index: int, widths: Sequence[int]) -> Line:
        row = self.source.row(index)
        if (last := len(row.cells) - 1) < len(widths) - 1:
            used = (2 if self._marks else 1) + sum(widths[:last]) + last
            widths = [*widths[:last], max(self.size.width - used - 1, 1)]
        tones = [row.tones] * len(widths) if isinstance(row.tones, str) else row.tones
        if index == self.cursor:
            tones = ["cursor" if self.has_focus or self._driven else "away"] * len(widths)
        mark: list[Part] = [((MARKED if row.key in self.marked else UNMARKED) + " " if self._marks else " ", tones[0])]
        cells = [(fit(cell, width), tone) for cell, width, tone in zip(row.cells, widths, tones, strict=True)]
        return (*mark, *(part for cell in cells for part in (cell, (" ", cell[1]))))

    def _head(self, widths: Sequence[int]) -> Line:
        parts: list[Part] = [("  " if self._marks else " ", "muted")]
        for number, (column, width) in enumerate(zip(self.columns, widths, strict=True)):
            head = column.head
            if self._sort is not None and self._sort[0] == number:
                room = min(width_of(head), width - 2)
                arrow = "▼" if self._sort[1] else "▲"
                head = f"{fit(head, room)} {arrow}" if room > 0 else arrow
            parts += [(fit(head, width), "accent" if number == self.column else "muted"), (" ", "muted")]
        return tuple(parts[:-1])

    def _widths(self) -> list[int]:
        """The columns' widths; where there is no room for all, what grows gives way."""
        indent = 2 if self._marks else 1
        free = self.size.width - indent - sum(column.width + 1 for column in self.columns)
        shares = sum(column.grow for column in self.columns) or 1
        return [max(column.width + free * column.grow // shares, 1) for column in self.columns]

    def render_line(self, y: int) -> Strip:
        if not self._lines and self.size.height:
            self._lines = list(self._compose_lines())
        return super().render_line(y)

    # --- moving

    def action_step(self, by: int) -> None:
        self.move(self.cursor + by)

    def action_page(self, by: int) -> None:
        self.move(self.cursor + by * self.height, self.top + by * self.height)

    def action_edge(self, to: int) -> None:
        self.move(0 if to < 0 else len(self.source) - 1)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        return NOTHING_HERE if action == "open" and not len(self.source) else None

    def action_open(self) -> None:
        if len(self.source):
            self.post_message(self.Opened(self))

    def move(self, index: int, top: int | None = None) -> None:
        """Put the cursor on a row; with that one at the top, where the cursor's is then in sight."""
        before, top_before = self.cursor, self.top
        self.cursor = self._within(index)
        if top is not None:
            self.top = max(min(top, len(self.source) - self.height), 0)
        self._reveal()
        if self.top == top_before:
            self.sync(before, self.cursor)
        else:
            self.sync()

    def _within(self, index: int) -> int:
        return max(min(index, len(self.source) - 1), 0)

    def _reveal(self) -> None:
        if not self.top <= self.cursor < self.top + self.height:
            above = self.cursor < self.top
            step = self.height // 2
            far = not self.top - step <= self.cursor < self.top + self.height + step
            if far:
                self.top = self.cursor - (0 if above else self.height - 1)
            else:
                self.top += -step if above else step
        self.top = max(min(self.top, len(self.source) - self.height), 0)

    # --- events

    def on_resize(self, _: events.Resize) -> None:
        self._reveal()
        self.sync()

    _focus_moved = False

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._focus_moved = True
        self.sync()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Textual paints all of a widget when the focus moves; here it shows in the cursor's line alone."""
        if self._focus_moved and not (regions or layout or recompose):
            self._focus_moved = False
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def on_click(self, event: events.Click) -> None:
        index = self.top + event.y - self._heads
        if self.top <= index < len(self.source):
            again = index == self.cursor
            self.move(index)
            if again:
                self.action_open()

    def on_mouse_scroll_down(self) -> None:
        self.action_step(3)

    def on_mouse_scroll_up(self) -> None:
        self.action_step(-3)
