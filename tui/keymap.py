"""The keys that the configuration changes by name: what there is to change, and what of it cannot be understood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NamedTuple

from textual.binding import Binding
from textual.keys import REPLACED_KEYS, Keys, key_to_character

import tui.screens
from core.domain.text import Sentence, Text, fold
from tui.keys import SHOWN, Keyed, bindings_of, meaning, shown

UNKNOWN = Text("não há tecla de nome {name}{hint}.", "no key has the name {name}{hint}.")
PERHAPS = Text(" (seria {name}?)", " (did you mean {name}?)")
NO_HINT = Text("", "")
NOT_TEXT = Text('{name} precisa de uma tecla entre aspas, como em "b".', '{name} needs a key in quotes, as in "b".')
NO_KEY = Text("{name}: não conheço a tecla {key}.", "{name}: there is no key {key}.")
CLASH = Text(
    "{name}: a tecla {key} já é de {other} ({meaning}).", "{name}: the key {key} is {other}'s already ({meaning})."
)
_NAMED = {*(one.value for one in Keys), *(f"f{number}" for number in range(1, 25))}


class Named(NamedTuple):
    """A key that can be changed: its name, what it is by default, and what it does."""

    name: str
    keys: str
    meaning: Text


def named() -> dict[str, Named]:
    """Every key that can be changed, by its name."""
    return {
        str(one.id): Named(str(one.id), one.key, Text(meaning(one, "pt"), meaning(one, "en")))
        for kind in reversed(_kinds())
        for one in bindings_of(kind)
    }


def understand(given: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Sentence]]:
    """Read the changed keys.

    Args:
        given: by name, as the configuration has them.

    Returns:
        Textual's keymap of those that do, and by name why the others do not; these keep what they are by default.
    """
    known = named()
    keymap: dict[str, str] = {}
    wrong: dict[str, Sentence] = {}
    for name, value in given.items():
        if name not in known:
            close = get_close_matches(name, known, 1)
            hint = Text(*(one.format(name=close[0]) for one in PERHAPS)) if close else NO_HINT
            wrong[name] = Sentence(UNKNOWN, {"name": name, "hint": hint})
        elif not isinstance(value, str) or not value.strip():
            wrong[name] = Sentence(NOT_TEXT, {"name": name})
        else:
            keys = [parse_key(one) for one in value.split(",")]
            if None in keys:
                wrong[name] = Sentence(NO_KEY, {"name": name, "key": value.split(",")[keys.index(None)].strip()})
            else:
                keymap[name] = ",".join(str(one) for one in keys)
    for name in list(keymap):
        if (why := clash(name, keymap)) is not None:
            wrong[name] = why
            del keymap[name]
    return keymap, wrong


def parse_key(text: str) -> str | None:
    """A key as people write it, in Textual's name: `b`, `B`, `Ctrl-S`, `F6`, `?`, `espaço`; None for none."""
    text = text.strip() or text[:1]
    if len(text) == 1:
        return text if text.isprintable() else None
    folded = fold(text).replace("ctrl-", "ctrl+").replace("shift-", "shift+")
    by_name = {fold(shown): name for name, texts in SHOWN.items() for shown in texts}
    name = by_name.get(folded, folded)
    sign = _sign(name)
    return name if name in _NAMED or (len(sign) == 1 and sign.isascii()) else None


def clash(name: str, keymap: Mapping[str, str]) -> Sentence | None:
    """Why a changed key cannot be: wherever it works, another one is the same."""
    mine = _signs(keymap[name])
    for bindings in _together():
        if all(one.id != name for one in bindings):
            continue
        for one in bindings:
            if one.id != name and (same := mine & _signs(keymap.get(str(one.id), one.key))):
                what = Text(meaning(one, "pt"), meaning(one, "en"))
                key = shown(min(same), "pt")
                return Sentence(CLASH, {"name": name, "key": key, "other": one.id, "meaning": what})
    return None


def _signs(keys: str) -> set[str]:
    """Keys so that different spellings are the same: `?` and `question_mark`."""
    return {_sign(one.strip()) for one in keys.split(",")}


def _sign(name: str) -> str:
    return key_to_character(REPLACED_KEYS.get(name, name)) or name


def _together() -> Iterator[Sequence[Binding]]:
    """The keys that work at the same time: a screen's, its list's and the console's; and those of a line of text."""
    from tui.app import Console
    from tui.screens.still import Still
    from tui.widgets.rows import Rows
    from tui.widgets.typed import Typed

    yield list(bindings_of(Typed))
    for kind in _kinds():
        if issubclass(kind, Still):
            yield [*bindings_of(kind), *bindings_of(Rows), *bindings_of(Console)]


def _kinds() -> list[type]:
    """All that has keys."""
    for module in iter_modules(tui.screens.__path__, "tui.screens."):
        import_module(module.name)
    import_module("tui.app")
    return list(dict.fromkeys(_below(Keyed)))


def _below(kind: type) -> Iterable[type]:
    found: list[type] = kind.__subclasses__()
    for one in found:
        yield one
        yield from _below(one)
