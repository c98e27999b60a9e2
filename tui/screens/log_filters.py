"""The journal's filters: level, client and words, chosen by key; they combine, and are switched all at once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from core.domain.models import Level
from core.domain.text import Text
from tui.screens.log_dialogs import ChooseClient
from tui.screens.log_follow import Followed
from tui.screens.log_state import LEVELS
from tui.widgets.typed import Typed

NO_FILTERS = Text(
    "Nenhum filtro: {keys[log.level]} nível, {keys[log.client]} cliente, {keys[log.text]} texto.",
    "No filters: {keys[log.level]} level, {keys[log.client]} client, {keys[log.text]} text.",
)
TYPING = 0.15
"""Seconds after a letter before it is looked for."""


class Filtered(Followed):
    """The list with the keys of its filters."""

    def change(self, **changes: Any) -> None:
        """Filter by something else too."""
        self._filter = replace(self._filter, **changes)
        self._is_on = True
        self._apply()
        self.tell()

    def action_level(self) -> None:
        levels = list(LEVELS)
        self.change(level=levels[(levels.index(self._filter.level) + 1) % len(levels)])

    def action_client(self) -> None:
        event = self.journal.event(self.rows.cursor) if len(self.journal) else None

        def chosen(found: tuple[str, str] | None) -> None:
            if found is not None:
                self._client_name = found[1]
                self.change(client=found[0] or None)

        self.console.open(ChooseClient(self.desk, self._filter.client or (event.client if event else None)), chosen)

    def action_filters(self) -> None:
        if not self._filter:
            self.notice(self.say(NO_FILTERS), "muted")
            return
        self._is_on = not self._is_on
        self._apply()
        self.tell()

    async def action_step_back(self) -> None:
        """Esc: first the filters go, then one goes back."""
        if self._filter:
            self.query_one("#words", Typed).value = ""
            self.change(level=Level.INFO, client=None, text="")
        else:
            await self.console.action_back()

    # --- words

    def action_text(self) -> None:
        typed = self.query_one("#words", Typed)
        typed.display = True
        self.set_focus(typed)  # at once: letters may come in the same breath
        self.tell()

    def on_input_changed(self, event: Typed.Changed) -> None:
        event.stop()
        self._stop_waiting()
        if event.value != self._filter.text:
            self._typing = self.set_timer(TYPING, partial(self.change, text=event.value))

    def _stop_waiting(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None

    def on_input_submitted(self, event: Typed.Submitted) -> None:
        event.stop()
        self._end_typing(event.value)

    def on_typed_left(self, event: Typed.Left) -> None:
        event.typed.value = ""
        self._end_typing("")

    def _end_typing(self, text: str) -> None:
        self._stop_waiting()
        self.set_focus(self.rows)
        self.query_one("#words", Typed).display = False
        if text != self._filter.text:
            self.change(text=text)
        self.call_after_refresh(self.tell)

    def on_typed_passed(self, event: Typed.Passed) -> None:
        rows = self.rows
        rows.action_step({"down": 1, "up": -1, "pagedown": rows.height, "pageup": -rows.height}[event.key])
