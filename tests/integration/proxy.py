"""A proxy on loopback that does to HTTP what bad networks do: delays, cuts, other answers, answers that get lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

LIMIT = 1 << 26


@dataclass(frozen=True)
class Delay:
    """The request arrives so many seconds late."""

    seconds: float


@dataclass(frozen=True)
class CutRequest:
    """The connection ends in the middle of the request's body (or of its head, if it has none)."""


@dataclass(frozen=True)
class CutAnswer:
    """The request arrives; its answer ends in the middle."""


@dataclass(frozen=True)
class LoseAnswer:
    """The request arrives; nothing comes back, and the connection ends."""


@dataclass(frozen=True)
class Instead:
    """The request does not arrive; this is answered."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Fault = Delay | CutRequest | CutAnswer | LoseAnswer | Instead
PAGE = Instead(200, {"Content-Type": "text/html"}, b"<html><body><form>Entrar</form></body></html>")


class Proxy:
    """Stands before a server; `plan(method, path)` says what happens to each request."""

    def __init__(self, upstream: int):
        self.upstream = upstream
        self.port = 0
        self.plan: Callable[[str, str], Fault | None] = lambda _method, _path: None
        self.seen: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """All requests of one connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_length(head))
                method, path = head.split(b" ", 2)[:2]
                self.seen.append(method.decode())
                if not await self._pass(head, body, self.plan(method.decode(), path.decode()), writer):
                    break
        writer.close()

    async def _pass(self, head: bytes, body: bytes, fault: Fault | None, writer: asyncio.StreamWriter) -> bool:
        """Hand one request on; whether the connection lives on."""
        if isinstance(fault, Instead):
            writer.write(_answer(fault))
            await writer.drain()
            return True
        if isinstance(fault, Delay):
            await asyncio.sleep(fault.seconds)
        cut = (len(body) // 2 if body else -len(head) // 2) if isinstance(fault, CutRequest) else None
        answer = await self._ask(head, body, cut)
        if isinstance(fault, CutRequest | LoseAnswer):
            return False
        if isinstance(fault, CutAnswer):
            answer = answer[: len(answer) // 2]
        writer.write(answer)
        await writer.drain()
        return False  # the answer says so too: one connection a request is the simplest true proxy

    async def _ask(self, head: bytes, body: bytes, cut: int | None) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream, limit=LIMIT)
        answering = asyncio.create_task(_all_of(reader))  # already now: who refuses answers without reading on
        try:
            request = _closing(head) + body
            writer.write(request if cut is None else request[: len(request) - len(body) + cut])
            with suppress(ConnectionError):
                await writer.drain()
            if cut is None:
                return await answering
            answering.cancel()
            return b""
        finally:
            writer.close()


async def _all_of(reader: asyncio.StreamReader) -> bytes:
    answer = b""
    with suppress(ConnectionError):
        while chunk := await reader.read(LIMIT):
            answer += chunk
    return answer


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _closing(head: bytes) -> bytes:
    lines = [line for line in head[:-4].split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n"


def _answer(fault: Instead) -> bytes:
    headers = {"Content-Length": str(len(fault.body)), **fault.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {fault.status} X\r\n{lines}\r\n".encode() + fault.body


@asynccontextmanager
async def proxied(upstream: int) -> AsyncIterator[Proxy]:
    """A proxy before the server on that port, for the length of the block."""
    proxy = Proxy(upstream)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=LIMIT)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
