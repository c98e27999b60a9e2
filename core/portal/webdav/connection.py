"""One connection to a server: HTTP/1.1 as h11 knows it, straight on asyncio.

httpx's own way to the network, httpcore over anyio, takes more than half of the time that sending small files takes.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import h11
import httpx

FULL = 1 << 20
"""Bytes that have come and that nobody has asked for, from which on no more are taken from the network."""
LONGEST_HEAD = 100 * 1024
"""Bytes of an answer's status line and headers."""


class Connection(asyncio.Protocol):
    """Asks one thing after another. `since` is when it was last given back, in the loop's seconds."""

    def __init__(self) -> None:
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self._transport: asyncio.Transport | None = None
        self._unread = 0
        self._ended = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._is_writable = True
        self.since = 0.0

    @classmethod
    async def opened(cls, url: httpx.URL, verify: ssl.SSLContext | None, seconds: float | None) -> Connection:
        """Connect to a URL's server, within so many seconds.

        Raises:
            httpx.ConnectTimeout, httpx.ConnectError: it cannot be reached, or cannot be trusted.
        """
        host, secure = url.raw_host.decode("ascii"), verify is not None
        try:
            async with asyncio.timeout(seconds):
                _, connection = await asyncio.get_running_loop().create_connection(
                    cls, host, url.port or (443 if secure else 80), ssl=verify, happy_eyeballs_delay=0.25
                )
        except TimeoutError as error:
            raise httpx.ConnectTimeout(str(error)) from error
        except OSError as error:  # TLS's own errors among them
            raise httpx.ConnectError(str(error)) from error
        return connection

    async def ask(self, request: httpx.Request) -> h11.Response:
        """Send a request, and read the answer's status and headers.

        Raises:
            httpx.ReadError, httpx.RemoteProtocolError: the connection broke, or what came is no HTTP.
            httpx.LocalProtocolError: the body is shorter or longer than its Content-Length.
        """
        assert isinstance(request.stream, httpx.AsyncByteStream)
        with _translated():
            head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
            waiting = self._http.send(head) or b""
            async for chunk in request.stream:  # a small body goes out together with its head
                await self._write(waiting + (self._http.send(h11.Data(data=chunk)) or b""))
                waiting = b""
            await self._write(waiting + (self._http.send(h11.EndOfMessage()) or b""))
            while isinstance(answer := await self._event(), h11.InformationalResponse):
                pass
            assert isinstance(answer, h11.Response)
            return answer

    async def body(self) -> AsyncIterator[bytes]:
        """The bytes of the answer, as they come."""
        with _translated():
            while isinstance(event := await self._event(), h11.Data):
                yield bytes(event.data)

    def ready(self) -> bool:
        """Whether it may be asked again: all was said, and nothing has come that nobody asked for."""
        http = self._http
        if http.our_state is h11.DONE and http.their_state is h11.DONE:
            http.start_next_cycle()
        return http.our_state is h11.IDLE and http.trailing_data == (b"", False)

    def close(self) -> None:
        """Let it go; what was written still goes out."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Let it go at once: what was written and not yet sent is never sent."""
        if self._transport is not None:
            self._transport.abort()

    async def _event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            await self._more()
        return event

    async def _more(self) -> None:
        if self._error is not None:
            raise httpx.ReadError(str(self._error)) from self._error
        assert self._transport is not None
        was_full, self._unread = self._unread >= FULL, 0
        if was_full:
            self._transport.resume_reading()
        self._reader = asyncio.get_running_loop().create_future()
        await self._reader
        self._reader = None

    async def _write(self, data: bytes) -> None:
        """Returns when there is room for more; where the other side has gone, its answer may have come before."""
        assert self._transport is not None
        if data and not self._ended:
            self._transport.write(data)
        if not self._is_writable and not self._ended:
            self._writer = asyncio.get_running_loop().create_future()
            await self._writer

    # --- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._http.receive_data(data)
        self._unread += len(data)
        if self._unread >= FULL and self._transport is not None:
            self._transport.pause_reading()
        _wake(self._reader)

    def eof_received(self) -> None:
        self._end()

    def connection_lost(self, error: Exception | None) -> None:
        self._error = error
        self._end()

    def pause_writing(self) -> None:
        self._is_writable = False

    def resume_writing(self) -> None:
        self._is_writable = True
        _wake(self._writer)

    def _end(self) -> None:
        self._ended = True
        self._http.receive_data(b"")
        _wake(self._reader)
        _wake(self._writer)


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)


@contextmanager
def _translated() -> Iterator[None]:
    """h11's errors as httpx's."""
    try:
        yield
    except h11.RemoteProtocolError as error:
        raise httpx.RemoteProtocolError(str(error)) from error
    except h11.LocalProtocolError as error:
        raise httpx.LocalProtocolError(str(error)) from error
