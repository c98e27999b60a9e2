"""Labels in a document's text: the longest that fit, compared by their words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import NamedTuple

from core.express.folding import Folded

Words = tuple[str, ...]


class Labels(NamedTuple):
    """Labels by their words with what they stand for, and, by their first word, how long they are, longest first."""

    kinds: Mapping[Words, str]
    sizes: Mapping[str, tuple[int, ...]]


class LabelAt(NamedTuple):
    """A label in the folded text, what it stands for, and how many other words are between it and the label before."""

    words: Words
    kind: str
    start: int
    end: int
    apart: int


def labels(kinds: Mapping[Words, str]) -> Labels:
    """Make labels ready to be looked for."""
    sizes: dict[str, set[int]] = {}
    for key in kinds:
        if key:
            sizes.setdefault(key[0], set()).add(len(key))
    return Labels(kinds, {word: tuple(sorted(its, reverse=True)) for word, its in sizes.items()})


def labels_in(folded: Folded, start: int, end: int, sought: Labels) -> list[LabelAt]:
    """The labels in a piece of folded text, in order, the longest where several fit."""
    tokens, starts = folded.tokens, folded.starts
    behind, last = bisect_left(starts, start), bisect_left(starts, end)  # `behind` the label before
    kinds, sizes = sought
    result: list[LabelAt] = []
    for at in [at for at in range(behind, last) if tokens[at] in sizes]:
        if at < behind:
            continue
        for size in sizes[tokens[at]]:
            key = tuple(tokens[at : at + size])
            if key in kinds and at + size <= last:
                stop = starts[at + size - 1] + len(tokens[at + size - 1])
                result.append(LabelAt(key, kinds[key], starts[at], stop, at - behind))
                behind = at + size
                break
    return result
