"""httpx's way to the network when no proxy lies between: a connection for each request that is under way."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator

import httpx

from core.portal.webdav.connection import Connection


class Connections(httpx.AsyncBaseTransport):
    """Connections to one server; the one used last, which is likeliest to live, is used first.

    Args:
        verify: how the server is verified; None for plain http.
        keep_alive: seconds that an idle connection is used again.
    """

    def __init__(self, verify: ssl.SSLContext | None, keep_alive: float):
        self._verify = verify
        self._keep_alive = keep_alive
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        if verify is not None:
            verify.set_alpn_protocols(["http/1.1"])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        connection = self._used() or await Connection.opened(
            request.url, self._verify, request.extensions["timeout"]["connect"]
        )
        self._busy.add(connection)
        try:
            answer = await connection.ask(request)
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError):
                connection.abort()
            self.give_back(connection)
            raise
        return httpx.Response(
            answer.status_code,
            headers=answer.headers.raw_items(),
            stream=_Answer(connection, self),
            extensions={"http_version": b"HTTP/" + answer.http_version, "reason_phrase": answer.reason},
        )

    def _used(self) -> Connection | None:
        oldest = asyncio.get_running_loop().time() - self._keep_alive
        while self._idle:
            connection = self._idle.pop()
            if connection.since > oldest and connection.ready():
                return connection
            connection.close()
        return None

    def give_back(self, connection: Connection) -> None:
        """Nobody reads on: it may be used again, if it is still good for that."""
        self._busy.discard(connection)
        if connection.ready():
            connection.since = asyncio.get_running_loop().time()
            self._idle.append(connection)
        else:
            connection.close()

    async def aclose(self) -> None:
        for connection in (*self._idle, *self._busy):
            connection.close()


class _Answer(httpx.AsyncByteStream):
    """The body of an answer."""

    def __init__(self, connection: Connection, whose: Connections):
        self._connection = connection
        self._whose: Connections | None = whose

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._connection.body()

    async def aclose(self) -> None:
        whose, self._whose = self._whose, None
        if whose is not None:
            whose.give_back(self._connection)
