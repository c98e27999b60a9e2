"""Ways to give new bytes a name that must be free, best first; a file system without one gets the next."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from core.portal.files import Lying, copy, unlink_if_there
from core.portal.renameat2 import rename_noreplace
from core.portal.tree import closing, lies
from core.ports import Conflict


class Unsupported(Exception):
    """This file system does not know this way."""


@contextmanager
def unsupported_if(*errnos: int) -> Iterator[None]:
    """Turn these errors into Unsupported: what a file system or kernel says to a call that it does not know."""
    try:
        yield
    except OSError as error:
        if error.errno in errnos:
            raise Unsupported from error
        raise


NO_RENAMEAT2 = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)


@dataclass(frozen=True)
class Look:
    """How what we make looks to others: exact modes, whatever the umask, and the group if one is named."""

    file_mode: int
    folder_mode: int
    group: int | None = None

    def put_on(self, descriptor: int, mode: int) -> None:
        if self.group is not None:
            os.fchown(descriptor, -1, self.group)
        os.fchmod(descriptor, mode)  # after fchown, which clears bits


def tmpfile_link(source: int, folder: int, name: str, look: Look) -> None:
    """A file without a name (O_TMPFILE) gets its name by linkat(2): a kill leaves nothing at all.

    Raises:
        Conflict: the name is taken.
        Unsupported: no O_TMPFILE here, or no /proc to link it from.
    """
    try:
        with unsupported_if(errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOSYS):
            descriptor = os.open(".", os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600, dir_fd=folder)
    except PermissionError as error:
        if os.fstat(folder).st_nlink == 0:  # ext4's word for a folder that was removed under us
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from error
        raise
    with closing(descriptor):
        copy(source, descriptor)
        look.put_on(descriptor, look.file_mode)
        os.fsync(descriptor)
        path = f"/proc/self/fd/{descriptor}"
        if lies(folder, path) is None:
            raise Unsupported
        try:
            with unsupported_if(errno.EOPNOTSUPP, errno.EPERM, errno.EXDEV, errno.ENOSYS):
                os.link(path, name, dst_dir_fd=folder, follow_symlinks=True)
        except FileExistsError:
            raise Conflict from None


@contextmanager
def staged(source: int, area: int, scratch: str, look: Look) -> Iterator[Lying]:
    """New bytes, whole and durable, under the scratch name in `.malote/`; what is left of it is removed afterwards."""
    unlink_if_there(area, scratch)  # only ever our own new bytes, see `core.portal.swap`
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with closing(os.open(scratch, flags, 0o600, dir_fd=area)) as descriptor:
            sha256 = copy(source, descriptor)
            look.put_on(descriptor, look.file_mode)
            os.fsync(descriptor)
            status = os.fstat(descriptor)
        yield Lying((status.st_dev, status.st_ino), True, False, sha256)
    finally:
        with suppress(OSError):  # what stays is harmless, and found by `scratches`
            os.unlink(scratch, dir_fd=area)


def _link(area: int, scratch: str, folder: int, name: str) -> None:
    with unsupported_if(errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
        os.link(scratch, name, src_dir_fd=area, dst_dir_fd=folder, follow_symlinks=False)


def _rename_noreplace(area: int, scratch: str, folder: int, name: str) -> None:
    with unsupported_if(*NO_RENAMEAT2):
        rename_noreplace(area, scratch, folder, name)


def _look_and_rename(area: int, scratch: str, folder: int, name: str) -> None:
    if lies(folder, name) is not None:
        raise FileExistsError
    os.rename(scratch, name, src_dir_fd=area, dst_dir_fd=folder)


Place = Callable[[int, str, int, str], None]
"""(area, scratch, folder, name): give staged bytes their name, or raise FileExistsError or Unsupported."""

CREATE_WAYS: tuple[tuple[str, Place | None], ...] = (
    ("tmpfile-link", None),  # needs nothing staged
    ("scratch-link", _link),
    ("rename-noreplace", _rename_noreplace),
    ("look-rename", _look_and_rename),  # between look and rename there is a window, which `check` reports
)
EXCLUSIVE_CREATE = 3
"""How many of CREATE_WAYS leave no window."""
