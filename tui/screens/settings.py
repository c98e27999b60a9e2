"""Configurações: every key of `malote.toml`, and every key of the keyboard; validated while one types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from core.domain.text import InvalidValue, Sentence, Text
from core.office import settings
from core.office.config import FILE
from core.office.settings import Setting, Settings, show_value
from tui.keymap import Named, clash, named, parse_key, understand
from tui.keys import key, shown
from tui.listing import Listing
from tui.screens.ask import Ask
from tui.screens.pick import Option, Pick
from tui.screens.records import Records
from tui.watch import Changed
from tui.widgets.lines import Line, wrapped
from tui.widgets.rows import Column, Row, Rows

HEADS = (Text("Chave", "Key"), Text("Valor", "Value"), Text("Padrão", "Default"))
NEEDED = Text("(obrigatória)", "(needed)")
NOTHING = Text(
    "Sem configuração: veja o erro abaixo; {keys[place.reload]} lê de novo.",
    "No configuration: see below; {keys[place.reload]} reads it.",
)
IN_FILE = Text("{file}: {key}", "{file}: {key}")
SAVED = Text("{key} = {value}: gravado; {when}.", "{key} = {value}: saved; {when}.")
RESET = Text("{key} volta ao padrão; {when}.", "{key} is as by default again; {when}.")
IS_DEFAULT = Text("já é o padrão", "it is as by default")
HAS_NO_DEFAULT = Text("é obrigatória: não tem padrão", "it is needed: it has no default")
KEY_HINT = Text(
    "Uma tecla, ou várias entre vírgulas: b, B, Ctrl-S, F6, ?, espaço.", "One key or more: b, B, Ctrl-S, F6, ?, space."
)
LIST_HINT = Text("Vários, entre vírgulas.", "Several, between commas.")
NO_SUCH_KEY = Text("Não conheço a tecla {key}.", "There is no key {key}.")


@dataclass(frozen=True)
class Item:
    """A setting as it is shown; `wrong` is why what the file says does not count."""

    setting: Setting
    wrong: Sentence | None = None

    @property
    def id(self) -> str:
        return self.setting.id


class SettingsPlace(Records[Item]):
    """The configuration."""

    TITLE_TEXT = Text("Configurações", "Settings")
    ENTER = Text("alterar", "change")
    ONLY = Text("só as alteradas", "only the changed"), "settings.changed"
    DETAIL = 4
    FOR_ADMINS = frozenset({"open", "reset"})
    ON_ONE = frozenset({"open", "reset"})
    BINDINGS: ClassVar = [
        key("f", "changed", Text("só as alteradas", "only the changed")),
        key("d", "reset", Text("voltar ao padrão", "as by default")),
    ]
    _settings: Settings | None = None
    _kept: Text | None = None
    """Why the one under the cursor cannot be reset."""

    def make_listing(self) -> Listing[Item]:
        return Listing((lambda one: f"{one.id} {self.say(one.setting.meaning)}", self._value, self._default), self._row)

    def columns(self) -> Sequence[Column]:
        key, value, default = (self.say(one) for one in HEADS)
        return [Column(key, 28, 2), Column(value, 20, 3), Column(default, 14, 1)]

    def _value(self, one: Item) -> str:
        return self._shown(one.setting, one.setting.now)

    def _default(self, one: Item) -> str:
        default = one.setting.default
        return self.say(NEEDED) if default is None else self._shown(one.setting, default)

    def _shown(self, setting: Setting, value: Any) -> str:
        """A value as people write it, a key as they call it."""
        if setting.section != "keys" or not isinstance(value, str):
            return show_value(value, self.desk.lang)
        known = ((one, parse_key(one)) for one in value.split(","))
        return ", ".join(shown(name, self.desk.lang) if name else one for one, name in known)

    def _row(self, one: Item) -> Row:
        changed = one.setting.value is not None
        tone = "error" if one.wrong else "accent" if changed else ""
        value = ("✗ " if one.wrong else "") + self._value(one)
        return Row(one.id, (one.id, value, self._default(one)), ("", tone, "muted"))

    def why_empty(self) -> Text:
        return NOTHING

    def counts(self) -> list[str]:
        return [self.say(self.ONLY[0])] if self.listing.only is is_changed else []

    def about(self, one: Item) -> list[Line]:
        width, setting = self.size.width, one.setting
        lines = wrapped(self.say(setting.meaning), width, "strong", most=2)
        if one.wrong is not None:
            lines += wrapped("✗ " + one.wrong.say(self.desk.lang), width, "error", most=2)
        key = f"[{setting.section}] {setting.key}"
        return [
            *lines,
            *wrapped(f"{self.say(IN_FILE, file=FILE, key=key)} · {self.say(setting.restart)}", width, "muted"),
        ]

    def read(self) -> list[Item]:
        self._settings = found = settings.read_settings(self.desk.ctx)
        _, wrong = understand(found.keys)
        return [*map(Item, found.every), *(self._key(one, found, wrong) for one in self._names(found))]

    def _names(self, found: Settings) -> Sequence[Named]:
        """The keyboard's keys that there are, and those that only the file knows."""
        known = named()
        lost = [Named(name, "", Text("", "")) for name in found.keys if name not in known]
        return [*lost, *(known[name] for name in sorted(known))]

    def _key(self, one: Named, found: Settings, wrong: dict[str, Sentence]) -> Item:
        setting = settings.key_setting(one.name, one.keys, one.meaning, found.keys.get(one.name))
        return Item(setting, wrong.get(one.name))

    def cares_for(self, changed: Changed) -> bool:
        return "configured" in changed.codes

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        if (why := super().why_not(action, parameters)) is not None or action != "reset" or not self.is_mounted:
            return why
        one = self.current
        if one is None or one.setting.value is None:
            return IS_DEFAULT
        return HAS_NO_DEFAULT if one.setting.default is None else None

    def on_rows_moved(self, _: Rows.Moved) -> None:
        before, self._kept = self._kept, self.why_not("reset", ())
        if self._kept is not before:
            self.refresh_bindings()

    # --- acting

    def change(self, one: Item) -> None:
        """Enter: another value for it."""
        desk, setting = self.desk, one.setting
        about = [self.say(setting.meaning), self.say(setting.restart)]
        if isinstance(setting.now, bool):
            options = [Option(word, word) for word in (show_value(value, desk.lang) for value in (True, False))]
            dialog: Any = Pick(desk, f"{one.id}: {about[0]}", options, show_value(setting.now, desk.lang))
        else:
            hint = KEY_HINT if setting.section == "keys" else LIST_HINT if isinstance(setting.now, tuple) else None
            about += [] if hint is None else [self.say(hint)]
            dialog = Ask(desk, one.id, self._value(one), self._judge(setting), about=about)

        def answered(typed: str | None) -> None:
            if typed is not None:
                self._save(setting, self._understood(setting, typed))

        self.console.open(dialog, answered)

    def _judge(self, setting: Setting) -> Any:
        def judge(typed: str) -> str:
            self._understood(setting, typed)
            return ""

        return judge

    def _understood(self, setting: Setting, typed: str) -> Any:
        if setting.section != "keys":
            return settings.check(self.desk.ctx, setting, typed)
        for one in typed.split(","):
            if parse_key(one) is None:
                raise InvalidValue(NO_SUCH_KEY, key=one.strip())
        keys = {} if self._settings is None else dict(self._settings.keys)
        keymap, _ = understand(keys)
        keymap[setting.key] = ",".join(str(parse_key(one)) for one in typed.split(","))
        if (why := clash(setting.key, keymap)) is not None:
            raise InvalidValue(why.text, **why.params)
        return typed.strip()

    def action_reset(self) -> None:
        if (one := self.current) is not None:
            self._save(one.setting, None)

    def _save(self, setting: Setting, value: Any) -> None:
        if self._settings is None or value == setting.now:
            return
        ctx, actor, seen = self.desk.ctx, self.desk.actor, self._settings.seen

        def done(found: Settings) -> None:
            told, when = show_value(value, self.desk.lang), self.say(setting.restart)
            text = RESET if value is None else SAVED
            self.notice("✓ " + self.say(text, key=setting.id, value=told, when=when), "good")
            self.console.take_keys(found.keys)
            self.reload()

        self.act(lambda: settings.change(ctx, actor, setting, value, seen), done)
        self.reload()  # also where it was refused, for the file was changed by someone else

    def action_changed(self) -> None:
        self.toggle_only(is_changed)


def is_changed(one: Item) -> bool:
    """Whether the file says something about it."""
    return one.setting.value is not None


SCREEN = SettingsPlace
