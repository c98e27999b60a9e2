"""Ver erros: what failed or waits, grouped by cause, each with sentence, remedy and the key that leads there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

from textual.widget import Widget

from core.cli.call import TO_DO
from core.domain.text import Text
from core.office import journal
from core.office.journal import Trouble
from tui.desk import Desk
from tui.keys import key
from tui.screens.place import READING, Place
from tui.screens.retrying import retry
from tui.watch import Changed
from tui.widgets.lines import Line, Lines, line, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows

NONE = Text("Nenhuma falha, e nada espera nova tentativa.", "No failures, and nothing waits to be tried again.")
CAUSES = {
    "permission_denied": Text("Quem concluiu não tem permissão", "Who completed it may not handle it"),
    "no_destination": Text("O template não tem pasta de destino", "The template has no destination"),
    "client_not_linked": Text("O cliente não tem pasta no portal", "The client has no folder at the portal"),
    "name_invalid": Text("O portal não aceita o nome", "The portal cannot hold the name"),
    "file_missing": Text("Os dados do arquivo se perderam", "The file's bytes are gone"),
    "file_changed": Text("Os dados do arquivo foram alterados", "The file's bytes changed"),
    "file_too_large": Text("O arquivo passa do limite do portal", "The file exceeds the portal's limit"),
    "portal_full": Text("O portal está sem espaço", "The portal is full"),
    "portal_unreachable": Text("O portal não responde", "The portal cannot be reached"),
    "portal_busy": Text("O arquivo está em uso no portal", "The file is in use at the portal"),
    "portal_auth": Text("O portal não reconhece usuário ou senha", "The portal does not know us"),
    "portal_forbidden": Text("O portal não permite gravar ali", "The portal does not let us write there"),
    "portal_unsafe": Text("O portal não tem modo seguro de publicar", "The portal has no safe way to publish"),
    "portal_error": Text("O portal deu uma resposta inesperada", "The portal answered something unexpected"),
    "conflict_unresolved": Text("O nome mudou a cada tentativa", "The name kept changing"),
}
RETRIED_IN = Text("nova tentativa em {time}", "tried again in {time}")
NOW = Text("nova tentativa agora", "tried again now")
ALL_SENDING = Text("todos os envios esperam", "all sending waits")
ATTEMPTS = Text("tentativas {count}, desde {since}", "attempts {count}, since {since}")
NO_TASK = Text("Esta linha é do portal como um todo; Enter leva à verificação.", "This is about the portal as a whole.")
GROUP = "*"
"""Begins the id of a group's row."""
TO_PORTAL = ("portal_unreachable", "portal_auth", "portal_unsafe")
DETAIL = 5
"""Lines of the detail."""


class Group(NamedTuple):
    code: str
    troubles: Sequence[Trouble]


class Errors(Place[list[Trouble]]):
    """The failures."""

    TITLE_TEXT = Text("Ver erros", "Errors")
    ENTER = Text("resolver", "mend")
    BINDINGS: ClassVar = [
        key("r", "retry", Text("reenviar", "retry")),
        key("R", "retry_all", Text("reenviar todos", "retry all")),
        key("t", "task", Text("tarefa", "task")),
    ]

    def body(self) -> Iterable[Widget]:
        yield Rows([Column("", 20, 3), Column("", 18, 2), Column("", 20, 1)], id="list", heads=False)
        yield Lines([()] * DETAIL, id="detail")

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._by_key: dict[str, Sequence[Trouble]] = {}
        self._groups: Sequence[Group] = ()

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(1, self._count_down)
        if self._found is None:
            self.rows.show(Fixed(), empty=[line(""), line(("  " + self.say(READING), "muted"))])

    @property
    def rows(self) -> Rows:
        return self.query_one("#list", Rows)

    def read(self) -> list[Trouble]:
        return journal.troubles(self.desk.ctx)

    def show(self, found: list[Trouble]) -> None:
        self._groups = grouped(found)
        current = self.rows.current
        self._by_key = {GROUP + group.code: group.troubles for group in self._groups}
        self._by_key |= {one.subject.delivery.id: [one] for one in found if one.subject is not None}
        self._fill(current)

    def _fill(self, current: str | None) -> None:
        rows = [row for group in self._groups for row in self._rows_of(group)]
        cursor = next((index for index, row in enumerate(rows) if row.key == current), None)
        self.rows.show(Fixed(rows), empty=[line(""), line(("  ✓ " + self.say(NONE), "good"))], cursor=cursor)
        self._tell()

    def _rows_of(self, group: Group) -> Iterable[Row]:
        count = sum(one.subject is not None for one in group.troubles)
        waits = all(one.retry_at is not None for one in group.troubles)
        head = [f"{'↻' if waits else '✗'} {count or ''}  {self.say(CAUSES[group.code])}"]
        head += [self.say(ALL_SENDING)] if any(one.subject is None for one in group.troubles) else []
        head += [told] if (told := self._next(group.troubles)) else []
        yield Row(GROUP + group.code, (" · ".join(head),), "warning" if waits else "error")
        for one in group.troubles:
            if (subject := one.subject) is not None:
                client = f"{subject.client.id} {subject.client.name}"
                state = self._next([one]) or subject.task.id
                yield Row(subject.delivery.id, (f"     {subject.document.name}", client, state))

    def _next(self, troubles: Sequence[Trouble]) -> str:
        """When it is tried next."""
        times = [one.retry_at for one in troubles if one.retry_at is not None]
        if not times:
            return ""
        seconds = round((min(times) - datetime.now(UTC)).total_seconds())
        if seconds <= 0:
            return self.say(NOW)
        hours, rest = divmod(seconds, 3600)
        time = f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
        return self.say(RETRIED_IN, time=time)

    def _count_down(self) -> None:
        if self.is_current and any(one.retry_at for group in self._groups for one in group.troubles):
            self._fill(self.rows.current)

    def cares_for(self, changed: Changed) -> bool:
        return True

    # --- one failure

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self._tell()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._tell)

    def _current(self) -> Sequence[Trouble]:
        return self._by_key.get(self.rows.current or "", ())

    def _tell(self) -> None:
        lines: list[Line] = []
        if troubles := self._current():
            one, lang, width = troubles[0], self.desk.lang, self.size.width
            since = f"{one.at.astimezone():%d/%m %H:%M:%S}"
            lines += wrapped("✗ " + one.message.say(lang).strip(), width, "strong", most=2)
            lines += wrapped(self.say(TO_DO, remedy=one.remedy.say(lang)), width, most=2)
            lines.append(line((" " + self.say(ATTEMPTS, count=one.attempts, since=since), "muted")))
        lines += [()] * (DETAIL - len(lines))
        self.query_one("#detail", Lines).update(lines)

    async def on_rows_opened(self, _: Rows.Opened) -> None:
        """Enter: where it is mended."""
        troubles = self._current()
        if not troubles:
            return
        one = troubles[0]
        if one.code == "no_destination" and one.subject is not None:
            await self.console.go("templates", template=one.subject.template.id)
        elif one.code in TO_PORTAL or one.subject is None:
            await self.console.go("activation")
        elif one.code.startswith("file_") or one.code == "name_invalid":
            await self._to_task(one)
        else:  # mended outside of the console, as yet: the sentence says with which command
            self.notice(one.remedy.say(self.desk.lang), "warning")

    async def action_task(self) -> None:
        if troubles := self._current():
            await self._to_task(troubles[0])

    async def _to_task(self, one: Trouble) -> None:
        if one.subject is None:
            self.notice(self.say(NO_TASK), "muted")
        else:
            await self.console.go("task", task=one.subject.task.id)

    def action_retry(self) -> None:
        troubles = self._current()
        whole = any(one.subject is None for one in troubles)
        if troubles:
            retry(self, None if whole else [one.subject.delivery.id for one in troubles if one.subject is not None])

    def action_retry_all(self) -> None:
        retry(self, None)

    def aim(self, **aims: Any) -> None:
        pass


def grouped(troubles: Iterable[Trouble]) -> list[Group]:
    """By cause, the most frequent first; what is wrong with the portal as a whole before all."""
    found: dict[str, list[Trouble]] = {}
    for one in troubles:
        found.setdefault(one.code, []).append(one)
    order = sorted(found.items(), key=lambda pair: (all(one.subject for one in pair[1]), -len(pair[1])))
    return [Group(code, some) for code, some in order]


SCREEN = Errors
