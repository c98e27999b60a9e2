"""documents.csv: files that another system has laid out, attached all or none."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from core.domain.lineage import Attached, was_removed
from core.domain.models import Document, Origin, Task, Template
from core.domain.names import legal_file_name
from core.domain.permissions import Actor
from core.domain.reasons import reason_of
from core.domain.text import Sentence, Text
from core.office.context import Context
from core.office.documents import attach_blob, keep, note_confirmed, objections
from core.office.errors import Refused
from core.office.intake.cells import read_bool, read_id, read_origin
from core.office.intake.sheet import Column, Counts, Given, Progress, Sheet
from core.office.intake.tasks import NO_TEMPLATE
from core.office.queue import event
from core.ports import Blob

if TYPE_CHECKING:
    from core.office.guard import OtherClient

COLUMNS = (
    Column("task", ("tarefa", "código da tarefa"), read_id, needed=True),
    Column("template", ("template de documento", "código do template"), read_id, needed=True),
    Column("file", ("arquivo", "caminho", "caminho do arquivo"), str, needed=True),
    Column("origin", ("origem",), read_origin),
    Column("confirm_client", ("confirma cliente", "confirmar cliente", "cliente confirmado"), read_bool),
)

NO_TASK = Text("Não há esta tarefa", "There is no such task")
NO_FILE = Text("Não há este arquivo", "There is no such file")
UNREADABLE = Text("O arquivo não pode ser lido: {reason}", "The file cannot be read: {reason}")
NOT_YOURS = Text(
    "{actor} não tem permissão para documentos do departamento {department}",
    "{actor} may not handle documents of the department {department}",
)
SAME_NAME = Text(
    "Esta tarefa já recebe um arquivo com este nome na linha {line}", "Line {line} gives this task a file of this name"
)
NOT_RESTORED = Text(
    "{file}, linha {line}: {name} foi removido da tarefa {task} e continua removido",
    "{file}, line {line}: {name} was removed from the task {task} and stays removed",
)
HELD = Text(
    "{file}, linha {line}: {objection} A linha espera: confira e importe com --confirm-client (ou confirm_client: yes)",
    "{file}, line {line}: {objection} The row waits: look, then import with --confirm-client (or confirm_client: yes)",
)
CHUNK = 1 << 20


class Wanted(NamedTuple):
    """A file to be attached, everything about it being known."""

    given: Given
    task: str
    template: Template
    path: Path
    origin: Origin


def check_documents(ctx: Context, actor: Actor, sheet: Sheet, folder: Path) -> list[Wanted]:
    """Find what the rows want: tasks, templates and files that are there, of departments that the actor may handle."""
    rows = [one for one in sheet.rows if sheet.require(one)]
    tasks = ctx.store.tasks.get_many({one.values["task"] for one in rows})
    templates = ctx.store.templates.get_many({one.values["template"] for one in rows})
    wanted: list[Wanted] = []
    for one in rows:
        task, template = tasks.get(one.values["task"]), templates.get(one.values["template"])
        if task is None:
            sheet.problem(one.row, "task", NO_TASK)
        if template is None:
            sheet.problem(one.row, "template", NO_TEMPLATE)
        elif not actor.may_handle(template.department):
            sheet.problem(one.row, "template", NOT_YOURS, actor=actor.id, department=template.department)
        path = _find(sheet, one, folder)
        if task is not None and template is not None and path is not None:
            wanted.append(Wanted(one, task.id, template, path, one.values.get("origin", Origin.MANUAL)))
    return _each_once(sheet, wanted)


def keep_documents(ctx: Context, sheet: Sheet, wanted: list[Wanted], progress: Progress) -> list[tuple[Wanted, Blob]]:
    """Keep the files' bytes, durably; what is attached already with these bytes is only read."""
    documents = ctx.store.documents.of_tasks({one.task for one in wanted})
    known = {(one.task, one.template, one.source_name): one for one in documents if one.live}
    kept: list[tuple[Wanted, Blob]] = []
    for number, one in enumerate(wanted):
        progress(sheet.file, number, len(wanted))
        try:
            blob = _unchanged(ctx, one, known.get((one.task, one.template.id, one.path.name))) or keep(ctx, one.path)
        except (OSError, Refused) as error:
            reason = error.sentence.params.get("reason") if isinstance(error, Refused) else reason_of(error)
            sheet.problem(one.given.row, "file", UNREADABLE, reason=reason)
        else:
            kept.append((one, blob))
    return kept


@dataclass
class Held:
    """Rows that wait, as their files bear another client's number: told each, and their tasks."""

    told: list[Sentence] = field(default_factory=list)
    tasks: set[str] = field(default_factory=set)


def hold_documents(
    ctx: Context, sheet: Sheet, kept: list[tuple[Wanted, Blob]], held: Held, *, confirmed: bool
) -> tuple[list[tuple[Wanted, Blob]], dict[int, OtherClient]]:
    """Hold back the files that bear another client's number and not the task's client's, until someone confirms them.

    Args:
        held: those are added to it.
        confirmed: all of them are.

    Returns:
        The files to attach, and of those among them that were confirmed what speaks against them, by their places.
    """
    tasks: dict[str, Task] = ctx.store.tasks.get_many({one.task for one, _ in kept})
    against = objections(ctx, [(tasks[one.task], one.path.name, blob) for one, blob in kept])
    rest: list[tuple[Wanted, Blob]] = []
    noted: dict[int, OtherClient] = {}
    for place, (one, blob) in enumerate(kept):
        objection = against.get(place)
        if objection is None or confirmed or one.given.values.get("confirm_client"):
            if objection is not None:
                noted[len(rest)] = objection
            rest.append((one, blob))
            continue
        said = Text(*(objection.sentence.say(lang) for lang in ("pt", "en")))
        params = {"file": sheet.file, "line": one.given.row.line, "objection": said}
        held.told.append(Sentence(HELD, params))
        held.tasks.add(one.task)
    return rest, noted


def attach_documents(
    ctx: Context, actor: Actor, sheet: Sheet, kept: list[tuple[Wanted, Blob]], noted: Mapping[int, OtherClient]
) -> Counts:
    """Attach what is kept; nothing that was removed comes back. In the caller's transaction, which a refusal ends.

    Args:
        noted: what speaks against files that someone confirmed, by their places.
    """
    tasks: dict[str, Task] = ctx.store.tasks.get_many({one.task for one, _ in kept})
    siblings: dict[str, list[Document]] = {}
    for document in ctx.store.documents.of_tasks(tasks):
        siblings.setdefault(document.task, []).append(document)
    made = dict.fromkeys(Attached, 0)
    for place, (one, blob) in enumerate(kept):
        task = tasks[one.task]
        if was_removed(siblings.get(one.task, ()), one.path.name, one.template.id):
            _stays_removed(ctx, actor, sheet, one, siblings[one.task])
            made[Attached.SAME] += 1
            continue
        try:
            attached = attach_blob(ctx, actor, task, one.template, one.path.name, blob, one.origin)
        except Refused as refusal:
            sheet.problem(one.given.row, "file", refusal.sentence.text, **refusal.sentence.params)
        else:
            made[attached.what] += 1
            if place in noted and attached.what is not Attached.SAME:
                note_confirmed(ctx, actor, attached.document, noted[place])
    return Counts(made[Attached.NEW], made[Attached.VERSION], made[Attached.SAME])


def _find(sheet: Sheet, one: Given, folder: Path) -> Path | None:
    try:
        return next(path for path in _spellings(folder, one.values["file"]) if path.is_file())
    except StopIteration:
        sheet.problem(one.row, "file", NO_FILE)
    except OSError as error:
        sheet.problem(one.row, "file", UNREADABLE, reason=reason_of(error))
    return None


def _spellings(folder: Path, cell: str) -> Iterator[Path]:
    """The ways a file system may spell what the cell says: Windows' separators, accents composed or not."""
    for text in dict.fromkeys((cell, cell.replace("\\", "/"))):
        for form in dict.fromkeys((text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text))):
            yield folder / form


def _each_once(sheet: Sheet, wanted: list[Wanted]) -> list[Wanted]:
    """Two files of one name would be two versions, the other way round at each import; one file twice is one."""
    first: dict[tuple[str, str, str], Wanted] = {}
    for one in wanted:
        key = (one.task, one.template.id, legal_file_name(one.path.name)[0])
        other = first.setdefault(key, one)
        if other.path != one.path:
            sheet.problem(one.given.row, "file", SAME_NAME, line=other.given.row.line)
    return list(first.values())


def _unchanged(ctx: Context, one: Wanted, document: Document | None) -> Blob | None:
    """The bytes that are attached, if the file still has them and they are still kept."""
    if document is None or one.path.stat().st_size != document.size:
        return None
    digest = hashlib.sha256()
    with one.path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != document.sha256 or ctx.blobs.state(document.sha256, document.size) is not None:
        return None
    return Blob(document.sha256, document.size)


def _stays_removed(ctx: Context, actor: Actor, sheet: Sheet, one: Wanted, siblings: list[Document]) -> None:
    """Say that a removed document stays so: here each time, in the journal once."""
    sheet.warn(NOT_RESTORED, line=one.given.row.line, name=one.path.name, task=one.task)
    document = next(
        other for other in reversed(siblings) if (other.template, other.source_name) == (one.template.id, one.path.name)
    )
    told = (past.code == "not_restored" for past in ctx.store.events_of_document(document.id))
    if not any(told):
        ctx.store.append([event(ctx, actor, "not_restored", document=document)])
