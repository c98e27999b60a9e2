"""Every screen is drawn as it was when someone last looked at it, in both sizes, dark, light and without colour.

Where a difference is meant: `python -m tests.console.pictures --update`, and look at what `git diff` shows.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.pictures import SCENES, SIZES, SNAPSHOTS, held_still, offices, path_of, snapshot


@pytest.fixture(scope="module")
def found() -> Iterator[dict[str, Path]]:
    with held_still(), offices() as made:
        yield made


@pytest.mark.parametrize("name", SCENES)
async def test_a_screen_looks_as_it_did(name: str, found: dict[str, Path]) -> None:
    for size, now in (await snapshot(name, found)).items():
        path = path_of(name, size)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        difference = difflib.unified_diff(before.splitlines(), now.splitlines(), path.name, "now", lineterm="")
        assert before == now, "\n".join(("python -m tests.console.pictures --update, if it is meant", *difference))


def test_every_snapshot_is_of_a_screen_that_there_is() -> None:
    assert {one.name for one in SNAPSHOTS.iterdir()} == {path_of(name, size).name for name in SCENES for size in SIZES}
