"""The places by key: the module that has each, imported when it is first gone to."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from core.domain.text import Text

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.screens.place import Place


class Way(NamedTuple):
    """A way to a place; `name` is its module in `tui.screens`, whose `SCREEN` it is."""

    name: str
    key: str
    title: Text


PLACES = (
    Way("panel", "1", Text("Painel", "Panel")),
    Way("templates", "2", Text("Templates", "Templates")),
    Way("tasks", "3", Text("Tarefas", "Tasks")),
    Way("log", "4", Text("Registro", "Journal")),
    Way("errors", "5", Text("Erros", "Errors")),
    Way("express", "6", Text("Express", "Express")),
    Way("clients", "7", Text("Clientes", "Clients")),
    Way("employees", "8", Text("Funcionários", "Employees")),
    Way("activation", "9", Text("Ativação", "Activation")),
    Way("settings", "0", Text("Configurações", "Settings")),
)


def make(name: str, desk: Desk) -> Place[Any]:
    """The screen of that name."""
    screen: type[Place[Any]] = import_module(f"tui.screens.{name}").SCREEN
    return screen(desk)
