"""What goes out in a request's body: files of a known size, read whole or streamed."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from core.domain.text import Text, both
from core.portal.faults import source_unreadable
from core.ports import PortalFault

WHOLE = 1 << 20
"""Bodies up to so many bytes are read at once; longer ones are streamed."""
CHUNK = 1 << 18
COMPRESSED = frozenset({"gzip", "deflate"})
AUTOMATIC = 47
"""zlib's word for: with gzip's head or zlib's, and the largest window."""
BAD_COMPRESSION = Text("resposta comprimida que não se lê", "an answer whose compression cannot be read")


@dataclass(frozen=True)
class Body:
    """A file to be sent: its size is known before the first byte goes out."""

    path: Path
    size: int


class FileStream(httpx.AsyncByteStream):
    """Reads the file anew each time it is asked for, as a repeated request (Digest) needs it."""

    def __init__(self, path: Path):
        self._path = path

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            file = await asyncio.to_thread(self._path.open, "rb")
        except OSError as error:
            raise source_unreadable(error) from None
        try:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                yield chunk
        finally:
            file.close()


class Cut(Exception):
    """The connection is to be cut here."""


class CutStream(httpx.AsyncByteStream):
    """So many bytes, and then `Cut`."""

    def __init__(self, size: int):
        self._size = size

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield bytes(self._size)
        raise Cut


class SlowStream(httpx.AsyncByteStream):
    """The first half, and the rest when `go` is set; `half_way` is set in between."""

    def __init__(self, data: bytes):
        self._data = data
        self.half_way = asyncio.Event()
        self.go = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        half = len(self._data) // 2
        yield self._data[:half]
        self.half_way.set()
        await self.go.wait()
        yield self._data[half:]


def read_body(body: Body) -> bytes:
    try:
        content = body.path.read_bytes()
    except OSError as error:
        raise source_unreadable(error) from None
    if len(content) != body.size:
        raise PortalFault("file_changed")
    return content


async def pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """The bytes of an answer as they come, none larger than `CHUNK` where they were compressed.

    We ask for none that is; httpx would expand all that came at once, and several times over: gigabytes out of a few
    thousand bytes. What we do not know stays as it is, as there.

    Raises:
        PortalFault: portal_error, what came is not what it says.
    """
    assert isinstance(response.stream, httpx.AsyncByteStream)
    if response.headers.get("content-encoding", "").strip().lower() not in COMPRESSED:
        async for chunk in response.stream:
            yield chunk
        return
    expanding = zlib.decompressobj(AUTOMATIC)
    try:
        async for chunk in response.stream:
            left = chunk
            while left:
                yield expanding.decompress(left, CHUNK)
                left = expanding.unconsumed_tail
        yield expanding.flush()
    except zlib.error:
        raise PortalFault("portal_error", both(BAD_COMPRESSION)) from None
