"""Whoever works in English sees no Portuguese on any screen, but for the names that the office gave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.cli.main import main
from tests.console.pictures import SCENES, at, held_still, offices, strips
from tests.console.piloted import piloted
from tests.texts import texts
from tui.wizard import Wizard


@pytest.fixture(scope="module")
def found() -> Iterator[dict[str, Path]]:
    with held_still(), offices() as made:
        yield made


ROOT = Path(__file__).parents[2]
NAMES = (ROOT / "core/catalog/standard.csv", ROOT / "core/catalog/express.csv", Path(__file__).parent / "sample.py")
"""What documents hold and what folders and templates are called: the office's own words."""


def pieces() -> set[str]:
    """What Portuguese texts have and neither an English one nor a name has, without what is filled in."""
    english = "\n".join([*(text.en for text in texts()), *(one.read_text("utf-8") for one in NAMES)]).casefold()
    cut = (one.strip(" .,:;·()") for text in texts() for one in re.split(r"\{[^}]*\}|\n|  +", text.pt))
    return {one for one in cut if len(one) > 4 and one.casefold() not in english}


PIECES = re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in sorted(pieces(), key=len, reverse=True)))


@pytest.mark.parametrize("name", SCENES)
async def test_a_screen_says_nothing_in_portuguese(name: str, found: dict[str, Path]) -> None:
    async with at(SCENES[name], found, (120, 40), "en") as (app, _):
        lines = [strip.text for strip in strips(app)]
    assert [(piece, line.strip()) for line in lines for piece in PIECES.findall(line)] == []


COMMANDS = (
    "status", "templates", "clients", "employees", "tasks", "tasks T0001", "errors", "log", "portal check", "doctor",
    "folders 1", "express --waiting", "protocol 1 --period 2026-10", "deliver", "activate --dry-run", "undo",
    "service status",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_nothing_in_portuguese(
    command: str, found: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--office", str(found["work"]), "--lang", "en", *command.split()])
    shown = capsys.readouterr()
    lines = (shown.out + shown.err).splitlines()
    assert lines
    assert [(piece, line.strip()) for line in lines for piece in PIECES.findall(line)] == []


async def test_the_first_start_says_nothing_in_portuguese(tmp_path: Path) -> None:
    app = Wizard(tmp_path / "escritorio", "en")
    async with piloted(app, (120, 40)) as pilot:
        await pilot.press("enter", *"https://x.example", "tab", *"y", "tab", "tab", *"1", "enter")
        lines = [strip.text for strip in app.screen._compositor.render_strips()]
    assert [(piece, line.strip()) for line in lines for piece in PIECES.findall(line)] == []


def test_portuguese_would_be_seen() -> None:
    assert PIECES.search("  Nenhuma pasta selecionada  ") and len(pieces()) > 1000
