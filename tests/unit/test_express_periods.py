"""A document's period: a due date taken for it, and the document lies in the wrong month."""

from __future__ import annotations

import pytest

from core.domain.models import PeriodOf
from core.express.folding import fold_text
from core.express.periods import agreed, periods_in

MONTH, YEAR, FIRST, LAST = PeriodOf.MONTH, PeriodOf.YEAR, PeriodOf.FIRST, PeriodOf.LAST


def said(text: str, *after: str, of: PeriodOf = MONTH) -> tuple[str, ...]:
    return agreed(periods_in(fold_text(text), after, of))


@pytest.mark.parametrize(
    "text",
    [
        "Competência: 10/2026 Vencimento: 20/11/2026",
        "competência 10/26, vencimento 20/11/26",
        "Referente ao mês: Outubro/2026",
        "Folha de outubro de 2026",
        "OUTUBRO 2026",
        "comp. out/26 venc 20/11/26",
        "Referência (mês/ano): 10-2026",
        "Período: 01/10/2026 a 31/10/2026 emitido em 05/11/2026",
        "período de 01/10/2026 até 31/10/2026",
        "de 01 a 31/10/2026",
        "PA 01/10/2026 CNPJ 75.989.834/0001-70",
        "Competencia: 2026-10-01",
        "Período de Apuração 31/10/2026 Data de Vencimento 20/11/2026",
        "Período de Apuração Data de Vencimento Número do Documento\nOutubro/2026 20/11/2026 07.20.26298.0457211-4",
        "Período de Apuração Data de Vencimento\n31/10/2026 20/11/2026",
        "Vencimento Período de Apuração\n20/11/2026 31/10/2026",
        "C o m p e t ê n c i a : 1 0 / 2 0 2 6  V e n c i m e n t o : 2 0 / 1 1 / 2 0 2 6",
        "CNPJ\n00.000.000/0001-70 Outubro/2026",
        "São Paulo, 05 de novembro de 2026. Folha de outubro de 2026",
        "Competência 10/2026. Receitas: 09/2026 1.000,00 08/2026 900,00",
    ],
)
def test_october_is_found_in_its_forms_and_not_its_due_date(text: str) -> None:
    assert said(text) == ("2026-10",)


@pytest.mark.parametrize(
    "text",
    [
        "Vencimento: 20/11/2026",
        "Pagar este documento até 20/11/2026 Emissão 05/11/2026",
        "Data de nascimento 11/07/1988 Admissão 03/02/2019",
        "Validade: 12/2027",
        "Período de apuração mensal. Data de vencimento: 20/11/2026",
        "São Paulo, 05 de novembro de 2026",
        "Lei 10/2003, 8.109,00 75.989.834/0001-70 WW.OI8.76N/0001-19",
        "09/2026 e 10/2026",  # two months, no label
        "Competência: 09/2026 Competência: 10/2026",
        "20/11/2026 Data de Vencimento\n",
        "30/09/2026 Período de Apuração\n20/11/2026 Data de Vencimento",  # a page upside down: labels come after
        "",
    ],
)
def test_other_dates_and_several_months_are_nobody_s_period(text: str) -> None:
    assert said(text) == ()


@pytest.mark.parametrize(
    ("text", "after", "of", "period"),
    [
        ("Exercício de 2027 Ano-calendário de 2026", (), YEAR, ("2026",)),
        ("Ano-calendário: 2026", (), MONTH, ("2026",)),
        ("Exercício: 2026 Vencimento 31/01/2026", ("Exercício",), YEAR, ("2026",)),
        ("Período: 01/01/2026 a 31/12/2026", (), YEAR, ("2026",)),
        ("Período: 01/01/2026 a 31/10/2026", (), LAST, ("2026-10",)),
        ("Período: 01/01/2026 a 31/10/2026", (), MONTH, ()),
        ("3º Trimestre/2026", (), MONTH, ("2026-09",)),
        ("Período: 01/01/2026 a 31/12/2026", (), LAST, ("2026-12", "2026")),  # December, or the year: the task decides
        ("Encerrado em: 31/12/2026", ("Encerrado em",), LAST, ("2026-12", "2026")),
        ("Encerrado em: 31/10/2026", ("Encerrado em",), LAST, ("2026-10",)),
        ("Emitida às 10:22:31 do dia 05/10/2026\nVálida até 04/04/2027", ("Emitida às",), MONTH, ("2026-10",)),
        (
            "Período aquisitivo: 01/03/2025 a 28/02/2026 Período de gozo: 28/10/2026 a 26/11/2026",
            ("Período de gozo",),
            FIRST,
            ("2026-10",),
        ),
    ],
)
def test_a_rule_says_which_label_and_which_part_of_a_longer_time(
    text: str, after: tuple[str, ...], of: PeriodOf, period: tuple[str, ...]
) -> None:
    assert said(text, *after, of=of) == period


def test_the_place_of_a_period_is_that_in_the_text() -> None:
    text = "Cabeçalho com acentos: ção\nCompetência: Outubro/2026"
    [at] = periods_in(fold_text(text))
    span = fold_text(text).span(at.start, at.end)
    assert text[span.start : span.end] == "Outubro/2026"
