"""Plain text and CSV: UTF-8, UTF-16 or Windows-1252."""

from __future__ import annotations

import codecs

from core.express.reading.limits import Unreadable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1a\x1b")
_SAMPLE = 8192


def text(data: bytes, most: int) -> str:
    """The first `most` characters.

    Raises:
        Unreadable: these bytes are no text.
    """
    data = data[: 4 * most]
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "ignore")[:most]
    sample = data[:_SAMPLE]
    if b"\0" in sample:
        return _wide(data, sample)[:most]
    if 50 * sum(sign in _CONTROLS for sign in sample) > len(sample):
        raise Unreadable("unknown_format")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data)[:most]
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")[:most]


def _wide(data: bytes, sample: bytes) -> str:
    """UTF-16 without its mark: every second byte of Western text is zero."""
    for odd, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = sample[odd::2], sample[1 - odd :: 2]
        if len(others) > 1 and 10 * zeros.count(0) > 9 * len(zeros) and 0 not in others:
            return data.decode(encoding, "ignore")
    raise Unreadable("unknown_format")
