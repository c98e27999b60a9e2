"""Destinations of templates (the design's section 2.2): chosen for one or many at once, and undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.domain.destinations import show_destination
from core.domain.models import DestinationSource, Mapped, MappingChange, Names, Template
from core.domain.permissions import Actor
from core.domain.text import Text
from core.office.actors import require_admin
from core.office.context import Context
from core.office.errors import Refused
from core.office.queue import event, requeue

UNKNOWN = Text("Não há template {template}.", "There is no template {template}.")
SEE_TEMPLATES = Text("Veja os cadastrados: malote templates.", "See what there is: malote templates.")
NOTHING_TO_UNDO = Text("Você não tem mudança de pasta para desfazer.", "You have no change of folders to undo.")
ALTERED = Text(
    "Não dá para desfazer: {template_name} mudou depois, para {destination}.",
    "This cannot be undone: {template_name} was changed since, to {destination}.",
)
MAP_INSTEAD = Text(
    'Escolha a pasta que quer: malote map {template} --to "Pasta > Subpasta".',
    'Choose the folder you want: malote map {template} --to "Folder > Subfolder".',
)
WAS_MAPPED = Text("o template ganhou pasta de destino", "the template got a destination")


def find_templates(ctx: Context, keys: Iterable[str]) -> list[Template]:
    """The templates of these ids, in their order.

    Raises:
        Refused: one is unknown.
    """
    keys = list(keys)
    found = ctx.store.templates.get_many(keys)
    for key in keys:
        if key not in found:
            raise Refused(UNKNOWN, SEE_TEMPLATES, template=key)
    return [found[key] for key in dict.fromkeys(keys)]


def map_templates(ctx: Context, actor: Actor, keys: Iterable[str], destination: Names | None) -> MappingChange | None:
    """Choose a destination for templates, or none; what waited for it goes on by itself.

    Returns:
        The change, or None when all had that destination already.

    Raises:
        Refused: the actor is no admin, or a template is unknown.
    """
    require_admin(actor)
    with ctx.store.transaction():
        changes = [
            Mapped(
                template=one.id,
                before=one.destination,
                before_source=one.destination_source,
                after=destination,
                after_source=DestinationSource.HAND,
            )
            for one in find_templates(ctx, keys)
            if (one.destination, one.destination_source) != (destination, DestinationSource.HAND)
        ]
        return remap(ctx, actor, changes) if changes else None


def undo(ctx: Context, actor: Actor) -> MappingChange:
    """Undo one's own last change of destinations.

    Raises:
        Refused: there is none, or a template was changed since.
    """
    require_admin(actor)
    with ctx.store.transaction():
        last = next((one for one in ctx.store.last_mapping_changes(actor.id) if one.undone_at is None), None)
        if last is None:
            raise Refused(NOTHING_TO_UNDO)
        templates = ctx.store.templates.get_many(one.template for one in last.changes)
        for one in last.changes:
            template = templates[one.template]
            if (template.destination, template.destination_source) != (one.after, one.after_source):
                raise Refused(
                    ALTERED,
                    MAP_INSTEAD,
                    template=template.id,
                    template_name=template.name,
                    destination=show_or_none(template.destination),
                )
        undone = last.model_copy(update={"undone_at": ctx.now()})
        ctx.store.mapping_changes.save([undone])
        back = [
            Mapped(
                template=one.template,
                before=one.after,
                before_source=one.after_source,
                after=one.before,
                after_source=one.before_source,
            )
            for one in last.changes
        ]
        _write(ctx, actor, back, "mapping_undone")
        return undone


def remap(ctx: Context, actor: Actor, changes: Sequence[Mapped]) -> MappingChange:
    """Write a change of destinations that can be undone; in the caller's transaction."""
    _write(ctx, actor, changes, None)
    change = MappingChange(id=ctx.new_id(), actor=actor.id, at=ctx.now(), changes=tuple(changes))
    ctx.store.mapping_changes.save([change])
    return change


def _write(ctx: Context, actor: Actor, changes: Sequence[Mapped], code: str | None) -> None:
    templates = ctx.store.templates.get_many(one.template for one in changes)
    ctx.store.templates.save(
        templates[one.template].model_copy(update={"destination": one.after, "destination_source": one.after_source})
        for one in changes
    )
    ctx.store.append(
        [
            event(
                ctx,
                actor,
                code or ("mapped" if one.after else "unmapped"),
                folder=one.after,
                params={
                    "template": one.template,
                    "template_name": templates[one.template].name,
                    "destination": show_or_none(one.after),
                },
            )
            for one in changes
        ]
    )
    mapped = {one.template for one in changes if one.after}
    waiting = [
        one
        for code in ("no_destination", "name_invalid")
        for one in ctx.store.deliveries.failed(code)
        if one.template in mapped
    ]
    requeue(ctx, actor, waiting, WAS_MAPPED)


def show_or_none(destination: Names | None) -> str:
    return show_destination(destination) if destination else "-"
