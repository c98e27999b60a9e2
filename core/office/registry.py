"""Clients and employees: what a remedy needs to change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from core.domain.models import Client, Employee, Event, Names, Template
from core.domain.names import SCRATCH_FOLDER, roots_meet
from core.domain.permissions import EXPRESS, OUTSIDER, Actor, handles
from core.domain.text import Text, fold
from core.office.actors import SEE_EMPLOYEES, heals, require_admin
from core.office.actors import UNKNOWN as UNKNOWN_EMPLOYEE
from core.office.context import Context
from core.office.errors import Refused
from core.office.loop import in_loop
from core.office.queue import event, requeue

UNKNOWN_CLIENT = Text("Não há cliente {client}.", "There is no client {client}.")
SEE_CLIENTS = Text("Veja os cadastrados: malote clients.", "See who there is: malote clients.")
MEET = Text(
    "A pasta {folder} é, contém ou fica dentro da pasta do cliente {other}.",
    "The folder {folder} is, contains or lies inside that of the client {other}.",
)
OWN_FOLDER = Text("Cada cliente precisa de uma pasta só sua.", "Each client needs a folder of its own.")
ID_TAKEN = Text("O código {id} já é de {other}.", "The id {id} is {other}'s already.")
BAD_ID = Text("O código {employee} é reservado.", "The id {employee} is reserved.")
LOGIN_TAKEN = Text(
    "O login {login} já é do funcionário {other}.", "The login {login} is the employee {other}'s already."
)
WAS_LINKED = Text("o cliente ganhou pasta no portal", "the client got a folder at the portal")
WAS_ALLOWED = Text("a permissão foi dada", "the permission was given")

FIELDS = {
    "name": Text("nome", "name"),
    "tax_id": Text("CNPJ ou CPF", "tax id"),
    "portal": Text("pasta no portal", "folder at the portal"),
    "login": Text("login", "login"),
    "departments": Text("departamentos", "departments"),
    "admin": Text("administra", "admin"),
}
"""What of a client or an employee can change, as the journal calls it."""
YES, NO, NONE = Text("sim", "yes"), Text("não", "no"), Text("nenhum", "none")


def set_client(
    ctx: Context,
    actor: Actor,
    key: str,
    *,
    name: str | None = None,
    tax_id: str | None = None,
    portal: Names | None = None,
) -> Client:
    """Change a client; what waited for its folder goes on by itself.

    Raises:
        Refused: the actor is no admin, the client is unknown, or its folder meets another's.
    """
    require_admin(ctx, actor)
    with ctx.store.transaction():
        client = ctx.store.clients.get(key)
        if client is None:
            raise Refused(UNKNOWN_CLIENT, SEE_CLIENTS, client=key)
        given = {"name": name, "tax_id": tax_id, "portal": portal}
        update = {field: value for field, value in given.items() if value is not None}
        if portal:
            other = taken_by(portal, ctx.store.clients.roots(), key)
            if other is not None:
                raise Refused(MEET, OWN_FOLDER, folder=" > ".join(portal), other=other)
        changed = client.model_copy(update=update)
        if changed == client:
            return client
        ctx.store.clients.save([changed])
        ctx.store.append([client_changed(ctx, actor, client, changed)])
        if portal:
            requeue_linked(ctx, actor, {key})
        return changed


def add_client(ctx: Context, actor: Actor, key: str, name: str) -> Client:
    """Register a client, without a folder as yet.

    Raises:
        Refused: the actor is no admin, or there is a client of that id.
    """
    require_admin(ctx, actor)
    with ctx.store.transaction():
        if (other := ctx.store.clients.get(key)) is not None:
            raise Refused(ID_TAKEN, id=key, other=other.name)
        client = Client(id=key, name=name)
        ctx.store.clients.save([client])
        ctx.store.append([client_changed(ctx, actor, None, client)])
        return client


def same_tax_id(clients: Iterable[Client]) -> dict[str, list[str]]:
    """The clients whose number others have too, each with those others' ids; mostly it is a slip."""
    holders: dict[str, list[str]] = {}
    for one in clients:
        if one.tax_id:
            holders.setdefault(one.tax_id, []).append(one.id)
    shared = [keys for keys in holders.values() if len(keys) > 1]
    return {key: [other for other in keys if other != key] for keys in shared for key in keys}


def departments(templates: Iterable[Template]) -> list[str]:
    """The departments of templates, each once however it is written, in order."""
    found = {fold(one.department): one.department for one in templates}
    return [found[key] for key in sorted(found)]


def waiting_clients(ctx: Context) -> Counter[str]:
    """How many deliveries of each client wait for its folder."""
    return Counter(one.client for one in ctx.store.deliveries.failed("client_not_linked"))


def lacking_departments(ctx: Context) -> dict[str, Counter[str]]:
    """Of each employee the departments that deliveries lack, and how many."""
    denied = ctx.store.deliveries.failed("permission_denied")
    templates = ctx.store.templates.get_many(one.template for one in denied)
    found: dict[str, Counter[str]] = {}
    for one in denied:
        found.setdefault(one.authorised_by, Counter())[templates[one.template].department] += 1
    return found


def root_folders(ctx: Context) -> list[str]:
    """The names of the folders at the portal's root, of which each client has one; asks the portal.

    Raises:
        PortalFault: the portal could not be read.
    """

    async def read() -> list[str]:
        portal = ctx.portal()
        try:
            return sorted(await portal.folders((), ()))
        finally:
            await portal.close()

    return [one for one in in_loop(read()) if one.casefold() != SCRATCH_FOLDER]


def taken_by(portal: Names, roots: Iterable[tuple[str, Names]], but: str) -> str | None:
    """The client, other than `but`, whose folder this one is, contains or lies inside (the design's section 2.9)."""
    return next((other for other, root in roots if other != but and roots_meet(portal, root)), None)


def set_employee(
    ctx: Context,
    actor: Actor,
    key: str,
    *,
    name: str | None = None,
    login: str | None = None,
    departments: Names | None = None,
    add: Names = (),
    remove: Names = (),
    admin: bool | None = None,
) -> Employee:
    """Change an employee, or register one; what waited for a permission goes on by itself.

    Args:
        departments: all of them anew; `add` and `remove` change what there is.

    Raises:
        Refused: the actor is no admin (nor heals an office without any by making one), the id is reserved or unknown
            without a name, or the login is another's.
    """
    healing = admin is True and heals(ctx, actor)
    if not healing:
        require_admin(ctx, actor)
    with ctx.store.transaction():
        before = ctx.store.employees.get(key)
        if before is None and name is None:
            raise Refused(UNKNOWN_EMPLOYEE, SEE_EMPLOYEES, employee=key)
        if is_reserved(key):
            raise Refused(BAD_ID, employee=key)
        if login and (other := ctx.store.employees.by_login(login)) is not None and other.id != key:
            raise Refused(LOGIN_TAKEN, login=login, other=other.id)
        base = before or Employee(id=key, name=name or key)
        kept = tuple(one for one in (departments if departments is not None else base.departments))
        kept = tuple(one for one in kept if not handles(remove, one))
        kept += tuple(one for one in add if not handles(kept, one))
        given = {"name": name, "login": login, "admin": admin}
        update = {field: value for field, value in given.items() if value is not None}
        changed = base.model_copy(update={**update, "departments": kept})
        if changed == before:
            return changed
        ctx.store.employees.save([changed])
        ctx.store.append([employee_changed(ctx, actor, before, changed)])
        if healing:
            ctx.store.append([event(ctx, actor, "admin_made", params={"owner": actor.login, "employee": key})])
        requeue_permitted(ctx, actor, changed)
        return changed


def client_changed(ctx: Context, actor: Actor, before: Client | None, after: Client) -> Event:
    """The event that tells what of a client changed, or that it is new."""
    code = "client_changed" if before else "client_added"
    return event(ctx, actor, code, client=after.id, params={"what": _told(before, after)})


def employee_changed(ctx: Context, actor: Actor, before: Employee | None, after: Employee) -> Event:
    """The event that tells what of an employee changed, or that they are new."""
    code = "employee_changed" if before else "employee_added"
    return event(ctx, actor, code, params={"employee": after.id, "what": _told(before, after)})


def requeue_linked(ctx: Context, actor: Actor, clients: Collection[str]) -> int:
    """Queue again what waited for these clients' folders; in the caller's transaction."""
    waiting = [
        one
        for code in ("client_not_linked", "name_invalid")
        for one in ctx.store.deliveries.failed(code)
        if one.client in clients
    ]
    return requeue(ctx, actor, waiting, WAS_LINKED)


def requeue_permitted(ctx: Context, actor: Actor, employee: Employee) -> int:
    """Queue again what failed for want of a permission that the employee has now; in the caller's transaction."""
    denied = [one for one in ctx.store.deliveries.failed("permission_denied") if one.authorised_by == employee.id]
    templates = ctx.store.templates.get_many(one.template for one in denied)
    allowed = [
        one for one in denied if employee.admin or handles(employee.departments, templates[one.template].department)
    ]
    return requeue(ctx, actor, allowed, WAS_ALLOWED)


def is_reserved(employee: str) -> bool:
    """Ids that no employee may have, for they name other actors."""
    return employee == EXPRESS or employee.startswith(OUTSIDER)


def _told(before: Client | Employee | None, after: Client | Employee) -> list[str]:
    """What changed, in both languages; of a new one, what is known."""

    def told(lang: str) -> str:
        changed = (
            f"{head.text(lang)}: {_plain(getattr(after, field)).text(lang)}"
            for field, head in FIELDS.items()
            if hasattr(after, field)
            and (getattr(after, field) if before is None else getattr(before, field) != getattr(after, field))
        )
        return f"{after.id} ({'; '.join(changed)})"

    return [told("pt"), told("en")]


def _plain(value: object) -> Text:
    if isinstance(value, bool):
        return YES if value else NO
    shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return Text(shown, shown) if shown else NONE
