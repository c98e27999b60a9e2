"""The directory as a portal: the contract in each way of writing, and the traps of file systems."""

from __future__ import annotations

import ctypes
import errno
import itertools
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from core.domain.models import Place
from core.portal import PortalUrlError, open_portal, renameat2
from core.portal.directory import DirectoryPortal
from core.ports import Absent, Conflict, PortalFault, Unchanged
from tests.directory_outside import WAYS, DirectoryOutside, OnDirectory, OnEachDirectory, at_step
from tests.portal_contract import FOREIGN, NEW, OLD, ROOT, PortalContract, at, file, sha


class TestContract(OnEachDirectory, PortalContract):
    """In each way of creating; the last one together with replacing by look and rename."""


class TestLinks(OnDirectory):
    """A link in a client's tree would send documents to whoever set it."""

    @pytest.mark.parametrize("level", [1, 2, 3])
    @pytest.mark.parametrize("dangling", [False, True])
    async def test_no_level_is_followed(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path, level: int, dangling: bool
    ) -> None:
        elsewhere = tmp_path / "elsewhere"
        link = outside.path.joinpath(*(*ROOT, "Fiscal", "DAS")[:level])
        inside = elsewhere.joinpath(*(*ROOT, "Fiscal", "DAS")[level:])
        if not dangling:
            inside.mkdir(parents=True)
            (inside / at().name).write_bytes(OLD)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(elsewhere)
        source = file(tmp_path, NEW)
        for call in (
            portal.publish(source, at(), Absent(), "s"),
            portal.publish(source, at("b.pdf"), Absent(), "s"),
            portal.publish(source, at(), Unchanged(sha(OLD)), "s"),
            portal.look(at()),
            portal.digest(at()),
            portal.folders(ROOT, ("Fiscal", "DAS")),
        ):
            with pytest.raises(PortalFault) as fault:
                await call
            assert fault.value.code == "name_invalid"
            assert "link" in fault.value.detail
        assert ROOT[0] not in (await portal.folders((), ()) if level == 1 else [])
        assert sorted(p.name for p in elsewhere.rglob("*") if p.is_file()) == ([] if dangling else [at().name])
        assert dangling or (inside / at().name).read_bytes() == OLD

    @pytest.mark.parametrize("dangling", [False, True])
    async def test_target(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path, dangling: bool
    ) -> None:
        elsewhere = tmp_path / "elsewhere"
        if not dangling:
            elsewhere.write_bytes(OLD)
        link = outside.path / at().path
        link.parent.mkdir(parents=True)
        link.symlink_to(elsewhere)
        for condition in (Absent(), Unchanged(sha(OLD))):
            with pytest.raises(Conflict):
                await portal.publish(file(tmp_path, NEW), at(), condition, "s")
        found = await portal.look(at())
        assert found is not None
        assert not found.is_file
        assert await portal.digest(at()) is None
        assert elsewhere.exists() is not dangling
        assert dangling or elsewhere.read_bytes() == OLD

    async def test_link_set_at_any_step_of_a_replace(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path
    ) -> None:
        elsewhere, source = file(tmp_path, OLD, "elsewhere"), file(tmp_path, NEW)
        for step in itertools.count():
            place = at(f"{step}.pdf")
            outside.put(place, OLD)

            def set_link(place: Place = place) -> None:
                outside.remove(place)
                (outside.path / place.path).symlink_to(elsewhere)

            with at_step(step, set_link) as reached, suppress(Conflict):
                await portal.publish(source, place, Unchanged(sha(OLD)), "s")
            assert elsewhere.read_bytes() == OLD
            assert not outside.scratch_area()
            assert (outside.path / place.path).is_symlink() is bool(reached)
            if not reached:
                break

    async def test_scratch_folder_is_no_link(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path
    ) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (outside.path / ".malote").symlink_to(elsewhere)
        outside.put(at(), OLD)
        with pytest.raises(PortalFault):
            await portal.publish(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s")
        with pytest.raises(PortalFault):
            await portal.check()
        assert list(elsewhere.iterdir()) == []

    async def test_root_reached_by_a_link_is_where_it_leads(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path
    ) -> None:
        """The office chose that path itself."""
        link = tmp_path / "link"
        link.symlink_to(outside.path)
        through = DirectoryPortal(link)
        await through.publish(file(tmp_path, NEW), at(), Absent(), "s")
        assert outside.read(at()) == NEW
        await through.close()


class TestModes(OnDirectory):
    """The serving process could not read what it shall serve, or everybody could."""

    @pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
    async def test_exact_whatever_the_umask(self, tmp_path: Path, outside: DirectoryOutside, umask: int) -> None:
        portal = DirectoryPortal(outside.path, file_mode=0o664, folder_mode=0o2775, group=os.getgid())
        previous = os.umask(umask)
        try:
            await portal.publish(file(tmp_path, OLD), at(), Absent(), "s")
            portal.create_way = WAYS["scratch-link"]
            await portal.publish(file(tmp_path, OLD), at("b"), Absent(), "s")
            await portal.publish(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s")
        finally:
            os.umask(previous)
        for name in (at().path, at("b").path):
            status = (outside.path / name).stat()
            assert stat.S_IMODE(status.st_mode) == 0o664
            assert status.st_nlink == 1
        for folder in (ROOT[0], f"{ROOT[0]}/Fiscal", f"{ROOT[0]}/Fiscal/DAS"):
            assert stat.S_IMODE((outside.path / folder).stat().st_mode) == 0o2775
        assert stat.S_IMODE((outside.path / ".malote").stat().st_mode) == 0o770
        await portal.close()

    async def test_scratch_folder_is_private(self, portal: DirectoryPortal, outside: DirectoryOutside) -> None:
        await portal.check()
        assert stat.S_IMODE((outside.path / ".malote").stat().st_mode) == 0o700


class TestFileSystems(OnDirectory):
    async def test_names_that_lie_there_decomposed(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path
    ) -> None:
        """A Mac wrote them so; a twin folder would hide the document from the client."""
        folder = outside.path / ROOT[0] / normalize("NFD", "Férias")
        folder.mkdir(parents=True)
        (folder / normalize("NFD", "Março.pdf")).write_bytes(OLD)
        place = at("Março.pdf", folder=("Férias",))
        assert await portal.folders(ROOT, ()) == ["Férias"]
        assert await portal.digest(place) == sha(OLD)
        with pytest.raises(Conflict):
            await portal.publish(file(tmp_path, NEW), place, Absent(), "s")
        await portal.publish(file(tmp_path, NEW), place, Unchanged(sha(OLD)), "s")
        await portal.publish(file(tmp_path, NEW), at("b.pdf", folder=("Férias",)), Absent(), "s")
        assert [path.name for path in (outside.path / ROOT[0]).iterdir()] == [normalize("NFD", "Férias")]
        assert {path.name for path in folder.iterdir()} == {normalize("NFD", "Março.pdf"), "b.pdf"}

    async def test_names_that_are_no_utf8_are_left_alone(
        self, portal: DirectoryPortal, outside: DirectoryOutside
    ) -> None:
        (outside.path / os.fsdecode(b"\xff\xfe")).mkdir()
        assert await portal.folders((), ()) == []
        assert await portal.names((), ()) == frozenset()

    async def test_name_too_long(self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path) -> None:
        for place in (at("x" * 256), at(root=("x" * 256,))):
            with pytest.raises(PortalFault) as fault:
                await portal.publish(file(tmp_path, NEW), place, Absent(), "s")
            assert fault.value.code == "name_invalid"

    async def test_file_in_the_place_of_a_folder(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path
    ) -> None:
        outside.put(at("DAS", folder=("Fiscal",)), FOREIGN)
        with pytest.raises(PortalFault) as fault:
            await portal.publish(file(tmp_path, NEW), at(), Absent(), "s")
        assert fault.value.code == "name_invalid"
        assert outside.read(at("DAS", folder=("Fiscal",))) == FOREIGN

    @pytest.mark.parametrize("special", [os.mkfifo, os.mkdir])
    async def test_what_is_no_file(
        self,
        portal: DirectoryPortal,
        outside: DirectoryOutside,
        tmp_path: Path,
        special: Callable[[Path], None],
    ) -> None:
        """Opening a pipe would hang a worker for ever."""
        (outside.path / at().path).parent.mkdir(parents=True)
        special(outside.path / at().path)
        for condition in (Absent(), Unchanged(sha(OLD))):
            with pytest.raises(Conflict):
                await portal.publish(file(tmp_path, NEW), at(), condition, "s")
        assert await portal.digest(at()) is None
        special(tmp_path / "pipe")
        with pytest.raises(PortalFault) as fault:
            await portal.publish(tmp_path / "pipe", at("b"), Absent(), "s")
        assert fault.value.code == "file_missing"

    async def test_root_gone(self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path) -> None:
        """A folder made where a disk should be mounted would swallow all documents."""
        await portal.publish(file(tmp_path, NEW), at("before"), Absent(), "s")
        outside.path.rename(tmp_path / "unmounted")
        for call in (
            portal.publish(file(tmp_path, NEW), at(), Absent(), "s"),
            portal.publish(file(tmp_path, NEW), at(), Unchanged(sha(OLD)), "s"),
            portal.recover(at(), "s", sha(NEW), None),
            portal.check(),
            portal.look(at()),
            portal.digest(at()),
            portal.folders(ROOT, ()),
            portal.names(ROOT, ()),
            portal.scratches(),
            portal.discard("s"),
        ):
            with pytest.raises(PortalFault) as fault:
                await call
            assert fault.value.code == "portal_unreachable"
        assert not outside.path.exists()

    async def test_old_file_systems(
        self, portal: DirectoryPortal, outside: DirectoryOutside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """FAT and its like know no O_TMPFILE, no links, no renameat2: documents still arrive, and `check` says how."""
        original = os.open

        def no_tmpfile(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
            if flags & os.O_TMPFILE == os.O_TMPFILE:
                raise OSError(errno.EOPNOTSUPP, "no")
            return original(path, flags, *args, **kwargs)

        def refused(code: int) -> Callable[..., None]:
            def call(*_: object, **__: object) -> None:
                raise OSError(code, "no")

            return call

        def unknown(*_: object) -> int:
            ctypes.set_errno(errno.EINVAL)
            return -1

        source = file(tmp_path, NEW)
        seen: list[tuple[object, ...]] = []
        changes: list[tuple[Any, str, object]] = [
            (os, "open", no_tmpfile),
            (os, "link", refused(errno.EPERM)),
            (renameat2, "_renameat2", unknown),
        ]
        for change in (None, *changes):
            if change is not None:
                monkeypatch.setattr(*change)
            place = at(f"{len(seen)}.pdf")
            await portal.publish(source, place, Absent(), "s")
            with pytest.raises(Conflict):
                await portal.publish(source, place, Absent(), "s")
            await portal.publish(file(tmp_path, OLD, "o"), place, Unchanged(sha(NEW)), "s")
            assert outside.read(place) == OLD
            assert not outside.scratch_area()
            report = await portal.check()
            seen.append((report.exclusive, *(value for _, value in report.findings[:2])))
            assert report.free
        assert seen == [
            (True, "tmpfile-link", "exchange"),
            (True, "scratch-link", "exchange"),
            (True, "rename-noreplace", "exchange"),
            (False, "look-rename", "look-rename"),
        ]


def test_a_mode_that_means_seen_is_refused(tmp_path: Path) -> None:
    """Every document would count as seen at once, and none could be replaced."""
    with pytest.raises(ValueError, match="444"):
        DirectoryPortal(tmp_path, file_mode=0o444)
    with pytest.raises(ValueError, match="absolute"):
        DirectoryPortal(Path("relative"))


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("dir:///srv/portal", "/srv/portal"),
        ("dir:///srv/Portal%20do%20Cliente", "/srv/Portal do Cliente"),
        ("dir:///srv/Padaria P%C3%A3o/", "/srv/Padaria Pão"),
        ("dir:///srv/Padaria Pão", "/srv/Padaria Pão"),
        ("dir:///srv/100%25%23%3F", "/srv/100%#?"),
    ],
)
async def test_url(url: str, path: str) -> None:
    portal = open_portal(url)
    assert isinstance(portal, DirectoryPortal)
    assert portal.path == Path(path)
    again = open_portal(portal.url)
    assert isinstance(again, DirectoryPortal)
    assert again.path == Path(path)


@pytest.mark.parametrize(
    "url",
    [
        *("", "/srv/portal", "ftp://host/x", "dir://["),
        *("dir://host/srv", "dir:srv", "dir://srv", "dir:", "dir:///a?b", "dir:///a#b", "dir:///a%zz", "dir:///a%00"),
    ],
)
def test_url_that_names_no_portal(url: str) -> None:
    with pytest.raises(PortalUrlError) as error:
        open_portal(url)
    assert error.value.text.pt != error.value.text.en
