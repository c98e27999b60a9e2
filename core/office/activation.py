"""Activation (the design's section 2.1): nothing is sent before someone has looked at the mapping."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.catalog import match
from core.domain.models import DestinationSource, Hold, Integration, Mapped, MappingChange, Template
from core.domain.permissions import Actor
from core.office.actors import require_admin
from core.office.context import Context
from core.office.mapping import remap
from core.office.queue import event, release_held
from core.office.views import every


@dataclass(frozen=True)
class Preview:
    """What activation would change, and what it would leave."""

    configured: tuple[Template, ...]  # as they would be
    without_destination: tuple[Template, ...]
    pending: int  # deliveries of tasks completed while inactive
    pending_tasks: int = 0  # how many tasks these are of


@dataclass(frozen=True)
class Activated:
    integration: Integration
    preview: Preview
    queued: int


def with_standard_folder(template: Template) -> Template | None:
    """The template with the standard folder that the catalogue has for it.

    None where the catalogue does not know it, it is not sent, or someone has chosen (also to have none).
    """
    if not template.send or template.destination or template.destination_source is not None:
        return None
    standard = match(template.name, template.department)
    if standard is None:
        return None
    return template.model_copy(
        update={"destination": standard.folder, "destination_source": DestinationSource.STANDARD}
    )


def preview(ctx: Context, *, standard_folders: bool) -> Preview:
    """Say what activating would do, doing nothing."""
    configured, without = [], []
    for template in every(ctx.store.templates):
        mapped = with_standard_folder(template) if standard_folders else None
        if mapped is not None:
            configured.append(mapped)
        elif template.send and not template.destination:
            without.append(template)
    pending = ctx.store.deliveries.held_counts().get(Hold.INACTIVE, 0)
    tasks = ctx.store.deliveries.held_tasks(Hold.INACTIVE) if pending else 0
    return Preview(tuple(configured), tuple(without), pending, tasks)


def activate(
    ctx: Context, actor: Actor, *, standard_folders: bool | None = None, send_pending: bool = False
) -> Activated:
    """Activate the integration, or edit its options.

    Args:
        standard_folders: whether templates that the catalogue knows get its folders, now and when imported later;
            None leaves that as it is.
        send_pending: also send what was completed while the integration was off.

    Raises:
        Refused: the actor is no admin.
    """
    require_admin(ctx, actor)
    with ctx.store.transaction():
        before = ctx.store.integration()
        wanted = before.standard_folders if standard_folders is None else standard_folders
        seen = preview(ctx, standard_folders=wanted)
        integration = before.model_copy(
            update={
                "active": True,
                "standard_folders": wanted,
                "since": before.since if before.active else ctx.now(),
                "by": before.by if before.active else actor.id,
            }
        )
        ctx.store.set_integration(integration)
        if before.active:
            _tell_folders(ctx, actor, before, wanted)
        else:
            ctx.store.append([event(ctx, actor, "activated", params={"standard_folders": wanted})])
        apply_standard_folders(ctx, actor, seen.configured)
        queued = release_held(ctx, actor) if send_pending else 0
    return Activated(integration, seen, queued)


def prefer_standard_folders(ctx: Context, actor: Actor) -> None:
    """Choose standard folders for when the integration is activated, without activating it.

    Raises:
        Refused: the actor is no admin.
    """
    require_admin(ctx, actor)
    with ctx.store.transaction():
        before = ctx.store.integration()
        ctx.store.set_integration(before.model_copy(update={"standard_folders": True}))
        _tell_folders(ctx, actor, before, True)


def _tell_folders(ctx: Context, actor: Actor, before: Integration, wanted: bool) -> None:
    if wanted != before.standard_folders:
        code = "standard_folders_on" if wanted else "standard_folders_off"
        ctx.store.append([event(ctx, actor, code)])


def apply_standard_folders(ctx: Context, actor: Actor, templates: Iterable[Template]) -> MappingChange | None:
    """Give templates the folders they carry, as one change that can be undone; in the caller's transaction."""
    changes = [
        Mapped(
            template=one.id,
            before=None,
            before_source=None,
            after=one.destination,
            after_source=one.destination_source,
        )
        for one in templates
    ]
    return remap(ctx, actor, changes) if changes else None


def deactivate(ctx: Context, actor: Actor) -> Integration:
    """Hold the queue; tasks completed meanwhile are sent only on request.

    Raises:
        Refused: the actor is no admin.
    """
    require_admin(ctx, actor)
    with ctx.store.transaction():
        before = ctx.store.integration()
        if not before.active:
            return before
        integration = before.model_copy(update={"active": False, "since": ctx.now(), "by": actor.id})
        ctx.store.set_integration(integration)
        ctx.store.append([event(ctx, actor, "deactivated")])
    return integration
