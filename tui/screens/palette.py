"""Ajuda: the keys of the present screen and all places; searched as one types, and run by Enter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

from textual.screen import Screen
from textual.widget import Widget

from core.domain.text import Text, fold
from tui.desk import Desk
from tui.keys import entries
from tui.places import PLACES
from tui.screens.dialog import Dialog
from tui.widgets.frame import Title
from tui.widgets.lines import saying
from tui.widgets.rows import Column, Fixed, Row, Rows
from tui.widgets.typed import Typed

TITLE = Text("Teclas desta tela, e para onde ir", "This screen's keys, and where to go")
HINT = Text("digite para procurar; {keys[typed.submit]} executa", "type to find; {keys[typed.submit]} runs it")
NO_HIT = Text("Nada com esse nome.", "Nothing of that name.")
GO = Text("ir para {place}", "go to {place}")


class Command(NamedTuple):
    """Something that can be done now."""

    key: str
    text: str
    node: Any
    action: str
    why_not: str = ""


class Palette(Dialog[None]):
    """What can be done here.

    Args:
        behind: the screen whose keys are shown.
        places_first: whether places stand before keys.
    """

    AUTO_FOCUS = "#find"
    BINDINGS: ClassVar = []

    def __init__(self, desk: Desk, behind: Screen[Any], *, places_first: bool):
        super().__init__(desk)
        go = {f"app.go('{way.name}')" for way in PLACES} | {f"go('{way.name}')" for way in PLACES}
        here = [
            Command(one.key, one.text, one.active.node, one.active.binding.action, one.why_not)
            for one in entries(behind, desk.lang, hidden=True)
            if one.active.binding.action not in (*go, "help", "app.help", "palette")
        ]
        places = [
            Command(
                desk.keys[f"app.go_{way.name}"],
                self.say(GO, place=way.title.text(desk.lang)),
                None,
                f"app.go('{way.name}')",
            )
            for way in PLACES
        ]
        here.sort(key=lambda one: bool(one.why_not))
        self._commands: Sequence[Command] = [*places, *here] if places_first else [*here, *places]
        self._shown: Sequence[Command] = ()

    def body(self) -> Iterable[Widget]:
        yield Title(self.say(TITLE))
        yield Typed(self.say(HINT), id="find")
        columns = [Column("", 12), Column("", 30, 2), Column("", 24, 1)]
        yield Rows(columns, id="commands", heads=False, driven=True)

    def on_mount(self) -> None:
        self._refresh("")

    def _refresh(self, needle: str) -> None:
        words = fold(needle).split()
        hay = ((one, fold(f"{one.key} {one.text} {one.why_not}")) for one in self._commands)
        self._shown = [one for one, text in hay if all(word in text for word in words)]
        rows = [self._row(index, one) for index, one in enumerate(self._shown)]
        self.query_one("#commands", Rows).show(Fixed(rows), empty=saying(self.say(NO_HIT)), cursor=0)

    @staticmethod
    def _row(index: int, one: Command) -> Row:
        tones = ("muted", "muted", "warning") if one.why_not else ("accent", "", "")
        return Row(str(index), (one.key, one.text, f"✗ {one.why_not}" if one.why_not else ""), tones)

    def on_input_changed(self, event: Typed.Changed) -> None:
        event.stop()
        self._refresh(event.value)

    async def on_input_submitted(self, event: Typed.Submitted) -> None:
        event.stop()
        await self._run()

    async def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        await self._run()

    def on_typed_passed(self, event: Typed.Passed) -> None:
        rows = self.query_one("#commands", Rows)
        rows.action_step({"down": 1, "up": -1, "pagedown": rows.height, "pageup": -rows.height}[event.key])

    def on_typed_left(self, _: Typed.Left) -> None:
        self.action_cancel()

    async def _run(self) -> None:
        index = self.query_one("#commands", Rows).cursor
        if index < len(self._shown):
            command, app = self._shown[index], self.app
            if command.why_not:  # it stands beside it
                return
            self.dismiss(None)
            app.call_later(app.run_action, command.action, command.node)
