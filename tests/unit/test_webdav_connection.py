"""Connections of our own: an answer taken for another request's would tell that a document lies where it does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from core.portal.webdav.connection import FULL
from core.portal.webdav.connections import Connections

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LARGE = 64 * FULL
"""More than the network's own buffers hold."""


@asynccontextmanager
async def talking(*talks: Talk) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that talks so on its first connection, so on the second, and knows no third."""
    left = list(talks)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if left:
                await left.pop(0)(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    timeout = httpx.Timeout(None, connect=10)
    client = httpx.AsyncClient(
        transport=Connections(None, 60), base_url=f"http://127.0.0.1:{port}", timeout=timeout, trust_env=False
    )
    async with server, client:
        yield client


async def asked(reader: asyncio.StreamReader) -> str:
    """The path of the next request, which has no body."""
    return (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()


async def test_an_answer_in_pieces() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for path in ("/a", "/b"):
            assert await asked(reader) == path
            answer = b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 207 M\r\nTransfer-Encoding: chunked\r\n\r\n"
            for byte in answer + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n":
                writer.write(bytes([byte]))
                await asyncio.sleep(0)

    async with talking(talk) as client:
        for path in ("/a", "/b"):
            answer = await client.get(path)
            assert (answer.status_code, answer.content) == (207, b"abcde")


@pytest.mark.parametrize("later", [False, True], ids=["at-once", "while-idle"])
async def test_an_answer_that_nobody_asked_for_answers_nothing(later: bool) -> None:
    forged, first = OK.replace(b"ok", b"NO"), asyncio.Event()

    async def forging(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(OK)
        if later:
            await first.wait()
        writer.write(forged)
        await reader.read()

    async def honest(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await asked(reader) == "/second"
        writer.write(OK)

    async with talking(forging, honest) as client:
        assert (await client.get("/first")).content == b"ok"
        first.set()
        await asyncio.sleep(0.05)
        assert (await client.get("/second")).content == b"ok"


async def test_a_connection_closed_while_idle_is_no_fault() -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(OK)

    async with talking(once, once) as client:
        assert (await client.get("/")).content == b"ok"
        await asyncio.sleep(0.05)
        assert (await client.get("/")).content == b"ok"


async def test_what_breaks_in_the_middle_is_told() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(OK[:-1])

    async def noise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)

    async with talking(cut, noise, silent) as client:
        for _ in range(3):
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get("/")


async def test_an_answer_to_half_of_a_body_is_heard() -> None:
    """A server that takes no file so large says so, and hangs up: the reason must not be lost for a broken pipe."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.write_eof()
        while await reader.read(FULL):
            pass

    async with talking(refuse) as client:
        assert (await client.put("/", content=bytes(LARGE))).status_code == 413


async def test_a_body_of_another_length_than_said_never_ends_well() -> None:
    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def body() -> AsyncIterator[bytes]:
        yield b"abc"

    async with talking(take, take) as client:
        for length in ("2", "4"):
            with pytest.raises(httpx.LocalProtocolError):
                await client.put("/", content=body(), headers={"Content-Length": length})


async def test_nothing_leaves_after_the_deadline() -> None:
    """What is still on its way when we have given up could arrive after the next try."""
    arrived: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    given_up = asyncio.Event()

    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await given_up.wait()
        count = 0
        try:
            while more := await reader.read(FULL):
                count += len(more)
        except ConnectionError:
            pass
        arrived.set_result(count)

    async with talking(stall) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.put("/", content=bytes(LARGE))
        given_up.set()
        assert await arrived < LARGE


async def test_what_nobody_reads_waits_in_the_network() -> None:
    """A huge file at the portal must not fill the memory while its first bytes are hashed."""
    written = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await asked(reader)
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n".encode())
        while written < LARGE:
            writer.write(bytes(FULL))
            written += FULL
            await writer.drain()

    async with talking(pour) as client, client.stream("GET", "/") as answer:
        chunks = answer.aiter_raw()
        size = len(await anext(chunks))
        for _ in range(200):
            await asyncio.sleep(0)
        assert written < LARGE // 2
        async for chunk in chunks:
            size += len(chunk)
        assert size == LARGE
