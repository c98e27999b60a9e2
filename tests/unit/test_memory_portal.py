"""The Portal in memory keeps the contract: else tests that stand on it would prove nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.models import Place
from core.ports import Absent, Unchanged
from tests.memory_portal import MemoryPortal, full
from tests.portal_contract import PortalContract


class Death(BaseException):
    """The process ends here: nobody cleans up."""


class MemoryOutside:
    def __init__(self, portal: MemoryPortal):
        self.portal = portal

    def put(self, place: Place, data: bytes) -> None:
        path = full(place)
        self.portal.made.update(path[:level] for level in range(1, len(path)))
        self.portal.files[path] = data

    save = put

    def read(self, place: Place) -> bytes | None:
        return self.portal.files.get(full(place))

    def remove(self, place: Place) -> None:
        del self.portal.files[full(place)]

    def mark_seen(self, place: Place) -> None:
        self.portal.seen.add(full(place))

    def tree(self) -> set[str]:
        return {"/".join(path) for path in (*self.portal.files, *self.portal.made)}

    def scratch_area(self) -> list[str]:
        return list(self.portal.held)

    async def die(self, source: Path, place: Place, condition: Absent | Unchanged, scratch: str, step: int) -> bool:
        left = iter(range(step))

        def count(_: str) -> None:
            if next(left, None) is None:
                raise Death

        self.portal.on_step = count
        try:
            await self.portal.publish(source, place, condition, scratch)
        except Death:
            return True
        finally:
            self.portal.on_step = lambda _: None
        return False


@pytest.fixture
def portal() -> MemoryPortal:
    return MemoryPortal()


@pytest.fixture
def outside(portal: MemoryPortal) -> MemoryOutside:
    return MemoryOutside(portal)


class TestMemoryPortal(PortalContract):
    """Nothing of its own."""
