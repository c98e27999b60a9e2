"""Names at the portal: a wrong one here and a document stays behind, or lands in another client's tree."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import names
from core.domain.names import IllegalName, legal_file_name, legal_name, next_free, numbered
from core.domain.text import Text, fold, words

SIGNS = st.one_of(
    st.characters(),
    st.sampled_from("./\\ \u0301\u202e\u2028\u200b\t\x00çã¹²³CONcomLPTnul019()-\ud800😀"),
)
ANY_NAME = st.one_of(
    st.text(SIGNS, max_size=40),
    st.builds(
        lambda piece, times, tail: piece * times + tail, st.text(SIGNS, max_size=6), st.integers(0, 300), st.text()
    ),
    st.builds(
        lambda pad, tail: "CON" + " " * pad + tail, st.integers(0, 300), st.sampled_from(["", ".pdf", "x.pdf", ".a.b"])
    ),
)

ILLEGAL = [
    *("", " ", "\u00a0", "\u200b", ".", "..", "a/b", "a\\b", "../x", "a\x00b", "a\nb", "a\x85b", "a\u202egpj.exe"),
    *("\u061ca", "a\u2066b", "a\u2028b", "a\ud800b", " a", "a ", "a.", "a. ", "CON", "con", "Nul.txt", "aux.tar.gz"),
    *("COM1", "com0.pdf", "LPT9", "COM¹", "lpt².x", "CON .txt", "é" * 128, "e\u0301" * 128),
]


@pytest.mark.parametrize("name", ILLEGAL)
def test_a_chosen_name_that_some_client_could_not_open_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(IllegalName) as refused:
        legal_name(name)
    assert refused.value.name == unicodedata.normalize("NFC", name)
    for lang in ("pt", "en"):
        refused.value.sentence.say(lang).encode()  # can be printed, whatever the name held
    assert str(refused.value) == refused.value.text.say(**refused.value.params)


@pytest.mark.parametrize(
    "name",
    ["DAS", "0001 - Livraria Ipê S-A", ".oculta", "CONTABIL", "COM10", "COM", "a.b", "é" * 127, "Pão & Cia", "🙂"],
)
def test_an_ordinary_chosen_name_is_taken_as_it_is(name: str) -> None:
    assert legal_name(name) == name


def test_names_are_kept_in_nfc_so_that_a_mac_and_a_server_mean_the_same_folder() -> None:
    assert legal_name("Fe\u0301rias") == "Férias"
    assert legal_file_name("Fe\u0301rias.pdf") == ("Férias.pdf", ())


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("a/b\\c.pdf", "a-b-c.pdf"),
        ("../../etc/passwd", "..-..-etc-passwd"),
        ("CON.pdf", "CON_.pdf"),
        ("lpt1", "lpt1_"),
        ("nul.tar.gz", "nul_.tar.gz"),
        ("guia\u202efdp.exe", "guiafdp.exe"),
        ("guia\r\n.pdf", "guia.pdf"),
        ("  DAS.pdf . ", "DAS.pdf"),
        ("..", "documento"),
        (" \u200b", "documento"),
        ("", "documento"),
        ("." * 255 + "0", "documento"),
        ("a" * 300 + ".pdf", "a" * 251 + ".pdf"),
        ("é" * 300 + ".pdf", "é" * 125 + ".pdf"),
        ("x." + "y" * 300, "x." + "y" * 253),
        ("CON" + " " * 300 + "x.pdf", "CON_.pdf"),
        ("a" * 254 + "q\u0302\u0302.pdf", "a" * 251 + ".pdf"),
        ("a" * 250 + "q\u0302\u0302.pdf", "a" * 250 + ".pdf"),
    ],
)
def test_a_file_under_any_name_still_reaches_the_client_under_a_legal_one(name: str, becomes: str) -> None:
    legal, done = legal_file_name(name)
    assert legal == becomes
    assert done
    assert all(sentence.say(lang) for sentence in done for lang in ("pt", "en"))


@given(ANY_NAME)
def test_a_rewritten_name_is_legal_and_stays_what_it_is(name: str) -> None:
    legal, done = legal_file_name(name)
    assert legal_name(legal) == legal
    assert legal_file_name(legal) == (legal, ())
    assert bool(done) == (legal != unicodedata.normalize("NFC", name))


@given(ANY_NAME)
def test_what_is_legal_is_never_rewritten(name: str) -> None:
    try:
        legal = legal_name(name)
    except IllegalName:
        assert legal_file_name(name)[1]
    else:
        assert legal_file_name(name) == (legal, ())


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("DAS_Janeiro.pdf", "DAS_Janeiro (1).pdf"),
        ("DAS_Janeiro (1).pdf", "DAS_Janeiro (1) (1).pdf"),
        ("LEIAME", "LEIAME (1)"),
        (".pdf", ".pdf (1)"),
        ("..pdf", "..pdf (1)"),
        ("x..pdf", "x. (1).pdf"),
        ("x.tar.gz", "x.tar (1).gz"),
        ("Balancete 10.2026", "Balancete 10.2026 (1)"),
        ("Recibo Sr. Silva", "Recibo Sr. Silva (1)"),
        ("fita.mp3", "fita (1).mp3"),
    ],
)
def test_the_number_goes_before_the_extension_so_that_the_file_still_opens(name: str, becomes: str) -> None:
    assert numbered(name, 1) == becomes


@given(ANY_NAME, st.integers(1, 10**6), st.integers(1, 10**6))
def test_numbered_names_are_legal_and_never_meet(name: str, n: int, m: int) -> None:
    legal, _ = legal_file_name(name)
    assert legal_name(numbered(legal, n)) == numbered(legal, n)
    assert (numbered(legal, n) == numbered(legal, m)) == (n == m)


@given(ANY_NAME, st.integers(0, 6), st.lists(ANY_NAME))
def test_keeping_both_never_takes_a_name_that_is_there(name: str, count: int, others: list[str]) -> None:
    legal, _ = legal_file_name(name)
    taken = [legal, *others, *(unicodedata.normalize("NFD", numbered(legal, n)) for n in range(1, count + 1))]
    free = next_free(legal, taken)
    assert free not in {unicodedata.normalize("NFC", other) for other in taken}
    assert legal_name(free) == free


def test_the_next_free_number_is_the_lowest_even_beside_a_gap() -> None:
    assert next_free("a.pdf", {"a.pdf", "a (1).pdf", "a (3).pdf"}) == "a (2).pdf"
    assert next_free("a.pdf", {"A (1).PDF"}) == "a (1).pdf"
    own = "x" * 247 + " (1).pdf"  # shortening and numbering it gives it back
    assert numbered(own, 1) == own
    assert next_free(own, ()) != own


def test_a_clients_root_may_have_levels_and_spaces_around_them_do_not_count() -> None:
    assert names.parse_root("0001 - Livraria Ipê S-A") == ("0001 - Livraria Ipê S-A",)
    assert names.parse_root(" Clientes / 0001 ") == names.parse_root("Clientes > 0001") == ("Clientes", "0001")
    assert names.parse_root("A>B") == ("A>B",)


@pytest.mark.parametrize(
    "text",
    ["", " ", "/x", "x/", "a//b", "../x", "a/../b", ".malote", ".MALOTE/x", " .Malote > y", "a\\b", "a/" * 16 + "a"],
)
def test_a_root_that_leaves_its_place_or_is_ours_is_refused(text: str) -> None:
    with pytest.raises(IllegalName):
        names.parse_root(text)


@pytest.mark.parametrize(
    ("a", "b", "meet"),
    [
        (("FARMÁCIA",), ("farma\u0301cia",), True),
        (("Farmácia",), ("Farmacia",), False),
        (("Straße",), ("STRASSE",), True),
        (("A",), ("a", "b"), True),
        (("a", "b"), ("A",), True),
        (("a", "b"), ("a", "c"), False),
        (("ab",), ("a", "b"), False),
        (("ﬁnal",), ("FINAL",), True),
        ((), ("a",), False),
        ((), (), False),
    ],
)
def test_no_two_clients_can_share_a_folder_whatever_the_server_folds(
    a: tuple[str, ...], b: tuple[str, ...], meet: bool
) -> None:
    assert names.roots_meet(a, b) is meet
    assert bool(names.meeting_roots([(1, a), (2, b)])) is meet


LEVELS = st.lists(st.sampled_from(["a", "A", "b", "é", "e\u0301", "É", "ab"]), max_size=3).map(tuple)


@given(st.lists(LEVELS, max_size=8))
def test_the_quick_search_over_all_roots_finds_what_comparing_each_pair_finds(roots: list[tuple[str, ...]]) -> None:
    pairs = names.meeting_roots(enumerate(roots))
    meeting = {(i, j) for i in range(len(roots)) for j in range(i) if names.roots_meet(roots[i], roots[j])}
    assert {(max(pair), min(pair)) for pair in pairs} <= meeting
    assert {i for pair in pairs for i in pair} == {i for pair in meeting for i in pair}


def test_many_roots_are_searched_at_once() -> None:
    roots = [(n, ("Clientes", f"{n:06} - Farmácia")) for n in range(20_000)]
    assert names.meeting_roots(roots) == []
    assert names.meeting_roots([*roots, (-1, ("CLIENTES",))])[0] == (-1, 0)


def test_folding_for_comparison_forgives_case_accents_and_spaces() -> None:
    assert fold("  Férias \t e\u0301 ÇÃO ") == "ferias e cao"
    assert words("EFD-Contribuições (10/2026)") == ("efd", "contribuicoes", "10", "2026")
    assert words("13º_Salário") == ("13o", "salario")


@given(st.text())
def test_folding_twice_changes_nothing_more(s: str) -> None:
    assert fold(fold(s)) == fold(s)


def test_a_text_is_said_in_both_languages() -> None:
    hello = Text("Olá, {name}", "Hello, {name}")
    assert (hello.say(name="Ana"), hello.say("en", name="Ana"), hello.text()) == (
        "Olá, Ana",
        "Hello, Ana",
        "Olá, {name}",
    )
