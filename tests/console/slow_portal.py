"""A portal that answers when a test lets it, and a console before it."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from core.domain.models import Names
from core.office import open_office
from core.ports import Portal, PortalFault
from tests.console.conftest import Desktop
from tests.console.piloted import piloted
from tests.console.sample import OWNER
from tui.app import Console
from tui.desk import Desk
from tui.widgets.folderpane import FolderPane

Size = tuple[int, int]


@dataclass
class Slow:
    """A portal whose every folder has to be let go first; it can be made to refuse."""

    below: dict[Names, list[str]]
    url: str = "dir:///slow"
    linger: float = 0.0
    unkept: str | None = ""
    fault: PortalFault | None = None
    refused: frozenset[Names] = frozenset()
    asked: list[Names] = field(default_factory=list)
    free: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    async def folders(self, _: Names, folder: Names) -> list[str]:
        self.asked.append(folder)
        while not self.free.acquire(blocking=False):  # noqa: ASYNC110 - it belongs to another thread
            await asyncio.sleep(0.005)
        if self.fault is not None:
            raise self.fault
        if folder in self.refused:
            raise PortalFault("portal_forbidden", "403")
        return self.below.get(folder, [])

    async def look(self, _: Any) -> None:
        return None

    async def close(self) -> None:
        pass

    def let(self, count: int = 100) -> None:
        self.free.release(count)


TREE = {
    (): ["Contabilidade", "Fiscal", "Zona"],
    ("Contabilidade",): ["Balancete"],
    ("Contabilidade", "Balancete"): ["2025", "2026"],
    ("Contabilidade", "Balancete", "2026"): ["01 - Janeiro", "02 - Fevereiro"],
    ("Fiscal",): ["DAS", "ISS"],
    ("Zona",): ["Balancete antigo"],
}


@asynccontextmanager
async def before(portal: Slow, office: Path, size: Size = (80, 24)) -> Any:
    """Sit down at a console on an office whose portal is this one, with the picker open."""
    with open_office(office) as opened:
        ctx = replace(opened, portal=lambda: cast("Portal", portal))
        app = Console(Desk(ctx, OWNER, "pt"), sending=False)
        async with piloted(app, size) as pilot:
            desk = Desktop(app, pilot)
            await desk.press("2")
            await desk.go("enter", see="pesquisando")
            yield desk


def pane(desk: Desktop) -> FolderPane:
    found: FolderPane = desk.app.screen.query_one(FolderPane)
    return found


def shown(desk: Desktop) -> list[str]:
    source = pane(desk).rows.source
    return [source.row(index).cells[0].strip() for index in range(len(source))]


def current(desk: Desktop) -> str:
    return pane(desk).rows.current or ""
