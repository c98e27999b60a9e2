"""The standard catalogue: a wrong match sends a kind of document of every client into a wrong folder."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog import StandardTemplate, match, standard_templates
from core.catalog.standard import forms
from core.domain.destinations import destination, show_destination

OFFICE = Path(__file__).parents[1] / "data" / "office"
BY_ID = {template.id: template for template in standard_templates()}
NAMES = [(name, template) for template in standard_templates() for name in (template.name, *template.aliases)]


def rows(name: str) -> list[dict[str, str]]:
    with (OFFICE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_department_is_furnished_and_every_folder_can_be_made() -> None:
    assert len(BY_ID) == len(standard_templates()) >= 100
    assert {one.department for one in BY_ID.values()} == {"Contabilidade", "Fiscal", "Pessoal", "Legal", "Financeiro"}
    for one in BY_ID.values():
        assert destination(one.folder) == one.folder
        assert len(one.folder) == 2
        assert all(name and name == name.strip() for name in (one.id, one.name, *one.aliases))


def test_each_name_and_alias_finds_its_own_template_and_belongs_to_no_other() -> None:
    assert [(name, match(name)) for name, _ in NAMES] == NAMES
    owner: dict[frozenset[str], str] = {}
    for name, template in NAMES:
        for form in forms(name):
            assert form
            assert owner.setdefault(form, template.id) == template.id, name


@given(st.sampled_from(NAMES), st.randoms(use_true_random=False), st.sampled_from([" ", "  ", " - ", "_", ", "]))
def test_case_accents_punctuation_small_words_and_order_do_not_matter(
    named: tuple[str, StandardTemplate], random: object, glue: str
) -> None:
    import random as standard_random
    import unicodedata

    assert isinstance(random, standard_random.Random)
    name, template = named
    pieces = [piece for piece in re.split(r"[\s()]+", name) if piece not in ("-", "", "e")]
    random.shuffle(pieces)
    varied = glue.join(pieces)
    plain = "".join(sign for sign in unicodedata.normalize("NFD", varied) if not unicodedata.combining(sign))
    for form in (
        varied,
        varied.upper(),
        varied.lower(),
        plain.replace("º", "o").replace("ª", "a"),
        f"{varied} - 10/2026",
    ):
        assert match(form) == template, form


@pytest.mark.parametrize(
    ("name", "found"),
    [
        *[("D.A.S.", "das"), ("das simples nacional", "das"), ("Guia DAS - SN", "das"), ("DAS 10/2026", "das")],
        *[("DAS - Competência 10/2026", "das"), ("2026-10 DAS", "das"), ("DASN SIMEI 2025", "dasn_simei")],
        *[("Rec. Férias", "ferias"), ("Bal. Patrimonial", "balanco"), ("Bal. Mensal Out/26", "balancete")],
        *[("Balancete Outubro de 2026", "balancete"), ("BALANCETES", "balancete"), ("Folha Pgto", "folha")],
        *[("Res. da Folha de Pgto.", "folha_resumo"), ("EFD Contrib.", "efd_contrib"), ("Bol. Hon.", "honorarios")],
        *[("Holerite (Contracheque)", "holerite"), ("TRCT - Termo de Rescisão", "rescisao"), ("DCTF Web", "dctfweb")],
        *[
            ("pro labore", "prolabore"),
            ("Prolabore", "prolabore"),
            ("13 salario", "decimo_terceiro"),
            ("NFSe", "nfse"),
            ("e Social", "esocial"),
            ("CPF e RG dos Sócios", "documentos_socios"),
        ],
        *[("Décimo Terceiro Salário", "decimo_terceiro"), ("13º - Primeira Parcela", "decimo_terceiro_1")],
        *[
            ("Inf. Rend. ano-calendário 2025", "informe"),
            ("ISSQN", "iss"),
            ("ISS Ret.", "iss_retido"),
            ("VT", "vale_transporte"),
        ],
        *[
            ("Certidão Negativa de Débitos Trabalhistas", "cndt"),
            ("CND Trab.", "cndt"),
            ("Honorários Contábil", "honorarios"),
        ],
        *[("Demonstrativo do Resultado do Exercício (DRE)", "dre"), ("Guia do ICMS ST", "icms_st"), ("GRF", "fgts")],
    ],
)
def test_the_ways_in_which_offices_write_are_understood(name: str, found: str) -> None:
    assert match(name) == BY_ID[found]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            " ",
            "-",
            "()",
            "2026",
            "10/2026",
            "Outubro",
            "Bal.",
            "Boleto",
            "Recibo",
            "Guia",
            "Vale",
            "Extrato",
            "PIS",
            "DAE",
        ),
        *(
            "DARF ISS",
            "DARF ICMS",
            "DARF DCTFWeb",
            "Balancete Filial SP",
            "Balancete 10",
            "DAS 2ª via",
            "DAS cancelado",
        ),
        *("FGTS e INSS", "Folha de Pagamento FGTS", "DRE e Balanço", "Balanço e Balancete", "Balanço (Balancete)"),
        *("Contrato", "Contrato de Trabalho e Contrato Social", "GIA DAS", "Recibo DAS", "ISS ICMS", "ICMS ST DIFAL"),
        *("Resumo", "Férias e Rescisão", "Informe", "Certificado", "Registro", "DASN", "DRA", "DR", "Simples Nacional"),
        *(
            "DAS Filial (DAS)",
            "Holerite - Filial",
            "bal " * 40,
            "x" * 10_000,
            "bal contr rel reg emp func mens dec trab nfs",
        ),
    ],
)
def test_in_doubt_a_template_stays_without_folder(name: str) -> None:
    assert match(name) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[
            ("DARF PIS", "DARF IPI"),
            ("DRE", "DFC"),
            ("ICMS", "ICMS ST"),
            ("FGTS", "FGTS Rescisório"),
            ("ISS", "ISS Retido"),
        ],
        *[("DAS", "DAS MEI"), ("DCTF", "DCTFWeb"), ("DIRF", "DIRPF"), ("ECD", "ECF"), ("CND FGTS", "CND Federal")],
        *[("Contrato Social", "Contrato de Trabalho"), ("Recibo de Férias", "Recibo de Salário"), ("GPS", "GIA")],
        *[("Livro de Entradas", "Livro de Saídas"), ("Resumo da Folha", "Folha"), ("13º Salário", "Recibo de Salário")],
    ],
)
def test_near_names_are_kept_apart(one: str, other: str) -> None:
    found = match(one), match(other)
    assert None not in found
    assert found[0] != found[1]


def test_the_department_chooses_where_an_abbreviation_leaves_two_and_rules_out_nothing() -> None:
    assert match("Contr. Social") is None  # contrato, or contribuição
    assert match("Contr. Social", "legal") == BY_ID["contrato_social"]
    assert match("Contr. Social", "Fiscal") == BY_ID["darf_csll"]
    assert match("Contr. Social", "Pessoal") is None
    assert match("DAS", "Pessoal") == BY_ID["das"]


def test_the_sample_office_gets_the_folders_that_its_people_expect() -> None:
    templates = {row["id"]: row for row in rows("templates.csv")}
    expected = {row["template"]: row["folder"] for row in rows("truth.csv")}
    assert expected.keys() == templates.keys()
    for key, row in templates.items():
        found = match(row["name"], row["department"])
        assert found is not None, row
        assert show_destination(found.folder) == expected[key]
        assert found.department == row["department"]
