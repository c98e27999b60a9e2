"""The templates of a batch, by name, with the folder that each has now; those outside the filter are marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar

from textual.widget import Widget

from core.domain.destinations import show_destination
from core.domain.models import Template
from core.domain.text import Text
from core.office.words import NO_FOLDER, TEMPLATE_HEADS
from tui.desk import Desk
from tui.keys import key
from tui.screens.dialog import Dialog
from tui.widgets.frame import Title
from tui.widgets.rows import Column, Fixed, Row, Rows

TITLE = Text("Os {count} templates do lote", "The batch's {count} templates")
HIDDEN = Text("fora do filtro", "outside the filter")
FILTER = Text("Filtro", "Filter")


class Batch(Dialog[None]):
    """A list to read; Esc or Enter goes back to where the folder is chosen."""

    AUTO_FOCUS = "Rows"
    ENTER = None
    BINDINGS: ClassVar = [key("f3", "cancel", Text("voltar", "back"), show=False)]

    def __init__(self, desk: Desk, templates: Sequence[Template], hidden: Collection[str]):
        super().__init__(desk)
        self._templates = sorted(templates, key=lambda one: one.id not in hidden)
        self._hidden = hidden

    def body(self) -> Iterable[Widget]:
        _, name, _, folder = TEMPLATE_HEADS
        yield Title(self.say(TITLE, count=len(self._templates)))
        yield Rows([Column(self.say(name), 20, 2), Column(self.say(FILTER), 14), Column(self.say(folder), 20, 3)])

    def on_mount(self) -> None:
        self.query_one(Rows).show(Fixed([self._row(one) for one in self._templates]))

    def _row(self, one: Template) -> Row:
        hidden = self.say(HIDDEN) if one.id in self._hidden else ""
        folder = show_destination(one.destination) if one.destination else self.say(NO_FOLDER)
        return Row(one.id, (one.name, hidden, folder), ("", "warning", "" if one.destination else "muted"))

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        self.dismiss(None)
