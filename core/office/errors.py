"""What a use case says no with: one sentence for a person, and what to do."""

from __future__ import annotations

from core.domain.text import Sentence, Text


class OfficeError(Exception):
    """A use case did not do what was asked; nothing is half done.

    Args:
        text: what is wrong.
        remedy: what to do about it.
        params: what fills both.
    """

    def __init__(self, text: Text, remedy: Text | None = None, **params: object):
        self.sentence = Sentence(text, params)
        super().__init__(self.sentence.say())
        self.remedy = None if remedy is None else Sentence(remedy, params)


class Refused(OfficeError):
    """A rule of the office forbids it."""


class OfficeUnusable(OfficeError):
    """The office or its configuration cannot be used."""


class PortalUnusable(OfficeError):
    """The portal cannot be reached or refuses us, and nothing could be tried."""
