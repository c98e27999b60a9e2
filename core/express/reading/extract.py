"""One file's kind, by its content, and what it says: the part that runs in the reading processes."""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from typing import Any

from core.express.reading import ocr, pdf, plain, xml
from core.express.reading.limits import Limits, Unreadable

_IMAGES = re.compile(
    rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|II\*\0|MM\0\*|RIFF....WEBP|BM....\0\0\0\0|\0\0\0.ftyp(?:heic|heix|mif1|avif)"
    rb"|\0\0\0\x0cjP  ",
    re.DOTALL,
)
_OFFICE = re.compile(rb"PK\x03\x04.{26}(?:\[Content_Types\]|_rels/|mimetype|docProps/)", re.DOTALL)
_PACKED = re.compile(rb"PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b|BZh[1-9]1AY|\xfd7zXZ|MSCF")
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|!DOCTYPE|[A-Za-z_])")
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|table|div)\b", re.IGNORECASE)
_WIDE_XML = (b"\xff\xfe<\0", b"\xfe\xff\0<")
_HEAD = 1024

_REFUSALS = {
    errno.ENOENT: "missing",
    errno.ENOTDIR: "missing",
    errno.ESTALE: "missing",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
    errno.ELOOP: "not_a_file",  # what O_NOFOLLOW says of a link
    errno.ENXIO: "not_a_file",  # and opening a socket
    errno.ENODEV: "not_a_file",
    errno.EISDIR: "not_a_file",
    errno.ENAMETOOLONG: "missing",
}


def extract(path: bytes | str, limits: Limits) -> dict[str, Any]:
    """What a file says, as `Reading`'s fields in plain values.

    Raises:
        Unreadable: with the reason.
        MemoryError: it takes more than this process may have.
    """
    data = _bytes(path, limits)
    head = data[:_HEAD]
    if b"%PDF-" in head:
        return _pdf(data, limits)
    if _IMAGES.match(head):
        if not limits.ocr:
            raise Unreadable("no_text")
        return {**_with_text("text", [ocr.recognise(data, time.monotonic() + limits.ocr_seconds)]), "recognised": True}
    if _PACKED.match(head):
        raise Unreadable("unknown_format" if _OFFICE.match(head) else "packed")
    if head.startswith(_WIDE_XML) or (_XML.match(head) and not _HTML.match(head)):
        return _xml(data, limits)
    if _HTML.match(head):
        raise Unreadable("unknown_format")
    return _with_text("text", [plain.text(data, limits.text)])


def _bytes(path: bytes | str, limits: Limits) -> bytes:
    """A regular file's bytes; nothing else is opened in a way that could wait."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except ValueError:  # a name with a zero byte
        raise Unreadable("missing") from None
    except OSError as error:
        raise Unreadable(_REFUSALS.get(error.errno or 0, "io_error")) from None
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable("not_a_file")
        if found.st_size > limits.size:
            raise Unreadable("too_large")
        data = os.read(file, found.st_size)
    except OSError:
        raise Unreadable("io_error") from None
    finally:
        os.close(file)
    if not data:
        raise Unreadable("empty")
    return data


def _pdf(data: bytes, limits: Limits) -> dict[str, Any]:
    with pdf.opened(data) as document:
        pages = pdf.pages(document, limits)
        recognised = limits.ocr and _recognise(document, pages, limits)
    return {**_with_text("pdf", pages), "recognised": recognised}


def _recognise(document: Any, pages: list[str], limits: Limits) -> bool:
    """Add to the pages that show (next to) no text what Tesseract reads on them; whether there were any."""
    until = time.monotonic() + limits.ocr_seconds
    numbers = pdf.looked_at(document, limits)
    scanned = [at for at, text in enumerate(pages) if _signs(text) < pdf.SCANNED]
    for at in scanned[: limits.ocr_pages]:
        try:
            picture = pdf.picture(document, numbers[at])
            pages[at] += "\n" + ocr.recognise(picture, until) if picture else ""
        except Unreadable:
            if not any(map(_signs, pages)):
                raise
            break
    return bool(scanned)


def _signs(text: str) -> int:
    return sum(map(str.isalnum, text))


def _xml(data: bytes, limits: Limits) -> dict[str, Any]:
    note = xml.note(data, limits)
    fields = _with_text("xml", [note.text])
    fields["parties"] = [{"role": role, "tax_id": tax_id, "name": name} for role, tax_id, name in note.parties]
    fields["issued"] = note.issued.isoformat() if note.issued else None
    return fields


def _with_text(kind: str, pages: list[str]) -> dict[str, Any]:
    if not any(map(str.isalnum, "".join(pages))):
        raise Unreadable("no_text")
    return {"kind": kind, "pages": [_clean(page) for page in pages]}


def _clean(page: str) -> str:
    return page.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "ignore").decode()
