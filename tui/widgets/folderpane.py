"""A model client's folders: opened level by level, and all of them searched while they are still being read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from textual.message import Message

from core.domain.destinations import destination, parse_destination, show_destination
from core.domain.figures import dated
from core.domain.models import Client, Names
from core.domain.names import IllegalName
from core.domain.text import Text, plain
from core.office import folders
from core.office.health import portal_unusable
from core.ports import PortalFault
from tui.desk import Desk
from tui.folders import Candidate, Tree, above_of, generalised, hits, is_path
from tui.widgets.lines import Line, cut, line, saying, width_of, wrapped
from tui.widgets.pane import Pane
from tui.widgets.rows import Column, Made, Row
from tui.widgets.typed import Typed
from tui.work import in_thread, start

HINT = Text("digite para procurar", "type to find")
FOLDERS_OF = Text("Pastas de {client}", "Folders of {client}")
NOBODYS = Text("Pastas", "Folders")
READING = Text("pesquisando: {count} lidas", "searching: {count} read")
READ = Text("{count} pastas", "{count} folders")
READ_ONE = Text("1 pasta", "1 folder")
FOUND = Text("{found} de {count}", "{found} of {count}")
READ_BEFORE = Text("lidas em {at}", "read on {at}")
BEFORE = Text("lida antes", "read before")
NOT_ALLOWED = Text("o portal não deixa ver", "the portal refuses")
OPENING = Text("lendo…", "reading…")
AGAIN = Text("{keys[destination.again]} tenta de novo.", "{keys[destination.again]} tries again.")
MEANWHILE = Text("Abaixo, o lido antes.", "Below: read before.")
TYPED = Text("Ou digite Pasta > Subpasta.", "Or type Folder > Subfolder.")
NO_FOLDERS = Text(
    "Este cliente ainda não tem pastas no portal. {keys[destination.client]}: outro cliente; "
    "{keys[destination.new]}: pasta nova.",
    "This client has no folders at the portal yet. {keys[destination.client]}: another client; "
    "{keys[destination.new]}: new folder.",
)
NO_HIT = Text(
    "Nenhuma pasta com esse nome; {keys[destination.new]} faz uma.",
    "No folder of that name; {keys[destination.new]} makes one.",
)
STILL_READING = Text("Nada ainda; a leitura continua.", "Nothing yet; reading goes on.")
NO_CLIENT = Text("Nenhum cliente tem pasta no portal; digite Pasta > Subpasta.", "No client has a folder; type a path.")
EVERY = 0.1
"""Seconds between two looks at what was read meanwhile."""


class FolderPane(Pane):
    """The right half of the picker."""

    class Arrived(Message):
        """Some folders were read; sent by the thread that reads."""

    def __init__(self, desk: Desk):
        super().__init__(desk.say(HINT), (Column("", 16, 1),), id="folders")
        self._desk = desk
        self.client: Client | None = None
        self._tree = Tree()
        self._shown: list[Candidate] = []
        self._reading: folders.TreeReading | None = None
        self._busy = False
        self._arrived: list[tuple[Tree, Names, Sequence[str] | PortalFault]] = []
        self._looking = False
        self._is_shown = False
        self._naming = False
        """Whether a new folder was asked for where there is none to have it in: the next that is typed is its name."""
        self._fault: str | None = None
        self._at = ""

    def on_unmount(self) -> None:
        self.stop()

    def stop(self) -> None:
        """Let the portal be; what was read so far is kept."""
        if self._reading is not None:
            self._reading.stop()
            self._reading = None

    # --- whose folders

    def show_client(self, client: Client | None, before: folders.Kept | None = None) -> None:
        """Show the folders of a client, and read them.

        Args:
            before: what was read of them before.
        """
        self.stop()
        is_first, self.client, self._is_shown = not self._is_shown, client, True
        trees: dict[str, Tree] = self._desk.memory.setdefault("trees", {})
        self._tree = Tree() if client is None else trees.setdefault(client.id, Tree())
        self._at, self._busy, self._fault = "", False, None
        if before is not None:
            self._tree.remember(before.folders)
            self._at = dated(before.at, "%d/%m %H:%M", self._desk.lang)
        if is_first:  # what was typed until now is meant for it
            self.searched()
        else:
            self._naming = False
            self.type("")
        if client is not None:
            self._begin(self._new_reading(client))

    def _new_reading(self, client: Client) -> folders.TreeReading:
        self._tree.fresh.clear()
        self._reading = folders.TreeReading(self._desk.ctx, client, partial(self._found, self._tree))
        return self._reading

    def again(self) -> None:
        """Read on after a fault, or all anew."""
        if self.client is not None and not self._busy:
            goes_on = self._fault is not None and self._reading is not None
            self._begin(self._reading if goes_on and self._reading else self._new_reading(self.client))

    def _begin(self, reading: folders.TreeReading) -> None:
        self._busy, self._fault = True, None
        self.tell()
        start(self, partial(self._read, reading), "folders", alone=True)

    async def _read(self, reading: folders.TreeReading) -> None:
        fault = None
        try:
            await in_thread(reading.run)
        except PortalFault as error:
            fault = plain(portal_unusable(error).sentence.say(self._desk.lang))
        except Exception as error:
            fault = self._desk.problem(error)
        if reading is not self._reading or not self.is_mounted:
            return
        self._busy, self._fault = False, fault
        self._take_arrived()
        self._late()  # who may be told otherwise now: nothing more will come

    def _found(self, tree: Tree, folder: Names, names: Sequence[str] | PortalFault) -> None:
        """In the thread that reads: what comes is taken in heaps."""
        self._arrived.append((tree, folder, names))
        if not self._looking:
            self._looking = True
            self.post_message(self.Arrived())

    def on_folder_pane_arrived(self) -> None:
        self.set_timer(EVERY, self._look)

    def _look(self) -> None:
        self._looking = False
        if self._take_arrived() and self.is_mounted:
            self._late()

    def _take_arrived(self) -> bool:
        arrived, self._arrived = self._arrived, []
        for tree, folder, names in arrived:
            if isinstance(names, PortalFault):
                tree.refused.add(folder)
            else:
                tree.take(folder, names)
        return bool(arrived)

    # --- what is shown

    def searched(self) -> None:
        typed = self.typed.value
        self._shown = hits(self._tree, typed, new=self._naming) if typed.strip() else self._tree.rows()
        self._show(0)

    def _late(self) -> None:
        """Something more is known: it never moves the cursor, nor what stands above it."""
        current, typed, index = self.current, self.typed.value, self.rows.cursor
        if not typed.strip():
            self._shown = self._tree.rows()
            names = None if current is None else current.names
            now = next((row for row, one in enumerate(self._shown) if one.names == names), 0)
            self.rows.top += now - index
            self._show(now)
            return
        found = {one.names: one for one in hits(self._tree, typed, new=self._naming)}
        first = next(iter(found.values()), None)
        if self._shown and first is not None and (self._naming or is_path(typed)):  # the typed path itself
            self._shown[0] = first
        before = [found[one.names] for one in self._shown if one.names in found]
        known = {one.names for one in before}
        self._shown = [*before, *(one for names, one in found.items() if names not in known)]
        names = None if current is None else current.names
        self._show(next((row for row, one in enumerate(self._shown) if one.names == names), min(index, len(before))))

    def _show(self, cursor: int) -> None:
        tree = not self.typed.value.strip()
        rows = Made(self._shown, partial(self._row, tree=tree))
        self.rows.show(rows, empty=self._why_empty, cursor=cursor)
        self.tell()
        self.tell_moved()

    def _row(self, one: Candidate, *, tree: bool) -> Row:
        indent = "  " * (len(one.names) - 1)
        note = "" if one.note is None else self._desk.say(one.note)
        tone = "accent" if note else ""
        if one.names in self._tree.refused:
            note, tone = self._desk.say(NOT_ALLOWED), "warning"
        elif one.sign == "▾" and one.names not in self._tree.read and not note:
            note, tone = self._desk.say(OPENING), "muted"
        elif self._fault is not None and self._tree.is_stale(one.names):
            note, tone = self._desk.say(BEFORE), "muted"
        note = f"  ({note})" if note else ""
        room = self.rows.size.width - 3 - width_of(note)
        shown = f"{indent}{one.sign} {one.names[-1]}" if tree else elided(one.names, room)
        return Row("/".join(one.names), (shown + note,), tone)

    def _why_empty(self, width: int) -> list[Line]:
        if self.client is None:
            why = NO_CLIENT
        elif self.typed.value.strip():
            why = STILL_READING if self._busy else NO_HIT
        elif self._busy or self._fault is not None:
            return []
        else:
            why = NO_FOLDERS
        return saying(self._desk.say(why))(width)

    def tell(self) -> None:
        """Say whose they are, how far reading is, and what went wrong."""
        say = self._desk.say
        head = say(NOBODYS) if self.client is None else say(FOLDERS_OF, client=f"{self.client.id} · {self.client.name}")
        state = ""
        if self._busy:
            state = say(READING, count=len(self._tree.fresh))
        elif self._fault is not None and self._at and len(self._tree):
            state = say(READ_BEFORE, at=self._at)
        elif self.client is not None:
            count = len(self._tree)
            state = say(READ_ONE if count == 1 else READ, count=count)
            if self.typed.value.strip():
                state = say(FOUND, found=sum(one.note is None for one in self._shown), count=state)
        self.say(line((cut(f" {head}", self.size.width), "accent")), line((f" {state}", "muted")))
        trouble: list[Line] = []
        if self._fault is not None:
            what = [AGAIN, MEANWHILE if len(self._tree) else TYPED]
            trouble = wrapped(f"✗ {self._fault}", self.size.width, "error", most=2)
            trouble += wrapped(" ".join(map(say, what)), self.size.width, "muted", indent="   ")
        self.trouble.update(trouble)

    def on_resize(self) -> None:
        self.call_after_refresh(self.tell)

    def on_input_changed(self, event: Typed.Changed) -> None:
        self._naming = self._naming and bool(event.value.strip())

    def on_typed_passed(self, _: Typed.Passed) -> None:
        self._naming = self._naming and bool(self.typed.value.strip())

    # --- the choice

    @property
    def current(self) -> Candidate | None:
        """What the cursor stands on."""
        index = self.rows.cursor
        return self._shown[index] if index < len(self._shown) else None

    @property
    def choice(self) -> Names | IllegalName | None:
        """The folder that Enter takes, checked; None where there is none."""
        typed = self.typed.value
        try:
            if is_path(typed) or self._naming:
                parse_destination(typed)  # half a path is none, though something fits it
            return None if self.current is None else destination(self.current.names)
        except IllegalName as error:
            return error

    @property
    def naming(self) -> Names | None:
        """The folder in which a new one is about to be named, () above all of them; None where none is."""
        if self._naming and not self.typed.value.strip():
            return ()
        return above_of(self.typed.value) or None

    @property
    def placeholder(self) -> Names | None:
        """The same folder for every year and month, where the choice is one year's or month's."""
        chosen = self.choice
        if not isinstance(chosen, tuple):
            return None
        general = generalised(chosen)
        return general if general != chosen else None

    def name_new(self) -> None:
        """Begin to name a new folder in the one under the cursor."""
        self._naming = self.current is None
        if self.current is not None:
            self.type(f"{show_destination(self.current.names)} > ")
        else:  # nothing fits what is typed, or is there: that is the new folder's own name
            self.searched()

    def take_placeholder(self) -> None:
        if (general := self.placeholder) is not None:
            self.type(show_destination(general))

    def sideways(self, key: str) -> None:
        """Open a folder, or close it and then go to the one above."""
        current = self.current
        if current is None:
            return
        names = current.names
        if key == "right" and names not in self._tree.opened and self._tree.may_open(names):
            self._tree.opened.add(names)
            if self._reading is not None:
                self._reading.want(names)
        elif key == "left" and names in self._tree.opened:
            self._tree.opened.discard(names)
        elif key == "left" and len(names) > 1:
            names = names[:-1]
        elif key == "right":
            self.rows.action_step(1)
            return
        self._shown = self._tree.rows()
        self._show(next(row for row, one in enumerate(self._shown) if one.names == names))


def elided(names: Names, width: int) -> str:
    """A path whose first levels give way where there is no room: what it ends with is what tells it from others."""
    shown = show_destination(names)
    for first in range(1, len(names)):
        if width_of(shown) <= width:
            break
        shown = f"… > {show_destination(names[first:])}"
    return shown
