"""What templates are called, where two may have the same name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from core.domain.models import Template
from core.domain.text import fold


class Kind(NamedTuple):
    """What of a template its name depends on."""

    id: str
    name: str
    department: str


def called(templates: Iterable[Template | Kind]) -> dict[str, str]:
    """What each is called, by its id: of one name, with the department; of one department too, with the id."""
    every = [(one, fold(one.name)) for one in templates]
    names = Counter(name for _, name in every)
    kinds = Counter((name, fold(one.department)) for one, name in every if names[name] > 1)

    def told(one: Template | Kind, name: str) -> str:
        if names[name] == 1:
            return one.name
        same = kinds[name, fold(one.department)] > 1
        return f"{one.name} ({one.id if same else one.department})"

    return {one.id: told(one, name) for one, name in every}
