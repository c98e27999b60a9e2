"""CNPJ and CPF: a wrong one taken, and a document is recognised as another company's."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.tax_ids import InvalidTaxId, format_tax_id, parse_tax_id

OFFICE = Path(__file__).parents[1] / "data" / "office"
WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def cnpj_of(base: str) -> str:
    """The rule itself (IN RFB 2.229/2024: a sign counts as its ASCII code less 48), written a second time."""
    for weights in (WEIGHTS[1:], WEIGHTS):
        rest = sum((ord(sign) - 48) * weight for sign, weight in zip(base, weights, strict=True)) % 11
        base += str(0 if rest < 2 else 11 - rest)
    return base


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("01.815.908/0001-16", "01815908000116"),
        (" 01815908000116 ", "01815908000116"),
        ("01 815 908 0001 16", "01815908000116"),
        ("01.815.908/0001\u201316", "01815908000116"),
        ("3P.3E2.Z8I/0001-38", "3P3E2Z8I000138"),
        ("3p3e2z8i000138", "3P3E2Z8I000138"),
        ("12.ABC.345/01DE-35", "12ABC34501DE35"),  # the Receita Federal's own example
        ("529.982.247-25", "52998224725"),
        ("1815908000116", "01815908000116"),  # a spreadsheet took its zero
        ("123456797", "00123456797"),
    ],
)
def test_tax_ids_are_read_as_offices_write_them(text: str, bare: str) -> None:
    assert parse_tax_id(text) == bare


def test_zeros_come_back_only_where_the_check_digits_then_fit() -> None:
    short = cnpj_of("001234560001")
    assert parse_tax_id(short.lstrip("0")) == short
    wrong = short[:-1] + str((int(short[-1]) + 1) % 10)
    for text in (wrong.lstrip("0"), "1.815.908/0001-16", "191", "P3E2Z8I000138"):
        with pytest.raises(InvalidTaxId):
            parse_tax_id(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "abc", "00000000000000", "11111111111", "01.815.908/0001-17", "3P.3E2.Z8I/0001-39", "52998224726"),
        *("3P3E2Z8I0001A8", "０1815908000116", "²15908000116", "01815908000116x", "01815908000116\n1", "0" * 100_000),
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidTaxId) as refused:
        parse_tax_id(text)
    assert all(len(refused.value.sentence.say(lang)) < 250 for lang in ("pt", "en"))


@given(
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12).filter(lambda base: len(set(base)) > 1)
)
def test_every_cnpj_is_known_with_and_without_mask_and_no_other_check_digit_is(base: str) -> None:
    bare = cnpj_of(base)
    assert parse_tax_id(bare) == parse_tax_id(format_tax_id(bare)) == parse_tax_id(bare.lower()) == bare
    with pytest.raises(InvalidTaxId):
        parse_tax_id(bare[:-1] + str((int(bare[-1]) + 1) % 10))


def test_the_mask_is_the_official_one() -> None:
    assert format_tax_id("3P3E2Z8I000138") == "3P.3E2.Z8I/0001-38"
    assert format_tax_id("52998224725") == "529.982.247-25"
    assert format_tax_id("") == ""


def test_the_sample_office_is_read() -> None:
    with (OFFICE / "clients.csv").open(encoding="utf-8", newline="") as file:
        tax_ids = [row["tax_id"] for row in csv.DictReader(file)]
    assert tax_ids
    assert [format_tax_id(parse_tax_id(tax_id)) for tax_id in tax_ids] == tax_ids
