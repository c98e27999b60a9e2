"""What all tests share: an office on a temporary directory portal, and people who act in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from core.domain.permissions import Actor
from core.office import Context, create_office, open_office

settings.register_profile("malote", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("malote")

OWNER = Actor.outsider("dono")


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    """The root of a directory portal."""
    root = tmp_path / "portal"
    root.mkdir()
    return root


@pytest.fixture
def office(tmp_path: Path, portal: Path) -> Path:
    """A new, inactive office on that portal."""
    folder = tmp_path / "escritorio"
    create_office(folder, {"portal": {"url": f"dir://{portal}"}})
    return folder


@pytest.fixture
def ctx(office: Path) -> Iterator[Context]:
    """The office, opened."""
    with open_office(office) as context:
        yield context


@pytest.fixture
def owner() -> Actor:
    return OWNER
