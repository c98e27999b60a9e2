"""A document as the text in its row: compact JSON, and what TinyDB's JSON storage accepts beyond it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from core.store.engine.errors import StoreError

_strict = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_lenient = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder().decode


def encode(document: Mapping[str, Any] | str, *, indexed: bool) -> str:
    """The text of a document; of one that is text already, that.

    NaN and infinities are no JSON: they are kept as TinyDB keeps them, except in an `indexed` table, whose indexes
    could not be computed. Raises TypeError for what JSON cannot hold, ValueError for a NaN in an indexed table.
    """
    if isinstance(document, str):
        return document
    if type(document) is not dict:
        document = dict(document)
    try:
        text = _strict(document)
    except ValueError:
        if indexed:
            raise
        return _lenient(document)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, as in a file name that is not UTF-8
        return _lenient(document)
    return text


def decode(text: str) -> dict[str, Any]:
    """The document of a row's text; raises StoreError("damaged") for what `encode` cannot have written."""
    try:
        document: dict[str, Any] = _decode(text)
    except ValueError as error:
        raise StoreError("damaged", f"a row is no JSON: {error}") from None
    return document


def as_json_list(values: Iterable[object]) -> str:
    """Values as the JSON list that SQLite's json_each takes."""
    return _lenient([value for value in values if value is not None])
