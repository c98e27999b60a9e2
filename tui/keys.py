"""Keys with what they do in the user's language: a binding carries the Portuguese, from which the English is found."""

from __future__ import annotations

from typing import NamedTuple

from textual.binding import ActiveBinding, Binding
from textual.screen import Screen

from core.domain.text import Text

SHOWN = {
    "enter": Text("Enter", "Enter"),
    "escape": Text("Esc", "Esc"),
    "space": Text("espaço", "space"),
    "tab": Text("Tab", "Tab"),
    "end": Text("End", "End"),
    "home": Text("Home", "Home"),
    "backspace": Text("Backspace", "Backspace"),
    "slash": Text("/", "/"),
    "question_mark": Text("?", "?"),
    "asterisk": Text("*", "*"),
    "plus": Text("+", "+"),
    "minus": Text("-", "-"),
    "down": Text("↓", "↓"),
    "up": Text("↑", "↑"),
    "pagedown": Text("PgDn", "PgDn"),
    "pageup": Text("PgUp", "PgUp"),
}
_MEANINGS: dict[str, Text] = {}


class Entry(NamedTuple):
    """A key that works here: as it is shown, what it does, and the binding behind."""

    key: str
    text: str
    active: ActiveBinding


def key(keys: str, action: str, meaning: Text, *, show: bool = True, priority: bool = False) -> Binding:
    """A binding whose meaning can be said in both languages.

    Args:
        keys: one or more, comma-separated; the first is the one that is shown.
        show: whether the footer shows it; the help always does.
    """
    _MEANINGS[meaning.pt] = meaning
    return Binding(keys, action, meaning.pt, show=show, priority=priority)


def entries(screen: Screen[object], lang: str, *, hidden: bool = False) -> list[Entry]:
    """The keys that work on a screen now, its own first, one an action.

    Args:
        hidden: also those that the footer leaves out.
    """
    found: dict[str, Entry] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        meaning = _MEANINGS.get(binding.description)
        if meaning is None or not active.enabled or binding.action in found:
            continue
        if hidden or binding.show:
            if binding.action == "open":
                meaning = getattr(screen, "ENTER", meaning)
                if meaning is None:
                    continue
            found[binding.action] = Entry(shown(binding.key, lang), meaning.text(lang), active)
    order = _own_first(screen)
    return sorted(found.values(), key=lambda one: order.get(one.active.binding.action, len(order)))


def _own_first(screen: Screen[object]) -> dict[str, int]:
    """Actions in the order in which a screen's own class declares them, then its bases'; Enter before all."""
    declared = [one for kind in type(screen).__mro__ for one in vars(kind).get("BINDINGS", ())]
    actions = dict.fromkeys(["open", "submit", *(one.action for one in declared if isinstance(one, Binding))])
    return {action: position for position, action in enumerate(actions)}


def shown(name: str, lang: str) -> str:
    """A key as people call it."""
    if name in SHOWN:
        return SHOWN[name].text(lang)
    if name.startswith("upper_"):
        return name[-1].upper()
    if name[:1] == "f" and name[1:].isdecimal():
        return name.upper()
    return name.replace("ctrl+", "Ctrl-")
