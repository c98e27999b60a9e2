"""WebDAV's methods, one function each: names in, and what the answer means out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from core.domain.models import Names
from core.portal.webdav.bodies import Body
from core.portal.webdav.faults import Answer, fault_of, is_html
from core.portal.webdav.hrefs import Address, decode, encode, leads_to_folder
from core.portal.webdav.requests import Requests
from core.portal.webdav.xml import DAV, PROPERTIES, BadXml, Entry, active_locks, lockinfo, multistatus, parse, propfind
from core.ports import PortalFault

DONE = frozenset({200, 201, 204})
"""The only success of a write: Apache answers 207 to a PUT that wrote nothing in a locked folder."""
REDIRECTS = frozenset({301, 302, 307, 308})
LOCK_SECONDS = 60
LISTED = (f"{DAV}resourcetype", f"{DAV}getcontentlength", f"{DAV}getlastmodified")
QUOTA = (*PROPERTIES, f"{DAV}quota-available-bytes")

_FIND = propfind(QUOTA)
LOOK = propfind(PROPERTIES)
_LIST = propfind(LISTED)
_XML = {"Content-Type": "application/xml; charset=utf-8"}


@dataclass(frozen=True)
class Lock:
    """A write lock of ours; `created` when the server made an empty file to hold it (RFC 4918, 9.10.4)."""

    token: str
    created: bool


@dataclass(frozen=True)
class Read:
    """The SHA-256 of a file's bytes, None when there is no file, and the ETag with which they came."""

    sha256: str | None
    etag: str = ""


@dataclass(frozen=True)
class Listing:
    """The members of a folder by their names in NFC, and the server's clock (seconds), if it tells."""

    members: dict[str, Entry]
    now: float | None


class Dav:
    """Asks for the resources below one root. Names are paths from there; a folder's ends in a slash."""

    def __init__(self, requests: Requests, address: Address, lock_seconds: int = LOCK_SECONDS):
        self.requests = requests
        self.path_only = False
        """Whether Destination is sent without scheme and host: what some servers behind proxies need."""
        self.locks_alone = False
        """Whether locks are taken and given up one at a time, see `Facts.locks_alone`."""
        self._address = address
        self._lock_seconds = lock_seconds
        self._locking = asyncio.Lock()

    def path(self, names: Names, *, folder: bool = False) -> str:
        return self._address.path + encode(names) + ("/" if folder or not names else "")

    async def options(self) -> Answer:
        return await self.requests.send("OPTIONS", self.path(()), accept=DONE)

    async def find(self, names: Names, *, folder: bool = False, quota: bool = False) -> Entry | None:
        """What is at that path, or None; a file in the place of a folder counts.

        Args:
            folder: ask for it with a final slash, as some servers want it.
        """
        path = self.path(names, folder=folder)
        accept = frozenset({207, 404, 410, *REDIRECTS})
        headers = {"Depth": "0", **_XML}
        answer = await self.requests.send("PROPFIND", path, headers, _FIND if quota else LOOK, accept=accept)
        if answer.status in {404, 410}:
            return None
        if answer.status in REDIRECTS:
            if not folder and leads_to_folder(answer.headers.get("location", ""), path):
                return await self.find(names, folder=True)
            raise fault_of(answer)
        found = _entries(answer)
        return found[0] if found else None

    async def members(self, names: Names) -> Listing | None:
        """What lies right below a folder; None when there is none."""
        path = self.path(names, folder=True)
        accept = frozenset({207, 404, 410})
        answer = await self.requests.send("PROPFIND", path, {"Depth": "1", **_XML}, _LIST, accept=accept)
        if answer.status != 207:
            return None
        found = _entries(answer)
        itself = decode(path) or ()
        if not any(one.path[: len(itself)] == itself for one in found):
            # A proxy has put a prefix before the paths or taken it away: the folder itself has the shortest.
            itself = min((one.path for one in found), key=len, default=())
        below = {one.path[-1]: one for one in found if one.path[:-1] == itself and one.path != itself}
        return Listing(below, _date(answer))

    async def digest(self, names: Names) -> str | None:
        """The SHA-256 of a file's bytes; None when there is no file."""
        return (await self.read(names)).sha256

    async def read(self, names: Names) -> Read:
        """Read a file through.

        Raises:
            PortalFault: also where a web page came in place of the bytes.
        """
        answer, sha256, count = await self.requests.hash_of(self.path(names))
        etag = answer.headers.get("etag", "")
        etag = etag if etag.isascii() else ""  # it goes into a header of ours
        if answer.status in {404, 410}:
            return Read(None)
        if answer.status == 204:
            return Read(sha256_of_nothing(), etag)
        if answer.status == 200 and not is_html(answer.headers):
            return Read(sha256, etag)
        # A page is either a folder's listing, a document that is HTML, or neither: its size tells.
        entry = await self.find(names)
        if entry is None or entry.is_folder or entry.is_lock_null:
            return Read(None)
        if answer.status == 200 and entry.size == count:
            return Read(sha256, etag)
        raise fault_of(Answer("GET", answer.status, answer.headers, answer.body or b"<html>"))

    async def put(self, names: Names, body: Body | bytes, *, accept: frozenset[int] = DONE) -> int:
        headers = {"Content-Type": "application/octet-stream"}
        return (await self.requests.send("PUT", self.path(names), headers, body, accept=accept | DONE)).status

    async def move(self, source: Names, target: Names, *, overwrite: bool, token: str = "", etag: str = "") -> Answer:
        """MOVE; every answer is the caller's to understand, but for those that are about the portal as a whole.

        Args:
            token: of our lock on the target.
            etag: that the target must still have, asked together with the token (RFC 4918, 10.4).
        """
        destination = self.path(target) if self.path_only else self._address.origin + self.path(target)
        headers = {"Destination": destination, "Overwrite": "T" if overwrite else "F"}
        if token:
            state = f"<{token}> [{etag}]" if etag else f"<{token}>"
            headers["If"] = f"<{self._address.origin}{self.path(target)}> ({state})"
        return await self.requests.send("MOVE", self.path(source), headers, accept=_MOVED)

    async def delete(
        self, names: Names, *, folder: bool = False, token: str = "", accept: frozenset[int] = frozenset()
    ) -> int:
        """DELETE; what is gone already counts as done. With 207, something below could not be removed."""
        headers = {"If": f"(<{token}>)"} if token else {}
        accept |= DONE | {404, 410}
        return (await self.requests.send("DELETE", self.path(names, folder=folder), headers, accept=accept)).status

    async def make_folder(self, names: Names) -> Answer:
        """MKCOL; 405 and 301 mean that something is there already, 409 that the folder above is missing."""
        accept = DONE | {400, 403, 404, 405, 409, *REDIRECTS}
        return await self.requests.send("MKCOL", self.path(names, folder=True), accept=accept)

    async def lock(self, names: Names, owner: str) -> Lock | int:
        """An exclusive write lock, or the status with which the server refused (423: somebody has one)."""
        headers = {"Depth": "0", "Timeout": f"Second-{self._lock_seconds}", **_XML}
        async with self._alone():
            answer = await self.requests.send("LOCK", self.path(names), headers, lockinfo(owner), accept=_LOCKED)
        if answer.status not in {200, 201}:
            return answer.status
        token = answer.headers.get("lock-token", "").strip().removeprefix("<").removesuffix(">")
        if not token:
            try:
                token = next((lock.token for lock in active_locks(parse(answer.body))), "")
            except BadXml:
                token = ""
        is_usable = token.isascii() and token.isprintable()  # it goes into a header of ours
        return Lock(token, answer.status == 201) if token and is_usable else 501

    async def unlock(self, names: Names, token: str) -> None:
        """UNLOCK; a lock that is gone already is fine."""
        accept = DONE | {400, 403, 404, 405, 409, 410, 412, 423}
        async with self._alone():
            await self.requests.send("UNLOCK", self.path(names), {"Lock-Token": f"<{token}>"}, accept=accept)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        if not self.locks_alone:
            yield
            return
        async with self._locking:
            yield


_MOVED = frozenset(range(200, 600)) - {401, 407, 408, 413, 429, 502, 503, 504, 507}
_LOCKED = REDIRECTS | frozenset({200, 201, 400, 403, 404, 405, 409, 412, 415, 423, 501})


def sha256_of_nothing() -> str:
    return "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def _entries(answer: Answer) -> list[Entry]:
    try:
        return multistatus(answer.body)
    except BadXml as error:
        raise PortalFault("portal_error", f"XML: {error}") from None


def _date(answer: Answer) -> float | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
