"""A model client's folders as far as they are known, and which of them could be chosen; as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.domain.alike import rapidfuzz
from core.domain.destinations import parse_destination, show_destination, suggestions
from core.domain.models import Client, Names
from core.domain.names import IllegalName
from core.domain.text import Text, fold

NEW = Text("pasta nova", "new folder")
FOR_ANY = {
    "{ano}": Text("o ano de cada tarefa", "each task's year"),
    "{mes}": Text("o mês de cada tarefa", "each task's month"),
    "{competencia}": Text("a competência de cada tarefa", "each task's period"),
}
SHOWN = 500
"""Hits that are shown; who has more types on."""
ID = 20
"""Digits by which numbers of clients are sorted as numbers."""
ENOUGH = 10
"""Clients that are offered; where fewer hold what was typed, those of names alike are too."""
ALIKE = 78.0
"""Of 100: how much alike a name and what was typed must be, where no name holds all of its words."""


@dataclass(frozen=True)
class Candidate:
    """A folder that could be chosen.

    Args:
        note: what is particular about it.
        sign: `▸` it may hold folders, `▾` they are shown below it; empty among hits.
    """

    names: Names
    note: Text | None = None
    sign: str = ""


@dataclass
class Tree:
    """What is known of a client's folders. It grows while they are read, and takes back what is not there any more.

    Where a folder is of a year, a month or a period, its parent also holds the placeholder, as if it were a folder: it
    holds what any of those that it stands for holds.
    """

    read: dict[Names, Sequence[str]] = field(default_factory=dict)
    """The names right below each folder that was read, now or before."""
    fresh: set[Names] = field(default_factory=set)
    """The folders that were read now."""
    refused: set[Names] = field(default_factory=set)
    opened: set[Names] = field(default_factory=set)
    _below: dict[Names, dict[str, None]] = field(default_factory=dict)
    _hay: dict[Names, str] = field(default_factory=dict)
    """Every folder, placeholders too, folded; in the order in which they became known."""
    _own: dict[Names, str] = field(default_factory=dict)
    """Each one's own name, folded."""

    def __len__(self) -> int:
        """How many folders are known."""
        return sum(map(len, self.read.values()))

    def take(self, folder: Names, names: Sequence[str], *, fresh: bool = True) -> None:
        """Take what lies right below a folder."""
        before = self.read.get(folder, ())
        self.read[folder] = tuple(names)
        if fresh:
            self.fresh.add(folder)
        if set(before) - set(names):
            self._begin_anew()
        else:
            self._add(folder, names)

    def remember(self, folders: Mapping[Names, Sequence[str]]) -> None:
        """Take what was read before, where nothing is known yet."""
        for folder, names in folders.items():
            if folder not in self.read:
                self.take(folder, names, fresh=False)

    def _begin_anew(self) -> None:
        """Something is gone, with all below it."""
        read, self.read, self._below, self._hay, self._own = self.read, {}, {}, {}, {}
        level: list[Names] = [()]
        while level:
            for folder in (one for one in level if one in read):
                self.read[folder] = read[folder]
                self._add(folder, read[folder])
            level = [(*folder, name) for folder in level for name in self.read.get(folder, ())]
        self.fresh &= self.read.keys()

    def _add(self, folder: Names, names: Iterable[str]) -> None:
        general = generalised(folder)
        for name in names:
            for parent, child in {(folder, name), (general, generalised((name,))[0])}:
                self._below.setdefault(parent, {})[child] = None
                path = (*parent, child)
                if path not in self._hay:
                    self._hay[path], self._own[path] = fold(show_destination(path)), fold(child)

    # --- as a tree

    def rows(self) -> list[Candidate]:
        """The folders as a tree, below those that are opened."""
        return list(self._rows(()))

    def _rows(self, folder: Names) -> Iterator[Candidate]:
        for name in sorted(self._below.get(folder, ()), key=_order):
            names = (*folder, name)
            is_open = names in self.opened
            yield Candidate(names, self.note(names), "▾" if is_open else "▸" if self.may_open(names) else " ")
            if is_open:
                yield from self._rows(names)

    def may_open(self, names: Names) -> bool:
        """Whether it holds folders, as far as is known; what was not read yet may."""
        return bool(self._below.get(names)) or not (names in self.read or is_general(names) or names in self.refused)

    def note(self, names: Names) -> Text | None:
        return FOR_ANY.get(names[-1])

    # --- to be searched

    def find(self, typed: str) -> list[Names]:
        """The folders in whose path all of these words are: best first, those whose own name it is before the rest."""
        words = fold(typed.replace(">", " ")).split()
        found = [names for names, hay in self._hay.items() if all(word in hay for word in words)]
        needle = " ".join(words)
        found.sort(key=lambda names: (_rank(self._own[names], needle), not is_general(names), self._hay[names]))
        return found[:SHOWN]

    def spelled(self, names: Names) -> Names:
        """A new folder's path, its parents spelled as those that are known: no second `fiscal` beside `Fiscal`."""
        for depth in range(len(names) - 1, 0, -1):
            if (above := self.same(names[:depth])) is not None:
                return (*above, *names[depth:])
        return names

    def same(self, names: Names) -> Names | None:
        """The folder of that path, where case and accents differ at most."""
        wanted = fold(show_destination(names))
        if self._hay.get(names) == wanted:
            return names
        return next((one for one, hay in self._hay.items() if hay == wanted), None)

    def is_stale(self, names: Names) -> bool:
        """Whether it was seen before, but not now."""
        return not is_general(names) and names in self._hay and names[:-1] not in self.fresh


def generalised(folder: Names) -> Names:
    """The folder with a placeholder in place of each year, month and period."""
    offered = suggestions(folder)
    return tuple(offered.get(level, name) for level, name in enumerate(folder))


def is_general(names: Names) -> bool:
    """Whether a level is a placeholder alone."""
    return any(name in FOR_ANY for name in names)


def is_path(typed: str) -> bool:
    """Whether a path is typed, rather than words to be found."""
    return ">" in typed or "/" in typed


def hits(tree: Tree, typed: str, *, new: bool) -> list[Candidate]:
    """The folders that fit what was typed; a path that is not there yet stands first.

    Args:
        new: whether words are a new folder's name, too.
    """
    found = tree.find(typed)
    if not is_path(typed) and not new:
        return [Candidate(one, tree.note(one)) for one in found]
    try:
        names = parse_destination(typed)
    except IllegalName:
        above = above_of(typed)
        return [Candidate(one, tree.note(one)) for one in found if one[: len(above)] == above] if above else []
    same = tree.same(names)
    rest = [Candidate(one, tree.note(one)) for one in found if one != same]
    return [Candidate(same, tree.note(same)) if same is not None else Candidate(tree.spelled(names), NEW), *rest]


def above_of(typed: str) -> Names:
    """The folder in which `Fiscal > DAS > ` is about to name one; empty where it names something, or is no path."""
    try:
        return parse_destination(typed.rstrip().removesuffix(">")) if typed.rstrip().endswith(">") else ()
    except IllegalName:
        return ()


def fits(text: str, needle: str) -> bool:
    """Whether all words of the needle are in the text, case and accents not mattering."""
    hay = fold(text)
    return all(word in hay for word in fold(needle).split())


class Clients:
    """The clients whose folders may serve as the model, made to be searched."""

    def __init__(self, clients: Iterable[Client]):
        self.all = sorted(clients, key=lambda one: (not one.id.isdecimal(), one.id.zfill(ID), one.id))
        self._by_id = {one.id: one for one in self.all}
        self._names = [fold(one.name) for one in self.all]
        self._keys = [fold(one.id) for one in self.all]
        self._numbers = [_bare(fold(one.tax_id)) for one in self.all]

    def get(self, key: str | None) -> Client | None:
        return None if key is None else self._by_id.get(key)

    def find(self, typed: str) -> list[Client]:
        """Those that fit: by number, by CNPJ with or without its signs, by words of the name, and by names alike."""
        needle = fold(typed)
        if not needle:
            return self.all
        words, bare = needle.split(), _bare(needle)
        by_number = len(bare) > 2 and bare[0].isdigit()
        ranked: dict[int, int] = {}
        for index, (key, name, number) in enumerate(zip(self._keys, self._names, self._numbers, strict=True)):
            if needle.lstrip("0") == key.lstrip("0"):
                ranked[index] = 0
            elif all(word in name or word in key for word in words):
                ranked[index] = 1 if name.startswith(needle) else 2
            elif by_number and bare in number:
                ranked[index] = 3
        found = sorted(ranked, key=ranked.__getitem__)
        if len(found) < ENOUGH and len(needle) > 2 and not needle.isdigit():
            found += [index for index in self._alike(needle) if index not in ranked]
        return [self.all[index] for index in found]

    def _alike(self, needle: str) -> list[int]:
        """Those whose names are nearly what was typed, the likest first."""
        fuzz, process = rapidfuzz()
        found = process.extract(needle, self._names, scorer=fuzz.partial_ratio, score_cutoff=ALIKE, limit=ENOUGH)
        return [index for _, _, index in found]


def _bare(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


def _rank(name: str, needle: str) -> int:
    if name == needle:
        return 0
    if name.startswith(needle):
        return 1
    return 2 if all(word in name for word in needle.split()) else 3


def _order(name: str) -> tuple[bool, str, str]:
    return name not in FOR_ANY, fold(name), name
