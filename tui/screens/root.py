"""A client's root folder: one of the portal's, read in the background, or as it is typed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar, NamedTuple

from textual.containers import Horizontal
from textual.widget import Widget

from core.domain.models import Client, Names
from core.domain.names import IllegalName, fold_root, legal_file_name, parse_root
from core.domain.text import Text, fold, words
from core.office import registry
from core.office.registry import MEET
from tui.desk import Desk
from tui.keys import key
from tui.screens.dialog import Dialog
from tui.screens.place import READING
from tui.widgets.frame import Title
from tui.widgets.lines import Line, Lines, line, saying, wrapped
from tui.widgets.rows import Column, Fixed, Row, Rows
from tui.widgets.typed import Typed
from tui.work import in_thread, start

TITLE = Text("Pasta no portal de {client}", "Folder at the portal of {client}")
HINT = Text("procurar, ou nome de pasta nova", "find, or a new folder's name")
COUNT = Text("{count} pastas no portal", "{count} folders at the portal")
AGAIN = Text(
    "{keys[root.again]} tenta de novo; digitar a pasta continua valendo.",
    "{keys[root.again]} tries again; typing the folder still works.",
)
NONE = Text("Nenhuma pasta no portal ainda; digite o nome da que será dele.", "No folders there yet; type a name.")
LIKELY = Text("parece ser a dele", "looks like its own")
OWNED = Text("do cliente {client}", "the client {client}'s")
TYPED = Text("como digitado", "as typed")
NEW = Text("pasta nova", "new folder")
GOES = Text("Os documentos deste cliente irão para {folder}.", "This client's documents will go to {folder}.")
MADE = Text("Será criada no primeiro envio.", "It is made at the first sending.")
WAITING = Text("Envios que esperam por ela: {count}.", "Deliveries that wait for it: {count}.")
VERDICT = 3
_NUMBERED = re.compile(r"(\d+) - ")


class Candidate(NamedTuple):
    """A folder that could be chosen, whose it is already, and how well its name fits the client's."""

    names: Names
    owner: str = ""
    likeness: float = 0.0
    note: Text | None = None


class ChooseRoot(Dialog[Names]):
    """One line to type into, the folders that fit below it, and what is to be said of the one under the cursor.

    Args:
        waiting: how many deliveries wait for it.
    """

    AUTO_FOCUS = "#path"
    BINDINGS: ClassVar = [key("f5", "again", Text("ler de novo", "read again"), show=False)]

    def __init__(self, desk: Desk, client: Client, waiting: int = 0):
        super().__init__(desk)
        self._client = client
        self._waiting = waiting
        self._roots: Sequence[tuple[str, Names]] = ()
        self._folders: Sequence[Candidate] = ()
        self._there: frozenset[str] = frozenset()
        self._shown: Sequence[Candidate] = ()

    def body(self) -> Iterable[Widget]:
        yield Title(self.say(TITLE, client=f"{self._client.id} {self._client.name}"))
        yield Horizontal(
            Typed(self.say(HINT), id="path", value=" > ".join(self._client.portal)),
            Lines([()], id="state"),
            classes="bar wide",
        )
        yield Rows([Column("", 20, 2), Column("", 20, 1)], id="roots", heads=False, driven=True)
        yield Lines([()] * VERDICT, id="verdict")

    def on_mount(self) -> None:
        start(self, self._read, "folders", alone=True)

    def on_resize(self) -> None:
        self.call_after_refresh(self._tell)

    async def _read(self) -> None:
        ctx = self.desk.ctx
        self._state(self.say(READING), "muted")
        self._roots = await asyncio.to_thread(lambda: list(ctx.store.clients.roots()))
        self._refresh()
        try:
            found = await in_thread(partial(registry.root_folders, ctx))
        except Exception as error:
            self._state("", "")
            told = wrapped(f"✗ {self.desk.problem(error)} {self.say(AGAIN)}", self.size.width, "error", most=VERDICT)
            self.query_one("#verdict", Lines).update([*told, *[()] * (VERDICT - len(told))])
            return
        self._there = frozenset(found)
        self._folders = await asyncio.to_thread(candidates, found, self._client, self._roots)
        self._state(self.say(COUNT, count=len(found)), "muted")
        self._refresh()

    def _state(self, text: str, tone: str) -> None:
        self.query_one("#state", Lines).update([line((f" {text}", tone))])

    # --- what is shown

    def on_input_changed(self, event: Typed.Changed) -> None:
        event.stop()
        self._refresh()

    def _refresh(self) -> None:
        typed = self.query_one("#path", Typed).value
        self._shown = matching(self._folders, typed)
        rows = self.query_one("#roots", Rows)
        empty = saying(self.say(NONE)) if self._there or not self._folders else ()
        rows.show(Fixed([self._row(one) for one in self._shown]), empty=empty, cursor=0)
        self._tell()

    def _row(self, one: Candidate) -> Row:
        if one.note is not None:
            note, tone = self.say(one.note), "accent"
        elif one.owner:
            note, tone = self.say(OWNED, client=one.owner), "muted"
        else:
            note, tone = self.say(LIKELY) if one.likeness else "", "good"
        return Row("/".join(one.names), (" > ".join(one.names), note), ("muted" if one.owner else "", tone))

    def on_rows_moved(self, _: Rows.Moved) -> None:
        self._tell()

    def _tell(self) -> None:
        chosen, width = self._chosen(), self.size.width
        lines: list[Line] = []
        if isinstance(chosen, Text | str):
            lines = wrapped(f"✗ {chosen}", width, "error", most=VERDICT)
        elif chosen is not None:
            lines = wrapped(self.say(GOES, folder=" > ".join(chosen)), width, "strong", most=1)
            if self._there and chosen[0] not in self._there:
                lines += wrapped(self.say(MADE), width, "muted")
            if self._waiting:
                lines += wrapped(self.say(WAITING, count=self._waiting), width, "warning", most=1)
        self.query_one("#verdict", Lines).update([*lines, *[()] * (VERDICT - len(lines))])

    def _chosen(self) -> Names | str | None:
        """The folder under the cursor; what is wrong with it; None where there is none."""
        index = self.query_one("#roots", Rows).cursor
        if index >= len(self._shown):
            return None
        try:
            root = parse_root("/".join(self._shown[index].names))
        except IllegalName as error:
            return error.sentence.say(self.desk.lang)
        other = registry.taken_by(root, self._roots, self._client.id)
        return root if other is None else self.say(MEET, folder=" > ".join(root), other=other)

    # --- acting

    def on_input_submitted(self, event: Typed.Submitted) -> None:
        event.stop()
        self._take()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        event.stop()
        self._take()

    def _take(self) -> None:
        chosen = self._chosen()
        if isinstance(chosen, tuple):
            self.dismiss(chosen)

    def on_typed_passed(self, event: Typed.Passed) -> None:
        rows = self.query_one("#roots", Rows)
        rows.action_step({"down": 1, "up": -1, "pagedown": rows.height, "pageup": -rows.height}[event.key])

    def on_typed_left(self, _: Typed.Left) -> None:
        self.action_cancel()

    def action_again(self) -> None:
        start(self, self._read, "folders", alone=True)


def candidates(folders: Iterable[str], client: Client, roots: Sequence[tuple[str, Names]]) -> list[Candidate]:
    """The portal's folders: those that look like the client's first, others' last."""
    owners = {fold_root(root[:1]): key for key, root in roots if root and key != client.id}
    wanted = set(words(client.name))
    found: list[Candidate] = []
    for name in folders:
        own = words(name)
        likeness = len(wanted.intersection(own)) / len(wanted | set(own)) if wanted else 0.0
        likeness += any(one.lstrip("0") == client.id.lstrip("0") for one in own[:1])
        owner = owners.get(fold_root((name,)), "")
        found.append(Candidate((name,), owner, 0.0 if owner or likeness < 0.3 else likeness))
    found.sort(key=lambda one: (bool(one.owner), -one.likeness))
    own_name = named_like(client, roots)
    if not any(one.likeness for one in found) and all(one.names[0] != own_name for one in found):
        found.insert(0, Candidate((own_name,), note=NEW))
    return found


def named_like(client: Client, roots: Sequence[tuple[str, Names]]) -> str:
    """A new folder's name for a client: its own, with its number before it where that is how the others are named."""
    name, _ = legal_file_name(client.name)
    widths = [len(found[1]) for key, root in roots if root and (found := _NUMBERED.match(root[0]))]
    if client.id.isdecimal() and widths and len(widths) * 2 > len(roots):
        return f"{client.id.zfill(max(set(widths), key=widths.count))} - {name}"
    return name


def matching(folders: Sequence[Candidate], typed: str) -> list[Candidate]:
    """The folders that fit what was typed, and last, where none is just that, what was typed itself."""
    if not typed.strip():
        return list(folders)
    needles = fold(typed).split()
    found = [one for one in folders if all(word in fold(one.names[-1]) for word in needles)]
    found.sort(key=lambda one: fold(one.names[-1]) != fold(typed))
    names = tuple(level.strip() for level in typed.replace(" > ", "/").split("/"))
    if any(one.names == names for one in found):
        return found
    return [*found, Candidate(names, note=TYPED)]
