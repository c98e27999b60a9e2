"""Cadeado on a server that answers as Nextcloud and ownCloud do: what a client has seen is never replaced."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize
from urllib.parse import quote

import httpx
import pytest

from core.domain.failures import BUSY_FOR
from core.domain.models import DeliveryStatus, Place
from core.office.findings import in_words
from core.office.health import check_portal
from core.portal.webdav import WebDavPortal
from core.ports import Absent, Conflict, Found, PortalFault, Unchanged
from tests.integration.webdav_cloud import BASE, KIND, mark
from tests.integration.webdav_outside import WebDavOutside
from tests.integration.webdav_servers import PASSWORD, USER, Served, Setting, serving
from tests.office_setup import OWNER, Bench, bench
from tests.portal_contract import NEW, OLD, at, file, sha

LOCK = (
    '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/>'
    "</D:locktype><D:owner>ana</D:owner></D:lockinfo>"
)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(KIND, Setting(auth="basic")) as running:
        yield running


@pytest.fixture
def open_portal(served: Served, tmp_path: Path) -> Iterator[WebDavPortal]:
    yield WebDavPortal(
        f"webdav+http://{USER}@localhost:{served.port}{BASE}", password=lambda: PASSWORD, facts=tmp_path / "host"
    )


@pytest.fixture
async def portal(open_portal: WebDavPortal) -> AsyncIterator[WebDavPortal]:
    yield open_portal
    await open_portal.close()


@pytest.fixture
def outside(served: Served, open_portal: WebDavPortal) -> Iterator[WebDavOutside]:
    outside = WebDavOutside(f"{served.url}{BASE}", served.root, lambda _: open_portal)
    outside.client.auth = httpx.BasicAuth(USER.encode(), PASSWORD.encode())
    yield outside
    outside.client.close()


def own(name: str) -> Place:
    return at(f"{name}.pdf")


SEEN = [{"permissions": "RG"}, {"permissions": "SRGD"}, {"lock": "1", "owner": "0"}, {"lock": "1"}, {"readonly": "1"}]


@pytest.mark.parametrize("marks", SEEN, ids=str)
async def test_what_was_seen_never_changes(
    portal: WebDavPortal, outside: WebDavOutside, served: Served, tmp_path: Path, marks: dict[str, str]
) -> None:
    """The client would find another document than the one that was seen."""
    place = own("-".join([*marks, *marks.values()]))
    outside.put(place, OLD)
    mark(served, place.path, **marks)
    assert await portal.look(place) == Found(is_file=True, size=len(OLD), seen=True)
    for condition in (Absent(), Unchanged(sha(OLD))):
        with pytest.raises(Conflict):
            await portal.publish(file(tmp_path, NEW), place, condition, "s1")
    assert outside.read(place) == OLD
    assert not outside.scratch_area()


@pytest.mark.parametrize("owner", ["1", "2"])
async def test_an_open_editor_is_passing(
    portal: WebDavPortal, outside: WebDavOutside, served: Served, tmp_path: Path, owner: str
) -> None:
    """Nextcloud Office, or somebody's sync client, has it open: that is no Cadeado, and ends."""
    place = own(f"editor{owner}")
    outside.put(place, OLD)
    mark(served, place.path, lock="1", owner=owner)
    assert await portal.look(place) == Found(is_file=True, size=len(OLD), busy=True)
    with pytest.raises(PortalFault) as raised:
        await portal.publish(file(tmp_path, NEW), place, Unchanged(sha(OLD)), "s1")
    assert raised.value.code == "portal_busy"
    assert outside.read(place) == OLD
    mark(served, place.path)
    await portal.publish(file(tmp_path, NEW), place, Unchanged(sha(OLD)), "s1")
    assert outside.read(place) == NEW
    assert not outside.scratch_area()


async def test_a_lock_that_only_the_refusal_tells(
    portal: WebDavPortal, outside: WebDavOutside, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file can be locked between our look and our write: 423, with Sabre's words for the person who waits."""
    place = own("entre")
    outside.put(place, OLD)
    facts = await portal._found_out()
    portal._facts.write(replace(facts, locks_exclude=False))
    looked = portal._publisher.find

    async def look_then_lock(*args: object) -> object:
        found = await looked(*args)  # type: ignore[arg-type]
        mark(served, place.path, lock="1", owner="1")
        return found

    monkeypatch.setattr(portal._publisher, "find", look_then_lock)
    with pytest.raises(PortalFault) as raised:
        await portal.publish(file(tmp_path, NEW), place, Unchanged(sha(OLD)), "s1")
    assert raised.value.code == "portal_busy"
    assert "is locked, existing lock on file: exclusive" in raised.value.detail
    assert "<" not in raised.value.detail
    assert outside.read(place) == OLD


async def test_write_permission_lost_between_look_and_write(
    portal: WebDavPortal, outside: WebDavOutside, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = own("permissao")
    outside.put(place, OLD)
    await portal.check()
    placed = portal._publisher._placing.place

    async def forbid_then_place(*args: object, **more: object) -> None:
        mark(served, place.path, permissions="RG")
        await placed(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(portal._publisher._placing, "place", forbid_then_place)
    with pytest.raises(PortalFault) as raised:
        await portal.publish(file(tmp_path, NEW), place, Unchanged(sha(OLD)), "s1")
    assert raised.value.code == "portal_forbidden"
    assert outside.read(place) == OLD


async def test_habits_of_a_cloud(portal: WebDavPortal, outside: WebDavOutside, tmp_path: Path) -> None:
    """Chunks, redirects to the slash, unlimited space, a base path with the user's name, decomposed names."""
    report = await portal.check()
    found = dict(report.findings)
    assert report.free is None, "-3 is Nextcloud's word for unlimited"
    assert found["seen"] == "permissions+lock"
    assert found["user"] == USER
    assert PASSWORD not in str(report)
    folder = normalize("NFD", "Açaí & Cia")
    outside.ask("MKCOL", f"{outside.url}/{quote(folder)}/")
    name = quote(normalize("NFD", "Janeiro é.pdf"))
    assert outside.ask("PUT", f"{outside.url}/{quote(folder)}/{name}", content=OLD).status_code == 201
    place = Place(root=("Açaí & Cia",), folder=(), name="Janeiro é.pdf")
    assert "Açaí & Cia" in await portal.folders((), ())
    assert await portal.names(place.root, ()) == {"Janeiro é.pdf"}
    assert await portal.look(place) == Found(is_file=True, size=len(OLD))
    assert await portal.look(Place(root=(), folder=(), name="Açaí & Cia")) == Found(is_file=False)
    await portal.publish(file(tmp_path, NEW), place, Unchanged(sha(OLD)), "s1")
    assert await portal.digest(place) == sha(NEW)
    assert len([path for path in outside.tree() if "Janeiro" in path]) == 1
    await portal.make_folder(("Açaí & Cia",))
    await portal.make_folder(("Grupo", "Filial"))
    assert await portal.folders(("Grupo",), ()) == ["Filial"]


# through the office


@pytest.fixture
def office(open_portal: WebDavPortal, tmp_path: Path) -> Iterator[Bench]:
    """An office whose worker sends to that server."""
    (tmp_path / "bench").mkdir()
    with bench(tmp_path / "bench") as made:

        def opened() -> WebDavPortal:
            return WebDavPortal(open_portal.url, password=lambda: PASSWORD, facts=tmp_path / "host", lock_seconds=600)

        yield replace(made, ctx=replace(made.ctx, portal=opened))


def test_someones_lock_waits_some_minutes_and_then_counts_as_seen(office: Bench, outside: WebDavOutside) -> None:
    """What someone has open is not written over; and one who never closes it does not stop the office."""
    document = office.send("t1", "aberto.pdf", b"one")
    place = Place(root=("Alfa",), folder=("Fiscal", "DAS"), name="aberto.pdf")
    assert outside.read(place) == b"one"
    headers = {"Timeout": "Second-600", "Depth": "0"}
    assert outside.ask("LOCK", outside.at(place), content=LOCK, headers=headers).status_code == 200
    office.attach("t1", "aberto.pdf", b"two")
    office.deliver()
    last = office.last(document)
    assert (last.status, last.failure) == (DeliveryStatus.QUEUED, "portal_busy")
    office.clock.pass_(minutes=2)
    office.deliver()
    assert office.last(document).status is DeliveryStatus.QUEUED
    office.clock.pass_(seconds=BUSY_FOR.total_seconds())
    office.deliver()
    assert office.last(document).status is DeliveryStatus.DELIVERED
    assert outside.read(place) == b"one"
    assert outside.read(place.model_copy(update={"name": "aberto (1).pdf"})) == b"two"
    assert office.codes(document)[-1] == "kept_both"


def test_what_the_server_shows_as_seen_is_kept_beside(office: Bench, outside: WebDavOutside, served: Served) -> None:
    document = office.send("t2", "visto.pdf", b"one")
    place = Place(root=("Alfa",), folder=("Fiscal", "DAS"), name="visto.pdf")
    mark(served, place.path, permissions="RG")
    office.attach("t2", "visto.pdf", b"two")
    office.deliver()
    assert outside.read(place) == b"one"
    assert outside.read(place.model_copy(update={"name": "visto (1).pdf"})) == b"two"
    assert office.codes(document)[-1] == "kept_both"


def test_a_check_says_that_cadeado_is_seen(office: Bench) -> None:
    told = "\n".join(sentence.say() for _, sentence in in_words(check_portal(office.ctx, OWNER)))
    assert "Cadeado: o portal mostra o que o cliente já viu (permissões, bloqueio do Nextcloud)" in told
    assert f"Entramos como {USER}" in told
    assert "não diz quanto espaço" in told
