"""Pictures of the screens: `python -m tests.console.pictures FOLDER` writes an SVG of each, on the sample office."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from core.office import open_office
from tests.console.sample import OWNER, new_office, office_at_work
from tui.app import Console
from tui.desk import Desk

FONT = "DejaVu Sans Mono, Fira Code"
SCREENS: dict[str, tuple[str, ...]] = {
    "painel": (),
    "templates": ("2", "slash", *"balan", "enter", "a"),
    "pasta-de-destino": ("2", "slash", *"balan", "enter", "a", "d", *"balan"),
    "tarefas": ("3", "space", "down", "space"),
    "tarefa": ("3", "f", "enter"),
    "concluir": ("3", "down", "space", "space", "c"),
    "registro": ("4", "up", "up"),
    "erros": ("5", "down"),
    "ativacao": ("9",),
    "ajuda": ("2", "question_mark"),
    "tirar-pasta": ("2", "end", "c"),
}


async def picture(office: Path, keys: tuple[str, ...], size: tuple[int, int]) -> str:
    """One screen as SVG, after these keys."""
    with open_office(office) as ctx:
        app = Console(Desk(ctx, OWNER, "pt"), sending=False)
        async with app.run_test(size=size) as pilot:
            for key in keys:
                await pilot.press(key)
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.4)
            await pilot.pause()
            return app.export_screenshot(title="malote").replace("Fira Code", FONT)


def main(folder: Path, size: tuple[int, int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("COLORTERM", "truecolor")
    with tempfile.TemporaryDirectory() as place:
        new = new_office(Path(place) / "new")
        (folder / "primeira-vez.svg").write_text(asyncio.run(picture(new, (), size)), encoding="utf-8")
        office = office_at_work(Path(place) / "work")
        for name, keys in SCREENS.items():
            (folder / f"{name}.svg").write_text(asyncio.run(picture(office, keys, size)), encoding="utf-8")


if __name__ == "__main__":
    width, _, height = (sys.argv[2] if len(sys.argv) > 2 else "80x24").partition("x")
    main(Path(sys.argv[1]), (int(width), int(height)))
