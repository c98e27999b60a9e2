"""The console: wires places, keys, the watch over the office and the terminal together; it has no rule of its own."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from textual.app import App
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen

import styles
from core.domain.text import Text
from core.office import health, views
from tui import terminal, themes
from tui.desk import Desk
from tui.keys import key
from tui.places import PLACES, make
from tui.screens.dialog import Dialog
from tui.screens.place import Place
from tui.sender import Sender
from tui.watch import Changed, Watcher
from tui.widgets.frame import Header
from tui.work import in_thread, start

R = TypeVar("R")
STYLES = Path(styles.__file__).parent
ASK_PORTAL = 60.0
"""Seconds between two looks whether the portal answers; asked once at once."""


class Console(App[None]):
    """The console over one office.

    Args:
        sending: whether to see to it that someone sends: where no worker runs, one is started that ends with us.
    """

    CSS_PATH: ClassVar[Any] = [
        STYLES / name for name in ("tones.tcss", "frame.tcss", "typed.tcss", "screens.tcss", "rows.tcss")
    ]
    ENABLE_COMMAND_PALETTE = False
    TITLE = "malote"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(key(way.key, f"go('{way.name}')", way.title, show=False) for way in PLACES),
        key("question_mark,f1", "help", Text("ajuda", "help")),
        key("ctrl+p", "palette", Text("ir para…", "go to…"), show=False),
        key("q", "quit", Text("sair", "quit")),
        key("ctrl+z", "suspend_process", Text("suspender (fg volta)", "suspend (fg comes back)"), show=False),
        key("ctrl+l", "repaint", Text("redesenhar a tela", "draw the screen again"), show=False),
        key("f9", "colors", Text("cores claras ou escuras", "light or dark colours"), show=False),
    ]

    def __init__(self, desk: Desk, *, sending: bool = True):
        theme = themes.chosen()
        plain = terminal.without_color()  # Textual takes NO_COLOR out of the environment, and greys instead
        super().__init__(ansi_color=theme.ansi or None)
        self._plain = themes.Plain() if plain else None
        self.desk = desk
        self.lang = desk.lang
        self.overview = views.overview(desk.ctx)
        self.reachable: bool | None = None
        self._screens: dict[str, Place[Any]] = {}
        self._history: list[str] = []
        self._first_paint = ExitStack()
        self._sender = Sender(desk.ctx) if sending else None
        self._watcher = Watcher(desk.ctx, self._report, self._sender.tend if self._sender else None)
        for one in themes.THEMES:
            self.register_theme(one)
        self.theme = theme.name
        self.set_class(theme.ansi, "-sixteen")
        if terminal.over_ssh():
            self.animation_level = "none"

    # --- beginning and end

    def get_default_screen(self) -> Screen[None]:
        since = self.overview.integration.since
        first = self.place("panel" if since is not None else "activation")  # a new office begins with its activation
        first.preload()
        return first

    def on_load(self) -> None:
        self._first_paint.enter_context(self.batch_update())

    def on_ready(self) -> None:
        self.call_later(self.call_later, self._first_paint.close)
        gc.freeze()  # what is imported by now stays
        gc.enable()

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit)
        self.app_resume_signal.subscribe(self, self._came_back)
        self._watcher.start()
        self.set_interval(ASK_PORTAL, self.ask_portal)
        self.ask_portal()

    def on_unmount(self) -> None:
        self._watcher.stop()
        if self._sender is not None:
            self._sender.stop()

    # --- places

    @property
    def here(self) -> str:
        """The place where one is."""
        top = next(one for one in reversed(self.screen_stack) if isinstance(one, Place))
        return next(name for name, place in self._screens.items() if place is top)

    def place(self, name: str) -> Place[Any]:
        """A place's screen, made when it is first wanted and kept."""
        if name not in self._screens:
            self._screens[name] = make(name, self.desk)
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

    async def action_go(self, name: str) -> None:
        await self.go(name)

    async def action_back(self) -> None:
        if self._history:
            await self._leave_dialogs()
            await self._switch(self._history.pop())

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

    # --- the office, as it changes

    def _report(self, changed: Changed) -> None:
        self.post_message(changed)

    def on_changed(self, changed: Changed) -> None:
        paused = self.overview.pause is not None
        self.overview = changed.overview
        if paused and changed.overview.pause is None:
            self.reachable = True
        for place in self._screens.values():
            place.changed(changed)
            if place.is_current:
                self.tell_header(place)

    def ask_portal(self) -> None:
        """Find out, in a thread, whether the portal answers."""

        async def ask() -> None:
            try:
                self.reachable = await in_thread(partial(health.reachable, self.desk.ctx))
            except Exception as error:
                self.reachable = False
                self.notify_problem(error)
            self.tell_header(self.place(self.here))

        start(self, ask, "portal", alone=True)

    def notify_problem(self, error: Exception) -> None:
        """Say on the present place what went wrong outside of it."""
        self.place(self.here).notice("✗ " + self.desk.problem(error), "error")

    def tell_header(self, place: Place[Any]) -> None:
        """Say in a place's header how things are."""
        here = next((name for name, one in self._screens.items() if one is place), "")
        header = place.query(Header)
        if header and header.first().size.width:
            header.first().tell(
                self.desk.ctx.name,
                self.desk.who,
                self.overview,
                self.reachable,
                [(way.key, way.title.text(self.lang), way.name == here) for way in PLACES],
                self.lang,
            )

    # --- the terminal

    def get_line_filters(self) -> list[LineFilter]:
        return [self._plain] if self._plain else list(super().get_line_filters())

    def _came_back(self, _: App[None]) -> None:
        self.action_repaint()

    def action_repaint(self) -> None:
        self.refresh(layout=True)
        self.screen.refresh(layout=True)

    def action_colors(self) -> None:
        if not self.native_ansi_color:
            self.theme = themes.LIGHT.name if self.theme == themes.DARK.name else themes.DARK.name

    def action_help_quit(self) -> None:
        self.exit()
