"""What `tidy_portal` may take away at a real server, and what it has to give back: the rules, one test each."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.models import Delivery, DeliveryStatus, Intent, Place
from core.office import documents
from core.office.sending import DAY, tidy_portal
from core.office.tasks import complete_task
from core.portal.webdav.facts import Facts
from core.ports import Absent
from tests.integration.test_webdav_portal import OnServer, Open
from tests.integration.webdav_outside import WebDavOutside
from tests.integration.webdav_servers import SERVERS, Served, needs, serving
from tests.office_setup import ALFA, DAS, OWNER, Bench, bench
from tests.portal_contract import NEW, file

OLD, OURS, NEWER, THEIRS = b"%PDF the first", b"%PDF the second", b"%PDF the third one", b"%PDF somebody else's"
PLACE = Place(root=ALFA, folder=DAS, name="a.pdf")
BESIDE = PLACE.model_copy(update={"name": "a (1).pdf"})


@pytest.fixture(scope="module", params=SERVERS)
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    needs(request.param)
    with serving(request.param) as running:
        yield running


class Tidied:
    """An office on a real server, and what is done to it from outside."""

    def __init__(self, office: Bench, opened: Open, outside: WebDavOutside):
        self.office = replace(office, ctx=replace(office.ctx, portal=opened))
        self.opened = opened
        self.outside = outside

    async def send(self, data: bytes) -> Delivery:
        """Deliver a version of the document, as a worker does."""
        document = await asyncio.to_thread(self.office.send, data=data)
        delivery = self.office.last(document)
        assert delivery.status is DeliveryStatus.DELIVERED, delivery
        return delivery

    def put_scratch(self, name: str, data: bytes = NEW) -> None:
        self.outside.put(Place(root=(".malote",), folder=(), name=name), data)

    def move_aside(self, scratch: str) -> None:
        """The first step of a swap whose answer was lost arrives after everything else."""
        aside = Place(root=(".malote",), folder=(), name=scratch + ".old")
        moved = self.outside.ask(
            "MOVE",
            self.outside.at(PLACE),
            headers={"Destination": self.outside.at(aside), "Overwrite": "F"},
        )
        assert moved.status_code in {201, 204}, moved.text

    async def tidy(self, older: float) -> list[str]:
        """Tidy as if so many seconds had passed; what lies in `.malote/` afterwards."""
        portal = self.opened()
        looked = portal.scratches

        async def aged() -> list[tuple[str, float]]:
            return [(name, age + older) for name, age in await looked()]

        portal.scratches = aged  # type: ignore[method-assign]
        await tidy_portal(self.office.ctx, portal)
        await portal.close()
        return sorted(self.outside.scratch_area())


class TidyingOnServer(OnServer):
    @pytest.fixture
    def tidied(self, opened: Open, outside: WebDavOutside, tmp_path: Path) -> Iterator[Tidied]:
        with self.an_office(tmp_path, opened, outside) as found:
            yield found

    @staticmethod
    @contextmanager
    def an_office(folder: Path, opened: Open, outside: WebDavOutside) -> Iterator[Tidied]:
        with bench(folder) as office:
            yield Tidied(office, opened, outside)


class TestTidying(TidyingOnServer):
    """Where locks are for show: there, a late request can move a document aside."""

    def alter(self, facts: Facts) -> Facts:
        return replace(facts, locks_exclude=False)

    async def test_a_scratch_whose_move_may_still_arrive_is_left(self, tidied: Tidied) -> None:
        """Its MOVE would fail and the delivery with it; later, the remains of a crash would lie there for ever."""
        delivery = await tidied.send(OURS)
        scratch = f"{delivery.id}-{delivery.epoch}"
        tidied.put_scratch(scratch)
        linger = tidied.opened().linger
        assert await tidied.tidy(2 * linger - 20) == [scratch]
        assert await tidied.tidy(2 * linger) == []
        assert tidied.outside.read(PLACE) == OURS

    async def test_what_is_being_sent_is_left(self, tidied: Tidied) -> None:
        """A living worker's, however slow: its document would fail half way."""
        delivery = await tidied.send(OURS)
        tidied.office.ctx.store.deliveries.save([delivery.model_copy(update={"status": DeliveryStatus.SENDING})])
        tidied.put_scratch(f"{delivery.id}-1")
        assert await tidied.tidy(9 * DAY) == [f"{delivery.id}-1"]

    async def test_another_machines_is_left_for_a_day(self, tidied: Tidied) -> None:
        """Two offices may share one server: one would break what the other is sending just now."""
        tidied.put_scratch("0199aaaa-0000-7000-8000-000000000000-1")
        assert await tidied.tidy(DAY - 60) == ["0199aaaa-0000-7000-8000-000000000000-1"]
        assert await tidied.tidy(DAY + 60) == []

    async def test_what_another_machine_moved_aside_is_never_removed(self, tidied: Tidied) -> None:
        """It may be the only copy of a document, and how long it has lain there nobody knows: MOVE keeps its date."""
        tidied.outside.put(PLACE, THEIRS)
        tidied.put_scratch("0199aaaa-0000-7000-8000-000000000000-1")
        tidied.move_aside("0199aaaa-0000-7000-8000-000000000000-1")
        left = await tidied.tidy(9 * DAY)
        assert left == ["0199aaaa-0000-7000-8000-000000000000-1.old"]
        assert await tidied.tidy(99 * DAY) == left

    async def test_the_only_copy_is_put_back(self, tidied: Tidied) -> None:
        """A document that was delivered, and that the client could read, would be gone."""
        delivery = await tidied.send(OURS)
        tidied.move_aside(f"{delivery.id}-1")
        assert tidied.outside.read(PLACE) is None
        assert await tidied.tidy(9 * DAY) == []
        assert tidied.outside.read(PLACE) == OURS

    async def test_the_only_copy_is_put_back_though_its_successor_was_cancelled(self, tidied: Tidied) -> None:
        """The version that moved it aside never went out, as its document was removed: what lies there is to stay."""
        first = await tidied.send(OLD)
        document = await asyncio.to_thread(lambda: tidied.office.attach(data=OURS).document)
        second = tidied.office.last(document)
        documents.remove_document(tidied.office.ctx, OWNER, document.id)
        second = tidied.office.last(document)
        assert (second.status, second.place, second.intent) == (DeliveryStatus.CANCELLED, None, None)
        assert second.id != first.id
        tidied.move_aside(f"{second.id}-1")
        assert await tidied.tidy(9 * DAY) == []
        assert tidied.outside.read(PLACE) == OLD

    async def test_a_superseded_one_goes_for_good(self, tidied: Tidied) -> None:
        """A client would find an old version beside the new one, as if it were another document."""
        await tidied.send(OLD)
        second = await tidied.send(OURS)
        tidied.put_scratch(f"{second.id}-1.old", OLD)
        assert await tidied.tidy(9 * DAY) == []
        tidied.put_scratch(f"{second.id}-1.old", OURS)  # a late request took ours aside, and a newer one came
        tidied.outside.remove(PLACE)
        await tidied.send(NEWER)
        assert await tidied.tidy(9 * DAY) == []
        assert tidied.outside.read(PLACE) == NEWER
        assert tidied.outside.read(BESIDE) is None

    async def test_ours_goes_beside_what_somebody_put_there_since(self, tidied: Tidied) -> None:
        """Delivered, says the journal; the client would find somebody else's file only."""
        delivery = await tidied.send(OURS)
        tidied.move_aside(f"{delivery.id}-1")
        tidied.outside.put(PLACE, THEIRS)
        assert await tidied.tidy(9 * DAY) == []
        assert (tidied.outside.read(PLACE), tidied.outside.read(BESIDE)) == (THEIRS, OURS)

    async def test_somebody_elses_goes_beside_ours(self, tidied: Tidied) -> None:
        """A late request caught what somebody had put there: their file would be lost."""
        await tidied.send(OLD)
        second = await tidied.send(OURS)
        tidied.put_scratch(f"{second.id}-1.old", THEIRS)
        assert await tidied.tidy(9 * DAY) == []
        assert (tidied.outside.read(PLACE), tidied.outside.read(BESIDE)) == (OURS, THEIRS)

    async def test_a_scratchs_age_is_the_servers_word(self, tidied: Tidied, served: Served) -> None:
        """Rules in seconds and days stand on it."""
        tidied.put_scratch("x-1")
        ((name, age),) = await tidied.opened().scratches()
        assert (name, age < 60) == ("x-1", True)
        if served.kind != "rclone":  # it remembers the date
            path = tidied.outside.path / ".malote" / "x-1"
            os.utime(path, (path.stat().st_mtime - 1000,) * 2)
            ((_, older),) = await tidied.opened().scratches()
            assert 990 < older < 1100


class TestTidyingAfterLocks(TidyingOnServer):
    """With `exclusive = true`: a lock on a free name is an empty file on two of them."""

    exclusive = True

    def alter(self, facts: Facts) -> Facts:
        return replace(facts, locks_leak=False)  # so that WsgiDAV, too, is written to in that way

    async def test_no_empty_file_of_a_dead_lock_stays(self, tidied: Tidied, served: Served, tmp_path: Path) -> None:
        """A client would find a document of no bytes, and the delivery would go beside it."""
        source = file(tmp_path, NEW)
        document = tidied.office.attach(data=NEW).document
        complete_task(tidied.office.ctx, OWNER, "t1")
        delivery = tidied.office.last(document)
        empty = 0
        for step in itertools.count():
            place = PLACE.model_copy(update={"name": f"{step}.pdf"})
            scratch = f"{delivery.id}-{step}"
            intent = Intent(place=place, event="delivered", scratch=scratch)
            tidied.office.ctx.store.deliveries.save([delivery.model_copy(update={"intent": intent})])
            died = await tidied.outside.die(source, place, Absent(), scratch, step)
            empty += tidied.outside.read(place) == b""
            for _ in range(100 if served.kind == "rclone" else 1):  # a lock that it does not show ends by itself
                if not await tidied.tidy(9 * DAY):
                    break
                await asyncio.sleep(0.1)
            assert not tidied.outside.scratch_area()
            assert tidied.outside.read(place) in {None, NEW}
            if not died:
                break
        assert (empty > 0) is (served.kind != "apache")
