"""What a user reads, in both languages, and the foldings by which names are compared tolerantly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+")
_BETWEEN = "\x1f"  # never in what `plain` lets through
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Text(NamedTuple):
    """One sentence in Portuguese and in English; `{name}` in it is filled by `say`."""

    pt: str
    en: str

    def text(self, lang: str = "pt") -> str:
        """The sentence in a language (anything but `en` is Portuguese), its parameters unfilled."""
        return self.en if lang == "en" else self.pt

    def say(self, lang: str = "pt", /, **params: object) -> str:
        """The sentence in a language, filled; a parameter that is a text itself is filled in in that language.

        Raises:
            KeyError: a parameter of the sentence is missing.
        """
        said = {key: one.text(lang) if isinstance(one, Text) else one for key, one in params.items()}
        return self.text(lang).format(**said)


class Counted(NamedTuple):
    """A sentence with `{count}` in it, as it is said of one, and of any other number."""

    one: Text
    many: Text

    def say(self, lang: str, count: int, shown: str | None = None) -> str:
        """The sentence in a language.

        Args:
            shown: the number as it is to be written, with its thousands parted.
        """
        return (self.one if count == 1 else self.many).say(lang, count=count if shown is None else shown)


@dataclass(frozen=True)
class Sentence:
    """A text together with its parameters, which may be texts: what is said about one thing, language chosen later."""

    text: Text
    params: Mapping[str, object] = field(default_factory=dict)

    def say(self, lang: str = "pt") -> str:
        return self.text.say(lang, **self.params)


class Both(str):
    """One sentence in both languages, filled, in one string: so a fault's detail is kept. Not to be shown as it is."""

    __slots__ = ()


def both(text: Text, /, **params: object) -> Both:
    """A sentence in both languages, filled, as one string that `languages` and `in_language` read.

    Args:
        params: texts and what `both` made are filled in by language; anything else may be a stranger's words, and can
            neither move a cursor nor pass for a second language.
    """

    def filled(value: object) -> Text | str:
        if isinstance(value, Text):
            return value
        return languages(value) if isinstance(value, Both) else plain(value)

    said = {key: filled(one) for key, one in params.items()}
    return Both(_BETWEEN.join(text.say(lang, **said) for lang in ("pt", "en")))


def languages(kept: str) -> Text:
    """What `both` made, as a text without parameters; any other string, as a server's own answer, is both languages."""
    pt, found, en = kept.partition(_BETWEEN)
    return Text(pt, en if found else pt)


def in_language(kept: str, lang: str) -> str:
    """What `both` made, in one language; any other string as it is."""
    return languages(kept).text(lang)


def as_sentence(kept: str) -> Text:
    """What `both` made, or a server's own answer, as it stands after another sentence: with a capital and a stop."""

    def whole(said: str) -> str:
        said = said.strip()
        return said[:1].upper() + said[1:] + ("" if said.endswith((".", "!", "?", "…")) else ".") if said else ""

    return Text(*map(whole, languages(kept)))


class InvalidValue(ValueError):
    """What someone gave cannot be taken; `sentence` says why, and so does `str()`, in Portuguese."""

    def __init__(self, text: Text, **params: object):
        super().__init__(text.say(**params))
        self.sentence = Sentence(text, params)

    @property
    def text(self) -> Text:
        return self.sentence.text

    @property
    def params(self) -> Mapping[str, object]:
        return self.sentence.params


def fold(s: str) -> str:
    """Fold for tolerant comparison: case, accents and compatibility forms dropped, white space collapsed."""
    if not s.isascii():
        # casefold on both sides: each of the two can bring forth what the other one changes
        s = "".join(c for c in unicodedata.normalize("NFKD", s.casefold()) if not unicodedata.combining(c))
    return " ".join(s.casefold().split())


def words(s: str) -> tuple[str, ...]:
    """The folded alphanumeric words of a text, in order: `EFD-Contribuições` gives `efd`, `contribuicoes`."""
    return tuple(_WORD.findall(fold(s)))


def plain(text: object) -> str:
    """Text that cannot move the cursor, colour the screen or turn the reading direction."""
    return _UNPRINTABLE.sub(_escape, str(text))


def plain_json(text: str) -> str:
    """JSON text of the same meaning that a terminal can show: what `json.dumps` leaves as it is, is escaped too."""
    return "\n".join(_UNPRINTABLE.sub(_escape, one) for one in text.split("\n"))


def _escape(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04x}"
