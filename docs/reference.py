"""The reference in either language, from the code."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module

from core.catalog import standard_templates
from core.cli.commands import COMMANDS
from core.cli.parser import COMMON, Parser
from core.domain.events import EVENTS
from core.domain.failures import FAILURES, Retry
from core.domain.text import Text
from core.office.config import meaning, restart, sections
from docs.causes import CAUSES
from docs.formats import CSV, JSON
from tui.keymap import named
from tui.keys import shown

HEAD = Text("# Referência", "# Reference")
MADE = Text(
    "Gerada do código por `python -m docs.generate`; não edite. O que é explicado está no [índice](README.md).",
    "Generated from the code by `python -m docs.generate`; do not edit. For explanations see the [index](README.md).",
)
COMMON_HEAD = Text("em todos os comandos", "in every command")
KEYS_NOTE = Text(
    'As teclas do console mudam em `[keys]`, pelo nome: `"templates.map_marked" = "b"`. Um nome que não há, ou\n'
    "uma tecla que ali já é de outra coisa, é dito ao abrir o console, com a linha, e fica o padrão.",
    'The console\'s keys are changed in `[keys]`, by name: `"templates.map_marked" = "b"`. An unknown name, or a key\n'
    "that is something else's there, is told when the console opens, with its line, and the default stays.",
)
JSON_NOTE = Text(
    "Campos podem ser acrescentados, nunca renomeados. Códigos são texto; horas, RFC 3339 em UTC; `folder` e\n"
    "`destination` são listas de nomes; `log` dá um objeto por linha. `…`: o que houver.",
    "Fields may be added, never renamed. Ids are text; times, RFC 3339 in UTC; `folder` and `destination`\n"
    "are lists of names; `log` gives an object a line. `…`: whatever there is.",
)
CSV_NOTE = Text(
    "UTF-8 (com ou sem marca), UTF-16 do Excel ou Windows-1252; vírgula, ponto e vírgula ou tabulação. Maiúsculas e\n"
    "acentos dos nomes das colunas não contam. **Em negrito**: o que uma linha nova precisa dizer.",
    "UTF-8 (with or without a mark), Excel's UTF-16 or Windows-1252; comma, semicolon or tab. Case and accents of the\n"
    "columns' names do not count. **Bold**: what a new row has to say.",
)
NO, HOURLY = Text("não", "no"), Text("de hora em hora", "every hour")
GROWING = Text("em esperas crescentes", "growing waits")
TIMES, NEEDED = Text("{count} vezes", "{count} times"), Text("(obrigatória)", "(required)")


class _Named(defaultdict[str, str]):
    """Shows a sentence's parameters by their names."""

    def __missing__(self, key: str) -> str:
        return f"‹{key}›"


def page(lang: str) -> str:
    """The whole page."""

    def say(pt: str, en: str) -> str:
        return Text(pt, en).text(lang)

    filled = _Named()
    return "\n".join(
        [
            HEAD.text(lang),
            "",
            MADE.text(lang),
            "",
            *_commands(lang),
            *_section(
                say("Configuração (`malote.toml`)", "Configuration (`malote.toml`)"),
                tuple(say("seção chave padrão significado quando", "section key default meaning when").split()),
                _keys(lang),
            ),
            KEYS_NOTE.text(lang),
            "",
            *_section(
                say("Teclas (`[keys]`)", "Keys (`[keys]`)"),
                (say("nome", "name"), say("padrão", "default"), say("o que faz", "what it does")),
                _bindings(lang),
            ),
            *_section(
                say("Falhas", "Failures"),
                (
                    say("código", "code"),
                    say("o que aconteceu", "what happened"),
                    say("causa", "cause"),
                    say("tenta sozinho", "retries by itself"),
                    say("como resolver", "how to mend it"),
                ),
                [
                    (
                        f"`{code}`",
                        one.sentence.text(lang).format_map(filled).strip(),
                        CAUSES[code].text(lang),
                        _retry(one.retry, lang),
                        one.remedy.text(lang).format_map(filled),
                    )
                    for code, one in FAILURES.items()
                ],
            ),
            *_section(
                say("Eventos", "Events"),
                (say("código", "code"), say("nível", "level"), say("frase", "sentence")),
                [
                    (f"`{c}`", kind.level.value, kind.sentence.text(lang).format_map(filled))
                    for c, kind in EVENTS.items()
                ],
            ),
            "## JSON (`--json`)",
            "",
            JSON_NOTE.text(lang),
            "",
            *[f"- `malote {command} --json`: `{shape}`" for command, shape in JSON.items()],
            "",
            *_csv(lang),
            *_section(
                say("Templates padrão", "Standard templates"),
                ("id", say("nome", "name"), say("departamento", "department"), say("pasta", "folder")),
                [(f"`{one.id}`", one.name, one.department, " > ".join(one.folder)) for one in standard_templates()],
            ),
        ]
    )


def _commands(lang: str) -> Iterator[str]:
    yield from (f"## {Text('Comandos', 'Commands').text(lang)}", "")
    yield (
        f"{COMMON_HEAD.text(lang)}: " + "; ".join(f"`{name}` {what.text(lang)}" for name, what in COMMON.items()) + "."
    )
    for name, command in COMMANDS.items():
        yield from ("", f"### `malote {name}`", "", command.summary.text(lang) + ".")
        rows = list(_options(name, command.module, lang))
        if rows:
            yield ""
        yield from (f"- `{words}`{': ' + told if told else ''}" for words, told in rows)
    yield ""


def _options(name: str, module: str, lang: str) -> Iterator[tuple[str, str]]:
    """Each argument of a command as it is typed, and what it is for."""
    parser = Parser(prog=f"malote {name}", add_help=False)
    getattr(import_module(f"core.cli.{module}"), f"{name}_arguments")(parser, lang)
    formatter = parser._get_formatter()
    for action in parser._actions:
        if action.help == argparse.SUPPRESS:
            continue
        value = formatter._format_args(action, _shape(action)) if action.nargs != 0 else ""
        words = " ".join(filter(None, [", ".join(action.option_strings), value]))
        yield words, formatter._expand_help(action) if action.help else ""


def _shape(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices is not None:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return action.dest.upper() if action.option_strings else action.dest


def _keys(lang: str) -> Iterable[tuple[str, ...]]:
    for name, section in sections().items():
        for key, field in section.model_fields.items():
            default = NEEDED.text(lang) if field.is_required() else f"`{field.default}`" if field.default else ""
            yield f"`[{name}]`", f"`{key}`", default, meaning(field).text(lang), restart(field).text(lang)


def _bindings(lang: str) -> Iterable[tuple[str, ...]]:
    for name, one in sorted(named().items()):
        keys = " ".join(f"`{shown(key.strip(), lang)}`" for key in one.keys.split(","))
        yield f"`{name}`", keys, one.meaning.text(lang)


def _retry(retry: Retry | None, lang: str) -> str:
    if retry is None:
        return NO.text(lang)
    if retry.tries is not None:
        return TIMES.say(lang, count=retry.tries)
    return (HOURLY if retry.growth == 1 or retry.first == retry.most else GROWING).text(lang)


def _csv(lang: str) -> Iterator[str]:
    yield from ("## CSV (`malote import`)", "", CSV_NOTE.text(lang), "")
    heads = (Text("coluna", "column"), Text("também", "also"), Text("o que diz", "what it says"))
    for file, (columns, meanings) in CSV.items():
        rows = [
            (
                f"**`{one.name}`**" if one.needed else f"`{one.name}`",
                ", ".join(one.aliases),
                meanings[one.name].text(lang),
            )
            for one in columns
        ]
        yield from _section(f"`{file}`", [one.text(lang) for one in heads], rows, level="###")


def _section(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, level: str = "##") -> list[str]:
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [
        f"{level} {title}",
        "",
        "| " + " | ".join(heads) + " |",
        "|" + " --- |" * len(heads),
        *("| " + " | ".join(row) + " |" for row in cells),
        "",
    ]
