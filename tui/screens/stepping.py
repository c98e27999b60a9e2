"""One's own changes of destinations, undone and redone: what will be done is said, asked, and then done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.domain.destinations import show_destination
from core.domain.models import Mapped, MappingChange, Names
from core.domain.permissions import Actor
from core.domain.text import Text
from core.office import Context, mapping
from core.office.words import NO_FOLDER
from tui.screens.confirm import Confirm
from tui.screens.place import Place

SEVERAL = Text("{count} templates", "{count} templates")


@dataclass(frozen=True)
class Step:
    """A way through one's changes.

    Args:
        find, do: the use cases.
        to: the folder that a template has afterwards.
        nothing, ask, yes, done: what is said.
    """

    find: Callable[[Context, Actor], MappingChange | None]
    do: Callable[[Context, Actor, str], MappingChange]
    to: Callable[[Mapped], Names | None]
    nothing: Text
    ask: Text
    yes: Text
    done: Text


UNDO = Step(
    mapping.next_undo,
    mapping.undo,
    lambda one: one.before,
    mapping.NOTHING_TO_UNDO,
    Text("Desfazer sua última mudança: {what} → {destination}?", "Undo your last change: {what} → {destination}?"),
    Text("sim, desfazer", "yes, undo"),
    Text(
        "Desfeito: {what} → {destination}. {keys[templates.redo]} refaz.",
        "Undone: {what} → {destination}. {keys[templates.redo]} redoes it.",
    ),
)
REDO = Step(
    mapping.next_redo,
    mapping.redo,
    lambda one: one.after,
    mapping.NOTHING_TO_REDO,
    Text("Refazer o que você desfez: {what} → {destination}?", "Redo what you undid: {what} → {destination}?"),
    Text("sim, refazer", "yes, redo"),
    Text(
        "Refeito: {what} → {destination}. {keys[templates.undo]} desfaz.",
        "Redone: {what} → {destination}. {keys[templates.undo]} undoes it.",
    ),
)


def take(place: Place[Any], step: Step, name_of: Callable[[str], str]) -> None:
    """Say on a place what a step would do, ask, and take it.

    Args:
        name_of: a template's name by its id.
    """
    ctx, actor = place.desk.ctx, place.desk.actor

    def folder(one: Mapped) -> str:
        names = step.to(one)
        return show_destination(names) if names else place.say(NO_FOLDER)

    def told(change: MappingChange) -> dict[str, str]:
        first, count = change.changes[0], len(change.changes)
        shown = sorted({folder(one) for one in change.changes})
        what = name_of(first.template) if count == 1 else place.say(SEVERAL, count=count)
        return {"what": what, "destination": " / ".join(shown[:3])}

    def found(change: MappingChange | None) -> None:
        if change is None:
            place.notice(place.say(step.nothing), "muted")
            return
        several = len(change.changes) > 1
        about = [f"{name_of(one.template)} → {folder(one)}" for one in change.changes] if several else []
        question = place.say(step.ask, **told(change))

        def sure(wanted: bool | None) -> None:
            if wanted:
                place.act(lambda: step.do(ctx, actor, change.id), taken)

        place.console.open(Confirm(place.desk, question, about, place.say(step.yes)), sure)

    def taken(change: MappingChange) -> None:
        place.notice("✓ " + place.say(step.done, **told(change)))

    place.act(lambda: step.find(ctx, actor), found)
