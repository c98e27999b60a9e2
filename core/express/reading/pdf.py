"""A PDF's text by page, and its pages as pictures, through PDFium's C functions.

The raw bindings, not pypdfium2's helpers: half the import and a sixth less time a file.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import pypdfium2_raw as pdfium

from core.express.reading.limits import Limits, Unreadable

SCANNED = 40
"""A page with fewer letters and digits may be a picture with a stamp: OCR looks at it too."""

_DPI = 300
_TAIL = 2048  # where a PDF's end marker is looked for: some downloads are padded
_ERRORS = {pdfium.FPDF_ERR_PASSWORD: "encrypted", pdfium.FPDF_ERR_SECURITY: "encrypted"}
_MOST_PIXELS = 40_000_000
_SAMPLED = 16  # letters of a page that are asked how they stand


@cache
def _start() -> None:
    pdfium.FPDF_InitLibrary()


@contextlib.contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """A PDF's handle, closed at the end.

    Raises:
        Unreadable: it is encrypted, damaged, or its end is missing (its text could be there: it must not be sent).
    """
    _start()
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        code = _ERRORS.get(pdfium.FPDF_GetLastError(), "broken")
        raise Unreadable("truncated" if code == "broken" and not _ends(data) else code)
    try:
        if not _ends(data):
            raise Unreadable("truncated")
        if pdfium.FPDF_GetPageCount(document) < 1:
            raise Unreadable("broken")
        yield document
    finally:
        pdfium.FPDF_CloseDocument(document)


def _ends(data: bytes) -> bool:
    return b"%%EOF" in data.rstrip(b"\0\r\n\t ")[-_TAIL:]


def looked_at(document: Any, limits: Limits) -> list[int]:
    """The numbers, from 0, of the pages that are looked at: the first and the last ones."""
    count = pdfium.FPDF_GetPageCount(document)
    first = min(count, limits.first_pages)
    return [*range(first), *range(max(first, count - limits.last_pages), count)]


def pages(document: Any, limits: Limits) -> list[str]:
    """The text of the pages that are looked at.

    Raises:
        Unreadable: none of them can be loaded.
    """
    found: list[str] = []
    left = limits.text
    loaded = False
    for number in looked_at(document, limits):
        page = pdfium.FPDF_LoadPage(document, number)
        loaded = loaded or bool(page)
        found.append(_text(page, left) if page else "")
        left -= len(found[-1])
        if page:
            pdfium.FPDF_ClosePage(page)
    if not loaded:
        raise Unreadable("broken")
    return found


def _text(page: Any, most: int) -> str:
    text = _upright(page)
    if not text:
        return ""
    count = min(pdfium.FPDFText_CountChars(text), most)
    if count <= 0:
        pdfium.FPDFText_ClosePage(text)
        return ""
    buffer = (ctypes.c_ushort * (2 * count + 1))()  # a sign outside the basic plane could be written as two
    written = pdfium.FPDFText_GetText(text, 0, count, buffer)
    pdfium.FPDFText_ClosePage(text)
    # U+FFFE stands for the hyphen of a word broken over two lines, and for the line's end
    return bytes(buffer)[: 2 * max(written - 1, 0)].decode("utf-16-le", "ignore").replace("\ufffe", "")


def _upright(page: Any) -> Any:
    """The page's text, the page being turned so that it reads from left to right.

    On a turned page PDFium gives lines and cells the other way round, labels after their values.
    """
    if pdfium.FPDFPage_GetRotation(page):
        pdfium.FPDFPage_SetRotation(page, 0)
    text = pdfium.FPDFText_LoadPage(page)
    if not text:
        return text
    count = pdfium.FPDFText_CountChars(text)
    angles = (pdfium.FPDFText_GetCharAngle(text, at) for at in range(0, count, max(1, count // _SAMPLED)))
    quarters = [round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0]
    turned = max(range(4), key=quarters.count)
    if not turned or quarters.count(turned) <= quarters.count(0):
        return text
    pdfium.FPDFText_ClosePage(text)
    pdfium.FPDFPage_SetRotation(page, 4 - turned)
    return pdfium.FPDFText_LoadPage(page)


def picture(document: Any, index: int) -> bytes:
    """A page as a picture (PGM, 8-bit grey, 300 dots an inch where that is not too many); empty if it cannot be had."""
    page = pdfium.FPDF_LoadPage(document, index)
    if not page:
        return b""
    try:
        wide, high = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
        scale = _DPI / 72
        if wide * high * scale * scale > _MOST_PIXELS:
            scale = (_MOST_PIXELS / (wide * high)) ** 0.5
        width, height = int(wide * scale), int(high * scale)
        if width < 1 or height < 1:
            return b""
        grey = (ctypes.c_ubyte * (width * height))()
        bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_Gray, grey, width)
        if not bitmap:
            return b""
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, pdfium.FPDF_ANNOT)
        pdfium.FPDFBitmap_Destroy(bitmap)
        return b"P5 %d %d 255\n" % (width, height) + bytes(grey)
    finally:
        pdfium.FPDF_ClosePage(page)
