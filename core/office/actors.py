"""Who acts (the design's section 2.7)."""

from __future__ import annotations

import getpass
import os
import pwd
from shlex import quote

from core.domain.models import Template
from core.domain.permissions import EXPRESS, Actor
from core.domain.text import Text
from core.office.context import Context
from core.office.errors import Refused
from core.office.views import every

UNKNOWN = Text("Não há funcionário {employee}.", "There is no employee {employee}.")
SEE_EMPLOYEES = Text("Veja os cadastrados: malote employees.", "See who there is: malote employees.")
NOBODY = Text(
    "Não sei quem você é: nenhum funcionário tem o login {login}.",
    "I do not know who you are: no employee has the login {login}.",
)
SAY_WHO = Text(
    "Diga com --as FUNCIONÁRIO ou MALOTE_EMPLOYEE, ou peça ao administrador: malote employee set ID --login {login_q}.",
    "Say so with --as EMPLOYEE or MALOTE_EMPLOYEE, or ask the admin: malote employee set ID --login {login_q}.",
)
ADMINS_ONLY = Text(
    "{actor} não é administrador; isto é só para administradores.", "{actor} is no admin; this is for admins only."
)
ASK_ADMIN = Text("Peça a quem é: {names}.", "Ask one who is: {names}.")
NO_ADMIN = Text(
    "Não há nenhum; quem é dono dos arquivos do escritório ({owner}) faz um: malote employee set ID --admin.",
    "There is none; who owns the office's files ({owner}) makes one: malote employee set ID --admin.",
)
NOT_YOURS = Text(
    "{actor} não tem permissão para documentos do departamento {department}.",
    "{actor} may not handle documents of the department {department}.",
)
GIVE_IT = Text(
    "Um administrador pode dar: malote employee set {actor_q} --add-department {department_q}.",
    "An admin can give it: malote employee set {actor_q} --add-department {department_q}.",
)


def login_name() -> str:
    """The operating system's user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def who_acts(ctx: Context, named: str | None) -> Actor:
    """Find who acts: the employee named, else the one with this login, else the office's owner, else anyone.

    Args:
        named: from `--as` or `MALOTE_EMPLOYEE`.

    Raises:
        Refused: the named employee is unknown, or nobody knows this login.
    """
    login = login_name()
    if named is not None:
        employee = ctx.store.employees.get(named)
        if employee is None or named == EXPRESS:
            raise Refused(UNKNOWN, SEE_EMPLOYEES, employee=named)
        return Actor.employee(employee, login)
    employee = ctx.store.employees.by_login(login)
    if employee is not None:
        return Actor.employee(employee, login)
    if os.getuid() == ctx.folder.stat().st_uid or not ctx.store.employees.count():
        return Actor.outsider(login)
    raise Refused(NOBODY, SAY_WHO, login=login, login_q=quote(login))


def admins(ctx: Context) -> list[str]:
    """The office's admins, as people know them."""
    return [f"{one.name} ({one.id})" for one in every(ctx.store.employees) if one.admin]


def heals(ctx: Context, actor: Actor) -> bool:
    """Whether the actor may make an admin though they are none: there is no admin, and the office's files are theirs.

    They could write any admin into these files anyway, and otherwise would have to: nobody else may make one.
    """
    return not actor.admin and os.getuid() == ctx.folder.stat().st_uid and not admins(ctx)


def renewed(ctx: Context, actor: Actor) -> Actor:
    """Who acts, with what they may do by now: someone may have changed it since."""
    employee = ctx.store.employees.get(actor.id)
    return actor if employee is None else Actor.employee(employee, actor.login)


def owner(ctx: Context) -> str:
    """The operating system's user whose files the office's are."""
    uid = ctx.folder.stat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def require_admin(ctx: Context, actor: Actor) -> None:
    """Refuse what only admins may do, naming whom to ask."""
    if not actor.admin:
        names = admins(ctx)
        remedy = ASK_ADMIN if names else NO_ADMIN
        raise Refused(ADMINS_ONLY, remedy, actor=actor.id, names=", ".join(names), owner=owner(ctx))


def require_department(actor: Actor, template: Template) -> None:
    """Refuse documents of a department that the actor may not handle."""
    if not actor.may_handle(template.department):
        department = template.department
        quoted = {"actor_q": quote(actor.id), "department_q": quote(department)}
        raise Refused(NOT_YOURS, GIVE_IT, actor=actor.id, department=department, **quoted)
