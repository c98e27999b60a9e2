"""Destinations of templates (the design's section 2.2): chosen for one or many at once, and undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from shlex import quote

from core.domain.destinations import show_destination
from core.domain.models import Delivery, DestinationSource, Mapped, MappingChange, Names, TaskStatus, Template
from core.domain.permissions import OUTSIDER, Actor
from core.domain.text import Text
from core.office.actors import require_admin
from core.office.context import Context
from core.office.errors import Refused
from core.office.queue import event, requeue
from core.office.views import every

UNKNOWN = Text("Não há template {template}.", "There is no template {template}.")
SEE_TEMPLATES = Text("Veja os cadastrados: malote templates.", "See what there is: malote templates.")
NOTHING_TO_UNDO = Text("Você não tem mudança de pasta para desfazer.", "You have no change of folders to undo.")
NOTHING_TO_REDO = Text("Você não tem mudança de pasta para refazer.", "You have no change of folders to redo.")
ALTERED = Text(
    "Não dá para desfazer: {who} mudou {template_name} depois, para {destination}.",
    "This cannot be undone: {who} has changed {template_name} since, to {destination}.",
)
ALTERED_BEFORE_REDO = Text(
    "Não dá para refazer: {who} mudou {template_name} depois, para {destination}.",
    "This cannot be redone: {who} has changed {template_name} since, to {destination}.",
)
OTHER_STEP = Text(
    "Sua última mudança de pasta já não é a mostrada; nada foi feito.",
    "Your last change of folders is no longer the one shown; nothing was done.",
)
ALTERED_MEANWHILE = Text(
    "{who} mudou {template_name} enquanto isso, para {destination}.",
    "{who} has changed {template_name} meanwhile, to {destination}.",
)
NO_FOLDER = Text("nenhuma pasta", "no folder")
SOMEONE = Text("alguém", "someone")
MAP_INSTEAD = Text(
    'Escolha a pasta que quer: malote map {template_q} --to "Pasta > Subpasta".',
    'Choose the folder you want: malote map {template_q} --to "Folder > Subfolder".',
)
REMAPPED = frozenset({"mapped", "unmapped", "mapping_undone", "mapping_redone"})
"""Events that tell of a template's other destination."""
WAS_MAPPED = Text("o template ganhou pasta de destino", "the template got a destination")


class Altered(Refused):
    """Templates have got another destination since they were chosen: replaced only once that is known and wanted.

    Args:
        templates: as they are now, at least one.
        who: who gave each its destination, by its id, as people call them.
    """

    def __init__(self, templates: Sequence[Template], who: Mapping[str, str]):
        first = templates[0]
        super().__init__(
            ALTERED_MEANWHILE,
            who=who.get(first.id) or SOMEONE,
            template_name=first.name,
            destination=folder_or_none(first.destination),
        )
        self.templates = templates
        self.who = who


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


def map_templates(
    ctx: Context,
    actor: Actor,
    keys: Iterable[str],
    destination: Names | None,
    *,
    seen: Mapping[str, Names | None] | None = None,
) -> MappingChange | None:
    """Choose a destination for templates, or none; what waited for it goes on by itself.

    Args:
        seen: the destinations on which the choice was made, by template; without it, what they have is replaced.

    Returns:
        The change, or None when all had that destination already.

    Raises:
        Altered: a template has neither the destination that was seen nor the chosen one.
        Refused: the actor is no admin, or a template is unknown.
    """
    require_admin(ctx, actor)
    with ctx.store.transaction():
        found = find_templates(ctx, keys)
        if seen is not None:
            altered = [one for one in found if one.destination not in (seen.get(one.id), destination)]
            if altered:
                raise Altered(altered, _who_changed(ctx, altered))
        changes = [
            Mapped(
                template=one.id,
                before=one.destination,
                before_source=one.destination_source,
                after=destination,
                after_source=DestinationSource.HAND,
            )
            for one in found
            if (one.destination, one.destination_source) != (destination, DestinationSource.HAND)
        ]
        return remap(ctx, actor, changes) if changes else None


def undo(ctx: Context, actor: Actor, change: str | None = None) -> MappingChange:
    """Undo one's own last change of destinations.

    Args:
        change: the id of the one that is meant; without it, whichever is the last.

    Raises:
        Refused: there is none, it is another one than is meant, or a template was changed since.
    """
    require_admin(ctx, actor)
    with ctx.store.transaction():
        last = next_undo(ctx, actor)
        if last is None:
            raise Refused(NOTHING_TO_UNDO)
        _must_be(last, change)
        _must_stand(ctx, [_backwards(one) for one in last.changes], ALTERED)
        undone = last.model_copy(update={"undone_at": ctx.now()})
        ctx.store.mapping_changes.save([undone])
        _write(ctx, actor, [_backwards(one) for one in last.changes], "mapping_undone")
        return undone


def redo(ctx: Context, actor: Actor, change: str | None = None) -> MappingChange:
    """Do again what one undid last, as long as one has changed no destination since.

    Args:
        change: the id of the one that is meant; without it, whichever is the last.

    Raises:
        Refused: there is nothing, it is another one than is meant, or a template was changed since.
    """
    require_admin(ctx, actor)
    with ctx.store.transaction():
        undone = next_redo(ctx, actor)
        if undone is None:
            raise Refused(NOTHING_TO_REDO)
        _must_be(undone, change)
        _must_stand(ctx, undone.changes, ALTERED_BEFORE_REDO)
        redone = undone.model_copy(update={"undone_at": None})
        ctx.store.mapping_changes.save([redone])
        _write(ctx, actor, redone.changes, "mapping_redone")
        return redone


def next_undo(ctx: Context, actor: Actor) -> MappingChange | None:
    """One's own last change of destinations that is not undone."""
    return next((one for one in ctx.store.last_mapping_changes(actor.id) if one.undone_at is None), None)


def next_redo(ctx: Context, actor: Actor) -> MappingChange | None:
    """What one undid last; a change that was made after it has taken its place."""
    own = ctx.store.last_mapping_changes(actor.id)
    undone = [(one.undone_at, one) for one in reversed(own) if one.undone_at is not None]
    at, last = max(undone, key=lambda pair: pair[0], default=(None, None))
    return None if at is None or any(one.undone_at is None and one.at > at for one in own) else last


def _backwards(one: Mapped) -> Mapped:
    return Mapped(
        template=one.template,
        before=one.after,
        before_source=one.after_source,
        after=one.before,
        after_source=one.before_source,
    )


def _must_be(found: MappingChange, meant: str | None) -> None:
    """Refuse a step that nobody asked for: one may sit at two consoles."""
    if meant is not None and found.id != meant:
        raise Refused(OTHER_STEP)


def _must_stand(ctx: Context, steps: Sequence[Mapped], altered: Text) -> None:
    """Refuse to write over what someone has decided since; says who, and what."""
    templates = ctx.store.templates.get_many(one.template for one in steps)
    for one in steps:
        template = templates[one.template]
        if (template.destination, template.destination_source) != (one.before, one.before_source):
            raise Refused(
                altered,
                MAP_INSTEAD,
                who=_who_changed(ctx, [template]).get(template.id) or SOMEONE,
                template=template.id,
                template_q=quote(template.id),
                template_name=template.name,
                destination=folder_or_none(template.destination),
            )


def _who_changed(ctx: Context, templates: Iterable[Template]) -> dict[str, str]:
    """Who gave templates the destinations that they have, also by undoing; reads all changes, as it is rarely asked."""
    now = {one.id: one.destination for one in templates}
    found: dict[str, tuple[datetime, str]] = {}
    for change in every(ctx.store.mapping_changes):
        at, who = change.undone_at or change.at, change.actor.removeprefix(OUTSIDER)
        for one in change.changes:
            made = one.before if change.undone_at is not None else one.after
            if one.template in now and made == now[one.template]:
                found[one.template] = max(found.get(one.template, (at, who)), (at, who))
    return {template: who for template, (_, who) in found.items()}


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
                    "destination": show_destination(one.after) if one.after else "-",
                },
            )
            for one in changes
        ]
    )
    requeue(ctx, actor, _waiting(ctx, {one.template for one in changes if one.after}), WAS_MAPPED)


def _waiting(ctx: Context, templates: Collection[str]) -> list[Delivery]:
    """What failed for want of a folder that can be used."""
    return [
        one
        for code in ("no_destination", "name_invalid")
        for one in ctx.store.deliveries.failed(code)
        if one.template in templates
    ]


def leaving(ctx: Context, templates: Collection[str]) -> Counter[str]:
    """How many deliveries of each of these templates leave at once, and for good, when it gets a destination."""
    if not ctx.store.integration().active:
        return Counter()
    waiting = _waiting(ctx, templates)
    tasks = ctx.store.tasks.get_many(one.task for one in waiting)
    return Counter(one.template for one in waiting if tasks[one.task].status is TaskStatus.COMPLETED)


def folder_or_none(destination: Names | None) -> str | Text:
    return show_destination(destination) if destination else NO_FOLDER
