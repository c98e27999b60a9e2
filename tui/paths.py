"""Paths as people type them and as terminals paste them: quoted, escaped, `~`, file://, several at once."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from core.domain.text import fold

MOST = 20_000
"""Entries of a folder that are looked at."""


def pasted(text: str) -> str:
    """What was pasted as one line to be typed on: a path a line becomes paths in quotes."""
    lines = [one.strip() for one in text.splitlines() if one.strip()]
    return lines[0] if len(lines) == 1 else " ".join(one if one[0] in "'\"" else shlex.quote(one) for one in lines)


def paths_in(text: str, folder: Path) -> list[Path]:
    """The paths that a text names; relative ones are seen from `folder`.

    A text that names something that is there as it stands is that one path, spaces and quotes in its name or not.
    """
    text = text.strip()
    if not text:
        return []
    whole = _path(text, folder)
    if os.path.lexists(whole):
        return [whole]
    try:
        words = shlex.split(text)
    except ValueError:  # a quote that does not end, an apostrophe in a name
        words = _escaped(text)
    return [_path(word, folder) for word in words]


def is_path(text: str) -> bool:
    """Whether a text is meant as a path, not as something to be found in the folder."""
    return text.startswith(("/", "~", "./", "../", "'", '"', "file:")) or "/" in text


def _path(word: str, folder: Path) -> Path:
    if word.lower().startswith("file:"):
        word = unquote(urlsplit(word).path)
    try:
        return folder / Path(word).expanduser()
    except RuntimeError:  # ~ of nobody
        return folder / word


def _escaped(text: str) -> list[str]:
    r"""Words where only `\` escapes."""
    return [re.sub(r"\\(.)", r"\1", one) for one in re.findall(r"(?:\\.|\S)+", text)]


class Entry(NamedTuple):
    """Something in a folder."""

    name: str
    is_folder: bool
    size: int
    changed: float


def listed(folder: Path) -> list[Entry]:
    """What is in a folder: folders first, then files, by name; nothing hidden.

    Raises:
        OSError: it cannot be read.
    """
    found = []
    with os.scandir(folder) as entries:
        for count, one in enumerate(entries):
            if count >= MOST:
                break
            if one.name.startswith("."):
                continue
            try:
                status = one.stat()
                found.append(Entry(one.name, one.is_dir(), status.st_size, status.st_mtime))
            except OSError:  # a link that leads nowhere, or gone meanwhile
                continue
    return sorted(found, key=lambda one: (not one.is_folder, fold(one.name), one.name))


def matching(entries: Sequence[Entry], typed: str) -> list[Entry]:
    """Those whose names have all words of what was typed, case and accents not mattering."""
    words = fold(typed).split()
    return [one for one in entries if all(word in fold(one.name) for word in words)]
