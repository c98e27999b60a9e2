"""Whoever works in English meets no sentence in Portuguese: each has its English beside it, and commands show that."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.cli.commands import COMMANDS
from core.cli.parser import parse
from core.office import create_office
from tests.texts import PORTUGUESE, literals, texts

MEANT = {"das", "para"}
"""A template's name in examples, which is short for something."""
DATA = (
    "core/catalog/",  # names of documents and folders are the offices' own
    "core/express/",  # words that documents hold
    "core/office/intake/",  # names of columns, taken in both languages
    "core/cli/mapping.py",
    "core/cli/demo.py",  # the sample office
    "core/cli/parser.py",  # argparse's own sentences
    "core/domain/destinations.py",  # small words of names, {competencia}
    "tui/folders.py",
    "core/domain/names.py",
)
"""Where the literals are no sentences."""


def test_each_text_has_its_english() -> None:
    """With the very same fields: one that is missing is a crash in one of the languages."""
    fields = re.compile(r"\{(\w+)").findall
    wrong = [text for text in texts() if text.pt.strip() and not text.en.strip()]
    wrong += [text for text in texts() if set(fields(text.pt)) != set(fields(text.en))]
    wrong += [text for text in texts() if not {word.lower() for word in PORTUGUESE.findall(text.en)} <= MEANT]
    assert wrong == []
    assert len(texts()) > 1000


def test_a_new_configuration_is_explained_in_english(tmp_path: Path) -> None:
    create_office(tmp_path / "o", {"portal": {"url": f"dir://{tmp_path}"}}, lang="en")
    said = [line for line in (tmp_path / "o/malote.toml").read_text("utf-8").splitlines() if line.startswith("#")]
    assert len(said) > 40
    found = [line for line in said if " = " not in line and not {*map(str.lower, PORTUGUESE.findall(line))} <= MEANT]
    assert found == []


def test_no_sentence_is_said_in_one_language_alone() -> None:
    """A text that is none cannot be told in English."""
    alone = [
        f"{path}:{line}: {value}"
        for path, line, value in literals()
        if not path.startswith(DATA) and len(value.split()) > 2
    ]
    assert alone == []


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_in_english(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse([*command.split(), "--help"], "en")
    shown = capsys.readouterr().out
    assert "usage: malote" in shown
    assert {word.lower() for word in PORTUGUESE.findall(shown)} <= MEANT
