"""Payroll, FGTS and what an employee gets, as payroll programs and the government's portals print them."""

from __future__ import annotations

from datetime import date, timedelta

from benchmarks.express_case import Block, Case, Fields, Lines, Person, Table, Title, br


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
                    f"Total de Vencimentos {case.money()} Total de Descontos {case.money()} Líquido {case.money()}",
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
                    f"4. Valores pagos ao titular ou sócio da microempresa, exceto pró-labore {case.money()}",
                    f"8. RESPONSÁVEL PELAS INFORMAÇÕES  CARLOS CONTADOR  {br(date(year + 1, 2, 20))}",
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
