"""Invoices, books, certificates, contracts and payments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from benchmarks.express_case import Block, Case, Fields, Lines, Parties, Table, Title, bank_bar, br, cpf_text, key


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
                    f"Reconhecemos a exatidão do Balanço Patrimonial encerrado em {br(case.last)}, R$ {case.money()}",
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
                    "Ressalvado o direito de a Fazenda Nacional cobrar e inscrever dívidas do sujeito passivo",
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
                    "A Caixa Econômica Federal, conforme o Art. 7, da Lei 8.036, de 11 de maio de 1990, certifica",
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
                    f"Validade: {br(issued + timedelta(days=179))}, contados da data de sua expedição.",
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


def contrato_social(case: Case) -> list[list[Block]]:
    return [
        [
            Title("CONTRATO SOCIAL"),
            Lines(
                (
                    f"{case.employee.name}, brasileiro, empresário, CPF nº {cpf_text(case)}, constitui sociedade",
                    f"Cláusula Primeira - A sociedade girará sob o nome empresarial {case.me.name}.",
                    f"CNPJ {case.number}",
                    f"Cláusula Segunda - O capital social é de R$ {case.money()}, dividido em quotas.",
                    f"Curitiba, {case.first.day} de {case.long()}.",
                )
            ),
        ]
    ]


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
