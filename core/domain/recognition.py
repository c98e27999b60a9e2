"""What Express reads in a file and what it concludes; the rules by which it does are a template's, in `models`."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from core.domain.models import Model, PeriodOf, Rule, RuleSource

__all__ = ["FileKind", "Guess", "Party", "PeriodOf", "Reading", "Recognition", "Rule", "RuleSource", "Span"]


class FileKind(StrEnum):
    PDF = "pdf"
    XML = "xml"
    TEXT = "text"


class Party(Model):
    """One side of an invoice, from the XML's own fields."""

    role: str  # issuer, recipient, provider, taker, sender, payer…
    tax_id: str  # digits (and letters) only
    name: str = ""


class Reading(Model):
    """What a file says: its text by page and, where the form has fields, the parties and the date in them."""

    kind: FileKind
    pages: tuple[str, ...] = ()
    parties: tuple[Party, ...] = ()
    issued: date | None = None
    recognised: bool = False  # some of the text was read from a picture (OCR): nobody acts on it without asking

    @property
    def text(self) -> str:
        return "\f".join(self.pages)


class Span(Model):
    """Where in `Reading.text` a piece of evidence stands, in characters."""

    start: int
    end: int


class Guess(Model):
    """One possible answer: a client's id, a template's id or a period, with why, in both languages."""

    value: str
    confidence: float  # 0 to 1, for the order on a screen: nothing is attached by a threshold alone
    reason: tuple[str, str]  # Portuguese, English
    spans: tuple[Span, ...] = ()


class Recognition(Model):
    """What Express makes of one file: guesses, best first, and what is certain enough to act upon by itself.

    `client`, `template` and `period` are None where a person has to decide; `reason` then says why. A period is not
    missed where `period_needed` is false: the form has none, or the template does not ask for it. Where what stands
    there reads in two ways (up to 31/12/2026: December, or the year), `period_options` are both, and an open task for
    only one of them decides.
    """

    client: str | None = None
    template: str | None = None
    period: str | None = None
    period_needed: bool = True
    period_options: tuple[str, ...] = ()
    clients: tuple[Guess, ...] = ()
    templates: tuple[Guess, ...] = ()
    periods: tuple[Guess, ...] = ()
    reason: tuple[str, str] = ("", "")
