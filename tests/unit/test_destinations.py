"""Destinations: what one person chooses here decides a folder of every client."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.destinations import (
    Destination,
    destination,
    parse_destination,
    render,
    show_destination,
    suggestions,
    warnings,
)
from core.domain.names import IllegalName, legal_name

PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["{ano}", "{mes}", "{competencia}", "COM", "LPT", "CON", "NUL", "AUX.", "..", ".", "/", "\u0301", " "]
        ),
        st.text(max_size=5),
    ),
    max_size=5,
).map("".join)
PERIODS = st.one_of(
    st.sampled_from(["2026", "2026-10"]), st.builds("{}-{:02}".format, st.integers(1900, 2099), st.integers(1, 12))
)


@pytest.mark.parametrize("text", ["Fiscal > DAS", "Fiscal>DAS", " Fiscal  >DAS ", "Fiscal/DAS", "Fiscal / DAS"])
def test_a_destination_is_read_as_people_type_it(text: str) -> None:
    assert parse_destination(text) == ("Fiscal", "DAS")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "  ",
            ">",
            "/",
            "Fiscal >",
            "Fiscal > > DAS",
            "> DAS",
            "..",
            "Fiscal > ..",
            "../DAS",
            "Fiscal > EFD ICMS/IPI",
        ),
        *(
            "Fiscal\\DAS",
            "CON",
            "Fiscal > DAS.",
            "a\x00",
            "{dia}",
            "{Ano}",
            "{mês}",
            "{",
            "}",
            "{ano",
            "{{ano}}",
            "{}",
            "{ano.x}",
        ),
        *("a > " * 16 + "a", "x" * 256, "\n"),
    ],
)
def test_a_destination_that_could_not_be_made_or_meant_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(IllegalName) as refused:
        parse_destination(text)
    assert refused.value.sentence.say("pt") != refused.value.sentence.say("en")


def test_a_picked_folder_whose_name_holds_the_separator_is_refused_because_no_text_could_name_it() -> None:
    with pytest.raises(IllegalName):
        destination(["Fiscal", "A > B"])
    with pytest.raises(IllegalName):
        destination([])


@given(st.lists(PIECES, max_size=4))
def test_what_is_shown_reads_back_as_the_same(levels: list[str]) -> None:
    try:
        dest = destination(levels)
    except IllegalName:
        return
    assert parse_destination(show_destination(dest)) == dest


@given(st.lists(PIECES, min_size=1, max_size=4), PERIODS)
def test_no_period_makes_an_unsafe_folder_of_a_destination(levels: list[str], period: str) -> None:
    try:
        dest = parse_destination(" > ".join(levels))
    except IllegalName:
        return
    for name in render(dest, period):
        assert legal_name(name) == name == unicodedata.normalize("NFC", name)
        assert not {"{", "}", "/", "\\", ">"} & set(name)


@pytest.mark.parametrize(
    ("dest", "period", "folder"),
    [
        ("Fiscal > DAS", "2026-10", ("Fiscal", "DAS")),
        ("Fiscal > {ano} > {mes} > DAS", "2026-10", ("Fiscal", "2026", "10", "DAS")),
        ("Fiscal > {ano} > {mes} > DAS", "2026", ("Fiscal", "2026", "DAS")),
        ("DAS {competencia}", "2026-10", ("DAS 2026-10",)),
        ("DAS {competencia}", "2026", ("DAS 2026",)),
        ("{ano}-{mes}", "2026", ()),
        ("Mês {mes} de {ano}", "2026-03", ("Mês 03 de 2026",)),
    ],
)
def test_the_period_of_the_task_names_the_folder(dest: str, period: str, folder: tuple[str, ...]) -> None:
    assert render(parse_destination(dest), period) == folder


def warned(
    *levels: str, name: str = "Farmácia Pão & Cia S/A", key: str = "12", tax_id: str = "82.450.400/0001-63"
) -> list[str]:
    found = warnings(levels, client_name=name, client_id=key, tax_id=tax_id)
    assert all(sentence.say("pt") != sentence.say("en") for sentence in found)
    return [sentence.say("en") for sentence in found]


@pytest.mark.parametrize(
    "level",
    [
        "Farmácia Pão & Cia S-A",
        "FARMACIA PAO",
        "Docs - Farmácia Pão e Cia",
        "0012 - Fiscal",
        "12",
        "CNPJ 82.450.400-0001-63",
        "82450400000163",
        "82.450.400",
    ],
)
def test_a_folder_that_names_the_model_client_is_warned_about_because_all_would_get_it(level: str) -> None:
    assert len(warned("Fiscal", level)) == 1


@pytest.mark.parametrize(
    "level", ["Fiscal", "DAS", "Farmácia", "112", "2012", "13º Salário", "{mes}", "{ano}", "12a", "82"]
)
def test_an_ordinary_folder_is_not_warned_about(level: str) -> None:
    assert warned(level) == []


def test_a_client_without_tax_id_or_with_a_textual_id_is_looked_for_as_well() -> None:
    assert warned("Fiscal", key="x", tax_id="") == []
    assert len(warned("Contas ABC-1", key="abc-01", tax_id="")) == 1
    assert len(warned("3P.3E2.Z8I-0001-38", tax_id="3P3E2Z8I000138")) == 1
    assert len(warned("0012 - Farmácia Pão & Cia S-A")) == 2
    assert warned("Fiscal", name="", key="", tax_id="") == []


@pytest.mark.parametrize(
    ("dest", "offers"),
    [
        (("Fiscal", "DAS"), {}),
        (("Fiscal", "2026", "10 - Outubro", "DAS"), {1: "{ano}", 2: "{mes}"}),
        (("2026-10",), {0: "{competencia}"}),
        (("{ano}",), {}),
    ],
)
def test_a_folder_of_one_period_is_offered_as_a_placeholder(dest: Destination, offers: dict[int, str]) -> None:
    assert suggestions(dest) == offers
