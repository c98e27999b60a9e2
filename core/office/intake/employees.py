"""employees.csv."""

from __future__ import annotations

from core.domain.models import Employee
from core.domain.permissions import Actor
from core.domain.text import InvalidValue, Text
from core.office.context import Context
from core.office.intake.cells import read_bool, read_id, read_line, read_list
from core.office.intake.sheet import Change, Column, Counts, Sheet, changes, count, keyed
from core.office.registry import employee_changed, is_reserved, requeue_permitted
from core.office.views import every

RESERVED = Text("Este código é reservado", "This id is reserved")
LOGIN_TAKEN = Text("Este login já é do funcionário {other}", "This login is the employee {other}'s already")


def read_employee_id(cell: str) -> str:
    """An employee's id.

    Raises:
        InvalidValue: it names another actor, or holds a control character.
    """
    if is_reserved(cell):
        raise InvalidValue(RESERVED)
    return read_id(cell)


COLUMNS = (
    Column("id", ("código", "cód", "código do funcionário"), read_employee_id, needed=True),
    Column("name", ("nome", "funcionário", "nome completo"), read_line, needed=True),
    Column("login", ("usuário", "usuário do sistema"), read_id),
    Column("departments", ("departamentos", "departamento", "setores", "setor"), read_list),
    Column("admin", ("administrador", "administradora", "é administrador"), read_bool),
)
_FIELDS = frozenset(Employee.model_fields)


def take_employees(ctx: Context, actor: Actor, sheet: Sheet) -> Counts:
    """Register and change employees; what waited for a permission goes on by itself. In the caller's transaction."""
    existing = {one.id: one for one in every(ctx.store.employees)}
    changed = changes(sheet, keyed(sheet), existing, Employee, _FIELDS)
    _check_logins(sheet, existing, {one.after.id: one for one in changed})
    if sheet.refused:
        return Counts()
    different = [one for one in changed if one.before != one.after]
    ctx.store.employees.save(one.after for one in different)
    ctx.store.append([employee_changed(ctx, actor, one.before, one.after) for one in different if one.before])
    waiting = {one.authorised_by for one in ctx.store.deliveries.failed("permission_denied")} if different else set()
    for one in different:
        if one.after.id in waiting:
            requeue_permitted(ctx, actor, one.after)
    return count(changed)


def _check_logins(sheet: Sheet, existing: dict[str, Employee], rows: dict[str, Change[Employee]]) -> None:
    taken = {one.login: one.id for one in existing.values() if one.login and one.id not in rows}
    for key, one in rows.items():
        if one.after.login and taken.setdefault(one.after.login, key) != key:
            sheet.problem(one.given.row, "login", LOGIN_TAKEN, other=taken[one.after.login])
