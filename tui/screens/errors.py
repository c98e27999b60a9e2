"""Ver erros: what failed or waits, grouped by what mends it, each with sentence, remedy and the key to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from textual.widget import Widget

from core.domain.figures import dated
from core.domain.text import Text
from core.office import journal
from core.office.journal import Trouble
from core.office.words import TO_DO
from tui.desk import Desk
from tui.keys import key
from tui.remedies import remedy_of
from tui.screens.place import READING, Place
from tui.screens.records import REST
from tui.screens.retrying import retry
from tui.watch import Changed
from tui.widgets.lines import Line, Lines, fit, line, saying, width_of, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows
from tui.work import Rest

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
    "portal_unreachable": Text("Portal indisponível", "Portal unavailable"),
    "portal_busy": Text("O arquivo está em uso no portal", "The file is in use at the portal"),
    "portal_auth": Text("O portal não reconhece usuário ou senha", "The portal does not know us"),
    "portal_forbidden": Text("O portal não permite gravar ali", "The portal does not let us write there"),
    "portal_unsafe": Text("O portal não tem modo seguro de publicar", "The portal has no safe way to publish"),
    "portal_error": Text("O portal deu uma resposta inesperada", "The portal answered something unexpected"),
    "conflict_unresolved": Text("O nome mudou a cada tentativa", "The name kept changing"),
}
RETRIED_IN = Text("de novo em {time}", "again in {time}")
NOW = Text("de novo agora", "again now")
ALL_SENDING = Text("tudo espera", "all waits")
ATTEMPTS = Text("tentativas {count}, desde {since}", "attempts {count}, since {since}")
OF_PORTAL = Text("esta linha é do portal como um todo", "this is about the portal as a whole")
GONE_ONE = Text("Saiu da lista de falhas: {name}.", "Off the list of failures: {name}.")
GONE = Text("Saíram da lista de falhas: {count}.", "Off the list of failures: {count}.")
MAP = Text("mapear", "map it")
LINK = Text("pasta", "folder")
ALLOW = Text("permissão", "permission")
LOOK = Text("documento", "document")
CHECK = Text("verificar", "check it")
GROUP = "*"
"""Begins the id of a group's row."""
DETAIL = 5
"""Lines of the detail."""


class Way(NamedTuple):
    """Where a failure is mended."""

    place: str
    meaning: Text


WAYS = {
    "no_destination": Way("templates", MAP),
    "client_not_linked": Way("clients", LINK),
    "permission_denied": Way("employees", ALLOW),
    **dict.fromkeys(("name_invalid", "file_missing", "file_changed", "file_too_large"), Way("task", LOOK)),
    **dict.fromkeys(("portal_error", "portal_busy", "conflict_unresolved"), Way("task", LOOK)),
}
TO_PORTAL = Way("activation", CHECK)


class Group(NamedTuple):
    """What one act mends; `about`: the template, client or person that it is done to."""

    key: str
    code: str
    about: str
    troubles: Sequence[Trouble]


class Errors(Place[list[Trouble]]):
    """The failures."""

    TITLE_TEXT = Text("Ver erros", "Errors")
    ENTER = Text("resolver", "mend")
    ON_ONE = frozenset({"retry", "retry_all", "task"})
    BINDINGS: ClassVar = [
        key("r", "retry", Text("reenviar", "retry")),
        key("R", "retry_all", Text("reenviar todos", "retry all")),
        key("t", "task", Text("tarefa", "task")),
    ]

    def body(self) -> Iterable[Widget]:
        yield Rows([Column("", 20, 3), Column("", 18, 2), Column("", 22, 1)], id="list", heads=False)
        yield Lines([()] * DETAIL, id="detail")

    def __init__(self, desk: Desk):
        super().__init__(desk)
        self._by_key: dict[str, Sequence[Trouble]] = {}
        self._lines = Listed(self, ())
        self._aimed: str | None = None
        self._rest = Rest(self, REST, self._tell)
        self._retried = False  # just now, here: that is told already

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(1, self._count_down)
        if self._found is None:
            self.rows.show(Fixed(), empty=saying(self.say(READING), above=1))

    @cached_property
    def rows(self) -> Rows:
        return self.query_one("#list", Rows)

    @cached_property
    def _detail(self) -> Lines:
        return self.query_one("#detail", Lines)

    def read(self) -> list[Trouble]:
        return journal.troubles(self.desk.ctx)

    def show(self, found: list[Trouble]) -> None:
        before = self._by_key
        groups = grouped(found)
        self._by_key = {GROUP + group.key: group.troubles for group in groups}
        self._by_key |= {one.subject.delivery.id: [one] for one in found if one.subject is not None}
        self._lines = Listed(self, groups)
        wanted, self._aimed = self._aimed or self.rows.current, None
        empty = saying("✓ " + self.say(NONE), "good", above=1)
        self.rows.show(self._lines, empty=empty, cursor=self._lines.index(wanted))
        self._tell()
        self._tell_gone(before)

    def _tell_gone(self, before: dict[str, Sequence[Trouble]]) -> None:
        """Say which failures went away since."""
        own, self._retried = self._retried, False
        gone = (
            [] if own else [before[one][0] for one in before if not one.startswith(GROUP) and one not in self._by_key]
        )
        if len(gone) == 1 and gone[0].subject is not None:
            self.notice("✓ " + self.say(GONE_ONE, name=gone[0].subject.document.name), "good")
        elif gone:
            self.notice("✓ " + self.say(GONE, count=len(gone)), "good")

    def head(self, group: Group) -> Row:
        """A group's line: how many, the cause, and at its end the key that leads to its remedy."""
        count = sum(one.subject is not None for one in group.troubles)
        waits = all(one.retry_at is not None for one in group.troubles)
        head = [f"{'↻' if waits else '✗'} {count or ''}  {self.say(CAUSES[group.code])}"]
        head += [group.about] if group.about else []
        head += [self.say(ALL_SENDING)] if any(one.subject is None for one in group.troubles) else []
        way = f"{self.desk.keys['list.open']}: {self.say(way_of(group.troubles[0]).meaning)}"
        end = f"{told} · {way}" if (told := self.next(group.troubles)) else way
        room = max(self.size.width - width_of(end) - 5, 10)
        return Row(GROUP + group.key, (f"{fit(' · '.join(head), room)}  {end}",), "warning" if waits else "error")

    def line_of(self, one: Trouble) -> Row:
        """A delivery's line."""
        subject = one.subject
        assert subject is not None
        client = f"{subject.client.id} {subject.client.name}"
        state = self.next([one]) or subject.task.id
        return Row(subject.delivery.id, (f"     {subject.document.name}", client, state))

    def next(self, troubles: Sequence[Trouble]) -> str:
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
        if self.is_current and self._lines.waits:
            self.rows.sync()

    def cares_for(self, changed: Changed) -> bool:
        return True

    def aim(self, **aims: Any) -> None:
        """Look at one delivery's failure."""
        if delivery := aims.get("delivery"):
            self._aimed = delivery
            self.reload()

    # --- one failure

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self._rest.moved()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self.rows.sync)
        self.call_after_refresh(self._tell)

    def _current(self) -> Sequence[Trouble]:
        return self._by_key.get(self.rows.current or "", ())

    def _tell(self) -> None:
        lines: list[Line] = []
        if troubles := self._current():
            one, lang, width = troubles[0], self.desk.lang, self.size.width
            since = dated(one.at, "%d/%m %H:%M:%S", self.desk.lang)
            lines += wrapped("✗ " + one.message.say(lang).strip(), width, "strong", most=2)
            lines += wrapped(self.say(TO_DO, remedy=remedy_of(self.desk, one.code, one.remedy)), width, most=2)
            lines.append(line((" " + self.say(ATTEMPTS, count=one.attempts, since=since), "muted")))
        lines += [()] * (DETAIL - len(lines))
        self._detail.update(lines)

    async def on_rows_opened(self, _: Rows.Opened) -> None:
        """Enter: where it is mended."""
        if not (troubles := self._current()):
            return
        one = troubles[0]
        way, subject = way_of(one), one.subject
        if subject is None or way is TO_PORTAL:
            await self.console.go("activation", check=True)
            return
        aims = {
            "templates": {"template": subject.template.id},
            "clients": {"client": subject.client.id},
            "employees": {"employee": subject.delivery.authorised_by, "department": subject.template.department},
            "task": {"task": subject.task.id, "document": subject.document.id},
        }
        await self.console.go(way.place, **aims[way.place])

    def why_not(self, action: str, parameters: tuple[object, ...]) -> Text | None:
        if (why := super().why_not(action, parameters)) is not None or action != "task" or not self.is_mounted:
            return why
        troubles = self._current()
        return OF_PORTAL if troubles and troubles[0].subject is None else None

    async def action_task(self) -> None:
        troubles = self._current()
        if troubles and (subject := troubles[0].subject) is not None:
            await self.console.go("task", task=subject.task.id, document=subject.document.id)

    def action_retry(self) -> None:
        troubles = self._current()
        whole = any(one.subject is None for one in troubles)
        if troubles:
            self._retried = True
            retry(self, None if whole else [one.subject.delivery.id for one in troubles if one.subject is not None])

    def action_retry_all(self) -> None:
        self._retried = True
        retry(self, None)


class Listed:
    """The groups and their deliveries as rows; what counts down is worked out for those on the screen only."""

    def __init__(self, screen: Errors, groups: Sequence[Group]):
        self._screen = screen
        self._rows = list(_flat(groups))
        self.waits = any(one.retry_at is not None for group in groups for one in group.troubles)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, index: int) -> Row:
        one = self._rows[index]
        return self._screen.head(one) if isinstance(one, Group) else self._screen.line_of(one)

    def index(self, key: str | None) -> int | None:
        """Where a row is."""
        keys = (
            GROUP + one.key if isinstance(one, Group) else one.subject.delivery.id if one.subject else ""
            for one in self._rows
        )
        return next((index for index, one in enumerate(keys) if one == key), None)


def _flat(groups: Iterable[Group]) -> Iterator[Group | Trouble]:
    for group in groups:
        yield group
        yield from (one for one in group.troubles if one.subject is not None)


def way_of(one: Trouble) -> Way:
    """Where a failure is mended."""
    return TO_PORTAL if one.subject is None else WAYS.get(one.code, TO_PORTAL)


def grouped(troubles: Iterable[Trouble]) -> list[Group]:
    """By what mends them, the most frequent first; what is wrong with the portal as a whole before all."""
    found: dict[str, Group] = {}
    for one in troubles:
        about, name = _mends(one)
        key = f"{one.code} {about}"
        group = found.setdefault(key, Group(key, one.code, name, []))
        assert isinstance(group.troubles, list)
        group.troubles.append(one)
    return sorted(found.values(), key=lambda group: (all(one.subject for one in group.troubles), -len(group.troubles)))


def _mends(one: Trouble) -> tuple[str, str]:
    """What is changed to mend it, and how that is called."""
    if (subject := one.subject) is None:
        return "", ""
    if one.code == "no_destination":
        return subject.template.id, subject.template.name
    if one.code == "client_not_linked":
        return subject.client.id, subject.client.name
    if one.code == "permission_denied":
        who, department = subject.delivery.authorised_by, subject.template.department
        return f"{who} {department}", f"{who}: {department}"
    return "", ""


SCREEN = Errors
