"""The console: wires places, keys, the watch over the office and the terminal together; it has no rule of its own."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver
from textual.events import Event, Resize
from textual.filter import LineFilter
from textual.theme import Theme

import styles
from core.domain.text import Sentence, Text
from tui import terminal, themes
from tui.desk import Desk
from tui.keys import ANYWHERE, Keyed, key
from tui.painter import Frame
from tui.places import PLACES
from tui.screens.dialog import Dialog
from tui.screens.place import Place
from tui.sender import Sender
from tui.visiting import Visiting
from tui.watch import Changed, Watcher
from tui.widgets.frame import Header
from tui.widgets.lines import Lines
from tui.work import in_thread, start

STYLES = Path(styles.__file__).parent
AT_LINE = Text("{file}, linha {line}: ", "{file}, line {line}: ")
WRONG_KEYS = Text("Estas teclas da configuração não valem; ficam as de antes:", "These changed keys are not in force:")
MOUSE_ON = Text(
    "Mouse ligado; {keys[app.mouse]} desliga, e o terminal volta a selecionar texto.",
    "Mouse on; {keys[app.mouse]} turns it off.",
)
MOUSE_OFF = Text("Mouse desligado: o terminal seleciona texto.", "Mouse off: the terminal selects text.")
SETTLED = 0.1
"""Seconds after the first painting in which nothing else is begun: it is written, and keys are answered, before."""
ASK_PORTAL = 60.0
"""Seconds between two looks whether the portal answers; asked once at once."""


class Console(Keyed, Visiting):
    """The console over one office.

    Args:
        sending: whether to see to it that someone sends: where no worker runs, one is started that ends with us.
        keeping: as `Visiting` has it.
    """

    CSS_PATH: ClassVar[Any] = [
        STYLES / name
        for name in (
            "tones.tcss",
            "frame.tcss",
            "typed.tcss",
            "screens.tcss",
            "rows.tcss",
            "picker.tcss",
            "log.tcss",
            "records.tcss",
            "express.tcss",
        )
    ]
    ENABLE_COMMAND_PALETTE = False
    TITLE = "malote"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(key(way.key, f"go('{way.name}')", way.title, show=False) for way in PLACES),
        key("ctrl+p", "palette", Text("ir para…", "go to…"), show=False),
        key("q", "quit", Text("sair", "quit")),
        # over dialogs too, and while one types: the terminal is the shell's
        key(
            "ctrl+z",
            "suspend_process",
            Text("suspender (fg volta)", "suspend (fg comes back)"),
            show=False,
            priority=True,
        ),
        key("ctrl+l", "repaint", Text("redesenhar a tela", "draw the screen again"), show=False, priority=True),
        *ANYWHERE,
    ]

    def __init__(self, desk: Desk, *, sending: bool = True, keeping: bool = False):
        theme = themes.chosen()
        plain = terminal.without_color()  # Textual takes NO_COLOR out of the environment, and greys instead
        self.set_reactive(App.theme, theme.name)  # Textual reads all styles under it: set later, all are read again
        super().__init__(desk, keeping=keeping, ansi_color=theme.ansi or None)
        self._disable_tooltips = self._disable_notifications = True  # ours are lines: saves two widgets a screen
        self._plain = themes.Plain() if plain else None
        self.frame = Frame()
        self.reachable: bool | None = None
        self._first_paint = ExitStack()
        self._sender = Sender(desk.ctx) if sending else None
        self._watcher = Watcher(desk.ctx, self._report, self._sender.tend if self._sender else None)
        self.set_class(theme.ansi, "-sixteen")
        self._wrong_keys = self._understand_keys() if desk.ctx.config.keys else []
        if terminal.over_ssh():
            self.animation_level = "none"

    # --- beginning and end

    def on_load(self) -> None:
        self._first_paint.enter_context(self.batch_update())

    def on_ready(self) -> None:
        self.call_later(self.call_later, self._paint)

    def _paint(self) -> None:
        """All has its place: paint it, and begin only then what would take the processor away from that."""
        self._first_paint.close()
        self.screen.call_later(self._paint_at_once)

    def _paint_at_once(self) -> None:
        self.screen._on_timer_update()  # not at the next tick of the clock that paints 60 times a second: 8 ms
        asyncio.get_running_loop().call_later(SETTLED, self.call_later, self._begin)

    def _begin(self) -> None:
        gc.freeze()  # what is imported by now stays
        gc.enable()
        self._watcher.start()
        self.set_interval(ASK_PORTAL, self.ask_portal)
        self.ask_portal()

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._told_to_end)
        self.app_resume_signal.subscribe(self, self._came_back)
        if self._wrong_keys:
            self.call_after_refresh(self._tell_wrong_keys)

    def on_unmount(self) -> None:
        self._watcher.stop()
        if self._sender is not None:
            self._sender.stop()

    # --- keys that the configuration changes

    def _understand_keys(self) -> list[str]:
        """Take the changed keys; what is wrong with the others, a sentence each, with its line."""
        from core.office.config import FILE, position, read_text
        from core.office.settings import flat

        given = dict(flat(self.desk.ctx.config.keys))
        wrong = self.take_keys(given)
        text = read_text(self.desk.ctx.folder)
        where = {name: position(text, ("keys", name))[0] for name in wrong}
        return [self.desk.say(AT_LINE, file=FILE, line=where[name]) + one.say(self.lang) for name, one in wrong.items()]

    def take_keys(self, given: Mapping[str, Any]) -> dict[str, Sentence]:
        """Let the changed keys be in force; what is wrong with the others, by name."""
        from tui.keymap import understand

        keymap, wrong = understand(given)
        self.set_keymap(keymap)
        self.desk.keys.changed = keymap
        for place in self._screens.values():
            place.reload()  # its texts name keys
        return wrong

    def _tell_wrong_keys(self) -> None:
        from tui.screens.told import Told

        self.open(Told(self.desk, self.desk.say(WRONG_KEYS), self._wrong_keys))

    # --- the office, as it changes

    def _report(self, changed: Changed) -> None:
        self.post_message(changed)

    def on_changed(self, changed: Changed) -> None:
        paused = self.overview.pause is not None
        self.overview = changed.overview
        if not {"employee_added", "employee_changed"}.isdisjoint(changed.codes):
            self.desk.renew()
        if paused and changed.overview.pause is None:
            self.reachable = True
        for place in self._screens.values():
            place.changed(changed)
            if place.is_current:
                self.tell_header(place)
        for one in self.screen_stack:
            if isinstance(one, Dialog):
                one.changed(changed)

    def ask_portal(self) -> None:
        """Find out, in a thread, whether the portal answers."""

        async def ask() -> None:
            from core.office import health

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
                [(self.desk.keys[f"app.go_{way.name}"], way.title.text(self.lang), way.name == here) for way in PLACES],
                self.lang,
            )

    # --- the terminal

    def get_driver_class(self) -> type[Driver]:
        return terminal.driver(super().get_driver_class())

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Ours alone, and known from the beginning."""
        return {one.name: one for one in themes.THEMES}

    def get_line_filters(self) -> list[LineFilter]:
        return [self._plain] if self._plain else list(super().get_line_filters())

    def _came_back(self, _: App[None]) -> None:
        self.action_repaint()

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Resize):
            self.frame.forget()
        await super().on_event(event)

    def action_repaint(self) -> None:
        self.frame.forget()
        self.refresh(layout=True)
        self.screen.refresh(layout=True)

    def action_mouse(self) -> None:
        """Over SSH it is off until someone wants it: the terminal's own selection works, and moving costs nothing."""
        on = terminal.toggle_mouse(self._driver)
        self.place(self.here).notice(self.desk.say(MOUSE_ON if on else MOUSE_OFF), "muted")

    def action_colors(self) -> None:
        self.theme = themes.OTHER[self.theme]
        self.call_next(self._retone)

    def _retone(self) -> None:
        """Tones are taken anew also where a widget's own colours are the same in both themes."""
        for screen in {*self._screens.values(), *self.screen_stack}:
            for lines in screen.query(Lines):
                lines.notify_style_update()
                lines.refresh()

    def action_help_quit(self) -> None:
        self.exit()
