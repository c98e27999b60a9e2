"""`malote clients`, `client set`, `employees`, `employee set`."""

from __future__ import annotations

from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Iterable

from core.cli.call import DONE, Call
from core.domain.models import Client, Employee
from core.domain.names import parse_root
from core.domain.permissions import handles
from core.domain.tax_ids import format_tax_id, parse_tax_id
from core.domain.text import Text
from core.office import registry
from core.office.views import every
from core.office.words import (
    ALL_DEPARTMENTS,
    CLIENT_HEADS,
    EMPLOYEE_HEADS,
    NO_DEPARTMENT,
    NO_TEMPLATES_YET,
    NOT_LINKED,
    SAME_TAX_ID,
)

NO_CLIENTS = Text("Nenhum cliente. Traga-os: malote import PASTA.", "No clients. Bring them: malote import FOLDER.")
NO_EMPLOYEES = Text(
    "Nenhum funcionário: qualquer pessoa deste computador pode tudo.",
    "No employees: anyone on this machine may do all.",
)


def client_json(client: Client) -> dict[str, object]:
    return {
        "id": client.id,
        "name": client.name,
        "tax_id": client.tax_id or None,
        "portal": "/".join(client.portal) or None,
    }


def employee_json(employee: Employee) -> dict[str, object]:
    return employee.model_dump(mode="json")


def clients_arguments(parser: ArgumentParser, lang: str) -> None:
    pass


def clients_command(call: Call) -> int:
    with call.reading() as ctx:
        found = list(every(ctx.store.clients))
    if call.json:
        call.dump([client_json(one) for one in found])
        return DONE
    if not found:
        call.tell(NO_CLIENTS)
    missing = call.say(NOT_LINKED)
    call.table(
        CLIENT_HEADS,
        [
            (one.id, one.name, format_tax_id(one.tax_id) if one.tax_id else "", " > ".join(one.portal) or missing)
            for one in found
        ],
    )
    return DONE


def client_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument("action", choices=("set",))
    parser.add_argument("client", metavar="ID")
    parser.add_argument("--name", help=Text("razão social", "registered name").text(lang))
    parser.add_argument("--tax-id", metavar="CNPJ", help=Text("CNPJ ou CPF", "CNPJ or CPF").text(lang))
    parser.add_argument("--portal", help=Text("pasta do cliente no portal", "the client's folder").text(lang))


def client_command(call: Call) -> int:
    args = call.args
    tax_id = parse_tax_id(args.tax_id) if args.tax_id else None
    portal = None if args.portal is None else parse_root(args.portal) if args.portal else ()
    with call.office() as (ctx, actor):
        changed = registry.set_client(ctx, actor, args.client, name=args.name, tax_id=tax_id, portal=portal)
        if tax_id and (others := registry.same_tax_id(every(ctx.store.clients)).get(changed.id)):
            call.tell(SAME_TAX_ID, tax_id=format_tax_id(tax_id), others=", ".join(others))
    if call.json:
        call.dump(client_json(changed))
    else:
        tax_id = format_tax_id(changed.tax_id) if changed.tax_id else ""
        call.print(f"{changed.id}  {changed.name}  {tax_id}  {' > '.join(changed.portal) or call.say(NOT_LINKED)}")
    return DONE


def employees_arguments(parser: ArgumentParser, lang: str) -> None:
    pass


def employees_command(call: Call) -> int:
    with call.reading() as ctx:
        found = list(every(ctx.store.employees))
    if call.json:
        call.dump([employee_json(one) for one in found])
        return DONE
    if not found:
        call.tell(NO_EMPLOYEES)
    call.table(EMPLOYEE_HEADS, [(one.id, one.name, one.login, _departments(call, one)) for one in found])
    return DONE


def employee_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.epilog = Text(
        "exemplo:\n  malote employee set fiscal --add-department Pessoal",
        "example:\n  malote employee set fiscal --add-department Pessoal",
    ).text(lang)
    department = Text("DEPARTAMENTO", "DEPARTMENT").text(lang)
    parser.add_argument("action", choices=("set",))
    parser.add_argument("employee", metavar="ID")
    parser.add_argument(
        "--name", help=Text("nome (cadastra quem ainda não existe)", "name (adds a new one)").text(lang)
    )
    parser.add_argument("--login", help=Text("usuário do sistema operacional", "operating system's user").text(lang))
    parser.add_argument(
        "--departments", help=Text("todos, separados por ;", "all of them, separated by ;").text(lang), metavar="A;B"
    )
    parser.add_argument("--add-department", action="append", default=[], metavar=department)
    parser.add_argument("--remove-department", action="append", default=[], metavar=department)
    parser.add_argument(
        "--admin", action=BooleanOptionalAction, default=None, help=Text("administrador", "admin").text(lang)
    )


def employee_command(call: Call) -> int:
    args = call.args
    listed = args.departments
    departments = None if listed is None else tuple(one.strip() for one in listed.split(";") if one.strip())
    with call.office() as (ctx, actor):
        changed = registry.set_employee(
            ctx,
            actor,
            args.employee,
            name=args.name,
            login=args.login,
            departments=departments,
            add=tuple(args.add_department),
            remove=tuple(args.remove_department),
            admin=args.admin,
        )
        given = (*(departments or ()), *args.add_department)
        known = registry.departments(every(ctx.store.templates))
        if unknown := [one for one in given if not handles(tuple(known), one)]:
            call.tell(NO_DEPARTMENT if known else NO_TEMPLATES_YET, departments=_listed(unknown), known=_listed(known))
    if call.json:
        call.dump(employee_json(changed))
    else:
        call.print(f"{changed.id}  {changed.name}  {_departments(call, changed)}")
    return DONE


def _listed(names: Iterable[str]) -> str:
    return "; ".join(names)


def _departments(call: Call, employee: Employee) -> str:
    return call.say(ALL_DEPARTMENTS) if employee.admin else "; ".join(employee.departments)
