"""Labels in a document's text: the longest that fit, compared by their words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import NamedTuple

from core.express.folding import Folded

Words = tuple[str, ...]


class Labels(NamedTuple):
    """Labels by their words with what they stand for, and, by their first word, how long the longest is."""

    kinds: Mapping[Words, str]
    longest: Mapping[str, int]


class LabelAt(NamedTuple):
    """A label in the folded text, what it stands for, and how many other words are between it and the label before."""

    words: Words
    kind: str
    start: int
    end: int
    apart: int


def labels(kinds: Mapping[Words, str]) -> Labels:
    """Make labels ready to be looked for."""
    longest: dict[str, int] = {}
    for key in kinds:
        if key:
            longest[key[0]] = max(len(key), longest.get(key[0], 0))
    return Labels(kinds, longest)


def labels_in(folded: Folded, start: int, end: int, sought: Labels) -> list[LabelAt]:
    """The labels in a piece of folded text, in order, the longest where several fit."""
    tokens, starts = folded.tokens, folded.starts
    at, last = bisect_left(starts, start), bisect_left(starts, end)
    result: list[LabelAt] = []
    apart = 0
    while at < last:
        longest = sought.longest.get(tokens[at], 0)
        for size in range(min(longest, last - at), 0, -1):
            key = tuple(tokens[at : at + size])
            if key in sought.kinds:
                stop = starts[at + size - 1] + len(tokens[at + size - 1])
                result.append(LabelAt(key, sought.kinds[key], starts[at], stop, apart))
                at, apart = at + size, 0
                break
        else:
            at, apart = at + 1, apart + 1
    return result
