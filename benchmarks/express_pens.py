"""Two producers of PDFs behind one pen."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Protocol

import fpdf
import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595.0, 842.0
_FONTS = Path(reportlab.__file__).parent / "fonts"


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
