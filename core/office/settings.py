"""Changing `malote.toml`: one key at a time, its comments kept, nothing half written, nobody's change overwritten."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from core.domain.permissions import Actor
from core.domain.tax_ids import parse_tax_id
from core.domain.text import InvalidValue, Text, fold
from core.office.actors import require_admin
from core.office.config import (
    AT_ONCE,
    FILE,
    Config,
    meaning,
    parse_config,
    position,
    reason,
    restart,
    sections,
    toml,
)
from core.office.context import Context, portal_of
from core.office.errors import Refused
from core.office.queue import event

CHANGED_MEANWHILE = Text(
    "{file} foi alterado por outra pessoa enquanto isso; nada foi gravado.",
    "Someone changed {file} meanwhile; nothing was written.",
)
LOOK_AGAIN = Text("Veja como está agora e repita.", "See how it is now and repeat it.")
YES_NO = Text("escreva sim ou não", "write yes or no")
WHOLE = Text("precisa ser um número inteiro", "it has to be a whole number")
NEEDED = Text("este valor é obrigatório", "this value is needed")
NO_FILE = Text("não há o arquivo {file}", "there is no file {file}")
YES, NO = Text("sim", "yes"), Text("não", "no")
FILES = ("password_file", "ca_file", "certificate", "key")
"""Names of files, in the office's folder unless absolute."""


@dataclass(frozen=True)
class Setting:
    """A key of the configuration.

    `value` is None where the file does not give it; `default` None where it has to be given.
    """

    section: str
    key: str
    meaning: Text
    restart: Text
    value: Any
    default: Any

    @property
    def id(self) -> str:
        return f"{self.section}.{self.key}"

    @property
    def now(self) -> Any:
        return self.default if self.value is None else self.value


@dataclass(frozen=True)
class Settings:
    """The configuration as it was read: `keys` are the names of `[keys]` with what the file gives them."""

    seen: str
    text: str
    every: tuple[Setting, ...]
    keys: Mapping[str, Any]


def read_settings(ctx: Context) -> Settings:
    """Read the configuration as it stands in the file now.

    Raises:
        OfficeUnusable: it is wrong; names file, line and column.
    """
    path = ctx.folder / FILE
    data = path.read_bytes()
    config = parse_config(path, data)
    text = data.decode("utf-8-sig")
    given = tomllib.loads(text)
    every = tuple(
        Setting(
            section=name,
            key=key,
            meaning=meaning(field),
            restart=restart(field),
            value=getattr(getattr(config, name), key) if key in given.get(name, {}) else None,
            default=None if field.is_required() else field.default,
        )
        for name, section in sections().items()
        for key, field in section.model_fields.items()
    )
    return Settings(hashlib.sha256(data).hexdigest(), text, every, dict(flat(config.keys)))


def flat(keys: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The names of `[keys]`, however they are nested: `templates.sort`."""
    for name, value in keys.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def show_value(value: Any, lang: str) -> str:
    """A value as people read and type it."""
    if isinstance(value, bool):
        return (YES if value else NO).text(lang)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def check(ctx: Context, setting: Setting, typed: str) -> Any:
    """Understand what someone typed for a key; cheap enough for every key pressed.

    Raises:
        InvalidValue: it does not do; says why.
    """
    field = _field(setting)
    value = _understood(field, typed.strip())
    if value == "" and setting.default is None:
        raise InvalidValue(NEEDED)
    if (setting.section, setting.key) == ("office", "tax_ids"):
        value = tuple(parse_tax_id(one) for one in value)
    if setting.key in FILES and value and not (ctx.folder / value).is_file():
        raise InvalidValue(NO_FILE, file=value)
    config = ctx.config.model_dump()
    config[setting.section][setting.key] = value
    try:
        checked = Config.model_validate(config)
    except ValidationError as error:
        first = error.errors()[0]
        why = reason(first["type"], [setting.section, setting.key], first.get("ctx"), first["msg"])
        raise InvalidValue(Text(*(one.replace("{", "{{").replace("}", "}}") for one in why))) from None
    if (setting.section, setting.key) == ("portal", "url"):
        portal_of(ctx.folder, checked)  # asks nothing of it, but knows what cannot be one
    return value


def change(ctx: Context, actor: Actor, setting: Setting, value: Any, seen: str) -> Settings:
    """Write one key of the configuration; None takes it out, so that its default counts again.

    Args:
        seen: of the configuration that the change is about.

    Raises:
        Refused: the actor is no admin, or the file was changed meanwhile.
        OSError: it cannot be written; then it is as it was.
    """
    require_admin(ctx, actor)
    path = ctx.folder / FILE
    with ctx.store.transaction():  # one at a time, and with the event that tells of it
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != seen:
            raise Refused(CHANGED_MEANWHILE, LOOK_AGAIN, file=FILE)
        text = data.decode("utf-8-sig")
        changed = _without(text, setting) if value is None else _with(text, setting, value)
        parse_config(path, changed.encode())  # nothing is written that could not be read again
        mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
        _replace(path, mark + changed.encode())
        told = toml(setting.default if value is None else value)
        ctx.store.append([event(ctx, actor, "configured", params={"key": setting.id, "value": told})])
    return read_settings(ctx)


def key_setting(name: str, default: str, meaning: Text, value: Any) -> Setting:
    """A key of the console as a setting: `[keys]`, by its name."""
    return Setting("keys", name, meaning, AT_ONCE, value, default)


def _field(setting: Setting) -> FieldInfo:
    return sections()[setting.section].model_fields[setting.key]


def _understood(field: FieldInfo, typed: str) -> Any:
    kind = field.annotation
    if kind is bool:
        for answer, words in ((True, (*YES, "true", "s", "y")), (False, (*NO, "false", "n"))):
            if fold(typed) in {fold(one) for one in words}:
                return answer
        raise InvalidValue(YES_NO)
    if kind in (int, float):
        try:
            return kind(typed) if kind is int else float(typed.replace(",", "."))
        except ValueError:
            raise InvalidValue(WHOLE) from None
    if get_origin(kind) is tuple:
        return tuple(one.strip() for one in re.split("[,;]", typed) if one.strip())
    return typed


def _with(text: str, setting: Setting, value: Any) -> str:
    """The file with a key set; where it stands as a comment, it is set there, under its description."""
    import tomlkit  # noqa: PLC0415 - only who changes the configuration needs it

    line = _commented(text, setting)
    if line is not None and _line_of(text, setting) is None:
        lines = text.splitlines(keepends=True)
        ending = lines[line][len(lines[line].rstrip("\r\n")) :]
        lines[line] = f"{setting.key} = {toml(value)}{ending}"
        return "".join(lines)
    document = tomlkit.parse(text)
    if setting.section not in document:
        document[setting.section] = tomlkit.table()
    table: Any = document[setting.section]
    *nested, last = _path(table, setting.key)
    for name in nested:
        table = table[name]
    table[last] = list(value) if isinstance(value, tuple) else value
    return tomlkit.dumps(document)


def _without(text: str, setting: Setting) -> str:
    """The file with a key as a comment that shows its default, or without it where it has none to show."""
    import tomlkit  # noqa: PLC0415

    if setting.section != "keys":
        text = _with(text, setting, setting.default)
        line = _line_of(text, setting)
        if line is not None:
            lines = text.splitlines(keepends=True)
            lines[line] = "# " + lines[line].lstrip()
            return "".join(lines)
    document = tomlkit.parse(text)
    table: Any = document[setting.section]
    *nested, last = _path(table, setting.key)
    for name in nested:
        table = table[name]
    table.remove(last)
    return tomlkit.dumps(document)


def _path(table: Any, name: str) -> list[str]:
    """Where a dotted name stands in a table: whole, or nested as deep as it is there already."""
    if name in table:
        return [name]
    first, dot, rest = name.partition(".")
    if dot and isinstance(table.get(first), Mapping):
        return [first, *_path(table[first], rest)]
    return [name]


def _line_of(text: str, setting: Setting) -> int | None:
    """The line, from 0, on which a key is set."""
    given = tomllib.loads(text).get(setting.section, {})
    return position(text, (setting.section, setting.key))[0] - 1 if setting.key in given else None


def _commented(text: str, setting: Setting) -> int | None:
    """The line, from 0, on which a key stands as a comment in its section."""
    section = ""
    for number, line in enumerate(text.splitlines()):
        if heading := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            section = heading[1]
        elif section == setting.section and re.match(rf"\s*#\s*{re.escape(setting.key)}\s*=", line):
            return number
    return None


def _replace(path: Path, data: bytes) -> None:
    """Put new bytes in a file's place, durably and at once, with its mode and its group."""
    before = path.stat()
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with scratch.open("xb") as file:
            os.fchmod(file.fileno(), before.st_mode & 0o7777)
            if os.fstat(file.fileno()).st_gid != before.st_gid:
                os.fchown(file.fileno(), -1, before.st_gid)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
