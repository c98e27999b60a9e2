"""Whose, what, when: above all, never another client's, and asked where the document leaves a doubt."""

from __future__ import annotations

from datetime import date

import pytest

from core.domain.models import Client, Rule, Template
from core.domain.recognition import FileKind, Party, Reading, Recognition
from core.express.known import Known, prepare
from core.express.reading.limits import Limits
from core.express.reading.xml import note
from core.express.recognise import recognise
from tests.unit.test_tax_ids import cnpj_of

ALFA, BETA, OFFICE = "75.989.834/0001-70", "WP.LQC.MK5/0001-32", "15.881.399/0001-34"
STRANGER, PERSON = "01.815.908/0001-16", "529.982.247-25"
CLIENTS = (
    Client(id="1", name="Padaria Aurora Ltda", tax_id=ALFA, portal=("0001 - Padaria Aurora Ltda",)),
    Client(id="2", name="Oficina Santa Luzia ME", tax_id=BETA, portal=("0002 - Oficina Santa Luzia ME",)),
    Client(id="3", name="Maria de Souza Prado", tax_id=PERSON),
)
TEMPLATES = tuple(
    Template(id=id_, name=name, department="Fiscal")
    for id_, name in (
        ("das", "DAS"),
        ("darf", "DARF"),
        ("pis", "DARF PIS"),
        ("nfse", "NFS-e"),
        ("tomadas", "NFS-e Tomadas"),
        ("holerite", "Holerite"),
        ("contrato", "Contrato de Locação"),
        ("balanco", "Balanço Patrimonial"),
        ("dre", "DRE"),
        ("proprio", "Relatório Próprio"),
        ("boleto", "Boleto de Honorários"),
    )
)
KNOWN = prepare(CLIENTS, TEMPLATES, [OFFICE])
DAS = "Documento de Arrecadação do Simples Nacional\nPeríodo de Apuração Outubro/2026\nData de Vencimento 20/11/2026\n"
NFSE = "NOTA FISCAL ELETRÔNICA DE SERVIÇOS - NFS-e\nCompetência: 10/2026\n"


def said(*pages: str, name: str = "x.pdf", folders: tuple[str, ...] = (), known: Known = KNOWN) -> Recognition:
    return recognise(Reading(kind=FileKind.PDF, pages=pages), name, folders, known)


def test_one_client_s_number_a_form_and_its_period_are_certain_with_evidence_and_reason() -> None:
    text = f"{DAS}CNPJ {ALFA}\n"
    found = said(text)
    assert (found.client, found.template, found.period) == ("1", "das", "2026-10")
    [span] = found.clients[0].spans
    assert text[span.start : span.end] == ALFA
    assert ALFA in found.reason[0]
    assert "the CNPJ or CPF" in found.reason[1]


def test_the_office_s_own_number_never_counts() -> None:
    assert said(f"{DAS}Transmitido por CNPJ {OFFICE}\nCNPJ {ALFA}").client == "1"
    assert said(f"{DAS}CNPJ {OFFICE}").client is None
    own_client = prepare((*CLIENTS, Client(id="9", name="Escritório", tax_id=OFFICE)), TEMPLATES, [OFFICE])
    assert said(f"{DAS}CNPJ {OFFICE}", known=own_client).client is None


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        (f"CNPJ {cnpj_of('759898340002')}", "1"),  # a branch
        ("Razão social: PADARIA AURORA LTDA", "1"),
        ("Nome: PADARIA AURORRA LTDA", "1"),
    ],
)
def test_a_root_or_a_name_is_only_a_guess(text: str, guess: str) -> None:
    found = said(DAS + text)
    assert found.client is None
    assert found.clients[0].value == guess
    assert found.clients[0].confidence < 0.6


def test_a_number_within_an_access_key_is_nobody_s() -> None:
    key = "3526 1075 9898 3400 0170 5500 1000 0012 3410 0001 2345"
    assert said(f"{DAS}{key}\n35261075989834000170550010000012341000012345").client is None


def test_between_two_clients_the_rule_s_label_decides() -> None:
    boleto = (
        "Recibo do Pagador\nHonorários contábeis competência 10/2026\nNosso número 123\n"
        f"Beneficiário: OFICINA SANTA LUZIA ME CNPJ {BETA}\nPagador: PADARIA AURORA LTDA CNPJ {ALFA}\n"
    )
    assert (said(boleto).client, said(boleto).template) == ("1", "boleto")
    turned = boleto.replace("Beneficiário", "§").replace("Pagador:", "Beneficiário:").replace("§", "Pagador")
    assert said(turned).client == "2"


@pytest.mark.parametrize(
    "parties",
    [
        f"CNPJ {ALFA} Pagador CNPJ {BETA} Beneficiário",  # labels behind their numbers
        f"Beneficiário Pagador\nCNPJ {ALFA}\nCNPJ {BETA}",  # side by side, and the numbers are not
        f"Beneficiário / Pagador: {ALFA} {BETA}",
        f"CNPJ {ALFA}\nCNPJ {BETA}",
        f"Pagador: {ALFA} Pagador: {BETA}",
    ],
)
def test_labels_that_do_not_say_clearly_whose_a_number_is_leave_it_to_a_person(parties: str) -> None:
    found = said(f"Recibo do Pagador\nHonorários contábeis competência 10/2026\nNosso número 1\n{parties}\n")
    assert found.client is None
    assert {guess.value for guess in found.clients} == {"1", "2"}


def test_labels_side_by_side_over_numbers_side_by_side_are_in_the_same_order() -> None:
    head = "Honorários contábeis competência 10/2026\nNosso número 1\n"
    assert said(f"{head}Beneficiário Pagador\nFulano Beltrano\nCNPJ: {BETA} CNPJ: {ALFA}\n").client == "1"


def test_a_note_is_the_provider_s_or_the_taker_s_and_between_two_clients_a_person_s() -> None:
    note = NFSE + "Prestador de Serviços\nNome X CNPJ/CPF: {0}\nTomador de Serviços\nNome Y CNPJ/CPF: {1}\n"
    issued, taken, both = (said(note.format(*pair)) for pair in ((ALFA, STRANGER), (STRANGER, ALFA), (ALFA, BETA)))
    assert (issued.client, issued.template) == ("1", "nfse")
    assert (taken.client, taken.template) == ("1", "tomadas")
    assert both.template is None
    alone = prepare(CLIENTS, [one for one in TEMPLATES if one.id != "tomadas"], [OFFICE])
    assert said(note.format(ALFA, BETA), known=alone).client == "1"
    assert said(note.format(STRANGER, BETA), known=alone).client is None  # taken, and the office has no such template


def test_an_employee_s_number_does_not_make_the_payroll_his_even_where_it_is_the_only_one() -> None:
    pay = f"Recibo de Pagamento de Salário\nReferente ao mês: Outubro/2026\nFuncionário: MARIA CPF: {PERSON}\n"
    assert said(f"{pay}Empregador: PADARIA CNPJ: {ALFA}").client == "1"
    assert said(f"{pay}Empregador: PADARIA CNPJ: {STRANGER}").client is None
    assert said(pay).client is None


def test_another_client_s_name_in_place_of_one_s_own_goes_to_a_person() -> None:
    found = said(f"{DAS}Razão Social OFICINA SANTA LUZIA ME\nCNPJ {ALFA}")
    assert found.client is None
    assert "Santa Luzia" in found.reason[0]


def test_an_xml_s_parties_decide_by_their_roles() -> None:
    parties = (Party(role="provider", tax_id="WPLQCMK5000132"), Party(role="taker", tax_id="75989834000170"))
    reading = Reading(kind=FileKind.XML, pages=(NFSE,), parties=parties, issued=date(2026, 10, 3))
    taken = prepare(CLIENTS, [one for one in TEMPLATES if one.id != "nfse"])
    assert recognise(reading, "n.xml", (), taken).client == "1"
    assert recognise(reading, "n.xml", (), KNOWN).template is None


@pytest.mark.parametrize(
    ("issuer", "recipient", "client", "template"),
    [
        ("75989834000170", "01815908000116", "1", "saidas"),
        ("01815908000116", "75989834000170", "1", "entradas"),
        ("75989834000170", "WPLQCMK5000132", None, None),  # the paper may be either one's
    ],
)
def test_an_nf_e_in_xml_is_its_issuer_s_or_its_recipient_s(
    issuer: str, recipient: str, client: str | None, template: str | None
) -> None:
    xml = (
        '<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe"><NFe><infNFe Id="NFe3526107598983400017055001"><ide>'
        "<natOp>VENDA</natOp><mod>55</mod><nNF>1234</nNF><dhEmi>2026-10-15T10:22:33-03:00</dhEmi></ide>"
        f"<emit><CNPJ>{issuer}</CNPJ><xNome>X</xNome></emit><dest><CNPJ>{recipient}</CNPJ><xNome>Y</xNome></dest>"
        "<cobr><dup><dVenc>2026-11-20</dVenc></dup></cobr></infNFe></NFe></nfeProc>"
    )
    read = note(xml.encode(), Limits())
    parties = tuple(Party(role=role, tax_id=number, name=name) for role, number, name in read.parties)
    kinds = (("saidas", "NF-e Saída"), ("entradas", "NF-e Entrada"))
    known = prepare(CLIENTS, [Template(id=id_, name=name, department="Fiscal") for id_, name in kinds])
    reading = Reading(kind=FileKind.XML, pages=(read.text,), parties=parties, issued=read.issued)
    found = recognise(reading, "3526.xml", (), known)
    assert (found.client, found.template, found.period) == (client, template, "2026-10")


def test_the_more_specific_template_wins_and_a_tie_is_a_person_s() -> None:
    darf = f"Documento de Arrecadação de Receitas Federais\nPeríodo de Apuração 10/2026\nCNPJ {ALFA}\n"
    assert said(darf + "8109 PIS").template == "pis"
    assert said(darf + "9999").template == "darf"
    both = said(f"CNPJ {ALFA} BALANÇO PATRIMONIAL E DEMONSTRAÇÃO DO RESULTADO DO EXERCÍCIO\nPeríodo: 10/2026")
    assert both.template is None
    assert {guess.value for guess in both.templates[:2]} == {"balanco", "dre"}


def test_two_documents_bound_into_one_file_are_a_person_s() -> None:
    one, other = f"{DAS}CNPJ {ALFA}", f"BALANÇO PATRIMONIAL\nCNPJ {ALFA}\nBalanço encerrado em 31/10/2026"
    assert said(one, one).template == "das"
    assert said(one, other).template is None


def test_an_office_s_own_rule_goes_before_the_catalogue_s() -> None:
    rule = Rule(all=("Simples Nacional",), file_name="guia*.pdf")
    own = prepare(CLIENTS, (*TEMPLATES, Template(id="meu", name="Guia minha", department="Fiscal", rules=(rule,))))
    assert said(f"{DAS}CNPJ {ALFA}", name="Guia 10.pdf", known=own).template == "meu"
    assert said(f"{DAS}CNPJ {ALFA}", name="outra.pdf", known=own).template == "das"


@pytest.mark.parametrize(
    ("folders", "client", "template"),
    [
        (("0001 - Padaria Aurora Ltda",), "1", "das"),
        (("0002 - Oficina Santa Luzia ME",), None, "das"),  # the folder says another
        (("2",), "1", "das"),  # may be February
        (("DAS",), "1", "das"),
        (("DARF",), "1", None),
        (("qualquer coisa",), "1", "das"),
    ],
)
def test_a_folder_that_contradicts_the_document_means_a_person(
    folders: tuple[str, ...], client: str | None, template: str | None
) -> None:
    found = said(f"{DAS}CNPJ {ALFA}", folders=folders)
    assert (found.client, found.template) == (client, template)


def test_a_folder_is_no_proof_of_the_client_but_of_a_template_without_rules() -> None:
    found = said(
        "Custos por centro, competência 10/2026", folders=("0002 - Oficina Santa Luzia ME", "Relatório Próprio")
    )
    assert found.client is None
    assert found.clients[0].value == "2"
    assert found.template == "proprio"


def test_a_contract_needs_no_period_and_a_template_may_not_ask_for_one() -> None:
    contract = said(f"CONTRATO DE LOCAÇÃO\nLocatário CNPJ {ALFA}")
    assert (contract.template, contract.period, contract.period_needed) == ("contrato", None, False)
    lenient = prepare(CLIENTS, [Template(id="das", name="DAS", department="Fiscal", validate_period=False)])
    assert not said("Documento de Arrecadação do Simples Nacional", known=lenient).period_needed


def test_up_to_the_end_of_december_is_the_month_or_the_year_as_the_open_task_has_it() -> None:
    found = said(f"BALANÇO PATRIMONIAL\nCNPJ {ALFA}\nBalanço encerrado em 31/12/2026")
    assert found.period is None
    assert found.period_options == ("2026-12", "2026")


def test_a_text_without_anything_known_is_all_a_person_s_with_the_reasons() -> None:
    found = said("Receita de bolo de fubá")
    assert (found.client, found.template, found.period) == (None, None, None)
    assert "nenhum template reconhecido" in found.reason[0]
    assert "no template recognised" in found.reason[1]
    assert said("").client is None
