"""All the forms: after the real ones, each with its due dates, revenue codes, bar codes, access keys and other parties.

A form that no program can tell apart (a contract between two clients) is marked `ask`.
"""

from __future__ import annotations

from benchmarks.express_case import Form
from benchmarks.express_papers import (
    balancete,
    balanco,
    boleto,
    cnd_federal,
    cnd_municipal,
    cndt,
    comprovante,
    contrato_social,
    crf,
    danfe,
    dre,
    locacao,
    nfse,
    razao,
    situacao,
)
from benchmarks.express_payroll import (
    decimo_terceiro,
    esocial,
    ferias,
    fgts,
    fgts_rescisorio,
    folha_resumo,
    holerite,
    informe,
    ponto,
    prolabore,
    rescisao,
)
from benchmarks.express_taxes import (
    darf,
    darf_old,
    das,
    das_mei,
    das_parcelamento,
    dctfweb,
    defis,
    gnre,
    icms,
    irpf,
    iss,
    iss_retido,
    pgdas_extrato,
    reinf,
    sped,
)

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
