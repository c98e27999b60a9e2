"""Which task a recognised file is for, and what Express leaves to a person: pure functions and values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import Field

from core.domain.lineage import Attached, File, attach
from core.domain.models import Document, Employee, Model, Moment, Names, Origin, Task, TaskStatus, Template
from core.domain.permissions import handles
from core.domain.recognition import Recognition
from core.domain.text import Sentence, Text

DOUBTS: dict[str, Text] = {
    "unreadable": Text("{reason} {remedy}", "{reason} {remedy}"),
    "recognised": Text(
        "O texto veio de uma imagem (OCR) e pode ter erros: confira. {reason}",
        "The text was read from a picture (OCR) and may be wrong: look at it. {reason}",
    ),
    "client": Text("De que cliente é? {reason}", "Whose is it? {reason}"),
    "template": Text("Que documento é? {reason}", "What is it? {reason}"),
    "period": Text("De que competência é? {reason}", "Of which period is it? {reason}"),
    "no_task": Text(
        "Nenhuma tarefa de {client} espera {template} em {period}.",
        "No task of {client} awaits {template} of {period}.",
    ),
    "several_tasks": Text("Mais de uma tarefa serve: {tasks}.", "More than one task fits: {tasks}."),
    "completed": Text(
        "A tarefa {task} já está concluída, e este arquivo não é uma nova versão de um documento dela.",
        "The task {task} is completed already, and this file is no new version of a document of it.",
    ),
    "taken": Text(
        "A tarefa {task} já tem outro arquivo com o nome que este teria no portal: {other}.",
        "The task {task} has another file already with the name that this one would get at the portal: {other}.",
    ),
    "removed": Text(
        "Alguém removeu este mesmo arquivo da tarefa {task}.", "Someone removed this very file from the task {task}."
    ),
    "no_assignee": Text(
        "A tarefa {task} não tem responsável, e o Express age em nome dele.",
        "The task {task} has no assignee, on whose behalf Express acts.",
    ),
    "unknown_assignee": Text(
        "{assignee}, responsável pela tarefa {task}, não está entre os funcionários.",
        "{assignee}, the assignee of the task {task}, is not among the employees.",
    ),
    "permission": Text(
        "{assignee}, responsável pela tarefa {task}, não tem permissão para o departamento {department}.",
        "{assignee}, the assignee of the task {task}, may not handle the department {department}.",
    ),
    "failed": Text("A leitura falhou: {reason}.", "Reading it failed: {reason}."),
}
"""Why a file waits for a person: what would have to be known, or mended."""

FOR_GOOD = frozenset({"unreadable", "failed"})
"""Doubts that nothing in the office can mend: such files are not tried again by themselves."""


class Waiting(Model):
    """A file that Express left to a person, with its best guesses and why."""

    id: str
    name: str  # as it lies among what was not recognised
    file_name: str  # as it came
    folders: Names = ()  # below the inbox, where it lay
    sha256: str = ""  # unknown where its bytes could not be read
    size: int = 0
    found_at: Moment
    doubt: str  # a code of DOUBTS
    params: dict[str, Any] = Field(default_factory=dict)  # texts in both languages are pairs
    recognition: Recognition = Field(default_factory=Recognition)


@dataclass(frozen=True)
class Verdict:
    """The task that a file goes to by itself; or the doubt, a code of `DOUBTS`, with what fills its sentence."""

    task: Task | None
    what: Attached | None = None
    doubt: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def sentence(doubt: str, params: Mapping[str, Any]) -> Sentence:
    """A doubt as a sentence; pairs among its parameters are texts in both languages."""
    texts = {key: Text(*one) if isinstance(one, list | tuple) else one for key, one in params.items()}
    return Sentence(DOUBTS[doubt], texts)


def doubt_of(recognition: Recognition) -> Verdict | None:
    """What of a recognition is not certain enough to look for a task, if anything."""
    missing = next((one for one in ("client", "template", "period") if _lacks(recognition, one)), None)
    return None if missing is None else Verdict(None, doubt=missing, params={"reason": list(recognition.reason)})


def which_task(
    recognition: Recognition,
    template: Template,
    file: File,
    tasks: Sequence[Task],
    documents: Mapping[str, Sequence[Document]],
    assignees: Mapping[str, Employee],
) -> Verdict:
    """Find the one task that a file may be attached to without asking.

    An open task of that client, template and period takes it; a completed one takes only a new version of a document
    of its own, or the very same bytes again, which changes nothing. Where several may take it, a person decides.

    Args:
        recognition: with a client and a template that are certain.
        tasks: the client's.
        documents: theirs, by task, removed ones too.
    """
    fitting = _of_period([one for one in tasks if _awaits(one, template, documents)], recognition)
    whats = {one.id: _attached(one, file, template, documents.get(one.id, ())) for one in fitting}
    willing = [one for one in fitting if one.status is TaskStatus.OPEN or whats[one.id] is not Attached.NEW]
    chosen = willing or fitting
    if not chosen:
        period = recognition.period or " / ".join(recognition.period_options) or "—"
        return Verdict(None, doubt="no_task", params={"template": template.name, "period": period})
    if len(chosen) > 1:
        return Verdict(None, doubt="several_tasks", params={"tasks": ", ".join(one.id for one in chosen)})
    (task,) = chosen
    what, siblings = whats[task.id], documents.get(task.id, ())
    if what is Attached.SAME:
        return Verdict(task, what)
    if what is Attached.TAKEN:
        others = (one.source_name for one in siblings if one.live and one.name == file.name)
        return Verdict(None, doubt="taken", params={"task": task.id, "other": next(others, file.name)})
    if task.status is TaskStatus.COMPLETED and what is Attached.NEW:
        return Verdict(None, doubt="completed", params={"task": task.id})
    if any(not one.live and one.template == template.id and one.sha256 == file.sha256 for one in siblings):
        return Verdict(None, doubt="removed", params={"task": task.id})
    return _on_behalf(task, what, template, assignees)


def _on_behalf(task: Task, what: Attached, template: Template, assignees: Mapping[str, Employee]) -> Verdict:
    """Express acts on behalf of the assignee, who must be there and may handle the department."""
    if not task.assignee:
        return Verdict(None, doubt="no_assignee", params={"task": task.id})
    assignee = assignees.get(task.assignee)
    if assignee is None:
        return Verdict(None, doubt="unknown_assignee", params={"assignee": task.assignee, "task": task.id})
    if not assignee.admin and not handles(assignee.departments, template.department):
        named = {"assignee": assignee.name, "task": task.id, "department": template.department}
        return Verdict(None, doubt="permission", params=named)
    return Verdict(task, what)


def _lacks(recognition: Recognition, part: str) -> bool:
    if part == "period" and (recognition.period_options or not recognition.period_needed):
        return False
    return getattr(recognition, part) is None


def _awaits(task: Task, template: Template, documents: Mapping[str, Sequence[Document]]) -> bool:
    if template.id in task.templates:
        return True
    return any(one.live and one.template == template.id for one in documents.get(task.id, ()))


def _of_period(tasks: Sequence[Task], recognition: Recognition) -> Sequence[Task]:
    """The tasks of the document's period; where a period is not needed, and none is of it, all of them.

    Where the period reads in two ways, the open tasks of either, if there are any.
    """
    periods = (recognition.period,) if recognition.period else recognition.period_options
    same = [one for one in tasks if one.period in periods]
    if len(periods) > 1:
        return [one for one in same if one.status is TaskStatus.OPEN] or same
    return same if same or recognition.period_needed else tasks


def _attached(task: Task, file: File, template: Template, siblings: Sequence[Document]) -> Attached:
    """What attaching the file to the task would be; the same bytes under another name are the same too."""
    if any(one.live and one.template == template.id and one.sha256 == file.sha256 for one in siblings):
        return Attached.SAME
    return attach(siblings, file, task, template.id, Origin.EXPRESS, "", "", datetime.min)[0]
