"""Documents as Brazilian accounting offices get them, made by two PDF producers in many layouts, with the truth.

`documents(seed, count)` yields PDFs: forms of `express_forms`, each for a client and a period, drawn by reportlab or
fpdf2 with standard or embedded fonts, labels beside or above their values, fields in one column or two, pages turned,
letters spaced out, numbers broken over lines, the office's own number in the header. Nothing here knows the rules.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

import fpdf
import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks.express_case import Bar, Block, Case, Fields, Form, Lines, Parties, Person, Table, Title
from benchmarks.express_forms import FORMS
from core.catalog import standard_templates
from core.domain.models import Client, Task, Template
from core.domain.tax_ids import format_tax_id

WIDTH, HEIGHT, MARGIN = 595.0, 842.0, 42.0
_FONTS = Path(reportlab.__file__).parent / "fonts"
_OUT = frozenset({"nfe", "certificado_digital"})
"""Standard templates that the office has not: the general one beside its two special ones; one that is no document."""
_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_TRADES = ("Padaria", "Farmácia", "Oficina", "Mercado", "Gráfica", "Clínica", "Livraria", "Transportadora", "Academia")
_PLACES = (
    "Aurora",
    "Bom Jardim",
    "São Bento",
    "Rio Claro",
    "Vale Verde",
    "Três Rios",
    "Boa Vista",
    "Ipê",
    "Santa Luzia",
)
_KINDS = ("Ltda", "ME", "EIRELI", "S/A", "& Filhos Ltda", "Comércio e Serviços Ltda", "EPP")
_FIRST = ("Maria", "João", "Ana", "José", "Luíza", "Antônio", "Cláudia", "Sebastião", "Conceição", "Inácio")
_LAST = ("da Silva", "Souza", "Gonçalves", "Araújo", "Magalhães", "de Oliveira", "Conceição", "Falcão", "Brandão")


class Generated(NamedTuple):
    """One document: its bytes, what is true of it (None where only a person can know), and how it was made."""

    name: str
    data: bytes
    client: str | None
    template: str | None
    period: str | None
    form: str
    layout: str


class Office(NamedTuple):
    clients: list[Client]
    templates: list[Template]
    own: str
    people: list[Client]  # those clients who are persons


class Style(NamedTuple):
    """How a document is laid out."""

    producer: str
    font: str
    size: float
    above: bool  # labels above their values, in rows of several
    columns: int
    turned: int
    spaced: float
    loose_title: bool
    broken: bool
    header: bool


class Pen(Protocol):
    """A producer of PDFs: text at a place measured from the top left, in points."""

    def page(self, turned: int) -> None: ...
    def text(self, x: float, y: float, text: str, size: float, bold: bool = False, spaced: float = 0) -> None: ...
    def width(self, text: str, size: float) -> float: ...
    def data(self) -> bytes: ...


class ReportLab:
    def __init__(self, font: str):
        self._out = io.BytesIO()
        self._canvas = Canvas(self._out, pagesize=(WIDTH, HEIGHT))
        self._fonts = {"serif": ("Times-Roman", "Times-Bold"), "mono": ("Courier", "Courier-Bold")}.get(
            font, ("Helvetica", "Helvetica-Bold")
        )
        if font == "embedded":
            for name, file in (("Vera", "Vera.ttf"), ("VeraBd", "VeraBd.ttf")):
                pdfmetrics.registerFont(TTFont(name, str(_FONTS / file)))
            self._fonts = ("Vera", "VeraBd")
        self._pages = 0

    def page(self, turned: int) -> None:
        if self._pages:
            self._canvas.showPage()
        self._pages += 1
        self._canvas.setPageRotation(turned)

    def text(self, x: float, y: float, text: str, size: float, bold: bool = False, spaced: float = 0) -> None:
        self._canvas.setFont(self._fonts[bold], size)
        self._canvas.drawString(x, HEIGHT - y, text, charSpace=spaced)

    def width(self, text: str, size: float) -> float:
        return float(pdfmetrics.stringWidth(text, self._fonts[0], size))

    def data(self) -> bytes:
        self._canvas.save()
        return self._out.getvalue()


class Fpdf:
    def __init__(self, font: str):
        self._pdf = fpdf.FPDF(unit="pt", format=(WIDTH, HEIGHT))
        self._pdf.set_auto_page_break(False)
        self._font = {"serif": "times", "mono": "courier", "embedded": "vera"}.get(font, "helvetica")
        if font == "embedded":
            self._pdf.add_font("vera", "", str(_FONTS / "Vera.ttf"))
            self._pdf.add_font("vera", "B", str(_FONTS / "VeraBd.ttf"))
        self._turned = 0

    def page(self, turned: int) -> None:
        self._pdf.add_page(format=(HEIGHT, WIDTH) if turned in (90, 270) else (WIDTH, HEIGHT))
        self._turned = turned

    def text(self, x: float, y: float, text: str, size: float, bold: bool = False, spaced: float = 0) -> None:
        self._pdf.set_font(self._font, "B" if bold else "", size)
        self._pdf.set_char_spacing(spaced)
        if self._turned:  # the text itself is turned, as scanners' and some town halls' programs do
            x0, y0 = {90: (WIDTH / 2, WIDTH / 2), 180: (WIDTH / 2, HEIGHT / 2)}.get(
                self._turned, (HEIGHT / 2, HEIGHT / 2)
            )
            with self._pdf.rotation(self._turned, x0, y0):
                self._pdf.text(x, y, text)
        else:
            self._pdf.text(x, y, text)

    def width(self, text: str, size: float) -> float:
        self._pdf.set_font(self._font, "", size)
        self._pdf.set_char_spacing(0)
        return float(self._pdf.get_string_width(text))

    def data(self) -> bytes:
        return bytes(self._pdf.output())


def office(rng: random.Random, clients: int = 1000, without: frozenset[str] = frozenset()) -> Office:
    """An office with every standard template but some, its clients companies with either CNPJ, and persons."""
    made, people = [], []
    for number in range(1, clients + 1):
        if number % 12 == 0:
            name = f"{rng.choice(_FIRST)} {rng.choice(_FIRST)} {rng.choice(_LAST)} {rng.choice(_LAST)}"
            made.append(Client(id=str(number), name=name, tax_id=cpf(rng), portal=(f"{number:04} - {name}",)))
            people.append(made[-1])
        else:
            name = company(rng)
            root = f"{number:04} - {name.replace('/', '-')}"
            made.append(Client(id=str(number), name=name, tax_id=cnpj(rng, number % 4 == 0), portal=(root,)))
    templates = [
        Template(id=one.id, name=one.name, department=one.department)
        for one in standard_templates()
        if one.id not in _OUT | without
    ]
    return Office(made, templates, cnpj(rng), people)


def documents(seed: int, count: int, of: Office | None = None) -> Iterator[Generated]:
    """Make `count` documents, every form in turn; equal seeds make equal documents."""
    rng = random.Random(f"documents {seed}")
    of = of or office(random.Random(seed))
    kinds = {kind.id for kind in of.templates}
    forms = [form for form in FORMS if form.template in kinds]
    for number in range(count):
        form = forms[number % len(forms)]
        case = _case(rng, form, of)
        style = _style(rng, form)
        pages = form.draw(case)
        name = _file_name(rng, form, case, number)
        data = _draw(rng, style, pages, of)
        ask = form.ask and (not form.counterpart or form.counterpart in kinds)
        client = None if ask else case.client.id
        template = None if ask else form.template
        period = None if ask or not form.period else case.period[:4] if form.period == "year" else case.period
        layout = f"{style.producer} {style.font}" + "".join(
            f" {what}"
            for what, on in (
                ("above", style.above),
                ("columns", style.columns == 2),
                (f"turned{style.turned}", style.turned),
                ("spaced", style.spaced),
                ("broken", style.broken),
                ("loose", style.loose_title),
            )
            if on
        )
        yield Generated(name, data, client, template, period, form.name, layout)


def tasks(of: Office, made: list[Generated]) -> dict[tuple[str, str, str], Task]:
    """The office's open tasks: one for each document's client, template and period, and as many for others beside."""
    found: dict[tuple[str, str, str], Task] = {}
    for number, one in enumerate(made):
        if one.client and one.template:
            period = one.period or "2026"
            for client in (one.client, of.clients[number % len(of.clients)].id):
                key = (client, one.template, period)
                found[key] = Task(
                    id=f"T{len(found)}", client=client, name=one.template, period=period, templates=(one.template,)
                )
    return found


def cnpj(rng: random.Random, lettered: bool = False) -> str:
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if lettered else "0123456789"
    base = "".join(rng.choice(signs) for _ in range(8)) + rng.choice(("0001", "0001", "0001", "0002"))
    for weights in (_WEIGHTS[1:], _WEIGHTS):
        rest = sum((ord(sign) - 48) * weight for sign, weight in zip(base, weights, strict=True)) % 11
        base += str(0 if rest < 2 else 11 - rest)
    return base


def cpf(rng: random.Random) -> str:
    base = "".join(rng.choice("0123456789") for _ in range(9))
    for size in (10, 11):
        rest = sum(int(sign) * (size - place) for place, sign in enumerate(base)) * 10 % 11
        base += str(rest % 10)
    return base


def company(rng: random.Random) -> str:
    return f"{rng.choice(_TRADES)} {rng.choice(_PLACES)} {rng.choice(_LAST).split()[-1]} {rng.choice(_KINDS)}"


def _case(rng: random.Random, form: Form, of: Office) -> Case:
    companies = [client for client in of.clients if len(client.tax_id) == 14]
    client = rng.choice(of.people if form.person else companies)
    rival = rng.choice([one for one in companies if one is not client])
    month = rng.choice((3, 6, 9, 12)) if form.period == "quarter" else rng.randint(1, 12)
    first = date(rng.choice((2024, 2025, 2026)), month, 1)
    own = Person("ESCRITÓRIO MODELO CONTABILIDADE LTDA", format_tax_id(of.own))
    stranger = Person(company(rng).upper(), format_tax_id(cnpj(rng, rng.random() < 0.2)))
    # other parties are clients themselves as often as not
    other = Person(rival.name.upper(), format_tax_id(rival.tax_id)) if rng.random() < 0.5 else stranger
    if form.both:
        other = Person(rival.name.upper(), format_tax_id(rival.tax_id))
    human = rng.choice(of.people)
    employee = (
        Person(human.name.upper(), format_tax_id(human.tax_id))
        if rng.random() < 0.3 and human is not client
        else Person(f"{rng.choice(_FIRST)} {rng.choice(_LAST)} {rng.choice(_LAST)}".upper(), format_tax_id(cpf(rng)))
    )
    shown = client.name.upper() if rng.random() < 0.7 else client.name
    me = Person(shown, format_tax_id(client.tax_id))
    return Case(rng, client, me, other, stranger, employee, own, first, f"{first:%Y-%m}")


def _style(rng: random.Random, form: Form) -> Style:
    return Style(
        producer=rng.choice(("reportlab", "fpdf2")),
        font=rng.choice(("sans", "serif", "mono", "embedded")),
        size=rng.choice((8.0, 9.0, 10.0)),
        above=rng.random() < 0.45,
        columns=2 if rng.random() < 0.25 else 1,
        turned=rng.choice((90, 180, 270)) if rng.random() < 0.12 else 0,
        spaced=rng.choice((2.5, 4.0)) if rng.random() < 0.06 else 0.0,
        loose_title=rng.random() < 0.06,
        broken=rng.random() < 0.08,
        header=form.office_header and rng.random() < 0.6,
    )


def _file_name(rng: random.Random, form: Form, case: Case, number: int) -> str:
    ways = (
        f"doc_{rng.randint(100000, 999999)}.pdf",
        f"{form.name}_{case.period}.pdf",
        f"scan{number:05}.pdf",
        f"{case.client.name.split()[0]} {case.first:%m-%Y}.pdf",
        f"download ({rng.randint(1, 60)}).pdf",
        f"{case.other.name.split()[0].title()} {case.first + timedelta(days=45):%d%m%Y}.pdf",  # another's
    )
    return rng.choice(ways)


def _draw(rng: random.Random, style: Style, pages: list[list[Block]], of: Office) -> bytes:
    pen: Pen = ReportLab(style.font) if style.producer == "reportlab" else Fpdf(style.font)
    for blocks in pages:
        pen.page(style.turned)
        y = MARGIN + 10
        if style.header:
            pen.text(MARGIN, y, "ESCRITÓRIO MODELO CONTABILIDADE LTDA", 8)
            pen.text(MARGIN, y + 11, f"CNPJ {format_tax_id(of.own)}  Rua Quinze de Novembro, 1200  (41) 3333-2026", 7)
            y += 30
        for block in blocks:
            y = _block(rng, pen, style, block, y) + 4
            if y > HEIGHT - 60:
                pen.page(style.turned)
                y = MARGIN + 10
    return pen.data()


def _block(rng: random.Random, pen: Pen, style: Style, block: Block, y: float) -> float:
    size, step = style.size, style.size * 1.45
    match block:
        case Title(text):
            shown = "  ".join(" ".join(word) for word in text.split()) if style.loose_title and len(text) < 40 else text
            room = WIDTH - 2 * MARGIN
            for piece in _wrapped(pen, shown, size + 2, room * (0.55 if style.spaced else 0.9)):
                pen.text(MARGIN, y, piece, size + 2, bold=True, spaced=style.spaced)
                y += step
            return y + 4
        case Fields(cells):
            return _fields(rng, pen, style, cells, y)
        case Parties(parties):
            return _parties(pen, style, parties, y)
        case Table(header, rows):
            widths = [(WIDTH - 2 * MARGIN) / len(header)] * len(header)
            for row in (header, *rows):
                x = MARGIN
                for cell, width in zip(row, widths, strict=True):
                    pen.text(x, y, cell, size - 1)
                    x += width
                y += step
                if y > HEIGHT - 60:
                    pen.page(style.turned)
                    y = MARGIN + 10
            return y
        case Lines(lines):
            for line in lines:
                for piece in _wrapped(pen, line, size, WIDTH - 2 * MARGIN):
                    pen.text(MARGIN, y, piece, size)
                    y += step
            return y
        case Bar(text):
            pen.text(MARGIN, y, text, size + 1)
            return y + step


def _fields(rng: random.Random, pen: Pen, style: Style, cells: tuple[tuple[str, str], ...], y: float) -> float:
    size, step = style.size, style.size * 1.45
    if style.above:
        per_row = 3 if style.columns == 1 else 2
        for start in range(0, len(cells), per_row):
            row = cells[start : start + per_row]
            width = (WIDTH - 2 * MARGIN) / len(row)
            for place, (label, _) in enumerate(row):
                pen.text(MARGIN + place * width, y, label, size - 2, spaced=style.spaced / 2)
            deepest = y
            for place, (_, value) in enumerate(row):
                deepest = max(deepest, _value(rng, pen, style, value, MARGIN + place * width, y + step, width - 6))
            y = deepest + step
        return y
    width = (WIDTH - 2 * MARGIN) / style.columns
    for start in range(0, len(cells), style.columns):
        deepest = y
        for place, (label, value) in enumerate(cells[start : start + style.columns]):
            x = MARGIN + place * width
            shown = f"{label}: " if rng.random() < 0.8 else f"{label} "
            pen.text(x, y, shown, size, spaced=style.spaced / 2)
            taken = pen.width(shown, size) + 4 + len(shown) * style.spaced / 2
            deepest = max(deepest, _value(rng, pen, style, value, x + taken, y, width - taken - 4))
        y = deepest + step
    return y


def _value(
    rng: random.Random, pen: Pen, style: Style, value: str, x: float, y: float, width: float, size: float | None = None
) -> float:
    """Draw a value in its cell; a long one goes on in the next line, a number too where the style breaks it."""
    size = size or style.size
    pieces = _wrapped(pen, value, size, width)
    if style.broken and len(pieces) == 1 and value[-3:-2] == "-" and "." in value:
        cut = rng.choice([place for place, sign in enumerate(value) if sign in "./-" and place > 2]) + 1
        pieces = [value[:cut], value[cut:]]
    for place, piece in enumerate(pieces):
        pen.text(x, y + place * size * 1.25, piece, size, spaced=style.spaced)
    return y + (len(pieces) - 1) * size * 1.25


def _parties(pen: Pen, style: Style, parties: tuple[tuple[str, Person], ...], y: float) -> float:
    """Two parties: one below the other, or, in two columns, side by side and drawn row by row."""
    size, step = style.size, style.size * 1.45
    blocks = [
        (
            heading.upper(),
            f"Nome/Razão Social: {who.name}",
            f"CNPJ/CPF: {who.number}",
            "Endereço: Rua das Flores, 123 - Centro",
        )
        for heading, who in parties
    ]
    if style.columns == 2 and len(blocks) == 2:
        for row in zip(*blocks, strict=True):
            deepest = y
            for place, text in enumerate(row):
                pieces = _wrapped(pen, text, size - 1, (WIDTH - 2 * MARGIN) / 2 - 8)
                for line, piece in enumerate(pieces):
                    pen.text(MARGIN + place * (WIDTH - 2 * MARGIN) / 2, y + line * step, piece, size - 1)
                    deepest = max(deepest, y + line * step)
            y = deepest + step
        return y
    for block in blocks:
        for text in block:
            pen.text(MARGIN, y, text, size)
            y += step
    return y


def _wrapped(pen: Pen, text: str, size: float, width: float) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and pen.width(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
