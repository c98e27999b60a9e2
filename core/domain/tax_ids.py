"""CNPJ (numeric, and alphanumeric as in force since July 2026, IN RFB 2.229/2024) and CPF.

Spreadsheets drop the zeros at the front of numbers: of bare digits, up to two missing ones are given back (12 or 13
digits become a CNPJ, 9 or 10 a CPF), only when the check digits then fit. Never across: 11 digits are a CPF or nothing.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from core.domain.text import InvalidValue, Text

if TYPE_CHECKING:
    from validate_docbr import CNPJ, CPF

_MASK = re.compile(r"[\s./\-\u2010-\u2015]+")
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_CPF = re.compile(r"[0-9]{11}")

_EMPTY = Text("O CNPJ ou CPF está vazio.", "The CNPJ or CPF is empty.")
_SHAPE = Text(
    "{value} não é um CNPJ (14 letras ou números) nem um CPF (11 números).",
    "{value} is neither a CNPJ (14 letters or digits) nor a CPF (11 digits).",
)
_CHECK = Text(
    "Os dígitos verificadores de {value} não conferem: {kind} inválido.",
    "The check digits of {value} do not fit: not a {kind}.",
)


class InvalidTaxId(InvalidValue):
    """Neither a CNPJ nor a CPF; `sentence` says why."""


def parse_tax_id(text: str) -> str:
    """Read a CNPJ or a CPF, with or without its mask, in either case.

    Returns:
        14 signs (digits and capital letters) of a CNPJ, or 11 digits of a CPF.

    Raises:
        InvalidTaxId: it has another shape, or its check digits do not fit; all-equal digits never do.
    """
    value = text.strip()
    if not value:
        raise InvalidTaxId(_EMPTY)
    bare = _MASK.sub("", value)
    # a mask that was typed has its zeros
    if value.isascii() and value.isdigit() and len(value) in (9, 10, 12, 13):
        restored = value.zfill(11 if len(value) < 11 else 14)
        if _valid(restored):
            return restored
    bare = bare.upper() if bare.isascii() else bare
    if not (_CNPJ.fullmatch(bare) or _CPF.fullmatch(bare)):
        raise InvalidTaxId(_SHAPE, value=ascii(value[:40])[1:-1] if not value.isprintable() else value[:40])
    if not _valid(bare):
        raise InvalidTaxId(_CHECK, value=value[:40], kind="CNPJ" if len(bare) == 14 else "CPF")
    return bare


def format_tax_id(bare: str) -> str:
    """Put the mask on: `01.815.908/0001-16` or `529.982.247-25`; what is of neither length stays as it is."""
    if len(bare) == 14:
        return f"{bare[:2]}.{bare[2:5]}.{bare[5:8]}/{bare[8:12]}-{bare[12:]}"
    if len(bare) == 11:
        return f"{bare[:3]}.{bare[3:6]}.{bare[6:9]}-{bare[9:]}"
    return bare


@cache
def _validators() -> tuple[CNPJ, CPF]:
    from validate_docbr import CNPJ, CPF  # noqa: PLC0415 - 25 ms that most commands do not need

    return CNPJ(), CPF()


def _valid(bare: str) -> bool:
    cnpj, cpf = _validators()
    return cnpj.validate(bare) if len(bare) == 14 else cpf.validate(bare)
