"""One HTTP client: a pool of connections, a deadline for each request, answers of bounded size, faults in our words."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.request import getproxies

import httpx

from core.domain.text import Text, both
from core.portal.webdav.bodies import WHOLE, Body, Cut, CutStream, FileStream, SlowStream, pieces, read_body
from core.portal.webdav.connections import Connections
from core.portal.webdav.credentials import BearerAuth, PasswordAuth, Secret, hidden
from core.portal.webdav.faults import Answer, another, fault_of, fault_of_error, too_slow
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
HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "Connection": "keep-alive", "User-Agent": "malote"}
REPEATABLE = frozenset({"OPTIONS", "PROPFIND", "GET", "HEAD", "MKCOL", "DELETE", "UNLOCK"})
"""Done twice they leave what done once does, so a connection that was closed while idle is no fault."""
NO_PASSWORD = Text("não há senha para este portal", "there is no password for this portal")
TOO_LARGE = Text("resposta grande demais", "the answer is too large")
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
        self._extensions = {"timeout": httpx.Timeout(None, connect=deadlines.connect).as_dict()}
        self.deadlines = deadlines
        self._secrets: tuple[str, ...] = ()
        self.server = ""
        """What the server called itself last."""

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
                return await self._read(method, response)

        answer = await self._guarded(method, seconds, once)
        if answer.status not in accept or (answer.is_page and method != "OPTIONS"):
            raise fault_of(answer, unknown=method in CHANGING)
        return answer

    async def hash_of(self, path: str) -> tuple[Answer, str, int]:
        """GET a file: the answer without its body, the SHA-256 of the bytes, and how many they were.

        The deadline grows with the bytes that have come: nobody knows how many will.
        """

        async def once(deadline: asyncio.Timeout) -> tuple[Answer, str, int]:
            began = asyncio.get_running_loop().time()
            async with self._answer("GET", path, {}, b"") as response:
                if response.status_code != 200:
                    return await self._read("GET", response), "", 0
                sha256, count = hashlib.sha256(), 0
                async for chunk in pieces(response):
                    sha256.update(chunk)
                    count += len(chunk)
                    deadline.reschedule(began + self.deadlines.request + self.deadlines.for_bytes(count))
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

    async def slow_put(self, path: str, size: int, stream: SlowStream) -> int:
        """PUT so many bytes as slowly as the stream gives them; the status, 0 where the connection broke."""
        client = self._client or self._connect()
        request = client.build_request("PUT", self._address.origin + path, headers={"Content-Length": str(size)})
        request.stream = stream
        try:
            async with asyncio.timeout(self.deadlines.request):
                return (await client.send(request)).status_code
        except (httpx.HTTPError, TimeoutError):
            return 0

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
            raise another(self._refused)
        if self._known:
            return await self._tried(method, seconds, once)
        async with self._first:  # alone, until we know that it knows us: wrong passwords asked eightfold lock accounts
            if self._refused is not None:
                raise another(self._refused)
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
        streamed = isinstance(body, Body) and body.size > WHOLE
        request = httpx.Request(  # what `build_request` adds for each request is the same for all of them
            method,
            self._address.origin + path,
            headers={**HEADERS, **headers},
            cookies=client.cookies or None,
            content=body if isinstance(body, bytes) else b"" if streamed else read_body(body),
            extensions=self._extensions,
        )
        if isinstance(body, Body) and streamed:
            request.headers["Content-Length"] = str(body.size)
            request.stream = FileStream(body.path)
        response = await client.send(request, stream=True)
        try:
            if response.status_code in {401, 407}:
                self._refused = fault_of(await self._read(method, response))
                self._refused_at = asyncio.get_running_loop().time()
                raise another(self._refused)
            self._known = True
            if response.status_code in {201, 204, 207, 404}:  # others may come from something in between
                self.server = response.headers.get("server", "")
            yield response
        finally:
            await response.aclose()

    async def _read(self, method: str, response: httpx.Response) -> Answer:
        body = await _read_whole(response)
        if response.status_code >= 300:
            body = hidden(body, self._username, self._secrets)
        return Answer(method, response.status_code, response.headers, body)

    def _connect(self) -> httpx.AsyncClient:
        verify = self._verify() if self._address.secure else None
        behind_proxy = bool(getproxies()) and not self._address.loopback
        many = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE, keepalive_expiry=KEEP_ALIVE)
        transport: httpx.AsyncBaseTransport | None = None  # httpx's own, which knows the environment's proxies
        if self._transport is not None:
            transport = self._transport()
        elif not behind_proxy:
            transport = Connections(verify, KEEP_ALIVE)
        self._client = httpx.AsyncClient(
            auth=self._auth() or NOBODY,
            verify=verify or False,
            headers=HEADERS,
            timeout=httpx.Timeout(None, connect=self.deadlines.connect),
            limits=many,
            trust_env=behind_proxy,
            transport=transport,
        )
        look_for_cookies = self._client.cookies.extract_cookies

        def extract_cookies(response: httpx.Response) -> None:
            if "set-cookie" in response.headers:  # httpx looks in every answer, at a tenth of what a request costs
                look_for_cookies(response)

        self._client.cookies.extract_cookies = extract_cookies  # type: ignore[method-assign]
        return self._client

    def _auth(self) -> httpx.Auth | None:
        token = self._token() if self._token is not None else None
        if token:
            self._secrets = (token,)
            return BearerAuth(token)
        if not self._username:
            return None
        password = self._password() if self._password is not None else None
        if password is None:
            raise PortalFault("portal_auth", both(NO_PASSWORD))
        self._secrets = (password,)
        return PasswordAuth(self._username, password, at_once=self._address.secure)


async def _read_whole(response: httpx.Response) -> bytes:
    chunks, size = [], 0
    async for chunk in pieces(response):
        size += len(chunk)
        if size > ANSWER_BOUND:
            raise PortalFault("portal_error", both(TOO_LARGE))
        chunks.append(chunk)
    return b"".join(chunks)
