"""A protocol of delivery as a PDF: A4, black on white, the same bytes for the same data and time.

The fonts are PDF's own (Helvetica, Courier), which need no file: they have the letters of Western Europe. A sign that
they lack is printed by its number (`\\u03b1`), as the command prints signs that would move the cursor: a name may look
odd then, but nothing is lost. (A font with most scripts would be 740 kB; one with all, over 20 MB.)
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from itertools import groupby

from fpdf import FPDF
from fpdf.enums import MethodReturnValue

from core import __version__
from core.domain.destinations import show_place
from core.domain.figures import dated, number
from core.domain.tax_ids import format_tax_id
from core.domain.text import Text, plain
from core.office.protocol import HOW, STATES, Entry, Protocol, State, what_lacks

TITLE = Text("Protocolo de entrega de documentos", "Proof of delivery of documents")
CLIENT = Text("Cliente", "Client")
PERIOD = Text("Competência", "Period")
MADE = Text("Emitido em", "Made on")
BY = Text("por {who}", "by {who}")
COUNT = Text("Entregas", "Deliveries")
CODE = Text("Código da lista", "Code of the list")
TAX_ID = Text("CNPJ/CPF {number}", "Tax id {number}")
CODE_MEANS = Text(
    "O código da lista (SHA-256) é o mesmo em duas vias que relacionam as mesmas entregas; a leitura pelo cliente e a "
    "hora da emissão não entram nele. O SHA-256 de cada documento identifica o seu conteúdo exato.",
    "The code of the list (SHA-256) is the same on two copies that list the same deliveries; what the client has seen "
    "and the time of making are not in it. Each document's SHA-256 identifies its exact contents.",
)
ODD_SIGNS = Text(
    "Sinais que a fonte não tem aparecem pelo número Unicode (\\u….)", "Signs that the font lacks are shown by number."
)
VERSION = Text("versão {version}", "version {version}")
ATTACHED = Text("anexado por {who}", "attached by {who}")
COMPLETED = Text("enviado por {who}", "sent by {who}")
REPLACED = Text("substituído em {at}", "replaced on {at}")
REMOVED = Text("retirado da tarefa em {at}; a cópia no portal ficou", "taken off its task on {at}; the copy stayed")
BYTES = Text("{size} bytes", "{size} bytes")
RECEIVED = Text("Recebido por (nome e assinatura)", "Received by (name and signature)")
DATE = Text("Data", "Date")
PAGE = Text("página {page} de {total}", "page {page} of {total}")

MARGIN, LEFT, LINE = 15.0, 37.0, 4.4
"""Millimetres: around the page, of the column of times, and a line's height."""
BLACK, GREY = 0, 90


class Paper(FPDF):
    """A4 pages, each with the protocol's name at its head and the code and the page's number at its foot."""

    def __init__(self, protocol: Protocol, lang: str):
        super().__init__(format="A4")
        self.core_fonts_encoding = "cp1252"
        self.said_in = lang
        self.protocol = protocol
        self.odd = False
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, 20)
        self.set_creation_date(protocol.made_at)
        self.set_producer(f"Malote {__version__}")
        self.set_title(plain(f"{TITLE.text(lang)} - {protocol.client.name} - {protocol.period}"))
        self.set_lang("pt-BR" if lang == "pt" else "en")

    def printed(self, text: object) -> str:
        """A text as the fonts can print it."""
        signs = unicodedata.normalize("NFC", plain(text))
        told = signs.encode("cp1252", "backslashreplace").decode("cp1252")
        self.odd = self.odd or told != str(text)
        return told

    def say(self, text: Text, **params: object) -> str:
        return self.printed(text.say(self.said_in, **params))

    def font(self, size: float, style: str = "", family: str = "Helvetica", grey: int = BLACK) -> None:
        self.set_font(family, style, size)
        self.set_text_color(grey)

    def paragraph(self, text: str, x: float = MARGIN, width: float | None = None, line: float = LINE) -> None:
        """Text from `x` on, wrapped; the next one starts below it."""
        self.set_x(x)
        self.multi_cell(width or self.w - MARGIN - x, line, text, align="L", new_x="LMARGIN", new_y="NEXT")

    def lines_of(self, text: str, width: float) -> int:
        """How many lines a paragraph takes."""
        lines = self.multi_cell(width, LINE, text, align="L", dry_run=True, output=MethodReturnValue.LINES)
        assert isinstance(lines, list)
        return len(lines)

    def header(self) -> None:
        if self.page_no() == 1:
            return
        self.font(8, grey=GREY)
        client = self.protocol.client
        heads = (TITLE.text(self.said_in), _period(self.protocol.period, self.said_in), f"{client.id} {client.name}")
        told = self.printed(" · ".join(heads))
        while self.get_string_width(told) > self.epw:
            told = told[:-2] + "…"
        self.cell(0, 5, told, new_x="LMARGIN", new_y="NEXT")
        self.rule()
        self.ln(2)

    def footer(self) -> None:
        self.set_y(-14)
        self.rule()
        self.font(7, family="Courier", grey=GREY)
        self.cell(self.epw * 0.75, 5, self.protocol.code)
        self.font(8, grey=GREY)
        self.cell(0, 5, self.say(PAGE, page=self.page_no(), total="{nb}"), align="R")

    def rule(self, width: float = 0.2) -> None:
        self.set_line_width(width)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())


def pdf(protocol: Protocol, lang: str) -> bytes:
    """The protocol as a PDF."""
    paper = Paper(protocol, lang)
    paper.add_page()
    _head(paper, protocol)
    for _, entries in groupby(sorted(protocol.entries, key=lambda one: one.task.id), key=lambda one: one.task.id):
        _task(paper, list(entries))
    _end(paper)
    return bytes(paper.output())


def _head(paper: Paper, protocol: Protocol) -> None:
    paper.font(15, "B")
    paper.paragraph(paper.say(TITLE), line=8)
    paper.font(11, "B")
    paper.paragraph(paper.printed(protocol.office), line=5.5)
    if protocol.office_tax_ids:
        numbers = " · ".join(format_tax_id(one) for one in protocol.office_tax_ids)
        paper.font(9)
        paper.paragraph(paper.say(TAX_ID, number=numbers))
    paper.ln(2)
    paper.rule(0.5)
    paper.ln(2)
    client = protocol.client
    number = f" · {format_tax_id(client.tax_id)}" if client.tax_id else ""
    made = f"{_at(protocol.made_at, paper.said_in)} {BY.say(paper.said_in, who=protocol.made_by)}"
    facts = (
        (CLIENT, f"{client.name} ({client.id}){number}"),
        (PERIOD, _period(protocol.period, paper.said_in)),
        (MADE, made),
        (COUNT, str(len(protocol.entries))),
    )
    for head, value in facts:
        paper.font(9, grey=GREY)
        paper.cell(LEFT - 8, LINE + 0.6, paper.say(head))
        paper.font(10, "B" if head is CLIENT else "")
        paper.paragraph(paper.printed(value), MARGIN + LEFT - 8, line=LINE + 0.6)
    paper.font(9, grey=GREY)
    paper.cell(LEFT - 8, LINE + 0.6, paper.say(CODE))
    paper.font(8, family="Courier")
    paper.paragraph(protocol.code, MARGIN + LEFT - 8, line=LINE + 0.6)
    for told in what_lacks(protocol, paper.said_in):
        paper.ln(1)
        paper.font(9, "B")
        paper.paragraph(paper.printed(told))
    paper.ln(3)


def _task(paper: Paper, entries: list[Entry]) -> None:
    """One task's deliveries below its name, which never stands alone at a page's end."""
    task = entries[0].task
    _room(paper, 10 + _height(paper, entries[0]))
    paper.font(10, "B")
    paper.paragraph(paper.printed(f"{task.name} · {_period(task.period, paper.said_in)} · {task.id}"), line=5.5)
    paper.rule()
    paper.ln(1.5)
    for one in entries:
        _room(paper, _height(paper, one))
        _entry(paper, one)


def _room(paper: Paper, height: float) -> None:
    if paper.get_y() + height > paper.page_break_trigger:
        paper.add_page()


def _words(paper: Paper, one: Entry) -> tuple[str, list[str]]:
    """A delivery's name, and what there is to say of it."""
    lang = paper.said_in
    who = [COMPLETED.say(lang, who=one.by_name)]
    if one.attached_by and one.attached_by != one.by:
        who.insert(0, ATTACHED.say(lang, who=one.attached_by_name))
    about = [
        one.template.name,
        VERSION.say(lang, version=one.version),
        BYTES.say(lang, size=number(one.size, lang)),
        HOW[one.how].text(lang) if one.how in HOW else one.how,
    ]
    lines = [" · ".join(about), " · ".join(who), show_place(one.place)]
    if one.removed_at is not None:
        lines.append(REMOVED.say(lang, at=_at(one.removed_at, lang)))
    return paper.printed(one.place.name), [paper.printed(line) for line in lines]


def _height(paper: Paper, one: Entry) -> float:
    name, lines = _words(paper, one)
    width = paper.epw - LEFT
    paper.font(10, "B")
    count = paper.lines_of(name, width)
    paper.font(9)
    count += sum(paper.lines_of(line, width) for line in lines)
    return max(count + 1, 4) * LINE + 3


def _entry(paper: Paper, one: Entry) -> None:
    top = paper.get_y()
    name, lines = _words(paper, one)
    paper.font(9)
    paper.paragraph(paper.printed(_day(one.at, paper.said_in)), width=LEFT - 2)
    paper.paragraph(paper.printed(_time(one.at)), width=LEFT - 2)
    paper.font(9, "B")
    state = paper.say(STATES[one.state])
    if one.state is State.REPLACED and one.replaced_at is not None:
        state = paper.say(REPLACED, at=_at(one.replaced_at, paper.said_in))
    paper.paragraph(state, width=LEFT - 2)
    low = paper.get_y()
    paper.set_y(top)
    x = MARGIN + LEFT
    paper.font(10, "B")
    paper.paragraph(name, x)
    paper.font(9)
    for line in lines:
        paper.paragraph(line, x)
    paper.font(7.5, family="Courier")
    paper.paragraph(f"SHA-256 {one.sha256}", x)
    paper.set_y(max(low, paper.get_y()) + 2.5)


def _end(paper: Paper) -> None:
    _room(paper, 42)
    paper.ln(2)
    paper.rule(0.5)
    paper.ln(2)
    paper.font(8, grey=GREY)
    paper.paragraph(paper.say(CODE_MEANS), line=3.8)
    if paper.odd:
        paper.paragraph(paper.say(ODD_SIGNS), line=3.8)
    paper.ln(14)
    y, middle = paper.get_y(), MARGIN + paper.epw * 0.65
    paper.set_line_width(0.2)
    paper.line(MARGIN, y, middle, y)
    paper.line(middle + 8, y, paper.w - MARGIN, y)
    paper.font(8)
    paper.set_xy(MARGIN, y + 1)
    paper.cell(middle + 8 - MARGIN, 4, paper.say(RECEIVED))
    paper.cell(0, 4, paper.say(DATE))


def _period(period: str, lang: str) -> str:
    return period if lang == "en" else re.sub(r"^(\d{4})-(\d\d)$", r"\2/\1", period)


def _day(moment: datetime, lang: str) -> str:
    return dated(moment, "%d/%m/%Y", lang)


def _time(moment: datetime) -> str:
    here = moment.astimezone()
    return f"{here:%H:%M:%S} (UTC{here.isoformat()[-6:]})"


def _at(moment: datetime, lang: str) -> str:
    return f"{_day(moment, lang)} {_time(moment)}"
