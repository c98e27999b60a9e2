"""`malote.toml`: every key of the configuration, in one place; it holds no secret."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from core.domain import plainly  # noqa: F401 - before pydantic

# isort: split
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

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

REASONS = {
    "string_type": Text("precisa ser um texto, entre aspas", "it has to be a text, in quotes"),
    "int_type": Text("precisa ser um número inteiro", "it has to be a whole number"),
    "int_parsing": Text("precisa ser um número inteiro", "it has to be a whole number"),
    "int_from_float": Text("precisa ser um número inteiro", "it has to be a whole number"),
    "float_type": Text("precisa ser um número", "it has to be a number"),
    "float_parsing": Text("precisa ser um número", "it has to be a number"),
    "bool_type": Text("precisa ser true ou false", "it has to be true or false"),
    "bool_parsing": Text("precisa ser true ou false", "it has to be true or false"),
    "tuple_type": Text('precisa ser uma lista: ["…", "…"]', 'it has to be a list: ["…", "…"]'),
    "list_type": Text('precisa ser uma lista: ["…", "…"]', 'it has to be a list: ["…", "…"]'),
    "dict_type": Text("precisa ser uma seção: [{key}]", "it has to be a section: [{key}]"),
    "model_type": Text("precisa ser uma seção: [{key}]", "it has to be a section: [{key}]"),
    "greater_than": Text("precisa ser maior que {gt}", "it has to be more than {gt}"),
    "greater_than_equal": Text("o menor valor é {ge}", "{ge} is the least"),
    "less_than": Text("precisa ser menor que {lt}", "it has to be less than {lt}"),
    "less_than_equal": Text("o maior valor é {le}", "{le} is the most"),
    "string_pattern_mismatch": Text("a forma é como em {default}", "its form is as in {default}"),
    "string_too_short": Text("o menor tamanho é {min_length}", "{min_length} is the least length"),
    "string_too_long": Text("o maior tamanho é {max_length}", "{max_length} is the most length"),
    "literal_error": Text("pode ser {expected}", "it can be {expected}"),
    "enum": Text("pode ser {expected}", "it can be {expected}"),
}
"""What pydantic objects to, by its type of error; what is not here is told in its own English."""

CONSOLE = Text("vale ao reabrir o console", "in force once the console is opened again")
SENDING = Text(
    "vale ao reabrir o console e reiniciar malote run",
    "in force once the console is opened again and malote run restarted",
)
AT_ONCE = Text("vale na hora, neste console", "in force at once, in this console")


def setting(default: Any, pt: str, en: str, *, restart: Text = SENDING, **rules: Any) -> Any:
    """A key of the configuration: its default (`...`: it has to be given), what it is for, and when a change counts."""
    return Field(default, description=pt, json_schema_extra={"en": en, "restart": list(restart)}, **rules)


def meaning(field: FieldInfo) -> Text:
    """What a key is for."""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    pt = field.description or ""
    return Text(pt, str(extra.get("en", pt)))


def restart(field: FieldInfo) -> Text:
    """When a change of a key counts."""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    told = extra.get("restart")
    return Text(*map(str, told)) if isinstance(told, list) else SENDING


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class OfficeSection(Section):
    name: str = setting(
        "", "nome do escritório, como aparece nas telas", "the office's name, as screens show it", restart=CONSOLE
    )
    tax_ids: tuple[str, ...] = setting(
        (), "CNPJs do próprio escritório (nunca identificam um cliente)", "the office's own CNPJs (never a client's)"
    )


class PortalSection(Section):
    url: str = setting(
        ..., "dir:///pasta ou webdav+https://usuario@servidor/pasta", "dir:///folder or webdav+https://user@host/folder"
    )
    password_file: str = setting(
        "",
        "arquivo (0600) com a senha; antes dele vale MALOTE_PORTAL_PASSWORD",
        "file (0600) with the password; MALOTE_PORTAL_PASSWORD comes before it",
    )
    exclusive: bool = setting(
        False, "fecha com LOCK a janela ao criar (WebDAV)", "closes the window when creating with a LOCK (WebDAV)"
    )
    timeout: float = setting(
        30,
        "segundos para o portal responder a um pedido (WebDAV)",
        "seconds for the portal to answer a request (WebDAV)",
        ge=1,
        le=3600,
    )
    insecure: bool = setting(
        False,
        "aceita webdav+http:// fora deste computador, sem criptografia",
        "takes webdav+http:// beyond this machine, without encryption",
    )
    ca_file: str = setting(
        "",
        "certificado de uma autoridade própria, para webdav+https://",
        "a private authority's certificate, for webdav+https://",
    )
    certificate: str = setting(
        "",
        "nosso certificado, se o portal pede um, e a chave dele em key",
        "our certificate, if the portal asks for one, and its key in key",
    )
    key: str = setting("", "a chave do nosso certificado", "our certificate's key")
    file_mode: str = setting(
        "0644",
        "modo dos arquivos publicados numa pasta",
        "mode of files published in a directory",
        pattern=r"^0?[2367][0-7]{2}$",
    )
    folder_mode: str = setting("0755", "modo das pastas criadas", "mode of folders made", pattern=r"^[0-7]?7[0-7]{2}$")


class SendingSection(Section):
    concurrency: int = setting(8, "envios ao mesmo tempo", "deliveries at the same time", ge=1, le=64)
    retention_days: int = setting(
        90,
        "dias que os arquivos enviados ficam guardados no escritório",
        "days that files delivered are kept in the office",
        ge=0,
    )


class ExpressSection(Section):
    complete: bool = setting(
        False,
        "conclui a tarefa quando o Express anexa o último documento que faltava",
        "completes a task once Express has attached the last document that it lacked",
    )
    ocr: bool = setting(
        False,
        "lê imagens e digitalizados com o Tesseract; o que vem deles é sempre perguntado",
        "reads images and scans with Tesseract; what comes of them is always asked about",
    )


class NotifySection(Section):
    to: tuple[str, ...] = setting(
        (), "e-mails avisados de falhas novas no envio", "e-mail addresses told of new failures"
    )
    sender: str = setting("", "remetente dos avisos; sem ele, o primeiro destinatário", "who the e-mails are from")
    smtp: str = setting(
        "",
        "servidor de e-mail: smtp://usuario@servidor:587 ou smtps://usuario@servidor",
        "mail server: smtp://user@host:587 or smtps://user@host",
        pattern=r"^(smtps?://[^\s/:@]+(@[^\s/:@]+)?(:\d{1,5})?/?)?$",
        examples=["smtp://usuario@servidor:587"],
    )
    password_file: str = setting(
        "",
        "arquivo (0600) com a senha do e-mail; antes dele vale MALOTE_SMTP_PASSWORD",
        "file (0600) with the mail server's password; MALOTE_SMTP_PASSWORD comes before it",
    )
    ca_file: str = setting(
        "",
        "certificado de uma autoridade própria, para o servidor de e-mail e o webhook",
        "a private authority's certificate, for the mail server and the webhook",
    )
    webhook: str = setting(
        "",
        "endereço que recebe o aviso em JSON (POST); antes dele vale MALOTE_NOTIFY_WEBHOOK",
        "URL that gets the notice as JSON (POST); MALOTE_NOTIFY_WEBHOOK comes before it",
        pattern=r"^(https?://\S+)?$",
        examples=["https://servidor/aviso"],
    )
    quiet_hours: str = setting(
        "",
        'horas sem avisos, como "20:00-07:00"; o que falhar nelas é avisado depois',
        'hours without notices, as "20:00-07:00"; what fails in them is told afterwards',
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$",
        examples=["20:00-07:00"],
    )
    every_minutes: int = setting(
        15, "minutos entre dois avisos: um só para muitas falhas", "minutes between two notices", ge=1, le=1440
    )


def section() -> Any:
    """A section that need not be given: all of it as by default."""
    return Field({}, validate_default=True)


class Config(Section):
    """The whole file."""

    office: OfficeSection = section()
    portal: PortalSection
    sending: SendingSection = section()
    express: ExpressSection = section()
    notify: NotifySection = section()
    keys: dict[str, Any] = Field(
        {},
        description='teclas do console pelo nome: "templates.map_marked" = "b" (os nomes: Configurações, 0)',
        json_schema_extra={"en": 'keys of the console by name: "templates.map_marked" = "b" (the names: Settings, 0)'},
    )
    """Free names: which there are is the console's matter, and a wrong one keeps no office from working."""


def sections() -> dict[str, type[Section]]:
    """The sections whose keys are fixed."""
    kinds = {name: field.annotation for name, field in Config.model_fields.items()}
    return {name: kind for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, Section)}


def read_config(folder: Path) -> Config:
    """Read an office's configuration.

    Raises:
        OfficeUnusable: it cannot be read; names file, line and column.
    """
    path = folder / FILE
    return parse_config(path, path.read_bytes())


def read_text(folder: Path) -> str:
    """The configuration as it was written."""
    return (folder / FILE).read_text(encoding="utf-8-sig")


def parse_config(path: Path, data: bytes) -> Config:
    """Understand a configuration.

    Args:
        path: the file that it is in, for the words about it.

    Raises:
        OfficeUnusable: it is wrong; names file, line and column.
    """
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
        key = error.errors()[0]["loc"]
        raise _unusable(path, position(text, key), why_wrong(error)) from None


def why_wrong(error: ValidationError) -> Sentence:
    """The first thing that is wrong with a configuration, as a sentence."""
    first = error.errors()[0]
    names = [str(one) for one in first["loc"]]
    kind = {"extra_forbidden": UNKNOWN_KEY, "missing": LACKING}.get(first["type"], WRONG)
    return Sentence(
        kind, {"key": ".".join(names), "reason": reason(first["type"], names, first.get("ctx"), first["msg"])}
    )


def reason(kind: str, names: list[str], context: dict[str, Any] | None, otherwise: str) -> Text:
    """What pydantic objects to in a value, in both languages."""
    field = sections()[names[0]].model_fields.get(names[1]) if len(names) > 1 and names[0] in sections() else None
    example = "" if field is None else (field.examples or [field.default])[0]
    params = {"key": ".".join(names), "default": example, **(context or {})}
    text = REASONS.get(kind, Text("{otherwise}", "{otherwise}"))
    return Text(*(one.format(**params, otherwise=otherwise) for one in text))


def wrong_value(folder: Path, key: tuple[str, ...], why: Sentence) -> OfficeUnusable:
    """What to raise for a value that turned out wrong only in use."""
    return _unusable(folder / FILE, position(read_text(folder), key), why)


def _unusable(path: Path, where: tuple[int, int], why: Sentence) -> OfficeUnusable:
    text = Text(WHERE.pt + why.text.pt, WHERE.en + why.text.en)
    return OfficeUnusable(text, MEND, file=path, line=where[0], column=where[1], **why.params)


_PART = r"""(?:"[^"]*"|'[^']*'|[\w-]+)"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADING = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]")
_ASSIGNED = re.compile(rf"\s*({_DOTTED})\s*=")


def position(text: str, key: tuple[int | str, ...]) -> tuple[int, int]:
    """Line and column where a key stands in the file, as well as lines can tell; a list's item is where its list is."""
    wanted = ".".join(one for one in key if isinstance(one, str))
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if heading := _HEADING.match(line):
            section = _plain_key(heading[1])
            if section == wanted:
                return number, 1
        elif (found := _ASSIGNED.match(line)) and f"{section}.{_plain_key(found[1])}".lstrip(".") == wanted:
            return number, found.start(1) + 1
    return 1, 1


def _plain_key(dotted: str) -> str:
    return ".".join(part.strip("\"'") for part in re.findall(_PART, dotted))


HEAD = Text(
    "Configuração do escritório no Malote. Não guarda senhas.", "The office's configuration. It holds no passwords."
)


def write_config(folder: Path, values: dict[str, dict[str, Any]], mode: int, lang: str = "pt") -> None:
    """Write a new office's configuration, every key with its meaning beside it; unset ones as comments."""
    lines = [f"# {HEAD.text(lang)}"]
    for name, section in sections().items():
        lines += ["", f"[{name}]"]
        given = values.get(name, {})
        for key, field in section.model_fields.items():
            lines.append(f"# {meaning(field).text(lang)}")
            sign = "" if key in given else "# "
            lines.append(f"{sign}{key} = {toml(given.get(key, field.default))}")
    lines += ["", "[keys]", f"# {meaning(Config.model_fields['keys']).text(lang)}"]
    path = folder / FILE
    path.touch(mode)
    path.chmod(mode)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def toml(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda c: f"\\u{ord(c[0]):04x}", escaped) + '"'
