"""SECURITY.md: each test that it names as holding a claim exists, so that no claim outlives what held it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_tests_that_it_names_are_there() -> None:
    """Who relies on a claim has to find what holds it."""
    file, missing, found = "", [], 0
    for named in re.findall(r"`((?:tests/[\w/]+\.py|…)(?:::\w+)?)`", (ROOT / "SECURITY.md").read_text("utf-8")):
        path, _, test = named.partition("::")
        file = file if path == "…" else path
        source = ROOT / file
        found += 1
        if not source.exists() or (test and f"def {test}(" not in source.read_text("utf-8")):
            missing.append(named)
    assert missing == []
    assert found > 25, "the search has lost its eyes"
