"""Clients' registered names in a text: the weakest evidence of whose a document is, and a warning against others."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from core.domain.alike import rapidfuzz
from core.domain.models import Client
from core.domain.text import words
from core.express.folding import Folded, Phrase, find, phrase

_FORMS = frozenset({"ltda", "me", "epp", "eireli", "sa", "s", "a", "cia", "mei", "ss", "limitada", "slu"})
_ENOUGH = 84.0
_LINES = 24


class Name(NamedTuple):
    """A client's name as it is looked for: without its legal form, and whole."""

    client: str
    core: Phrase
    whole: str


class Named(NamedTuple):
    """A client whose name a text seems to hold: how alike, of 100, and where in the folded text."""

    client: str
    score: float
    start: int
    end: int


Names = dict[str, list[Name]]
"""By the rarest of each name's words."""


def index_names(clients: Iterable[Client]) -> Names:
    """Arrange clients' names by a word that few of them share; names of less than two words are too common."""
    named = [(client, _sought(client.name)) for client in clients]
    often = Counter(word for _, core in named for word in set(core.text.split()))
    index: Names = {}
    for client, core in named:
        parts = core.text.split()
        if len(parts) > 1 and len(core.compact) >= 8:
            rarest = min(parts, key=lambda word: (often[word], -len(word)))
            index.setdefault(rarest, []).append(Name(client.id, core, " ".join(words(client.name))))
    return index


def named_in(folded: Folded, index: Names) -> dict[str, tuple[int, int]]:
    """The clients whose names, legal forms aside, stand in a text to the letter, and where."""
    found = {}
    for word in folded.words & index.keys():
        for name in index[word]:
            place = find(name.core, folded)
            if place:
                found[name.client] = place
    return found


def is_named(folded: Folded, client: Client) -> bool:
    """Whether a client's name, its legal form aside, stands in a text to the letter."""
    return find(_sought(client.name), folded) is not None


def alike(folded: Folded, index: Names) -> list[Named]:
    """The clients whose names a line of the text resembles, most alike first; only lines with one of a name's words."""
    fuzz, process = rapidfuzz()
    best: dict[str, Named] = {}
    at = tried = 0
    for line in folded.flat.splitlines(keepends=True):
        start, at = at, at + len(line)
        parts = words(line)
        # a line with one word of a name resembles many: two of its words, or none
        names = [
            name
            for word in sorted(set(parts) & index.keys())  # of equally alike ones the same, in every process
            for name in index[word]
            if len(set(name.whole.split()) & set(parts)) > 1
        ]
        if not names:
            continue
        tried += 1
        if tried > _LINES:
            break
        choices = {place: name.whole for place, name in enumerate(names)}
        for _, score, place in process.extract(
            " ".join(parts), choices, scorer=fuzz.token_set_ratio, score_cutoff=_ENOUGH, limit=3
        ):
            client = names[place].client
            if client not in best or best[client].score < score:
                best[client] = Named(client, score, *_part(folded, names[place], start, at))
    return sorted(best.values(), key=lambda one: (-one.score, one.client))


def _part(folded: Folded, name: Name, start: int, end: int) -> tuple[int, int]:
    """What of a line resembles a name: from the first of its words to the last."""
    its, line = set(name.whole.split()), range(bisect_left(folded.starts, start), bisect_left(folded.starts, end))
    found = [at for at in line if folded.tokens[at] in its]
    return folded.starts[found[0]], folded.starts[found[-1]] + len(folded.tokens[found[-1]])


@lru_cache(maxsize=4096)
def _sought(name: str) -> Phrase:
    return phrase(" ".join(_core(name)))


def _core(name: str) -> list[str]:
    parts = list(words(name))
    while len(parts) > 1 and parts[-1] in _FORMS:
        parts.pop()
    return parts
