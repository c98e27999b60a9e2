"""What every Portal must hold to: subclass `PortalContract` and give it the fixtures `portal` and `outside`."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import threading
from pathlib import Path
from typing import Protocol
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.domain.models import Place
from core.domain.names import legal_file_name
from core.ports import Absent, Conflict, Found, Portal, PortalFault, Unchanged

ROOT = ("Padaria Pão de Mel",)
FOLDER = ("Fiscal", "DAS")
OLD, NEW, FOREIGN = b"old " * 3000, b"new " * 4000, b"foreign " * 2000


class Outside(Protocol):
    """Someone else at the portal, who does not go through our code."""

    def put(self, place: Place, data: bytes) -> None:
        """Write a file plainly, in place, making its folders."""

    def save(self, place: Place, data: bytes) -> None:
        """Write a file as editors do: beside it, then renamed over it."""

    def read(self, place: Place) -> bytes | None: ...

    def remove(self, place: Place) -> None: ...

    def mark_seen(self, place: Place) -> None: ...

    def tree(self) -> set[str]:
        """Paths of everything at the portal outside `.malote/`."""

    def scratch_area(self) -> list[str]:
        """What lies in `.malote/`."""

    async def die(self, source: Path, place: Place, condition: Absent | Unchanged, scratch: str, step: int) -> bool:
        """Publish, and die before the step-th step (from 0) without cleaning up; False if it ended before."""


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def at(name: str = "DAS_Janeiro.pdf", root: tuple[str, ...] = ROOT, folder: tuple[str, ...] = FOLDER) -> Place:
    return Place(root=root, folder=folder, name=name)


def file(folder: Path, data: bytes, name: str = "source") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


LEGAL_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).map(
    lambda text: legal_file_name(text)[0]
)

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
"""One test serves several portals, each in a class of its own."""


class PortalContract:
    """The contract; losing any of it loses someone's document, or shows a client what it should not see."""

    async def is_exclusive(self, portal: Portal) -> bool:
        """Whether it says that nothing of anyone's can be lost."""
        return (await portal.check()).exclusive

    async def needs_exclusive(self, portal: Portal) -> None:
        if not await self.is_exclusive(portal):
            pytest.skip("this portal has a window, and says so")

    # conditions

    async def test_creates_with_missing_folders(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        """Without it nothing reaches a new client."""
        await portal.publish(file(tmp_path, NEW), at(), Absent(), "s1")
        assert outside.read(at()) == NEW
        assert outside.tree() == {ROOT[0], f"{ROOT[0]}/Fiscal", f"{ROOT[0]}/Fiscal/DAS", at().path}
        assert await portal.look(at()) == Found(is_file=True, size=len(NEW))
        assert await portal.digest(at()) == sha(NEW)
        assert not outside.scratch_area()

    async def test_empty_and_large_files_arrive_whole(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        for name, data in [("empty", b""), ("large", b"0123456789abcdef" * 300_000)]:
            await portal.publish(file(tmp_path, data), at(name), Absent(), "s1")
            assert outside.read(at(name)) == data

    async def test_absent_never_overwrites(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        """Someone else's document of that name would be lost."""
        outside.put(at(), FOREIGN)
        with pytest.raises(Conflict):
            await portal.publish(file(tmp_path, NEW), at(), Absent(), "s1")
        assert outside.read(at()) == FOREIGN
        assert not outside.scratch_area()

    async def test_absent_is_not_a_folder_either(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        outside.put(at("inside", folder=(*FOLDER, "x.pdf")), FOREIGN)
        with pytest.raises(Conflict):
            await portal.publish(file(tmp_path, NEW), at("x.pdf"), Absent(), "s1")
        assert await portal.look(at("x.pdf")) == Found(is_file=False)
        assert await portal.digest(at("x.pdf")) is None

    async def test_replaces_what_is_unchanged(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        outside.put(at(), OLD)
        await portal.publish(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s1")
        assert outside.read(at()) == NEW
        assert not outside.scratch_area()

    @pytest.mark.parametrize("there", [None, FOREIGN, b""])
    async def test_replaces_nothing_else(
        self, portal: Portal, outside: Outside, tmp_path: Path, there: bytes | None
    ) -> None:
        """What someone changed or removed is not ours to overwrite or bring back."""
        if there is not None:
            outside.put(at(), there)
        before = outside.tree()
        with pytest.raises(Conflict):
            await portal.publish(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s1")
        assert outside.read(at()) == there
        assert outside.tree() == before
        assert not outside.scratch_area()

    async def test_seen_documents_never_change(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        """The client would find another document than the one that was seen."""
        outside.put(at(), OLD)
        outside.mark_seen(at())
        assert await portal.look(at()) == Found(is_file=True, size=len(OLD), seen=True)
        for condition in (Absent(), Unchanged(sha(OLD))):
            with pytest.raises(Conflict):
                await portal.publish(file(tmp_path, NEW), at(), condition, "s1")
        assert outside.read(at()) == OLD
        assert await portal.look(at()) == Found(is_file=True, size=len(OLD), seen=True)

    async def test_source_gone(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        with pytest.raises(PortalFault) as fault:
            await portal.publish(tmp_path / "none", at(), Absent(), "s1")
        assert fault.value.code == "file_missing"
        assert outside.read(at()) is None
        assert not outside.scratch_area()

    # names

    @pytest.mark.parametrize("bad", ["", ".", "..", "a/b", "/", "a\0b", "\ud800"])
    async def test_components_that_lead_elsewhere(
        self, portal: Portal, outside: Outside, tmp_path: Path, bad: str
    ) -> None:
        """A document would reach another client's tree, or none."""
        source = file(tmp_path, NEW)
        for place in (at(bad), at(root=(bad,)), at(folder=("Fiscal", bad))):
            for call in (
                portal.publish(source, place, Absent(), "s1"),
                portal.publish(source, place, Unchanged(sha(OLD)), "s1"),
                portal.recover(place, "s1", sha(NEW), None),
                portal.look(place),
                portal.digest(place),
            ):
                with pytest.raises(PortalFault) as fault:
                    await call
                assert fault.value.code == "name_invalid"
        for listing in (portal.folders(ROOT, (bad,)), portal.names((bad,), ())):
            with pytest.raises(PortalFault):
                await listing
        assert outside.tree() == set()

    async def test_no_client_has_our_own_folder_or_none(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        """Without a client's root the destination's first folder would be taken for a client."""
        for root in ((), (".malote",), (".Malote",)):
            with pytest.raises(PortalFault) as fault:
                await portal.publish(file(tmp_path, NEW), at(root=root), Absent(), "s1")
            assert fault.value.code == "name_invalid"
        assert outside.tree() == set()

    @settings(max_examples=60, deadline=None, suppress_health_check=SHARED)
    @given(name=LEGAL_NAMES, folder=LEGAL_NAMES)
    @example(name="x" * 255, folder="ç" * 127)
    @example(name="\N{GRINNING FACE} recibo.pdf", folder="-rf")
    @example(name="a b'c\"d`e$f.pdf", folder="100% #1? a;b&c+d")
    @example(name="--help", folder="%2e%2e")
    @example(name=".DAS.pdf", folder="~")
    @example(name="\u212b\u2126.pdf", folder="\u1100\u1161\u11a8")
    async def test_every_legal_name(
        self, portal: Portal, outside: Outside, tmp_path: Path, name: str, folder: str
    ) -> None:
        """A document of an unusual name would fail, or be found under another."""
        root = (f"Cliente {next(_numbers)}",)
        place = at(name, root=root, folder=(folder,))
        await portal.publish(file(tmp_path, OLD), place, Absent(), "s1")
        with pytest.raises(Conflict):
            await portal.publish(file(tmp_path, NEW), place, Absent(), "s1")
        await portal.publish(file(tmp_path, NEW), place, Unchanged(sha(OLD)), "s1")
        assert outside.read(place) == NEW
        assert await portal.names(root, (folder,)) == {normalize("NFC", name)}
        assert await portal.folders(root, ()) == ([] if folder.startswith(".") else [normalize("NFC", folder)])

    async def test_names_meet_in_nfc(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        """The same name in another normal form would become a twin that no one can tell apart."""
        await portal.publish(file(tmp_path, NEW), at("Férias.pdf", folder=("Folha março",)), Absent(), "s1")
        decomposed = at("Fe\u0301rias.pdf", folder=("Folha marc\u0327o",))
        with pytest.raises(Conflict):
            await portal.publish(file(tmp_path, OLD), decomposed, Absent(), "s1")
        assert await portal.digest(decomposed) == sha(NEW)
        assert await portal.names(ROOT, ("Folha março",)) == {"Férias.pdf"}

    # listings

    async def test_folders_lists_only_folders(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        """Whoever picks a destination would pick a file."""
        for folder in ("pessoal", "Ágio", "Fiscal", ".oculta", "Água", "beta"):
            outside.put(at("um.pdf", folder=(folder,)), OLD)
        outside.put(at("solto.pdf", folder=()), OLD)
        await portal.publish(file(tmp_path, NEW), at(), Absent(), "s1")
        assert await portal.folders(ROOT, ()) == ["Ágio", "Água", "beta", "Fiscal", "pessoal"]
        assert await portal.folders(ROOT, FOLDER) == []
        assert await portal.folders((), ()) == [ROOT[0]]
        assert "solto.pdf" in await portal.names(ROOT, ())
        assert "Fiscal" in await portal.names(ROOT, ())

    async def test_what_is_not_there(self, portal: Portal, outside: Outside) -> None:
        assert await portal.folders(ROOT, ("none",)) == []
        assert await portal.names(ROOT, ("none",)) == frozenset()
        assert await portal.look(at()) is None
        assert await portal.digest(at()) is None
        assert outside.tree() == set()

    async def test_check_leaves_nothing(self, portal: Portal, outside: Outside) -> None:
        report = await portal.check()
        assert report.url == portal.url
        assert outside.tree() == set()
        assert not outside.scratch_area()
        assert await portal.scratches() == []

    # races

    async def test_one_of_many_creators_wins(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        """Two documents of one name: one would be lost, or both be mixed."""
        await self.needs_exclusive(portal)
        sources = [file(tmp_path, bytes([n]) * (50_000 + n), f"source{n}") for n in range(12)]
        for round_ in range(6):
            place = at(f"{round_}.pdf", folder=("Nova", str(round_)))
            results = await asyncio.gather(
                *(portal.publish(source, place, Absent(), f"s{n}") for n, source in enumerate(sources)),
                return_exceptions=True,
            )
            winners = [n for n, result in enumerate(results) if result is None]
            assert len(winners) == 1
            assert all(isinstance(result, Conflict) for result in results if result is not None)
            assert outside.read(place) == sources[winners[0]].read_bytes()
        assert not outside.scratch_area()

    async def test_folders_made_by_eight_at_once(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        source = file(tmp_path, NEW)
        for round_ in range(6):
            folder = (f"Ano {round_}", "Mês", "Dia")
            await asyncio.gather(
                *(portal.publish(source, at(f"{n}.pdf", folder=folder), Absent(), f"s{n}") for n in range(8))
            )
            assert await portal.names(ROOT, folder) == {f"{n}.pdf" for n in range(8)}

    @pytest.mark.parametrize("how", ["put", "save"])
    async def test_foreign_writer_beside_a_replace(
        self, portal: Portal, outside: Outside, tmp_path: Path, how: str
    ) -> None:
        """What someone else writes while we replace would be lost without a trace."""
        await self.needs_exclusive(portal)
        source = file(tmp_path, NEW)
        for round_ in range(40):
            place = at(f"{round_}.pdf")
            outside.put(place, OLD)
            results = await asyncio.gather(
                portal.publish(source, place, Unchanged(sha(OLD)), f"s{round_}"),
                asyncio.to_thread(getattr(outside, how), place, FOREIGN),
                return_exceptions=True,
            )
            assert results[1] is None
            assert results[0] is None or isinstance(results[0], Conflict | PortalFault)
            assert outside.read(place) == FOREIGN
        assert not outside.scratch_area()

    async def test_no_reader_meets_half_a_file(self, portal: Portal, outside: Outside, tmp_path: Path) -> None:
        """A client would open a broken PDF, or find the document gone."""
        versions = [bytes([65 + n]) * 400_000 for n in range(6)]
        sources = [file(tmp_path, data, f"source{n}") for n, data in enumerate(versions)]
        wrong: list[str] = []
        done = threading.Event()

        def read_on() -> None:
            there = False
            while not done.is_set():
                data = outside.read(at())
                if data is None and there:
                    wrong.append("missing")
                elif data is not None:
                    there = True
                    if data not in versions:
                        wrong.append(f"{len(data)} bytes")

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

    # crashes

    @pytest.mark.parametrize("expected", [None, OLD])
    async def test_recovers_from_death_at_any_step(
        self, portal: Portal, outside: Outside, tmp_path: Path, expected: bytes | None
    ) -> None:
        """A crash would leave half a document, a lost one, or litter."""
        source = file(tmp_path, NEW)
        old = None if expected is None else sha(expected)
        condition = Absent() if old is None else Unchanged(old)
        for step in itertools.count():
            place = at(f"{step}.pdf")
            if expected is not None:
                outside.put(place, expected)
            died = await outside.die(source, place, condition, "s", step)
            assert outside.read(place) in {expected, NEW}
            assert {name for name, _ in await portal.scratches()} <= {"s"}
            await portal.recover(place, "s", sha(NEW), old)
            assert outside.read(place) in {expected, NEW}
            assert not outside.scratch_area()
            await portal.recover(place, "s", sha(NEW), old)
            if not died:
                assert outside.read(place) == NEW
                return

    async def test_recover_of_nothing_is_harmless(self, portal: Portal, outside: Outside) -> None:
        outside.put(at(), FOREIGN)
        await portal.recover(at(), "s", sha(NEW), None)
        await portal.recover(at(), "s", sha(NEW), sha(OLD))
        await portal.recover(at(root=("Outro",)), "s", sha(NEW), sha(OLD))
        assert outside.read(at()) == FOREIGN
        assert await portal.look(at(root=("Outro",))) is None

    async def test_scratches_of_the_dead_are_found_and_discarded(
        self, portal: Portal, outside: Outside, tmp_path: Path
    ) -> None:
        """What crashes leave would fill the portal's disk."""
        outside.put(at(), OLD)
        step = 0
        while not await portal.scratches():
            assert await outside.die(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s", step)
            step += 1
        (name, age) = (await portal.scratches())[0]
        assert name == "s"
        assert 0 <= age < 3600
        await portal.discard("s")
        await portal.discard("s")
        assert await portal.scratches() == []
        assert not outside.scratch_area()


_numbers = itertools.count()
