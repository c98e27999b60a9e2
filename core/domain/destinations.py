"""Pasta de destino: folder names below a client's root (the design's section 2.2), never some client's own folder."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.domain.models import Place
from core.domain.names import IllegalName, check_depth, legal_name
from core.domain.periods import is_month, is_period, is_year, month_of, year_of
from core.domain.text import Sentence, Text, words

Destination = tuple[str, ...]

_BRACED = re.compile(r"\{(ano|mes|competencia)\}")
_SMALL = frozenset({"a", "as", "d", "da", "das", "de", "do", "dos", "e", "em", "o", "os"})
_LEGAL_FORMS = frozenset({"cia", "eireli", "epp", "limitada", "ltda", "me", "mei", "sa", "slu", "ss"})

_EMPTY = Text(
    'A pasta de destino está vazia. Exemplo: "Fiscal > DAS".', 'The destination is empty. Example: "Fiscal > DAS".'
)
_EMPTY_LEVEL = Text(
    "Há um nível vazio em {destination}: cada nível precisa de um nome.",
    "A level of {destination} is empty: each level needs a name.",
)
_SEPARATOR = Text(
    "O nome {name} contém >, que separa os níveis de uma pasta de destino.",
    "The name {name} contains >, which separates the levels of a destination.",
)
_BRACES = Text(
    "Em {name}, entre chaves só podem estar {{ano}}, {{mes}} ou {{competencia}}.",
    "In {name}, only {{ano}}, {{mes}} or {{competencia}} may stand in braces.",
)
_HAS_NAME = Text(
    "A pasta {level} contém o nome do cliente {client}; ela seria criada assim para todos os clientes.",
    "The folder {level} contains the name of the client {client}; every client would get it.",
)
_HAS_ID = Text(
    "A pasta {level} contém o código {id} do cliente; ela seria criada assim para todos os clientes.",
    "The folder {level} contains the client's id {id}; every client would get it.",
)
_HAS_TAX_ID = Text(
    "A pasta {level} contém o CNPJ ou CPF do cliente; ela seria criada assim para todos os clientes.",
    "The folder {level} contains the client's CNPJ or CPF; every client would get it.",
)


def parse_destination(text: str) -> Destination:
    """Read `Fiscal > DAS`; spaces around the separator do not count.

    `/` separates as well (`Fiscal/DAS`), but only where no `>` does: in `Fiscal > EFD ICMS/IPI` it would be part of a
    name, which it cannot be, so that is refused and not guessed.

    Raises:
        IllegalName: it is empty or too deep, a level is no legal name, or something else than `{ano}`, `{mes}` and
            `{competencia}` stands in braces.
    """
    if not text.strip(" "):
        raise IllegalName(_EMPTY, "")
    levels = [level.strip(" ") for level in text.split(">" if ">" in text else "/")]
    if "" in levels:
        raise IllegalName(_EMPTY_LEVEL, "", destination=ascii(text)[1:-1] if not text.isprintable() else text.strip())
    return destination(levels)


def destination(levels: Iterable[str]) -> Destination:
    """Check the names of a destination that was chosen level by level.

    Raises:
        IllegalName: as `parse_destination`; also for a name with `>` in it, which no text could name.
    """
    checked = tuple(legal_name(level) for level in levels)
    if not checked:
        raise IllegalName(_EMPTY, "")
    check_depth(checked)
    for level in checked:
        if ">" in level:
            raise IllegalName(_SEPARATOR, level)
        rest = _BRACED.sub("", level)
        if "{" in rest or "}" in rest:
            raise IllegalName(_BRACES, level)
    return checked


def show_destination(dest: Destination) -> str:
    """The destination as people read and type it: `Fiscal > DAS`; `parse_destination` reads it back."""
    return " > ".join(dest)


def render(dest: Destination, period: str) -> tuple[str, ...]:
    """The folder names of a destination for one task's period.

    Args:
        period: as `parse_period` returns it. A yearly one leaves out every level with `{mes}`; where no level is left,
            the folder is the client's root.
    """
    month = month_of(period)
    values = {"ano": year_of(period), "mes": month or "", "competencia": period}
    return tuple(
        _BRACED.sub(lambda braced: values[braced[1]], level) for level in dest if month or "{mes}" not in level
    )


def warnings(dest: Destination, *, client_name: str, client_id: str, tax_id: str) -> list[Sentence]:
    """Say which levels name the very client whose folders served as the model; such a folder is no one else's.

    Tolerantly: case, accents, punctuation, small words and the legal form (Ltda, S/A…) do not count in the name, zeros
    in front do not in the id (`0012` for 12), but the id must be a whole word; the mask does not in the CNPJ, of which
    the first eight signs, the company's own, are enough.
    """
    name = _core(client_name)
    ids = _numbers_bare(words(client_id))
    bare = "".join(words(tax_id))
    needles = [bare, bare[:8]] if len(bare) == 14 else [bare] if bare else []
    found: list[Sentence] = []
    for level in dest:
        parts = words(_BRACED.sub(" ", level))
        if name and _within(name, _significant(parts)):
            found.append(Sentence(_HAS_NAME, {"level": level, "client": client_name}))
        if ids and _within(ids, _numbers_bare(parts)):
            found.append(Sentence(_HAS_ID, {"level": level, "id": client_id}))
        if any(needle in "".join(parts) for needle in needles):
            found.append(Sentence(_HAS_TAX_ID, {"level": level}))
    return found


def suggestions(dest: Destination) -> dict[int, str]:
    """What to offer instead of levels that are a period: `{1: "{ano}"}` for `Fiscal > 2026`."""
    offers = ((is_year, "{ano}"), (is_month, "{mes}"), (is_period, "{competencia}"))
    return {index: placeholder for index, level in enumerate(dest) for applies, placeholder in offers if applies(level)}


def _core(name: str) -> tuple[str, ...]:
    """The significant words of a company's name without its legal form; all of them where nothing else is left."""
    parts = list(words(name))
    while parts and (parts[-1] in _LEGAL_FORMS or parts[-2:] == ["s", "a"]):
        del parts[-1 if parts[-1] in _LEGAL_FORMS else -2 :]
    return _significant(tuple(parts)) or words(name)


def _significant(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for part in parts if part not in _SMALL)


def _numbers_bare(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(int(part)) if part.isdecimal() else part for part in parts)


def _within(needle: tuple[str, ...], hay: tuple[str, ...]) -> bool:
    return any(hay[start : start + len(needle)] == needle for start in range(len(hay) - len(needle) + 1))


def show_place(place: Place) -> str:
    """A place as people read it: `0032 - Padaria > Fiscal > DAS > DAS.pdf`."""
    return show_destination((*place.root, *place.folder, place.name))
