"""renameat2(2), which Python does not have: exchange two names, or rename only onto a free one."""

from __future__ import annotations

import ctypes
import errno
import os

_NOREPLACE = 1  # linux/fs.h
_EXCHANGE = 2


def _missing(*_: object) -> int:
    ctypes.set_errno(errno.ENOSYS)
    return -1


_libc = ctypes.CDLL(None, use_errno=True)
_renameat2 = getattr(_libc, "renameat2", _missing)  # glibc 2.28, musl 1.2.4 or later


def _call(from_dir: int, from_name: str, to_dir: int, to_name: str, flags: int) -> None:
    if _renameat2(from_dir, os.fsencode(from_name), to_dir, os.fsencode(to_name), ctypes.c_uint(flags)) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), from_name, None, to_name)


def exchange(from_dir: int, from_name: str, to_dir: int, to_name: str) -> None:
    """Let two names change places in one step; both must exist (descriptors of their folders, names in them).

    Raises:
        OSError: EINVAL or ENOSYS where the file system or the kernel cannot.
    """
    _call(from_dir, from_name, to_dir, to_name, _EXCHANGE)


def rename_noreplace(from_dir: int, from_name: str, to_dir: int, to_name: str) -> None:
    """Rename, refusing with FileExistsError when the new name is taken.

    Raises:
        OSError: EINVAL or ENOSYS where the file system or the kernel cannot.
    """
    _call(from_dir, from_name, to_dir, to_name, _NOREPLACE)
