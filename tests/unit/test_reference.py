"""The generated pages: what people look up must be what the program does."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.failures import FAILURES
from docs.causes import CAUSES
from docs.formats import CSV
from docs.generate import HERE, PAGES


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(HERE)))
def test_the_generated_pages_are_as_the_code_says(path: Path) -> None:
    """An outdated page sends people after commands and keys that are not there: run `python -m docs.generate`."""
    assert path.read_text(encoding="utf-8") == PAGES[path]()


def test_every_failure_has_a_cause_and_every_column_a_meaning() -> None:
    assert CAUSES.keys() == FAILURES.keys()
    for columns, meanings in CSV.values():
        assert [one.name for one in columns] == list(meanings)
