"""clients.csv."""

from __future__ import annotations

from core.domain.models import Client
from core.domain.names import meeting_roots, parse_root
from core.domain.permissions import Actor
from core.domain.tax_ids import format_tax_id, parse_tax_id
from core.domain.text import Text
from core.office.context import Context
from core.office.intake.cells import read_id, read_line
from core.office.intake.sheet import Change, Column, Counts, Sheet, changes, count, keyed, save
from core.office.registry import client_changed, requeue_linked
from core.office.views import every

COLUMNS = (
    Column("id", ("código", "cód", "código do cliente"), read_id, needed=True),
    Column("name", ("nome", "razão social", "cliente"), read_line, needed=True),
    Column("tax_id", ("cnpj", "cpf", "cnpj/cpf", "cpf/cnpj", "cnpj ou cpf"), parse_tax_id),
    Column("portal", ("pasta", "pasta no portal", "pasta do portal"), parse_root),
)
_FIELDS = frozenset(Client.model_fields)

MEET = Text(
    "Esta pasta é, contém ou fica dentro da pasta do cliente {other}",
    "This folder is, contains or lies inside that of the client {other}",
)
MEET_ON_LINE = Text(
    "Esta pasta é, contém ou fica dentro da pasta do cliente {other}, da linha {line}",
    "This folder is, contains or lies inside that of the client {other} on line {line}",
)
SAME_TAX_ID = Text(
    "{file}, linha {line}: o CNPJ ou CPF {tax_id} também é do cliente {other}",
    "{file}, line {line}: the tax id {tax_id} is the client {other}'s too",
)


def take_clients(ctx: Context, actor: Actor, sheet: Sheet) -> Counts:
    """Register and change clients; what waited for a folder goes on by itself. In the caller's transaction."""
    existing = {one.id: one for one in every(ctx.store.clients)}
    changed = changes(sheet, keyed(sheet), existing, Client, _FIELDS)
    known = {**existing, **{one.after.id: one.after for one in changed}}
    rows = {one.after.id: one for one in changed}
    _check_roots(sheet, known, rows)
    if sheet.refused:
        return Counts()
    _warn_same_tax_ids(sheet, known, rows)
    different = [one for one in changed if one.before != one.after]
    save(ctx.store.clients, (one.after for one in different))
    ctx.store.append([client_changed(ctx, actor, one.before, one.after) for one in different if one.before is not None])
    linked = {one.after.id for one in different if one.before is not None and one.after.portal != one.before.portal}
    if linked:
        requeue_linked(ctx, actor, linked)
    return count(changed)


def _check_roots(sheet: Sheet, known: dict[str, Client], rows: dict[str, Change[Client]]) -> None:
    """Clients' folders are distinct and none lies inside another's, of the file and of the store (section 2.9)."""
    order = {key: number for number, key in enumerate(rows)}
    for pair in meeting_roots((key, client.portal) for key, client in known.items()):
        other, key = sorted(pair, key=lambda one: order.get(one, -1))
        if key not in rows:
            continue
        if other in rows:
            sheet.problem(rows[key].given.row, "portal", MEET_ON_LINE, other=other, line=rows[other].given.row.line)
        else:
            sheet.problem(rows[key].given.row, "portal", MEET, other=other)


def _warn_same_tax_ids(sheet: Sheet, known: dict[str, Client], rows: dict[str, Change[Client]]) -> None:
    """Two clients of one number are allowed, for some offices keep one company twice; mostly it is a slip."""
    first: dict[str, str] = {}
    for key, client in known.items():
        if not client.tax_id or first.setdefault(client.tax_id, key) == key:
            continue
        other, row = first[client.tax_id], rows.get(key)
        if row is None and (row := rows.get(other)) is not None:
            other = key
        if row is not None:
            line, tax_id = row.given.row.line, format_tax_id(client.tax_id)
            sheet.warn(SAME_TAX_ID, line=line, tax_id=tax_id, other=other)
