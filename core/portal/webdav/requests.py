"""One HTTP client: a pool of connections, a deadline for each request, answers of bounded size, faults in our words."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

import httpx

from core.portal.webdav.bodies import WHOLE, Body, Cut, CutStream, FileStream, read_body
from core.portal.webdav.credentials import BearerAuth, PasswordAuth, Secret
from core.portal.webdav.faults import Answer, fault_of, fault_of_error, too_slow
from core.portal.webdav.hrefs import Address
from core.ports import PortalFault

T = TypeVar("T")

KEEP_ALIVE = 4.0
"""Seconds that an idle connection is used again: less than Apache's 5, so that it does not close under a request."""
AT_ONCE = 64
REFUSED_FOR = 60.0
"""Seconds for which a server that did not know us is not asked again, unless by `check`: it may have been mended."""
ANSWER_BOUND = 64 << 20
"""Bytes of an answer that we read (a listing of some 100,000 names); a longer one is an error."""
REPEATABLE = frozenset({"OPTIONS", "PROPFIND", "GET", "HEAD", "MKCOL", "DELETE", "UNLOCK"})
"""Done twice they leave what done once does, so a connection that was closed while idle is no fault."""
CHANGING = frozenset({"PUT", "MOVE", "LOCK", "MKCOL", "DELETE"})


@dataclass(frozen=True)
class Deadlines:
    """Seconds. A request's is `request`; what carries a file gets that and a second for each `bytes_per_second`."""

    connect: float = 10.0
    request: float = 30.0
    bytes_per_second: float = 32_768

    def for_bytes(self, size: int) -> float:
        return self.request + size / self.bytes_per_second


NOBODY = httpx.Auth()
"""Shows nobody: also nobody out of a .netrc file."""


class Requests:
    """Sends requests to one server as one user.

    Args:
        verify: how the server is verified; made when the first connection is.
        transport: in place of the network, for tests.
    """

    def __init__(
        self,
        address: Address,
        *,
        username: str,
        password: Secret | None,
        token: Secret | None,
        verify: Callable[[], ssl.SSLContext],
        deadlines: Deadlines,
        transport: Callable[[], httpx.AsyncBaseTransport] | None = None,
    ):
        self._address = address
        self._username = username
        self._password = password
        self._token = token
        self._verify = verify
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._first = asyncio.Lock()
        self._known = False
        self._refused: PortalFault | None = None
        self._refused_at = 0.0
        self.deadlines = deadlines

    async def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | Body = b"",
        *,
        accept: frozenset[int],
        deadline: float | None = None,
    ) -> Answer:
        """Send a request and read the whole answer.

        Args:
            path: encoded, absolute.
            accept: the statuses that the caller understands.

        Raises:
            PortalFault: any other status, no answer in time, a broken connection, a web page in place of an answer.
        """
        seconds = deadline or self.deadlines.for_bytes(body.size if isinstance(body, Body) else 0)

        async def once(_: asyncio.Timeout) -> Answer:
            async with self._answer(method, path, headers or {}, body) as response:
                return Answer(method, response.status_code, response.headers, await _read_whole(response))

        answer = await self._guarded(method, seconds, once)
        if answer.status not in accept or (answer.is_page and method != "OPTIONS"):
            raise fault_of(answer, unknown=method in CHANGING)
        return answer

    async def hash_of(self, path: str) -> tuple[Answer, str, int]:
        """GET a file: the answer without its body, the SHA-256 of the bytes, and how many they were.

        The deadline is for each piece: nobody knows how many bytes will come.
        """

        async def once(deadline: asyncio.Timeout) -> tuple[Answer, str, int]:
            clock = asyncio.get_running_loop().time
            async with self._answer("GET", path, {}, b"") as response:
                if response.status_code != 200:
                    body = await _read_whole(response)
                    return Answer("GET", response.status_code, response.headers, body), "", 0
                sha256, count = hashlib.sha256(), 0
                async for chunk in response.aiter_bytes():
                    deadline.reschedule(clock() + self.deadlines.request)
                    sha256.update(chunk)
                    count += len(chunk)
                return Answer("GET", 200, response.headers), sha256.hexdigest(), count

        return await self._guarded("GET", self.deadlines.request, once)

    async def cut_put(self, path: str, size: int) -> None:
        """Begin to PUT so many bytes, and cut the connection in the middle."""
        client = self._client or self._connect()
        request = client.build_request("PUT", self._address.origin + path, headers={"Content-Length": str(size)})
        request.stream = CutStream(size // 2)
        with suppress(Cut, httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(self.deadlines.request):
                response = await client.send(request, stream=True)
                await response.aclose()

    def ask_again(self) -> None:
        """Forget that the server refused us: somebody may have mended the password."""
        self._refused = None
        self._known = False
        if self._client is not None:
            self._client.auth = self._auth() or NOBODY

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _guarded(self, method: str, seconds: float, once: Callable[[asyncio.Timeout], Awaitable[T]]) -> T:
        if self._refused is not None and asyncio.get_running_loop().time() - self._refused_at > REFUSED_FOR:
            self.ask_again()
        if self._refused is not None:
            raise self._refused
        if self._known:
            return await self._tried(method, seconds, once)
        async with self._first:  # alone, until we know that it knows us: wrong passwords asked eightfold lock accounts
            if self._refused is not None:
                raise self._refused
            return await self._tried(method, seconds, once)

    async def _tried(self, method: str, seconds: float, once: Callable[[asyncio.Timeout], Awaitable[T]]) -> T:
        unknown = method in CHANGING
        for again in (method in REPEATABLE, False):
            try:
                async with asyncio.timeout(seconds) as deadline:
                    found = await once(deadline)
            except TimeoutError:
                raise too_slow(method, seconds, unknown=unknown) from None
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
                if again:
                    continue
                raise fault_of_error(error, unknown=unknown) from None
            except httpx.LocalProtocolError:  # fewer or more bytes than the file had when it was looked at
                raise PortalFault("file_changed", unknown=unknown) from None
            except httpx.HTTPError as error:
                raise fault_of_error(error, unknown=unknown) from None
            except ssl.SSLError as error:
                raise PortalFault("portal_unreachable", f"TLS: {error.reason or error}") from None
            return found
        raise AssertionError

    @asynccontextmanager
    async def _answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | Body
    ) -> AsyncIterator[httpx.Response]:
        client = self._client or self._connect()
        content: bytes | FileStream = b""
        more = dict(headers)
        if isinstance(body, Body):
            content = FileStream(body.path) if body.size > WHOLE else read_body(body)
            more["Content-Length"] = str(body.size)
        else:
            content = body
        request = client.build_request(
            method,
            self._address.origin + path,
            headers=more,
            content=content if isinstance(content, bytes) else None,
        )
        if isinstance(content, FileStream):
            request.stream = content
        response = await client.send(request, stream=True)
        try:
            if response.status_code in {401, 407}:
                self._refused = fault_of(
                    Answer(method, response.status_code, response.headers, await _read_whole(response))
                )
                self._refused_at = asyncio.get_running_loop().time()
                raise self._refused
            self._known = True
            yield response
        finally:
            await response.aclose()

    def _connect(self) -> httpx.AsyncClient:
        seconds = self.deadlines
        self._client = httpx.AsyncClient(
            auth=self._auth() or NOBODY,
            verify=self._verify() if self._address.secure else False,
            headers={"Accept-Encoding": "identity", "User-Agent": "malote"},
            timeout=httpx.Timeout(None, connect=seconds.connect),
            limits=httpx.Limits(
                max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE, keepalive_expiry=KEEP_ALIVE
            ),
            trust_env=not self._address.loopback,
            transport=self._transport() if self._transport is not None else None,
        )
        return self._client

    def _auth(self) -> httpx.Auth | None:
        token = self._token() if self._token is not None else None
        if token:
            return BearerAuth(token)
        if not self._username:
            return None
        password = self._password() if self._password is not None else None
        if password is None:
            raise PortalFault(
                "portal_auth",
                "não há senha para este portal / there is no password for this portal",
            )
        return PasswordAuth(self._username, password, at_once=self._address.secure)


async def _read_whole(response: httpx.Response) -> bytes:
    chunks, size = [], 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > ANSWER_BOUND:
            raise PortalFault("portal_error", "resposta grande demais / the answer is too large")
        chunks.append(chunk)
    return b"".join(chunks)
