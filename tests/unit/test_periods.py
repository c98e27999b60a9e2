"""Competências: a month misread puts a document into another month's folder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.periods import (
    InvalidPeriod,
    is_month,
    is_period,
    is_year,
    month_number,
    month_of,
    parse_period,
    year_of,
)


@pytest.mark.parametrize("text", ["2026-10", "2026/10", "10/2026", "10-2026", " 2026-10 "])
def test_a_month_is_read_in_the_forms_that_spreadsheets_hold(text: str) -> None:
    assert parse_period(text) == "2026-10"


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "2026-13", "2026-00", "00/2026", "2026-1-1", "26-10", "202610", "1826", "2126", "out/26", "2026-"),
        *("2026-10-01", "２０２６", "2026\x00", "2026-010"),
    ],
)
def test_what_is_no_period_is_refused_with_the_form_to_use(text: str) -> None:
    with pytest.raises(InvalidPeriod) as refused:
        parse_period(text)
    assert all("2026-10" in refused.value.sentence.say(lang) for lang in ("pt", "en"))


@given(st.integers(1900, 2099), st.integers(1, 12))
def test_every_month_and_year_is_read_and_taken_apart(year: int, month: int) -> None:
    period = f"{year}-{month:02}"
    assert {parse_period(form) for form in (period, f"{month}/{year}", f"{year}/{month}", f"{month:02}-{year}")} == {
        period
    }
    assert (year_of(period), month_of(period)) == (str(year), f"{month:02}")
    assert parse_period(str(year)) == year_of(str(year)) == str(year)
    assert month_of(str(year)) is None


@pytest.mark.parametrize("name", ["10", "01", "Outubro", "OUT", "março", "Marco", "10 - Outubro", "3.mar", "10_Out"])
def test_a_folder_named_after_a_month_is_known_as_one(name: str) -> None:
    assert is_month(name)
    assert not is_year(name)
    assert not is_period(name)


@pytest.mark.parametrize(
    "name", ["2026-10", "10.2026", "10-2026", "Outubro 2026", "10 - Outubro de 2026", "2026 10 - Outubro"]
)
def test_a_folder_named_after_a_month_of_a_year_is_known_as_one(name: str) -> None:
    assert is_period(name)
    assert not is_month(name)
    assert not is_year(name)


@pytest.mark.parametrize("name", ["", "13", "1", "00", "09 - Outubro", "DAS", "Outros", "20266", "1026", "2026 2027"])
def test_other_folders_are_not_taken_for_a_period(name: str) -> None:
    assert not is_month(name)
    assert not is_year(name)
    assert not is_period(name)


def test_years_and_months_names() -> None:
    assert is_year("2026")
    assert not is_year("2026 ")
    assert (month_number("outubro"), month_number("dez"), month_number("dia")) == (10, 12, None)
