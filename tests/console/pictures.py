"""Every screen as it is drawn, on the sample office with its clock held still: as text to compare, as SVG to look at.

python -m tests.console.pictures --update   writes tests/console/snapshots anew (look at the difference: git diff)
python -m tests.console.pictures FOLDER     writes an SVG of each screen, at 80×24 and 120×40
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from string import ascii_letters
from unittest import mock

from rich.style import Style
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.strip import Strip

from core.office import context, open_office
from tests.console.piloted import piloted
from tests.console.sample import OWNER, leave_files, new_office, office_at_work
from tui import themes
from tui.app import Console
from tui.desk import Desk
from tui.work import Rest

Size = tuple[int, int]
Offices = dict[str, Path]
SNAPSHOTS = Path(__file__).parent / "snapshots"
SIZES = ((80, 24), (120, 40))
NOW = datetime(2026, 11, 24, 17, 2, 11, tzinfo=UTC)
ZONE = "<-03>3"
FONT = "DejaVu Sans Mono, Fira Code"
COLOURS = {"COLORTERM": "truecolor", "TERM": "xterm-256color", "COLORFGBG": ""}
UNWANTED = ("NO_COLOR", "SSH_CONNECTION", "MALOTE_LANG", "MALOTE_EMPLOYEE")
PATIENCE = 60.0
"""Seconds after which a screen is taken as it is; several processes share the machine."""
SOON = 1.0
"""Seconds; what waits for longer is not of the screen that one looks at."""
STEADY = 3
"""How many times in a row a screen has to look the same before it is taken to stand still."""


@dataclass(frozen=True)
class Scene:
    """A screen, and the keys that lead there.

    Args:
        keys: a text of several letters that is no key's name is typed.
        office: `work`; `new`, one that was never activated; `left`, one where files wait that Express left.
    """

    keys: Sequence[str] = ()
    office: str = "work"


SCENES: dict[str, Scene] = {
    "primeira-vez": Scene(office="new"),
    "painel": Scene(),
    "templates": Scene(("2", "slash", *"balan", "enter", "a")),
    "templates-sem-pasta": Scene(("2", "f", "right", "right", "s")),
    "pasta-de-destino": Scene(("2", "slash", *"balan", "enter", "a", "d", "right", "down", "right")),
    "pasta-procurada": Scene(("2", "a", "slash", *"balan", "enter", "d", *"balan")),
    "pasta-nova": Scene(("2", "d", "down", "ctrl+n", *"Guias")),
    "cliente-modelo": Scene(("2", "d", "tab", *"livrria")),
    "lote": Scene(("2", "a", "slash", *"balan", "enter", "d", "f3")),
    "desfazer": Scene(("2", "u")),
    "tirar-pasta": Scene(("2", "end", "c")),
    "tarefas": Scene(("3", "space", "down", "space")),
    "tarefa": Scene(("5", "t")),
    "concluir": Scene(("3", "slash", *"T0004", "enter", "c")),
    "registro": Scene(("4", "up", "up")),
    "erros": Scene(("5", "down")),
    "express-vazio": Scene(("6",)),
    "express": Scene(("6",), "left"),
    "express-arquivo": Scene(("6", "enter"), "left"),
    "express-palpite": Scene(("6", "enter", "down", "enter"), "left"),
    "express-procurar": Scene(("6", "enter", "l", *"livrria"), "left"),
    "express-envia": Scene(("6", "down", "down", "enter", "c"), "left"),
    "express-outro-cliente": Scene(("6", "enter", "l", *"31", "enter", "a", "enter", "c"), "left"),
    "express-lembrar": Scene(("6", "enter", "down", "enter", "m"), "left"),
    "regras": Scene(("2", "slash", *"das simples", "enter", "e"), "left"),
    "regra": Scene(("2", "slash", *"das simples", "enter", "e", "enter"), "left"),
    "clientes": Scene(("7",)),
    "pasta-do-cliente": Scene(("7", "enter")),
    "funcionarios": Scene(("8",)),
    "departamentos": Scene(("8", "enter")),
    "ativacao": Scene(("9",)),
    "configuracoes": Scene(("0",)),
    "tecla": Scene(("0", "slash", *"unmapped", "enter", "enter")),
    "ajuda": Scene(("2", "question_mark")),
    "ir-para": Scene(("ctrl+p",)),
}


@contextmanager
def held_still() -> Iterator[None]:
    """Clock, ids and chance stand still, so that the same office is made and the same screens are drawn each time."""
    ids = map("{:08}-0000-7000-8000-000000000000".format, itertools.count(1))
    environment = {**COLOURS, "TZ": ZONE}
    with (
        mock.patch.object(context, "utc_now", lambda: NOW),
        mock.patch.object(context, "uuid7", lambda: next(ids)),
        mock.patch.dict(os.environ, environment),
    ):
        for name in UNWANTED:
            os.environ.pop(name, None)
        time.tzset()
        yield
    time.tzset()


@contextmanager
def offices() -> Iterator[Offices]:
    """The sample offices, under a path of always the same length."""
    place = Path(tempfile.mkdtemp(prefix="malote-", dir="/tmp"))  # it is shown on screens: always as long
    try:
        found = {
            "new": new_office(place / "new", concurrency=1),
            "work": office_at_work(place / "work", concurrency=1),
            "left": office_at_work(place / "left", concurrency=1),
        }
        leave_files(found["left"])
        yield found
    finally:
        shutil.rmtree(place)


@asynccontextmanager
async def at(scene: Scene, found: Offices, size: Size, lang: str = "pt") -> AsyncIterator[tuple[Console, Pilot[None]]]:
    """A console on a copy of the office, at a scene."""
    source = found[scene.office].parent
    for name in ("folders-*.json", "models.json"):
        for kept in (source / "escritorio" / "host").glob(name):
            kept.unlink()
    with open_office(found[scene.office]) as ctx:
        app = Console(Desk(ctx, OWNER, lang), sending=False)
        async with piloted(app, size) as pilot:
            await settled(app, pilot)
            for key in scene.keys:
                if len(key) > 1:  # what letters before it have opened is there
                    await settled(app, pilot)
                await pilot.press(key)
                if len(key) > 1 or key.isdigit():
                    await settled(app, pilot)
            await settled(app, pilot)
            yield app, pilot


async def settled(app: Console, pilot: Pilot[None]) -> None:
    """Wait until nothing is under way and nothing moves."""
    end, before, same = time.monotonic() + PATIENCE, "", 0
    while same < STEADY and time.monotonic() < end:
        await pilot.pause()
        if is_busy(app):
            same = 0
        else:
            now = "\n".join(strip.text for strip in strips(app))
            same = 0 if now != before else same + 1
            before = now
        await asyncio.sleep(0.01)


def is_busy(app: Console) -> bool:
    """Whether it still asks the portal, reads, or waits: for the cursor to rest, for a terminal that is resized."""
    terminal = app._driver._size if isinstance(app._driver, HeadlessDriver) else app.size
    resizing = app.screen._compositor.size != terminal
    return app.reachable is None or resizing or rests_soon(app) or any(worker.is_running for worker in app.workers)


def rests_soon(app: Console) -> bool:
    """Whether something is about to be told of the line on which the cursor stands now."""
    now = asyncio.get_running_loop().time()
    handles = [one._handle for one in vars(app.screen).values() if isinstance(one, Rest)]
    return any(one is not None and 0 < one.when() - now < SOON for one in handles)


def strips(app: Console) -> list[Strip]:
    """The screen's lines as they are drawn."""
    return app.screen._compositor.render_strips()


async def snapshot(name: str, found: Offices) -> dict[Size, str]:
    """A scene as text, by size: what can be read, and below it each line's styles in dark, light and without colour."""
    scene = SCENES[name]
    read: dict[Size, list[str]] = {size: [] for size in SIZES}
    async with at(scene, found, SIZES[0]) as (app, pilot):
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await settled(app, pilot)
            read[size] += text_of(strips(app))
            for theme in (themes.DARK, themes.LIGHT):
                app.theme = theme.name
                await settled(app, pilot)
                read[size] += styles_of(theme.name, strips(app))
            app.theme = themes.DARK.name
    with mock.patch.dict(os.environ, {"NO_COLOR": "1"}):
        async with at(scene, found, SIZES[0]) as (app, pilot):
            for size in SIZES:
                await pilot.resize_terminal(*size)
                await settled(app, pilot)
                plain = text_of(strips(app))
                different = [] if plain == read[size][: len(plain)] else ["## sem cor: o texto é outro", *plain]
                read[size] += [*different, *styles_of("sem cor", strips(app))]
    place = found[scene.office].parent.parent.name
    return {
        size: "\n".join([f"# {name} {size[0]}x{size[1]}", *lines, ""]).replace(place, "malote-xxxxxxxx")
        for size, lines in read.items()
    }


def text_of(lines: Sequence[Strip]) -> list[str]:
    return [f"|{strip.text}".rstrip() for strip in lines]


def styles_of(theme: str, lines: Sequence[Strip]) -> list[str]:
    """Each line's runs, `a12 b7`: twelve cells in the style a; equal lines once, and then how often."""
    names: dict[str, str] = {}
    rows = []
    for strip in lines:
        cells: list[str] = []
        for part, style, _ in strip:
            looks = look(style)
            cells += [names.setdefault(looks, letter(len(names)))] * Strip([type(strip._segments[0])(part)]).cell_length
        rows.append(" ".join(f"{key}{len(list(run))}" for key, run in groupby(cells)))
    counted = [(row, len(list(run))) for row, run in groupby(rows)]
    legend = [f"{key} = {looks}" for looks, key in names.items()]
    return [f"## {theme}", *legend, *(row if count == 1 else f"{row} ×{count}" for row, count in counted)]


def letter(number: int) -> str:
    return ascii_letters[number] if number < len(ascii_letters) else f"?{number}."


def look(style: Style | None) -> str:
    """A style in words: `bold #7aa2c9 on #212629`."""
    if style is None:
        return "plain"
    flags = [name for name in ("bold", "dim", "italic", "underline", "reverse") if getattr(style, name)]
    colors = [style.color.name] if style.color else []
    return " ".join([*flags, *colors, *(["on", style.bgcolor.name] if style.bgcolor else [])]) or "plain"


def path_of(name: str, size: Size) -> Path:
    return SNAPSHOTS / f"{name}-{size[0]}x{size[1]}.txt"


async def picture(name: str, found: Offices, size: Size) -> str:
    """A scene as SVG."""
    async with at(SCENES[name], found, size) as (app, _):
        drawn = app.export_screenshot(title="malote").replace("Fira Code", FONT)
    drawn = re.sub(r"@font-face {.*?}", "", drawn, flags=re.DOTALL)  # no fetched fonts
    return drawn.replace(found["work"].parent.parent.name, "malote")


def update(names: Sequence[str]) -> None:
    """Write the snapshots anew."""
    SNAPSHOTS.mkdir(exist_ok=True)
    with held_still(), offices() as found:
        for name in names:
            for size, text in asyncio.run(snapshot(name, found)).items():
                path_of(name, size).write_text(text, encoding="utf-8")


def draw(folder: Path, names: Sequence[str], sizes: Sequence[Size], *, suffix: bool = True) -> None:
    """Write SVGs of screens."""
    folder.mkdir(parents=True, exist_ok=True)
    with held_still(), offices() as found:
        for name, size in itertools.product(names, sizes):
            end = f"-{size[0]}x{size[1]}" if suffix else ""
            (folder / f"{name}{end}.svg").write_text(asyncio.run(picture(name, found, size)), encoding="utf-8")


if __name__ == "__main__":
    words = sys.argv[1:]
    if not words:
        sys.exit(__doc__)
    wanted = words[1:] or list(SCENES)
    if words[0] == "--update":
        update(wanted)
    else:
        draw(Path(words[0]), wanted, SIZES)
