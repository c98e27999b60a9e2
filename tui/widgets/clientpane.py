"""The clients whose folders may serve as the model: found by name, number or CNPJ, also when mistyped."""

from __future__ import annotations

from core.domain.models import Client
from core.domain.text import Text
from tui.desk import Desk
from tui.folders import Clients
from tui.widgets.lines import line, saying
from tui.widgets.pane import Pane
from tui.widgets.rows import Column, Made, Row

HEAD = Text("Cliente modelo", "Model client")
HINT = Text("nome, número, CNPJ", "name, number, CNPJ")
NO_CLIENT = Text("Nenhum cliente corresponde.", "No client fits.")
NO_CLIENTS = Text("Nenhum cliente tem pasta no portal.", "No client has a folder at the portal.")
MOST = 200
"""Clients that are shown; who has more types on."""


class ClientPane(Pane):
    """The left half of the picker."""

    def __init__(self, desk: Desk):
        super().__init__(desk.say(HINT), (Column("", 5, 0), Column("", 12, 1)), id="clients")
        self._desk = desk
        self._clients = Clients(())
        self._model: str | None = None

    def show_clients(self, clients: Clients, model: Client | None) -> None:
        """Show these clients; one of them is the model. What was typed until now searches them."""
        self._clients = clients
        self._model = None if model is None else model.id
        self.searched()

    def mark(self, model: Client | None) -> None:
        """This one is the model."""
        self._model = None if model is None else model.id
        self.type("")

    @property
    def current(self) -> Client | None:
        """The client under the cursor."""
        return self._clients.get(self.rows.current)

    def searched(self) -> None:
        found = self._clients.find(self.typed.value)[:MOST]
        at = next((row for row, one in enumerate(found) if one.id == self._model), None)
        if at is None and not self.typed.value and (model := self._clients.get(self._model)) is not None:
            found, at = [model, *found], 0
        why = NO_CLIENT if self._clients.all else NO_CLIENTS
        empty = saying(self._desk.say(why))
        self.rows.show(Made(found, self._row), empty=empty, cursor=0 if self.typed.value else at or 0)
        self.say(line((f" {self._desk.say(HEAD)}", "accent")))

    def _row(self, one: Client) -> Row:
        return Row(one.id, (one.id, one.name), "strong" if one.id == self._model else "")
