"""Templates: every kind of document and its folder; mapped one by one or many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from core.domain.destinations import show_destination
from core.domain.figures import dated
from core.domain.models import MappingChange, Names, Template
from core.domain.text import Text
from core.office import mapping, views
from core.office.words import NO_FOLDER, NOT_SENT, NOTHING_CHANGED, TEMPLATE_HEADS
from tui.keys import key
from tui.listing import Listing
from tui.screens.columned import Columned
from tui.screens.confirm import Confirm
from tui.screens.panel import number
from tui.screens.stepping import REDO, SEVERAL, UNDO, gone, take
from tui.watch import Changed
from tui.widgets.lines import Line, saying
from tui.widgets.rows import Column, Row, Rows

NO_TEMPLATES = Text(
    "Nenhum template ainda. Traga os do escritório: malote import PASTA.",
    "No templates yet. Bring the office's: malote import FOLDER.",
)
ALL_MAPPED = Text(
    "Todos têm pasta de destino. {keys[templates.unmapped]} mostra todos.",
    "All have a destination. {keys[templates.unmapped]} shows all.",
)
LAST = Text("Envio", "Sent")
EXPRESS = Text("Exp.", "Exp.")
YES, NO = Text("sim", "yes"), Text("não", "no")
WITHOUT = Text("{count} sem pasta", "{count} without folder")
MAPPED = Text(
    "{what} → {destination}. {keys[templates.undo]} desfaz.",
    "{what} → {destination}. {keys[templates.undo]} undoes it.",
)
CLEARED = Text(
    "{what}: sem pasta de destino. {keys[templates.undo]} desfaz.",
    "{what}: no destination. {keys[templates.undo]} undoes it.",
)
CLEAR = Text("Tirar a pasta de destino de {what}?", "Take the destination of {what} away?")
CLEAR_NOTE_ONE = Text("Os envios dele vão falhar até que tenha outra.", "Its deliveries fail until it has another.")
CLEAR_NOTE = Text("Os envios deles vão falhar até que tenham outra.", "Their deliveries fail until they have another.")
ALTERED = Text(
    "{what}: a pasta mudou enquanto você escolhia. Trocar mesmo assim?",
    "{what}: the folder changed while you chose. Replace it all the same?",
)
ALTERED_BY = Text("{name} → {destination}, por {who}", "{name} → {destination}, by {who}")
YES_ALTERED = Text("sim, trocar: {what} → {destination}", "yes, replace: {what} → {destination}")
YES_CLEAR = Text("sim, tirar", "yes, take it away")
CODES = {"mapped", "unmapped", "mapping_undone", "mapping_redone", "imported", "activated", "express_rules"}
DELIVERED = {"delivered", "replaced", "kept_both", "already_there"}
REST = 5.0
"""Seconds between two looks at when each template was delivered last, while documents go out."""
ROOM = 76
"""Columns of a terminal from which on all of the list's are shown."""


@dataclass(frozen=True)
class View:
    """A template, when something was delivered under it last, and, worked out when asked, whether Express knows it."""

    template: Template
    last: datetime | None = None

    @property
    def id(self) -> str:
        return self.template.id

    @property
    def express(self) -> bool:
        return views.is_recognised(self.template)


class Templates(Columned[View]):
    """The templates, sortable, with marks."""

    TITLE_TEXT = Text("Templates de documentos", "Document templates")
    ENTER = Text("pasta", "folder")
    ONLY = Text("só os sem pasta", "only without folder"), "templates.unmapped"
    FOR_ADMINS = frozenset({"open", "map_marked", "undo", "redo", "clear"})
    ON_ANY = frozenset({"unmapped", "undo", "redo"})
    ON_ONE = frozenset({"map_marked", "clear", "mark_like", "mark", "mark_to", "rules"})
    BINDINGS: ClassVar = [
        key("d", "map_marked", Text("pasta em lote", "folder for all marked")),
        key("f", "unmapped", Text("sem pasta", "without folder")),
        key("u", "undo", Text("desfazer", "undo")),
        key("U", "redo", Text("refazer", "redo"), show=False),
        key("e", "rules", Text("regras do Express", "Express's rules")),
        key("c", "clear", Text("tirar pasta", "clear folder"), show=False),
    ]

    _without = 0
    _later = False
    _templates: Sequence[Template] = ()
    _changed = True

    def make_listing(self) -> Listing[View]:
        shown: list[Callable[[View], str]] = [
            lambda one: one.template.name,
            lambda one: one.template.department,
            lambda one: self._folder(one.template),
            lambda one: "" if one.last is None else one.last.isoformat(),
            lambda one: self.say(YES if one.express else NO),
        ]
        return Listing(shown, self._row, searched=3)

    def columns(self) -> Sequence[Column]:
        _, name, department, folder = (self.say(one) for one in TEMPLATE_HEADS)
        wide = [Column(name, 14, 5), Column(department, 13), Column(folder, 27, 3)]
        if self.app.size.width < ROOM:
            return wide
        return [*wide, Column(self.say(LAST), 5), Column(self.say(EXPRESS), 4)]

    def why_empty(self) -> Text:
        return NO_TEMPLATES

    def _empty(self, width: int) -> list[Line]:
        if self.listing.total and not self._without and self.listing.only is is_unmapped and not self.listing.needle:
            return saying(self.say(ALL_MAPPED), above=1)(width)
        return super()._empty(width)

    def counts(self) -> list[str]:
        lang = self.desk.lang
        told = [self.say(WITHOUT, count=number(self._without, lang))]
        return [*told, self.say(self.ONLY[0])] if self.listing.only is is_unmapped else told

    # --- what is shown

    def read(self) -> list[View]:
        ctx = self.desk.ctx
        if self._changed or not self._templates:
            self._changed = False
            self._templates = list(views.every(ctx.store.templates))
        last = views.last_deliveries(ctx)
        return [View(one, last.get(one.id)) for one in self._templates]

    def show(self, found: list[View]) -> None:
        self._without = sum(is_unmapped(one) for one in found)
        super().show(found)

    def on_resize(self) -> None:
        self.rows.columns = self.columns()
        self.refresh_list()
        super().on_resize()

    def cares_for(self, changed: Changed) -> bool:
        if not CODES.isdisjoint(changed.codes):
            self._changed = True
            return True
        if not (self._later or DELIVERED.isdisjoint(changed.codes)):
            self._later = True
            self.set_timer(REST, self._look_later)
        return False

    def _look_later(self) -> None:
        self._later = False
        if self.is_current:
            self.reload()
        else:
            self._make_stale()

    def action_reload(self) -> None:
        self._changed = True
        self.reload()

    def aim(self, **aims: Any) -> None:
        if aims.get("only") == "unmapped":
            self.listing.only = is_unmapped
            self.rearrange()
        if wanted := aims.get("template"):
            self.when_read(lambda: self._look_at(wanted))

    def _look_at(self, wanted: str) -> None:
        """Stand on a template; where it has no folder, choose one at once, as of a client."""
        self.clear_filter()
        self.refresh_list(wanted)
        one = self.listing.get(wanted)
        if one is not None and is_unmapped(one) and self.desk.actor.admin:
            self._choose([one])

    def _folder(self, one: Template) -> str:
        if one.destination:
            return show_destination(one.destination)
        return self.say(NO_FOLDER) if one.send else self.say(NOT_SENT)

    def _row(self, one: View) -> Row:
        template = one.template
        tone = "" if template.destination else "warning" if template.send else "muted"
        sign = "! " if tone == "warning" else ""
        cells = (
            template.name,
            template.department,
            sign + self._folder(template),
            short(one.last, self.desk.ctx.now(), self.desk.lang),
            self.say(YES if one.express else NO),
        )[: len(self.rows.columns)]
        return Row(one.id, cells, ("", "", tone, "", "")[: len(cells)] if tone else "")

    # --- acting

    def on_rows_opened(self, message: Rows.Opened) -> None:
        """Enter: this one's folder."""
        if (why := self.why_not("open", ())) is not None:
            self.refuse(why)
        elif (one := self.listing.get(message.rows.current)) is not None:
            self._choose([one])

    def action_map_marked(self) -> None:
        self._choose(self.listing.chosen(self.rows.current))

    def _choose(self, chosen: Sequence[View]) -> None:
        from tui.screens.destination import Choice, ChooseDestination

        def done(choice: Choice | None) -> None:
            if choice is not None:
                self._map(choice.templates, choice.destination)

        if chosen:
            shown = {one.id for one in self.listing}
            hidden = [one.template for one in chosen if one.id not in shown]
            self.console.open(ChooseDestination(self.desk, [one.template for one in chosen], hidden), done)

    def _map(self, templates: Sequence[Template], destination: Names | None) -> None:
        ctx, actor = self.desk.ctx, self.desk.actor
        seen = {one.id: one.destination for one in templates}

        def do() -> tuple[MappingChange | mapping.Altered | None, Mapping[str, int]]:
            waiting = mapping.leaving(ctx, seen) if destination else {}
            try:
                return mapping.map_templates(ctx, actor, seen, destination, seen=seen), waiting
            except mapping.Altered as altered:
                return altered, {}

        def done(made: tuple[MappingChange | mapping.Altered | None, Mapping[str, int]]) -> None:
            change, waiting = made
            if isinstance(change, mapping.Altered):
                self._ask_again(templates, destination, change)
            elif change is None:
                self.notice(self.say(NOTHING_CHANGED), "muted")
            elif destination:
                folder = show_destination(destination)
                told = self.say(MAPPED, what=self._what(templates), destination=folder)
                self.notice("✓ " + told + gone(self.desk, change, waiting))
            else:
                self.notice("✓ " + self.say(CLEARED, what=self._what(templates)))

        self.act(do, done)

    def _ask_again(self, templates: Sequence[Template], destination: Names | None, altered: mapping.Altered) -> None:
        """Someone has given some of them another folder meanwhile: whose word it is to be is for a person to say."""
        now = {one.id: one for one in altered.templates}
        about = [
            self.say(
                ALTERED_BY,
                name=one.name,
                destination=self._folder(one),
                who=altered.who.get(one.id) or self.say(mapping.SOMEONE),
            )
            for one in altered.templates
        ]
        folder = show_destination(destination) if destination else self.say(NO_FOLDER)
        yes = self.say(YES_ALTERED, what=self._what(templates), destination=folder)

        def sure(wanted: bool | None) -> None:
            if wanted:
                self._map([now.get(one.id, one) for one in templates], destination)

        self.console.open(Confirm(self.desk, self.say(ALTERED, what=self._what(altered.templates)), about, yes), sure)

    def _what(self, templates: Sequence[Template]) -> str:
        return templates[0].name if len(templates) == 1 else self.say(SEVERAL, count=len(templates))

    def action_clear(self) -> None:
        chosen = (one.template for one in self.listing.chosen(self.rows.current))
        templates = [one for one in chosen if one.destination]
        if not templates:
            self.notice(self.say(NOTHING_CHANGED), "muted")
            return

        def sure(yes: bool | None) -> None:
            if yes:
                self._map(templates, None)

        single = len(templates) == 1
        about = [self.say(CLEAR_NOTE_ONE)] if single else [self.say(CLEAR_NOTE), *(one.name for one in templates)]
        question = self.say(CLEAR, what=self._what(templates))
        self.console.open(Confirm(self.desk, question, about, self.say(YES_CLEAR)), sure)

    def action_undo(self) -> None:
        """Say what would be undone, and undo it when that is wanted."""
        take(self, UNDO, self._called)

    def action_redo(self) -> None:
        """Say what would be redone, and redo it when that is wanted."""
        take(self, REDO, self._called)

    def _called(self, template: str) -> str:
        known = self.listing.get(template)
        return template if known is None else known.template.name

    async def action_rules(self) -> None:
        if (current := self.rows.current) is not None:
            await self.console.go("rules", template=current)

    def action_unmapped(self) -> None:
        self.listing.only = None if self.listing.only is is_unmapped else is_unmapped
        self.rearrange()


def is_unmapped(one: View) -> bool:
    """Whether it is sent but has no folder."""
    return one.template.send and not one.template.destination


def short(moment: datetime | None, now: datetime, lang: str) -> str:
    """When something was, in five cells: today's time, this year's day, or a year."""
    if moment is None:
        return "—"
    at, today = moment.astimezone(), now.astimezone()
    form = "%H:%M" if at.date() == today.date() else "%d/%m" if at.year == today.year else "%Y"
    return dated(at, form, lang)


SCREEN = Templates
