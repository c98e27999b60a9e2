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


LONGEST = (
    *("test_webdav_portal", "test_webdav_faults", "test_webdav_check", "test_snapshots", "test_english"),
    *("test_webdav_worker", "test_webdav_flow", "test_webdav_races", "test_webdav_credentials", "test_docs_commands"),
    *("test_keys", "test_plain", "test_inbox", "test_squeezed", "test_directory_crashes", "test_express"),
    *("test_webdav_tidying", "test_webdav_answers", "test_disk_full", "test_kill", "test_together", "test_damage"),
)
"""Files that take longest: begun first, or one process would still be at them when all others have ended."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: n for n, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))


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
