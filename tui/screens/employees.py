"""Funcionários: whose documents each may handle, and as whom the operating system knows them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.domain.models import Employee, Names
from core.domain.text import InvalidValue, Text
from core.office import actors, registry, views
from core.office.words import ALL_DEPARTMENTS, EMPLOYEE_HEADS
from tui.keys import ADMINS_ONLY, key
from tui.listing import Listing
from tui.screens.ask import Ask
from tui.screens.clients import CHANGED, TAKEN, needed, needed_id
from tui.screens.records import Records
from tui.watch import Changed
from tui.widgets.lines import Line, wrapped
from tui.widgets.rows import Column, Row

NO_EMPLOYEES = Text(
    "Nenhum funcionário: qualquer pessoa deste computador pode tudo. {keys[employees.new]} cadastra o primeiro.",
    "No employees: anyone on this machine may do all. {keys[employees.new]} adds the first.",
)
NO_DEPARTMENTS = Text("nenhum departamento", "no department")
LACKS = Text(
    "✗ Envios que esperam a permissão de {departments}: {count}.", "✗ Deliveries that wait for {departments}: {count}."
)
NO_LOGIN = Text(
    "Sem login: entra no console só com --as {employee} ({keys[employees.login]} informa o usuário do sistema).",
    "No login: is known only by --as {employee} ({keys[employees.login]} names the system's user).",
)
AS_LOGIN = Text("É quem usa o computador como {login}.", "Is who uses this machine as {login}.")
MAY_ALL = Text("Administra: mapeia, cadastra e trata todos os departamentos.", "Admin: maps, registers, handles all.")
MAY = Text("Anexa e envia documentos de: {departments}.", "Attaches and sends documents of: {departments}.")
NAME = Text("Nome de {employee}", "Name of {employee}")
LOGIN = Text("Login de {employee}: o usuário dele neste computador", "Login of {employee}: this machine's user")
NEW_ID = Text("Código do novo funcionário", "The new employee's id")
ABOUT_ID = Text(
    "Curto e sem espaços, por exemplo maria: identifica a pessoa. O nome é perguntado em seguida.",
    "Short, without blanks, maria for example: it tells who one is. The name is asked for next.",
)
NEW_NAME = Text("Nome do funcionário {employee}", "Name of the employee {employee}")
RESERVED = Text("Este código é reservado.", "This id is reserved.")
ADDED = Text(
    "{employee} cadastrado, ainda sem departamento ({keys[list.open]}).",
    "{employee} added, no department yet ({keys[list.open]}).",
)
ALLOWED = Text("{employee}: {departments}.", "{employee}: {departments}.")
UNCHANGED = Text("{employee}: nada mudou.", "{employee}: nothing has changed.")
WILL_GO = Text("Vão em seguida os envios que esperavam: {count}.", "Deliveries that waited and go now: {count}.")
UNKNOWN = Text(
    "{employee} não está cadastrado: {keys[employees.new]} cadastra.",
    "{employee} is not registered: {keys[employees.new]} does it.",
)


@dataclass(frozen=True)
class Seen:
    """An employee, and how many deliveries wait for which of the departments that they lack."""

    employee: Employee
    lacking: Mapping[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.employee.id

    @property
    def told(self) -> str:
        return f"{self.employee.id} ({self.employee.name})"


class Employees(Records[Seen]):
    """The employees."""

    TITLE_TEXT = Text("Funcionários", "Employees")
    ENTER = Text("departamentos", "departments")
    FOR_ADMINS = frozenset({"open", "login", "rename", "new"})
    ON_ONE = frozenset({"open", "login", "rename"})
    BINDINGS: ClassVar = [
        key("l", "login", Text("login", "login")),
        key("m", "rename", Text("mudar nome", "rename")),
        key("n", "new", Text("novo", "new")),
    ]
    _departments: Sequence[str] = ()
    _heals = False
    """Whether who sits here may make an admin though they are none: the office has none, and its files are theirs."""

    def make_listing(self) -> Listing[Seen]:
        return Listing(
            (
                lambda one: one.id,
                lambda one: one.employee.name,
                lambda one: one.employee.login,
                lambda one: self._may(one.employee),
            ),
            self._row,
        )

    def columns(self) -> Sequence[Column]:
        key, name, login, departments = (self.say(one) for one in EMPLOYEE_HEADS)
        return [Column(key, 10, 1), Column(name, 18, 2), Column(login, 10, 1), Column(departments, 24, 4)]

    def _may(self, one: Employee) -> str:
        if one.admin:
            return self.say(ALL_DEPARTMENTS)
        return ", ".join(one.departments) or self.say(NO_DEPARTMENTS)

    def _row(self, one: Seen) -> Row:
        employee = one.employee
        may = ("✗ " if one.lacking else "") + self._may(employee)
        tone = "error" if one.lacking else "" if employee.admin or employee.departments else "warning"
        return Row(one.id, (employee.id, employee.name, employee.login, may), ("", "", "muted", tone))

    def why_empty(self) -> Text:
        return NO_EMPLOYEES

    def about(self, one: Seen) -> list[Line]:
        employee, width = one.employee, self.size.width
        may = MAY_ALL if employee.admin else MAY
        lines: list[Line] = []
        if one.lacking:
            told = self.say(LACKS, count=sum(one.lacking.values()), departments=", ".join(one.lacking))
            lines += wrapped(told, width, "error", most=1)
        lines += wrapped(self.say(may, departments=self._may(employee)), width, most=1)
        login = (
            self.say(AS_LOGIN, login=employee.login)
            if employee.login
            else self.say(NO_LOGIN, employee=shlex.quote(one.id))
        )
        return lines + wrapped(login, width, "muted", most=self.DETAIL - len(lines))

    def read(self) -> list[Seen]:
        ctx = self.desk.ctx
        lacking = registry.lacking_departments(ctx)
        self._heals = actors.heals(ctx, self.desk.actor)
        self._departments = registry.departments(views.every(ctx.store.templates))
        return [Seen(one, lacking.get(one.id, {})) for one in views.every(ctx.store.employees)]

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        why = super().why_not(action, parameters)
        return None if why is ADMINS_ONLY and action == "open" and self._heals else why

    def cares_for(self, changed: Changed) -> bool:
        return not {"employee_added", "employee_changed", "imported", "failed", "requeued"}.isdisjoint(changed.codes)

    def aim(self, **aims: Any) -> None:
        """Look at an employee, and at a department that they lack."""
        if wanted := aims.get("employee"):
            self.when_read(lambda: self._look_at(wanted, aims.get("department", "")))

    def _look_at(self, wanted: str, department: str) -> None:
        one = self.stand_on(wanted)
        if one is None:
            self.notice(self.say(UNKNOWN, employee=wanted), "warning")
        elif (why := self.why_not("open", ())) is not None:
            self.refuse(why)
        else:
            self.change(one, department)

    # --- acting

    def change(self, one: Seen, department: str = "") -> None:
        """Enter: what they may handle."""
        from tui.screens.allow import Allow, Allowed

        def chosen(allowed: Allowed | None) -> None:
            now = one.employee
            if allowed is None:
                return
            if (allowed.admin, set(allowed.departments)) == (now.admin, set(now.departments)):
                self.notice(self.say(UNCHANGED, employee=one.told), "muted")
            else:
                self._allow(one, allowed.departments, admin=allowed.admin)

        self.console.open(Allow(self.desk, one.employee, self._departments, one.lacking, department), chosen)

    def _allow(self, one: Seen, departments: Names, *, admin: bool) -> None:
        ctx, actor = self.desk.ctx, self.desk.actor
        go = sum(n for name, n in one.lacking.items() if admin or name in departments)

        def done(employee: Employee) -> None:
            told = self.say(ALLOWED, employee=one.told, departments=self._may(employee))
            self.notice("✓ " + told + (" " + self.say(WILL_GO, count=go) if go else ""), "good")

        self.act(lambda: registry.set_employee(ctx, actor, one.id, departments=departments, admin=admin), done)

    def action_login(self) -> None:
        if (one := self.current) is None:
            return

        def judge(typed: str) -> str:
            for two in self._found or ():
                if typed.strip() and two.employee.login == typed.strip() and two.id != one.id:
                    raise InvalidValue(registry.LOGIN_TAKEN, login=typed.strip(), other=two.id)
            return "" if typed.strip() else self.say(NO_LOGIN, employee=shlex.quote(one.id))

        def typed(login: str | None) -> None:
            if login is not None:
                self._set(one, login=login.strip())

        self.console.open(Ask(self.desk, self.say(LOGIN, employee=one.told), one.employee.login, judge), typed)

    def action_rename(self) -> None:
        if (one := self.current) is None:
            return

        def typed(name: str | None) -> None:
            if name:
                self._set(one, name=name.strip())

        self.console.open(Ask(self.desk, self.say(NAME, employee=one.told), one.employee.name, needed), typed)

    def _set(self, one: Seen, **given: Any) -> None:
        ctx, actor = self.desk.ctx, self.desk.actor
        self.act(
            lambda: registry.set_employee(ctx, actor, one.id, **given),
            lambda changed: self.notice("✓ " + self.say(CHANGED, client=changed.id), "good"),
        )

    def action_new(self) -> None:
        """Their id, then their name; their departments are the next Enter."""

        def judge(typed: str) -> str:
            needed_id(typed)
            if registry.is_reserved(typed.strip()):
                raise InvalidValue(RESERVED)
            if (other := self.listing.get(typed.strip())) is not None:
                raise InvalidValue(TAKEN, id=other.id, other=other.employee.name)
            return ""

        def named(key: str, name: str | None) -> None:
            if name:
                ctx, actor = self.desk.ctx, self.desk.actor
                self.act(lambda: registry.set_employee(ctx, actor, key, name=name.strip()), added)

        def identified(key: str | None) -> None:
            if key:
                ask = Ask(self.desk, self.say(NEW_NAME, employee=key.strip()), "", needed)
                self.console.open(ask, lambda name: named(key.strip(), name))

        def added(employee: Employee) -> None:
            self.notice("✓ " + self.say(ADDED, employee=employee.id), "good")
            self.reload()
            self.when_read(lambda: self.stand_on(employee.id))

        self.console.open(Ask(self.desk, self.say(NEW_ID), "", judge, about=[self.say(ABOUT_ID)]), identified)


SCREEN = Employees
