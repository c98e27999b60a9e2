"""Death, errors and foreign hands between any two system calls of a directory portal."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import random
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.domain.models import Place
from core.portal import renameat2
from core.portal.directory import DirectoryPortal
from core.ports import Absent, Conflict, PortalFault, Unchanged
from tests.directory_outside import DirectoryOutside, OnDirectory, at_step, each_system_call
from tests.portal_contract import FOREIGN, NEW, OLD, ROOT, at, file, sha


class TestForeignHands(OnDirectory):
    """What someone else does at any step of a replace is never lost, also when we die there."""

    @pytest.mark.parametrize("how", ["put", "save"])
    async def test_write_at_any_step(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path, how: str
    ) -> None:
        source = file(tmp_path, NEW)
        for step in itertools.count():
            place = at(f"{step}.pdf")
            outside.put(place, OLD)
            with at_step(step, lambda: getattr(outside, how)(place, FOREIGN)) as reached, suppress(Conflict):  # noqa: B023
                await portal.publish(source, place, Unchanged(sha(OLD)), "s")
            assert not outside.scratch_area()
            assert outside.read(place) == (FOREIGN if reached else NEW)
            if not reached:
                break
        assert step > 10

    @pytest.mark.parametrize("then", ["put", "save", "remove"])
    async def test_two_changes_at_any_steps(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path, then: str
    ) -> None:
        """The second one comes while the first is being put back: the last word is theirs all the same."""
        source = file(tmp_path, NEW)
        last: object = None
        for first, second in itertools.combinations(range(24), 2):
            place = at(f"{first}-{second}.pdf")
            outside.put(place, OLD)

            def change(n: int, place: Place = place, first: int = first, second: int = second) -> None:
                nonlocal last
                if n == first:
                    outside.save(place, FOREIGN)
                    last = FOREIGN
                elif n == second:
                    last = b"their second"
                    if then == "remove":
                        outside.remove(place)
                    else:
                        getattr(outside, then)(place, last)

            last = NEW
            with each_system_call(change), suppress(Conflict):
                await portal.publish(source, place, Unchanged(sha(OLD)), "s")
            if then == "remove" and last == b"their second":
                assert outside.read(place) in {None, FOREIGN}  # never ours: what we hold then goes back
            else:
                assert outside.read(place) == last
            assert not outside.scratch_area()

    async def test_write_at_any_step_of_a_recovery(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path
    ) -> None:
        await portal.check()
        for held, step in itertools.product((NEW, OLD, FOREIGN), range(25)):
            place = at(f"{sha(held)[:4]}-{step}.pdf")
            outside.put(place, NEW)
            (outside.path / ".malote" / "s.swap").write_bytes(held)
            with at_step(step, partial(outside.save, place, b"their second")) as reached:
                await portal.recover(place, "s", sha(NEW), sha(OLD))
            assert outside.read(place) == (b"their second" if reached else FOREIGN if held == FOREIGN else NEW)
            assert not outside.scratch_area()

    @pytest.mark.parametrize("change", ["put", "save", "seen", "remove"])
    async def test_change_and_death_at_any_steps(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path, change: str
    ) -> None:
        source = file(tmp_path, NEW)
        steps = _count_steps(outside, source)
        for death in range(steps + 1):
            for foreign in range(max(0, death - 8), death):
                place = at(f"{death}-{foreign}.pdf")
                outside.put(place, OLD)

                def meanwhile(n: int, place: Place = place, foreign: int = foreign) -> None:
                    if n == foreign:
                        if change == "seen":
                            outside.mark_seen(place)
                        elif change == "remove":
                            outside.remove(place)
                        else:
                            getattr(outside, change)(place, FOREIGN)

                outside.die_after(source, place, Unchanged(sha(OLD)), "s", death, meanwhile)
                await portal.recover(place, "s", sha(NEW), sha(OLD))
                assert not outside.scratch_area()
                found = outside.read(place)
                if change in {"put", "save"}:
                    assert found == FOREIGN
                elif change == "seen":
                    look = await portal.look(place)
                    assert look is not None
                    assert look.seen  # the old one, or the new one if that was there when it was marked
                else:
                    assert found in {None, OLD, NEW}
                assert await portal.names(ROOT, place.folder) >= ({place.name} if found else set())
        assert not [name for name in outside.tree() if "(" in name]

    async def test_two_foreign_files_and_death_between_keep_both(
        self, portal: DirectoryPortal, outside: DirectoryOutside
    ) -> None:
        """Nothing tells which is newer: none may go."""
        outside.put(at(), FOREIGN)
        await portal.check()
        (outside.path / ".malote" / "s.swap").write_bytes(b"another")
        await portal.recover(at(), "s", sha(NEW), sha(OLD))
        assert outside.read(at()) == FOREIGN
        assert outside.read(at("DAS_Janeiro (1).pdf")) == b"another"
        assert not outside.scratch_area()

    @pytest.mark.parametrize("held", ["foreign", "seen", "old", "new", "folder"])
    @pytest.mark.parametrize("target", ["new", "foreign", "none"])
    async def test_recover_knows_every_state(
        self, portal: DirectoryPortal, outside: DirectoryOutside, held: str, target: str
    ) -> None:
        await portal.check()
        swap = outside.path / ".malote" / "s.swap"
        data = {"foreign": FOREIGN, "seen": OLD, "old": OLD, "new": NEW, "folder": b"inside"}[held]
        if held == "folder":
            swap.mkdir()
            (swap / "inside").write_bytes(data)
        else:
            swap.write_bytes(data)
            swap.chmod(0o444 if held == "seen" else 0o644)
        there = {"new": NEW, "foreign": b"theirs", "none": None}[target]
        if there is not None:
            outside.put(at(), there)
        await portal.recover(at(), "s", sha(NEW), sha(OLD))
        assert not outside.scratch_area()
        kept = [path.read_bytes() for path in outside.path.rglob("*") if path.is_file()]
        if held not in {"old", "new"}:
            assert data in kept  # not ours to lose
        if target == "foreign":
            assert outside.read(at()) == there
        if target == "none":
            assert kept == ([] if held == "new" else [data])

    async def test_what_changed_before_is_not_even_touched(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """For a moment a client would see our bytes under the name of someone else's document."""
        monkeypatch.setattr(renameat2, "_renameat2", lambda *_: pytest.fail("exchanged"))
        outside.put(at(), FOREIGN)
        with pytest.raises(Conflict):
            await portal.publish(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s")

    async def test_without_exchange_it_is_looked_at_last(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path
    ) -> None:
        """Copying takes long, and a rename replaces whatever came meanwhile."""
        portal.can_exchange = False
        outside.put(at(), OLD)

        def change(_: int) -> None:
            if outside.scratch_area():
                outside.put(at(), FOREIGN)

        with each_system_call(change), pytest.raises(Conflict):
            await portal.publish(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s")
        assert outside.read(at()) == FOREIGN

    async def test_a_writer_who_has_it_open_is_waited_for(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path
    ) -> None:
        """What is written into a replaced file goes nowhere."""
        outside.put(at(), OLD)
        with (outside.path / at().path).open("r+b") as writer:
            with pytest.raises(PortalFault) as fault:
                await portal.publish(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s")
            assert fault.value.code == "portal_busy"
            writer.write(FOREIGN[:9])
        assert (outside.read(at()) or b"").startswith(FOREIGN[:9])
        assert not outside.scratch_area()

    async def test_unfinished_swap_is_not_overwritten(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path
    ) -> None:
        outside.put(at(), OLD)
        await portal.check()
        (outside.path / ".malote" / "s.swap").write_bytes(FOREIGN)
        with pytest.raises(PortalFault) as fault:
            await portal.publish(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s")
        assert fault.value.code == "portal_error"
        assert (outside.path / ".malote" / "s.swap").read_bytes() == FOREIGN


def _count_steps(outside: DirectoryOutside, source: Path) -> int:
    outside.put(at("count.pdf"), OLD)
    step = 0
    while outside.die_after(source, at("count.pdf"), Unchanged(sha(OLD)), f"count{step}", step, lambda _: None):
        outside.save(at("count.pdf"), OLD)
        for path in (outside.path / ".malote").glob("*"):
            path.unlink()
        step += 1
    return step


class TestFaults(OnDirectory):
    """Whatever fails or vanishes at any step: old or new, never half, never both."""

    async def test_root_removed_at_any_step(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path
    ) -> None:
        source, gone = file(tmp_path, NEW), tmp_path / "gone"
        for step in itertools.count():
            with at_step(step, partial(outside.path.rename, gone)) as reached, suppress(PortalFault):
                await portal.publish(source, at(f"{step}"), Absent(), "s")
            if not reached:
                break
            assert not outside.path.exists()
            gone.rename(outside.path)

    async def test_folder_removed_at_any_step_is_made_again(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path
    ) -> None:
        source = file(tmp_path, NEW)
        for step in itertools.count():
            place = at(folder=("Fiscal", str(step)))

            def remove(folder: Path = (outside.path / place.path).parent) -> None:
                if folder.exists() and not list(folder.iterdir()):
                    folder.rmdir()

            with at_step(step, remove) as reached:
                await portal.publish(source, place, Absent(), "s")
            assert outside.read(place) == NEW
            if not reached:
                break

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            (errno.ENOSPC, "portal_full"),
            (errno.EDQUOT, "portal_full"),
            (errno.EACCES, "portal_forbidden"),
            (errno.EROFS, "portal_forbidden"),
            (errno.ESTALE, "portal_unreachable"),
            (errno.EIO, "portal_error"),
        ],
    )
    @pytest.mark.parametrize("condition", [Absent(), Unchanged(sha(OLD))])
    async def test_error_at_any_step_leaves_old_or_new(
        self,
        portal: DirectoryPortal,
        outside: DirectoryOutside,
        tmp_path: Path,
        code: int,
        expected: str,
        condition: Absent | Unchanged,
    ) -> None:
        source = file(tmp_path, NEW)
        before = OLD if isinstance(condition, Unchanged) else None

        def fail() -> None:
            raise OSError(code, os.strerror(code))

        for step in itertools.count():
            place, outcome = at(f"{step}.pdf"), None
            if before is not None:
                outside.put(place, before)
            with at_step(step, fail) as reached:
                try:
                    await portal.publish(source, place, condition, "s")
                except (PortalFault, Conflict) as error:
                    outcome = error
            found = outside.read(place)
            if outcome is None:
                assert found == NEW
            elif isinstance(outcome, Conflict):
                assert code == errno.EACCES  # what we may not read is not ours
                assert found == before
            else:
                assert outcome.code == expected or (outcome.code == "file_missing" and step == 0)
                assert found == before or (outcome.unknown and found == NEW)
            await portal.recover(place, "s", sha(NEW), None if before is None else sha(before))
            assert outside.read(place) in {before, NEW}
            assert not outside.scratch_area()
            if not reached:
                break
        assert step > 5

    async def test_bytes_are_on_disk_before_their_name_is(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After a power cut a delivered document would be empty, or its folder gone."""
        calls: list[str] = []

        def noted(module: Any, name: str, what: Callable[..., str]) -> None:
            original = getattr(module, name)

            def call(*args: Any, **kwargs: Any) -> Any:
                result = original(*args, **kwargs)
                calls.append(what(*args))
                return result

            monkeypatch.setattr(module, name, call)

        def kind(descriptor: int) -> str:
            return "sync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file"

        noted(os, "fsync", kind)
        noted(os, "link", lambda *_: "link")
        noted(os, "mkdir", lambda *_: "mkdir")
        noted(renameat2, "_renameat2", lambda *args: "exchange" if args[4].value == 2 else "rename")
        await portal.publish(file(tmp_path, OLD), at(folder=("DAS",)), Absent(), "s")
        made = ["mkdir", "sync folder", "sync folder"]
        assert calls == [*made, *made, "sync file", "link", "sync folder"]
        calls.clear()
        await portal.publish(file(tmp_path, NEW), at(folder=("DAS",)), Unchanged(sha(OLD)), "s")
        assert calls == [*made, "sync file", "rename", "exchange", "sync folder", "sync folder"]
        calls.clear()
        await DirectoryPortal(outside.path).recover(at(folder=("DAS",)), "s", sha(NEW), sha(OLD))
        assert calls == ["sync folder"] * 4  # the root for .malote, the way down, the folder itself

    async def test_source_that_changes_is_not_published(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path
    ) -> None:
        source = file(tmp_path, NEW)

        def meanwhile(_: int) -> None:
            source.write_bytes(NEW[: source.stat().st_size - 1])

        with each_system_call(meanwhile), pytest.raises(PortalFault) as fault:
            await portal.publish(source, at(), Absent(), "s")
        assert fault.value.code == "file_changed"
        assert outside.read(at()) is None

    async def test_cancelled_publish_has_ended(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path
    ) -> None:
        """A publish that goes on in its thread would come after its own recovery."""
        started, go_on = threading.Event(), threading.Event()

        def meanwhile(n: int) -> None:
            if n == 3:
                started.set()
                go_on.wait(30)

        with each_system_call(meanwhile):
            publishing = asyncio.create_task(portal.publish(file(tmp_path, NEW), at(), Absent(), "s"))
            await asyncio.to_thread(started.wait, 30)
            publishing.cancel()
            await asyncio.sleep(0)
            assert not publishing.done()
            go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await publishing
            assert outside.read(at()) == NEW


LIMITED = """
import asyncio, resource, signal, sys
from pathlib import Path
from typing import Any
from core.domain.models import Place
from core.portal import renameat2
from core.portal.directory import DirectoryPortal
from core.ports import Absent, PortalFault
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
portal = DirectoryPortal(Path(sys.argv[1]))
portal.create_way = int(sys.argv[3])
try:
    asyncio.run(portal.publish(Path(sys.argv[2]), Place(root=("A",), folder=(), name="b"), Absent(), "s"))
except PortalFault as fault:
    print(fault.code)
"""


@pytest.mark.parametrize("way", range(4))
def test_too_large(tmp_path: Path, way: int) -> None:
    """A short file would be served as if it were whole."""
    root = tmp_path / "portal"
    root.mkdir()
    source = file(tmp_path, b"x" * 200_000)
    child = subprocess.run(
        [sys.executable, "-c", LIMITED, root, source, str(way)], capture_output=True, text=True, check=True
    )
    assert child.stdout == "file_too_large\n"
    assert [path.name for path in root.rglob("*") if path.is_file()] == []


@contextmanager
def mounted(where: Path) -> Iterator[None]:
    """A file system of one mebibyte, where the machine lets us."""
    where.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", where], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", where], capture_output=True, check=False)


@pytest.mark.parametrize("way", range(4))
async def test_full_disk(tmp_path: Path, way: int) -> None:
    """A document cut off by a full disk must not show."""
    root = tmp_path / "disk"
    portal = DirectoryPortal(root)
    portal.create_way = way
    with mounted(root):
        await portal.publish(file(tmp_path, OLD), at(), Absent(), "s")
        for place, condition in ((at("b"), Absent()), (at(), Unchanged(sha(OLD)))):
            with pytest.raises(PortalFault) as fault:
                await portal.publish(file(tmp_path, b"x" * 2_000_000), place, condition, "s")
            assert fault.value.code == "portal_full"
        assert [path.name for path in root.rglob("*") if path.is_file()] == [at().name]
        assert (root / at().path).read_bytes() == OLD
    await portal.close()


async def test_unmounted_disk_is_noticed_though_its_folder_stays(tmp_path: Path) -> None:
    """Documents would go to the folder below the mount, where no client sees them."""
    root = tmp_path / "disk"
    portal = DirectoryPortal(root)
    with mounted(root):
        await portal.publish(file(tmp_path, NEW), at(), Absent(), "s")
    for _ in range(2):
        with pytest.raises(PortalFault) as fault:
            await portal.publish(file(tmp_path, NEW), at("b"), Absent(), "s")
        assert fault.value.code == "portal_unreachable"
    assert list(root.iterdir()) == []
    await portal.close()


LOOPING = """
import asyncio, hashlib, sys
from pathlib import Path
from typing import Any
from core.domain.models import Place
from core.portal import renameat2
from core.portal.directory import DirectoryPortal
from core.ports import Absent, Unchanged
portal = DirectoryPortal(Path(sys.argv[1]))
portal.create_way = int(sys.argv[3])
async def main():
    last, n = {}, 0
    while True:
        name = f"{n % 7}.pdf"
        data = f"{sys.argv[2]} {n} ".encode() * 20_000
        source = Path(sys.argv[1] + ".source")
        source.write_bytes(data)
        new = hashlib.sha256(data).hexdigest()
        old = last.get(name)
        print(name, f"s{n}", new, old or "-", flush=True)
        await portal.publish(source, Place(root=("A",), folder=(sys.argv[2],), name=name),
                             Unchanged(old) if old else Absent(), f"s{n}")
        last[name] = new
        n += 1
asyncio.run(main())
"""


def killed_in_the_middle(root: Path, label: str, way: int, lines: int, spins: int) -> list[list[str]]:
    """Run a process that publishes without end and kill it somewhere; returns what it said it was about to do."""
    child = subprocess.Popen([sys.executable, "-c", LOOPING, root, label, str(way)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    intents = [child.stdout.readline().split() for _ in range(lines)]
    for _ in range(spins):
        pass
    child.send_signal(signal.SIGKILL)
    intents += [line.split() for line in child.communicate()[0].splitlines()]
    return [intent for intent in intents if len(intent) == 4]


async def recovers(root: Path, label: str, intents: list[list[str]]) -> None:
    """Recover from the last intent, and look at all of them."""
    portal = DirectoryPortal(root)
    lasting = {name: new for name, _, new, _ in intents[:-1]}
    name, scratch, new, old = intents[-1]
    await portal.recover(at(name, root=("A",), folder=(label,)), scratch, new, None if old == "-" else old)
    for document in {intent[0] for intent in intents}:
        found = await portal.digest(at(document, root=("A",), folder=(label,)))
        assert found in ({lasting.get(document), new} if document == name else {lasting[document]})
    assert await portal.scratches() == []
    await portal.close()


@pytest.mark.parametrize("way", [0, 1])
async def test_killed_for_real(tmp_path: Path, way: int) -> None:
    """What `kill -9` or a power cut leaves must be old or new, and nothing else."""
    root = tmp_path / "portal"
    root.mkdir()
    dice = random.Random(way)
    for n in range(3):
        intents = killed_in_the_middle(root, str(n), way, dice.randrange(1, 25), dice.randrange(100_000))
        await recovers(root, str(n), intents)


@pytest.mark.soak
@pytest.mark.parametrize("way", [0, 1])
async def test_killed_for_real_soak(tmp_path: Path, way: int) -> None:
    root = tmp_path / "portal"
    root.mkdir()
    dice = random.Random(way)
    for n in range(200):
        intents = killed_in_the_middle(root, str(n), way, dice.randrange(1, 40), dice.randrange(200_000))
        await recovers(root, str(n), intents)
