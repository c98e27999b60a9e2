"""How much one file may cost, and the exception that says why it could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from core.domain.text import Text

MIB = 1 << 20


class Limits(NamedTuple):
    """The bounds of reading one file; what goes beyond them is left to a person, with the reason.

    Args:
        seconds: by the clock, from opening it to its text; OCR has its own.
        memory: bytes of address space of the process that reads.
        size: bytes of the file.
        text: characters kept; what a longer document says further on is not looked at.
        first_pages, last_pages: pages of a PDF that are looked at.
        ocr: recognise the text of images and scanned pages through Tesseract.
        ocr_pages: pages recognised so, at most.
        ocr_seconds: by the clock, for all of them.
    """

    seconds: float = 15.0
    memory: int = 512 * MIB
    size: int = 64 * MIB
    text: int = 400_000
    first_pages: int = 20
    last_pages: int = 2
    ocr: bool = False
    ocr_pages: int = 3
    ocr_seconds: float = 60.0


DEFAULT = Limits()


def seconds(limits: Limits) -> float:
    """How long one file may take in all."""
    return limits.seconds + (limits.ocr_seconds if limits.ocr else 0)


class Unreadable(Exception):
    """A file whose text cannot be had; `code` is a key of `core.express.reading.reasons.UNREADABLE`."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code

    @property
    def sentence(self) -> Text:
        """Why, as a sentence for a person."""
        return _reason(self.code)[0]

    @property
    def remedy(self) -> Text:
        """What that person can do."""
        return _reason(self.code)[1]


def _reason(code: str) -> tuple[Text, Text]:
    from core.express.reading.reasons import UNREADABLE  # noqa: PLC0415 - a reading process says codes only

    return UNREADABLE[code]
