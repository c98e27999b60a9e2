"""What rows are found by when someone types: folded words, kept in the row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.domain.text import fold


def words_of(task: Mapping[str, Any]) -> str:
    """A stored task's words; they begin with its name, so that tasks are sorted by them too."""
    year, _, month = task["period"].partition("-")
    day = "/".join(reversed((task.get("legal_date") or "").split("-")))
    return fold(f"{task['name']} {task['period']} {month}/{year} {task['id']} {day}")
