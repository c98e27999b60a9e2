"""templates.csv."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.destinations import parse_destination
from core.domain.models import DestinationSource, Mapped, Template
from core.domain.permissions import Actor, carries
from core.domain.text import Text
from core.office.activation import with_standard_folder
from core.office.context import Context
from core.office.intake.cells import read_bool, read_id, read_line
from core.office.intake.sheet import Change, Column, Counts, Sheet, changes, keyed, save
from core.office.mapping import folder_or_none, remap
from core.office.queue import requeue
from core.office.registry import WAS_ALLOWED

COLUMNS = (
    Column("id", ("código", "cód", "código do template"), read_id, needed=True),
    Column("name", ("nome", "template", "template de documento", "documento"), read_line, needed=True),
    Column("department", ("departamento", "setor", "depto"), read_line, needed=True),
    Column("destination", ("pasta de destino", "destino", "pasta", "pasta de destino no portal"), parse_destination),
    Column("send", ("enviar", "enviar ao portal", "envia"), read_bool),
)
_FIELDS = frozenset({"id", "name", "department", "send"})

CHOSEN = Text(
    "{file}, linha {line}: {template} fica com a pasta que alguém escolheu, {destination}; {given} não foi usada",
    "{file}, line {line}: {template} keeps the folder that someone chose, {destination}; {given} was not used",
)
NOT_SENT = Text("o template foi marcado para não enviar ao portal", "the template was marked as not sent to the portal")


def take_templates(ctx: Context, actor: Actor, sheet: Sheet) -> Counts:
    """Register and change templates and their destinations. In the caller's transaction.

    A new template comes with its destination; that of a known one changes as by `malote map`, and can be undone.
    """
    rows = list(keyed(sheet))
    existing = ctx.store.templates.get_many(one.values["id"] for one in rows)
    changed = changes(sheet, rows, existing, Template, _FIELDS)
    if sheet.refused:
        return Counts()
    standard = ctx.store.integration().standard_folders
    new = [_with_folder(one, standard=standard) for one in changed if one.before is None]
    known = [(one.before, one) for one in changed if one.before is not None]
    different = [(before, one.after) for before, one in known if before != one.after]
    save(ctx.store.templates, [*new, *(after for _, after in different)])
    mapped = [to for before, one in known if (to := _mapped(sheet, before, one, standard=standard)) is not None]
    if mapped:
        remap(ctx, actor, mapped)
    _requeue(ctx, actor, different)
    altered = {after.id for _, after in different} | {one.template for one in mapped}
    return Counts(len(new), len(altered), len(known) - len(altered))


def _with_folder(one: Change[Template], *, standard: bool) -> Template:
    destination = one.given.values.get("destination")
    if destination:
        return one.after.model_copy(update={"destination": destination, "destination_source": DestinationSource.CSV})
    return (with_standard_folder(one.after) if standard else None) or one.after


def _mapped(sheet: Sheet, before: Template, one: Change[Template], *, standard: bool) -> Mapped | None:
    """The change of a known template's destination, if there is one: what someone chose by hand stays."""
    destination, source = one.given.values.get("destination"), DestinationSource.CSV
    if destination is None:
        after = with_standard_folder(one.after) if standard else None
        if after is None:
            return None
        destination, source = after.destination, DestinationSource.STANDARD
    elif before.destination_source is DestinationSource.HAND:
        if destination != before.destination:
            sheet.warn(
                CHOSEN,
                line=one.given.row.line,
                template=before.id,
                destination=folder_or_none(before.destination),
                given=folder_or_none(destination),
            )
        return None
    if (destination, source) == (before.destination, before.destination_source):
        return None
    return Mapped(
        template=before.id,
        before=before.destination,
        before_source=before.destination_source,
        after=destination,
        after_source=source,
    )


def _requeue(ctx: Context, actor: Actor, different: Iterable[tuple[Template, Template]]) -> None:
    """What failed for what changed goes on: also to be skipped, where its template is not sent any more."""
    silenced = {after.id for before, after in different if before.send and not after.send}
    moved = {after.id: after for before, after in different if before.department != after.department}
    if silenced:
        requeue(ctx, actor, [one for one in ctx.store.deliveries.failed() if one.template in silenced], NOT_SENT)
    if moved:
        denied = [one for one in ctx.store.deliveries.failed("permission_denied") if one.template in moved]
        employees = ctx.store.employees.get_many(one.authorised_by for one in denied)
        allowed = [
            one
            for one in denied
            if carries(one.authorised_by, employees.get(one.authorised_by), moved[one.template].department)
        ]
        requeue(ctx, actor, allowed, WAS_ALLOWED)
