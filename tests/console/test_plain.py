"""Without colour, and with sixteen: what is really sent to the terminal, on every screen and in the dialogs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.conftest import PATIENCE
from tests.console.sample import leave_files
from tests.console.test_terminal import Console, Start, start

__all__ = ["start"]

F3, F9, CTRL_N, CTRL_P, ESC, TAB = "\x1bOR", "\x1b[20~", "\x0e", "\x10", "\x1b", "\t"
WALK: tuple[tuple[tuple[str, str], ...], ...] = (
    (("2", "21 de 21"), ("a", "21 selecionados"), ("d", "Pasta de destino para 21"), (F3, "Os 21 templates")),
    (("2", "21 de 21"), ("/balan\r", "3 de 21"), ("na", "3 selecionados"), ("d", "Pasta de destino"), (CTRL_N, "nova")),
    (("2", "21 de 21"), ("d", "Pasta de destino"), (TAB + "farm", "2     Farm")),
    (("2", "21 de 21"), ("f", "2 de 21"), ("u", "mudan")),
    (("2", "21 de 21"), ("/zzz\r", "Nada corresponde")),
    (("2", "21 de 21"), ("/das simples\r", " 1 de 21"), ("e", "Regras do Express para"), ("\r", "Regra do Express")),
    (("3", "de 42"), ("  ", "2 selecionados"), ("c", "Concluir 2 tarefas")),
    (("3", "de 42"), ("f", "Tarefas: situa")),
    (("3", "de 42"), ("\r", "Nenhum documento")),
    (("3", "de 42"), ("\r", "documento"), ("a", "Anexar a")),
    (("4", "seguindo"), ("n", "[avisos+]"), ("i", "De qual cliente?")),
    (("4", "seguindo"), ("E", "Para resolver"), ("d", "Uma linha do registro"), ("s", "Salvar em qual arquivo?")),
    (("5", "mapear"), ("t", "explicar")),
    (("6", "vazio.pdf"), ("\r", "Compet."), ("l", "De que cliente")),
    (("7", "60 de 60"), ("\r", "Pasta no portal de")),
    (("7", "60 de 60"), ("n", "digo do novo cliente")),
    (("8", "(administrador)"), ("\r", "pode tratar")),
    (("9", "ativa desde"), ("d", "Desativar a integra")),
    (("0", "Chave"), ("\r", "ceitar")),
    (("?", "Teclas desta tela"),),
    ((CTRL_P, "Teclas desta tela"),),
)
"""Keys, and what is to be seen then, from the panel on."""


@pytest.fixture
def left(work: Path) -> Path:
    """An office where files wait that Express left."""
    leave_files(work)
    return work


def walk(console: Console) -> None:
    console.see("Prioridade", "ajuda")
    for way in WALK:
        for keys, seen in way:
            console.go(keys, seen)
        before = len(console.output)
        for _ in way:
            console.send(ESC.encode())
            console.read(0.15)  # an Esc right before another key is another key
        console.send(b"1")
        if len(way) > 1:
            console.see("Prioridade", after=before)
        else:  # one has been there all the time, below a dialog
            console.read(PATIENCE, PATIENCE, lambda: console.shows("Prioridade"))


def test_no_screen_sends_a_colour_where_none_is_wanted(start: Start, left: Path) -> None:
    """State is told by signs, reverse, bold and underline alone."""
    console = start("--office", str(left), NO_COLOR="1")
    walk(console)
    assert console.styles() <= {"", "0", "1", "4", "7", "22", "24", "27"}, console.styles()
    assert {"1", "4", "7"} <= console.styles()


def test_below_truecolor_no_screen_sends_anything_but_the_terminal_s_own_sixteen(start: Start, left: Path) -> None:
    """Other numbers are another colour there, or none; no background either, for nobody knows what it is like."""
    console = start("--office", str(left), COLORTERM="", TERM="xterm")
    walk(console)
    codes = {int(one) for one in console.styles() if one}
    assert codes <= {0, 1, 2, 4, 7, 22, 24, 27, *range(30, 38), 39, 49, *range(90, 98)}, codes


def test_on_a_light_terminal_of_sixteen_colours_none_is_used_that_cannot_be_read_there(
    start: Start, work: Path
) -> None:
    """Cyan and yellow on white; where the terminal does not say that it is light, F9 does."""
    sixteen = {"COLORTERM": "", "TERM": "xterm"}
    console = start("--office", str(work), COLORFGBG="0;15", **sixteen)
    console.see("Prioridade", "ajuda")
    assert not {"32", "33", "36"} & console.styles()
    other = start("--office", str(work), COLORFGBG="", **sixteen)
    other.see("Prioridade", "ajuda")
    other.send(F9.encode())
    other.read(PATIENCE, PATIENCE, lambda: "35" in other.styles())  # a warning, in a widget of no colour of its own
    assert "35" in other.styles()
