"""What Express reads in a file, the rules by which it knows a template's documents, and what it concludes."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from core.domain.models import Model


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

    @property
    def text(self) -> str:
        return "\f".join(self.pages)


class RuleSource(StrEnum):
    STANDARD = "standard"  # the catalogue's
    HAND = "hand"
    CSV = "csv"
    REMEMBERED = "remembered"  # made of what a person confirmed


class Rule(Model):
    """How a template's documents are known by their content; phrases are compared folded (accents, case, spacing).

    `client_after` are the labels that precede the client's own number where a document names two parties;
    `period_after` those that precede the period. `file_name` is a shell pattern, compared folded.
    """

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    file_name: str = ""
    client_after: tuple[str, ...] = ()
    period_after: tuple[str, ...] = ()
    source: RuleSource = RuleSource.HAND


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

    `client`, `template` and `period` are None where a person has to decide; `reason` then says why.
    """

    client: str | None = None
    template: str | None = None
    period: str | None = None
    clients: tuple[Guess, ...] = ()
    templates: tuple[Guess, ...] = ()
    periods: tuple[Guess, ...] = ()
    reason: tuple[str, str] = ("", "")
