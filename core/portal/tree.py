"""Walking below a folder by descriptors: no step follows a link, so nothing outside the folder is ever touched."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from unicodedata import normalize

from core.domain.text import Text, both
from core.portal.faults import not_a_folder
from core.ports import PortalFault

NOT_A_NAME = Text("nome inválido: {name}", "not a name: {name}")
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

Enter = Callable[[int, str], int]
"""Opens a folder by the descriptor of its parent and its name; the caller closes what it returns."""


@contextmanager
def closing(descriptor: int) -> Iterator[int]:
    """Close the descriptor afterwards."""
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def component(name: str) -> str:
    """Check one path component and return it in NFC.

    Raises:
        PortalFault: name_invalid, for what could lead elsewhere or cannot be written down.
    """
    if name in {"", ".", ".."} or "/" in name or "\0" in name:
        raise PortalFault("name_invalid", both(NOT_A_NAME, name=repr(name)))
    try:
        name.encode()
    except UnicodeEncodeError:
        raise PortalFault("name_invalid", both(NOT_A_NAME, name=repr(name))) from None
    return normalize("NFC", name)


def spelling(folder: int, name: str) -> str:
    """How a name (NFC) is spelled in that folder, where it may lie in another normal form; itself if it is absent."""
    if name.isascii() or lies(folder, name) is not None:
        return name
    return min((found for found in os.listdir(folder) if normalize("NFC", found) == name), default=name)


def lies(folder: int, name: str) -> os.stat_result | None:
    """What lies under exactly that name, links not followed; None when nothing does."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def enter(parent: int, name: str) -> int:
    """Open an existing folder right below `parent`; the default way to take a step.

    Raises:
        FileNotFoundError: there is none.
        PortalFault: name_invalid, when a link or a file is in its place.
    """
    try:
        return os.open(spelling(parent, name), FOLDER, dir_fd=parent)
    except OSError as error:
        if error.errno in {errno.ENOTDIR, errno.ELOOP}:
            raise not_a_folder(name) from error
        raise


@contextmanager
def walk(root: int, names: Sequence[str], step: Enter = enter) -> Iterator[int]:
    """The descriptor of the folder at the end of `names`, level by level from `root`.

    Raises:
        FileNotFoundError: a folder on the way does not exist (and `step` does not make it).
        PortalFault: name_invalid, see `enter`.
    """
    here = os.dup(root)
    try:
        for name in names:
            below = step(here, name)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


def readable_names(folder: int) -> list[str]:
    """All names in the folder, in NFC, without those that are no UTF-8: nobody can ask for them."""
    names = []
    for found in os.listdir(folder):
        try:
            found.encode()
        except UnicodeEncodeError:
            continue
        names.append(normalize("NFC", found))
    return names


def is_seen(status: os.stat_result) -> bool:
    """Whether it is a document without any write bit: the Cadeado of a directory."""
    return stat.S_ISREG(status.st_mode) and not status.st_mode & 0o222
