"""The attached bytes in a directory: `ab/cdef…` by their SHA-256, once each.

Why an attach beside a sweep never loses bytes: `keep` puts a blob in place, or finds it there and renews its time,
under a shared `flock`; `sweep` looks at the time again and removes under an exclusive one. So a blob is removed either
before `keep` looks (which then puts it there anew) or not at all: after `keep` its time is new, and it stays for
`older_than` seconds, in which the attaching transaction commits and `let_go` begins to say no. `let_go` itself is asked
outside the lock: an answer that has gone stale is caught by the time.

Nothing half-written has a blob's name: bytes are copied under a temporary name, made durable, then renamed. Renaming
over an existing blob puts the same bytes there, which harms no reader.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.ports import Blob

CHUNK = 1 << 20
DAY = 86_400.0
OUR_OWN_WANT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""What says nothing of a file: this process, or the system, has no handle or memory left."""
_TEMPORARY = ".new-"
_LOCK = ".lock"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class NotAFile(OSError):
    """The source is a folder, a device or a pipe."""


class SourceChanged(OSError):
    """The source changed while it was being read; keeping it once more may succeed."""


class BlobDirectory:
    """Blobs in a directory, which is made when first needed; any number of processes may share it.

    Args:
        path: the directory.
        mode, folder_mode: of files and folders, exactly, whatever the umask.
    """

    def __init__(self, path: Path, *, mode: int = 0o600, folder_mode: int = 0o700):
        self._path = path
        self._mode = mode
        self._folder_mode = folder_mode
        self._durable: set[str] = set()  # folders whose own entry is known to be on disk

    def keep(self, source: Path, copied: Callable[[int], None] | None = None) -> Blob:
        """Copy a file in, atomically and durably; the same bytes are kept once.

        Args:
            copied: told how many bytes are copied so far; what it raises ends the copying.

        Raises:
            NotAFile: the source is no regular file.
            SourceChanged: it changed while it was being read.
            OSError: it cannot be read, or the disk is full; nothing half-written stays.
        """
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise NotAFile(f"not a regular file: {source}")
            self._make(self._path)
            temporary = self._path / f"{_TEMPORARY}{secrets.token_hex(16)}"
            try:
                blob = self._copy(descriptor, temporary, copied or _unheard)
                self._place(temporary, blob)
            finally:
                temporary.unlink(missing_ok=True)
        finally:
            os.close(descriptor)
        return blob

    def path(self, sha256: str) -> Path:
        """Where the bytes lie (whether or not they are there)."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256 in hexadecimal: {sha256!r}")
        return self._path / sha256[:2] / sha256[2:]

    def renew(self, sha256: str) -> bool:
        """Whether the bytes are there; if so, no sweep takes them before its time anew."""
        try:
            with self._locked(fcntl.LOCK_SH):
                os.utime(self.path(sha256))
        except FileNotFoundError:
            return False
        return True

    def state(self, sha256: str, size: int) -> str | None:
        """None when the bytes are there and have their hash, else `file_missing` or `file_changed`.

        Raises:
            OSError: nothing can be opened now.
        """
        try:
            descriptor = os.open(self.path(sha256), os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            if error.errno in OUR_OWN_WANT:
                raise
            return "file_missing"
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size != size:
                return "file_changed"
            return None if hashlib.file_digest(file, "sha256").hexdigest() == sha256 else "file_changed"

    def sweep(self, older_than: float, let_go: Callable[[str], bool]) -> int:
        """Remove blobs untouched for `older_than` seconds for which `let_go(sha256)` says yes; returns how many.

        What a killed `keep` left under a temporary name goes too, after a day.
        """
        removed = 0
        for file in self._files(_TEMPORARY):
            if _is_older(file, DAY):
                file.unlink(missing_ok=True)
        for file in (file for prefix in range(256) for file in self._files("", f"{prefix:02x}")):
            sha256 = file.parent.name + file.name
            if _SHA256.fullmatch(sha256) and _is_older(file, older_than) and let_go(sha256):
                with self._locked(fcntl.LOCK_EX):
                    if _is_older(file, older_than):
                        file.unlink(missing_ok=True)
                        removed += 1
        return removed

    def _files(self, start: str, folder: str = ".") -> list[Path]:
        try:
            return [file for file in (self._path / folder).iterdir() if file.name.startswith(start)]
        except FileNotFoundError:
            return []

    def _copy(self, source: int, temporary: Path, copied: Callable[[int], None]) -> Blob:
        before = os.fstat(source)
        digest = hashlib.sha256()
        size = 0
        target = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            while chunk := os.read(source, CHUNK):
                digest.update(chunk)
                rest = memoryview(chunk)
                while rest:
                    rest = rest[os.write(target, rest) :]
                size += len(chunk)
                copied(size)
            after = os.fstat(source)
            if (size, after.st_size, after.st_mtime_ns) != (before.st_size, before.st_size, before.st_mtime_ns):
                raise SourceChanged("the file changed while it was being read")
            os.fchmod(target, self._mode)
            os.fsync(target)
        finally:
            os.close(target)
        return Blob(digest.hexdigest(), size)

    def _place(self, temporary: Path, blob: Blob) -> None:
        target = self.path(blob.sha256)
        self._make(target.parent)
        with self._locked(fcntl.LOCK_SH):
            if self.state(blob.sha256, blob.size) is None:
                os.utime(target)
            else:
                temporary.rename(target)
        # Also what someone else has put there, who may not have lived to do it.
        _sync(target.parent)
        if target.parent.name not in self._durable:
            _sync(self._path)
            self._durable.add(target.parent.name)

    def _make(self, folder: Path) -> None:
        if folder.is_dir():
            return
        try:
            folder.mkdir(self._folder_mode)
        except FileExistsError:
            return
        folder.chmod(self._folder_mode)
        _sync(folder.parent)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        descriptor = os.open(self._path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, self._mode)
        try:
            if os.fstat(descriptor).st_mode & 0o777 != self._mode:  # the umask took away what a group needs
                os.fchmod(descriptor, self._mode)
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)


def _is_older(file: Path, seconds: float) -> bool:
    try:
        return time.time() - file.stat().st_mtime > seconds
    except FileNotFoundError:
        return False


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unheard(_: int) -> None:
    pass
