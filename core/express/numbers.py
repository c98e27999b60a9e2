"""CNPJs and CPFs in a document's text, known by their check digits, however they are set.

With and without the mask or parts of it, broken over lines, spaced out (`0 1 . 8 1 5 …`), the alphanumeric CNPJ as
well. What is only a part of something longer is none: a bar code's digits, an NF-e's access key, which holds its
issuer's CNPJ, a longer dotted number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from core.domain.recognition import Span
from core.domain.tax_ids import InvalidTaxId, parse_tax_id

_S, _D, _GAP = "[0-9A-Za-z]", "[-\xad\u2010-\u2015\u2212\ufffe]", r"\s{0,4}"
_FIRST = "[0-9](?<![0-9][0-9])"  # a digit behind none; what begins with a sign itself is found faster
_ANY = re.compile(r"[^0-9A-Za-z]+")
# from the slash on, and, written backwards, what is before it
_TAIL = re.compile(rf"/(?:{_GAP}{_S}){{4}}{_GAP}{_D}?{_GAP}[0-9]{_GAP}[0-9]")
_DOTTED = re.compile(
    rf"{_GAP}{_S}{_GAP}{_S}{_GAP}{_S}{_GAP}\.{_GAP}{_S}{_GAP}{_S}{_GAP}{_S}{_GAP}\.{_GAP}{_S}{_GAP}{_S}"
)
_UNDOTTED = re.compile(rf"{_S}{{8}}")
# the slash lost, or all of the mask
_NUMERIC = re.compile(
    rf"{_FIRST}[0-9][. ]?[0-9]{{3}}[. ]?[0-9]{{3}}\s?{_D}?\s?[0-9]{{4}}\s?{_D}?\s?[0-9]{{2}}(?![0-9])"
)
_LETTERED_END = re.compile(r"[0-9]\b(?<=\b[0-9A-Za-z]{12}[0-9]{2})")
_CPF = re.compile(rf"{_FIRST}[0-9]{{2}}[. ]?[0-9]{{3}}[. ]?[0-9]{{3}}\s?{_D}?\s?[0-9]{{2}}(?![0-9])")
_CPF_TAIL = re.compile(rf"{_D}{_GAP}[0-9]{_GAP}[0-9](?![0-9])")
_CPF_HEAD = re.compile(rf"(?:{_GAP}[0-9]){{3}}{_GAP}\.(?:{_GAP}[0-9]){{3}}{_GAP}\.(?:{_GAP}[0-9]){{3}}")
_SINGLES = re.compile(r"[0-9] (?<![0-9A-Za-z][0-9] )(?<![0-9] [0-9] )[0-9](?: [0-9]){9}(?:(?: [0-9]){3})?(?! ?[0-9])")
_HALF, _NEXT_HALF = re.compile(f"{_S}{{1,13}}"), re.compile(rf"\n[ \t]*+{_S}{{1,13}}+(?<=[0-9])")
# an access key: state, year and month before the CNPJ, the document's model and series behind it
_KEY_BEFORE = re.compile(r"[0-9]{2}[\s./-]*[0-9]{4}[\s./-]*\Z")
_KEY_AFTER = re.compile(r"[\s./-]*(?:5[5789]|6[2-7])[\s./-]*[0-9]{3}[\s./-]*[0-9]")
_BAR_AFTER = re.compile(rf"\s?{_D}?\s?[0-9]\s+[0-9]{{11}}")
_BAR_BEFORE = re.compile(rf"[0-9]{{11}}\s?{_D}?\s?[0-9]\s+\Z")


class TaxIdAt(NamedTuple):
    """A valid CNPJ (14 signs) or CPF (11 digits) and where it stands."""

    tax_id: str
    span: Span


def tax_ids_in(text: str) -> list[TaxIdAt]:
    """Find every full and valid CNPJ and CPF in a text, in order, each as often as it stands there."""
    taken: list[tuple[int, int, str]] = []
    for start, end in (*_cnpjs(text), *_either(text), *_cpfs(text)):
        bare = _ANY.sub("", text[start:end]).upper()
        if len(bare) not in (11, 14) or any(start < other_end and other < end for other, other_end, _ in taken):
            continue
        if valid(bare) and _stands(text, start, end, bare):
            taken.append((start, end, bare))
    return [TaxIdAt(bare, Span(start=start, end=end)) for start, end, bare in sorted(taken)]


@lru_cache(maxsize=8192)
def valid(bare: str) -> bool:
    """Whether 14 signs or 11 digits have the check digits of a CNPJ or CPF."""
    if not bare[-2:].isdecimal():
        return False
    try:
        return parse_tax_id(bare) == bare
    except InvalidTaxId:
        return False


def _cnpjs(text: str) -> Iterator[tuple[int, int]]:
    for tail in _TAIL.finditer(text):
        backwards = text[max(0, tail.start() - 60) : tail.start()][::-1]
        head = _DOTTED.match(backwards) or _UNDOTTED.match(backwards)
        if head:
            yield tail.start() - head.end(), tail.end()
    for found in _NUMERIC.finditer(text):
        yield found.span()
    for found in _LETTERED_END.finditer(text):
        yield found.end() - 14, found.end()


def _either(text: str) -> Iterator[tuple[int, int]]:
    for found in _SINGLES.finditer(text):
        yield found.span()
    for found in _NEXT_HALF.finditer(text):
        start = text.rfind("\n", 0, found.start()) + 1
        line = text[start : found.start()].removesuffix("\r").rstrip(" \t")
        left = _HALF.match(line[-13:][::-1])
        if left and left.end() + len(found[0].lstrip()) in (11, 14):
            yield start + len(line) - left.end(), found.end()


def _cpfs(text: str) -> Iterator[tuple[int, int]]:
    for found in _CPF.finditer(text):
        yield found.span()
    for tail in _CPF_TAIL.finditer(text):
        head = _CPF_HEAD.match(text[max(0, tail.start() - 60) : tail.start()][::-1])
        if head:
            yield tail.start() - head.end(), tail.end()


def _stands(text: str, start: int, end: int, bare: str) -> bool:
    """Whether a number stands for itself, and is no piece of something longer."""
    before, after = text[max(0, start - 40) : start], text[end : end + 40]
    # a word glued to its front is the extraction's doing, except where the number may begin with a letter itself
    if before[-1:].isdecimal() or (before[-1:].isalpha() and not (bare[0].isdecimal() or before.endswith("CNPJ"))):
        return False
    if before[-1:] in ("/", "-", ".", ",") and before[-2:-1].isdecimal():
        return False
    if after[:1].isdecimal() or (after[:1] in ("/", "-", ".", ",") and after[1:2].isdecimal()):
        return False
    if len(bare) == 11:
        return not (_BAR_AFTER.match(after) or _BAR_BEFORE.search(before))
    return not (_KEY_BEFORE.search(before) and _KEY_AFTER.match(after))
