"""The portal over WebDAV: the contract on three real servers, with and without exclusive creation."""

from __future__ import annotations

import asyncio
import itertools
import re
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings

from core.domain.models import Place
from core.portal.webdav import WebDavPortal
from core.portal.webdav.bodies import SlowStream
from core.portal.webdav.facts import Facts, FactsFile
from core.ports import Absent, Conflict, Found, Portal, PortalFault, Unchanged
from tests.integration.webdav_outside import WebDavOutside
from tests.integration.webdav_servers import FACTS, SERVERS, Served, needs, serving
from tests.portal_contract import FOREIGN, LEGAL_NAMES, NEW, OLD, Outside, PortalContract, at, file, sha

_numbers = itertools.count()


@pytest.fixture(scope="module", params=SERVERS)
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    needs(request.param)
    with serving(request.param) as running:
        yield running


class Patient(WebDavPortal):
    """Waits until a dead one's lock has ended, as the worker's retries do."""

    async def recover(self, place: Place, scratch: str, sha256: str, expected: str | None) -> None:
        while True:
            try:
                return await super().recover(place, scratch, sha256, expected)
            except PortalFault as fault:
                if fault.code != "portal_busy":
                    raise
                await asyncio.sleep(0.1)


Open = Callable[..., WebDavPortal]


class OnServer:
    """An empty portal on the server, what it honours known already: their fixtures."""

    exclusive = False

    def alter(self, facts: Facts) -> Facts:
        """What is taken for found out, where a test is to go a way that this server does not need."""
        return facts

    @pytest.fixture
    async def opened(self, served: Served, tmp_path: Path) -> Open:
        """Opens the portal, a new one in each test; over another transport if one is given."""
        number = next(_numbers)
        address = f"webdav+http://localhost:{served.port}/p{number}"
        created = await asyncio.to_thread(
            httpx.request, "MKCOL", f"{served.url}/p{number}", trust_env=False, verify=False
        )
        assert created.status_code == 201

        def make(transport: Callable[[], httpx.AsyncBaseTransport] | None = None) -> WebDavPortal:
            return Patient(
                address,
                exclusive=self.exclusive,
                facts=tmp_path / "host",
                lock_seconds=1 if served.kind == "rclone" else 60,
                transport=transport,
            )

        if served.kind not in FACTS:
            portal = make()
            await portal.check()
            await portal.close()
            FACTS[served.kind] = FactsFile(tmp_path / "host", portal.url).read() or pytest.fail("no facts were kept")
        FactsFile(tmp_path / "host", address).write(self.alter(FACTS[served.kind]))
        return make

    @pytest.fixture
    async def portal(self, opened: Open) -> AsyncIterator[WebDavPortal]:
        portal = opened()
        yield portal
        await portal.close()

    @pytest.fixture
    def outside(self, served: Served, opened: Open) -> Iterator[WebDavOutside]:
        path = opened().url.rsplit("/", 1)[1]
        outside = WebDavOutside(f"{served.url}/{path}", served.root / path, opened)
        yield outside
        outside.close()


class WebDavContract(OnServer, PortalContract):
    """The contract, and what these servers cannot hold of it."""

    meanwhile: tuple[bytes | None, ...] = ()
    """What may lie at the name between a death and its recovery."""

    async def is_exclusive(self, portal: Portal) -> bool:
        """As in the contract; what the server honours is known already, and a check takes a second."""
        assert isinstance(portal, WebDavPortal)
        facts = portal._facts.read()
        return self.exclusive and facts is not None and facts.exclusive

    @pytest.fixture(autouse=True)
    def _skip(self, request: pytest.FixtureRequest, served: Served) -> None:
        if served.kind == "rclone" and request.node.originalname == "test_seen_documents_never_change":
            pytest.skip("rclone keeps no property by which a document could be seen: `malote seen` is for it")

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(name=LEGAL_NAMES, folder=LEGAL_NAMES)
    @example(name="x" * 255, folder="ç" * 127)
    @example(name="\N{GRINNING FACE} recibo.pdf", folder="-rf")
    @example(name="a b'c\"d`e$f.pdf", folder="100% #1? a;b&c+d")
    @example(name="100% #1? a;b&c+d.pdf", folder="<a>|*")
    @example(name="--help", folder="%2e%2e")
    @example(name=".DAS.pdf", folder="~")
    @example(name="\u212b\u2126.pdf", folder="\u1100\u1161\u11a8")
    async def test_every_legal_name(
        self, portal: Portal, outside: Outside, served: Served, tmp_path: Path, name: str, folder: str
    ) -> None:
        if served.kind == "wsgidav":  # cuts there, so such names are refused: see TestNames
            name, folder = re.sub("[?;]", "-", name), folder.replace("?", "-")
        inner = PortalContract.test_every_legal_name.hypothesis.inner_test  # type: ignore[attr-defined]
        await inner(self, portal=portal, outside=outside, tmp_path=tmp_path, name=name, folder=folder)

    @pytest.mark.parametrize("expected", [None, OLD])
    async def test_recovers_from_death_at_any_step(
        self, portal: Portal, outside: Outside, tmp_path: Path, expected: bytes | None
    ) -> None:
        """As in the contract; but before it, what a server makes of a lock, or `aside` of a name, may be there."""
        source = file(tmp_path, NEW)
        old = None if expected is None else sha(expected)
        for step in itertools.count():
            place = at(f"{step}.pdf")
            if expected is not None:
                outside.put(place, expected)
            died = await outside.die(source, place, Absent() if old is None else Unchanged(old), "s", step)
            assert outside.read(place) in {expected, NEW, *self.meanwhile}
            await portal.recover(place, "s", sha(NEW), old)
            assert outside.read(place) in {expected, NEW}
            assert not outside.scratch_area()
            if not died:
                break

    async def test_no_reader_meets_half_a_file(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        """Half a document at no moment. All three servers remove the old one a moment before the new one's MOVE; and
        a lock on a free name is an empty file on two of them."""
        versions = [bytes([65 + n]) * 400_000 for n in range(6)]
        sources = [file(tmp_path, data, f"source{n}") for n, data in enumerate(versions)]
        wrong: list[int] = []
        done = threading.Event()

        def read_on() -> None:
            while not done.is_set():
                data = outside.read(at())
                if data is not None and data not in versions and (data or not self.exclusive):
                    wrong.append(len(data))

        reader = asyncio.create_task(asyncio.to_thread(read_on))
        try:
            await portal.publish(sources[0], at(), Absent(), "s")
            for n in range(1, 24):
                old, new = (n - 1) % 6, n % 6
                await portal.publish(sources[new], at(), Unchanged(sha(versions[old])), "s")
        finally:
            done.set()
            await reader
        assert wrong == []


class TestContract(WebDavContract):
    """By default: small window."""


class TestExclusiveContract(WebDavContract):
    """With `exclusive = true`."""

    exclusive = True
    meanwhile = (b"",)  # an empty file that holds a lock

    @pytest.fixture(autouse=True)
    def _skip_leak(self, request: pytest.FixtureRequest, served: Served) -> None:
        if served.kind == "wsgidav" and request.node.originalname == "test_foreign_writer_beside_a_replace":
            pytest.skip("WsgiDAV asks for locks when a request begins; its MOVE is not one step: 3 of 480 lost")


class TestContractWhereLocksAreForShow(WebDavContract):
    """As on copyparty: replacing by moving the old one aside."""

    meanwhile = (None,)

    def alter(self, facts: Facts) -> Facts:
        return replace(facts, locks_exclude=False)


class TestServers(OnServer):
    """What these servers honour, asked of them again: the ways of writing stand on it."""

    async def test_what_they_honour(self, portal: WebDavPortal, served: Served) -> None:
        report = await portal.check()
        found = dict(report.findings)
        assert found["publish"] == "move"
        assert found["replace"] == "lock-move"
        assert found["window"] == "small"
        assert found["overwrite_f"] == "honoured"
        assert found["lock_makes"] == ("nothing" if served.kind == "apache" else "file")
        assert found["cut_put"] == ("nothing" if served.kind == "apache" else "half")
        assert found["conditions"] == ("ignored" if served.kind == "rclone" else "honoured")
        assert not report.exclusive
        assert int(found["upload_kb_s"]) > 0

    async def test_probed_again_when_the_server_is_another(
        self, portal: WebDavPortal, opened: Open, tmp_path: Path, served: Served
    ) -> None:
        """An update of the server would be written to in ways that it no longer honours."""
        FactsFile(tmp_path / "host", portal.url).write(replace(FACTS[served.kind], server="old/1.0", keeps_name=False))
        await portal.check()
        assert FactsFile(tmp_path / "host", portal.url).read() != replace(FACTS[served.kind], server="old/1.0")
        kept = FactsFile(tmp_path / "host", portal.url).read()
        assert kept is not None
        assert kept.keeps_name

    async def test_names_that_a_move_would_cut(
        self, portal: WebDavPortal, outside: WebDavOutside, served: Served, tmp_path: Path
    ) -> None:
        """WsgiDAV would put `A;B.pdf` at `A`: perhaps over another document."""
        place = at("DAS; retificado.pdf")
        if served.kind == "wsgidav":
            with pytest.raises(PortalFault) as raised:
                await portal.publish(file(tmp_path, NEW), place, Absent(), "s")
            assert raised.value.code == "name_invalid"
            assert ";" in raised.value.detail
            assert outside.tree() == set()
        else:
            await portal.publish(file(tmp_path, NEW), place, Absent(), "s")
            assert outside.read(place) == NEW
        assert not outside.scratch_area()

    async def test_decomposed_twins(
        self, portal: WebDavPortal, opened: Open, outside: WebDavOutside, served: Served, tmp_path: Path
    ) -> None:
        """What a Mac has synced to the server would get a twin that no one can tell apart."""
        folder = normalize("NFD", "Padaria Pão de Mel")
        base = f"{outside.url}/{quote(folder)}"
        for path in (base, f"{base}/Fiscal", f"{base}/Fiscal/DAS"):
            assert outside.ask("MKCOL", path + "/").status_code == 201
        name = quote(normalize("NFD", "Março.pdf"))
        assert outside.ask("PUT", f"{base}/Fiscal/DAS/{name}", content=OLD).status_code == 201
        place = at("Março.pdf")
        assert await portal.look(place) == Found(is_file=True, size=len(OLD))
        assert await portal.digest(place) == sha(OLD)
        assert await portal.names(place.root, place.folder) == {"Março.pdf"}
        with pytest.raises(Conflict):
            await portal.publish(file(tmp_path, NEW), place, Absent(), "s")
        await portal.publish(file(tmp_path, NEW), place, Unchanged(sha(OLD)), "s")
        await portal.publish(file(tmp_path, NEW), at("Abril.pdf"), Absent(), "s")
        assert len({path.split("/")[0] for path in outside.tree()}) == 1

    async def test_someones_lock_is_busy(
        self, portal: WebDavPortal, outside: WebDavOutside, served: Served, tmp_path: Path
    ) -> None:
        """We would write over what someone has open."""
        outside.put(at(), OLD)
        lock = outside.ask("LOCK", outside.at(at()), content=LOCK, headers={"Timeout": "Second-60", "Depth": "0"})
        assert lock.status_code == 200
        with pytest.raises(PortalFault) as raised:
            await portal.publish(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s")
        assert raised.value.code == "portal_busy"
        found = await portal.look(at())
        assert found is not None
        assert found.busy is (served.kind != "rclone"), "rclone does not show its locks"
        assert outside.read(at()) == OLD
        assert not outside.scratch_area()
        unlock = outside.ask("UNLOCK", outside.at(at()), headers={"Lock-Token": lock.headers["Lock-Token"]})
        assert unlock.status_code == 204
        await portal.publish(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s")
        assert outside.read(at()) == NEW

    async def test_a_put_that_began_before_our_lock(
        self,
        portal: WebDavPortal,
        outside: WebDavOutside,
        served: Served,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """What someone has been sending for a while would be lost if it arrives after our look, under our lock."""
        outside.put(at(), OLD)
        theirs = SlowStream(FOREIGN)
        someone = WebDavPortal(portal.url)
        path = someone._dav.path((*at().root, *at().folder, at().name))
        putting = asyncio.create_task(someone._requests.slow_put(path, len(FOREIGN), theirs))
        read = portal._dav.read

        async def read_and_let_it_arrive(names: tuple[str, ...]) -> object:
            found = await read(names)
            theirs.go.set()
            assert await putting in {200, 201, 204}
            return found

        async with asyncio.timeout(20):
            await theirs.half_way.wait()
        monkeypatch.setattr(portal._dav, "read", read_and_let_it_arrive)
        with pytest.raises((Conflict, PortalFault)) as raised:
            await portal.publish(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s")
        busy = isinstance(raised.value, PortalFault) and raised.value.code == "portal_busy"  # theirs holds the name
        assert busy or isinstance(raised.value, Conflict)
        theirs.go.set()
        assert await putting in {200, 201, 204}
        assert outside.read(at()) == FOREIGN
        assert not outside.scratch_area()
        await someone.close()

    async def test_folders_that_vanish(
        self, portal: WebDavPortal, outside: WebDavOutside, served: Served, tmp_path: Path
    ) -> None:
        """A remembered folder that someone removed would fail every delivery into it."""
        await portal.publish(file(tmp_path, NEW), at("1.pdf"), Absent(), "s")
        shutil.rmtree(outside.path / ".malote")
        outside.ask("DELETE", f"{outside.url}/{quote(at().root[0])}/")
        await portal.publish(file(tmp_path, NEW), at("2.pdf"), Absent(), "s")
        assert outside.read(at("2.pdf")) == NEW
        assert outside.read(at("1.pdf")) is None

    async def test_a_file_in_place_of_a_folder(
        self, portal: WebDavPortal, outside: WebDavOutside, tmp_path: Path
    ) -> None:
        outside.put(at("DAS", folder=("Fiscal",)), OLD)
        with pytest.raises(PortalFault) as raised:
            await portal.publish(file(tmp_path, NEW), at(), Absent(), "s")
        assert raised.value.code == "name_invalid"
        assert outside.read(at("DAS", folder=("Fiscal",))) == OLD
        assert not outside.scratch_area()

    async def test_other_storage_below(self, opened: Open, outside: WebDavOutside, tmp_path: Path) -> None:
        """Where a client's folder is another storage, MOVE out of `.malote/` fails: then from beside the target."""
        portal = opened(lambda: Mounted(httpx.AsyncHTTPTransport(verify=False)))
        for n in range(3):
            await portal.publish(file(tmp_path, NEW), at(f"{n}.pdf"), Absent(), f"s{n}")
            assert outside.read(at(f"{n}.pdf")) == NEW
        with pytest.raises(Conflict):
            await portal.publish(file(tmp_path, NEW), at("0.pdf"), Absent(), "s9")
        assert {path.split("/")[-1] for path in outside.tree()} >= {"0.pdf", "1.pdf", "2.pdf"}
        assert not [path for path in outside.tree() if ".malote" in path]
        assert not outside.scratch_area()
        await portal.close()

    async def test_folders_are_remembered_for_a_moment(self, portal: WebDavPortal, outside: WebDavOutside) -> None:
        """The picker would ask the server at each key; and show for ever what is gone."""
        outside.put(at(), OLD)
        assert await portal.folders((), ()) == [at().root[0]]
        outside.put(at(root=("Outro",)), OLD)
        assert await portal.folders((), ()) == [at().root[0]]
        portal._listed.clear()  # as after LISTING_LIFE
        assert await portal.folders((), ()) == ["Outro", at().root[0]]


class Mounted(httpx.AsyncBaseTransport):
    """The client's folder is another storage, to which nothing can be moved from elsewhere."""

    def __init__(self, inner: httpx.AsyncHTTPTransport):
        self.inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "MOVE" and "/.malote/" in str(request.url):
            return httpx.Response(403)
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self.inner.aclose()


LOCK = (
    '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/>'
    "</D:locktype><D:owner>ana</D:owner></D:lockinfo>"
)
