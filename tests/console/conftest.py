"""Consoles on offices of their own, driven key by key as someone at a terminal would."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from core.office import Context, open_office
from tests.console.panes import Open, tmux_server
from tests.console.piloted import piloted
from tests.console.sample import OWNER, new_office, office_at_work
from tui.app import Console
from tui.desk import Desk
from tui.widgets.lines import Lines
from tui.widgets.rows import Rows

PATIENCE = 30.0
"""Seconds after which what is waited for will not come any more; several processes share the machine."""


@pytest.fixture(scope="session")
def _offices(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("offices")
    return {"new": new_office(folder / "new").parent, "work": office_at_work(folder / "work").parent}


def _copy(source: Path, target: Path) -> Path:
    shutil.copytree(source, target, dirs_exist_ok=True)
    config = target / "escritorio" / "malote.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(re.sub(r"(?m)^url = .*", f'url = "dir://{target}/portal"', text), encoding="utf-8")
    return target / "escritorio"


@pytest.fixture
def new(_offices: dict[str, Path], tmp_path: Path) -> Path:
    """An office that was never activated."""
    return _copy(_offices["new"], tmp_path)


@pytest.fixture
def work(_offices: dict[str, Path], tmp_path: Path) -> Path:
    """An office in the middle of its day (`sample.office_at_work`)."""
    return _copy(_offices["work"], tmp_path)


@pytest.fixture
def other(work: Path) -> Iterator[Context]:
    """The office at work as another process has it open."""
    with open_office(work) as ctx:
        yield ctx


@pytest.fixture
def pane() -> Iterator[Open]:
    """Opens panes of a real tmux; skipped where there is none."""
    with tmux_server() as opening:
        yield opening


class Desktop:
    """Someone at a console."""

    def __init__(self, app: Console, pilot: Pilot[None]):
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other; a text of several letters that is no key's name is typed."""
        for key in keys:
            await self.pilot.press(key)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        names = {" ": "space", ">": "greater_than_sign", "/": "slash", "{": "left_curly_bracket"}
        await self.press(*(names.get(sign, sign) for sign in text))

    async def until(self, condition: Callable[[], Any], what: str = "") -> None:
        """Wait until something holds, for it is read in a thread."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while not condition():
            assert asyncio.get_running_loop().time() < end, f"{what or 'what was waited for'} not in:\n{self.text}"
            await asyncio.sleep(0.01)
            await self.pilot.pause()

    async def see(self, *texts: str) -> None:
        """Wait until all of these can be read on the screen."""
        for text in texts:
            await self.until(partial(self.shows, text), text)

    def shows(self, text: str) -> bool:
        return text in self.text or text in " ".join(self.text.split())  # also where it runs over two lines

    async def go(self, *keys: str, see: str) -> None:
        await self.press(*keys)
        await self.see(see)

    @property
    def text(self) -> str:
        """All that can be read on the screen."""
        return "\n".join(one.text for one in self.app.screen.query(Lines))

    @property
    def rows(self) -> Rows:
        return self.app.screen.query(Rows).first()

    @property
    def listed(self) -> list[str]:
        """The rows that the list holds, whether or not the screen does."""
        source = self.rows.source
        return ["  ".join(source.row(index).cells) for index in range(len(source))]


@pytest.fixture(params=[(80, 24), (120, 40)], ids=["80x24", "120x40"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found


@asynccontextmanager
async def sitting(office: Path, size: tuple[int, int] = (80, 24), lang: str = "pt") -> Any:
    """Sit down at a console on an office."""
    with open_office(office) as ctx:
        app = Console(Desk(ctx, OWNER, lang), sending=False)
        async with piloted(app, size) as pilot:
            await pilot.pause()
            yield Desktop(app, pilot)
