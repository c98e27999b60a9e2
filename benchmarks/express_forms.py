"""The forms themselves, as the tax authorities, banks and accounting programs print them: titles, labels, tables.

Written after the real forms, each with its due dates, dates of issue, revenue codes, bar codes, access keys and other
parties; a form that no program can tell apart (a contract of two clients) is marked `ask`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from core.domain.models import Client
from core.domain.periods import MONTHS


class Title(NamedTuple):
    text: str


class Fields(NamedTuple):
    cells: tuple[tuple[str, str], ...]


class Person(NamedTuple):
    name: str
    number: str


class Parties(NamedTuple):
    parties: tuple[tuple[str, Person], ...]


class Table(NamedTuple):
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Lines(NamedTuple):
    lines: tuple[str, ...]


class Bar(NamedTuple):
    text: str


Block = Title | Fields | Parties | Table | Lines | Bar


class Case(NamedTuple):
    """Whose document it is and for when, and who else is named in it."""

    rng: random.Random
    client: Client
    me: Person
    other: Person  # often another client
    stranger: Person  # never a client
    employee: Person  # sometimes a client
    office: Person
    first: date  # of the period
    period: str

    @property
    def last(self) -> date:
        return (self.first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)

    @property
    def due(self) -> date:
        return self.last + timedelta(days=self.rng.choice((7, 15, 20)))

    @property
    def number(self) -> str:
        return self.me.number

    def month(self) -> str:
        return f"{self.first:%m/%Y}"

    def named(self) -> str:
        return f"{_PRINTED[self.first.month - 1]}/{self.first.year}"

    def long(self) -> str:
        return f"{_PRINTED[self.first.month - 1].lower()} de {self.first.year}"

    def days(self) -> str:
        return f"{self.first:%d/%m/%Y} a {self.last:%d/%m/%Y}"

    def money(self) -> str:
        return f"{self.rng.uniform(90, 60000):,.2f}".translate(str.maketrans(",.", ".,"))

    def digits(self, size: int) -> str:
        return "".join(self.rng.choice("0123456789") for _ in range(size))


class Form(NamedTuple):
    name: str
    template: str
    draw: Callable[[Case], list[list[Block]]]
    period: str = "month"  # month, quarter, year, or nothing
    person: bool = False
    both: bool = False
    ask: bool = False
    counterpart: str = ""  # only an office with this template, too, has to ask
    office_header: bool = False


_PRINTED = tuple(month.capitalize().replace("Marco", "Março") for month in MONTHS)


def br(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def bar(case: Case) -> Bar:
    return Bar(" ".join(f"{case.digits(11)} {case.digits(1)}" for _ in range(4)))


def bank_bar(case: Case) -> Bar:
    return Bar(
        f"{case.digits(5)}.{case.digits(5)} {case.digits(5)}.{case.digits(6)} {case.digits(5)}.{case.digits(6)} 1 {case.digits(14)}"
    )


def key(case: Case, issuer: Person, model: str = "55") -> str:
    bare = "".join(sign for sign in issuer.number if sign.isalnum())
    text = f"35{case.first:%y%m}{bare.zfill(14)}{model}001{case.digits(9)}1{case.digits(9)}"
    return " ".join(text[at : at + 4] for at in range(0, 44, 4)) if case.rng.random() < 0.6 else text


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
    note = f"Parcelamento do Simples Nacional  Número do Parcelamento: {case.rng.randint(1, 9)}  Parcela: {case.rng.randint(2, 59)}/60"
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


def esocial(case: Case) -> list[list[Block]]:
    return [
        [
            Title("eSocial - Fechamento dos Eventos Periódicos"),
            Fields(
                (
                    ("Empregador", case.me.name),
                    ("CNPJ", case.number),
                    ("Período de apuração", case.month()),
                    ("Evento", "S-1299"),
                    ("Número do recibo", f"1.1.{case.digits(19)}"),
                    ("Data de recepção", br(case.due)),
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


def nfse(mine_first: bool, both: bool = False) -> Callable[[Case], list[list[Block]]]:
    def draw(case: Case) -> list[list[Block]]:
        partner = case.other if both else case.stranger
        provider, taker = (case.me, partner) if mine_first else (partner, case.me)
        issued = case.first + timedelta(days=case.rng.randint(0, 27))
        return [
            [
                Lines(("PREFEITURA MUNICIPAL DE SÃO PAULO", "SECRETARIA MUNICIPAL DA FAZENDA")),
                Title("NOTA FISCAL ELETRÔNICA DE SERVIÇOS - NFS-e"),
                Fields(
                    (
                        ("Número da Nota", case.digits(8)),
                        ("Data e Hora de Emissão", f"{br(issued)} 14:02:55"),
                        ("Código de Verificação", "8HKX-QW2L"),
                    )
                ),
                Parties((("Prestador de Serviços", provider), ("Tomador de Serviços", taker))),
                Lines(
                    (
                        "DISCRIMINAÇÃO DOS SERVIÇOS",
                        "Manutenção mensal conforme contrato",
                        f"VALOR TOTAL DO SERVIÇO = R$ {case.money()}",
                    )
                ),
                Lines((f"O ISS desta NFS-e é devido em {br(case.due)}",)),
            ]
        ]

    return draw


def danfe(mine_first: bool, both: bool = False) -> Callable[[Case], list[list[Block]]]:
    def draw(case: Case) -> list[list[Block]]:
        partner = case.other if both else case.stranger
        issuer, recipient = (case.me, partner) if mine_first else (partner, case.me)
        issued = case.first + timedelta(days=case.rng.randint(0, 27))
        return [
            [
                Lines((f"RECEBEMOS DE {issuer.name} OS PRODUTOS CONSTANTES DA NOTA FISCAL INDICADA AO LADO",)),
                Title("DANFE"),
                Lines(("Documento Auxiliar da Nota Fiscal Eletrônica", "0 - ENTRADA  1 - SAÍDA", issuer.name)),
                Fields((("CHAVE DE ACESSO", key(case, issuer)),)),
                Fields(
                    (
                        ("NATUREZA DA OPERAÇÃO", "VENDA"),
                        ("INSCRIÇÃO ESTADUAL", case.digits(12)),
                        ("CNPJ", issuer.number),
                    )
                ),
                Lines(("DESTINATÁRIO / REMETENTE",)),
                Fields(
                    (
                        ("NOME / RAZÃO SOCIAL", recipient.name),
                        ("CNPJ / CPF", recipient.number),
                        ("DATA DA EMISSÃO", br(issued)),
                        ("DATA DA SAÍDA", br(issued)),
                    )
                ),
                Lines(("FATURA / DUPLICATA", f"001 {br(case.due)} {case.money()}")),
                Table(
                    ("CÓDIGO", "DESCRIÇÃO", "NCM", "QTD", "VALOR"),
                    (("001", "FARINHA DE TRIGO", "11010010", "12", case.money()),),
                ),
            ]
        ]

    return draw


def folha_resumo(case: Case) -> list[list[Block]]:
    return [
        [
            Title("Resumo da Folha de Pagamento"),
            Fields(
                (("Empresa", case.me.name), ("CNPJ", case.number), ("Competência", case.month()), ("Folha", "Mensal"))
            ),
            Table(
                ("Código", "Descrição", "Referência", "Proventos", "Descontos"),
                (
                    ("8781", "DIAS NORMAIS", "30,00", case.money(), ""),
                    ("8800", "HORAS EXTRAS 50%", "12,00", case.money(), ""),
                    ("12", "13º SALARIO RESCISAO", "", case.money(), ""),
                    ("998", "I.N.S.S.", "9,00", "", case.money()),
                    ("981", "DESC. ADIANTAMENTO SALARIAL", "", "", case.money()),
                ),
            ),
            Fields(
                (("Total de Proventos", case.money()), ("Total de Descontos", case.money()), ("Líquido", case.money()))
            ),
            Lines(
                (
                    f"Emissão: {br(case.due)} Hora: 08:15 Página: 1",
                    "Número de empregados: 12  FGTS: Base e valor GRRF 0,00",
                )
            ),
        ]
    ]


def holerite(case: Case) -> list[list[Block]]:
    people = [case.employee, Person("JOSÉ DA SILVA", "")]
    return [
        [
            Title(
                case.rng.choice(
                    (
                        "Recibo de Pagamento de Salário",
                        "Demonstrativo de Pagamento de Salário",
                        "Demonstrativo de Pagamento Mensal",
                    )
                )
            ),
            Fields((("Empregador", case.me.name), ("CNPJ", case.number), ("Referente ao mês", case.named()))),
            Fields(
                (
                    ("Código", case.digits(3)),
                    ("Nome do Funcionário", who.name),
                    *((("CPF", who.number),) if who.number else ()),
                    ("CBO", case.digits(6)),
                    ("Admissão", "03/02/2019"),
                )
            ),
            Table(
                ("Cód.", "Descrição", "Referência", "Vencimentos", "Descontos"),
                (
                    ("001", "SALÁRIO BASE", "30,00", case.money(), ""),
                    ("201", "EMPRÉSTIMO CONSIGNADO", "", "", case.money()),
                    ("903", "CONTRIBUIÇÃO ASSISTENCIAL", "", "", case.money()),
                    ("998", "INSS", "12,00", "", case.money()),
                ),
            ),
            Lines(
                (
                    f"Total de Vencimentos {case.money()} Total de Descontos {case.money()} Valor Líquido {case.money()}",
                    "Declaro ter recebido a importância líquida discriminada neste recibo. ____/____/______",
                )
            ),
        ]
        for who in people[: case.rng.randint(1, 2)]
    ]


def prolabore(case: Case) -> list[list[Block]]:
    return [
        [
            Title("RECIBO DE PAGAMENTO DE PRÓ-LABORE"),
            Fields(
                (
                    ("Empresa", case.me.name),
                    ("CNPJ", case.number),
                    ("Competência", case.named()),
                    ("Sócio", case.employee.name),
                    ("CPF", case.employee.number),
                )
            ),
            Lines(
                (
                    f"Pró-labore {case.money()}  INSS 11% {case.money()}  Líquido {case.money()}",
                    f"Data do pagamento: {br(case.due)}",
                )
            ),
        ]
    ]


def fgts(case: Case) -> list[list[Block]]:
    return [
        [
            Title("GFD - Guia do FGTS Digital"),
            Fields(
                (
                    ("CPF/CNPJ do Empregador", case.number),
                    ("Nome/Razão Social", case.me.name),
                    ("Identificador", f"{case.digits(13)}-{case.digits(1)}"),
                    ("Competência", case.month()),
                    ("Tag", "APURAÇÃO MENSAL"),
                    ("Pagar este documento até", br(case.due)),
                    ("Valor a recolher", case.money()),
                )
            ),
            Lines(
                (
                    "Pagamento exclusivamente via PIX. Guia emitida em " + br(case.due),
                    "00020101021226930014br.gov.bcb.pix2571" + case.digits(30),
                )
            ),
        ]
    ]


def fgts_rescisorio(case: Case) -> list[list[Block]]:
    [blocks] = fgts(case)
    cells = tuple((label, "RESCISÓRIO" if label == "Tag" else value) for label, value in blocks[1].cells)  # type: ignore[union-attr]  # Fields
    return [[blocks[0], Fields(cells), blocks[2]]]


def ferias(case: Case) -> list[list[Block]]:
    begins = case.first + timedelta(days=case.rng.randint(2, 8))
    return [
        [
            Title(case.rng.choice(("AVISO E RECIBO DE FÉRIAS", "RECIBO DE FÉRIAS"))),
            Fields(
                (
                    ("Empregador", case.me.name),
                    ("CNPJ", case.number),
                    ("Empregado", case.employee.name),
                    ("CPF", case.employee.number),
                )
            ),
            Fields(
                (
                    ("Período aquisitivo", f"01/03/{begins.year - 2} a 28/02/{begins.year - 1}"),
                    ("Período de gozo", f"{br(begins)} a {br(begins + timedelta(days=29))}"),
                    ("Data de retorno", br(begins + timedelta(days=30))),
                )
            ),
            Lines(
                (
                    f"Férias {case.money()}  1/3 de férias {case.money()}  INSS {case.money()}  Líquido {case.money()}",
                    "De acordo com o art. 135 da CLT, participamos que suas férias terão início na data acima.",
                    f"Curitiba, {br(begins - timedelta(days=32))}",
                )
            ),
        ]
    ]


def rescisao(case: Case) -> list[list[Block]]:
    left = case.first + timedelta(days=case.rng.randint(3, 24))
    return [
        [
            Title("TERMO DE RESCISÃO DO CONTRATO DE TRABALHO"),
            Lines(("IDENTIFICAÇÃO DO EMPREGADOR",)),
            Fields((("01 CNPJ/CEI", case.number), ("02 Razão Social/Nome", case.me.name))),
            Lines(("IDENTIFICAÇÃO DO TRABALHADOR",)),
            Fields(
                (
                    ("10 PIS/PASEP", f"{case.digits(3)}.{case.digits(5)}.{case.digits(2)}-{case.digits(1)}"),
                    ("11 Nome", case.employee.name),
                    ("18 CPF", case.employee.number),
                    ("19 Data de Nascimento", "11/07/1988"),
                    ("22 Causa do Afastamento", "Despedida sem justa causa, pelo empregador"),
                    ("24 Data de Admissão", "03/02/2019"),
                    ("25 Data do Aviso Prévio", br(left - timedelta(days=30))),
                    ("26 Data de Afastamento", br(left)),
                )
            ),
            Lines(
                (
                    "DISCRIMINAÇÃO DAS VERBAS RESCISÓRIAS",
                    f"50 Saldo de Salário {case.money()}  63 13º Salário Proporcional {case.money()}",
                )
            ),
            Lines((f"Valor Rescisório Líquido {case.money()}",)),
        ]
    ]


def decimo_terceiro(case: Case) -> list[list[Block]]:
    return [
        [
            Title("Recibo de Pagamento de 13º Salário - 1ª Parcela"),
            Fields(
                (
                    ("Empregador", case.me.name),
                    ("CNPJ", case.number),
                    ("Competência", case.month()),
                    ("Funcionário", case.employee.name),
                )
            ),
            Lines((f"Adiantamento 13º salário {case.money()}", f"Pagamento em {br(case.due)}")),
        ]
    ]


def informe(case: Case) -> list[list[Block]]:
    year = case.first.year
    return [
        [
            Lines(
                (
                    "Ministério da Fazenda",
                    "Secretaria Especial da Receita Federal do Brasil",
                    "Imposto sobre a Renda da Pessoa Física",
                )
            ),
            Lines((f"Exercício de {year + 1}",)),
            Title("COMPROVANTE DE RENDIMENTOS PAGOS E DE IMPOSTO"),
            Title("SOBRE A RENDA RETIDO NA FONTE"),
            Lines((f"Ano-calendário de {year}", "1. FONTE PAGADORA PESSOA JURÍDICA OU PESSOA FÍSICA")),
            Fields((("CNPJ/CPF", case.number), ("Nome Empresarial/Nome Completo", case.me.name))),
            Lines(("2. PESSOA FÍSICA BENEFICIÁRIA DOS RENDIMENTOS",)),
            Fields(
                (
                    ("CPF", case.employee.number),
                    ("Nome Completo", case.employee.name),
                    ("Natureza do Rendimento", "0561 - Trabalho assalariado"),
                )
            ),
            Lines(
                (
                    "3. RENDIMENTOS TRIBUTÁVEIS, DEDUÇÕES E IMPOSTO SOBRE A RENDA RETIDO NA FONTE",
                    f"1. Total dos rendimentos (inclusive férias) {case.money()}",
                    f"4. Valores pagos ao titular ou sócio da microempresa, exceto pró-labore, aluguéis ou serviços {case.money()}",
                    f"8. RESPONSÁVEL PELAS INFORMAÇÕES  CARLOS CONTADOR  {br(date(year + 1, 2, 20))}",
                )
            ),
        ]
    ]


def balancete(title: str, since_january: bool) -> Callable[[Case], list[list[Block]]]:
    def draw(case: Case) -> list[list[Block]]:
        days = f"01/01/{case.first.year} a {br(case.last)}" if since_january else case.days()
        accounts = (
            "ATIVO",
            "ATIVO CIRCULANTE",
            "CAIXA",
            f"{case.other.name}",
            "CONTAS A PAGAR",
            "PROVISÃO DE FÉRIAS",
            "ICMS A RECOLHER",
            "HONORÁRIOS CONTÁBEIS",
        )
        return [
            [
                Fields(
                    (
                        ("Empresa", case.me.name),
                        ("C.N.P.J.", case.number),
                        ("Período", days),
                        ("Emissão", br(case.due)),
                        ("Folha", "0001"),
                    )
                ),
                Title(title),
                Table(
                    ("Código", "Descrição da conta", "Saldo Anterior", "Débito", "Crédito", "Saldo Atual"),
                    tuple(
                        (str(at + 1), name, case.money(), case.money(), case.money(), case.money())
                        for at, name in enumerate(accounts)
                    ),
                ),
                Lines(
                    (
                        "____________________",
                        f"{case.employee.name}  Sócio Administrador  CPF: {case.employee.number}",
                        "CARLOS CONTADOR  CRC PR-012345/O-7",
                    )
                ),
            ]
        ]

    return draw


def balanco(case: Case) -> list[list[Block]]:
    return [
        [
            Title("BALANÇO PATRIMONIAL"),
            Fields(
                (
                    ("Empresa", case.me.name),
                    ("C.N.P.J.", case.number),
                    ("Balanço encerrado em", br(case.last)),
                    ("Folha", "0002"),
                )
            ),
            Table(
                ("Descrição", "Saldo Atual"),
                tuple(
                    (name, f"{case.money()} D")
                    for name in (
                        "ATIVO",
                        "ATIVO CIRCULANTE",
                        "DISPONIBILIDADES",
                        "PASSIVO",
                        "PATRIMÔNIO LÍQUIDO",
                        "LUCROS ACUMULADOS",
                    )
                ),
            ),
            Lines(
                (
                    f"Reconhecemos a exatidão do presente Balanço Patrimonial, encerrado em {br(case.last)}, somando tanto no ativo como no passivo R$ {case.money()}",
                    f"{case.employee.name}  Sócio Administrador  CPF: {case.employee.number}",
                )
            ),
        ]
    ]


def dre(case: Case) -> list[list[Block]]:
    return [
        [
            Fields((("Empresa", case.me.name), ("C.N.P.J.", case.number), ("Período", case.days()))),
            Title("DEMONSTRAÇÃO DO RESULTADO DO EXERCÍCIO"),
            Table(
                ("Descrição", "Valor"),
                tuple(
                    (name, case.money())
                    for name in (
                        "RECEITA BRUTA OPERACIONAL",
                        "(-) DEDUÇÕES DA RECEITA",
                        "(-) CUSTOS",
                        "DESPESAS ADMINISTRATIVAS",
                        "LUCRO LÍQUIDO DO EXERCÍCIO",
                    )
                ),
            ),
            Lines((f"Curitiba, {br(case.due)}", f"{case.employee.name}  Sócio  CPF: {case.employee.number}")),
        ]
    ]


def razao(case: Case) -> list[list[Block]]:
    rows = tuple(
        (br(case.first + timedelta(days=at * 3)), f"Pagto NF {case.digits(4)}", case.money(), "", case.money())
        for at in range(9)
    )
    return [
        [
            Fields((("Empresa", case.me.name), ("C.N.P.J.", case.number), ("Período", case.days()))),
            Title("RAZÃO ANALÍTICO"),
            Table(("Data", "Histórico", "Débito", "Crédito", "Saldo"), rows),
        ]
        for _ in range(2)
    ]


def cnd_federal(case: Case) -> list[list[Block]]:
    kind = case.rng.choice(("NEGATIVA DE DÉBITOS", "POSITIVA COM EFEITOS DE NEGATIVA DE DÉBITOS"))
    return [
        [
            Lines(
                (
                    "MINISTÉRIO DA FAZENDA",
                    "Secretaria da Receita Federal do Brasil",
                    "Procuradoria-Geral da Fazenda Nacional",
                )
            ),
            Title(f"CERTIDÃO {kind} RELATIVOS AOS TRIBUTOS"),
            Title("FEDERAIS E À DÍVIDA ATIVA DA UNIÃO"),
            Fields((("Nome", case.me.name), ("CNPJ", case.number))),
            Lines(
                (
                    "Ressalvado o direito de a Fazenda Nacional cobrar e inscrever quaisquer dívidas de responsabilidade do sujeito passivo",
                    "Certidão emitida gratuitamente com base na Portaria Conjunta RFB/PGFN nº 1.751, de 2/10/2014.",
                    f"Emitida às 10:22:31 do dia {br(case.first + timedelta(days=9))} <hora e data de Brasília>.",
                    f"Válida até {br(case.first + timedelta(days=189))}.",
                    "Código de controle da certidão: 5A1F.770C.913B.44DE",
                )
            ),
        ]
    ]


def cnd_municipal(case: Case) -> list[list[Block]]:
    issued = case.first + timedelta(days=9)
    return [
        [
            Lines(("PREFEITURA MUNICIPAL DE LONDRINA", "SECRETARIA MUNICIPAL DE FAZENDA")),
            Title("CERTIDÃO NEGATIVA DE DÉBITOS MUNICIPAIS"),
            Fields(
                (
                    ("Contribuinte", case.me.name),
                    ("CNPJ", case.number),
                    ("Data de emissão", br(issued)),
                    ("Validade", br(issued + timedelta(days=60))),
                )
            ),
            Lines(("Certificamos que não constam débitos de tributos municipais, mobiliários e imobiliários.",)),
        ]
    ]


def crf(case: Case) -> list[list[Block]]:
    issued = case.first + timedelta(days=9)
    return [
        [
            Title("Certificado de Regularidade do FGTS - CRF"),
            Fields(
                (
                    ("Inscrição", case.number),
                    ("Razão Social", case.me.name),
                    ("Endereço", "RUA DAS FLORES 123 / CENTRO / CURITIBA / PR"),
                )
            ),
            Lines(
                (
                    "A Caixa Econômica Federal, no uso da atribuição que lhe confere o Art. 7, da Lei 8.036, de 11 de maio de 1990, certifica",
                    f"Validade: {br(issued)} a {br(issued + timedelta(days=29))}",
                    f"Certificação Número: {case.digits(22)}",
                    f"Informação obtida em {br(issued)} 09:12:11",
                )
            ),
        ]
    ]


def cndt(case: Case) -> list[list[Block]]:
    issued = case.first + timedelta(days=9)
    return [
        [
            Lines(("PODER JUDICIÁRIO", "JUSTIÇA DO TRABALHO")),
            Title("CERTIDÃO NEGATIVA DE DÉBITOS TRABALHISTAS"),
            Lines(
                (
                    f"Nome: {case.me.name} (MATRIZ E FILIAIS)",
                    f"CNPJ: {case.number}",
                    f"Certidão nº: {case.digits(8)}/{case.first.year}",
                    f"Expedição: {br(issued)}, às 10:22:31",
                    f"Validade: {br(issued + timedelta(days=179))} - 180 (cento e oitenta) dias, contados da data de sua expedição.",
                )
            ),
        ]
    ]


def boleto(case: Case) -> list[list[Block]]:
    return [
        [
            Title("Recibo do Pagador"),
            Fields(
                (
                    ("Beneficiário", f"{case.office.name} CNPJ {case.office.number}"),
                    ("Pagador", f"{case.me.name} CNPJ {case.number}"),
                    ("Vencimento", br(case.due)),
                    ("Nosso número", case.digits(11)),
                    ("Valor do documento", case.money()),
                    ("Instruções", f"Honorários contábeis competência {case.month()}"),
                )
            ),
            bank_bar(case),
        ]
    ]


def comprovante(case: Case) -> list[list[Block]]:
    paid = case.first + timedelta(days=case.rng.randint(0, 27))
    return [
        [
            Lines(("Banco do Estado S.A.  SAC 0800 728 2026",)),
            Title("Comprovante de Pagamento"),
            Parties((("Dados do pagador", case.me), ("Dados do recebedor", case.other))),
            Fields((("Valor", case.money()), ("Data do pagamento", br(paid)), ("Autenticação", case.digits(20)))),
        ]
    ]


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


def contrato_social(case: Case) -> list[list[Block]]:
    return [
        [
            Title("CONTRATO SOCIAL"),
            Lines(
                (
                    f"{case.employee.name}, brasileiro, empresário, CPF nº {_cpf_text(case)}, resolve constituir sociedade limitada",
                    f"Cláusula Primeira - A sociedade girará sob o nome empresarial {case.me.name}.",
                    f"CNPJ {case.number}",
                    f"Cláusula Segunda - O capital social é de R$ {case.money()}, dividido em quotas.",
                    f"Curitiba, {case.first.day} de {case.long()}.",
                )
            ),
        ]
    ]


def _cpf_text(case: Case) -> str:
    return f"{case.digits(3)}.{case.digits(3)}.{case.digits(3)}-{case.digits(2)}"  # as good as never valid


def locacao(case: Case) -> list[list[Block]]:
    return [
        [
            Title("CONTRATO DE LOCAÇÃO COMERCIAL"),
            Parties((("Locador", case.other), ("Locatário", case.me))),
            Lines(
                (
                    "Cláusula Primeira - O imóvel objeto deste contrato destina-se a fins comerciais.",
                    f"Curitiba, 1 de {case.long()}.",
                )
            ),
        ]
    ]


def situacao(case: Case) -> list[list[Block]]:
    issued = case.first + timedelta(days=11)
    return [
        [
            Lines(("MINISTÉRIO DA FAZENDA", "INFORMAÇÕES DE APOIO PARA EMISSÃO DE CERTIDÃO")),
            Fields((("CNPJ", f"{case.number} - {case.me.name}"), ("Emitido em", f"{br(issued)} 10:00:12"))),
            Lines(
                (
                    "Diagnóstico Fiscal na Receita Federal",
                    "Omissão de declaração: DCTFWeb, EFD-Contribuições, PGDAS-D",
                    "Diagnóstico Fiscal na Procuradoria-Geral da Fazenda Nacional",
                )
            ),
        ]
    ]


def ponto(case: Case) -> list[list[Block]]:
    rows = tuple((f"{case.first + timedelta(days=at):%d/%m}", "08:00", "12:00", "13:12", "18:00") for at in range(20))
    return [
        [
            Title("ESPELHO DE PONTO"),
            Fields(
                (
                    ("Empresa", case.me.name),
                    ("CNPJ", case.number),
                    ("Funcionário", case.employee.name),
                    ("CPF", case.employee.number),
                    ("Período", case.days()),
                )
            ),
            Table(("Data", "Entrada", "Saída", "Entrada", "Saída"), rows),
        ]
    ]


PIS, COFINS = ("8109", "PIS - FATURAMENTO - PJ EM GERAL"), ("2172", "COFINS - FATURAMENTO/PJ EM GERAL")
IRPJ, CSLL = ("2089", "IRPJ - LUCRO PRESUMIDO"), ("2372", "CSLL - LUCRO PRESUMIDO OU ARBITRADO")
INSS = (
    ("1082", "CP DESCONTADA SEGURADO - EMPREGADO/AVULSO"),
    ("1138", "CP PATRONAL - EMPREGADOS/AVULSOS"),
    ("0561", "IRRF - RENDIMENTO DO TRABALHO ASSALARIADO"),
)
FISCAL = "RECIBO DE ENTREGA DE ESCRITURAÇÃO FISCAL DIGITAL"

FORMS = (
    Form("das", "das", das),
    Form("das_mei", "das_mei", das_mei),
    Form("das_parcelamento", "parcelamento_simples", das_parcelamento),
    Form("darf_pis", "darf_pis", darf((PIS,))),
    Form("darf_cofins", "darf_cofins", darf((COFINS,))),
    Form("darf_pis_cofins", "darf_pis_cofins", darf((PIS, COFINS))),
    Form("darf_cofins_old", "darf_cofins", darf_old),
    Form("darf_irpj", "darf_irpj", darf((IRPJ,)), period="quarter"),
    Form("darf_csll", "darf_csll", darf((CSLL,)), period="quarter"),
    Form("darf_inss", "darf_inss", darf(INSS)),
    Form("darf_irrf", "darf_irrf", darf((("0588", "IRRF - RENDIMENTO DO TRABALHO SEM VÍNCULO"),))),
    Form("dctfweb", "dctfweb", dctfweb),
    Form(
        "efd_contrib",
        "efd_contrib",
        sped(f"{FISCAL} - CONTRIBUIÇÕES", ("PIS/PASEP, COFINS e CPRB",), "PERÍODO DA ESCRITURAÇÃO"),
    ),
    Form(
        "efd_icms", "efd_icms_ipi", sped(FISCAL, ("SPED FISCAL - EFD ICMS/IPI", "PERFIL DE APRESENTAÇÃO: A"), "PERÍODO")
    ),
    Form(
        "ecd",
        "ecd",
        sped(
            "RECIBO DE ENTREGA DE ESCRITURAÇÃO CONTÁBIL DIGITAL",
            ("FORMA DA ESCRITURAÇÃO CONTÁBIL: Livro Diário",),
            "PERÍODO DA ESCRITURAÇÃO",
        ),
        period="year",
    ),
    Form(
        "ecf",
        "ecf",
        sped(
            "RECIBO DE ENTREGA DE ESCRITURAÇÃO CONTÁBIL FISCAL",
            ("FORMA DE TRIBUTAÇÃO DO LUCRO: Presumido",),
            "PERÍODO DA ESCRITURAÇÃO",
        ),
        period="year",
    ),
    Form("reinf", "efd_reinf", reinf),
    Form("esocial", "esocial", esocial),
    Form("pgdas_extrato", "pgdas_extrato", pgdas_extrato),
    Form("icms", "icms", icms),
    Form("gnre", "icms_gnre", gnre),
    Form("iss", "iss", iss),
    Form("iss_retido", "iss_retido", iss_retido),
    Form("nfse_issued", "nfse", nfse(True)),
    Form("nfse_taken", "nfse_tomadas", nfse(False)),
    Form("danfe_out", "nfe_saidas", danfe(True)),
    Form("danfe_in", "nfe_entradas", danfe(False)),
    Form("folha_resumo", "folha_resumo", folha_resumo, office_header=True),
    Form("holerite", "holerite", holerite),
    Form("prolabore", "prolabore", prolabore, office_header=True),
    Form("fgts", "fgts", fgts),
    Form("fgts_rescisorio", "fgts_rescisorio", fgts_rescisorio),
    Form("ferias", "ferias", ferias, office_header=True),
    Form("rescisao", "rescisao", rescisao),
    Form("decimo_terceiro_1", "decimo_terceiro_1", decimo_terceiro, office_header=True),
    Form("informe", "informe", informe, period="year"),
    Form("balancete", "balancete", balancete("BALANCETE DE VERIFICAÇÃO", since_january=False), office_header=True),
    Form("balancete_acum", "balancete_acum", balancete("BALANCETE DE VERIFICAÇÃO ACUMULADO", since_january=True)),
    Form("balanco", "balanco", balanco, office_header=True),
    Form("dre", "dre", dre, office_header=True),
    Form("razao", "razao", razao, office_header=True),
    Form("cnd_federal", "cnd_federal", cnd_federal),
    Form("cnd_municipal", "cnd_municipal", cnd_municipal),
    Form("crf", "crf_fgts", crf),
    Form("cndt", "cndt", cndt),
    Form("boleto", "honorarios", boleto),
    Form("comprovante", "comprovante_pagamento", comprovante),
    Form("defis", "defis", defis, period="year"),
    Form("irpf", "irpf", irpf, period="year", person=True),
    Form("contrato_social", "contrato_social", contrato_social, period=""),
    Form("situacao", "situacao_fiscal", situacao),
    Form("ponto", "ponto", ponto),
    Form("nfse_both", "nfse", nfse(True, both=True), both=True, ask=True, counterpart="nfse_tomadas"),
    Form("danfe_both", "nfe_saidas", danfe(True, both=True), both=True, ask=True, counterpart="nfe_entradas"),
    Form("locacao_both", "contrato_locacao", locacao, both=True, ask=True),
)
