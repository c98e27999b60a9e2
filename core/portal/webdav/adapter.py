"""A portal over WebDAV: the Portal protocol on one server, one user and one root."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from core.domain.models import Names, Place
from core.domain.names import SCRATCH_FOLDER
from core.domain.text import Text, both, fold
from core.portal.checks import check_name
from core.portal.faults import NO_CLIENT, source_unreadable
from core.portal.tree import NOT_A_NAME, component
from core.portal.webdav.bodies import Body
from core.portal.webdav.credentials import Secret, tls_context
from core.portal.webdav.facts import Facts, FactsFile
from core.portal.webdav.faults import Refused
from core.portal.webdav.folders import Folders, root_is_gone
from core.portal.webdav.hrefs import parse_address
from core.portal.webdav.placing import AREA, ASIDE, FactsChanged, Placing, Target
from core.portal.webdav.probe import Probe, presented
from core.portal.webdav.publishing import Publisher
from core.portal.webdav.recovery import Recovery
from core.portal.webdav.requests import Deadlines, Requests
from core.portal.webdav.verbs import LOCK_SECONDS, Dav
from core.portal.webdav.xml import DAV, whole_number
from core.ports import Absent, Condition, Found, PortalFault, PortalReport

LISTING_LIFE = 2.0
"""Seconds for which the picker's folders are not asked for again."""
SPEED_SAMPLE = 1 << 18
NO_FOLDER = Text("o endereço não é de uma pasta", "the URL is no folder's")
KEEPS_CHANGING = Text("o servidor muda de comportamento: {said}", "the server keeps changing its ways: {said}")


class WebDavPortal:
    """Clients' folder trees below one WebDAV collection.

    Args:
        url: `webdav+https://user@host/path`; `webdav+http://` for this machine only, or with `insecure`.
        username: in place of the URL's; without either, nobody is shown to the server unless there is a `token`.
        password, token: read when they are first needed (see `find_password`); a token is a bearer's (RFC 6750).
        exclusive: close the window of creating with a LOCK, where locks exclude.
        verify: how the server's certificate is verified, see `tls_context`; by the system's authorities if None.
        facts: the folder where what the portal honours is kept, beside the office's state; in memory only if None.
        transport: in place of the network, for tests.

    Raises:
        PortalUrlError: the URL cannot be understood, or must not be used.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str = "",
        password: Secret | None = None,
        token: Secret | None = None,
        exclusive: bool = False,
        insecure: bool = False,
        verify: Callable[[], ssl.SSLContext] | None = None,
        facts: Path | None = None,
        deadlines: Deadlines = Deadlines(),  # noqa: B008 - frozen
        lock_seconds: int = LOCK_SECONDS,
        transport: Callable[[], httpx.AsyncBaseTransport] | None = None,
    ):
        address = parse_address(urlsplit(url), insecure=insecure)
        self.url = address.url
        self.linger = deadlines.request
        self.exclusive = exclusive
        self.username = username or address.username
        self._requests = Requests(
            address,
            username=self.username,
            password=password,
            token=token,
            verify=verify or (lambda: tls_context(None)),
            deadlines=deadlines,
            transport=transport,
        )
        self._dav = Dav(self._requests, address, lock_seconds)
        self._folders = Folders(self._dav)
        placing = Placing(self._dav, self._folders)
        self._publisher = Publisher(self._dav, self._folders, placing, exclusive=exclusive)
        self._recovery = Recovery(self._dav, self._folders, placing, self._publisher)
        self._facts = FactsFile(facts, address.url)
        self._probing = asyncio.Lock()
        self._listed: dict[Names, tuple[float, list[str]]] = {}

    @property
    def unkept(self) -> str | None:
        facts = self._facts.read() if self.exclusive else None
        if facts is None:
            return None if self.exclusive else ""
        return "" if facts.exclusive else "locks_leak" if facts.locks_leak else "locks_show"

    async def check(self) -> PortalReport:
        """See `core.ports.Portal`; what was found is in the findings, see `_findings`."""
        self._requests.ask_again()
        clock = asyncio.get_running_loop().time
        root = await self._dav.find((), folder=True, quota=True)
        if root is None:
            raise root_is_gone()
        if not root.is_folder:
            raise PortalFault("portal_error", both(NO_FOLDER))
        start = clock()
        how = await presented(self._dav)
        round_trip = clock() - start  # without connecting, which the first request did
        facts = self._facts.read()
        if facts is not None and (facts.server, facts.dav) != (how.server, how.dav):
            self._facts.forget()
        facts = await self._found_out()
        upload = await self._upload_time()
        free = root.text(f"{DAV}quota-available-bytes")
        return PortalReport(
            url=self.url,
            exclusive=self.exclusive and facts.exclusive,
            findings=(
                *self._findings(facts),
                ("round_trip_ms", f"{round_trip * 1000:.0f}"),
                ("upload_kb_s", f"{SPEED_SAMPLE / 1024 / max(upload, 1e-6):.0f}"),
            ),
            free=whole_number(free),  # negative: not known (Nextcloud)
        )

    async def _upload_time(self) -> float:
        clock = asyncio.get_running_loop().time
        sample = (*AREA, f"{check_name()}-speed")
        await self._folders.made(AREA)
        start = clock()
        try:
            await self._dav.put(sample, bytes(SPEED_SAMPLE))
            return clock() - start
        finally:
            await self._dav.delete(sample)

    def _findings(self, facts: Facts) -> tuple[tuple[str, str], ...]:
        locked = self.exclusive and facts.exclusive
        window = not (facts.keeps_name or facts.locks_exclude)
        return (
            ("server", facts.server),
            ("user", self.username),
            ("publish", "lock-move" if locked or (facts.locks_exclude and not facts.keeps_name) else "move"),
            ("replace", "lock-move" if facts.locks_exclude and facts.replaces else "aside"),
            ("locks", "show" if not facts.locks_exclude else "leak" if facts.locks_leak else "exclude"),
            ("lock_makes", "file" if facts.lock_makes_file else "nothing"),
            ("overwrite_f", "ignored" if not facts.keeps_name else "honoured"),
            ("conditions", "honoured" if facts.conditions else "ignored"),
            ("cut_put", "half" if facts.half_after_cut else "nothing"),
            ("race", f"{facts.lost_in_race}/{facts.races}"),
            ("exclusive", "wanted" if self.exclusive else "unwanted"),
            ("refused_signs", "".join(sorted({*facts.cut_in_names, *facts.cut_in_folders}))),
            ("window", "wide" if window else "none" if locked else "small"),
            ("seen", "+".join(facts.seen_by) or "unknown"),
        )

    async def folders(self, root: Names, folder: Names) -> list[str]:
        key = _path(root, folder)
        now = asyncio.get_running_loop().time()
        at, found = self._listed.get(key, (float("-inf"), []))
        if now - at > LISTING_LIFE:
            found = await self._list_folders(key)
            self._listed[key] = (now, found)
        return list(found)

    async def _list_folders(self, key: Names) -> list[str]:
        path = await self._folders.where(key)
        listing = None if path is None else await self._dav.members(path)
        if listing is None:
            if not key:
                raise root_is_gone()
            return []
        found = {name for name, entry in listing.members.items() if entry.is_folder and not name.startswith(".")}
        return sorted(found, key=lambda name: (fold(name), name))

    async def names(self, root: Names, folder: Names) -> frozenset[str]:
        path = await self._folders.where(_path(root, folder))
        listing = None if path is None else await self._dav.members(path)
        return frozenset() if listing is None else frozenset(listing.members)

    async def make_folder(self, root: Names) -> None:
        await self._folders.made(_client_path(root))
        self._listed.clear()

    async def look(self, place: Place) -> Found | None:
        key, name = _path(place.root, place.folder), component(place.name)
        folder = await self._folders.where(key)
        if folder is None:
            return None
        _, entry = await self._publisher.find(Target(key, folder, name))
        if entry is None:
            return None
        if entry.is_folder:
            return Found(is_file=False)
        busy = bool(entry.locks) or entry.held_by_program
        return Found(is_file=True, size=entry.size or 0, seen=entry.seen, busy=busy)

    async def digest(self, place: Place) -> str | None:
        key, name = _path(place.root, place.folder), component(place.name)
        folder = await self._folders.where(key)
        if folder is None:
            return None
        found = await self._dav.digest((*folder, name))
        if found is None and not name.isascii():
            target, entry = await self._publisher.find(Target(key, folder, name))
            found = None if entry is None else await self._dav.digest(target.path)
        return found

    async def publish(self, source: Path, place: Place, condition: Condition, scratch: str) -> None:
        key, name = _client_path(place.root, place.folder), component(place.name)
        _check_scratch(scratch)
        try:
            body = Body(source, os.stat(source).st_size)  # noqa: PTH116 - on this disk, and just looked at
        except OSError as error:
            raise source_unreadable(error) from None
        self._listed.clear()
        changed = ""
        for _ in range(2):
            facts = await self._found_out()
            try:
                if isinstance(condition, Absent):
                    return await self._publisher.create(facts, body, key, name, scratch)
                return await self._publisher.replace(facts, body, key, name, condition.sha256, scratch)
            except FactsChanged as now:
                changed = str(now)
                self._facts.forget()
            except Refused as fault:
                if fault.status in {405, 501}:
                    self._facts.forget()  # it used to know this method
                # Where the rest of the portal answers well, it is this document that the server fails at.
                if fault.status == 500 and await self._answers():
                    fault.code = "portal_error"
                raise
        raise PortalFault("portal_error", both(KEEPS_CHANGING, said=changed))

    async def recover(self, place: Place, scratch: str, sha256: str, expected: str | None) -> None:
        key, name = _client_path(place.root, place.folder), component(place.name)
        _check_scratch(scratch)
        await self._recovery.recover(key, name, scratch, sha256, expected)

    async def scratches(self) -> list[tuple[str, float]]:
        return await self._recovery.scratches()

    async def discard(self, scratch: str) -> None:
        _check_scratch(scratch)
        await self._recovery.discard(scratch)

    async def close(self) -> None:
        await self._requests.close()

    async def _answers(self) -> bool:
        try:
            return await self._dav.find((), folder=True) is not None
        except PortalFault:
            return False

    async def _found_out(self) -> Facts:
        """The facts about this portal; found out if they are not known, by one of us."""
        facts = self._known()
        if facts is None:
            async with self._probing:
                facts = self._known()
                if facts is None:
                    facts = await Probe(self._dav, self._folders).run()
                    self._facts.write(facts)
        self._dav.path_only = facts.path_only
        self._dav.locks_alone |= facts.locks_alone
        return facts

    def _known(self) -> Facts | None:
        """The facts, unless the server calls itself otherwise by now: an update may have changed its ways."""
        facts, server = self._facts.read(), self._requests.server
        return facts if facts is None or not server or facts.server == server else None


def _path(root: Names, folder: Names) -> Names:
    return tuple(component(name) for name in (*root, *folder))


def _client_path(root: Names, folder: Names = ()) -> Names:
    key = _path(root, folder)
    if not root or root[0].casefold() == SCRATCH_FOLDER:
        raise PortalFault("name_invalid", both(NO_CLIENT))
    return key


def _check_scratch(scratch: str) -> None:
    if component(scratch) != scratch or scratch.endswith(ASIDE):
        raise PortalFault("name_invalid", both(NOT_A_NAME, name=repr(scratch)))
