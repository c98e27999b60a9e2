"""How the portal is, and what a check of it found."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from core.domain.failures import FAILURES
from core.domain.models import Client, Names, Pause, Place
from core.domain.permissions import Actor
from core.domain.text import Sentence, Text, as_sentence
from core.office.actors import require_admin
from core.office.context import Context
from core.office.errors import PortalUnusable
from core.office.loop import in_loop
from core.office.promises import note_unkept
from core.office.queue import resume
from core.office.views import every
from core.ports import Portal, PortalFault, PortalReport

PROBED = Place(root=(), folder=(), name=".malote")
"""Looking at this is the cheapest way to learn whether the portal answers."""
AT_ONCE = 8
"""Folders that are made at the same time."""
SOME_FOLDER = Text("uma pasta dele", "a folder of it")
LET_US_WRITE = Text(
    "Dê ao usuário do portal (no servidor, ao usuário do servidor web) o direito de gravar na pasta do portal; depois: "
    "malote portal check.",
    "Give the portal's user (on the server, the web server's user) the right to write to the portal's folder; then: "
    "malote portal check.",
)


def reachable(ctx: Context) -> bool:
    """Whether the portal answers now."""

    async def look() -> None:
        portal = ctx.portal()
        try:
            await portal.look(PROBED)
        finally:
            await portal.close()

    try:
        in_loop(look())
    except PortalFault:
        return False
    return True


@dataclass(frozen=True)
class Checked:
    """What a portal check found."""

    report: PortalReport
    without_folder: tuple[Client, ...]
    made: tuple[Client, ...]
    resumed: bool


def check_portal(ctx: Context, actor: Actor, *, make_folders: bool = False) -> Checked:
    """Find out what the portal honours; when it is well, paused sending goes on.

    Args:
        make_folders: make the root folders of the clients that have none yet; for admins.

    Raises:
        Refused: the folders are to be made, and the actor is no admin.
        PortalUnusable: it cannot be reached, refuses us, or is unsafe.
    """
    if make_folders:
        require_admin(ctx, actor)

    async def check() -> tuple[PortalReport, tuple[Client, ...], tuple[Client, ...]]:
        portal = ctx.portal()
        try:
            report = await portal.check()
            note_unkept(ctx, portal)
            without = await _without_folder(ctx, portal)
            if not make_folders:
                return report, without, ()
            for some in range(0, len(without), AT_ONCE):
                await asyncio.gather(*(portal.make_folder(one.portal) for one in without[some : some + AT_ONCE]))
            return report, (), without
        finally:
            await portal.close()

    try:
        report, without, made = in_loop(check())
    except PortalFault as fault:
        raise portal_unusable(fault) from None
    with ctx.store.transaction():
        resumed = resume(ctx, actor)
    return Checked(report, without, made, resumed)


async def _without_folder(ctx: Context, portal: Portal) -> tuple[Client, ...]:
    """The linked clients whose root folder is not at the portal, by listing each folder that holds roots once."""
    linked = [one for one in every(ctx.store.clients) if one.portal]
    there: set[Names] = set()
    for above in {one.portal[:-1] for one in linked}:
        there.update((*above, name) for name in await portal.names((), above))
    return tuple(one for one in linked if one.portal not in there)


def portal_unusable(fault: PortalFault) -> PortalUnusable:
    """A fault of the portal as a sentence with its remedy."""
    failure = FAILURES[fault.code]
    remedy = LET_US_WRITE if fault.code == "portal_forbidden" else failure.remedy
    params = {"folder": SOME_FOLDER, "name": "", "delivery": "ID", "document": "ID"}
    return PortalUnusable(failure.sentence, remedy, **params, detail=as_sentence(fault.detail))


def told(pause: Pause) -> Sentence:
    """Why sending is paused."""
    return Sentence(FAILURES[pause.code].sentence, {"detail": as_sentence(pause.detail)})
