"""What goes wrong at a real portal, and the code it becomes: a wrong one sends people to mend what is not broken."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from core.domain.failures import FAILURES
from core.portal.webdav import WebDavPortal
from core.portal.webdav.bodies import Body
from core.portal.webdav.requests import Deadlines
from core.ports import Absent, Conflict, PortalFault, Unchanged
from tests.integration.proxy import PAGE, Fault, Instead, Proxy, proxied
from tests.integration.webdav_servers import FACTS, SERVERS, Served, Setting, needs, serving
from tests.portal_contract import NEW, OLD, at, file, sha

ONE = pytest.mark.parametrize("served", ["wsgidav"], indirect=True)
"""What the proxy answers is the same before every server: once is enough."""


@pytest.fixture(scope="module", params=SERVERS)
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    needs(request.param)
    with serving(request.param) as running:
        yield running


@pytest.fixture
async def proxy(served: Served) -> AsyncIterator[Proxy]:
    async with proxied(served.port) as between:
        yield between


@pytest.fixture
async def portal(served: Served, proxy: Proxy, tmp_path: Path) -> AsyncIterator[WebDavPortal]:
    """Known already, and with its folders there: what comes next is about one request."""
    portal = WebDavPortal(f"webdav+http://localhost:{proxy.port}/", facts=tmp_path, deadlines=Deadlines(request=10))
    if served.kind in FACTS:
        portal._facts.write(FACTS[served.kind])
    await portal.publish(file(tmp_path, OLD, "old"), at("antigo.pdf"), Absent(), "s0")
    FACTS.setdefault(served.kind, portal._facts.read() or pytest.fail("no facts were kept"))
    yield portal
    proxy.plan = lambda _method, _path: None
    await portal._dav.delete(at().root, folder=True)
    await portal.close()


def always(method: str, fault: Fault, path: str = "") -> object:
    return lambda asked, where: fault if asked == method and path in where else None


SABRE = (
    b'<?xml version="1.0"?><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>X</s:exception>'
    b"<s:message>por isto &amp; aquilo</s:message></d:error>"
)
IN_A_MINUTE = "in a minute"
CODES = [
    ("PUT", 401, {}, "portal_auth", None),
    ("PUT", 407, {}, "portal_auth", None),
    ("PUT", 403, {}, "portal_forbidden", None),
    ("PUT", 413, {}, "file_too_large", None),
    ("PUT", 423, {}, "portal_busy", None),
    ("PUT", 429, {"Retry-After": "7"}, "portal_unreachable", 7.0),
    ("PUT", 503, {"Retry-After": "7"}, "portal_unreachable", 7.0),
    ("PUT", 503, {"Retry-After": IN_A_MINUTE}, "portal_unreachable", 60.0),
    ("PUT", 429, {"Retry-After": IN_A_MINUTE}, "portal_unreachable", 60.0),
    ("PUT", 502, {}, "portal_unreachable", None),
    ("PUT", 504, {}, "portal_unreachable", None),
    ("PUT", 507, {}, "portal_full", None),
    ("PUT", 207, {}, "portal_error", None),
    ("PUT", 418, {}, "portal_error", None),
    ("PUT", 302, {"Location": "https://eu:senha@login.example/entrar?x=1"}, "portal_unreachable", None),
    ("PROPFIND", 403, {}, "portal_forbidden", None),
    ("PROPFIND", 429, {"Retry-After": "7"}, "portal_unreachable", 7.0),
    ("PROPFIND", 401, {}, "portal_auth", None),
    ("PROPFIND", 405, {}, "portal_unreachable", None),  # a plain web server: nothing there is WebDAV
    ("MOVE", 403, {}, "portal_forbidden", None),
    ("MOVE", 423, {}, "portal_busy", None),
    ("MOVE", 507, {}, "portal_full", None),
    ("MOVE", 503, {"Retry-After": IN_A_MINUTE}, "portal_unreachable", 60.0),
    ("MOVE", 207, {}, "portal_error", None),
    ("LOCK", 503, {"Retry-After": "7"}, "portal_unreachable", 7.0),
    ("LOCK", 423, {}, "portal_busy", None),
    ("MKCOL", 403, {}, "portal_forbidden", None),
    ("MKCOL", 507, {}, "portal_full", None),
]


@ONE
@pytest.mark.parametrize(("method", "status", "headers", "code", "retry_after"), CODES, ids=str)
async def test_every_answer_has_its_code(
    portal: WebDavPortal,
    proxy: Proxy,
    tmp_path: Path,
    method: str,
    status: int,
    headers: dict[str, str],
    code: str,
    retry_after: float | None,
) -> None:
    said = {
        name: format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True) if value == IN_A_MINUTE else value
        for name, value in headers.items()
    }
    proxy.plan = always(method, Instead(status, said, SABRE))  # type: ignore[assignment]
    place = at("novo.pdf", folder=("Fiscal", "Nova")) if method == "MKCOL" else at("antigo.pdf")
    with pytest.raises(PortalFault) as raised:
        if method in {"LOCK", "PROPFIND"}:
            await portal.publish(file(tmp_path, NEW), place, Unchanged(sha(OLD)), "s1")
        else:
            await portal.publish(file(tmp_path, NEW), place.model_copy(update={"name": "novo.pdf"}), Absent(), "s1")
    fault = raised.value
    assert fault.code == code
    assert code in FAILURES
    if retry_after is None:
        assert fault.retry_after is None
    else:
        assert fault.retry_after == pytest.approx(retry_after, abs=2)
    assert "senha" not in fault.detail
    assert ("por isto & aquilo" in fault.detail) or status == 302 or (method, status) == ("LOCK", 423)
    proxy.plan = lambda _method, _path: None
    portal._requests.ask_again()
    assert await portal.look(at("novo.pdf")) is None
    assert await portal.digest(at("antigo.pdf")) == sha(OLD)


async def test_a_412_is_a_conflict(portal: WebDavPortal, proxy: Proxy, tmp_path: Path) -> None:
    """The name is taken: decided anew, never told as a failure."""
    proxy.plan = always("MOVE", Instead(412))  # type: ignore[assignment]
    with pytest.raises(Conflict):
        await portal.publish(file(tmp_path, NEW), at("novo.pdf"), Absent(), "s1")


async def test_a_missing_folder_is_made_again(
    portal: WebDavPortal, proxy: Proxy, served: Served, tmp_path: Path
) -> None:
    """409 and 404 are no failures: somebody has removed the folder that we remembered."""
    someone = WebDavPortal(f"webdav+{served.url}/")
    for name in (at().root[0], ".malote"):
        await someone._dav.delete((name,), folder=True)
    await someone.close()
    await portal.publish(file(tmp_path, NEW), at("novo.pdf"), Absent(), "s1")
    assert (served.root / at("novo.pdf").path).read_bytes() == NEW


@ONE
@pytest.mark.parametrize("method", ["PUT", "MOVE", "PROPFIND", "MKCOL", "LOCK", "GET", "DELETE"])
async def test_a_login_page_is_never_success(portal: WebDavPortal, proxy: Proxy, tmp_path: Path, method: str) -> None:
    """A captive portal, or a session that has ended, says 200 to all."""
    proxy.plan = always(method, PAGE)  # type: ignore[assignment]
    folder = ("Outra",) if method == "MKCOL" else at().folder
    with pytest.raises(PortalFault) as raised:
        if method in {"LOCK", "GET"}:
            await portal.publish(file(tmp_path, NEW), at("antigo.pdf"), Unchanged(sha(OLD)), "s1")
        elif method == "DELETE":
            await portal.discard("s0")
        elif method == "PROPFIND":
            await portal.look(at("antigo.pdf"))
        else:
            await portal.publish(file(tmp_path, NEW), at("novo.pdf", folder=folder), Absent(), "s1")
    assert raised.value.code == "portal_unreachable"
    assert "página da web" in raised.value.detail


async def test_no_such_root(served: Served, tmp_path: Path) -> None:
    """A wrong path in the URL: one failure of the whole portal, and no folders made in a wrong place."""
    portal = WebDavPortal(f"webdav+{served.url}/nao/existe", facts=tmp_path)
    for asked in (portal.check(), portal.folders((), ()), portal.publish(file(tmp_path, NEW), at(), Absent(), "s1")):
        with pytest.raises(PortalFault) as raised:
            await asked
        assert raised.value.code == "portal_unreachable"
        assert "não existe neste endereço" in raised.value.detail
    assert not (served.root / "nao").exists()
    await portal.close()


async def test_apache_that_may_not_write(tmp_path: Path) -> None:
    """A right that is lacking on the server's own disk is said so, and the rest of the portal goes on."""
    needs("apache")
    if os.getuid() != 0:
        pytest.skip("only root can take the right away")
    with serving("apache") as served:
        portal = WebDavPortal(f"webdav+{served.url}/", facts=tmp_path)
        await portal.publish(file(tmp_path, OLD), at("1.pdf"), Absent(), "s0")
        folder = (served.root / at().path).parent
        shutil.chown(folder, "root", "root")
        folder.chmod(0o755)
        with pytest.raises(PortalFault) as raised:
            await portal.publish(file(tmp_path, NEW), at("2.pdf"), Absent(), "s1")
        assert raised.value.code in {"portal_forbidden", "portal_error"}
        assert not FAILURES[raised.value.code].whole
        assert (folder / "1.pdf").read_bytes() == OLD
        assert [path.name for path in (served.root / ".malote").iterdir() if path.name != ".DAV"] == []
        await portal.close()


async def test_apache_that_takes_no_large_files(tmp_path: Path) -> None:
    needs("apache")
    with serving("apache", Setting(lines=("LimitRequestBody 1000000",))) as served:
        portal = WebDavPortal(f"webdav+{served.url}/", facts=tmp_path)
        with pytest.raises(PortalFault) as raised:
            await portal.publish(file(tmp_path, bytes(3_000_000)), at(), Absent(), "s1")
        assert raised.value.code == "file_too_large"
        await portal.publish(file(tmp_path, NEW), at(), Absent(), "s2")
        await portal.close()


# connections


@asynccontextmanager
async def resetting() -> AsyncIterator[int]:
    """Takes a connection, reads a little, and resets it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        own: socket.socket = writer.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@asynccontextmanager
async def deaf() -> AsyncIterator[int]:
    """Takes connections and never reads from them."""
    taken = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        taken.append(writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1)
    yield server.sockets[0].getsockname()[1]
    for writer in taken:
        writer.transport.abort()
    server.close()


@asynccontextmanager
async def full() -> AsyncIterator[int]:
    """Listens, but its queue is full: connecting gets no answer."""
    with ExitStack() as open_:
        listener = open_.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port: int = listener.getsockname()[1]
        for _ in range(3):
            waiting = open_.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        await asyncio.sleep(0)
        yield port


def body(folder: Path, size: int) -> Body:
    return Body(file(folder, bytes(size)), size)


async def failing(port: int, sent: Body, deadlines: Deadlines) -> list[PortalFault]:
    """The faults of a look and of a PUT."""
    portal = WebDavPortal(f"webdav+http://127.0.0.1:{port}/", deadlines=deadlines)
    faults = []
    for asked in (portal.look(at()), portal._dav.put(("x",), sent)):
        with pytest.raises(PortalFault) as raised:
            await asked
        faults.append(raised.value)
        assert raised.value.code == "portal_unreachable"
    await portal.close()
    return faults


async def test_reset(tmp_path: Path) -> None:
    async with resetting() as port:
        look, put = await failing(port, body(tmp_path, 5_000_000), Deadlines(request=5))
    assert "caiu no meio" in look.detail
    assert "caiu no meio" in put.detail
    assert put.unknown, "some of it may have arrived"


async def test_no_answer_in_time(tmp_path: Path) -> None:
    """While sending or while waiting for the answer: nobody knows what became of it."""
    async with deaf() as port:
        quick = Deadlines(request=0.3, bytes_per_second=1e9)
        look, put = await failing(port, body(tmp_path, 20_000_000), quick)
    assert "não respondeu" in look.detail
    assert "PROPFIND" in look.detail
    assert put.unknown


async def test_nobody_takes_the_connection(tmp_path: Path) -> None:
    """Then nothing was sent, and nothing has to be looked at afterwards."""
    async with full() as port:
        look, put = await failing(port, body(tmp_path, 5000), Deadlines(connect=0.3, request=5))
    assert "ao conectar" in look.detail
    assert not put.unknown
