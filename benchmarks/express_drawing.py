"""Lays out what a form is made of, in the ways that real programs do."""

from __future__ import annotations

import random
from typing import NamedTuple

from benchmarks.express_case import Bar, Block, Fields, Lines, Parties, Person, Table, Title
from benchmarks.express_pens import HEIGHT, WIDTH, Fpdf, Pen, ReportLab

MARGIN = 42.0


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


def draw(rng: random.Random, style: Style, pages: list[list[Block]], own: str) -> bytes:
    """The pages as a PDF; `own` is the office's number, for its header."""
    pen: Pen = ReportLab(style.font) if style.producer == "reportlab" else Fpdf(style.font)
    for blocks in pages:
        pen.page(style.turned)
        y = MARGIN + 10
        if style.header:
            pen.text(MARGIN, y, "ESCRITÓRIO MODELO CONTABILIDADE LTDA", 8)
            pen.text(MARGIN, y + 11, f"CNPJ {own}  Rua Quinze de Novembro, 1200  (41) 3333-2026", 7)
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
