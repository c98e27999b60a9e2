"""Templates: every kind of document and its folder; mapped one by one or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from core.cli.mapping import HEADS, NO_FOLDER, NOT_SENT, NOTHING_CHANGED
from core.domain.destinations import show_destination
from core.domain.models import MappingChange, Names, Template
from core.domain.text import Text
from core.office import mapping, views
from tui.keys import key
from tui.listing import Listing
from tui.screens.confirm import Confirm
from tui.screens.listed import Listed
from tui.screens.panel import number
from tui.watch import Changed
from tui.widgets.rows import Column, Row, Rows

NO_TEMPLATES = Text(
    "Nenhum template ainda. Traga os do escritório: malote import PASTA.",
    "No templates yet. Bring the office's: malote import FOLDER.",
)
WITHOUT = Text("{count} sem pasta", "{count} without folder")
ONLY_WITHOUT = Text("só os sem pasta", "only without folder")
MAPPED = Text("{what} → {destination}. u desfaz.", "{what} → {destination}. u undoes it.")
CLEARED = Text("{what}: sem pasta de destino. u desfaz.", "{what}: no destination. u undoes it.")
SEVERAL = Text("{count} templates", "{count} templates")
UNDONE = Text("Desfeito: {what} → {destination}.", "Undone: {what} → {destination}.")
CLEAR = Text("Tirar a pasta de destino de {what}?", "Take the destination of {what} away?")
CLEAR_NOTE = Text("Os envios deles vão falhar até que tenham outra.", "Their deliveries fail until they have another.")
YES_CLEAR = Text("sim, tirar", "yes, take it away")
UNDO = Text("Desfazer sua última mudança: {what} → {destination}?", "Undo your last change: {what} → {destination}?")
YES_UNDO = Text("sim, desfazer", "yes, undo")
CODES = {"mapped", "unmapped", "mapping_undone", "imported", "activated"}


class Templates(Listed[Template]):
    """The templates, sortable, with marks."""

    TITLE_TEXT = Text("Templates de documentos", "Document templates")
    ENTER = Text("pasta", "folder")
    BINDINGS: ClassVar = [
        key("d", "map_marked", Text("pasta em lote", "folder for all marked")),
        key("f", "unmapped", Text("sem pasta", "without folder")),
        key("u", "undo", Text("desfazer", "undo")),
        key("c", "clear", Text("tirar pasta", "clear folder"), show=False),
        key("p", "mark_like('department')", Text("marcar o mesmo departamento", "mark same department"), show=False),
        key("t", "mark_like('folder')", Text("marcar a mesma pasta", "mark same folder"), show=False),
    ]

    def make_listing(self) -> Listing[Template]:
        return Listing((lambda one: one.name, lambda one: one.department, self._folder), self._row)

    def columns(self) -> Sequence[Column]:
        _, name, department, folder = HEADS
        return [Column(self.say(name), 20, 3), Column(self.say(department), 14), Column(self.say(folder), 20, 4)]

    def why_empty(self) -> Text:
        return NO_TEMPLATES

    def counts(self) -> list[str]:
        lang = self.desk.lang
        told = [self.say(WITHOUT, count=number(self._without, lang))]
        return [*told, self.say(ONLY_WITHOUT)] if self.listing.only is is_unmapped else told

    _without = 0

    def read(self) -> list[Template]:
        return list(views.every(self.desk.ctx.store.templates))

    def show(self, found: list[Template]) -> None:
        self._without = sum(is_unmapped(one) for one in found)
        super().show(found)

    def cares_for(self, changed: Changed) -> bool:
        return not CODES.isdisjoint(changed.codes)

    def aim(self, **aims: Any) -> None:
        if aims.get("only") == "unmapped":
            self.listing.only = is_unmapped
            self.listing.arrange()
            self.refresh_list()
        if key := aims.get("template"):
            self.clear_filter()
            self.refresh_list(key)

    def _folder(self, one: Template) -> str:
        if one.destination:
            return show_destination(one.destination)
        return self.say(NO_FOLDER) if one.send else self.say(NOT_SENT)

    def _row(self, one: Template) -> Row:
        tone = "" if one.destination else "warning" if one.send else "muted"
        return Row(one.id, (one.name, one.department, self._folder(one)), ("", "", tone) if tone else "")

    # --- acting

    def on_rows_opened(self, message: Rows.Opened) -> None:
        """Enter: this one's folder."""
        if (one := self.listing.get(message.rows.current)) is not None:
            self._choose([one])

    def action_map_marked(self) -> None:
        self._choose(self.listing.chosen(self.rows.current))

    def _choose(self, templates: Sequence[Template]) -> None:
        from tui.screens.destination import Choice, ChooseDestination

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                self._map(choice.templates, choice.destination)

        if templates:
            shown = {one.id for one in self.listing}
            hidden = [one for one in templates if one.id not in shown]
            self.console.open(ChooseDestination(self.desk, templates, hidden), chosen)

    def _map(self, templates: Sequence[Template], destination: Names | None) -> None:
        ctx, actor = self.desk.ctx, self.desk.actor

        def done(change: MappingChange | None) -> None:
            if change is None:
                self.notice(self.say(NOTHING_CHANGED), "muted")
            elif destination:
                self.notice(
                    "✓ " + self.say(MAPPED, what=self._what(templates), destination=show_destination(destination))
                )
            else:
                self.notice("✓ " + self.say(CLEARED, what=self._what(templates)))

        self.act(lambda: mapping.map_templates(ctx, actor, [one.id for one in templates], destination), done)

    def _what(self, templates: Sequence[Template]) -> str:
        return templates[0].name if len(templates) == 1 else self.say(SEVERAL, count=len(templates))

    def action_clear(self) -> None:
        templates = [one for one in self.listing.chosen(self.rows.current) if one.destination]
        if not templates:
            self.notice(self.say(NOTHING_CHANGED), "muted")
            return

        def sure(yes: bool | None) -> None:
            if yes:
                self._map(templates, None)

        names = [one.name for one in templates]
        question = self.say(CLEAR, what=self._what(templates))
        self.console.open(Confirm(self.desk, question, [self.say(CLEAR_NOTE), *names], self.say(YES_CLEAR)), sure)

    def action_undo(self) -> None:
        """Say what would be undone, and undo it when that is wanted."""
        ctx, actor = self.desk.ctx, self.desk.actor

        def found(change: MappingChange | None) -> None:
            if change is None:
                self.notice(self.say(mapping.NOTHING_TO_UNDO), "muted")
                return
            question = self.say(UNDO, **self._change(change))
            self.console.open(Confirm(self.desk, question, [], self.say(YES_UNDO)), sure)

        def sure(yes: bool | None) -> None:
            if yes:
                self.act(lambda: mapping.undo(ctx, actor), undone)

        def undone(change: MappingChange) -> None:
            self.notice("✓ " + self.say(UNDONE, **self._change(change)))

        self.act(lambda: views.next_undo(ctx, actor), found)

    def _change(self, change: MappingChange) -> dict[str, str]:
        first = self.listing.get(change.changes[0].template)
        name = first.name if first is not None else change.changes[0].template
        count = len(change.changes)
        befores = {one.before for one in change.changes}
        shown = sorted(show_destination(one) if one else self.say(NO_FOLDER) for one in befores)
        return {"what": name if count == 1 else self.say(SEVERAL, count=count), "destination": " / ".join(shown[:3])}

    def action_mark_like(self, what: str) -> None:
        if (current := self.rows.current) is not None:
            self.listing.mark_like(current, {"department": 1, "folder": 2}[what])
            self._marks_changed()

    def action_unmapped(self) -> None:
        self.listing.only = None if self.listing.only is is_unmapped else is_unmapped
        self.listing.arrange()
        self.refresh_list()


def is_unmapped(one: Template) -> bool:
    """Whether it is sent but has no folder."""
    return one.send and not one.destination


SCREEN = Templates
