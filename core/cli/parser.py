"""The command line's grammar in the user's language, over argparse."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NoReturn

from core import __version__
from core.cli.commands import COMMANDS
from core.domain.text import Text, plain

ARGPARSE_PT = {
    "usage: ": "uso: ",
    "positional arguments": "argumentos",
    "options": "opções",
    "show this help message and exit": "mostra esta ajuda",
    "%(prog)s: error: %(message)s\n": "%(prog)s: %(message)s\n",
    "the following arguments are required: %s": "falta: %s",
    "unrecognized arguments: %s": "não entendi: %s",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "expected one argument": "falta o valor",
    "expected at least one argument": "falta ao menos um valor",
    "expected at most one argument": "cabe um valor só",
    "invalid %(type)s value: %(value)r": "valor inválido: %(value)r",
    "invalid choice: %(value)r (choose from %(choices)s)": "valor inválido: %(value)r (escolha entre %(choices)s)",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s é ambíguo: %(matches)s",
    "one of the arguments %s is required": "falta um destes: %s",
    "not allowed with argument %s": "não combina com %s",
    "ignored explicit argument %r": "não aceita o valor %r",
}
"""argparse's own sentences; it looks them up through its module's `_`, which gettext would need a catalogue for."""

ABOUT = Text(
    "Malote leva os documentos das tarefas concluídas à pasta certa do portal de cada cliente.",
    "Malote carries the documents of completed tasks to the right folder of each client's portal.",
)
NO_COMMAND = Text("comando desconhecido: {name}{hint}", "unknown command: {name}{hint}")
PERHAPS = Text(" (seria {name}?)", " (did you mean {name}?)")
ENDING = Text(
    """primeiros passos:
  malote demo --headless                          veja funcionar, sem instalar nada
  malote init --portal dir:///srv/portal          crie seu escritório
  malote import PASTA                             traga clientes, templates e tarefas
  malote activate --standard-folders              confira o mapeamento e ative
  malote attach T0001 das.pdf --template das      anexe um documento
  malote complete T0001 && malote deliver         conclua: o documento vai ao portal

o escritório é o de --office PASTA ou MALOTE_OFFICE. `malote COMANDO --help` explica cada comando.""",
    """first steps:
  malote demo --headless                          see it work, installing nothing
  malote init --portal dir:///srv/portal          make your office
  malote import FOLDER                            bring clients, templates and tasks
  malote activate --standard-folders              look at the mapping and activate
  malote attach T0001 das.pdf --template das      attach a document
  malote complete T0001 && malote deliver         complete: the document goes to the portal

the office is that of --office DIR or MALOTE_OFFICE. `malote COMMAND --help` explains each command.""",
)
COMMON: dict[str, Text] = {
    "--office": Text("pasta do escritório (ou MALOTE_OFFICE)", "the office's folder (or MALOTE_OFFICE)"),
    "--as": Text("quem age (ou MALOTE_EMPLOYEE)", "who acts (or MALOTE_EMPLOYEE)"),
    "--lang": Text("pt ou en (ou MALOTE_LANG)", "pt or en (or MALOTE_LANG)"),
    "--json": Text("resultado em JSON", "result as JSON"),
}


WITH_VALUE = ("--office", "--as", "--lang")


class Parser(argparse.ArgumentParser):
    """argparse without abbreviations of options, for scripts outlive them."""

    def __init__(self, **options: Any):
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        super().error(plain(message))  # it repeats words that may be some file's name


def parse(argv: Sequence[str], lang: str) -> tuple[Callable[..., int] | None, argparse.Namespace]:
    """Read a command line.

    Returns:
        What runs the command, and its arguments; (None, …) when no command was named.

    Raises:
        SystemExit: 2 for wrong usage, 0 for `--help`.
    """
    top = _top(lang)
    name, rest = _split(argv)
    args = top.parse_args(argv[: len(argv) - len(rest) - (name is not None)])
    if name is None:
        return None, args
    if name == "help":
        top.parse_args(["--help"])
    if name not in COMMANDS:
        top.error(NO_COMMAND.text(lang).format(name=name, hint=_hint(name, lang)))
    args.command = name
    command = COMMANDS[args.command]
    module = import_module(f"core.cli.{command.module}")
    parser = Parser(prog=f"malote {args.command}", description=command.summary.text(lang))
    _fill(parser, args.command, lang)
    parser.parse_args(rest, args)
    run: Callable[..., int] = getattr(module, f"{args.command}_command")
    return run, args


def _top(lang: str) -> Parser:
    """The grammar up to the command's name."""
    own = ARGPARSE_PT if lang == "pt" else {}
    argparse._ = lambda sentence: own.get(sentence, sentence)  # type: ignore[attr-defined]
    usage = Text("malote [opções] COMANDO …", "malote [options] COMMAND …").text(lang)
    top = Parser(
        prog="malote", usage=usage, description=ABOUT.text(lang), epilog=_listing(lang) + "\n\n" + ENDING.text(lang)
    )
    _common(top, lang, first=True)
    top.add_argument(
        "--version", action="version", version=f"malote {__version__}", help=Text("versão", "version").text(lang)
    )
    return top


def _fill(parser: argparse.ArgumentParser, name: str, lang: str) -> None:
    """The arguments of a command."""
    _common(parser, lang, first=False)
    getattr(import_module(f"core.cli.{COMMANDS[name].module}"), f"{name}_arguments")(parser, lang)


def whole(lang: str) -> Parser:
    """The whole grammar at once, for what is made of it (completion, the manual page); a call reads only its own."""
    top = _top(lang)
    commands = top.add_subparsers(dest="command", metavar=Text("COMANDO", "COMMAND").text(lang), parser_class=Parser)
    for name, command in COMMANDS.items():
        summary = command.summary.text(lang)
        _fill(commands.add_parser(name, help=summary, description=summary), name, lang)
    return top


def _split(argv: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """The command's name, and what comes after it: its own, `--` too."""
    position = 0
    while position < len(argv) and argv[position].startswith("-"):
        position += 2 if argv[position] in WITH_VALUE else 1
    return (argv[position], argv[position + 1 :]) if position < len(argv) else (None, ())


def _common(parser: argparse.ArgumentParser, lang: str, *, first: bool) -> None:
    """What every command takes; before or after the command's name."""
    default = None if first else argparse.SUPPRESS
    place = parser.add_argument_group(Text("em todos os comandos", "in every command").text(lang))
    folder = Text("PASTA", "DIR").text(lang)
    place.add_argument("--office", metavar=folder, default=default, help=COMMON["--office"].text(lang))
    who = Text("FUNCIONÁRIO", "EMPLOYEE").text(lang)
    place.add_argument("--as", dest="actor", metavar=who, default=default, help=COMMON["--as"].text(lang))
    place.add_argument("--lang", choices=("pt", "en"), default=default, help=COMMON["--lang"].text(lang))
    place.add_argument(
        "--json",
        action="store_true",
        default=False if first else argparse.SUPPRESS,
        help=COMMON["--json"].text(lang),
    )


def _listing(lang: str) -> str:
    lines: list[str] = []
    group = None
    for name, command in COMMANDS.items():
        if command.group != group:
            group = command.group
            lines += ["", group.text(lang) + ":"] if lines else [group.text(lang) + ":"]
        lines.append(f"  {name:<11} {command.summary.text(lang)}")
    return "\n".join(lines)


def _hint(name: str, lang: str) -> str:
    from difflib import get_close_matches  # for mistakes only

    close = get_close_matches(name, COMMANDS, 1)
    return PERHAPS.text(lang).format(name=close[0]) if close else ""
