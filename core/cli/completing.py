"""What a shell completes with: ids read straight from the office's file, for each Tab starts a process of its own.

The store's own models cost more than the whole answer may (150 ms), so that this one reader looks at the rows itself:
it only reads, and whatever is wrong is silence, for a shell has no place to show it.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

MOST = 300
"""Candidates that are worth showing."""
ID = "json_extract(body, '$.\"id\"')"
KINDS = {
    "task": ("doc_tasks", ID, ""),
    "template": ("doc_templates", ID, ""),
    "client": ("doc_clients", ID, ""),
    "employee": ("doc_employees", ID, ""),
    "waiting": ("doc_waiting", ID, ""),
    "document": (
        "doc_documents",
        "json_extract(body, '$.\"task\"') || '/' || json_extract(body, '$.\"name\"')",
        "AND json_extract(body, '$.\"removed_at\"') IS NULL",
    ),
}
"""By what is completed: the rows' table, what names one, and which of them."""


def complete(argv: Sequence[str]) -> int:
    """Print what completes a word, one a line; always returns 0.

    Args:
        argv: what is completed (of `KINDS`), the word as far as it is typed, then the line's words so far.
    """
    try:
        kind, prefix, *line = argv
        found = candidates(_office(line), kind, _unquoted(prefix))
        sys.stdout.write("".join(f"{one}\n" for one in found))
        sys.stdout.flush()
    except Exception:  # said nowhere: the line being typed must stay as it is
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 0


def candidates(office: Path, kind: str, prefix: str) -> list[str]:
    """The ids that begin so, in order; those that would tamper with a terminal left out.

    Raises:
        OSError, sqlite3.Error, KeyError: they cannot be read.
    """
    table, name, which = KINDS[kind]
    state = office / "state.db"
    with closing(sqlite3.connect(f"{state.absolute().as_uri()}?mode=ro", uri=True, timeout=0.05)) as connection:
        rows = connection.execute(
            f"SELECT {name} AS name FROM {table} WHERE {name} >= ? AND {name} < ? {which} ORDER BY name LIMIT ?",
            (prefix, prefix + "\U0010ffff", MOST),
        ).fetchall()
    return [one for (one,) in rows if one.isprintable()]


def _office(line: Sequence[str]) -> Path:
    """The office that the line names, as the command itself finds it."""
    named = os.environ.get("MALOTE_OFFICE", "")
    for position, word in enumerate(line):
        if word.startswith("--office="):
            named = word.partition("=")[2]
        elif word == "--office":
            after = [one for one in line[position + 1 : position + 3] if one != "="]  # bash takes `=` for a word
            named = after[0] if after else named
    if named:
        return Path(_unquoted(named)).expanduser()
    from platformdirs import user_data_path

    return user_data_path("malote")


def _unquoted(word: str) -> str:
    return word.replace("\\", "").strip("\"'")
