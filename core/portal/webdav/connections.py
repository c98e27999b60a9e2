"""httpx's way to the network when no proxy lies between: a connection for each request that is under way.

httpx's own pool looks at each of its connections whenever a request begins or ends, and goes to the network over anyio:
with eight of them that is half of the time that the sending of small files takes.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from types import TracebackType

import httpcore
import httpx

from core.portal.webdav.sockets import Sockets


class Connections(httpx.AsyncBaseTransport):
    """Connections to one server; the one used last, which is likeliest to live, is used first.

    Args:
        verify: how the server is verified; None for plain http.
        keep_alive: seconds that an idle connection is used again.
    """

    def __init__(self, verify: ssl.SSLContext | None, keep_alive: float):
        self._verify = verify
        self._keep_alive = keep_alive
        self._idle: list[httpcore.AsyncHTTPConnection] = []
        self._busy: set[httpcore.AsyncHTTPConnection] = set()
        self._sockets = Sockets()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        connection = await self._take(asked.url.origin)
        try:
            with Translated():
                response = await connection.handle_async_request(asked)
        except BaseException:
            self.give_back(connection)
            raise
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Answer(response, connection, self),
            extensions=response.extensions,
        )

    async def _take(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_idle() and not connection.has_expired() and connection.can_handle_request(origin):
                break
            await connection.aclose()
        else:
            connection = httpcore.AsyncHTTPConnection(
                origin, ssl_context=self._verify, keepalive_expiry=self._keep_alive, network_backend=self._sockets
            )
        self._busy.add(connection)
        return connection

    def give_back(self, connection: httpcore.AsyncHTTPConnection) -> None:
        """Nobody reads on: it may be used again, if it is still good for that."""
        self._busy.discard(connection)
        if connection.is_idle():
            self._idle.append(connection)

    async def aclose(self) -> None:
        for connection in (*self._idle, *self._busy):
            await connection.aclose()


class _Answer(httpx.AsyncByteStream):
    """The body of an answer."""

    def __init__(self, response: httpcore.Response, connection: httpcore.AsyncHTTPConnection, whose: Connections):
        self._response = response
        self._connection = connection
        self._whose: Connections | None = whose

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with Translated():
            async for chunk in self._response.aiter_stream():
                yield chunk

    async def aclose(self) -> None:
        whose, self._whose = self._whose, None
        if whose is None:
            return
        try:
            with Translated():
                await self._response.aclose()
        finally:
            whose.give_back(self._connection)


class Translated:
    """httpcore's errors as httpx's of the same name."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: TracebackType | None) -> None:
        if error is not None and type(error).__module__.startswith("httpcore"):
            found = getattr(httpx, type(error).__name__, httpx.NetworkError)
            raise found(str(error)) from error
