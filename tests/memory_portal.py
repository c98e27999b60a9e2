"""A Portal in memory, for tests of what stands on a portal; it passes the same contract as the real ones."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize

from core.domain.models import Names, Place
from core.domain.names import SCRATCH_FOLDER
from core.domain.text import fold
from core.portal.tree import component
from core.ports import Absent, Condition, Conflict, Found, PortalFault, PortalReport


def full(place: Place) -> Names:
    return tuple(normalize("NFC", name) for name in (*place.root, *place.folder, place.name))


class MemoryPortal:
    """Files by their full path, folders, what has been seen, and scratches.

    `on_step` is told each step of a publish before it is taken ("open", "scratch", "place", "clean"); what it raises
    ends the publish there, as a death or a fault would. `publish` gives way to other tasks between its steps.
    """

    url = "memory:"
    linger = 0.0
    unkept: str | None = ""

    def __init__(self, on_step: Callable[[str], None] = lambda _: None):
        self.on_step = on_step
        self.files: dict[Names, bytes] = {}
        self.made: set[Names] = set()
        self.seen: set[Names] = set()
        self.held: dict[str, bytes] = {}

    async def check(self) -> PortalReport:
        return PortalReport(self.url, exclusive=True, findings=(("seen", "marked"),))

    async def folders(self, root: Names, folder: Names) -> list[str]:
        here = self._folder(root, folder)
        below = {path[len(here)] for path in self.made if len(path) > len(here) and path[: len(here)] == here}
        return sorted((name for name in below if not name.startswith(".")), key=lambda name: (fold(name), name))

    async def names(self, root: Names, folder: Names) -> frozenset[str]:
        here = self._folder(root, folder)
        return frozenset(path[-1] for path in (*self.files, *self.made) if path and path[:-1] == here)

    async def make_folder(self, root: Names) -> None:
        path = self._folder(root, ())
        self.made.update(path[:level] for level in range(1, len(path) + 1))

    async def look(self, place: Place) -> Found | None:
        path = self._path(place)
        if path in self.files:
            return Found(is_file=True, size=len(self.files[path]), seen=path in self.seen)
        return Found(is_file=False) if path in self.made else None

    async def digest(self, place: Place) -> str | None:
        found = self.files.get(self._path(place))
        return None if found is None else hashlib.sha256(found).hexdigest()

    async def publish(self, source: Path, place: Place, condition: Condition, scratch: str) -> None:
        if not place.root:
            raise PortalFault("name_invalid")
        path = self._path(place)
        component(scratch)
        await self._step("open")
        try:
            new = await asyncio.to_thread(source.read_bytes)
        except OSError as error:
            raise PortalFault("file_missing", str(error)) from error
        await self._step("scratch")
        self.held[scratch] = new
        try:
            await self._step("place")
            self._check_condition(path, condition)
            self._make_folders(path)
            self.files[path] = new
            await self._step("clean")
        except (Conflict, PortalFault):
            del self.held[scratch]
            raise
        del self.held[scratch]

    async def recover(self, place: Place, scratch: str, sha256: str, expected: str | None) -> None:
        self._path(place)
        self.held.pop(scratch, None)

    async def scratches(self) -> list[tuple[str, float]]:
        return [(scratch, 0.0) for scratch in sorted(self.held)]

    async def discard(self, scratch: str) -> None:
        self.held.pop(scratch, None)

    async def close(self) -> None:
        pass

    async def _step(self, name: str) -> None:
        self.on_step(name)
        await asyncio.sleep(0)

    def _make_folders(self, path: Names) -> None:
        levels = {path[:level] for level in range(1, len(path))}
        if levels & self.files.keys():
            raise PortalFault("name_invalid", "a file, not a folder")
        self.made |= levels

    def _check_condition(self, path: Names, condition: Condition) -> None:
        there = self.files.get(path)
        if isinstance(condition, Absent):
            if there is not None or path in self.made:
                raise Conflict
        elif there is None or path in self.seen or hashlib.sha256(there).hexdigest() != condition.sha256:
            raise Conflict

    @staticmethod
    def _folder(root: Names, folder: Names) -> Names:
        names = tuple(component(name) for name in (*root, *folder))
        if names and names[0].casefold() == SCRATCH_FOLDER:
            raise PortalFault("name_invalid")
        return names

    def _path(self, place: Place) -> Names:
        return (*self._folder(place.root, place.folder), component(place.name))
