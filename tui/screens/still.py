"""A screen that draws no more than it must: Textual's own paints everything again when the focus moves."""

from __future__ import annotations

from typing import TypeVar

from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from tui.widgets.lines import TONES

A = TypeVar("A")


class Still(Screen[A]):
    """The base of all screens here; the tones are its, to be worked out once a screen and not once a widget."""

    COMPONENT_CLASSES = {f"tone--{tone}" for tone in TONES}  # noqa: RUF012 - Textual declares it so
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def _compositor_refresh(self) -> None:
        """Textual paints a new layout at once, even inside `batch_update` and where all is to be painted anyway."""
        if not (self.app._batch_count or self._repaint_required):
            super()._compositor_refresh()
