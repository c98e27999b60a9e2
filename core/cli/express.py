"""`malote express`: recognising files."""

from __future__ import annotations

import json
import os
import shlex
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.call import DONE, NOT_ALL, USAGE, Call
from core.domain.text import Text, plain, plain_json

if TYPE_CHECKING:
    from core.office import Context
    from core.office.express import Outcome

UNSURE = Text("? {file}: {reason}", "? {file}: {reason}")
WOULD = Text("→ {file}: {what}; {reason}", "→ {file}: {what}; {reason}")
DONE_WITH = Text("✓ {file}: {what}; {reason}", "✓ {file}: {what}; {reason}")
WHAT = Text("{client} · {template} · {period} · tarefa {task}", "{client} · {template} · {period} · task {task}")
COMPLETED = Text(", que fica concluída", ", which is completed")
COUNTED = Text(
    "{known} de {total} reconhecidos; {unknown} esperam que alguém decida.",
    "{known} of {total} recognised; {unknown} are left to a person.",
)
NOTHING_WAITS = Text("Nenhum arquivo espera.", "No file waits.")
NEXT_STEP = Text("Próximo passo, para enviar: malote complete {tasks}", "Next step, to send: malote complete {tasks}")
LACKING = Text("Ainda faltam outros documentos a: {tasks}", "Other documents are still lacking in: {tasks}")
MOST_NAMED = 50
NO_FILE = Text("Não há o arquivo {file}.", "There is no file {file}.")
NOTHING_DONE = Text(
    "Confira o caminho. Nenhum arquivo foi reconhecido nem anexado.",
    "Look at the path. No file was recognised or attached.",
)
ONE_THING = Text(
    "diga arquivos, ou --waiting, --retry, --confirm ou --discard: uma coisa só",
    "give files, or --waiting, --retry, --confirm or --discard: one of them",
)
ONLY_CONFIRM = Text("{options} só com --confirm", "{options} with --confirm only")
ONLY_FILES = Text("--dry-run só com arquivos", "--dry-run with files only")
_DECIDING = ("task", "client", "template", "remember", "confirm_client")


def express_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.epilog = Text(
        "exemplos:\n  malote express *.pdf --dry-run            mostra o que cada um é, sem anexar\n"
        "  malote express --waiting                  os que esperam que alguém decida\n"
        "  malote express --confirm ID --task T0001  anexa um deles\n\n"
        "o arquivo fica onde está. saída: 0 todos reconhecidos; 1 algum não",
        "examples:\n  malote express *.pdf --dry-run            shows what each is, attaching none\n"
        "  malote express --waiting                  those that are left to a person\n"
        "  malote express --confirm ID --task T0001  attaches one of them\n\n"
        "the file stays where it is. exit: 0 all recognised; 1 some were not",
    ).text(lang)
    add = parser.add_argument
    add("file", nargs="*", type=Path, metavar=Text("ARQUIVO", "FILE").text(lang))
    add("--dry-run", action="store_true", help=Text("só mostra, sem anexar", "only show, attach none").text(lang))
    add("--waiting", action="store_true", help=Text("lista os que esperam", "list what waits").text(lang))
    add("--retry", action="store_true", help=Text("tenta de novo os que esperam", "try what waits again").text(lang))
    add("--confirm", metavar="ID", help=Text("anexa um que espera", "attach one that waits").text(lang))
    add("--discard", metavar="ID", nargs="+", help=Text("põe de lado, sem anexar", "put aside, unattached").text(lang))
    add("--task", metavar="ID", help=Text("a tarefa dele", "its task").text(lang))
    add("--client", metavar="ID", help=Text("o cliente dele", "its client").text(lang))
    add("--template", metavar="ID", help=Text("o template dele", "its template").text(lang))
    add(
        "--remember",
        action="store_true",
        help=Text("faz uma regra, para reconhecer os próximos", "make a rule, to know the next ones").text(lang),
    )
    add(
        "--confirm-client",
        action="store_true",
        help=Text("mesmo que traga o número de outro cliente", "although it bears another client's number").text(lang),
    )


def express_command(call: Call) -> int:
    args = call.args
    if sum(map(bool, (args.file, args.waiting, args.retry, args.confirm, args.discard))) > 1:
        call.tell(ONE_THING)
        return USAGE
    given = [f"--{name.replace('_', '-')}" for name in _DECIDING if getattr(args, name)]
    if given and not args.confirm:
        call.tell(ONLY_CONFIRM, options=", ".join(given))
        return USAGE
    if args.dry_run and not args.file:
        call.tell(ONLY_FILES)
        return USAGE
    if args.file or args.retry:
        return _recognise(call)
    from core.cli import waiting

    if args.confirm:
        return waiting.confirm_command(call)
    return waiting.discard_command(call) if args.discard else waiting.list_command(call)


def _recognise(call: Call) -> int:
    from core.office.documents import readable_name
    from core.office.express import Express
    from core.office.reading import Source, readers_of
    from core.office.unrecognised import try_again

    paths: list[Path] = call.args.file
    if missing := [path for path in paths if not _is_there(path)]:
        for path in missing:
            call.tell(NO_FILE, file=path)
        call.tell(NOTHING_DONE)
        return NOT_ALL
    places = {path: place for place, path in enumerate(paths)}
    with call.office() as (ctx, _), readers_of(ctx, _processes()) as readers:
        express = Express(ctx, readers)
        if call.args.retry:
            found = try_again(ctx, express)
            return _show(call, ctx, found, lambda outcome: outcome.source.file_name, dry=False)
        # a link is what it leads to; the same file twice is the same bytes twice
        named = {path.resolve(): path for path in places}
        sources = (Source(real, readable_name(path.name)) for real, path in named.items())
        found = express.foresee(sources) if call.args.dry_run else express.attach(sources)
        with closing(found):
            return _show(
                call, ctx, _in_order(found, list(named)), lambda one: named[one.source.path], call.args.dry_run
            )


def _is_there(path: Path) -> bool:
    """Whether there is something of that name; what may not be looked at is left to who reads it."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _processes() -> int:
    return max(1, min(4, len(os.sched_getaffinity(0))))


def _in_order(outcomes: Iterable[Outcome], paths: list[Path]) -> Iterator[Outcome]:
    """In the order in which the files were named, each as soon as those before it are there."""
    early: dict[Path, Outcome] = {}
    rest = iter(paths)
    wanted = next(rest, None)
    for outcome in outcomes:
        early[outcome.source.path] = outcome
        while wanted in early:
            yield early.pop(wanted)
            wanted = next(rest, None)


def _show(call: Call, ctx: Context, outcomes: Iterable[Outcome], name: Any, dry: bool) -> int:
    from core.office.views import template_names

    known = total = 0
    names = {} if call.json else template_names(ctx)
    tasks: dict[str, None] = {}  # each once, in their order
    if call.json:
        sys.stdout.write("[")
    for outcome in outcomes:
        file = str(name(outcome))
        if call.json:
            body = plain_json(json.dumps(_json(outcome, file, call.lang), ensure_ascii=False))
            sys.stdout.write(f"{',' if total else ''}\n  {body}")
        else:
            call.print(_line(call, ctx, names, outcome, file, dry))
        total += 1
        known += outcome.known
        if outcome.verdict.task is not None and not dry:
            tasks[outcome.verdict.task.id] = None
    if call.json:
        sys.stdout.write("\n]\n" if total else "]\n")
    elif total > 1 or known < total:
        call.tell(COUNTED, known=known, total=total, unknown=total - known)
    elif not total:
        call.tell(NOTHING_WAITS)
    if not call.json:
        tell_next(call, ctx, tasks)
    return DONE if known == total else NOT_ALL


def tell_next(call: Call, ctx: Context, tasks: Iterable[str]) -> None:
    """Which of these tasks can be completed now, as nothing is sent before; which lack something still."""
    from core.domain.lineage import missing_templates
    from core.domain.models import TaskStatus

    sides: dict[Text, list[str]] = {NEXT_STEP: [], LACKING: []}
    for key, task in ctx.store.tasks.get_many(tasks).items():
        if task.status is TaskStatus.OPEN:
            lacks = missing_templates(task, ctx.store.documents.of_task(key))
            sides[LACKING if lacks else NEXT_STEP].append(key)
    for text, keys in sides.items():
        if keys:
            named = shlex.join(keys[:MOST_NAMED])
            call.tell(text, tasks=named + (" …" if len(keys) > MOST_NAMED else ""))


def _line(call: Call, ctx: Context, names: Mapping[str, str], outcome: Outcome, file: str, dry: bool) -> str:
    reason = outcome.reason.say(call.lang)
    if not outcome.known:
        return call.say(UNSURE, file=file, reason=reason)
    found, task = outcome.recognition, outcome.verdict.task
    client = ctx.store.clients.get(task.client if task else "")
    what = call.say(
        WHAT,
        client=f"{client.id} {client.name}" if client else "",
        template=names.get(found.template or "", ""),
        period=outcome.period or "",
        task=task.id if task else "",
    )
    what += call.say(COMPLETED) if outcome.completed else ""
    return call.say(WOULD if dry else DONE_WITH, file=file, what=what, reason=reason)


def _json(outcome: Outcome, file: str, lang: str) -> dict[str, Any]:
    found, verdict = outcome.recognition, outcome.verdict
    sure = outcome.confidence
    return {
        "file": file,
        "client": found.client,
        "template": found.template,
        "period": outcome.period,
        "task": verdict.task.id if verdict.task else None,
        "document": outcome.document.id if outcome.document else None,
        "confidence": None if sure is None else round(sure, 3),
        "reason": plain(outcome.reason.say(lang)),
        "what": str(verdict.what) if verdict.what else None,
        "doubt": verdict.doubt or None,
        "completed": outcome.completed,
    }
