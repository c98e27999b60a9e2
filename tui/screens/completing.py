"""Completing tasks: first a dry look at what will be sent where and what will fail, then, by another key, doing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.domain.text import Text
from core.office import Refused
from core.office import tasks as use
from core.office.foresight import Outlook, foresee
from core.office.tasks import Completed
from tui.screens.completion import Completion
from tui.screens.working import Cancelled, Work, Working

LOOKING = Text("Olhando o portal: o que vai para onde…", "Looking at the portal: what goes where…")
NO_TASK = Text("Nenhuma tarefa escolhida.", "No task chosen.")
COMPLETING = Text("Concluindo:", "Completing:")
HALF_WAY = Text(
    "Cancelado: {count} de {total} concluídas, documentos na fila: {queued}.",
    "Cancelled: {count} of {total} completed, documents queued: {queued}.",
)
DONE = Text("{count} tarefas concluídas; documentos na fila: {queued}.", "{count} tasks completed; queued: {queued}.")
DONE_ONE = Text("{task} concluída; documentos na fila: {queued}.", "{task} completed; documents queued: {queued}.")


@dataclass(frozen=True)
class Done:
    """What came of completing some tasks."""

    completed: Sequence[Completed]
    refused: Sequence[Refused]
    cancelled: bool = False


def complete(place: Working[Any], tasks: Sequence[str], then: Callable[[Done], None] = lambda _: None) -> None:
    """Look dry, ask, and complete.

    Args:
        then: told what came of it.
    """
    desk = place.desk
    ctx, actor = desk.ctx, desk.actor
    if not tasks:
        place.notice(desk.say(NO_TASK), "muted")
        return

    def ask(outlook: Outlook) -> None:
        place.notice("")
        dialog = Completion(desk, outlook)

        def sure(yes: bool | None) -> None:
            if yes and dialog.stale:
                complete(place, tasks, then)
            elif yes:
                go(dialog.outlook)

        place.console.open(dialog, sure)

    def go(outlook: Outlook) -> None:
        place.do_long(lambda work: do(work, outlook), came_of_it, COMPLETING)

    def came_of_it(done: Done) -> None:
        say_done(place, done, len(tasks))
        then(done)

    def do(work: Work, outlook: Outlook) -> Done:
        completed: list[Completed] = []
        refused: list[Refused] = []
        for count, task in enumerate(tasks):
            try:
                work.step(count, len(tasks))
                completed.append(use.complete_task(ctx, actor, task, force=task in outlook.missing))
            except Refused as error:
                refused.append(error)
            except Cancelled:
                return Done(completed, refused, cancelled=True)
        return Done(completed, refused)

    place.do_long(lambda work: foresee(ctx, actor, tasks, work.step), ask, LOOKING)


def say_done(place: Working[Any], done: Done, total: int) -> None:
    """Say what came of it."""
    desk = place.desk
    queued, count = sum(len(one.queued) for one in done.completed), len(done.completed)
    if done.cancelled:
        place.notice("! " + desk.say(HALF_WAY, count=count, total=total, queued=queued), "warning")
    elif done.refused:
        place.notice("✗ " + desk.problem(done.refused[0]), "error")
    elif count == 1:
        place.notice("✓ " + desk.say(DONE_ONE, task=done.completed[0].task.id, queued=queued), "good")
    else:
        place.notice("✓ " + desk.say(DONE, count=count, queued=queued), "good")
