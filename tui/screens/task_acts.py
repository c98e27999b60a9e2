"""What is done with a task's documents: attached, removed, marked as seen; said first where it cannot be undone."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from core.domain.models import Document, Task, Template
from core.domain.text import Sentence, Text
from core.office import views
from core.office.documents import AttachedFile, mark_seen, remove_document, what_remains
from core.office.words import ATTACHED, QUEUED_TOO, REMOVED, SEEN, UNSEEN
from tui.screens.confirm import Confirm
from tui.screens.place import Place

NO_TEMPLATES = Text("não há template ao qual anexar", "there is no template to attach under")
REMOVE = Text("Remover {name} da tarefa {task}?", "Remove {name} from the task {task}?")
REMOVE_NOTE = Text(
    "O que dele ainda não saiu é cancelado; uma importação não o traz de volta.",
    "What of it has not left yet is cancelled; no import brings it back.",
)
YES_REMOVE = Text("sim, remover", "yes, remove")


def attach(place: Place[Any], task: Task, have: Collection[str], active: bool, then: Callable[[str], None]) -> None:
    """Attach under the template that is awaited; asks which where there are several.

    Args:
        have: the templates of which there is a document.
        active: whether the integration is.
        then: told the first document that was attached.
    """
    desk = place.desk
    ctx = desk.ctx

    def read() -> list[Template]:
        if task.templates:
            found = ctx.store.templates.get_many(task.templates)
            return [found[key] for key in task.templates if key in found]
        return list(views.every(ctx.store.templates))

    def ask(templates: list[Template]) -> None:
        from tui.screens.attach import FOR, Attach
        from tui.screens.pick import Pick

        if not templates:
            place.refuse(NO_TEMPLATES)
            return
        ordered = sorted(templates, key=lambda one: one.id in have)
        lacking = [one for one in ordered if one.id not in have]

        def open_on(template: str | None) -> None:
            if template is not None:
                first = sorted(ordered, key=lambda one: one.id != template)
                place.console.open(Attach(desk, task, first, have, sends=active), attached)

        if len(lacking) == 1 or len(ordered) == 1:
            open_on(ordered[0].id)
        else:
            options = Attach(desk, task, ordered, have, sends=active).options()
            place.console.open(Pick(desk, desk.say(FOR), options, ordered[0].id), open_on)

    def attached(made: list[AttachedFile] | None) -> None:
        """Say what came of it, as the command does."""
        if not made:
            return
        then(made[0].document.id)
        told = []
        for one in made:
            what = desk.say(ATTACHED[one.what], name=one.document.name, version=one.document.version)
            told.append(desk.say(QUEUED_TOO, what=what) if one.delivery else what)
            told += [warning.say(desk.lang) for warning in one.warnings]
        warns = any(one.warnings for one in made)
        place.notice(("! " if warns else "✓ ") + " · ".join(told), "warning" if warns else "good")

    place.act(read, ask)


def remove(place: Place[Any], document: Document) -> None:
    """Says that the portal's copy stays, and where."""
    desk = place.desk

    def sure(yes: bool | None) -> None:
        if yes:
            place.act(lambda: remove_document(desk.ctx, desk.actor, document.id), removed)

    def removed(done: tuple[Document, Sentence]) -> None:
        place.notice(f"✓ {desk.say(REMOVED, name=document.name)} {done[1].say(desk.lang)}")

    about = [what_remains(document).say(desk.lang), desk.say(REMOVE_NOTE)]
    question = desk.say(REMOVE, name=document.name, task=document.task)
    place.console.open(Confirm(desk, question, about, desk.say(YES_REMOVE)), sure)


def mark(place: Place[Any], document: Document) -> None:
    """Mark as seen by the client, or take the mark back."""
    if document.placement is None:
        return
    desk, seen = place.desk, not document.placement.seen

    def done(_: Document) -> None:
        place.notice("✓ " + desk.say(SEEN if seen else UNSEEN, name=document.name))
        place.reload()

    place.act(lambda: mark_seen(desk.ctx, desk.actor, document.id, seen=seen), done)
