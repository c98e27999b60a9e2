"""What a line that is typed into offers to complete."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from textual.suggester import Suggester


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
