"""What an employee may handle: departments, each on or off, or all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual.containers import Vertical
from textual.widget import Widget

from core.domain.models import Employee, Names
from core.domain.permissions import handles
from core.domain.text import Text, fold
from tui.desk import Desk
from tui.keys import key
from tui.screens.dialog import Dialog
from tui.widgets.frame import Title
from tui.widgets.lines import Line, Lines, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows

TITLE = Text("O que {employee} pode tratar", "What {employee} may handle")
ADMIN = Text("Administra: todos os departamentos e cadastros", "Admin: all departments and registers")
WAIT = Text("envios que esperam: {count}", "deliveries that wait: {count}")
NO_TEMPLATE = Text("nenhum template é deste departamento", "no template is of this department")
LEAVE = Text(
    "Ao gravar, saem sem volta os envios que esperavam: {count}.", "Saved, deliveries leave for good: {count}."
)
TICK = Text(
    "{keys[allow.tick]} liga e desliga; {keys[list.open]} grava.",
    "{keys[allow.tick]} turns on and off; {keys[list.open]} saves.",
)
ON, OFF = "[x]", "[ ]"
MOST = 12


class Allowed(NamedTuple):
    admin: bool
    departments: Names


class Allow(Dialog[Allowed]):
    """A list to tick.

    Args:
        departments: all there are.
        lacking: how many deliveries wait for which department.
        at: the department on which the cursor stands at first.
    """

    AUTO_FOCUS = "Rows"
    ENTER: ClassVar = Text("gravar", "save")
    BINDINGS: ClassVar = [key("space", "tick", Text("ligar/desligar", "on/off"))]

    def __init__(self, desk: Desk, employee: Employee, departments: Sequence[str], lacking: Mapping[str, int], at: str):
        super().__init__(desk)
        self._employee = employee
        self._known = tuple(departments)
        self._every = (*departments, *(one for one in employee.departments if not handles(self._known, one)))
        self._on = {one for one in self._every if handles(employee.departments, one)}
        self._admin = employee.admin
        self._lacking = lacking
        self._at = at

    def body(self) -> Iterable[Widget]:
        rows = Rows([Column("", 24, 2), Column("", 20, 1)], id="departments", heads=False)
        rows.styles.height = min(len(self._every) + 1, MOST)
        told = f"{self._employee.id} ({self._employee.name})"
        yield Vertical(Title(self.say(TITLE, employee=told)), rows, Lines([()] * 2, id="verdict"), id="asked")

    def on_mount(self) -> None:
        at = next((index for index, one in enumerate(self._every) if fold(one) == fold(self._at)), -1)
        self._show(at + 1)

    def on_resize(self) -> None:
        self._tell()

    def _show(self, cursor: int | None = None) -> None:
        rows = [Row("", (f"{ON if self._admin else OFF} {self.say(ADMIN)}",))]
        for one in self._every:
            count = self._lacking.get(one, 0)
            note = self.say(WAIT, count=count) if count else "" if one in self._known else self.say(NO_TEMPLATE)
            sign = ON if self._admin or one in self._on else OFF
            tones = ("muted" if self._admin else "", "error" if count else "warning")
            rows.append(Row(one, (f"{sign} {one}", note), tones))
        self.query_one(Rows).show(Fixed(rows), cursor=cursor)
        self._tell()

    def _tell(self) -> None:
        going = sum(n for name, n in self._lacking.items() if self._admin or name in self._on)
        lines: list[Line] = wrapped(self.say(LEAVE, count=going), self.size.width, "warning", most=1) if going else []
        lines += wrapped(self.say(TICK), self.size.width, "muted", most=1)
        self.query_one("#verdict", Lines).update([*lines, *[()] * (2 - len(lines))])

    def action_tick(self) -> None:
        current = self.query_one(Rows).current
        if current is None:
            return
        if not current:
            self._admin = not self._admin
        else:
            self._on ^= {current}
        self._show()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        self.dismiss(Allowed(self._admin, tuple(one for one in self._every if one in self._on)))
