"""One's own changes of destinations, undone and redone: what will be done is said, asked, and then done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.domain.destinations import show_destination
from core.domain.models import Mapped, MappingChange, Names
from core.domain.permissions import Actor
from core.domain.text import Text
from core.office import Context, mapping
from core.office.words import LEAVING, NO_FOLDER
from tui.desk import Desk
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
        one, several: what becomes of one template, and of several; `nowhere` is the folder of what then has none.
    """

    find: Callable[[Context, Actor], MappingChange | None]
    do: Callable[[Context, Actor, str], MappingChange]
    to: Callable[[Mapped], Names | None]
    nothing: Text
    ask: Text
    yes: Text
    done: Text
    one: Text
    several: Text
    nowhere: Text


MOVE = Text("{what} → {destination}", "{what} → {destination}")
UNDO = Step(
    mapping.next_undo,
    mapping.undo,
    lambda one: one.before,
    mapping.NOTHING_TO_UNDO,
    Text("Desfazer sua última mudança: {moves}?", "Undo your last change: {moves}?"),
    Text("sim, desfazer", "yes, undo"),
    Text(
        "Desfeito: {moves}. {keys[templates.redo]} refaz.",
        "Undone: {moves}. {keys[templates.redo]} redoes it.",
    ),
    Text("{what} volta a {destination}", "{what} goes back to {destination}"),
    Text("{what} voltam a {destination}", "{what} go back to {destination}"),
    Text("ficar sem pasta", "having no folder"),
)
REDO = Step(
    mapping.next_redo,
    mapping.redo,
    lambda one: one.after,
    mapping.NOTHING_TO_REDO,
    Text("Refazer o que você desfez: {moves}?", "Redo what you undid: {moves}?"),
    Text("sim, refazer", "yes, redo"),
    Text(
        "Refeito: {moves}. {keys[templates.undo]} desfaz.",
        "Redone: {moves}. {keys[templates.undo]} undoes it.",
    ),
    MOVE,
    MOVE,
    NO_FOLDER,
)


def gone(desk: Desk, change: MappingChange, waiting: Mapping[str, int]) -> str:
    """What left because of a change, as a sentence after another one; nothing where nothing did.

    Args:
        waiting: how many deliveries waited, by template (`mapping.leaving`).
    """
    count = sum(waiting.get(one.template, 0) for one in change.changes)
    return " " + LEAVING.say(desk.lang, count) if count else ""


def take(place: Place[Any], step: Step, name_of: Callable[[str], str]) -> None:
    """Say on a place what a step would do, ask, and take it.

    Args:
        name_of: a template's name by its id.
    """
    ctx, actor = place.desk.ctx, place.desk.actor

    def folder(one: Mapped) -> str:
        names = step.to(one)
        return show_destination(names) if names else place.say(step.nowhere)

    def move(one: Mapped) -> str:
        return place.say(step.one, what=name_of(one.template), destination=folder(one))

    def told(change: MappingChange) -> str:
        first, count = change.changes[0], len(change.changes)
        if count == 1:
            return move(first)
        shown = sorted({folder(one) for one in change.changes})
        return place.say(step.several, what=place.say(SEVERAL, count=count), destination=" / ".join(shown[:3]))

    def find() -> tuple[MappingChange | None, Mapping[str, int]]:
        change = step.find(ctx, actor)
        mapped = {one.template for one in change.changes if step.to(one)} if change else ()
        return change, mapping.leaving(ctx, mapped) if mapped else {}

    def found(there: tuple[MappingChange | None, Mapping[str, int]]) -> None:
        change, waiting = there
        if change is None:
            place.notice(place.say(step.nothing), "muted")
            return
        several = len(change.changes) > 1
        about = [move(one) for one in change.changes] if several else []
        if left := gone(place.desk, change, waiting):
            about.insert(0, left.strip())
        question = place.say(step.ask, moves=told(change))

        def sure(wanted: bool | None) -> None:
            if wanted:
                place.act(lambda: step.do(ctx, actor, change.id), lambda change: taken(change, left))

        place.console.open(Confirm(place.desk, question, about, place.say(step.yes)), sure)

    def taken(change: MappingChange, left: str) -> None:
        place.notice("✓ " + place.say(step.done, moves=told(change)) + left)

    place.act(find, found)
