"""A portal that is a directory: what a small office syncs or serves already (the design's section 5).

Seen (the Cadeado) is a file without any write bit in its mode. Everything is done by descriptors from the root down, so
that no link is ever followed; `core.portal.create` and `core.portal.swap` put documents in place.
"""

from __future__ import annotations

import asyncio
import errno
import os
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar
from urllib.parse import quote

from core.domain.models import Names, Place
from core.domain.names import SCRATCH_FOLDER
from core.domain.text import Text, both, fold
from core.portal.checks import check_name
from core.portal.create import (
    CREATE_WAYS,
    EXCLUSIVE_CREATE,
    NO_RENAMEAT2,
    Look,
    Unsupported,
    staged,
    tmpfile_link,
    unsupported_if,
)
from core.portal.faults import NO_CLIENT, VANISHES, os_errors_as_faults
from core.portal.files import READ, Lying, examine, hash_of, opened_source, unlink_if_there
from core.portal.renameat2 import exchange, rename_noreplace
from core.portal.root import PortalRoot
from core.portal.swap import SUFFIX, Swap, recover, settle
from core.portal.tree import NOT_A_NAME, closing, component, is_seen, lies, readable_names, spelling
from core.ports import Absent, Condition, Conflict, Found, PortalFault, PortalReport

P = ParamSpec("P")
R = TypeVar("R")

LEFT = Text("{path}: um envio anterior ainda não foi desfeito", "{path}: an earlier sending is not undone yet")
AT_ONCE = 8
"""Threads of one portal: as many publishes as can wait for the disk at the same time."""


class DirectoryPortal:
    """Clients' folder trees below one directory.

    Args:
        path: the portal's root, absolute; never created: where it is missing, a disk is not mounted.
        file_mode: of published files, exactly; must hold a write bit, whose absence means *seen*.
        folder_mode: of folders that are made, exactly.
        group: id of the group that they shall belong to, if not the default one.
    """

    linger = 0.0  # a dead process has no system call under way
    unkept = ""

    def __init__(self, path: Path, *, file_mode: int = 0o644, folder_mode: int = 0o755, group: int | None = None):
        if not path.is_absolute():
            raise ValueError(f"a portal's path must be absolute: {path}")
        if not file_mode & 0o222:
            raise ValueError(f"a file without a write bit would count as seen: {file_mode:o}")
        self.url = "dir://" + quote(str(path))
        self.path = path
        self.create_way = 0
        """Index into CREATE_WAYS: the best one that this file system knows, as far as is known."""
        self.can_exchange = True
        self._look = Look(file_mode, folder_mode, group)
        self._root = PortalRoot(path, self._look)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="portal")

    async def check(self) -> PortalReport:
        return await self._in_thread(self._check)

    async def folders(self, root: Names, folder: Names) -> list[str]:
        return await self._in_thread(self._folders, (*root, *folder))

    async def names(self, root: Names, folder: Names) -> frozenset[str]:
        return await self._in_thread(self._names, (*root, *folder))

    async def make_folder(self, root: Names) -> None:
        await self._in_thread(self._make_folder, root)

    async def look(self, place: Place) -> Found | None:
        return await self._in_thread(self._look_at, place)

    async def digest(self, place: Place) -> str | None:
        return await self._in_thread(self._digest, place)

    async def publish(self, source: Path, place: Place, condition: Condition, scratch: str) -> None:
        await self._in_thread(self._publish, source, place, condition, scratch)

    async def recover(self, place: Place, scratch: str, sha256: str, expected: str | None) -> None:
        await self._in_thread(self._recover, place, scratch, sha256, expected)

    async def scratches(self) -> list[tuple[str, float]]:
        return await self._in_thread(self._scratches)

    async def discard(self, scratch: str) -> None:
        await self._in_thread(self._discard, scratch)

    async def close(self) -> None:
        self._threads.shutdown(wait=False)

    async def _in_thread(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run in one of our threads; when cancelled, wait until it has ended, so that nothing of it happens later."""

        def job() -> R:
            with os_errors_as_faults():
                return work(*args, **kwargs)

        running = asyncio.get_running_loop().run_in_executor(self._threads, job)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            if not running.cancelled():
                running.exception()
            raise

    # reading

    def _folders(self, names: Names) -> list[str]:
        try:
            with self._root.folder(names) as here:
                found = {name for name in readable_names(here) if self._is_folder(here, name)}
        except FileNotFoundError:
            return []
        return sorted(found, key=lambda name: (fold(name), name))

    @staticmethod
    def _is_folder(here: int, name: str) -> bool:
        status = None if name.startswith(".") else lies(here, spelling(here, name))
        return status is not None and stat.S_ISDIR(status.st_mode)

    def _names(self, names: Names) -> frozenset[str]:
        try:
            with self._root.folder(names) as here:
                return frozenset(readable_names(here))
        except FileNotFoundError:
            return frozenset()

    def _look_at(self, place: Place) -> Found | None:
        name = component(place.name)
        try:
            with self._root.folder((*place.root, *place.folder)) as here:
                status = lies(here, spelling(here, name))
        except FileNotFoundError:
            return None
        if status is None:
            return None
        if not stat.S_ISREG(status.st_mode):
            return Found(is_file=False)
        return Found(is_file=True, size=status.st_size, seen=is_seen(status))

    def _digest(self, place: Place) -> str | None:
        name = component(place.name)
        try:
            with (
                self._root.folder((*place.root, *place.folder)) as here,
                closing(os.open(spelling(here, name), READ, dir_fd=here)) as descriptor,
            ):
                return hash_of(descriptor) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
        except OSError as error:
            if error.errno in {errno.ENOENT, errno.ELOOP, errno.ENXIO}:  # gone, a link, a socket
                return None
            raise

    # writing

    def _make_folder(self, root: Names) -> None:
        if not root:
            raise PortalFault("name_invalid", both(NO_CLIENT))
        with self._root.folder_made(root):
            pass

    def _publish(self, source: Path, place: Place, condition: Condition, scratch: str) -> None:
        if not place.root:
            raise PortalFault("name_invalid", both(NO_CLIENT))
        folder, name = (*place.root, *place.folder), component(place.name)
        _check_scratch(scratch)
        with opened_source(source) as bytes_:
            if not isinstance(condition, Absent):
                return self._replace(bytes_, folder, name, condition.sha256, scratch)
            for _ in range(3):
                try:
                    return self._create(bytes_, folder, name, scratch)
                except FileNotFoundError:  # someone removed a folder under us: make it again
                    continue
        raise PortalFault("portal_busy", both(VANISHES))

    def _create(self, source: int, folder: Names, name: str, scratch: str) -> None:
        with self._root.folder_made(folder) as (root, here):
            if lies(here, spelling(here, name)) is not None:
                raise Conflict
            self._put_new(root, source, here, name, scratch)
            with os_errors_as_faults(unknown=True):
                os.fsync(here)

    def _put_new(self, root: int, source: int, folder: int, name: str, scratch: str) -> None:
        if self.create_way == 0:
            try:
                return tmpfile_link(source, folder, name, self._look)
            except Unsupported:
                pass
        with self._root.area(root) as area, staged(source, area, scratch, self._look):
            for way, (_, put) in enumerate(CREATE_WAYS):
                if put is None or way < self.create_way:
                    continue
                try:
                    put(area, scratch, folder, name)
                except FileExistsError:
                    raise Conflict from None
                except Unsupported:
                    continue
                self.create_way = way  # only what worked tells that those before it do not
                return None
        return None

    def _replace(self, source: int, folder: Names, name: str, expected: str, scratch: str) -> None:
        try:
            with self._root.folder(folder) as here, self._root.opened() as root, self._root.area(root) as area:
                name = spelling(here, name)
                if not _is_unchanged(here, name, expected):
                    raise Conflict
                with staged(source, area, scratch, self._look) as new:
                    self._put_over(Swap(here, name, area, scratch + SUFFIX), scratch, expected, new)
        except FileNotFoundError:  # the folder is gone, and the document with it
            raise Conflict from None

    def _put_over(self, swap: Swap, scratch: str, expected: str, new: Lying) -> None:
        if self.can_exchange:
            try:
                return self._exchange(swap, scratch, expected, new)
            except Unsupported:
                self.can_exchange = False
        if not _is_unchanged(swap.folder, swap.name, expected):
            raise Conflict
        # Here is the window of file systems that cannot exchange; `check` reports it.
        os.rename(scratch, swap.name, src_dir_fd=swap.area, dst_dir_fd=swap.folder)
        with os_errors_as_faults(unknown=True):
            os.fsync(swap.folder)
        return None

    @staticmethod
    def _exchange(swap: Swap, scratch: str, expected: str, new: Lying) -> None:
        try:
            with unsupported_if(*NO_RENAMEAT2):
                rename_noreplace(swap.area, scratch, swap.area, swap.held)
        except FileExistsError as error:  # maybe a foreign file that was caught in between
            raise PortalFault("portal_error", both(LEFT, path=f"{SCRATCH_FOLDER}/{swap.held}")) from error
        try:
            with unsupported_if(*NO_RENAMEAT2):
                swap.exchange()
        except (OSError, Unsupported):
            os.rename(swap.held, scratch, src_dir_fd=swap.area, dst_dir_fd=swap.area)
            raise
        with os_errors_as_faults(unknown=True):
            settle(swap, new, expected)

    def _recover(self, place: Place, scratch: str, sha256: str, expected: str | None) -> None:
        folder, name = (*place.root, *place.folder), component(place.name)
        _check_scratch(scratch)
        with self._root.opened() as root, self._root.area(root) as area:
            unlink_if_there(area, scratch)
            if lies(area, scratch + SUFFIX) is not None:
                with self._root.folder_made(folder) as (_, here):
                    recover(Swap(here, spelling(here, name), area, scratch + SUFFIX), sha256, expected)
        # The dead one may have put the document in place without living to see it on disk.
        self._root.sync(folder)

    def _scratches(self) -> list[tuple[str, float]]:
        ages: dict[str, float] = {}
        now = time.time()
        with self._root.opened() as root, self._root.area(root) as area:
            for found in readable_names(area):
                status = lies(area, found)
                if status is not None:
                    name = found.removesuffix(SUFFIX)
                    age = max(0.0, now - status.st_ctime)  # renaming changes it, unlike mtime
                    ages[name] = min(age, ages.get(name, age))
        return sorted(ages.items())

    def _discard(self, scratch: str) -> None:
        _check_scratch(scratch)
        with self._root.opened() as root, self._root.area(root) as area:
            unlink_if_there(area, scratch)

    # finding out

    def _check(self) -> PortalReport:
        probe = check_name()
        names = [probe + end for end in (".source", ".target", ".scratch")]
        source_name, target, scratch = names
        with self._root.opened() as root, self._root.area(root) as area:
            try:
                with closing(os.open(source_name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=area)) as source:
                    os.write(source, b"malote")
                    self._put_new(root, source, area, target, scratch)
                try:
                    with unsupported_if(*NO_RENAMEAT2):
                        exchange(area, source_name, area, target)
                except Unsupported:
                    self.can_exchange = False
            finally:
                for name in names:
                    unlink_if_there(area, name)
            space = os.fstatvfs(root)
        return PortalReport(
            url=self.url,
            exclusive=self.create_way < EXCLUSIVE_CREATE and self.can_exchange,
            findings=(
                ("publish", CREATE_WAYS[self.create_way][0]),
                ("replace", "exchange" if self.can_exchange else "look-rename"),
                ("seen", "write-bit"),
            ),
            free=space.f_bavail * space.f_frsize,
        )


def _is_unchanged(folder: int, name: str, expected: str) -> bool:
    lying = examine(folder, name)
    return lying is not None and lying.sha256 == expected and not lying.seen


def _check_scratch(scratch: str) -> None:
    if component(scratch) != scratch or scratch.endswith(SUFFIX):
        raise PortalFault("name_invalid", both(NOT_A_NAME, name=repr(scratch)))
