"""Parts of a form: what a line offers to complete, and a box to tick."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widgets import Checkbox


class Folders(Suggester):
    """Completes the name of a folder on this machine."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        if not value.startswith(("/", "~/")):
            return None
        above, _, begun = value.rpartition("/")

        def look() -> str | None:
            try:
                with os.scandir(Path(f"{above}/").expanduser()) as found:
                    names = sorted(one.name for one in found if one.name.startswith(begun) and one.is_dir())
            except OSError:
                return None
            shown = [one for one in names if begun or not one.startswith(".")]
            return f"{above}/{shown[0]}" if shown else None

        return await asyncio.to_thread(look)


class Tick(Checkbox, inherit_bindings=False):
    """Ticked or not also where there are no colours; Enter is the form's."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "toggle_button", "", show=False)]

    def _sign(self) -> str:
        return "X" if self.value else " "

    BUTTON_INNER = property(_sign)  # Textual's is the same for both
