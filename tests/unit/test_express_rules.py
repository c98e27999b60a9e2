"""Rules of content: one that fits too much sends a document into another template's folder."""

from __future__ import annotations

import pytest

from core.catalog import rules_for, standard_rules, standard_templates
from core.domain.models import Client, Rule, RuleSource, Template
from core.domain.recognition import FileKind, Reading
from core.express.folding import fold_text
from core.express.known import prepare
from core.express.remember import remembered
from core.express.rules import Sample, also_catches, compiled, fit, matches, outdoes


def reading(*pages: str) -> Reading:
    return Reading(kind=FileKind.PDF, pages=pages)


@pytest.mark.parametrize(
    "text",
    [
        "Documento de Arrecadação do Simples Nacional",
        "DOCUMENTO DE ARRECADACAO DO\r\nSIMPLES   NACIONAL",
        "D o c u m e n t o  d e  A r r e c a d a ç ã o  d o  S i m p l e s  N a c i o n a l",
        "Documento de Arreca-\ndação do Simples Nacional",
        "DocumentodeArrecadaçãodoSimplesNacionalCNPJ",
        "Documento de Arrecadac\u0327a\u0303o do Simples Nacional",  # accents apart
    ],
)
def test_a_phrase_is_found_however_extraction_spaced_it(text: str) -> None:
    spans = matches(Rule(all=("Documento de Arrecadação do Simples Nacional",)), reading(text), "x.pdf")
    assert spans is not None
    assert text[spans[0].start : spans[0].end].lower().startswith("d")


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("DAS", "todas as guias", False),
        ("DAS", "t o d a s   a s", False),
        ("DAS", "Guia DAS 10/2026", True),
        ("DAS", "G u i a   D A S   1 0", True),
        ("8109", "R$ 8.109,00 e 8109,44", False),
        ("8109", "8109 PIS", True),
        ("8109", "código 8109-02", True),
        ("DCTFWeb", "Recibo-DCTFWeb.", True),
    ],
)
def test_a_short_phrase_is_a_word_of_its_own(phrase: str, text: str, found: bool) -> None:
    assert (matches(Rule(all=(phrase,)), reading(text), "") is not None) is found


def test_all_any_none_and_the_file_s_name() -> None:
    rule = Rule(all=("Balancete",), any=("Débito", "Saldo atual"), none=("Acumulado",), file_name="*mensal*.pdf")
    assert matches(rule, reading("BALANCETE  Saldo Atual"), "Balancete MENSAL 10.pdf") is not None
    assert matches(rule, reading("BALANCETE  Saldo Atual"), "balancete.pdf") is None
    assert matches(rule, reading("BALANCETE"), "mensal.pdf") is None
    assert matches(rule, reading("BALANCETE acumulado, débito"), "mensal.pdf") is None
    assert matches(Rule(file_name="das*.pdf"), reading("nada"), "DAS 10.pdf") == ()
    assert matches(Rule(), reading("tudo"), "tudo.pdf") is None  # no condition fits nothing


def test_the_more_specific_rule_contains_what_the_other_needs() -> None:
    text = fold_text("Documento de Arrecadação de Receitas Federais 8109 PIS")
    darf, pis, other = (
        fit(compiled(rule), text, "a.pdf")
        for rule in (
            Rule(all=("Documento de Arrecadação de Receitas Federais",)),
            Rule(all=("Documento de Arrecadação de Receitas Federais",), any=("8109", "6912")),
            Rule(all=("PIS",)),
        )
    )
    assert darf and pis and other
    assert outdoes(pis, darf)
    assert not outdoes(darf, pis)
    assert not outdoes(pis, other)  # neither contains the other: a tie
    assert not outdoes(other, pis)


def test_a_rule_that_would_also_catch_other_templates_files_says_which() -> None:
    samples = [
        Sample("balancete", "b.pdf", reading("BALANCETE DE VERIFICAÇÃO")),
        Sample("razao", "r.pdf", reading("RAZÃO ANALÍTICO Balancete anexo")),
        Sample("dre", "d.pdf", reading("DEMONSTRAÇÃO DO RESULTADO")),
    ]
    assert also_catches(Rule(all=("Balancete",)), "balancete", samples) == {"razao": ["r.pdf"]}
    assert also_catches(Rule(all=("Balancete de verificação",)), "balancete", samples) == {}


def test_a_remembered_rule_fits_the_next_month_and_another_client_but_no_other_form() -> None:
    clients = [
        Client(id="1", name="Padaria Aurora Ltda", tax_id="75989834000170"),
        Client(id="2", name="Oficina Ipê ME"),
    ]
    page = (
        "{name}\nRELATÓRIO GERENCIAL DE CUSTOS\nCNPJ: {number}\nPosição de fechamento {date}\n"
        "Centro de custo: {value}\nTotal geral dos custos\n"
    )
    october = reading(
        page.format(name="PADARIA AURORA LTDA", number="75.989.834/0001-70", date="31/10/2026", value="1.234,00")
    )
    november = reading(
        page.format(name="OFICINA IPÊ ME", number="WP.LQC.MK5/0001-32", date="30/11/2026", value="77,10")
    )
    known = prepare(clients, [Template(id="t", name="Gerencial", department="Contabilidade")])
    rule = remembered(october, clients[0], "2026-10", known)
    assert rule.source is RuleSource.REMEMBERED
    assert "RELATÓRIO GERENCIAL DE CUSTOS" in rule.all
    assert not any("aurora" in phrase.lower() or any(sign.isdigit() for sign in phrase) for phrase in rule.all)
    assert matches(rule, november, "x.pdf") is not None
    assert matches(rule, reading("Balancete de Verificação"), "x.pdf") is None
    assert rule.period_after == ("posicao de fechamento",)


def test_the_catalogue_has_rules_for_nearly_all_standard_templates_and_each_can_fit() -> None:
    ids = {template.id for template in standard_templates()}
    rules = standard_rules()
    assert rules.keys() <= ids
    assert len(rules) >= len(ids) - 8  # collections and certificates have no form of their own
    for template, several in rules.items():
        for rule in several:
            assert rule.all or rule.any, template
            text = "\n".join((*rule.all, *rule.any[:1]))
            assert matches(rule, reading(text), "x.pdf") is not None, (template, text)


def test_an_office_s_template_has_the_rules_of_the_standard_template_it_is() -> None:
    assert rules_for("Guia do Simples Nacional (DAS)") == standard_rules()["das"]
    assert rules_for("Relatório que ninguém conhece") == ()
