"""Clients' names: only ever a guess, and a warning where a document names another company than its number."""

from __future__ import annotations

from core.domain.models import Client
from core.express.folding import fold_text
from core.express.names import alike, index_names, named_in

CLIENTS = [
    Client(id="1", name="Transportadora Araucária S/A"),
    Client(id="2", name="Transportadora São Bento Ltda"),
    Client(id="3", name="Padaria Aurora & Filhos Ltda"),
    Client(id="4", name="Ipê"),
]
INDEX = index_names(CLIENTS)


def test_a_name_is_found_without_accents_case_line_or_legal_form() -> None:
    assert set(named_in(fold_text("Empresa: TRANSPORTADORA\nARAUCARIA LTDA, ipê"), INDEX)) == {"1"}


def test_a_name_written_a_little_differently_is_the_first_guess() -> None:
    folded = fold_text("Nota 7\nRazão social: PADARIA AURORA E FILHOS LTDA ME, de Ipê\nTotal 10,00")
    first, *_ = alike(folded, INDEX)
    assert first.client == "3"
    assert folded.flat[first.start : first.end] == "padaria aurora e filhos ltda"  # nothing else stands out


def test_a_text_without_any_name_guesses_nobody() -> None:
    assert alike(fold_text("Documento de Arrecadação do Simples Nacional"), INDEX) == []
