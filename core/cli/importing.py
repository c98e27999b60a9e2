"""`malote import`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from core.cli.call import DONE, NOT_ALL, Call
from core.domain.text import Text
from core.office import intake

TAKEN = Text(
    "{file}: novos {added}, alterados {changed}, sem mudança {unchanged}",
    "{file}: new {added}, changed {changed}, unchanged {unchanged}",
)
REFUSED = Text(
    "{file}: nada foi importado; corrija e importe de novo:", "{file}: nothing was taken; mend it and import again:"
)
NOTHING = Text(
    "Não há o que importar em {folder}: clients.csv, templates.csv, rules.csv, employees.csv, tasks.csv, "
    "documents.csv.",
    "There is nothing to import in {folder}: clients.csv, templates.csv, rules.csv, employees.csv, tasks.csv, "
    "documents.csv.",
)
CONFIRM = Text(
    "anexa também os arquivos que trazem o número de outro cliente, e não o do cliente da tarefa",
    "attach also files that bear another client's number, and not the task's client's",
)
NEXT = Text(
    "Agora: malote activate --standard-folders --dry-run mostra o mapeamento.",
    "Now: malote activate --standard-folders --dry-run shows the mapping.",
)


def import_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.epilog = Text(
        "lê clients.csv, templates.csv, rules.csv, employees.csv, tasks.csv e documents.csv, os que houver;\n"
        "repetir não faz mal. "
        "Um arquivo com erro não é importado em parte: ou todo, ou nada.",
        "reads clients.csv, templates.csv, rules.csv, employees.csv, tasks.csv and documents.csv, those there are;\n"
        "repeatable. "
        "A file with a mistake is not taken in part: all of it or nothing.",
    ).text(lang)
    parser.add_argument("folder", type=Path, metavar=Text("PASTA", "FOLDER").text(lang))
    parser.add_argument("--confirm-client", action="store_true", help=CONFIRM.text(lang))


def import_command(call: Call) -> int:
    folder = call.args.folder
    with call.office() as (ctx, actor):
        results = intake.import_folder(ctx, actor, folder, _progress, confirm_client=call.args.confirm_client)
        active = ctx.store.integration().active
    refused = any(one.problems for one in results)
    status = NOT_ALL if refused or any(one.held for one in results) else DONE
    if call.json:
        call.dump([_json(one, call.lang) for one in results])
        return status
    if not results:
        call.tell(NOTHING, folder=folder)
        return NOT_ALL
    for one in results:
        if one.problems:
            call.tell(REFUSED, file=one.file)
            for problem in one.problems:
                call.tell(Text("  {problem}", "  {problem}"), problem=problem.say(call.lang))
        elif one.added or one.changed or one.unchanged or not one.warnings:
            counts = {"added": one.added, "changed": one.changed, "unchanged": one.unchanged}
            call.print(call.say(TAKEN, file=one.file, **counts))
        for warning in one.warnings:
            call.tell(Text("  ! {warning}", "  ! {warning}"), warning=warning.say(call.lang))
        for held in one.held:
            call.tell(Text("  ! {held}", "  ! {held}"), held=held.say(call.lang))
    if not active and not refused:
        call.tell(NEXT)
    return status


def _progress(file: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{file} {done}/{total}" if done < total else "\r\x1b[K")
        sys.stderr.flush()


def _json(one: intake.Imported, lang: str) -> dict[str, Any]:
    return {
        "file": one.file,
        "added": one.added,
        "changed": one.changed,
        "unchanged": one.unchanged,
        "problems": [
            {
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "value": problem.value,
                "message": problem.say(lang),
            }
            for problem in one.problems
        ],
        "warnings": [warning.say(lang) for warning in one.warnings],
        "held": [held.say(lang) for held in one.held],
    }
