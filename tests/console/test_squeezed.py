"""The terminal is made smaller and larger under the console, in a real tmux: nothing breaks, nothing is left over."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.console.panes import Open, Pane, console, eventually
from tests.console.sample import leave_files

LARGE, SMALL, USUAL = (200, 60), (60, 20), (80, 24)


class Sight(NamedTuple):
    """A screen: the keys that lead there from the one before, what is read only there, and the keys away from it."""

    keys: tuple[str, ...]
    see: str
    back: tuple[str, ...] = ()


SIGHTS = {
    "panel": Sight((), "Prioridade"),
    "templates": Sight(("2",), "21 de 21"),
    "filter": Sight(("/", "b", "a", "l", "a", "n"), "3 de 21", ("Escape",)),
    "picker": Sight(("d",), "7 pastas", ("Escape",)),
    "clear": Sight(("Down", "Down", "c"), "sim, tirar", ("Escape", "Home")),
    "rules": Sight(("e",), "As próprias valem antes", ("Escape",)),
    "help": Sight(("?",), "digite para procurar", ("Escape",)),
    "tasks": Sight(("3",), "36 de 42"),
    "completion": Sight(("c",), "concluir e enviar", ("Escape",)),
    "task": Sight(("Enter",), "T0004  Guia de ISS", ("Escape",)),
    "log": Sight(("4",), "seguindo"),
    "errors": Sight(("5",), "Enter: mapear"),
    "express": Sight(("6",), "Por que espera"),
    "one file": Sight(("Enter",), "chegou ", ("Escape",)),
    "clients": Sight(("7",), "60 de 60"),
    "employees": Sight(("8",), "Anexa e envia"),
    "departments": Sight(("Enter",), "espaço liga e desliga", ("Escape",)),
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
    shown = [part for part in re.split(r"  +", one.lines[-1].strip()) if part]
    more = [part for part in shown if re.fullmatch(r"\+\d+", part)]
    return [part for part in shown if part not in more], sum(int(part) for part in more)


def check_footer(one: Pane, usual: Pane, sight: str) -> None:
    """Whole entries, of them Enter first and help last, and the right number for the rest, once it is painted.

    Args:
        usual: the same screen where there is room for more.
    """

    def told() -> str:
        return f"{sight}: {entries(one)} of {entries(usual)} in:\n{one.text}"

    def good() -> bool:
        (shown, more), (all_shown, all_more) = entries(one), entries(usual)
        return (
            bool(shown)
            and set(shown) <= set(all_shown)  # no half of one
            and len(shown) + more == len(all_shown) + all_more
            and shown[-1] == all_shown[-1] in ("? ajuda", "F1 ajuda")  # F1 where `?` would be typed
            and shown[0] == all_shown[0]
            and (shown[0].startswith("Enter ") or sight in WITHOUT_ENTER)
        )

    eventually(good, told)


def until_same(one: Pane, other: Pane, sight: str) -> None:
    eventually(lambda: one.text == other.text, lambda: f"{sight}:\n{one.text}\nis not\n{other.text}")


def test_every_screen_is_as_it_was_after_being_squeezed(pane: Open, busy: Path) -> None:
    """At 60×20 it looks as where it was never larger, back at 200×60 as where it was never smaller."""
    panes = one, large, small = [pane(console(busy), size) for size in (LARGE, LARGE, SMALL)]
    for name, sight in SIGHTS.items():
        for each in panes:
            each.press(*sight.keys)
        for each in panes:
            each.see(sight.see)
        until_same(one, large, name)
        one.resize(*SMALL)
        until_same(one, small, name)
        check_footer(one, large, name)
        one.resize(*USUAL)
        check_footer(one, large, name)
        assert len(one.lines) == USUAL[1]
        one.resize(*LARGE)
        until_same(one, large, name)
        if sight.back:
            for each in panes:
                each.press(*sight.back)
            for each in panes:
                each.see_no_more(sight.see)  # an Escape that a key follows at once would be that key with Alt
    assert all(each.tell("pane_dead") == ["0"] for each in panes)


def test_office_person_portal_and_status_are_told_at_sixty_columns(pane: Open, work: Path) -> None:
    one = pane(console(work, "--as", "gestor"), SMALL)
    one.see("Escritório Modelo · gestor", "Portal ●  ✗ 2 falhas")


def test_the_cursor_stays_in_sight(pane: Open, work: Path) -> None:
    """Who stands on the last of a long list stands there in a small terminal too."""
    one = pane(console(work), LARGE)
    one.see("Prioridade")
    one.go("7", see="60 de 60")
    one.go("End", see="\n 60 ")
    (last,) = (line for line in one.settled().split("\n") if line.startswith(" 60 "))
    one.resize(*SMALL)
    one.see(last.split("  ")[0])
    one.go("Up", "Down", "Enter", see=last[:12].strip())
    assert one.tell("pane_dead") == ["0"]
