"""The terminal is made smaller and larger under the console, in a real tmux: nothing breaks, nothing is left over."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.console.panes import Open, Pane, console, eventually
from tests.console.sample import leave_files

LARGE, SMALL, USUAL = (200, 60), (60, 20), (80, 24)


class Sight(NamedTuple):
    """A screen: the keys that lead there from the one before, what can then be read, and the keys away from it."""

    keys: tuple[str, ...]
    see: str
    back: tuple[str, ...] = ()


SIGHTS = {
    "panel": Sight((), "Prioridade"),
    "templates": Sight(("2",), "21 de 21"),
    "filter": Sight(("/", "b", "a", "l", "a", "n"), "3 de 21", ("Escape",)),
    "picker": Sight(("d",), "7 pastas", ("Escape",)),
    "clear": Sight(("Down", "Down", "c"), "sim, tirar", ("Escape", "Home")),
    "rules": Sight(("e",), "Express", ("Escape",)),
    "help": Sight(("?",), "Teclas desta tela", ("Escape",)),
    "tasks": Sight(("3",), "36 de 42"),
    "completion": Sight(("c",), "concluir e enviar", ("Escape",)),
    "task": Sight(("Enter",), "T0004  Guia de ISS", ("Escape",)),
    "log": Sight(("4",), "seguindo"),
    "errors": Sight(("5",), "O template não tem pasta de destino"),
    "express": Sight(("6",), "Por que espera"),
    "one file": Sight(("Enter",), "CNPJ", ("Escape",)),
    "clients": Sight(("7",), "60 de 60"),
    "employees": Sight(("8",), "Departamentos"),
    "departments": Sight(("Enter",), "Fiscal", ("Escape",)),
    "activation": Sight(("9",), "Ativar integração"),
    "settings": Sight(("0",), "office.name"),
}
WITHOUT_ENTER = ("clear", "completion")
"""What sends or takes away is confirmed by another key."""


@pytest.fixture
def busy(work: Path) -> Path:
    leave_files(work)
    return work


def entries(one: Pane) -> tuple[list[str], int]:
    """The footer's entries, and how many more it says there are; it is the last line."""
    footer = one.text.split("\n")[:-1][-1]
    shown = [part for part in re.split(r"  +", footer.strip()) if part]
    more = [part for part in shown if re.fullmatch(r"\+\d+", part)]
    return [part for part in shown if part not in more], sum(int(part) for part in more)


def both(one: Pane, small: Pane, *keys: str, see: str = "") -> None:
    """The same keys at both."""
    for each in (one, small):
        each.press(*keys)
        each.see(see)
        each.settled()


def check_footer(one: Pane, large: tuple[list[str], int], sight: str) -> None:
    """Whole entries, of them Enter first and help last, and the right number for the rest.

    Args:
        large: the footer's entries where there is room for more, and how many more there were.
    """
    (shown, more), (all_shown, all_more) = entries(one), large
    told = f"{sight}: {shown} +{more}, of {all_shown} +{all_more}"
    assert set(shown) <= set(all_shown), f"half an entry, {told}"
    assert len(shown) + more == len(all_shown) + all_more, told
    assert shown[-1] == all_shown[-1] in ("? ajuda", "F1 ajuda"), told  # F1 where `?` would be typed
    assert shown[0] == all_shown[0], told
    assert shown[0].startswith("Enter ") or sight in WITHOUT_ENTER, told


def until_same(one: Pane, wanted: Callable[[], str], sight: str) -> None:
    eventually(lambda: one.text == wanted(), lambda: f"{sight}:\n{one.text}\nis not\n{wanted()}")


def test_every_screen_is_as_it_was_after_being_squeezed(pane: Open, busy: Path) -> None:
    """At 60×20 it looks as if it had never been larger, at 200×60 as before."""
    one, small = pane(console(busy), LARGE), pane(console(busy), SMALL)
    for name, sight in SIGHTS.items():
        both(one, small, *sight.keys, see=sight.see)
        before, large = one.settled(), entries(one)
        one.resize(*SMALL)
        until_same(one, lambda: small.text, name)
        check_footer(one, large, name)
        one.resize(*USUAL)
        one.see(large[0][-1])
        assert len(one.settled().split("\n")) == USUAL[1] + 1
        check_footer(one, large, name)
        one.resize(*LARGE)
        until_same(one, partial(str, before), name)
        both(one, small, *sight.back)
    assert one.tell("pane_dead") == small.tell("pane_dead") == ["0"]


def test_office_person_portal_and_status_are_told_at_sixty_columns(pane: Open, work: Path) -> None:
    one = pane(console(work, "--as", "gestor"), SMALL)
    one.see("Escritório Modelo · gestor", "Portal ●  ✗ 2 falhas")


def test_the_cursor_stays_in_sight(pane: Open, work: Path) -> None:
    """Who stands on the last of a long list stands there in a small terminal too."""
    one = pane(console(work), LARGE)
    one.see("Prioridade")
    one.go("7", see="60 de 60")
    one.press("End")
    (last,) = (line for line in one.settled().split("\n") if line.startswith(" 60 "))
    one.resize(*SMALL)
    one.see(last.split("  ")[0])
    one.go("Up", "Down", "Enter", see=last[:12].strip())
    assert one.tell("pane_dead") == ["0"]
