"""The portal's root on disk: opening it and the folders below, making those that are missing, durably."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.domain.models import Names
from core.domain.names import SCRATCH_FOLDER
from core.domain.reasons import reason_of
from core.domain.text import Text, both
from core.portal.create import Look
from core.portal.tree import closing, component, enter, walk
from core.ports import PortalFault

UNOPENED = Text("{path}: {why}", "{path}: {why}")
NOT_MOUNTED = Text("não está montado", "it is not mounted")
OURS = Text("{name}: pasta do próprio Malote", "{name}: Malote's own folder")


class PortalRoot:
    """A directory that must be there.

    Args:
        path: absolute; never created: where it is missing, a disk is not mounted.
        look: of the folders that are made.
    """

    def __init__(self, path: Path, look: Look):
        self.path = path
        self._look = look
        self._was_mount = False
        self._durable: set[tuple[int, int]] = set()  # folders whose own entry is known to be on disk

    @contextmanager
    def opened(self) -> Iterator[int]:
        """Open it afresh: it may have gone, or its disk been unmounted.

        Raises:
            PortalFault: portal_unreachable.
        """
        try:
            # The root itself may be reached by a link: whoever configured it, meant where it leads.
            descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise PortalFault("portal_unreachable", both(UNOPENED, path=self.path, why=reason_of(error))) from error
        with closing(descriptor):
            is_mount = os.fstat(descriptor).st_dev != os.stat("..", dir_fd=descriptor).st_dev
            if self._was_mount and not is_mount:
                raise PortalFault("portal_unreachable", both(UNOPENED, path=self.path, why=NOT_MOUNTED))
            self._was_mount = is_mount
            yield descriptor

    @contextmanager
    def folder(self, names: Names) -> Iterator[int]:
        """An existing folder of the clients' trees.

        Raises:
            FileNotFoundError: it does not exist.
        """
        with self.opened() as root, walk(root, _components(names)) as here:
            yield here

    @contextmanager
    def folder_made(self, names: Names) -> Iterator[tuple[int, int]]:
        """The root and a folder below it, made where it is missing."""
        with self.opened() as root, walk(root, _components(names), self._enter_or_make) as here:
            yield root, here

    @contextmanager
    def area(self, root: int) -> Iterator[int]:
        """`.malote/` in the opened root, made when first needed, for us alone."""
        mode = 0o700 if self._look.group is None else 0o770
        with closing(self._made(root, SCRATCH_FOLDER, mode)) as area:
            yield area

    def sync(self, names: Names) -> None:
        """Bring a folder's entries, and the way to it, to the disk; nothing where it does not exist."""
        try:
            with self.opened() as root, walk(root, _components(names), self._enter_durably) as here:
                os.fsync(here)
        except FileNotFoundError:
            pass

    def _enter_or_make(self, parent: int, name: str) -> int:
        return self._made(parent, name, self._look.folder_mode)

    def _enter_durably(self, parent: int, name: str) -> int:
        """Open a folder, and see to it once that its entry is on disk: who made it may not have lived to do so."""
        descriptor = enter(parent, name)
        status = os.fstat(descriptor)
        if (status.st_dev, status.st_ino) not in self._durable:
            try:
                os.fsync(parent)
            except OSError:
                os.close(descriptor)
                raise
            self._durable.add((status.st_dev, status.st_ino))
        return descriptor

    def _made(self, parent: int, name: str, mode: int) -> int:
        try:
            return self._enter_durably(parent, name)
        except FileNotFoundError:
            pass
        try:
            os.mkdir(name, mode, dir_fd=parent)
        except FileExistsError:  # someone else was faster
            return self._enter_durably(parent, name)
        with closing(enter(parent, name)) as made:
            self._look.put_on(made, mode)
            os.fsync(made)
        return self._enter_durably(parent, name)


def _components(names: Sequence[str]) -> Names:
    checked = tuple(component(name) for name in names)
    if checked and checked[0].casefold() == SCRATCH_FOLDER:
        raise PortalFault("name_invalid", both(OURS, name=checked[0]))
    return checked
