"""Importing a folder: its files in the order in which they need each other, each of them whole or not at all."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from core.domain.permissions import Actor
from core.domain.text import Sentence, Text
from core.office.actors import require_admin
from core.office.context import Context
from core.office.errors import Refused
from core.office.intake import clients, documents, employees, rules, tasks, templates
from core.office.intake.sheet import Counts, Progress, Sheet, open_sheet
from core.office.queue import event
from core.office.tables import Problem

Take = Callable[[Context, Actor, Sheet], Counts]

NO_FOLDER = Text("{folder} não é uma pasta que se possa ler.", "{folder} is no folder that can be read.")
LOOK = Text("Confira o caminho.", "Look at its path.")
IGNORED = Text("{file} não é um arquivo de importação e foi ignorado", "{file} is no import file and was ignored")
NOT_COMPLETED = Text(
    "{file}: {count} tarefas não foram concluídas, pois há arquivo recusado; importe de novo depois de corrigir",
    "{file}: {count} tasks were not completed, for a file was refused; mend it and import again",
)
NOT_COMPLETED_YET = Text(
    "{file}: {count} tarefas não foram concluídas, pois documento delas espera confirmação do cliente",
    "{file}: {count} tasks were not completed, for a document of theirs waits until its client is confirmed",
)
TASKS, DOCUMENTS = "tasks.csv", "documents.csv"
FILES = {
    "clients.csv": clients.COLUMNS,
    "templates.csv": templates.COLUMNS,
    "rules.csv": rules.COLUMNS,
    "employees.csv": employees.COLUMNS,
    TASKS: tasks.COLUMNS,
    DOCUMENTS: documents.COLUMNS,
}
"""In this order: tasks may be of clients of the same folder."""
_TAKE: dict[str, Take] = {
    "clients.csv": clients.take_clients,
    "templates.csv": templates.take_templates,
    "rules.csv": rules.take_rules,
    "employees.csv": employees.take_employees,
}


@dataclass(frozen=True)
class Imported:
    """What came of one file: nothing of it was taken where there are problems; of documents.csv, `held` rows wait."""

    file: str
    added: int
    changed: int
    unchanged: int
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Sentence, ...] = ()
    held: tuple[Sentence, ...] = ()


class _Undo(Exception):
    """Ends the transaction of a file that is refused."""


def _quietly(file: str, done: int, total: int) -> None: ...


def import_folder(
    ctx: Context, actor: Actor, folder: Path, progress: Progress = _quietly, *, confirm_client: bool = False
) -> list[Imported]:
    """Import what is in a folder (the design's section 6, *CSV*); the same again changes nothing.

    Tasks whose rows say `completed` are completed when all files are in, none if one was refused.

    Args:
        progress: told file, rows done, rows in all.
        confirm_client: attach also files that bear another client's number and not their task's client's.

    Returns:
        One for each CSV file, in the order in which they were taken; unknown ones last.

    Raises:
        Refused: there is no such folder, or something but documents.csv is there and the actor is no admin.
    """
    found, unknown = _files(folder)
    if found.keys() - {DOCUMENTS}:
        require_admin(ctx, actor)
    results: dict[str, Imported] = {}
    finished: list[tasks.Finished] = []
    held = documents.Held()
    take_documents = partial(_take_documents, folder=folder, held=held, progress=progress, confirmed=confirm_client)
    for name, path in found.items():
        with _uncollected():
            sheet = open_sheet(path, FILES[name], progress)
            if name == DOCUMENTS:
                counts = take_documents(ctx, actor, sheet)
            elif name == TASKS:
                counts = _take(ctx, actor, sheet, partial(tasks.take_tasks, finished=finished))
            else:
                counts = _take(ctx, actor, sheet, _TAKE[name])
        told = tuple(held.told) if name == DOCUMENTS else ()
        results[name] = Imported(sheet.file, *counts, problems=sheet.problems, warnings=sheet.warnings, held=told)
        progress(sheet.file, sheet.total, sheet.total)
    if finished and any(one.problems for one in results.values()):
        _warn(results, NOT_COMPLETED, len(finished))
        finished = []
    if waiting := [one for one in finished if one.task in held.tasks]:
        _warn(results, NOT_COMPLETED_YET, len(waiting))
        finished = [one for one in finished if one.task not in held.tasks]
    if finished:
        tasks.complete_tasks(ctx, actor, results[TASKS].file, finished, progress)
        more = sum(not one.counted for one in finished)
        before = results[TASKS]
        results[TASKS] = replace(before, changed=before.changed + more, unchanged=before.unchanged - more)
    ignored = [Imported(file, 0, 0, 0, warnings=(Sentence(IGNORED, {"file": file}),)) for file in unknown]
    return [*results.values(), *ignored]


def _files(folder: Path) -> tuple[dict[str, Path], list[str]]:
    """The files that are known, in their order, by their names; and the names of the other CSV files."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.casefold() == ".csv")
    except OSError:
        raise Refused(NO_FOLDER, LOOK, folder=folder) from None
    # exact names first: `Clients.csv` counts where there is no clients.csv
    by_name: dict[str, Path] = {}
    for path in sorted(paths, key=lambda one: one.name not in FILES):
        by_name.setdefault(path.name.casefold(), path)
    known = {name: by_name[name] for name in FILES if name in by_name}
    return known, [path.name for path in paths if path not in known.values()]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector, which would look through a large file's cells again and again (100,000 tasks: 10.4 s of
    CPU, without it 6.5 s); none of them are in cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _warn(results: dict[str, Imported], text: Text, count: int) -> None:
    told = Sentence(text, {"file": results[TASKS].file, "count": count})
    results[TASKS] = replace(results[TASKS], warnings=(*results[TASKS].warnings, told))


def _take_documents(
    ctx: Context,
    actor: Actor,
    sheet: Sheet,
    *,
    folder: Path,
    held: documents.Held,
    progress: Progress,
    confirmed: bool,
) -> Counts:
    wanted = documents.check_documents(ctx, actor, sheet, folder)
    kept = [] if sheet.refused else documents.keep_documents(ctx, sheet, wanted, progress)
    rest, noted = ([], {}) if sheet.refused else documents.hold_documents(ctx, sheet, kept, held, confirmed=confirmed)
    return _take(ctx, actor, sheet, partial(documents.attach_documents, kept=rest, noted=noted))


def _take(ctx: Context, actor: Actor, sheet: Sheet, take: Take) -> Counts:
    """Check what needs the office's present state, and write, in one transaction."""
    with suppress(_Undo), ctx.store.transaction():
        counts = take(ctx, actor, sheet)
        if sheet.refused:
            raise _Undo
        if counts.added or counts.changed:
            params = {"file": sheet.file, "added": counts.added, "changed": counts.changed}
            ctx.store.append([event(ctx, actor, "imported", params=params)])
        return counts
    return Counts()
