"""The port to the attached bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Blob:
    sha256: str
    size: int


class Blobs(Protocol):
    """The attached bytes, once each, by their SHA-256."""

    def keep(self, source: Path, copied: Callable[[int], None] | None = None) -> Blob:
        """Copy a file in, atomically and durably; the same bytes are kept once.

        Args:
            copied: told how many bytes are copied so far; what it raises ends the copying.

        Raises:
            OSError: the source cannot be read, or the disk is full; nothing half-written stays.
        """

    def path(self, sha256: str) -> Path:
        """Where the bytes lie (whether or not they are there)."""

    def renew(self, sha256: str) -> bool:
        """Whether the bytes are there; if so, no sweep takes them before its time anew."""

    def state(self, sha256: str, size: int) -> str | None:
        """None when the bytes are there and have their hash, else `file_missing` or `file_changed`."""

    def sweep(self, older_than: float, let_go: Callable[[str], bool]) -> int:
        """Remove blobs untouched for `older_than` seconds for which `let_go(sha256)` says yes; returns how many."""
