"""Taxes' guides, declarations and receipts, as the tax authorities print them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from benchmarks.express_case import Block, Case, Fields, Lines, Table, Title, bar, br


def das(case: Case) -> list[list[Block]]:
    return [
        [
            Title("Documento de Arrecadação do Simples Nacional"),
            Fields((("CNPJ", case.number), ("Razão Social", case.me.name))),
            Fields(
                (
                    ("Período de Apuração", case.named()),
                    ("Data de Vencimento", br(case.due)),
                    ("Número do Documento", f"07.20.{case.digits(5)}.{case.digits(7)}-{case.digits(1)}"),
                    ("Pagar este documento até", br(case.due)),
                    ("Valor Total do Documento", case.money()),
                )
            ),
            Lines(("Observações", "Composição do Documento de Arrecadação")),
            Table(
                ("Código", "Denominação", "Principal", "Multa", "Juros", "Total"),
                tuple(
                    (code, f"{tax} - SIMPLES NACIONAL", case.money(), "", "", case.money())
                    for code, tax in (
                        ("1001", "IRPJ"),
                        ("1002", "CSLL"),
                        ("1004", "COFINS"),
                        ("1005", "PIS"),
                        ("1007", "ICMS"),
                    )
                ),
            ),
            bar(case),
            Lines(("SENDA (Versão:6.1.5)  Página: 1/1", "AUTENTICAÇÃO MECÂNICA")),
        ]
    ]


def das_mei(case: Case) -> list[list[Block]]:
    [blocks] = das(case)
    table = Table(
        ("Código", "Denominação", "Principal", "Total"),
        (("1107", "INSS - SIMPLES NACIONAL", "75,90", "75,90"), ("1010", "ISS - SIMPLES NACIONAL", "5,00", "5,00")),
    )
    return [[*blocks[:3], Lines(("Observações", "DAS de MEI (Versão: 2.3.0)")), table, *blocks[-2:]]]


def das_parcelamento(case: Case) -> list[list[Block]]:
    [blocks] = das(case)
    note = f"Parcelamento do Simples Nacional Número do Parcelamento: {case.digits(1)} Parcela: {case.digits(1)}/60"
    return [[*blocks[:3], Lines(("Observações", note)), *blocks[4:]]]


def darf(codes: tuple[tuple[str, str], ...]) -> Callable[[Case], list[list[Block]]]:
    def draw(case: Case) -> list[list[Block]]:
        quarter = codes[0][0] in ("2089", "2372", "0220", "6012")
        apuration = br(case.last) if quarter or case.rng.random() < 0.4 else case.named()
        return [
            [
                Title("Documento de Arrecadação de Receitas Federais"),
                Fields((("CNPJ", case.number), ("Razão Social", case.me.name))),
                Fields(
                    (
                        ("Período de Apuração", apuration),
                        ("Data de Vencimento", br(case.due)),
                        ("Número do Documento", f"07.16.{case.digits(5)}.{case.digits(7)}-{case.digits(1)}"),
                    )
                ),
                Fields(
                    (
                        ("Observações", ""),
                        ("Pagar este documento até", br(case.due)),
                        ("Valor Total do Documento", case.money()),
                    )
                ),
                Lines(("Composição do Documento de Arrecadação",)),
                Table(
                    ("Código", "Denominação", "Principal", "Multa", "Juros", "Total"),
                    tuple((code, name, case.money(), "", "", case.money()) for code, name in codes),
                ),
                Lines((f"Totais {case.money()} {case.money()}", f"Sicalc Contribuinte  {br(case.due)} 10:22:31")),
                bar(case),
            ]
        ]

    return draw


def darf_old(case: Case) -> list[list[Block]]:
    return [
        [
            Lines(("MINISTÉRIO DA FAZENDA", "SECRETARIA DA RECEITA FEDERAL DO BRASIL")),
            Title("Documento de Arrecadação de Receitas Federais"),
            Lines(("DARF",)),
            Fields(
                (
                    ("02 PERÍODO DE APURAÇÃO", br(case.last)),
                    ("03 NÚMERO DO CPF OU CNPJ", case.number),
                    ("04 CÓDIGO DA RECEITA", "2172"),
                    ("05 NÚMERO DE REFERÊNCIA", ""),
                    ("06 DATA DE VENCIMENTO", br(case.due)),
                    ("07 VALOR DO PRINCIPAL", case.money()),
                    ("10 VALOR TOTAL", case.money()),
                )
            ),
            Lines((f"01 NOME / TELEFONE {case.me.name}", "11 AUTENTICAÇÃO BANCÁRIA (Somente nas 1ª e 2ª vias)")),
        ]
    ]


def dctfweb(case: Case) -> list[list[Block]]:
    return [
        [
            Lines(("MINISTÉRIO DA FAZENDA", "RECEITA FEDERAL DO BRASIL")),
            Title("RECIBO DE ENTREGA DA DECLARAÇÃO DE DÉBITOS E CRÉDITOS"),
            Title("TRIBUTÁRIOS FEDERAIS - DCTFWeb"),
            Fields(
                (
                    ("Contribuinte", case.me.name),
                    ("CNPJ", case.number),
                    ("Período de Apuração", case.month()),
                    ("Categoria", "Geral"),
                    ("Tipo", "Original"),
                    ("Situação", "Ativa"),
                )
            ),
            Table(("Débito Apurado", "Crédito Vinculado", "Saldo a Pagar"), ((case.money(), "0,00", case.money()),)),
            Lines(
                (
                    f"Declaração recebida via Internet em {br(case.due)} às 10:12:44",
                    f"Transmitida por {case.office.name} CNPJ {case.office.number}",
                    f"Número do Recibo: {case.digits(16)}",
                )
            ),
        ]
    ]


def sped(title: str, extra: tuple[str, ...], label: str) -> Callable[[Case], list[list[Block]]]:
    def draw(case: Case) -> list[list[Block]]:
        year = f"01/01/{case.first.year} a 31/12/{case.first.year}"
        days = year if "CONTÁBIL" in title else case.days()
        return [
            [
                Lines(("SISTEMA PÚBLICO DE ESCRITURAÇÃO DIGITAL - Sped",)),
                Title(title),
                Lines(("IDENTIFICAÇÃO DO TITULAR DA ESCRITURAÇÃO",)),
                Fields((("NOME EMPRESARIAL", case.me.name), ("CNPJ", case.number), ("UF", "PR"), (label, days))),
                Lines(extra),
                Table(
                    ("QUALIFICAÇÃO DO SIGNATÁRIO", "CPF/CNPJ", "NOME"),
                    (
                        ("Contabilista", case.stranger.number, "CARLOS CONTADOR"),
                        ("Administrador", case.employee.number, case.employee.name),
                    ),
                ),
                Lines(
                    (
                        f"Este recibo foi emitido em {br(case.due)} 09:41:02",
                        f"Hash: {'.'.join(case.digits(2) for _ in range(16))}",
                        f"Número do recibo: {case.digits(12)}-{case.digits(1)}",
                    )
                ),
            ]
        ]

    return draw


def reinf(case: Case) -> list[list[Block]]:
    return [
        [
            Title("EFD-Reinf - Recibo de Entrega"),
            Fields(
                (
                    ("Contribuinte", case.me.name),
                    ("CNPJ", case.number),
                    ("Período de apuração", case.month()),
                    ("Evento", "R-2099 - Fechamento dos eventos periódicos"),
                    ("Data de transmissão", br(case.due)),
                    ("Número do recibo", f"{case.digits(5)}-20-2099-{case.first:%y%m}-{case.digits(5)}"),
                )
            ),
        ]
    ]


def pgdas_extrato(case: Case) -> list[list[Block]]:
    before = [case.first - timedelta(days=31 * back) for back in range(12, 0, -1)]
    return [
        [
            Title("Extrato do Simples Nacional"),
            Lines(("Informações do contribuinte",)),
            Fields(
                (
                    ("CNPJ Matriz", case.number),
                    ("Nome empresarial", case.me.name),
                    ("Período de Apuração (PA)", case.month()),
                    ("Data de abertura no CNPJ", "12/03/2009"),
                    ("Regime de Apuração", "Competência"),
                )
            ),
            Lines(("2.2) Receitas Brutas Anteriores (R$)", "2.2.1) Mercado Interno")),
            Table(
                ("Mês", "Valor", "Mês", "Valor"),
                tuple(
                    (f"{before[at]:%m/%Y}", case.money(), f"{before[at + 6]:%m/%Y}", case.money()) for at in range(6)
                ),
            ),
            Lines((f"Data de vencimento: {br(case.due)}", "Número da Declaração: 01234567202610001")),
        ]
    ]


def icms(case: Case) -> list[list[Block]]:
    kind = case.rng.choice(
        (
            ("GARE - ICMS", "Guia de Arrecadação Estadual"),
            ("DARE-SP", "Documento de Arrecadação de Receitas Estaduais"),
            ("DAE", "Documento de Arrecadação Estadual"),
        )
    )
    return [
        [
            Lines(("GOVERNO DO ESTADO", "SECRETARIA DA FAZENDA E PLANEJAMENTO")),
            Title(f"{kind[1]} - {kind[0]}"),
            Fields(
                (
                    ("Contribuinte", case.me.name),
                    ("CNPJ", case.number),
                    ("Inscrição Estadual", case.digits(12)),
                    ("Código da Receita", "046-2 ICMS - Regime Periódico de Apuração"),
                    ("Referência (mês/ano)", case.month()),
                    ("Vencimento", br(case.due)),
                    ("Valor Total", case.money()),
                )
            ),
            bar(case),
        ]
    ]


def gnre(case: Case) -> list[list[Block]]:
    return [
        [
            Title("Guia Nacional de Recolhimento de Tributos Estaduais - GNRE"),
            Fields(
                (
                    ("UF Favorecida", "SC"),
                    ("Código da Receita", "100099"),
                    ("Período de Referência", case.month()),
                    ("Data de Vencimento", br(case.due)),
                    ("CNPJ do Contribuinte Emitente", case.number),
                    ("Razão Social", case.me.name),
                    ("Nº de Controle", case.digits(16)),
                )
            ),
            bar(case),
        ]
    ]


def iss(case: Case) -> list[list[Block]]:
    return [
        [
            Lines(("PREFEITURA MUNICIPAL DE CURITIBA", "SECRETARIA MUNICIPAL DE FINANÇAS")),
            Title(
                case.rng.choice(
                    ("Documento de Arrecadação Municipal - DAM", "Guia de Recolhimento do ISSQN", "DAM - ISS Mensal")
                )
            ),
            Fields(
                (
                    ("Tributo", "ISSQN - Imposto Sobre Serviços de Qualquer Natureza"),
                    ("Contribuinte", case.me.name),
                    ("CNPJ/CPF", case.number),
                    ("Inscrição Municipal", case.digits(8)),
                    ("Competência", case.month()),
                    ("Vencimento", br(case.due)),
                    ("Valor a recolher", case.money()),
                )
            ),
            bar(case),
        ]
    ]


def iss_retido(case: Case) -> list[list[Block]]:
    [blocks] = iss(case)
    return [[*blocks[:1], Title("Documento de Arrecadação Municipal - ISS Retido na Fonte"), *blocks[2:]]]


def defis(case: Case) -> list[list[Block]]:
    return [
        [
            Title("DEFIS - Declaração de Informações Socioeconômicas e Fiscais"),
            Fields(
                (
                    ("CNPJ Matriz", case.number),
                    ("Nome Empresarial", case.me.name),
                    ("Ano-calendário", str(case.first.year)),
                    ("Data da transmissão", br(date(case.first.year + 1, 3, 20))),
                )
            ),
            Table(("Sócio", "CPF", "Rendimentos isentos"), ((case.employee.name, case.employee.number, case.money()),)),
        ]
    ]


def irpf(case: Case) -> list[list[Block]]:
    return [
        [
            Lines(
                (
                    "MINISTÉRIO DA FAZENDA",
                    "SECRETARIA ESPECIAL DA RECEITA FEDERAL DO BRASIL",
                    "IMPOSTO SOBRE A RENDA - PESSOA FÍSICA",
                )
            ),
            Title("DECLARAÇÃO DE AJUSTE ANUAL"),
            Lines((f"EXERCÍCIO {case.first.year + 1}    ANO-CALENDÁRIO {case.first.year}",)),
            Fields((("NOME", case.me.name), ("CPF", case.number), ("DATA DE NASCIMENTO", "02/09/1971"))),
            Lines(("RENDIMENTOS TRIBUTÁVEIS RECEBIDOS DE PESSOA JURÍDICA PELO TITULAR",)),
            Table(
                ("NOME DA FONTE PAGADORA", "CNPJ/CPF", "REND. RECEBIDOS"),
                ((case.stranger.name[:28], case.stranger.number, case.money()),),
            ),
        ]
    ]
