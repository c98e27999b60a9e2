"""Dates and numbers as those who read a language write them."""

from __future__ import annotations

from datetime import date, datetime

from core.domain.text import Text

_ORDERS = (("%d/%m/%Y", "%Y-%m-%d"), ("%d/%m/%y", "%Y-%m-%d"), ("%d/%m", "%m-%d"))
"""Days in Portuguese, and in English, whose readers do not agree on the order of 10/11 (ISO 8601)."""


def dated(at: date, form: str, lang: str) -> str:
    """A day, or a moment on this machine's clock.

    Args:
        form: as `strftime` takes it, with the day as in Portuguese, `%d/%m/%Y %H:%M`.
    """
    if lang == "en":
        for pt, en in _ORDERS:
            form = form.replace(pt, en)
    return f"{at.astimezone() if isinstance(at, datetime) else at:{form}}"


def dated_text(at: date, form: str) -> Text:
    """The same as a text, for sentences whose language is chosen later."""
    return Text(*(dated(at, form, lang) for lang in ("pt", "en")))


def kept_text(moment: object, form: str) -> Text:
    """A moment as an event keeps it (RFC 3339), for people; anything else as it is."""
    try:
        return dated_text(datetime.fromisoformat(str(moment)), form)
    except (ValueError, OverflowError):
        return Text(str(moment), str(moment))


def number(value: int, lang: str) -> str:
    """A number with its thousands parted."""
    return f"{value:,}".replace(",", "." if lang == "pt" else ",")


def size_text(count: int) -> Text:
    """Bytes as people read them: 83,1 GB, or 83.1 GB in English."""
    size, units = float(count), ["B", "kB", "MB", "GB", "TB"]
    while size >= 1000 and len(units) > 1:
        size /= 1000
        del units[0]
    parted = units[0] in {"GB", "TB"} or (units[0] == "MB" and size < 10)
    shown = f"{size:.1f} {units[0]}" if parted else f"{size:.0f} {units[0]}"
    return Text(shown.replace(".", ","), shown)
