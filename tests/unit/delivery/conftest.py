"""A bench whose portal can be ill."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.office_setup import Bench, bench, quick_folder
from tests.unit.delivery.ill_portal import IllPortal


@pytest.fixture
def portal() -> IllPortal:
    return IllPortal()


@pytest.fixture
def office(portal: IllPortal) -> Iterator[Bench]:
    with quick_folder() as folder, bench(folder, portal) as made:
        yield made
