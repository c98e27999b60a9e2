"""Invoices in XML say themselves who is who: were a role mixed up, the buyer's note would go to the seller's folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.domain.recognition import Party, Reading
from core.express.reading.limits import DEFAULT, Limits, Unreadable
from core.express.reading.pool import read

A, B, C, D = "01815908000116", "B9U7Z3KX000109", "17409319000130", "52998224725"

NFE = f"""<?xml version="1.0" encoding="UTF-8"?>
<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00"><NFe><infNFe Id="NFe3526">
<ide><natOp>Venda de mercadoria</natOp><dhEmi>2026-10-31T23:10:00-03:00</dhEmi><dhSaiEnt>2026-11-02</dhSaiEnt></ide>
<emit><CNPJ>{A}</CNPJ><xNome>Livraria Ipê S/A</xNome><enderEmit><xLgr>Rua 1</xLgr></enderEmit></emit>
<dest><CPF>{D}</CPF><xNome>José</xNome></dest><entrega><CNPJ>{C}</CNPJ></entrega>
<autXML><CNPJ>{C}</CNPJ></autXML><transp><transporta><CNPJ>{B}</CNPJ><xNome>Rápida</xNome></transporta></transp>
<infRespTec><CNPJ>{C}</CNPJ></infRespTec></infNFe></NFe></nfeProc>"""

CTE = f"""<cteProc><CTe><infCte><ide><dhEmi>2026-10-05T08:00:00-03:00</dhEmi><toma3><toma>3</toma></toma3></ide>
<emit><CNPJ>{A}</CNPJ><xNome>Transportes</xNome></emit><rem><CNPJ>{B}</CNPJ><infNFe><chave>35</chave></infNFe></rem>
<dest><CNPJ>{C}</CNPJ><xNome>Floricultura</xNome></dest></infCte></CTe></cteProc>"""

CTE_OTHER_PAYER = f"""<CTe><infCte><ide><dhEmi>2026-10-05</dhEmi><toma4><toma>4</toma>
<CNPJ>{C}</CNPJ><xNome>P</xNome></toma4></ide><emit><CNPJ>{A}</CNPJ></emit></infCte></CTe>"""

NATIONAL = f"""<NFSe xmlns="http://www.sped.fazenda.gov.br/nfse"><infNFSe><dhProc>2026-11-03T10:00:00-03:00</dhProc>
<emit><CNPJ>{A}</CNPJ><xNome>Serviços Ltda</xNome></emit><DPS><infDPS><dhEmi>2026-10-30T10:00:00-03:00</dhEmi>
<dCompet>2026-10-30</dCompet><prest><CNPJ>{A}</CNPJ></prest><toma><CNPJ>{C}</CNPJ><xNome>Cliente</xNome></toma></infDPS>
</DPS></infNFSe></NFSe>"""

ABRASF_1 = f"""<CompNfse><Nfse><InfNfse><Numero>7</Numero><DataEmissao>2026-10-31T09:00:00</DataEmissao>
<IdentificacaoRps><Numero>1</Numero></IdentificacaoRps><PrestadorServico><IdentificacaoPrestador><Cnpj>{A}</Cnpj>
</IdentificacaoPrestador><RazaoSocial>Oficina</RazaoSocial></PrestadorServico><TomadorServico><IdentificacaoTomador>
<CpfCnpj><Cpf>{D}</Cpf></CpfCnpj></IdentificacaoTomador><RazaoSocial>José</RazaoSocial></TomadorServico></InfNfse></Nfse>
</CompNfse>"""

ABRASF_2 = f"""<ns3:CompNfse xmlns:ns3="http://www.abrasf.org.br/nfse.xsd"><ns3:Nfse><ns3:InfNfse>
<ns3:DataEmissao>2026-10-02</ns3:DataEmissao><ns3:PrestadorServico><ns3:RazaoSocial>Oficina</ns3:RazaoSocial>
</ns3:PrestadorServico><ns3:DeclaracaoPrestacaoServico><ns3:InfDeclaracaoPrestacaoServico><ns3:Rps>
<ns3:DataEmissao>2026-09-30</ns3:DataEmissao></ns3:Rps><ns3:Prestador><ns3:CpfCnpj><ns3:Cnpj>01.815.908/0001-16</ns3:Cnpj>
</ns3:CpfCnpj></ns3:Prestador><ns3:Tomador><ns3:IdentificacaoTomador><ns3:CpfCnpj><ns3:Cnpj>{C}</ns3:Cnpj></ns3:CpfCnpj>
</ns3:IdentificacaoTomador></ns3:Tomador></ns3:InfDeclaracaoPrestacaoServico></ns3:DeclaracaoPrestacaoServico>
</ns3:InfNfse></ns3:Nfse></ns3:CompNfse>"""

EVENT = f"""<procEventoNFe><evento><infEvento><CNPJ>{A}</CNPJ><dhEvento>2026-10-09T10:00:00-03:00</dhEvento>
<detEvento><dest><CNPJ>{C}</CNPJ></dest></detEvento></infEvento></evento></procEventoNFe>"""

SAO_PAULO = f"""<NFe><DataEmissaoNFe>2026-10-09T10:00:00</DataEmissaoNFe>
<CPFCNPJPrestador><CNPJ>{A}</CNPJ></CPFCNPJPrestador><CPFCNPJTomador><CPF>{D}</CPF></CPFCNPJTomador></NFe>"""


def reading(folder: Path, data: str | bytes, limits: Limits = DEFAULT) -> Reading:
    path = folder / "nota.xml"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read(path, limits)


def party(role: str, tax_id: str, name: str = "") -> Party:
    return Party(role=role, tax_id=tax_id, name=name)


@pytest.mark.parametrize(
    ("xml", "parties", "issued"),
    [
        (
            NFE,
            [
                party("issuer", A, "Livraria Ipê S/A"),
                party("recipient", D, "José"),
                party("authorised", C),
                party("carrier", B, "Rápida"),
            ],
            date(2026, 10, 31),
        ),
        (
            CTE,
            [
                party("issuer", A, "Transportes"),
                party("sender", B),
                party("recipient", C, "Floricultura"),
                party("payer", C, "Floricultura"),
            ],
            date(2026, 10, 5),
        ),
        (CTE_OTHER_PAYER, [party("payer", C, "P"), party("issuer", A)], date(2026, 10, 5)),
        (NATIONAL, [party("provider", A, "Serviços Ltda"), party("taker", C, "Cliente")], date(2026, 10, 30)),
        (ABRASF_1, [party("provider", A, "Oficina"), party("taker", D, "José")], date(2026, 10, 31)),
        (ABRASF_2, [party("provider", A, "Oficina"), party("taker", C)], date(2026, 10, 2)),
        (EVENT, [party("issuer", A)], date(2026, 10, 9)),
        (SAO_PAULO, [party("provider", A), party("taker", D)], date(2026, 10, 9)),
        (f"<outro><emit><CNPJ>{A}</CNPJ></emit><dhEmi>2026-10-01</dhEmi></outro>", [], None),
    ],
)
def test_parties_and_date_come_from_their_own_fields(
    tmp_path: Path, xml: str, parties: list[Party], issued: date | None
) -> None:
    found = reading(tmp_path, xml)
    assert list(found.parties) == parties
    assert found.issued == issued


def test_its_text_is_its_fields(tmp_path: Path) -> None:
    text = reading(tmp_path, NFE).text
    assert text.startswith("nfeProc\nnatOp: Venda de mercadoria\ndhEmi: 2026-10-31T23:10:00-03:00\n")
    assert f"emit\nCNPJ: {A}\nxNome: Livraria Ipê S/A\n" in text


def test_notes_of_different_months_in_one_file_have_no_date(tmp_path: Path) -> None:
    other = NFE.partition("?>")[2].replace("2026-10-31", "2026-09-30").replace(A, C)
    found = reading(tmp_path, f"<lote>{NFE.partition('?>')[2]}{other}</lote>")
    assert found.issued is None
    assert {one.tax_id for one in found.parties if one.role == "issuer"} == {A, C}


def test_a_name_is_never_given_to_the_party_of_another_note(tmp_path: Path) -> None:
    foreign = "<infNFe><dest><idEstrangeiro>X</idEstrangeiro><xNome>Foreign Inc</xNome></dest></infNFe>"
    found = reading(tmp_path, f"<lote><infNFe><dest><CNPJ>{A}</CNPJ></dest></infNFe>{foreign}</lote>")
    assert list(found.parties) == [party("recipient", A)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_it_is_read_in_the_encoding_that_it_declares(tmp_path: Path, encoding: str) -> None:
    found = reading(tmp_path, NFE.replace("UTF-8", encoding).encode(encoding))
    assert found.parties[0].name == "Livraria Ipê S/A"


def test_what_claims_to_be_utf8_and_is_not_is_read_as_windows_1252(tmp_path: Path) -> None:
    assert reading(tmp_path, NFE.encode("cp1252")).parties[0].name == "Livraria Ipê S/A"


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><a>b</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a>b</a>',
        "<a>" * 100_000 + "</a>" * 100_000,
        "<a>" + "<b/>" * 600_000 + "</a>",
    ],
)
def test_what_no_invoice_does_is_refused(tmp_path: Path, xml: str) -> None:
    with pytest.raises(Unreadable) as refused:
        reading(tmp_path, xml)
    assert refused.value.code == "unsafe_xml"


def test_its_text_is_bounded(tmp_path: Path) -> None:
    assert len(reading(tmp_path, "<a>" + "<b>x y z</b>" * 1000 + "</a>", Limits(text=500)).text) <= 500
    assert len(reading(tmp_path, "<a>x" + " y" * 1_000_000 + "</a>", Limits(text=500)).text) <= 500
