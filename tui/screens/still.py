"""A screen that draws no more than it must: Textual's own paints everything again when the focus moves."""

from __future__ import annotations

from asyncio import TimerHandle, get_running_loop
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from textual.binding import BindingsMap
from textual.dom import DOMNode
from textual.events import Key, ScreenResume
from textual.geometry import Size
from textual.reactive import Reactive
from textual.screen import UPDATE_PERIOD, Screen
from textual.timer import Timer
from textual.widget import Widget

from core.domain.text import Text
from tui.desk import Desk
from tui.keys import ADMINS_ONLY, NOTHING_HERE, Keyed, why_not
from tui.painter import Painter
from tui.quick import Quick
from tui.widgets.lines import TONES
from tui.widgets.rows import Rows

A = TypeVar("A")


Chain = list[tuple[DOMNode, BindingsMap]]


class Painting:
    """When a screen paints: at once, but no more often than Textual; whose timer is a task, woken in vain each time."""

    def __init__(self, screen: Still[Any]):
        self._screen = screen
        self._handle: TimerHandle | None = None
        self._last = 0.0

    def resume(self) -> None:
        """Paint as soon as may be."""
        if self._handle is None:
            loop = get_running_loop()
            self._handle = loop.call_at(max(self._last + UPDATE_PERIOD, loop.time()), self._paint)

    def pause(self) -> None:
        """Let it be: it has been done."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _paint(self) -> None:
        self._handle, self._last = None, get_running_loop().time()
        screen = self._screen
        if getattr(screen.app._driver, "behind", False):
            self.resume()
        elif not screen.app._exit:
            try:
                with screen._context():
                    screen._on_timer_update()
            except Exception as error:
                screen.app._handle_exception(error)


class Still(Keyed, Quick, Screen[A]):
    """The base of all screens here; the tones are its, to be worked out once a screen and not once a widget."""

    COMPONENT_CLASSES = {f"tone--{tone}" for tone in TONES}  # noqa: RUF012 - Textual declares it so
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    FOR_ADMINS: ClassVar[frozenset[str]] = frozenset()
    """Actions that only admins may do."""
    ON_ONE: ClassVar[frozenset[str]] = frozenset()
    """Actions on what the list's cursor stands on."""
    desk: Desk
    _resumed = False

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self._compositor = Painter(lambda: self.app.frame)  # type: ignore[attr-defined] # the console's
        self._painting = Painting(self)
        self._chain: tuple[tuple[object, ...], Chain] = ((), [])

    @cached_property
    def _lists(self) -> list[Rows]:
        return list(self.query(Rows))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        if action in self.FOR_ADMINS and not self.desk.actor.admin:
            return ADMINS_ONLY
        if action in self.ON_ONE and self.is_mounted and not any(len(rows.source) for rows in self._lists):
            return NOTHING_HERE
        return None

    def _on_screen_resume(self, event: ScreenResume) -> None:
        """What has just been put together has its styles: Textual would work all of them out again, 5 ms."""
        if not self._resumed:
            event.refresh_styles = False
            self._resumed = True

    def on_key(self, event: Key) -> None:
        """A key that does nothing now says why."""
        if (why := why_not(self, event.key)) is not None:
            event.stop()
            self.refuse(why)

    def refuse(self, why: Text) -> None:
        """Say why something is not done."""

    @property
    def _update_timer(self) -> Timer:
        return self._painting  # type: ignore[return-value] # as far as Textual uses it

    @property
    def _binding_chain(self) -> Chain:
        """Textual copies all bindings of all that could act, several times a key."""
        of = (self.focused, self.focused is not None and self.focused.loading, self.app._keymap)
        if self._chain[0] != of:
            self._chain = of, super()._binding_chain
        return self._chain[1]

    def _clear_tooltip(self) -> None:
        """There is none: Textual looks for it at each key, and says to nobody in a long sentence that there is none."""

    def _screen_resized(self, size: Size) -> None:
        """Two sizes in a row would take turns for ever in Textual: each layout tells the screen its size once more."""
        super()._screen_resized(self.app.size)

    def _compositor_refresh(self) -> None:
        """Textual paints a new layout at once, even inside `batch_update` and where all is to be painted anyway.

        And it takes the screen below for seen even where the top one covers it, and paints all at its every change.
        """
        covered = self.app.screen is not self and self.app.screen.styles.background.a == 1
        if not (self.app._batch_count or self._repaint_required or covered):
            super()._compositor_refresh()
