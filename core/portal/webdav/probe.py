"""Finding out what a server honours, by doing it with scratch files that are removed (the design's section 5)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from core.domain.models import Names
from core.domain.text import Text, both
from core.portal.webdav.facts import Facts
from core.portal.webdav.faults import fault_of
from core.portal.webdav.placing import AREA
from core.portal.webdav.probe_locks import RACED, LockQuestions
from core.portal.webdav.verbs import DONE, Dav
from core.portal.webdav.xml import DAV, NC, OC
from core.ports import PortalFault

RACES = 8
SIGNS = "?#;%&+=,:@'\"<>|*"
"""Signs that are legal in names, and that some server or file system takes for something else."""
CUT_SIZE = 300_000
UNSAFE = Text(
    "este servidor não move arquivos (MOVE), então um cliente poderia ver meio documento: {said}",
    "this server does not move files (MOVE), so a client could see half a document: {said}",
)


@dataclass(frozen=True)
class Presented:
    """How a server presents itself: what says that it may be another one than before."""

    server: str
    dav: str


async def presented(dav: Dav) -> Presented:
    answer = await dav.options()
    classes = sorted(one.strip() for one in answer.headers.get("dav", "").split(",") if one.strip())
    return Presented(dav.requests.server, ", ".join(classes))


class Probe(LockQuestions):
    """Asks one server; leaves nothing behind but `.malote/` itself."""

    async def run(self) -> Facts:
        """Find out everything.

        Raises:
            PortalFault: portal_unsafe where no way of writing is safe; whatever keeps us from writing at all.
        """
        self._folders.forget(AREA)
        await self._folders.made(AREA)
        try:
            return await self._ask()
        finally:
            for path in self._made:
                with suppress(PortalFault):
                    await self._dav.delete(path)

    async def _ask(self) -> Facts:
        how = await presented(self._dav)
        await self._find_destination()
        keeps_name, replaces = await self._overwriting()
        locks_exclude, lock_makes_file = await self._locks()
        locks_leak = locks_exclude and (await self._leaks() or (lock_makes_file and await self._makes_twice()))
        conditions = await self._conditions()
        half = await self._cut()
        lost = sum([await self._race(n) for n in range(RACES)])
        return Facts(
            server=how.server,
            dav=how.dav,
            path_only=self._dav.path_only,
            keeps_name=keeps_name,
            replaces=replaces,
            locks_exclude=locks_exclude,
            locks_leak=locks_leak,
            matches_etag=locks_exclude and await self._matches_etag(),
            lock_makes_file=lock_makes_file,
            conditions=conditions,
            half_after_cut=half,
            lost_in_race=lost,
            races=RACES,
            cut_in_names=await self._cut_signs(in_folder=False),
            cut_in_folders=await self._cut_signs(in_folder=True),
            seen_by=await self._seen_by(),
        )

    async def _find_destination(self) -> None:
        """Whether MOVE works, and how the server wants to read where to."""
        a, b = self._name("a"), self._name("b")
        answer = None
        for path_only in (False, True):
            self._dav.path_only = path_only
            await self._write(a, b"one")
            answer = await self._dav.move(a, b, overwrite=False)
            if answer.status in DONE and await self._holds(b, b"one") and await self._dav.find(a) is None:
                return
            if answer.status in {501, 405}:
                break
        self._dav.path_only = False
        assert answer is not None
        said = fault_of(answer)
        if answer.status not in {400, 404, 405, 409, 500, 501, 200, 201, 204, 207}:
            raise said
        raise PortalFault("portal_unsafe", both(UNSAFE, said=said.detail))

    async def _overwriting(self) -> tuple[bool, bool]:
        a, b = self._name("a"), self._name("b")
        await self._write(a, b"two")
        await self._dav.move(a, b, overwrite=False)
        keeps = await self._holds(b, b"one")
        await self._write(a, b"three")
        await self._dav.move(a, b, overwrite=True)
        return keeps, await self._holds(b, b"three")

    async def _cut_signs(self, *, in_folder: bool) -> str:
        """Signs at which the server cuts the target of a MOVE (WsgiDAV does at ; and ?), or that it refuses."""
        if await self._takes(SIGNS, in_folder=in_folder):
            return ""
        return "".join([sign for sign in SIGNS if not await self._takes(sign, in_folder=in_folder)])

    async def _takes(self, signs: str, *, in_folder: bool) -> bool:
        a = self._name("a")
        self._name("s")  # where it would lie if cut
        await self._write(a, b"signs")
        named: Names = (*AREA, f"{self._id}-s{signs}z")
        target = named
        try:
            if in_folder:
                if (await self._dav.make_folder(named)).status not in DONE:
                    return False
                target = (*named, "z")
            moved = await self._dav.move(a, target, overwrite=False)
            return moved.status in DONE and await self._holds(target, b"signs")
        except PortalFault as fault:
            if fault.code in {"portal_unreachable", "portal_auth"}:
                raise
            return False
        finally:
            with suppress(PortalFault):
                await self._dav.delete(named, folder=in_folder)
                await self._dav.delete(self._name("s"))

    async def _conditions(self) -> bool:
        """Whether PUT honours `If-None-Match: *`: said, not relied upon."""
        there = self._name("there")
        await self._write(there, b"there")
        await self._foreign(there, b"other", {"If-None-Match": "*"})
        return await self._holds(there, b"there")

    async def _cut(self) -> bool:
        """Whether half a file lies there after a connection was cut in the middle of a PUT: said, not relied upon."""
        path = self._name("cut")
        await self._dav.requests.cut_put(self._dav.path(path), CUT_SIZE)
        for wait in (0.02, 0.05, 0.1, 0.2):
            await asyncio.sleep(wait)
            entry = await self._dav.find(path)
            if entry is not None:
                return True
        return False

    async def _race(self, n: int) -> bool:
        """Whether somebody's file, written at the very moment of our MOVE with `Overwrite: F`, was lost to ours."""
        ours, name = self._name("ours"), self._name(f"race{n}")
        await self._write(ours, RACED)
        foreign = RACED[::-1]
        moved, put = await asyncio.gather(
            self._dav.move(ours, name, overwrite=False),
            self._foreign(name, foreign),
        )
        return moved.status in DONE and put and not await self._holds(name, foreign)

    async def _seen_by(self) -> tuple[str, ...]:
        """The properties by which this server shows that a file was seen."""
        entry = await self._dav.find(self._name("there"))
        if entry is None:
            return ()
        known = {f"{OC}permissions": "permissions", f"{NC}lock": "lock", f"{DAV}isreadonly": "readonly"}
        return tuple(code for name, code in known.items() if name in entry.properties)
