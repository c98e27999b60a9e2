"""A new office's first templates."""

from __future__ import annotations

from core.catalog import standard_templates
from core.domain.models import Template
from core.domain.permissions import Actor
from core.domain.text import Text
from core.office.actors import require_admin
from core.office.context import Context
from core.office.queue import event

STANDARD = Text("templates padrão", "standard templates")


def add_standard_templates(ctx: Context, actor: Actor) -> int:
    """Register the catalogue's templates that the office does not have; their folders come with activation.

    Returns:
        How many were added.

    Raises:
        Refused: the actor is no admin.
    """
    require_admin(ctx, actor)
    with ctx.store.transaction():
        standard = standard_templates()
        known = ctx.store.templates.get_many(one.id for one in standard)
        new = [Template(id=one.id, name=one.name, department=one.department) for one in standard if one.id not in known]
        ctx.store.templates.save(new)
        if new:
            params = {"file": list(STANDARD), "added": len(new), "changed": 0}
            ctx.store.append([event(ctx, actor, "imported", params=params)])
    return len(new)
