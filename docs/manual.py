"""The manual page `malote(1)`, in both languages, from the commands' own grammar."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from core import __version__
from core.cli.commands import COMMANDS
from core.cli.parser import ABOUT, ENDING, whole
from core.domain.text import Text

NAME = Text(
    "leva documentos de um escritório contábil ao portal de cada cliente",
    "carries an accounting office's documents to each client's portal",
)
HEADS = {
    "name": Text("NOME", "NAME"),
    "synopsis": Text("SINOPSE", "SYNOPSIS"),
    "about": Text("DESCRIÇÃO", "DESCRIPTION"),
    "options": Text("OPÇÕES", "OPTIONS"),
    "commands": Text("COMANDOS", "COMMANDS"),
    "environment": Text("AMBIENTE", "ENVIRONMENT"),
    "files": Text("ARQUIVOS", "FILES"),
    "exit": Text("SAÍDA", "EXIT STATUS"),
    "examples": Text("EXEMPLOS", "EXAMPLES"),
}
ENVIRONMENT = {
    "MALOTE_OFFICE": Text("a pasta do escritório", "the office's folder"),
    "MALOTE_EMPLOYEE": Text("quem age", "who acts"),
    "MALOTE_LANG": Text("pt ou en", "pt or en"),
    "MALOTE_PORTAL_PASSWORD": Text("a senha do portal", "the portal's password"),
    "MALOTE_SMTP_PASSWORD": Text("a senha do servidor de e-mail", "the mail server's password"),
    "MALOTE_NOTIFY_WEBHOOK": Text("o endereço avisado de falhas", "the URL told of failures"),
}
FILES = {
    "malote.toml": Text("a configuração; sem senhas", "the configuration; no passwords"),
    "state.db": Text("o estado do escritório", "the office's state"),
    "spool/": Text("os documentos, por seu SHA-256", "the documents, by their SHA-256"),
    "inbox/": Text("o que o Express recolhe", "what Express takes up"),
}
STATUS = {
    "0": Text("feito", "done"),
    "1": Text("nem tudo foi feito", "not all of it was done"),
    "2": Text("uso incorreto", "wrong usage"),
    "3": Text("o escritório ou sua configuração não pode ser usado", "the office or its configuration is unusable"),
    "4": Text("o portal não responde ou não nos aceita", "the portal cannot be reached or refuses us"),
}


def manual(lang: str) -> str:
    """The page as man(7) source, UTF-8."""
    top = whole(lang)
    words = [f'.TH MALOTE 1 "" "malote {__version__}" "Malote"', _head("name", lang)]
    words += [f"malote \\- {_safe(NAME.text(lang))}", _head("synopsis", lang)]
    words += [f".B malote\n{_safe(top.usage.removeprefix('malote ') if top.usage else '')}", _head("about", lang)]
    words += [_safe(ABOUT.text(lang)), _head("options", lang)]
    words += [part for action in top._actions if action.option_strings for part in _argument(action)]
    words.append(_head("commands", lang))
    commands = next(one for one in top._actions if isinstance(one, argparse._SubParsersAction))
    common = {option for action in top._actions for option in action.option_strings} | {"-h"}
    for name, parser in commands.choices.items():
        words += [f".SS malote {_safe(name)}", _safe(COMMANDS[name].summary.text(lang))]
        own = [one for one in parser._actions if not common.intersection(one.option_strings)]
        words += [part for action in own for part in _argument(action)]
        if parser.epilog:
            words += [".PP", ".nf", *(_safe(one) for one in parser.epilog.splitlines()), ".fi"]
    for head, table in (("environment", ENVIRONMENT), ("files", FILES), ("exit", STATUS)):
        words.append(_head(head, lang))
        for key, text in table.items():
            words += [".TP", f".B {_safe(key)}", _safe(text.text(lang))]
    words += [_head("examples", lang), ".nf", *(_safe(one) for one in ENDING.text(lang).splitlines()), ".fi"]
    return "\n".join(words) + "\n"


def _head(name: str, lang: str) -> str:
    return f".SH {_safe(HEADS[name].text(lang))}"


def _argument(action: argparse.Action) -> Iterator[str]:
    """An option or a positional, and what it is for."""
    if isinstance(action, argparse._SubParsersAction):
        return
    value = ""
    if action.nargs != 0:
        value = "|".join(map(str, action.choices)) if action.choices else str(action.metavar or action.dest.upper())
    many = " …" if action.nargs in ("*", "+") else ""
    names = ", ".join(f"\\fB{_safe(one)}\\fR" for one in action.option_strings)
    yield ".TP"
    yield " ".join(part for part in (names, f"\\fI{_safe(value)}\\fR{many}" if value else "") if part)
    yield _safe((action.help or "").replace("%%", "%")) or "\\&"


def _safe(text: str) -> str:
    """Text that groff takes for nothing but text: hyphens to copy, no control line."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", escaped)
