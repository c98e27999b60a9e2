"""What a worker works with; its clock and its luck among it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.ports import Blobs, Portal, Store


@dataclass(frozen=True)
class Tools:
    """The ports, and what of the world is handed in."""

    store: Store
    blobs: Blobs
    portal: Portal
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    is_alive: Callable[[str], bool]
    concurrency: int = 8
