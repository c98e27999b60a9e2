"""What answers mean: a wrong code sends a person to mend what is not broken, or retries what locks an account."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import logging
import os
import tracemalloc
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from core.domain.models import Place
from core.office.health import portal_unusable
from core.portal.webdav import WebDavPortal, requests
from core.portal.webdav.facts import Facts, FactsFile
from core.portal.webdav.requests import Deadlines
from core.ports import Absent, Conflict, PortalFault, Unchanged

PLACE = Place(root=("Cliente",), folder=("Fiscal",), name="DAS.pdf")
FOLDER = (
    '<d:multistatus xmlns:d="DAV:"><d:response><d:href>{path}</d:href><d:propstat><d:prop><d:resourcetype>'
    "<d:collection/></d:resourcetype></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
    "</d:multistatus>"
)
FACTS = Facts(
    server="",
    dav="",
    path_only=False,
    keeps_name=True,
    replaces=True,
    locks_exclude=True,
    locks_leak=False,
    matches_etag=False,
    lock_makes_file=False,
    conditions=True,
    half_after_cut=True,
    lost_in_race=0,
    races=8,
)
Answers = dict[str, Callable[[httpx.Request], httpx.Response]]
SECRET = "s3gr3do"


def status(
    code: int, headers: dict[str, str] | None = None, text: str = ""
) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(code, headers=headers, text=text)


def find(request: httpx.Request) -> httpx.Response:
    """Folders are there, files are not."""
    if not request.url.path.endswith("/"):
        return httpx.Response(404)
    return httpx.Response(207, text=FOLDER.format(path=request.url.raw_path.decode()))


WELL: Answers = {
    "OPTIONS": status(200),
    "PROPFIND": find,
    "MKCOL": status(201),
    "PUT": status(201),
    "MOVE": status(201),
    "DELETE": status(204),
    "UNLOCK": status(204),
}


class Server:
    """Answers by method, as told; keeps what it was asked."""

    def __init__(self) -> None:
        self.answers = dict(WELL)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answers[request.method](request)

    def methods(self) -> list[str]:
        return [request.method for request in self.asked]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def portal(server: Server, tmp_path: Path) -> AsyncIterator[WebDavPortal]:
    url = "webdav+https://escritorio@nuvem.example/dav"
    FactsFile(tmp_path, url).write(FACTS)
    portal = WebDavPortal(
        url,
        password=lambda: SECRET,
        facts=tmp_path,
        deadlines=Deadlines(request=5),
        transport=lambda: httpx.MockTransport(server),
    )
    yield portal
    await portal.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(b"new")
    return path


@pytest.mark.parametrize(
    ("code", "fault", "unknown"),
    [
        (400, "portal_error", False),
        (401, "portal_auth", False),
        (403, "portal_forbidden", False),
        (407, "portal_auth", False),
        (413, "file_too_large", False),
        (414, "name_invalid", False),
        (423, "portal_busy", False),
        (429, "portal_unreachable", False),
        (500, "portal_error", True),
        (502, "portal_unreachable", True),
        (503, "portal_unreachable", False),
        (504, "portal_unreachable", True),
        (507, "portal_full", False),
        (522, "portal_unreachable", True),
        (207, "portal_error", False),
        (302, "portal_unreachable", False),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "MOVE"])
async def test_status(
    portal: WebDavPortal, server: Server, source: Path, method: str, code: int, fault: str, unknown: bool
) -> None:
    server.answers[method] = status(code, {"Retry-After": "17", "Location": "https://login.example/entrar?t=x"})
    with pytest.raises(PortalFault) as raised:
        await portal.publish(source, PLACE, Absent(), "s")
    assert raised.value.code == fault
    refused = fault == "portal_auth"  # then nothing more is asked, so the scratch file is left to `recover`
    assert raised.value.unknown is (unknown or refused or (code == 207 and method == "MOVE"))
    assert raised.value.retry_after == (17 if code in {423, 429, 503} else None)
    assert str(code) in raised.value.detail or "página" in raised.value.detail
    assert "t=x" not in raised.value.detail
    if not raised.value.unknown and method == "MOVE":
        assert server.methods()[-1] == "DELETE", "the scratch file would stay"


async def test_each_who_is_refused_hears_it_for_himself(portal: WebDavPortal, server: Server, source: Path) -> None:
    """What one of them could not clear up would be said of all, and one error would grow with each that met it."""
    server.answers["MOVE"] = status(401)
    with pytest.raises(PortalFault) as moved:
        await portal.publish(source, PLACE, Absent(), "s")
    with pytest.raises(PortalFault) as looked:
        await portal.look(PLACE)
    assert (moved.value.unknown, looked.value.unknown) == (True, False)
    assert (moved.value.code, looked.value.code) == ("portal_auth", "portal_auth")
    assert moved.value is not looked.value


@pytest.mark.parametrize("method", ["PUT", "MOVE", "PROPFIND", "MKCOL"])
async def test_a_web_page_is_never_success(portal: WebDavPortal, server: Server, source: Path, method: str) -> None:
    """A hotel's login page would count as a delivered document."""
    server.answers[method] = status(200, {"Content-Type": "text/html; charset=utf-8"}, "<html>Entrar</html>")
    with pytest.raises(PortalFault) as raised:
        await portal.publish(source, PLACE.model_copy(update={"name": "Março.pdf"}), Absent(), "s")
    assert raised.value.code == "portal_unreachable"


async def test_a_web_page_is_no_document(portal: WebDavPortal, server: Server) -> None:
    """Its hash would be taken for somebody's change."""
    server.answers["GET"] = status(200, {"Content-Type": "text/html"}, "<html>Entrar</html>")
    server.answers["PROPFIND"] = lambda _: httpx.Response(
        207,
        text='<d:multistatus xmlns:d="DAV:"><d:response><d:href>/x</d:href><d:propstat><d:prop><d:resourcetype/>'
        "<d:getcontentlength>3</d:getcontentlength></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
        "</d:response></d:multistatus>",
    )
    with pytest.raises(PortalFault) as raised:
        await portal.digest(PLACE)
    assert raised.value.code == "portal_unreachable"


async def test_taken_name_is_a_conflict(portal: WebDavPortal, server: Server, source: Path) -> None:
    server.answers["MOVE"] = status(412)
    with pytest.raises(Conflict):
        await portal.publish(source, PLACE, Absent(), "s")
    assert server.methods()[-1] == "DELETE"


async def test_a_500_of_the_whole_portal_pauses_it(portal: WebDavPortal, server: Server, source: Path) -> None:
    """Five hundred documents would each fail for good while the server is ill."""
    server.answers["PUT"] = server.answers["PROPFIND"] = status(500)
    with pytest.raises(PortalFault) as raised:
        await portal.publish(source, PLACE, Absent(), "s")
    assert raised.value.code == "portal_unreachable"


async def test_a_500_is_told_as_an_answer(portal: WebDavPortal, server: Server) -> None:
    """Someone would look for a cable or a wrong address while the server's own log says what is wrong."""
    server.answers["PROPFIND"] = status(500)
    with pytest.raises(PortalFault) as raised:
        await portal.look(PLACE)
    told = portal_unusable(raised.value).sentence
    assert told.say("pt") == "O portal está indisponível. Respondeu com o erro 500 (PROPFIND)."
    assert told.say("en") == "The portal is unavailable. It answered with error 500 (PROPFIND)."


async def test_a_wrong_password_is_shown_once(portal: WebDavPortal, server: Server) -> None:
    """Eight at once would lock the account."""

    server.answers = {method: status(401, {"WWW-Authenticate": 'Basic realm="x"'}) for method in WELL}
    results = await asyncio.gather(*(portal.look(PLACE) for _ in range(8)), return_exceptions=True)
    assert {result.code for result in results if isinstance(result, PortalFault)} == {"portal_auth"}
    assert len(server.asked) == 1
    server.answers = dict(WELL)
    with pytest.raises(PortalFault):
        await portal.look(PLACE)
    await portal.check()
    assert await portal.look(PLACE) is None, "mended, but still refused"


async def test_digest_where_it_is_asked_for(portal: WebDavPortal, server: Server) -> None:
    def ask(request: httpx.Request) -> httpx.Response:
        if request.headers.get("Authorization", "").startswith("Digest"):
            return find(request)
        challenge = 'Digest realm="x", nonce="n", qop="auth", algorithm=SHA-256'
        return httpx.Response(401, headers={"WWW-Authenticate": challenge})

    server.answers["PROPFIND"] = ask
    assert await portal.look(PLACE) is None
    assert await portal.look(PLACE) is None
    assert len(server.asked) == 3


async def test_refused_is_not_for_ever(portal: WebDavPortal, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process's check found it mended; this one would go on refusing for as long as it runs."""
    server.answers["PROPFIND"] = status(401)
    with pytest.raises(PortalFault):
        await portal.look(PLACE)
    server.answers = dict(WELL)
    with pytest.raises(PortalFault):
        await portal.look(PLACE)
    monkeypatch.setattr(requests, "REFUSED_FOR", 0.0)
    assert await portal.look(PLACE) is None


def written(path: Path, size: int) -> os.stat_result:
    path.write_bytes(bytes(size))
    return path.stat()


@pytest.mark.parametrize("size", [100, 3_000_000])
async def test_a_source_that_changes_is_never_published(
    portal: WebDavPortal, source: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of a spooled file, or more than it, would reach the client."""
    looked = written(source, size)
    written(source, size - 1)
    stat = os.stat
    monkeypatch.setattr(os, "stat", lambda path, **more: looked if path == source else stat(path, **more))

    async def read(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and len(await request.aread()) != int(request.headers["Content-Length"]):
            raise httpx.LocalProtocolError("as h11 says")
        return Server()(request)

    portal._requests._transport = lambda: httpx.MockTransport(read)
    with pytest.raises(PortalFault) as raised:
        await portal.publish(source, PLACE, Absent(), "s")
    assert raised.value.code == "file_changed"


async def test_no_password(server: Server) -> None:
    portal = WebDavPortal(
        "webdav+https://eu@nuvem.example/", password=lambda: None, transport=lambda: httpx.MockTransport(server)
    )
    with pytest.raises(PortalFault) as raised:
        await portal.look(PLACE)
    assert raised.value.code == "portal_auth"
    assert not server.asked


async def test_bearer_token(server: Server) -> None:
    portal = WebDavPortal(
        "webdav+https://nuvem.example/", token=lambda: "t0k3n", transport=lambda: httpx.MockTransport(server)
    )
    await portal.look(PLACE)
    await portal.close()
    assert server.asked[0].headers["Authorization"] == "Bearer t0k3n"


@pytest.mark.parametrize("failing", ["PROPFIND", "PUT", "MOVE"])
async def test_credentials_are_never_told(
    portal: WebDavPortal, server: Server, source: Path, failing: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.answers[failing] = status(403, text="nope")
    with pytest.raises(PortalFault) as raised:
        await portal.publish(source, PLACE.model_copy(update={"name": "ç.pdf"}), Absent(), "s")
    shown = basic()
    told = [repr(raised.value), str(raised.value), raised.value.detail, repr(portal), portal.url, caplog.text]
    for text in [*told, repr(raised.value.__cause__), repr(raised.value.__context__)]:
        assert SECRET not in text
        assert shown not in text
    assert any(shown in request.headers["Authorization"] for request in server.asked)


def basic() -> str:
    return httpx.BasicAuth("escritorio", SECRET)._auth_header.removeprefix("Basic ")


async def test_broken_connections(portal: WebDavPortal, server: Server, source: Path) -> None:
    """What may have taken effect must be looked at before it is sent again."""

    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("gone", request=request)

    server.answers["MOVE"] = broken
    with pytest.raises(PortalFault) as raised:
        await portal.publish(source, PLACE, Absent(), "s")
    assert raised.value.code == "portal_unreachable"
    assert raised.value.unknown
    assert server.methods().count("MOVE") == 1
    assert server.methods()[-1] == "MOVE", "the scratch file is what tells later whether it arrived"


async def test_reading_is_tried_twice(portal: WebDavPortal, server: Server) -> None:
    """A connection that the server closed while idle is no failure."""
    left = [1]

    def once(request: httpx.Request) -> httpx.Response:
        if left:
            left.pop()
            raise httpx.ReadError("reset", request=request)
        return httpx.Response(404)

    server.answers["PROPFIND"] = once
    assert await portal.look(PLACE) is None


async def test_deadline(server: Server, source: Path, tmp_path: Path) -> None:
    """A server that never answers would hold a sender for ever."""

    async def never(request: httpx.Request) -> httpx.Response:
        if request.method == "MOVE":
            await asyncio.Event().wait()
        return server(request)

    FactsFile(tmp_path, "webdav+http://localhost/").write(FACTS)
    portal = WebDavPortal(
        "webdav+http://localhost/",
        facts=tmp_path,
        deadlines=Deadlines(request=0.05),
        transport=lambda: httpx.MockTransport(never),
    )
    with pytest.raises(PortalFault) as raised:
        await portal.publish(source, PLACE, Absent(), "s")
    assert raised.value.code == "portal_unreachable"
    assert raised.value.unknown
    await portal.close()


async def test_missing_root(portal: WebDavPortal, server: Server, source: Path) -> None:
    """A share that is not mounted must not be made anew, empty."""
    server.answers |= {"PROPFIND": status(404), "MKCOL": status(409), "PUT": status(409), "MOVE": status(409)}
    for call in (portal.check(), portal.publish(source, PLACE, Absent(), "s"), portal.folders((), ())):
        with pytest.raises(PortalFault) as raised:
            await call
        assert raised.value.code == "portal_unreachable"


async def test_without_move_it_is_unsafe(server: Server, source: Path) -> None:
    """Somebody would read half a document."""
    server.answers["MOVE"] = status(501)
    portal = WebDavPortal("webdav+http://localhost/", transport=lambda: httpx.MockTransport(server))
    for call in (portal.check(), portal.publish(source, PLACE, Absent(), "s")):
        with pytest.raises(PortalFault) as raised:
            await call
        assert raised.value.code == "portal_unsafe"
    await portal.close()


async def test_lock_held_by_someone_is_busy(portal: WebDavPortal, server: Server, source: Path) -> None:
    held = (
        '<d:multistatus xmlns:d="DAV:"><d:response><d:href>/x</d:href><d:propstat><d:prop><d:resourcetype/>'
        "<d:getcontentlength>3</d:getcontentlength><d:lockdiscovery><d:activelock><d:owner>ana</d:owner><d:locktoken>"
        "<d:href>urn:1</d:href></d:locktoken></d:activelock></d:lockdiscovery></d:prop><d:status>HTTP/1.1 200 OK"
        "</d:status></d:propstat></d:response></d:multistatus>"
    )
    server.answers["PROPFIND"] = lambda _: httpx.Response(207, text=held)
    found = await portal.look(PLACE)
    assert found is not None
    assert found.busy
    assert not found.seen
    with pytest.raises(PortalFault) as raised:
        await portal.publish(source, PLACE, Unchanged("0" * 64), "s")
    assert raised.value.code == "portal_busy"
    assert "PUT" not in server.methods()


MULTISTATUS = (
    '<d:multistatus xmlns:d="DAV:"><d:response><d:href>/dav/Cliente/Fiscal/DAS.pdf</d:href>{}</d:response>'
    "</d:multistatus>"
)
PROPSTAT = "<d:propstat><d:prop>{}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
NINES = "9" * 6000


@pytest.mark.parametrize(
    "text",
    [
        MULTISTATUS.format(PROPSTAT.format(f"<d:getcontentlength>{NINES}</d:getcontentlength>")),
        MULTISTATUS.format(PROPSTAT.format(f"<d:quota-available-bytes>{NINES}</d:quota-available-bytes>")),
        MULTISTATUS.format(
            PROPSTAT.format(f"<d:getlastmodified>Mon, 01 Jan {NINES[:20]} 00:00:00 GMT</d:getlastmodified>")
        ),
        MULTISTATUS.format("<d:status>HTTP/1.1 ² OK</d:status>"),
        MULTISTATUS.format(f"<d:status>HTTP/1.1 {NINES} OK</d:status>"),
        '<?xml version="1.0" encoding="utf-7"?>' + MULTISTATUS.format(""),
        '<?xml version="1.0" encoding="none-such"?>' + MULTISTATUS.format(""),
    ],
)
async def test_an_answer_out_of_its_mind_is_a_fault_of_the_portal(
    portal: WebDavPortal, server: Server, text: str
) -> None:
    """As a traceback it would end every worker, and nothing would leave for anyone."""
    server.answers["PROPFIND"] = lambda _: httpx.Response(
        207, text=text, headers={"Date": f"Mon, 01 Jan {NINES[:20]} 00:00:00 GMT"}
    )
    for ask in (portal.look(PLACE), portal.folders(("Cliente",), ()), portal.names(("Cliente",), ()), portal.check()):
        with contextlib.suppress(PortalFault):
            await ask


@pytest.mark.parametrize(
    ("method", "answer", "code"),
    [
        ("PROPFIND", status(302, {"Location": "http://[elsewhere"}), "portal_unreachable"),
        ("PROPFIND", status(401, {"WWW-Authenticate": 'Digest realm="x", nonce="y", algorithm=NONE'}), "portal_auth"),
        ("PROPFIND", status(401, {"WWW-Authenticate": 'Digest realm="x", nonce="y", qop="auth-int"'}), "portal_auth"),
    ],
)
async def test_headers_out_of_their_mind_too(
    portal: WebDavPortal, server: Server, method: str, answer: Callable[[httpx.Request], httpx.Response], code: str
) -> None:
    server.answers[method] = answer
    with pytest.raises(PortalFault) as caught:
        await portal.look(PLACE)
    assert caught.value.code == code


@pytest.mark.parametrize("token", ["<opaquelocktoken:ação>", "<a\tb>"])
async def test_a_lock_token_that_no_header_can_hold_is_no_lock(
    portal: WebDavPortal, server: Server, token: str, source: Path
) -> None:
    server.answers["LOCK"] = lambda _: httpx.Response(200, headers=[(b"Lock-Token", token.encode())])
    server.answers["GET"] = lambda _: httpx.Response(200, headers=[(b"ETag", '"é"'.encode())])
    server.answers["PROPFIND"] = lambda request: httpx.Response(
        207, text=FOLDER.format(path=request.url.raw_path.decode()).replace("<d:collection/>", "")
    )
    with pytest.raises((PortalFault, Conflict)):
        await portal.publish(source, PLACE, Unchanged("0" * 64), "scratch")


@pytest.mark.parametrize("times", [1, 2])
async def test_a_compressed_answer_has_the_same_bound(
    portal: WebDavPortal, server: Server, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few thousand bytes would become gigabytes before anyone counts them."""
    text = FOLDER.format(path="/dav/") + " " * (64 << 20)
    monkeypatch.setattr(requests, "ANSWER_BOUND", 1 << 20)
    body = text.encode()
    for _ in range(times):
        body = gzip.compress(body)
    headers = {"Content-Encoding": ", ".join(["gzip"] * times)}
    server.answers["PROPFIND"] = lambda _: httpx.Response(207, stream=Stream(body), headers=headers)
    tracemalloc.start()
    with pytest.raises(PortalFault) as caught:
        await portal.look(PLACE)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (caught.value.code, most < 16 << 20) == ("portal_error", True)


async def test_a_file_that_comes_byte_by_byte_for_ever_is_given_up(server: Server, tmp_path: Path) -> None:
    """Eight of them would hold all that is to be sent to anyone, and `malote deliver` would never end."""

    async def dripping() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.02)
            yield b"x"

    server.answers["GET"] = lambda _: httpx.Response(200, content=dripping())
    FactsFile(tmp_path, "webdav+http://localhost/").write(FACTS)
    portal = WebDavPortal(
        "webdav+http://localhost/",
        facts=tmp_path,
        deadlines=Deadlines(request=0.05),
        transport=lambda: httpx.MockTransport(server),
    )
    with pytest.raises(PortalFault) as caught:
        await portal.digest(PLACE)
    assert caught.value.code == "portal_unreachable"
    await portal.close()


async def test_a_compressed_answer_is_read(portal: WebDavPortal, server: Server) -> None:
    """Some things between us and the portal compress although nobody asked."""
    server.answers["PROPFIND"] = lambda request: httpx.Response(
        207,
        stream=Stream(gzip.compress(FOLDER.format(path=request.url.raw_path.decode()).encode())),
        headers={"Content-Encoding": "gzip"},
    )
    assert await portal.look(PLACE) is not None


class Stream(httpx.AsyncByteStream):
    """Bytes as they come from the network: httpx expands those that it is given whole."""

    def __init__(self, data: bytes):
        self._data = data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._data
