"""What stands between a delivery and the portal, in the design's order: skipped, permission,
destination, client; the file and the portal come after."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.destinations import render
from core.domain.models import Client, Document, Employee, Names, Origin, Task, Template
from core.domain.permissions import carries
from core.domain.text import Text

BY_ACCOUNTING = Text("já integrado pelo sistema contábil", "already integrated by the accounting system")
NOT_SENT = Text("o template está marcado para não enviar ao portal", "the template is marked as not sent to the portal")


@dataclass(frozen=True)
class Skipped:
    """Not sent, and rightly so."""

    why: Text


@dataclass(frozen=True)
class Obstacle:
    """A failure that is known before the portal is asked."""

    code: str


@dataclass(frozen=True)
class Target:
    """The folder that the document goes to."""

    root: Names
    folder: Names


def skipped(document: Document, template: Template) -> Text | None:
    """Why a document is never sent by us, or None (section 2.6)."""
    if document.origin is Origin.ACCOUNTING:
        return BY_ACCOUNTING
    return None if template.send else NOT_SENT


def check(
    document: Document,
    template: Template,
    client: Client,
    task: Task,
    authorised_by: str,
    employee: Employee | None,
) -> Skipped | Obstacle | Target:
    """Go through the checks in their order and tell the first that fits, or where the document goes.

    Args:
        authorised_by: whose permission the delivery carries, and `employee` that employee, if there is one.
    """
    why = skipped(document, template)
    if why is not None:
        return Skipped(why)
    if not carries(authorised_by, employee, template.department):
        return Obstacle("permission_denied")
    if not template.destination:
        return Obstacle("no_destination")
    if not client.portal:
        return Obstacle("client_not_linked")
    return Target(client.portal, render(template.destination, task.period))
