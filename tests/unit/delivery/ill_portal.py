"""A portal that can be ill, and ways to let a worker die or someone act in the middle of a publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.domain.models import Place
from core.ports import Found, PortalFault, PortalReport
from tests.memory_portal import MemoryPortal

AT = "Alfa/Fiscal/DAS/"


class Death(BaseException):
    """The worker's process ends here."""


class IllPortal(MemoryPortal):
    """A portal in memory that can be ill as a whole, busy at a name, or in doubt after the bytes arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.ill: str | None = None
        self.busy = False
        self.doubts: list[str] = []
        self.looks = self.checks = 0
        self.on_ill: Callable[[], object] = lambda: None

    async def check(self) -> PortalReport:
        self.checks += 1
        self._be_ill()
        return await super().check()

    async def look(self, place: Place) -> Found | None:
        self.looks += 1
        self._be_ill()
        found = await super().look(place)
        return replace(found, busy=True) if found is not None and self.busy else found

    async def publish(self, *args: Any) -> None:
        await super().publish(*args)
        if self.doubts:
            raise PortalFault(self.doubts.pop(), "timeout", unknown=True)

    def _be_ill(self) -> None:
        if self.ill:
            self.on_ill()
            raise PortalFault(self.ill, "it hurts")


def die_at(portal: MemoryPortal, moment: str) -> None:
    def step(name: str) -> None:
        if name == moment:
            portal.on_step = lambda _: None
            raise Death

    portal.on_step = step


def once_at(portal: MemoryPortal, moment: str, act: Callable[[], object]) -> None:
    """Do something the next time that a publish comes to that step."""

    def step(name: str) -> None:
        if name == moment:
            portal.on_step = lambda _: None
            act()

    portal.on_step = step
