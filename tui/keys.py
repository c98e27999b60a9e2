"""Keys with what they do in the user's language, the names by which the configuration changes them, and why not now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

from textual.actions import parse
from textual.binding import ActiveBinding, Binding
from textual.keys import REPLACED_KEYS, key_to_character
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
    "delete": Text("Del", "Del"),
    "insert": Text("Ins", "Ins"),
    "down": Text("↓", "↓"),
    "up": Text("↑", "↑"),
    "left": Text("←", "←"),
    "right": Text("→", "→"),
    "pagedown": Text("PgDn", "PgDn"),
    "pageup": Text("PgUp", "PgUp"),
}
TEXTUAL = {
    "Move cursor left": Text("cursor à esquerda", "cursor left"),
    "Move cursor left and select": Text("selecionar à esquerda", "select to the left"),
    "Move cursor left a word": Text("uma palavra à esquerda", "a word to the left"),
    "Move cursor left a word and select": Text("selecionar a palavra à esquerda", "select a word to the left"),
    "Move cursor right or accept the completion suggestion": Text("cursor à direita", "cursor right"),
    "Move cursor right and select": Text("selecionar à direita", "select to the right"),
    "Move cursor right a word": Text("uma palavra à direita", "a word to the right"),
    "Move cursor right a word and select": Text("selecionar a palavra à direita", "select a word to the right"),
    "Delete character left": Text("apagar à esquerda", "delete to the left"),
    "Delete character right": Text("apagar à direita", "delete to the right"),
    "Delete left to start of word": Text("apagar a palavra à esquerda", "delete the word to the left"),
    "Delete right to start of word": Text("apagar a palavra à direita", "delete the word to the right"),
    "Delete all to the left": Text("apagar tudo à esquerda", "delete all to the left"),
    "Delete all to the right": Text("apagar tudo à direita", "delete all to the right"),
    "Select all": Text("selecionar tudo", "select all"),
    "Select line start": Text("selecionar até o início", "select to the start"),
    "Select line end": Text("selecionar até o fim", "select to the end"),
    "Go to start": Text("ir ao início", "go to the start"),
    "Go to end": Text("ir ao fim", "go to the end"),
    "Cut selected text": Text("recortar o selecionado", "cut what is selected"),
    "Copy selected text": Text("copiar o selecionado", "copy what is selected"),
    "Paste text from the clipboard": Text("colar", "paste"),
    "Focus Next": Text("próximo campo", "next field"),
    "Focus Previous": Text("campo anterior", "previous field"),
    "Quit": Text("sair", "quit"),
}
"""Textual's own keys, by its own descriptions."""
_MEANINGS: dict[str, Text] = {}
_KEYS: dict[str, str] = {}
"""By name, the keys as they are by default."""

ADMINS_ONLY = Text("só administradores", "admins only")
NOTHING_HERE = Text("nada nesta lista", "nothing in this list")


class Entry(NamedTuple):
    """A key of the present screen: as it is shown, what it does, the binding behind, and why it does nothing now."""

    key: str
    text: str
    active: ActiveBinding
    why_not: str = ""


def key(keys: str, action: str, meaning: Text, *, show: bool = True, priority: bool = False, name: str = "") -> Binding:
    """A binding whose meaning can be said in both languages.

    Args:
        keys: one or more, comma-separated; the first is the one that is shown.
        show: whether the footer shows it; the help always does.
        name: by which the configuration changes it; without one it is made of its class's module and the action.
    """
    _MEANINGS[meaning.pt] = meaning
    return Binding(keys, action, meaning.pt, show=show, priority=priority, id=name or None)


ANYWHERE = (
    key("question_mark,f1", "app.help", Text("ajuda", "help")),
    key("f8", "app.mouse", Text("ligar ou desligar o mouse", "mouse on or off"), show=False),
    key("f9", "app.colors", Text("cores claras ou escuras", "light or dark colours"), show=False),
)
"""The console's keys that a dialog has too: nothing below one is asked for a key."""


class Keyed:
    """What has keys: each gets a name, and an action that cannot be done now says why."""

    BINDINGS: ClassVar[Any]

    def __init_subclass__(cls, **options: Any) -> None:
        if "BINDINGS" in vars(cls):
            cls.BINDINGS = [_named(one, cls.__module__.rpartition(".")[2]) for one in cls.BINDINGS]
            _KEYS.update({one.id: one.key for one in cls.BINDINGS if isinstance(one, Binding) and one.id})
        super().__init_subclass__(**options)

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        """Why an action cannot be done now; None where it can."""
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if self.why_not(action, parameters) is not None else True


class InForce:
    """The keys in force, as texts name them: `{keys[log.filters]}`.

    Args:
        changed: those that the configuration changes, by name.
    """

    def __init__(self, lang: str, changed: Mapping[str, str] | None = None):
        self._lang = lang
        self.changed = changed or {}

    def __getitem__(self, name: str) -> str:
        if name not in _KEYS:  # of a screen where nobody has been yet
            import_module(f"tui.screens.{name.partition('.')[0]}")
        keys = self.changed.get(name, _KEYS[name]).split(",")
        yes = self._lang == "en" and keys == ["s", "y"]
        return shown(keys[yes].strip(), self._lang)


def _named(binding: Any, scope: str) -> Any:
    """A key with its name: `templates.sort`, `app.help`."""
    if not isinstance(binding, Binding) or binding.id is not None:
        return binding
    action = binding.action.removeprefix("app.").replace("(1)", "_next").replace("(-1)", "_previous")
    action = re.sub(r"\W+", "_", action).strip("_")
    return replace(binding, id=f"{'app' if binding.action.startswith('app.') else scope}.{action}")


def bindings_of(kind: type) -> Iterable[Binding]:
    """The named keys that a class declares, its own first, then its bases'."""
    for one in kind.__mro__:
        if issubclass(one, Keyed):
            yield from (binding for binding in vars(one).get("BINDINGS", ()) if binding.id is not None)


def name_of(kind: type, action: str) -> str:
    """The name of a class's key for an action."""
    return next(str(one.id) for one in bindings_of(kind) if one.action == action)


def meaning(binding: Binding, lang: str) -> str:
    """What a key does."""
    found = _MEANINGS.get(binding.description) or TEXTUAL.get(binding.description)
    return "" if found is None else found.text(lang)


def entries(screen: Screen[Any], lang: str, *, hidden: bool = False) -> list[Entry]:
    """The keys that work on a screen now, its own first, one an action.

    Args:
        hidden: also those that the footer leaves out: less common ones, and those that do nothing now, with the reason.
    """
    found: dict[str, Entry] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        told = meaning(binding, lang)
        if not told or binding.action in found or not (hidden or binding.show):
            continue
        if binding.action == "open":
            enter: Text | None = getattr(screen, "ENTER", Text(told, told))
            if enter is None:
                continue
            told = enter.text(lang)
        why = _why_not(screen, active)
        first = binding.action == "open" and why is not NOTHING_HERE  # Enter, where there is anything
        if hidden or first or (active.enabled and why is None):
            reason = why.say(lang, keys=screen.desk.keys) if why else ""  # type: ignore[attr-defined]
            found[binding.action] = Entry(shown(binding.key, lang), told, active, reason)
    order = _own_first(screen)
    return sorted(found.values(), key=lambda one: order.get(one.active.binding.action, len(order)))


def _why_not(screen: Screen[Any], active: ActiveBinding) -> Text | None:
    """Why a key does nothing now; of Enter in a list, the screen knows too."""
    namespace, action, parameters = parse(active.binding.action)
    nodes = [screen.app if namespace == "app" else active.node, *([screen] if action == "open" else [])]
    reasons = (one.why_not(action, parameters) for one in nodes if isinstance(one, Keyed))
    return next((one for one in reasons if one is not None), None)


def why_not(screen: Screen[Any], name: str) -> Text | None:
    """Why a key that someone pressed does nothing here; None where it is no key of this screen, or works."""
    for node, bindings in screen._modal_binding_chain:  # `active_bindings` asks of every key of the screen
        for binding in bindings.key_to_bindings.get(name, ()):
            works = screen.app._check_action_state(binding.action, node)
            if works is not False:
                return None if works else _why_not(screen, ActiveBinding(node, binding, False, ""))
    return None


def _own_first(screen: Screen[Any]) -> dict[str, int]:
    """Actions in the order in which a screen's own class declares them, then its bases'; Enter before all."""
    declared = [one.action for one in bindings_of(type(screen))]
    return {action: position for position, action in enumerate(dict.fromkeys(["open", "submit", *declared]))}


def shown(name: str, lang: str) -> str:
    """A key as people call it."""
    before, plus, last = name.rpartition("+")
    if plus:
        told = shown(last, lang)
        return f"{'-'.join(one.capitalize() for one in before.split('+'))}-{told.upper() if len(told) == 1 else told}"
    if name in SHOWN:
        return SHOWN[name].text(lang)
    if name.startswith("upper_"):
        return name[-1].upper()
    if name[:1] == "f" and name[1:].isdecimal():
        return name.upper()
    sign = key_to_character(REPLACED_KEYS.get(name, name))
    return sign if sign is not None and sign.isprintable() else name
