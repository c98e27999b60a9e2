"""Opening tasks again: asks first, for what is queued then waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.domain.models import TaskStatus
from core.domain.text import Text
from core.office import tasks as use
from core.office.words import REOPENED
from tui.screens.confirm import Confirm
from tui.screens.place import Place

REOPEN = Text("Reabrir a tarefa {task}?", "Open the task {task} again?")
REOPEN_MANY = Text("Reabrir {count} tarefas?", "Open {count} tasks again?")
REOPEN_NOTE = Text(
    "O que ainda está na fila espera até que seja concluída de novo; o que já foi entregue fica no portal.",
    "What is still queued waits until it is completed again; what has been delivered stays at the portal.",
)
YES_REOPEN = Text("sim, reabrir", "yes, open again")
ARE_OPEN = Text("Nada a reabrir: já está aberta.", "Nothing to open: it is open already.")
REOPENED_MANY = Text("{count} tarefas reabertas; o que estava na fila espera.", "{count} tasks opened again.")


def reopen(place: Place[Any], keys: Sequence[str]) -> None:
    """Ask, and open those again that are completed."""
    desk = place.desk
    ctx, actor = desk.ctx, desk.actor

    def completed() -> list[str]:
        found = ctx.store.tasks.get_many(keys)
        return [key for key in keys if key in found and found[key].status is TaskStatus.COMPLETED]

    def ask(tasks: list[str]) -> None:
        if not tasks:
            place.notice(place.say(ARE_OPEN), "muted")
            return

        def sure(yes: bool | None) -> None:
            if yes:
                place.act(lambda: [use.reopen_task(ctx, actor, key) for key in tasks], done)

        one = len(tasks) == 1
        question = place.say(REOPEN, task=tasks[0]) if one else place.say(REOPEN_MANY, count=len(tasks))
        place.console.open(Confirm(desk, question, [place.say(REOPEN_NOTE)], place.say(YES_REOPEN)), sure)

    def done(tasks: Sequence[Any]) -> None:
        one = len(tasks) == 1
        told = place.say(REOPENED, task=tasks[0].id) if one else place.say(REOPENED_MANY, count=len(tasks))
        place.notice("✓ " + told)

    place.act(completed, ask)
