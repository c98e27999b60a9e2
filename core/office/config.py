"""`malote.toml`: every key of the configuration, in one place; it holds no secret."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.domain.text import Sentence, Text
from core.office.errors import OfficeUnusable

FILE = "malote.toml"

WHERE = Text("{file}, linha {line}, coluna {column}: ", "{file}, line {line}, column {column}: ")
SYNTAX = Text("não é TOML válido ({reason}).", "is no valid TOML ({reason}).")
NOT_UTF8 = Text("o arquivo não está em UTF-8.", "the file is not in UTF-8.")
UNKNOWN_KEY = Text("a chave {key} não existe.", "there is no key {key}.")
LACKING = Text("falta {key}.", "{key} is missing.")
WRONG = Text("o valor de {key} não serve ({reason}).", "the value of {key} does not do ({reason}).")
MEND = Text("Corrija o arquivo e tente de novo.", "Mend the file and try again.")


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OfficeSection(Section):
    name: str = Field("", description="nome do escritório, como aparece nas telas")
    tax_ids: tuple[str, ...] = Field((), description="CNPJs do próprio escritório (nunca identificam um cliente)")


class PortalSection(Section):
    url: str = Field(description="dir:///pasta ou webdav+https://usuario@servidor/pasta")
    password_file: str = Field("", description="arquivo (0600) com a senha; antes dele vale MALOTE_PORTAL_PASSWORD")
    exclusive: bool = Field(False, description="fecha com LOCK a janela ao criar (WebDAV)")
    insecure: bool = Field(False, description="aceita webdav+http:// fora deste computador, sem criptografia")
    ca_file: str = Field("", description="certificado de uma autoridade própria, para webdav+https://")
    certificate: str = Field("", description="nosso certificado, se o portal pede um, e a chave dele em key")
    key: str = Field("", description="a chave do nosso certificado")
    file_mode: str = Field("0644", pattern=r"^0?[2367][0-7]{2}$", description="modo dos arquivos publicados numa pasta")
    folder_mode: str = Field("0755", pattern=r"^[0-7]?7[0-7]{2}$", description="modo das pastas criadas")


class SendingSection(Section):
    concurrency: int = Field(8, ge=1, le=64, description="envios ao mesmo tempo")
    retention_days: int = Field(90, ge=0, description="dias que os arquivos enviados ficam guardados no escritório")


class Config(Section):
    """The whole file."""

    office: OfficeSection = OfficeSection()
    portal: PortalSection
    sending: SendingSection = SendingSection()


def read_config(folder: Path) -> Config:
    """Read an office's configuration.

    Raises:
        OfficeUnusable: it cannot be read; names file, line and column.
    """
    path = folder / FILE
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")  # Windows' editors put a mark before it
        return Config.model_validate(tomllib.loads(text))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise _unusable(path, (line, column), Sentence(NOT_UTF8)) from None
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = map(int, where.groups()) if where else (text.count("\n") + 1, 1)
        reason = re.sub(r" \(at .*\)$", "", str(error))
        raise _unusable(path, (line, column), Sentence(SYNTAX, {"reason": reason})) from None
    except ValidationError as error:
        first = error.errors()[0]
        why = {"extra_forbidden": UNKNOWN_KEY, "missing": LACKING}.get(first["type"], WRONG)
        told = Sentence(why, {"key": ".".join(map(str, first["loc"])), "reason": first["msg"]})
        raise _unusable(path, _position(text, first["loc"]), told) from None


def wrong_value(folder: Path, key: tuple[str, ...], why: Sentence) -> OfficeUnusable:
    """What to raise for a value that turned out wrong only in use."""
    path = folder / FILE
    return _unusable(path, _position(path.read_text(encoding="utf-8-sig"), key), why)


def _unusable(path: Path, where: tuple[int, int], why: Sentence) -> OfficeUnusable:
    text = Text(WHERE.pt + why.text.pt, WHERE.en + why.text.en)
    return OfficeUnusable(text, MEND, file=path, line=where[0], column=where[1], **why.params)


def _position(text: str, key: tuple[int | str, ...]) -> tuple[int, int]:
    """Where a key stands in the file, as well as lines can tell."""
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if heading := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            section = heading[1]
            if key == (section,):
                return number, 1
        found = re.match(r"\s*([\w-]+)\s*=", line)
        if found and (section, found[1]) == tuple(map(str, key[:2])):
            return number, found.start(1) + 1
    return 1, 1


def write_config(folder: Path, values: dict[str, dict[str, Any]], mode: int) -> None:
    """Write a new office's configuration, every key with its meaning beside it; unset ones as comments."""
    lines = ["# Configuração do escritório no Malote. Não guarda senhas."]
    for name, section in Config.model_fields.items():
        lines += ["", f"[{name}]"]
        given = values.get(name, {})
        assert isinstance(section.annotation, type) and issubclass(section.annotation, Section)
        for key, field in section.annotation.model_fields.items():
            lines.append(f"# {field.description}")
            value = given.get(key, field.default)
            sign = "" if key in given else "# "
            lines.append(f"{sign}{key} = {_toml(value)}")
    path = folder / FILE
    path.touch(mode)
    path.chmod(mode)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda c: f"\\u{ord(c[0]):04x}", escaped) + '"'
