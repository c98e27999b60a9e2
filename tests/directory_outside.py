"""Someone else at a directory portal, and ways to step in between its system calls or to die there."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from core.domain.models import Place
from core.portal import renameat2
from core.portal.create import CREATE_WAYS
from core.portal.directory import DirectoryPortal
from core.ports import Absent, Conflict, PortalFault, Unchanged

PATCHED = ("open", "mkdir", "link", "rename", "unlink", "write", "fchmod", "fsync")


@contextmanager
def each_system_call(before: Callable[[int], None]) -> Iterator[None]:
    """Call `before(n)` before the n-th call by which a portal's thread changes or opens something."""
    count = iter(range(1_000_000))
    inside = threading.local()

    def watched(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if threading.current_thread().name.startswith("portal") and not getattr(inside, "busy", False):
                inside.busy = True
                try:
                    before(next(count))
                finally:
                    inside.busy = False
            return original(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in PATCHED:
            patch.setattr(os, name, watched(getattr(os, name)))
        patch.setattr(renameat2, "_renameat2", watched(renameat2._renameat2))
        yield


@contextmanager
def at_step(step: int, do: Callable[[], object]) -> Iterator[list[int]]:
    """Do something before the step-th system call; what is yielded is empty for as long as it was not done."""
    reached: list[int] = []

    def before(n: int) -> None:
        if n == step:
            reached.append(n)
            do()

    with each_system_call(before):
        yield reached


class DirectoryOutside:
    def __init__(self, path: Path, fresh: Callable[[], DirectoryPortal]):
        self.path = path
        self.fresh = fresh

    def _at(self, place: Place) -> Path:
        return self.path / normalize("NFC", place.path)

    def put(self, place: Place, data: bytes) -> None:
        self._at(place).parent.mkdir(parents=True, exist_ok=True)
        self._at(place).write_bytes(data)

    def save(self, place: Place, data: bytes) -> None:
        self._at(place).parent.mkdir(parents=True, exist_ok=True)
        beside = self._at(place).with_name(f".{threading.get_ident()}~")
        beside.write_bytes(data)
        beside.replace(self._at(place))

    def read(self, place: Place) -> bytes | None:
        try:
            return self._at(place).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, place: Place) -> None:
        self._at(place).unlink()

    def mark_seen(self, place: Place) -> None:
        self._at(place).chmod(0o444)

    def tree(self) -> set[str]:
        paths = {str(path.relative_to(self.path)) for path in self.path.rglob("*")}
        return {path for path in paths if path.split("/")[0] != ".malote"}

    def scratch_area(self) -> list[str]:
        area = self.path / ".malote"
        return [path.name for path in area.iterdir()] if area.exists() else []

    async def die(self, source: Path, place: Place, condition: Absent | Unchanged, scratch: str, step: int) -> bool:
        return self.die_after(source, place, condition, scratch, step, lambda _: None)

    def die_after(
        self,
        source: Path,
        place: Place,
        condition: Absent | Unchanged,
        scratch: str,
        step: int,
        meanwhile: Callable[[int], None],
    ) -> bool:
        """Publish in a forked process, which calls `meanwhile(n)` before each step and dies at the step-th."""

        def before(n: int) -> None:
            if n == step:
                os._exit(9)
            meanwhile(n)

        child = os.fork()
        if child == 0:
            status = 1
            try:
                with each_system_call(before):
                    asyncio.run(self.fresh().publish(source, place, condition, scratch))
                status = 0
            except (Conflict, PortalFault):
                status = 0
            finally:
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status in {0, 9}
        return status == 9


WAYS = {name: way for way, (name, _) in enumerate(CREATE_WAYS)}


class OnDirectory:
    """Tests of a directory on a file system that knows all ways: their fixtures."""

    @pytest.fixture
    def fresh(self, tmp_path: Path) -> Callable[[], DirectoryPortal]:
        """Opens the portal anew, as another process would."""
        (tmp_path / "portal").mkdir()
        return lambda: DirectoryPortal(tmp_path / "portal")

    @pytest.fixture
    async def portal(self, fresh: Callable[[], DirectoryPortal]) -> AsyncIterator[DirectoryPortal]:
        portal = fresh()
        yield portal
        await portal.close()

    @pytest.fixture
    def outside(self, tmp_path: Path, fresh: Callable[[], DirectoryPortal]) -> DirectoryOutside:
        return DirectoryOutside(tmp_path / "portal", fresh)


class OnEachDirectory(OnDirectory):
    """The same on file systems that know only worse ways; the worst cannot exchange either."""

    @pytest.fixture(params=list(WAYS))
    def fresh(self, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], DirectoryPortal]:
        (tmp_path / "portal").mkdir()

        def make() -> DirectoryPortal:
            portal = DirectoryPortal(tmp_path / "portal")
            portal.create_way = WAYS[request.param]
            portal.can_exchange = request.param != "look-rename"
            return portal

        return make
