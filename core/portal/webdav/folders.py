"""Which folders exist, and under which spelling; missing ones are made level by level, each by one of us."""

from __future__ import annotations

import asyncio

from core.domain.models import Names
from core.domain.text import Text, both
from core.portal.faults import VANISHES
from core.portal.webdav.faults import fault_of
from core.portal.webdav.hrefs import spellings
from core.portal.webdav.verbs import DONE, Dav
from core.ports import PortalFault

MISSING = frozenset({404, 409})
"""The folder above is missing (RFC 4918, 9.3.1, asks for 409)."""
NOT_A_FOLDER = Text("“{name}” é um arquivo, não uma pasta", "“{name}” is a file, not a folder")
NO_ROOT = Text("a pasta do portal não existe neste endereço", "the portal's folder does not exist at this URL")


class Folders:
    """Remembers what exists, until an answer says otherwise. Keys are names in NFC, values as the server has them."""

    def __init__(self, dav: Dav):
        self._dav = dav
        self._known: dict[Names, Names] = {(): ()}
        self._being_made: dict[Names, asyncio.Future[Names]] = {}

    def forget(self, names: Names) -> None:
        """That folder or one above it seems to be gone: ask again when it is needed."""
        for level in range(1, len(names) + 1):
            self._known.pop(names[:level], None)

    async def where(self, names: Names) -> Names | None:
        """The folder as the server spells it; None when it (surely) does not exist. ASCII names are not asked for."""
        known = self._known.get(names)
        if known is not None:
            return known
        above = await self.where(names[:-1])
        if above is None:
            return None
        if names[-1].isascii():
            return (*above, names[-1])
        return await self._found(names, above)

    async def made(self, names: Names) -> Names:
        """The folder as the server spells it, made with those above it where they are missing.

        Raises:
            PortalFault: name_invalid where a file is in its place, portal_unreachable when the portal's root is gone.
        """
        known = self._known.get(names)
        if known is not None:
            return known
        making = self._being_made.get(names)
        if making is None:
            making = asyncio.ensure_future(self._make(names))
            self._being_made[names] = making
            making.add_done_callback(lambda done: self._ended(names, done))
        return await asyncio.shield(making)

    def _ended(self, names: Names, done: asyncio.Future[Names]) -> None:
        del self._being_made[names]
        if not done.cancelled():
            done.exception()  # whoever waits hears of it; nobody may be left

    async def _make(self, names: Names) -> Names:
        for _ in range(3):
            above = await self.made(names[:-1])
            if not names[-1].isascii():
                found = await self._found(names, above)
                if found is not None:
                    return found
            path = (*above, names[-1])
            answer = await self._dav.make_folder(path)
            if answer.status not in DONE | MISSING:  # 405, or a redirect to the path with a slash: something is there
                entry = await self._dav.find(path, folder=answer.status != 400)  # Apache's word for a file there
                if entry is None or not entry.is_folder:
                    raise fault_of(answer) if answer.status == 403 else not_a_folder(names[-1])
            if answer.status not in MISSING:
                self._known[names] = path
                return path
            if len(names) == 1:
                raise root_is_gone()
            self.forget(names)
        raise PortalFault("portal_busy", both(VANISHES))

    async def _found(self, names: Names, above: Names) -> Names | None:
        for spelling in spellings(names[-1]):
            path = (*above, spelling)
            entry = await self._dav.find(path, folder=True)
            if entry is not None and entry.is_folder:
                self._known[names] = path
                return path
        return None


def not_a_folder(name: str) -> PortalFault:
    return PortalFault("name_invalid", both(NOT_A_FOLDER, name=name))


def root_is_gone() -> PortalFault:
    return PortalFault("portal_unreachable", both(NO_ROOT))
