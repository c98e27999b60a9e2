"""What is always in sight: above, the office and how its integration is; below, the keys that work here and now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.events import Resize
from textual.screen import Screen
from textual.timer import Timer

from core.domain.text import Text
from core.office.views import Overview
from tui.keys import Entry, entries
from tui.widgets.lines import Line, Lines, Part, line, spread, width_of, wrapped

STATUS = Text("Status Integração: ", "Integration status: ")
ACTIVE = Text("● ativa", "● active")
INACTIVE = Text("○ inativa", "○ inactive")
AWAY = Text("✗ portal fora do ar", "✗ portal unavailable")
REFUSES = Text("✗ portal recusa", "✗ portal refuses")
INACTIVE_FAILURES = Text("○ inativa, falhas: {count}", "○ inactive, failures: {count}")
ONE_FAILURE = Text("✗ 1 falha", "✗ 1 failure")
FAILURES = Text("✗ {count} falhas", "✗ {count} failures")
PORTAL = {
    None: Text("Portal …", "Portal …"),
    True: Text("Portal ●", "Portal ●"),
    False: Text("Portal ✗", "Portal ✗"),
}
MORE = "+{count}"
NOTICED = 2
"""Lines that a notice takes at most."""


def status_of(overview: Overview) -> tuple[Text, str]:
    """How the integration is, and in which tone that is said."""
    if overview.pause is not None:
        return (AWAY if overview.pause.code == "portal_unreachable" else REFUSES), "error"
    failed = overview.deliveries["failed"]
    if not overview.integration.active:
        return (INACTIVE_FAILURES if failed else INACTIVE), "warning"
    if failed:
        return (ONE_FAILURE if failed == 1 else FAILURES), "error"
    return ACTIVE, "good"


class Header(Lines):
    """Office, who one is, portal and integration; under it where the number keys lead."""

    base = "bar"

    def tell(
        self,
        office: str,
        who: str,
        overview: Overview,
        reachable: bool | None,
        places: Sequence[tuple[str, str, bool]],
        lang: str,
    ) -> None:
        """Say how things are.

        Args:
            places: key, name, and whether one is there.
        """
        state, tone = status_of(overview)
        told = state.say(lang, count=overview.deliveries["failed"])
        if overview.pause is not None:
            reachable = False
        left: list[Part] = [(" malote", "bar-accent"), (f"  {office} · {who} ", "bar")]
        portal, status = f"{PORTAL[reachable].text(lang)}  ", STATUS.text(lang)
        if sum(width_of(text) for text in (*(text for text, _ in left), portal, status, told, " ")) > self.size.width:
            status = ""  # who one is, is worth more
        right: list[Part] = [(portal + status, "bar"), (told, f"bar-{tone}"), (" ", "bar")]
        self.update([spread(left, right, self.size.width), tuple(_tabs(places, self.size.width))])


def _tabs(places: Sequence[tuple[str, str, bool]], width: int) -> Iterator[Part]:
    """Where the number keys lead: each key, where one is by name, and as many other names as there is room for."""
    room = width - sum(width_of(f" {key} ") + here * width_of(f"{name} ") for key, name, here in places)
    for key, name, here in places:
        if not here:
            room -= width_of(f"{name} ")
        named = here or room >= 0
        yield (f" {key} {name} " if named else f" {key} ", "bar-accent" if here else "bar")


class Title(Lines):
    """What a dialog is about, where the header of a place would be."""

    base = "bar"

    def __init__(self, title: str = ""):
        super().__init__([line((f" {title}", "bar-accent"))])


class Footer(Lines):
    """The keys that work here: whole entries, Enter first, `?` always, `+5` for the rest."""

    base = "bar"
    _soon = False

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self.call_after_refresh(self.tell)

    def on_resize(self, _: Resize) -> None:
        self.tell()

    def _changed(self, screen: Screen[object]) -> None:
        if screen is self.screen and screen.is_current and not self._soon:
            self._soon = True  # a key that moves the focus and the list changes them several times
            self.call_later(self.tell)

    def tell(self) -> None:
        """Say them."""
        self._soon = False
        lang: str = self.app.lang  # type: ignore[attr-defined]
        self.update([fitting(entries(self.screen, lang), self.size.width)])


def fitting(found: Sequence[Entry], width: int) -> Line:
    """As many whole entries as there is room for; help stands last, and is always there."""
    last = [one for one in found if one.active.binding.action in ("help", "app.help")]
    others = [one for one in found if one not in last]
    room = width - sum(_room(one) for one in last) - 1
    parts: list[Part] = [(" ", "bar")]
    count = 0
    for position, one in enumerate(others):
        left = len(others) - position - 1
        if room < _room(one) + (len(MORE.format(count=left)) + 2 if left else 0):
            break
        room -= _room(one)
        parts += _parts(one)
        count += 1
    if count < len(others):
        parts.append((MORE.format(count=len(others) - count) + "  ", "bar"))
    for one in last:
        parts += _parts(one)
    return tuple(parts)


def _parts(one: Entry) -> list[Part]:
    return [(one.key, "bar-accent"), (f" {one.text}  ", "bar")]


def _room(one: Entry) -> int:
    return width_of(one.key) + width_of(one.text) + 3


class Notice(Lines):
    """A line above the footer, or two: what came of the last thing that one did."""

    _timer: Timer | None = None
    _failure = False

    def say(self, text: str, tone: str = "") -> None:
        """Show a sentence for a while."""
        self._failure = tone == "error"
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        width = self.size.width or self.app.size.width
        self._show(wrapped(text, width, tone, most=NOTICED) if text else [()])
        if text:
            self._timer = self.set_timer(max(8, len(text) / 10), self._clear)

    def forget(self, *, failures: bool) -> None:
        """Show no more what has become stale.

        Args:
            failures: also what went wrong.
        """
        if self.text and (failures or not self._failure):
            self.say("")

    def _clear(self) -> None:
        self._show([()])

    def _show(self, lines: list[Line]) -> None:
        self.styles.height = len(lines)
        self.screen.set_class(len(lines) > 1, "-at-length")  # what stands right above makes room
        self.update(lines)
