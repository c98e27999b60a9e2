"""One of very many, found by what one types, also when mistyped."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.text import Text, fold
from tui.desk import Desk
from tui.screens.pick import Option, Pick
from tui.widgets.lines import line
from tui.widgets.rows import Fixed, Row, Rows

NOTHING = Text("Nada parecido.", "Nothing like it.")
MOST = 200
"""Those that are shown; who has more types on."""
ENOUGH = 8
ALIKE = 75


class Find(Pick):
    """Asks for one of very many; answers with its key.

    Args:
        why: what is said where there is none at all.
    """

    def __init__(self, desk: Desk, title: str, options: Sequence[Option], current: str = "", why: Text = NOTHING):
        super().__init__(desk, title, options, current)
        self._why = why
        self._hay = [fold(f"{one.key} {one.name} {one.note}") for one in options]
        self._bare = ["".join(sign for sign in hay if sign.isalnum()) for hay in self._hay]

    def _show(self, typed: str) -> None:
        found = self._found(fold(typed))[:MOST]
        at = next((index for index, one in enumerate(found) if one.key == self._current), 0)
        rows = [Row(one.key, (one.name, one.note), ("", "muted")) for one in found]
        empty = [line(("  " + self.say(NOTHING if self._options else self._why), "muted"))]
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
            from rapidfuzz import fuzz, process  # 25 ms, and only who searches needs it

            alike = process.extract(needle, self._hay, scorer=fuzz.partial_ratio, score_cutoff=ALIKE, limit=ENOUGH)
            hits += [index for _, _, index in alike if index not in hits]
        return [self._options[index] for index in hits]
