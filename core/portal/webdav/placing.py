"""Bringing new bytes to a portal under a scratch name, and giving them their place by MOVE."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from core.domain.models import Names
from core.domain.names import SCRATCH_FOLDER, numbered
from core.portal.webdav.bodies import Body
from core.portal.webdav.faults import Answer, fault_of, may_have_worked
from core.portal.webdav.folders import Folders, not_a_folder
from core.portal.webdav.verbs import DONE, Dav, Lock
from core.ports import Conflict, PortalFault

AREA = (SCRATCH_FOLDER,)
ASIDE = ".old"


def scratch_path(scratch: str) -> Names:
    return (*AREA, scratch)


def aside_path(scratch: str) -> Names:
    return (*AREA, scratch + ASIDE)


def beside_path(folder: Names, scratch: str) -> Names:
    """Where new bytes wait whose folder cannot be reached by MOVE from `.malote/`: another storage is mounted there."""
    return (*folder, f".malote-{scratch}")


class LockLost(Exception):
    """What we saw under our lock no longer holds: the server has lost the lock, or somebody's late PUT has arrived."""


class FactsChanged(Exception):
    """The server does not do what it was found to do, and this is what it did: find out anew."""


@dataclass(frozen=True)
class Target:
    """A place as the server spells it, and the folder's name as we do."""

    key: Names
    folder: Names
    name: str

    @property
    def path(self) -> Names:
        return (*self.folder, self.name)


class Lying:
    """New bytes on their way: where they lie meanwhile, None once they are in place."""

    def __init__(self, body: Body, scratch: str):
        self.body = body
        self.scratch = scratch
        self.at: Names | None = None


class Placing:
    """Uploads, and moves into place."""

    def __init__(self, dav: Dav, folders: Folders):
        self._dav = dav
        self._folders = folders
        self._beside: set[str] = set()

    @asynccontextmanager
    async def uploaded(self, body: Body, target: Target, scratch: str) -> AsyncIterator[Lying]:
        """New bytes under a scratch name; what is left of them is removed afterwards.

        A fault says `unknown` where we could not remove them: then `recover` has to.
        """
        lying = Lying(body, scratch)
        try:
            if target.key[:1] and target.key[0] in self._beside:
                await self._upload(lying, beside_path(target.folder, scratch))
            else:
                await self._upload(lying, scratch_path(scratch))
            yield lying
        except PortalFault as fault:
            if not fault.unknown and not await self._dropped(lying):
                fault.unknown = True
            raise
        except (Conflict, FactsChanged):
            if not await self._dropped(lying):
                raise PortalFault("portal_unreachable", unknown=True) from None
            raise

    async def _upload(self, lying: Lying, path: Names) -> None:
        if path[:-1] == AREA:
            await self._folders.made(AREA)
        lying.at = path
        folder_missing = frozenset({404, 409})
        status = await self._dav.put(path, lying.body, accept=folder_missing)
        if status in folder_missing:
            self._folders.forget(AREA)
            await self._folders.made(AREA)
            await self._dav.put(path, lying.body)

    async def _dropped(self, lying: Lying) -> bool:
        if lying.at is None:
            return True
        try:
            await self._dav.delete(lying.at)
        except PortalFault:
            return False
        return True

    async def place(
        self, lying: Lying, target: Target, *, lock: Lock | None = None, overwrite: bool = False, etag: str = ""
    ) -> None:
        """MOVE the new bytes to their name; where it fails, find out why and mend what can be mended, once.

        Raises:
            Conflict: the name is taken.
            LockLost: our lock on it has gone, or it is not what the ETag names.
        """
        token = "" if lock is None else lock.token
        for last in (False, True):
            assert lying.at is not None
            answer = await self._dav.move(lying.at, target.path, overwrite=overwrite, token=token, etag=etag)
            if answer.status in DONE and not answer.is_page:
                lying.at = None
                return
            if lock is not None and answer.status in {412, 423}:
                raise LockLost
            if answer.status == 412:
                raise Conflict
            if last or not await self._mended(answer, lying, target, overwrite=overwrite):
                raise not_moved(answer)

    async def _mended(self, answer: Answer, lying: Lying, target: Target, *, overwrite: bool) -> bool:
        """After a MOVE that failed for a reason that its status does not tell: 301, 400, 403, 404, 409, 423, 500."""
        entry = await self._dav.find(target.path)
        if entry is not None and not entry.is_lock_null and not overwrite:
            raise Conflict
        if answer.status == 423:
            return False
        assert lying.at is not None
        if await self._dav.find(lying.at) is None:
            return False  # someone cleared `.malote/` under us, or it was moved after all: look at it anew
        folder = await self._dav.find(target.folder, folder=True)
        if folder is None:
            self._folders.forget(target.key)
            return await self._folders.made(target.key) == target.folder
        if not folder.is_folder:
            raise not_a_folder(target.folder[-1])
        beside = beside_path(target.folder, lying.scratch)
        if answer.status not in {403, 409, 500} or lying.at == beside:
            return False
        await self._dav.delete(lying.at)
        await self._upload(lying, beside)
        self._beside.add(target.key[0])
        return True

    async def put_back(self, aside: Names, target: Target) -> None:
        """What was moved aside goes back to its name, or beside it where there is a newer one."""
        name, number = target.name, 0
        while (answer := await self._dav.move(aside, (*target.folder, name), overwrite=False)).status not in DONE:
            if answer.status == 404 and await self._dav.find(aside) is None:
                return
            if answer.status != 412 and await self._dav.find((*target.folder, name)) is None:
                raise not_moved(answer)
            number += 1
            name = numbered(target.name, number)


def not_moved(answer: Answer) -> PortalFault:
    fault = fault_of(answer)
    if answer.status == 207:
        return PortalFault("portal_error", fault.detail, unknown=True)
    fault.unknown = may_have_worked(answer.status)
    return fault
