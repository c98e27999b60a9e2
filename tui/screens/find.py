"""One of very many, found by what one types, also when mistyped; they are read while one types already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual.containers import Vertical
from textual.widget import Widget

from core.domain.alike import rapidfuzz
from core.domain.text import Text, fold
from tui.desk import Desk
from tui.screens.pick import FIND, MOST, Option, Pick
from tui.screens.place import READING
from tui.widgets.frame import Title
from tui.widgets.lines import saying
from tui.widgets.rows import Column, Fixed, Row, Rows
from tui.widgets.typed import Typed
from tui.work import in_thread, start

NOTHING = Text("Nada parecido.", "Nothing like it.")
SHOWN = 200
"""Those that are shown; who has more types on."""
ENOUGH = 8
ALIKE = 75


class Find(Pick):
    """Asks for one of very many; answers with its key.

    Args:
        read: finds all of them; in a thread.
        none: what is said where there is none at all.
    """

    def __init__(self, desk: Desk, title: str, read: Callable[[], Sequence[Option]], current: str, none: Text):
        super().__init__(desk, title, (), current)
        self._read = read
        self._why = READING
        self._none = none
        self._hay: Sequence[str] = ()
        self._bare: Sequence[str] = ()

    def body(self) -> Iterable[Widget]:
        rows = Rows([Column("", 20, 3), Column("", 12, 1)], id="options", heads=False, driven=True)
        rows.styles.height = MOST
        yield Vertical(Title(self._title), Typed(self.say(FIND), id="find"), rows, id="pick")

    def on_mount(self) -> None:
        async def read() -> None:
            try:
                self._options = await in_thread(self._read)
            except Exception as error:
                told = self.desk.problem(error)
                self._why = Text(*(told.replace("{", "{{").replace("}", "}}"),) * 2)
            else:
                self._why = self._none
                self._hay = [fold(f"{one.key} {one.name} {one.note}") for one in self._options]
                self._bare = ["".join(sign for sign in hay if sign.isalnum()) for hay in self._hay]
            if self.is_running:
                self._show(self.query_one("#find", Typed).value)

        start(self, read, "find")

    def _show(self, typed: str) -> None:
        found = self._found(fold(typed))[:SHOWN]
        at = next((index for index, one in enumerate(found) if one.key == self._current), 0)
        rows = [Row(one.key, (one.name, one.note), ("", "muted")) for one in found]
        empty = saying(self.say(NOTHING if self._options else self._why))
        self.query_one("#options", Rows).show(Fixed(rows), empty=empty, cursor=0 if typed else at)

    def _found(self, needle: str) -> list[Option]:
        """Those with all its words, or its number without signs; then those alike, the likest first."""
        if not needle:
            return list(self._options)
        words, bare = needle.split(), "".join(sign for sign in needle if sign.isalnum())
        by_number = len(bare) > 2 and bare[0].isdigit()
        hits = [
            index
            for index, hay in enumerate(self._hay)
            if all(word in hay for word in words) or (by_number and bare in self._bare[index])
        ]
        hits.sort(key=lambda index: not self._hay[index].startswith(needle))
        if len(hits) < ENOUGH and len(needle) > 2 and not needle.isdigit():
            fuzz, process = rapidfuzz()
            alike = process.extract(needle, self._hay, scorer=fuzz.partial_ratio, score_cutoff=ALIKE, limit=ENOUGH)
            hits += [index for _, _, index in alike if index not in hits]
        return [self._options[index] for index in hits]
