"""Numbers in a document: one missed, and a person is asked for nothing; one invented, and a file goes astray."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.tax_ids import format_tax_id
from core.express.numbers import tax_ids_in, valid
from tests.unit.test_tax_ids import cnpj_of

NUMERIC, LETTERED, PERSON = "75989834000170", "WPLQCMK5000132", "52998224725"


@pytest.mark.parametrize(
    ("shown", "bare"),
    [
        ("75.989.834/0001-70", NUMERIC),
        ("75989834000170", NUMERIC),
        ("75989834/0001-70", NUMERIC),
        ("75 989 834 0001 70", NUMERIC),
        ("75.989.834/0001–70", NUMERIC),
        ("7 5 . 9 8 9 . 8 3 4 / 0 0 0 1 - 7 0", NUMERIC),
        ("7 5 9 8 9 8 3 4 0 0 0 1 7 0", NUMERIC),
        ("75.989.\r\n834/0001-70", NUMERIC),
        ("75.989.834/00\n01-70", NUMERIC),
        ("7598983\n4000170", NUMERIC),
        ("WP.LQC.MK5/0001-32", LETTERED),
        ("wp.lqc.mk5/0001-32", LETTERED),
        ("WPLQCMK5000132", LETTERED),
        ("WPLQCMK5\n000132", LETTERED),
        ("W P . L Q C . M K 5 / 0 0 0 1 - 3 2", LETTERED),
        ("529.982.247-25", PERSON),
        ("52998224725", PERSON),
        ("529982247\n25", PERSON),
        ("5 2 9 . 9 8 2 . 2 4 7 - 2 5", PERSON),
    ],
)
def test_a_number_is_found_however_it_is_set(shown: str, bare: str) -> None:
    glued = "CNPJ{}Nome" if "." in shown else "{}"
    for around in ("CNPJ: {} Nome X", "Total\n{}\nVencimento 20/11/2026", glued, "{}."):
        text = around.format(shown)
        assert [at.tax_id for at in tax_ids_in(text)] == [bare], text
        span = tax_ids_in(text)[0].span
        assert text[span.start : span.end] == shown  # what a screen highlights is the number itself


@pytest.mark.parametrize(
    "text",
    [
        "35261075989834000170550010000012341000012345",  # an NF-e's access key holds its issuer's CNPJ
        "3526 1075 9898 3400 0170 5500 1000 0012 3410 0001 2345",
        "35-2610-75.989.834/0001-70-55-001-000.001.234-100.001.234-5",
        "35 2610 75989834000170 55 001 000001234 1 00001234 5",
        "175989834000170",
        "759898340001701",
        "99.75.989.834/0001-70",
        "1.529.982.247-25",
        "52998224725 5 52998224725 1 52998224725 6 85356068831 0",  # a bar code's line
        "75.989.834/0001-71",
        "11.111.111/1111-11 000.000.000-00",
        "R$ 75.989.834,00",
    ],
)
def test_a_piece_of_something_longer_or_a_wrong_check_digit_is_no_number(text: str) -> None:
    assert tax_ids_in(f"CNPJ: {text} Nome") == []


def test_several_numbers_stand_in_their_order_each_as_often_as_it_is_there() -> None:
    text = "Beneficiário CNPJ 75.989.834/0001-70 Pagador CPF 529.982.247-25, WP.LQC.MK5/0001-32 e 75989834000170"
    assert [at.tax_id for at in tax_ids_in(text)] == [NUMERIC, PERSON, LETTERED, NUMERIC]


@given(
    st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12),
    st.randoms(use_true_random=False),
)
def test_every_valid_cnpj_is_found_with_spaces_and_breaks_within(base: str, random: Random) -> None:
    bare = cnpj_of(base)
    if not valid(bare):  # all equal
        return
    shown = "".join(sign + random.choice(("", "", " ", "\n")) for sign in format_tax_id(bare)).strip()
    assert bare in [at.tax_id for at in tax_ids_in(f"CNPJ: {shown}\nRazão Social")]


@given(st.text(max_size=400))
def test_any_text_can_be_searched_and_what_is_found_is_valid_and_there(text: str) -> None:
    for at in tax_ids_in(text):
        assert valid(at.tax_id)
        assert 0 <= at.span.start < at.span.end <= len(text)
