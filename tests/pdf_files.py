"""PDFs written by hand (ISO 32000-1, 7.5): good ones, and such as no honest program writes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

FLATE = b"/Filter /FlateDecode"


def written(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    file = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    file += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return bytes(file) + b"startxref\n%d\n%%%%EOF\n" % start


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def of_streams(pages: Iterable[bytes], entries: bytes = b"", page: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF of one content stream a page.

    Args:
        entries: of every content stream's dictionary, its filters for instance.
        page, trailer: more entries of every page's dictionary, and of the trailer's.
    """
    streams = list(pages)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(streams)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for data in streams:
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R %s"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (len(objects) + 2, page)
        )
        objects.append(stream(data, entries))
    return written(objects, trailer)


def shown(*lines: str) -> bytes:
    """The content stream that shows these lines."""
    return b"BT /F1 12 Tf 16 TL 60 780 Td " + b"".join(b"(%s) Tj T* " % one.encode("cp1252") for one in lines) + b"ET"


def of_text(*pages: Sequence[str]) -> bytes:
    """A PDF with these lines on its pages."""
    return of_streams(shown(*lines) for lines in pages)


def of_picture(grey: bytes, width: int, height: int) -> bytes:
    """A PDF whose only page is a picture, as a scanner writes it."""
    image = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 " % (
        width,
        height,
    )
    return written(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /XObject << /Im 5 0 R >> >> >>",
            stream(b"q 595 0 0 842 0 0 cm /Im Do Q"),
            stream(zlib.compress(grey), image + FLATE),
        ]
    )


def encrypted() -> bytes:
    """A PDF for which a password is needed."""
    lock = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<01> <01>]" % (
        b"41" * 32,
        b"42" * 32,
    )
    return of_streams([shown("segredo")], trailer=lock)


def bomb(unit: bytes, total: int) -> bytes:
    """So many bytes of repeated units, deflated."""
    deflate, count = zlib.compressobj(1), total // len(unit)
    at_once = max(1, min(count, (1 << 20) // len(unit)))
    units = [unit * at_once] * (count // at_once) + [unit * (count % at_once)]
    return b"".join(map(deflate.compress, units)) + deflate.flush()
