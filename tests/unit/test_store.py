"""The Store on SQLite keeps the contract: else an office would lose, repeat or mix up what it sends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ports import Store
from core.store import open_store
from tests.office_setup import quick_folder
from tests.store_contract import StoreContract


@pytest.fixture
def path() -> Iterator[Path]:
    with quick_folder() as folder:
        yield folder / "state.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = open_store(path)
    yield opened
    opened.close()


@pytest.fixture
def other_store(path: Path, store: Store) -> Iterator[Store]:
    opened = open_store(path)
    yield opened
    opened.close()


class TestSqliteStore(StoreContract):
    """Nothing of its own."""
