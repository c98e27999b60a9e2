"""What templates are called, where two may have the same name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from core.domain.models import Template
from core.domain.text import fold


def called(templates: Iterable[Template]) -> dict[str, str]:
    """What each is called, by its id: of one name, with the department; of one department too, with the id."""
    every = list(templates)
    names = Counter(fold(one.name) for one in every)
    kinds = Counter((fold(one.name), fold(one.department)) for one in every)

    def name(one: Template) -> str:
        if names[fold(one.name)] == 1:
            return one.name
        same = kinds[fold(one.name), fold(one.department)] > 1
        return f"{one.name} ({one.id if same else one.department})"

    return {one.id: name(one) for one in every}
