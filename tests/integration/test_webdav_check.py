"""`malote portal check` on real servers: what it says, what it makes, what it leaves, and when it asks anew."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from core.office.sending import tidy_portal
from core.portal.checks import check_name
from core.portal.webdav import WebDavPortal
from core.portal.webdav.facts import FactsFile
from core.portal.webdav.probe import Probe
from core.ports import Absent, PortalFault
from tests.integration.proxy import Instead, proxied
from tests.integration.test_sample_office import OFFICE, Malote
from tests.integration.webdav_servers import SERVERS, Served, needs, serving
from tests.office_setup import Bench, bench
from tests.portal_contract import NEW, at, file


@pytest.fixture(scope="module", params=SERVERS)
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    needs(request.param)
    with serving(request.param) as running:
        yield running


@pytest.fixture
async def portal(served: Served, tmp_path: Path) -> AsyncIterator[WebDavPortal]:
    portal = WebDavPortal(f"webdav+{served.url}/", exclusive=True, facts=tmp_path / "host")
    yield portal
    await portal.close()


def litter(served: Served) -> list[str]:
    area = served.root / ".malote"
    return [path.name for path in area.iterdir() if path.name != ".DAV"] if area.exists() else []


def test_in_words_with_folders_made_on_request(served: Served, tmp_path: Path) -> None:
    """Whoever runs the office has to know what the server can do, and that every client has a place there."""
    malote = Malote(tmp_path / "escritorio")
    malote.run("init", "--portal", f"webdav+{served.url}/")
    malote.run("import", str(OFFICE))
    told = malote.run("portal", "check").stdout
    assert f"✓ O portal webdav+{served.url}/ responde" in told
    assert "Pequena janela" in told
    assert ("exclusive = true em malote.toml" in told) is (served.kind != "wsgidav")
    assert "✓ Substituir: sob uma trava" in told
    assert ("deixa meio arquivo" in told) is (served.kind != "apache")
    assert ("Espaço livre: " in told) is (served.kind == "wsgidav"), "the others do not tell"
    assert "malote seen TAREFA/ARQUIVO" in told
    assert " ms, envio a " in told
    assert "mais 55" in told
    assert "malote portal check --make-folders" in told
    assert [path.name for path in served.root.iterdir()] == [".malote"], "nothing is made without being asked for"

    refused = malote.run("portal", "check", "--make-folders", "--as", "fiscal", status=1)
    assert "fiscal" in refused.stderr
    made = malote.json("portal", "check", "--make-folders")
    assert len(made["made_folders"]) == 60
    assert made["without_folder"] == []
    assert len([path for path in served.root.iterdir() if path.is_dir()]) == 61
    again = malote.json("portal", "check", "--make-folders")
    assert (again["made_folders"], again["without_folder"]) == ([], [])
    assert litter(served) == []


async def test_exclusive_is_claimed_only_where_nothing_is_lost(portal: WebDavPortal, served: Served) -> None:
    """WsgiDAV's LOCK looks first and makes its empty file later, and has emptied what somebody wrote in between."""
    report = await portal.check()
    found = dict(report.findings)
    assert report.exclusive is (served.kind != "wsgidav")
    assert found["locks"] == ("leak" if served.kind == "wsgidav" else "exclude")
    assert found["publish"] == ("move" if served.kind == "wsgidav" else "lock-move")
    assert found["window"] == ("small" if served.kind == "wsgidav" else "none")


async def test_asked_again_once_the_server_calls_itself_otherwise(
    portal: WebDavPortal, served: Served, tmp_path: Path
) -> None:
    """After an update, documents would go in ways that the server no longer honours; nobody runs `check` then."""
    await portal.check()
    kept = FactsFile(tmp_path / "host", portal.url).read()
    assert kept is not None
    if not kept.server:
        pytest.skip(f"{served.kind} does not say what it is")
    FactsFile(tmp_path / "host", portal.url).write(replace(kept, server="old/1.0", locks_exclude=False))
    fresh = WebDavPortal(portal.url, exclusive=True, facts=tmp_path / "host")
    await fresh.look(at())
    await fresh.publish(file(tmp_path, NEW), at(f"{served.kind}.pdf"), Absent(), "s")
    await fresh.close()
    now = FactsFile(tmp_path / "host", portal.url).read()
    assert now is not None
    assert (now.server, now.locks_exclude) == (kept.server, True)


async def test_asked_again_after_a_contradiction(portal: WebDavPortal, served: Served, tmp_path: Path) -> None:
    """A server that no longer moves files would be tried for ever in the old way, each time with a wrong reason."""
    await portal.check()
    kept = FactsFile(tmp_path / "host", portal.url).read()
    assert kept is not None
    async with proxied(served.port) as between:
        behind = WebDavPortal(f"webdav+http://localhost:{between.port}/", facts=tmp_path / "host")
        FactsFile(tmp_path / "host", behind.url).write(kept)
        between.plan = lambda method, _: Instead(501) if method == "MOVE" else None
        codes = []
        for n in range(2):
            with pytest.raises(PortalFault) as raised:
                await behind.publish(file(tmp_path, NEW), at(f"{n}.pdf", root=("Outra",)), Absent(), f"s{n}")
            codes.append(raised.value.code)
        assert codes[-1] == "portal_unsafe"
        assert "MOVE" in raised.value.detail
        between.plan = lambda _method, _path: None
        await behind.publish(file(tmp_path, NEW), at("depois.pdf", root=("Outra",)), Absent(), "s3")
        await behind.close()
    assert (served.root / "Outra" / "Fiscal" / "DAS" / "depois.pdf").read_bytes() == NEW
    assert litter(served) == []


KILLED = """
import asyncio, os, sys
import httpx
from core.portal.webdav import WebDavPortal

class Killing(httpx.AsyncBaseTransport):
    def __init__(self):
        self.inner, self.left = httpx.AsyncHTTPTransport(verify=False), int(sys.argv[2])
    async def handle_async_request(self, request):
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), 9)
        return await self.inner.handle_async_request(request)

asyncio.run(WebDavPortal(sys.argv[1], transport=Killing, lock_seconds=1).check())
"""


async def tidied(office: Bench, portal: WebDavPortal, killed: int) -> None:
    """Tidy as a worker does, again where it could not: Apache breaks off a folder's list at each lock on a free name
    that has ended by itself, once (it opens its locks to read, and then writes that this one is gone)."""
    for _ in range(killed):
        with suppress(PortalFault):
            await tidy_portal(office.ctx, portal)
            return
    await tidy_portal(office.ctx, portal)


@pytest.mark.parametrize(
    "steps",
    [pytest.param(range(8, 90, 16), id="small"), pytest.param(range(1, 400), id="full", marks=pytest.mark.soak)],
)
async def test_what_a_killed_check_left_goes_with_the_next_tidying(
    portal: WebDavPortal, served: Served, tmp_path: Path, steps: range
) -> None:
    """Remains would lie at the portal for a day, or for ever; a check that still runs would fail if its files went.

    Killed before a request, the full way before each of them until a check has had all of its own.
    """
    killed = 0
    for step in steps:
        command = [sys.executable, "-c", KILLED, portal.url, str(step)]
        done = await asyncio.to_thread(subprocess.run, command, cwd=Path.cwd(), capture_output=True)
        assert done.returncode in {-9, 0}, done.stderr.decode()
        if done.returncode == 0:
            break
        killed += 1
    left = litter(served)
    assert left, "none of them left anything: the test would show nothing"
    alive = check_name()
    other = "check-01234567-1-89abcdef-a"
    for name in (alive, other):
        await portal._dav.put((".malote", name), b"x")
    folder = alive.replace(f"-{os.getpid()}-", "-9999999-") + "?#;z"  # one looks which signs a folder's name may hold
    await portal._dav.make_folder((".malote", folder))
    with bench(tmp_path) as office:
        await tidied(office, portal, killed)
        while served.kind == "rclone" and len(litter(served)) > 2:  # it does not show locks: they end by themselves
            await asyncio.sleep(0.1)
            await tidy_portal(office.ctx, portal)
    assert sorted(litter(served)) == sorted([alive, other])
    for name in (alive, other):
        await portal.discard(name)
    assert litter(served) == []
    assert f"-{os.getpid()}-" in alive
    print(f"{served.kind}: {killed} killed, which left {len(left)} files")


async def test_the_lock_race_finds_what_it_is_for(portal: WebDavPortal, served: Served) -> None:
    """That it finds nothing on the others is not luck: on WsgiDAV it does find it, many times in a row."""
    if served.kind == "apache":
        pytest.skip("its locks make no files, so it is not asked this; and many at once break its lock database")
    await portal.check()
    found = [await Probe(portal._dav, portal._folders)._makes_twice() for _ in range(5)]
    assert found == [served.kind == "wsgidav"] * 5
