"""Labels in a document's text: the longest that fit, compared by their words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_WORD = re.compile("[0-9a-z]+")

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


def labels_in(flat: str, start: int, end: int, sought: Labels) -> list[LabelAt]:
    """The labels in a piece of folded text, in order, the longest where several fit."""
    found = [(match[0], match.start(), match.end()) for match in _WORD.finditer(flat, start, end)]
    result: list[LabelAt] = []
    at = apart = 0
    while at < len(found):
        longest = min(sought.longest.get(found[at][0], 0), len(found) - at)
        for size in range(longest, 0, -1):
            key = tuple([word for word, _, _ in found[at : at + size]])
            if key in sought.kinds:
                result.append(LabelAt(key, sought.kinds[key], found[at][1], found[at + size - 1][2], apart))
                at, apart = at + size, 0
                break
        else:
            at, apart = at + 1, apart + 1
    return result
