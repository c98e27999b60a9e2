"""An office in which there is nothing yet: every list says why and what fills it, and nothing is in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.office import create_office
from tests.console.conftest import sitting
from tui.widgets.frame import Footer

WHY = {
    "2": ("Nenhum template ainda.", "malote import PASTA"),
    "3": ("Nenhuma tarefa.", "malote import PASTA"),
    "4": ("Nada aconteceu ainda: anexe documentos e conclua tarefas (3).",),
    "5": ("✓ Nenhuma falha, e nada espera nova tentativa.",),
    "6": ("Nada espera. O que for salvo nesta pasta",),
    "7": ("Nenhum cliente ainda.", "n cadastra um"),
    "8": ("Nenhum funcionário:", "n cadastra o primeiro."),
    "9": ("Nenhum template ainda: malote import PASTA.",),
}
"""By the key of the place."""


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """An office right after `init`."""
    (tmp_path / "portal").mkdir()
    values = {"office": {"name": "Vazio"}, "portal": {"url": f"dir://{tmp_path}/portal"}}
    create_office(tmp_path / "escritorio", values)
    return tmp_path / "escritorio"


@pytest.mark.parametrize("width", [80, 60])
async def test_every_empty_list_says_why_and_what_fills_it(empty: Path, width: int) -> None:
    """Whoever sees an empty screen at first would not know whether it is broken."""
    async with sitting(empty, (width, 24)) as desk:
        for place, why in WHY.items():
            await desk.press(place)
            for text in why:
                await desk.until(lambda text=text: text in " ".join(desk.text.split()), text)
            told = [one for one in desk.text.splitlines() if one.strip() and one.strip() in " ".join(why)]
            assert all(len(one.rstrip()) <= width for one in told), f"cut off: {told}"


@pytest.mark.parametrize("place", list("2346789"))
async def test_why_a_list_is_empty_is_read_in_a_terminal_s_new_size_too(empty: Path, place: str) -> None:
    async with sitting(empty, (120, 24)) as desk:
        for why in WHY[place]:
            await desk.go(place, see=why)
        await desk.pilot.resize_terminal(40, 24)
        await desk.until(lambda: all(len(one) <= 40 for one in desk.rows.text.splitlines()), "a line for 40 columns")
        for why in WHY[place]:
            await desk.see(why)


@pytest.mark.parametrize("place", list("23478"))
async def test_a_list_that_a_filter_empties_says_what_takes_it_away(work: Path, place: str) -> None:
    async with sitting(work) as desk:
        await desk.press(place, "slash")
        await desk.type("zzz")
        await desk.press("enter")
        nothing = {"3": "Nenhuma tarefa com “zzz” (/)", "4": "Nada corresponde a estes filtros."}
        await desk.see(nothing.get(place, "Nada corresponde a “zzz” (/). Esc mostra tudo."))
        await desk.press("escape")
        await desk.until(lambda: len(desk.rows.source))


@pytest.mark.parametrize("width", [80, 60])
async def test_the_panel_says_what_is_missing_and_what_fills_it(empty: Path, width: int) -> None:
    """“Nada pede atenção” in an office where nothing can ever be sent would let someone wait for it."""
    async with sitting(empty, (width, 24)) as desk:
        await desk.press("1")
        await desk.until(lambda: len(desk.listed) == 4)
        for what in ("Nenhum cliente: malote import PASTA", "Nenhum template: malote", "Nenhuma tarefa: malote"):
            await desk.see(what)
        await desk.press("down")
        await desk.go("enter", see="Nenhum cliente ainda.")


async def test_no_key_is_offered_that_does_nothing(empty: Path) -> None:
    """Who presses one and sees nothing happen takes the rest for broken too."""
    offered = {
        "1": "Enter abrir  q sair",
        "2": "q sair",
        "3": "q sair",
        "5": "q sair",
        "6": "q sair",
        "7": "n novo  q sair",
        "8": "n novo  q sair",
    }
    async with sitting(empty, (120, 24)) as desk:
        for place, keys in offered.items():
            await desk.press(place)
            await desk.until(lambda keys=keys: desk.app.screen.query_one(Footer).text == f" {keys}  ? ajuda", keys)
        await desk.go("3", see="Nenhuma tarefa.")
        await desk.go("slash", see="nada nesta lista")


async def test_an_office_without_templates_can_be_activated(empty: Path) -> None:
    """Enter is the list's in other places; where there is nothing in it, one could never begin."""
    async with sitting(empty) as desk:
        await desk.go("9", see="ainda não ativada")
        await desk.go("enter", see="Ativar a integração com o Portal do Cliente?")
        await desk.press("s")
        await desk.until(lambda: desk.app.desk.ctx.store.integration().active)


async def test_moving_in_an_empty_list_does_nothing(empty: Path) -> None:
    async with sitting(empty) as desk:
        for place in WHY:
            await desk.press(place, "down", "up", "pagedown", "home", "end", "enter", "escape", "escape")
