"""Which folders could be chosen: a model client's, each year's or month's also as every year's, and what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.domain.destinations import parse_destination, show_destination, suggestions
from core.domain.models import Names
from core.domain.names import IllegalName
from core.domain.text import Text, fold

NEW = Text("pasta nova", "new folder")
FOR_ANY = {
    "{ano}": Text("o ano de cada tarefa", "each task's year"),
    "{mes}": Text("o mês de cada tarefa", "each task's month"),
    "{competencia}": Text("a competência de cada tarefa", "each task's period"),
}


@dataclass(frozen=True)
class Candidate:
    """A folder that could be chosen; `note` says what is particular about it."""

    names: Names
    note: Text | None = None


def candidates(folders: Iterable[Names]) -> Iterable[Candidate]:
    """The folders, each year's or month's folder preceded by its placeholder, once."""
    offered: set[Names] = set()
    for names in folders:
        for index, placeholder in suggestions(names).items():
            general = (*names[:index], placeholder, *names[index + 1 :])
            if index == len(names) - 1 and general not in offered:
                offered.add(general)
                yield Candidate(general, FOR_ANY[placeholder])
        yield Candidate(names)


def matching(folders: Sequence[Candidate], typed: str) -> tuple[list[Candidate], int]:
    """The folders that fit what was typed, and where the cursor goes; a path that is not there yet stands first."""
    if not typed.strip():
        return list(folders), 0
    found = [one for one in folders if fits(show_destination(one.names), typed.replace(">", " "))]
    try:
        names = parse_destination(typed)
    except IllegalName:
        return ([], 0) if ">" in typed else (found, 0)
    same = next((index for index, one in enumerate(found) if fold("/".join(one.names)) == fold("/".join(names))), None)
    if same is not None:
        return found, same
    found.sort(key=lambda one: not fits(one.names[-1], typed))  # its own name before its parents'
    new = Candidate(names, NEW)
    return ([new, *found], 0) if ">" in typed or not found else ([*found, new], 0)


def fits(text: str, needle: str) -> bool:
    """Whether all words of the needle are in the text, case and accents not mattering."""
    hay = fold(text)
    return all(word in hay for word in fold(needle).split())
