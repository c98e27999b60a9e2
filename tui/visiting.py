"""Where one is: the places, the ways that led there, and what of it is kept for after a lost connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from textual.screen import Screen

from core.office import views
from core.office.errors import OfficeError
from tui import session
from tui.desk import Desk
from tui.onebyone import OneByOne
from tui.places import PLACES, make
from tui.screens.dialog import Dialog
from tui.screens.place import Place
from tui.work import in_thread, start

R = TypeVar("R")
SUBPLACES = {"task", "express_file", "rules"}
"""Places that no number key leads to."""
KEPT = ("attach_folder", "model")
"""What dialogs remember that is kept from one time to the next."""
KEEP_AFTER = 2.0
"""Seconds after a change until it is kept."""


class Visiting(OneByOne[None]):
    """An app of places, of which one is above all others, and of dialogs over it.

    Args:
        keeping: whether where one is is kept, to be there again after a lost connection.
    """

    def __init__(self, desk: Desk, *, keeping: bool, **options: Any):
        super().__init__(**options)
        self.desk = desk
        self.lang = desk.lang
        self.overview = views.overview(desk.ctx)
        self._screens: dict[str, Place[Any]] = {}
        self._history: list[str] = []
        self._keeping = keeping
        self._kept: dict[str, Any] = session.load(desk.ctx, desk.actor) if keeping else {}
        self._saver: asyncio.TimerHandle | None = None
        desk.memory.update({key: value for key, value in self._kept.get("memory", {}).items() if key in KEPT})

    def get_default_screen(self) -> Screen[None]:
        since = self.overview.integration.since
        first = "panel" if since is not None else "activation"  # a new office begins with its activation
        here, known = self._kept.get("here"), {way.name for way in PLACES} | SUBPLACES
        if here in known and since is not None:
            first = here
            self._history = [one for one in self._kept.get("history", ()) if one in known]
        try:
            self.place(first).preload()
        except OfficeError:  # what one looked at is gone
            first, self._kept = "panel", {}
            self.place(first).preload()
        return self.place(first)

    @property
    def here(self) -> str:
        """The place where one is."""
        top = next(one for one in reversed(self.screen_stack) if isinstance(one, Place))
        return next(name for name, place in self._screens.items() if place is top)

    def place(self, name: str) -> Place[Any]:
        """A place's screen, made when it is first wanted and kept."""
        if name not in self._screens:
            self._screens[name] = make(name, self.desk)
            if isinstance(state := self._kept.get("places", {}).get(name), dict):
                self._screens[name].restore(state)
            self.install_screen(self._screens[name], name)
        return self._screens[name]

    async def go(self, name: str, **aims: Any) -> None:
        """Go to a place, and look there at something in particular."""
        with self.batch_update():  # one paint, not one for each step
            await self._leave_dialogs()
            if name != self.here:
                self._history = [*self._history[-49:], self.here]
            await self._switch(name)
            if aims:
                self.place(name).aim(**aims)
            await self.place(name).settle()
        self.touch()
        self.screen.check_idle()  # it has what to paint, but was told to wait

    async def _switch(self, name: str) -> None:
        """Show a place: the first one lies below, one other above it; none is ever taken down."""
        place = self.place(name)
        if place is self.screen:
            return
        if place is self.screen_stack[0]:
            await self.pop_screen()
        elif len(self.screen_stack) > 1:
            await self.switch_screen(place)
        else:
            await self.push_screen(place)

    async def _leave_dialogs(self) -> None:
        while not isinstance(self.screen, Place):
            await self.pop_screen()

    async def up(self, name: str) -> None:
        """Leave a place for the one above it: Esc there leads where it led before, not down again."""
        before = self._history
        await self.go(name)
        self._history = before[: len(before) - 1 - before[::-1].index(name)] if name in before else before

    async def action_go(self, name: str) -> None:
        await self.go(name)

    async def action_back(self) -> None:
        if self._history:
            await self._leave_dialogs()
            await self._switch(self._history.pop())
            self.touch()

    def open(self, dialog: Dialog[R], then: Callable[[R | None], None] | None = None) -> None:
        """Open a dialog over the present screen; its answer is handed on."""

        async def opening() -> None:
            with self.batch_update():
                await self.push_screen(dialog, then)
            self.screen.check_idle()

        self.call_next(opening)

    def action_help(self) -> None:
        self._open_palette(places_first=False)

    def action_palette(self) -> None:
        self._open_palette(places_first=True)

    def _open_palette(self, *, places_first: bool) -> None:
        from tui.screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.open(Palette(self.desk, self.screen, places_first=places_first))

    # --- where one is, kept

    def touch(self) -> None:
        """Something of where one is has changed: it is kept once nothing does for a moment."""
        if self._keeping:
            if self._saver is not None:
                self._saver.cancel()
            self._saver = asyncio.get_running_loop().call_later(KEEP_AFTER, self.call_later, self._keep)

    def _state(self) -> dict[str, Any]:
        places = {name: one.memento() for name, one in self._screens.items()}
        memory = {key: value for key, value in self.desk.memory.items() if key in KEPT}
        before = self._kept.get("places", {})
        return {"here": self.here, "history": self._history, "places": {**before, **places}, "memory": memory}

    def _keep(self) -> None:
        self._saver = None
        state, desk = self._state(), self.desk

        async def keep() -> None:
            await in_thread(lambda: session.save(desk.ctx, desk.actor, state))

        start(self, keep, "keep", alone=True)

    def _told_to_end(self) -> None:
        """The line is lost, or someone ends us: one finds it again as it is."""
        if self._keeping:
            session.save(self.desk.ctx, self.desk.actor, self._state())
            self._keeping = False
        self.exit()

    async def action_quit(self) -> None:
        """Whoever leaves begins anew next time."""
        if self._keeping:
            self._keeping = False
            self.workers.cancel_group(self, "keep")
            session.save(self.desk.ctx, self.desk.actor, {"memory": self._state()["memory"]})
        self.exit()
