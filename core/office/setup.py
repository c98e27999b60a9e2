"""What a new office starts with: its first templates, its password in the system's keyring."""

from __future__ import annotations

from core.catalog import standard_templates
from core.domain.models import Template
from core.domain.permissions import Actor
from core.domain.text import Text
from core.office.actors import require_admin
from core.office.context import Context
from core.office.errors import Refused
from core.office.queue import event

NOT_KEPT = Text("O chaveiro do sistema não guardou a senha.", "The system's keyring did not keep the password.")
KEEP_IN_FILE = Text(
    "Desbloqueie-o, ou desmarque o chaveiro: a senha fica num arquivo só seu.",
    "Unlock it, or untick the keyring: the password goes into a file of yours alone.",
)
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


def has_keyring() -> bool:
    """Whether the system has a keyring that can keep the portal's password; asks the system, so in a thread."""
    from core.portal.webdav.credentials import has_keyring as found  # noqa: PLC0415 - with it comes all of HTTP

    return found()


def keep_password(url: str, password: str) -> None:
    """Keep a WebDAV portal's password in the system's keyring.

    Raises:
        Refused: it did not take it.
    """
    from core.portal.webdav.opening import keep_password as keep  # noqa: PLC0415

    if not keep(url, password):
        raise Refused(NOT_KEPT, KEEP_IN_FILE)
