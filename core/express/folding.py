"""A document's text as rules see it: without case and accents, and as one string of letters and digits alone.

Extraction from PDFs changes spacing, line breaks and hyphens at will, so phrases are compared without any; where
words begin and end is kept beside, so that `DAS` is not found in `todas as`. Places lead back to the text itself.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, compress
from typing import NamedTuple

from core.domain.recognition import Span

_WORD = re.compile("[0-9a-z]+")
_SINGLES = re.compile(r" \S \S(?!\S)")  # stands wherever `_SPACED` does, and is found faster
_SPACED = re.compile(r"(?<!\S)(?:[^\W\d_](?: [^\W\d_]){2}|\S(?: \S){3})(?: \S)*(?!\S)")
_BROKEN = re.compile("[-\xad\u2010\u2011\ufffe](?<=[^\\W\\d_].)(?:\\s*\n\\s*|(?<=\ufffe)\\s*)(?=[^\\W\\d_])")
_WIDE = re.compile("[\u0300-\u036f\ufb00-\ufb06]")
_ERRORS = "malote.one_for_one"


class Folded(NamedTuple):
    """`flat` is the text folded, `compact` its letters and digits alone; `offsets` are its words' in `compact`.

    `tokens` are its words in order, `starts` their places in `flat`; `origins`, where it is not empty, those of
    `flat`'s signs in the text.
    """

    flat: str
    compact: str
    tokens: Sequence[str]
    starts: Sequence[int]
    offsets: Sequence[int]  # and one more, the end
    words: frozenset[str]
    origins: Sequence[int] = ()

    def span(self, start: int, end: int) -> Span:
        """The place in the text of a piece of `flat`."""
        if self.origins and start < end:
            return Span(start=self.origins[start], end=self.origins[end - 1] + 1)
        return Span(start=start, end=end)

    def in_flat(self, start: int, end: int) -> tuple[int, int]:
        """Where in `flat` a piece of `compact` stands."""
        starts, offsets = self.starts, self.offsets
        first, last = bisect_right(offsets, start) - 1, bisect_right(offsets, end - 1) - 1
        return starts[first] + start - offsets[first], starts[last] + end - offsets[last]


class Phrase(NamedTuple):
    """What is looked for: a text's letters and digits."""

    text: str
    compact: str
    words: tuple[str, ...]


def phrase(text: str) -> Phrase:
    """A phrase as it is compared; one without a letter or digit is found nowhere."""
    words = _WORD.findall(_flat(_composed(text)))
    return Phrase(text, "".join(words), tuple(words))


def fold_text(text: str) -> Folded:
    """Fold a document's text; letters spaced out (`D A S`) and words broken at a line's end are put together."""
    origins: Sequence[int] = ()
    if _WIDE.search(text) or (_SINGLES.search(text) and _SPACED.search(text)) or _BROKEN.search(text):
        text, origins = _mended(text)
    flat = _flat(text)
    pieces = flat.translate(_APART).split(" ")
    starts = list(compress(accumulate([len(one) + 1 for one in pieces], initial=0), pieces))
    words = list(filter(None, pieces))
    offsets = tuple(accumulate(map(len, words), initial=0))
    return Folded(flat, "".join(words), words, starts, offsets, frozenset(words), origins)


def find(sought: Phrase, folded: Folded) -> tuple[int, int] | None:
    """The first place in `flat` where a phrase stands as whole words: a long one (12 signs) may be glued to others."""
    compact, size = sought.compact, len(sought.compact)
    at = folded.compact.find(compact) if size else -1
    while at >= 0:
        if size >= 12 or _whole(sought, folded, at):
            return folded.in_flat(at, at + size)
        at = folded.compact.find(compact, at + 1)
    return None


def _whole(sought: Phrase, folded: Folded, at: int) -> bool:
    """Whether a short phrase stands there in as many words; a number also not as a part of `8.109,00`."""
    offsets, end = folded.offsets, at + len(sought.compact)
    first = bisect_right(offsets, at) - 1
    last = first + len(sought.words)
    if offsets[first] != at or last >= len(offsets) or offsets[last] != end:
        return False
    if not sought.compact.isdecimal():
        return True
    start, stop = folded.in_flat(at, end)
    before, after = folded.flat[max(0, start - 2) : start], folded.flat[stop : stop + 2]
    return not (before[-1:] in ".,/" and before[:1].isdecimal()) and not (after[:1] in ".,/" and after[1:].isdecimal())


def _flat(text: str) -> str:
    """One folded sign for each: the table does Latin 1, what is outside goes to `_one_for_one`."""
    return text.encode("latin-1", _ERRORS).translate(_TABLE).decode("latin-1")


def _base(sign: str) -> str:
    """A sign without accent and case, one for one, or a space."""
    plain = unicodedata.normalize("NFKD", sign.casefold())[:1].casefold()[:1]
    return plain if plain.isascii() and plain else " "


def _one_for_one(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "".join(map(_base, error.object[error.start : error.end])).encode("ascii"), error.end


codecs.register_error(_ERRORS, _one_for_one)
_TABLE = bytes(ord(_base(chr(code))) for code in range(256))
_APART = {code: " " for code in range(128) if not _WORD.match(chr(code))}


def _composed(text: str) -> str:
    """Ligatures apart, accents on their letters."""
    return unicodedata.normalize("NFKC", text) if _WIDE.search(text) else text


def _mended(text: str) -> tuple[str, list[int]]:
    """A text with spaced-out letters and broken words put together, and where each of its signs came from."""
    dropped = {run.start() + at for run in _SPACED.finditer(text) for at in range(1, run.end() - run.start(), 2)}
    for broken in _BROKEN.finditer(text):
        dropped.update(range(broken.start(), broken.end()))
    signs, origins = [], []
    for at, sign in enumerate(text):
        if at in dropped:
            continue
        if sign < "\u0300":  # neither an accent by itself nor a ligature
            signs.append(sign)
            origins.append(at)
        elif not unicodedata.combining(sign):
            apart = unicodedata.normalize("NFKD", sign) if _WIDE.match(sign) else sign
            signs.append(apart)
            origins += [at] * len(apart)
    return "".join(signs), origins
