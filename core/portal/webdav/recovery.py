"""What a publish that ended in the dark left at the portal, and how it is finished or undone.

It may have left: SCRATCH (new bytes, whole or half) in `.malote/` or beside the target; SCRATCH.old (what was at the
target, see `core.portal.webdav.publishing`); a lock on the target, and an empty file that the lock made.

Such an empty file is told from someone else's by the lock on it, whose owner names the scratch. Where the server does
not show locks, or it has ended: by SCRATCH lying there still, older than the empty file. It is removed under a new
lock.
"""

from __future__ import annotations

from core.domain.models import Names
from core.domain.text import Text, both
from core.portal.webdav.folders import Folders
from core.portal.webdav.placing import AREA, ASIDE, Placing, Target, aside_path, beside_path, scratch_path
from core.portal.webdav.publishing import OWNER, Publisher
from core.portal.webdav.verbs import REDIRECTS, Dav, Lock, sha256_of_nothing
from core.portal.webdav.xml import Entry
from core.ports import PortalFault

STILL_LOCKED = Text("uma trava nossa ainda não acabou", "a lock of ours has not ended yet")


class Recovery:
    """Finishes or undoes; harmless where nothing was left."""

    def __init__(self, dav: Dav, folders: Folders, placing: Placing, publisher: Publisher):
        self._dav = dav
        self._folders = folders
        self._placing = placing
        self._publisher = publisher

    async def recover(self, key: Names, name: str, scratch: str, sha256: str, expected: str | None) -> None:
        """See `core.ports.Portal.recover`.

        Raises:
            PortalFault: portal_busy, while a lock of the dead one still holds the name and the server does not tell
                its token: it ends by itself.
        """
        self._folders.forget(key)  # the dead one may have known better than we do
        aside = aside_path(scratch)
        held = await self._dav.find(aside)
        folder = await self._folders.where(key)
        if held is not None:
            await self._settle(held, Target(key, await self._folders.made(key), name), scratch, expected)
        elif folder is not None:
            target, entry = await self._publisher.find(Target(key, folder, name))
            if entry is not None:
                await self._free(target, entry, scratch, makes_empty=expected is None and sha256 != sha256_of_nothing())
        if folder is not None:
            await self._dav.delete(beside_path(folder, scratch))
        await self._dav.delete(scratch_path(scratch))

    async def scratches(self) -> list[tuple[str, float]]:
        """See `core.ports.Portal.scratches`. Of an old file that was moved aside, its SCRATCH tells the age."""
        listing = await self._dav.members(AREA)
        if listing is None:
            return []
        ages: dict[str, float] = {}
        for name, entry in sorted(listing.members.items(), key=lambda found: not found[0].endswith(ASIDE)):
            age = 0.0 if listing.now is None or entry.modified is None else listing.now - entry.modified
            ages[name.removesuffix(ASIDE)] = max(0.0, age)
        return sorted(ages.items())

    async def discard(self, scratch: str) -> None:
        path = scratch_path(scratch)
        status = await self._dav.delete(path, accept=REDIRECTS | {423})
        if status in REDIRECTS:  # a killed check's folder, which Apache removes by its slash alone
            await self._dav.delete(path, folder=True)
        elif status == 423:  # a killed check may have locked it
            entry = await self._dav.find(path)
            for lock in () if entry is None else entry.locks:
                if lock.owner.startswith(OWNER):
                    await self._dav.unlock(path, lock.token)
            await self._dav.delete(path)

    async def _settle(self, held: Entry, target: Target, scratch: str, expected: str | None) -> None:
        aside = aside_path(scratch)
        _, entry = await self._publisher.find(target)
        if entry is not None and not held.seen and await self._dav.digest(aside) == expected:
            await self._dav.delete(aside)  # the new bytes are in place, or somebody's newer ones: superseded
        else:
            await self._placing.put_back(aside, target)

    async def _free(self, target: Target, entry: Entry, scratch: str, *, makes_empty: bool) -> None:
        ours = next((lock for lock in entry.locks if OWNER + scratch in lock.owner), None)
        empty = makes_empty and not entry.is_folder and entry.size == 0
        if ours is not None:
            lock = Lock(ours.token, created=empty)
        elif empty and not entry.locks and await self._is_younger(entry, target, scratch):
            found = await self._dav.lock(target.path, OWNER + scratch)
            if found == 423:
                raise PortalFault("portal_busy", both(STILL_LOCKED))
            if not isinstance(found, Lock):
                return
            lock = Lock(found.token, created=True)
        else:
            return
        if lock.created:
            await self._publisher.remove_empty(target.path, lock)
        await self._dav.unlock(target.path, lock.token)

    async def _is_younger(self, entry: Entry, target: Target, scratch: str) -> bool:
        """Whether an empty file came after the scratch that lies there still."""
        for path in (scratch_path(scratch), beside_path(target.folder, scratch)):
            lying = await self._dav.find(path)
            if lying is not None:
                return lying.modified is not None and (entry.modified or 0) >= lying.modified
        return False
