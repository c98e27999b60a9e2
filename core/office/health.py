"""How the portal is, and what a check of it found."""

from __future__ import annotations

import asyncio
import unicodedata
from dataclasses import dataclass

from core.domain.failures import FAILURES
from core.domain.models import Client, Pause, Place
from core.domain.permissions import Actor
from core.domain.text import Sentence
from core.office.context import Context
from core.office.errors import PortalUnusable
from core.office.queue import resume
from core.office.views import every
from core.ports import PortalFault, PortalReport

PROBED = Place(root=(), folder=(), name=".malote")
"""Looking at this is the cheapest way to learn whether the portal answers."""


def reachable(ctx: Context) -> bool:
    """Whether the portal answers now."""

    async def look() -> None:
        portal = ctx.portal()
        try:
            await portal.look(PROBED)
        finally:
            await portal.close()

    try:
        asyncio.run(look())
    except PortalFault:
        return False
    return True


@dataclass(frozen=True)
class Checked:
    """What a portal check found."""

    report: PortalReport
    without_folder: tuple[Client, ...]
    resumed: bool


def check_portal(ctx: Context, actor: Actor) -> Checked:
    """Find out what the portal honours; when it is well, paused sending goes on.

    Raises:
        PortalUnusable: it cannot be reached, refuses us, or is unsafe.
    """

    async def check() -> tuple[PortalReport, list[Client]]:
        portal = ctx.portal()
        try:
            report = await portal.check()
            there = {unicodedata.normalize("NFC", name) for name in await portal.folders((), ())}
            return report, [one for one in every(ctx.store.clients) if one.portal and one.portal[0] not in there]
        finally:
            await portal.close()

    try:
        report, without = asyncio.run(check())
    except PortalFault as fault:
        raise portal_unusable(fault) from None
    with ctx.store.transaction():
        resumed = resume(ctx, actor)
    return Checked(report, tuple(without), resumed)


def portal_unusable(fault: PortalFault) -> PortalUnusable:
    """A fault of the portal as a sentence with its remedy."""
    failure = FAILURES[fault.code]
    params = {"detail": fault.detail, "folder": "", "name": "", "delivery": "ID", "document": "ID"}
    return PortalUnusable(failure.sentence, failure.remedy, **params)


def told(pause: Pause) -> Sentence:
    """Why sending is paused."""
    return Sentence(FAILURES[pause.code].sentence, {"detail": pause.detail})
