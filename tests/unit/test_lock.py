"""The lock file: what is installed is exactly what was looked at, by its hash, on every machine."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

CHECK: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "check_lock.py"))
HASH = "--hash=sha256:" + "0" * 64
NEEDS = {"httpx": ['idna>=3 ; extra == "idn"', "anyio"], "anyio": [], "idna": [], "stray": []}


def told(lock: str, *dependencies: str) -> list[str]:
    locked, wrong = CHECK["pins"](lock)
    roots = CHECK["wanted"]({"project": {"dependencies": dependencies}, "dependency-groups": {"dev": []}})
    return [*wrong, *CHECK["differences"](roots, locked, NEEDS.get)]


def pin(name: str, version: str = "4.0", hashed: str = HASH) -> str:
    return f"{name}=={version} \\\n    {hashed}\n"


def test_the_lock_is_in_step_and_hashed() -> None:
    """Otherwise a new machine installs what nobody has tried, or what somebody slipped in."""
    assert CHECK["main"]() == 0


@pytest.mark.parametrize(
    ("lock", "dependency", "said"),
    [
        (pin("httpx") + pin("anyio"), "httpx>=3", None),
        (pin("httpx") + pin("anyio", hashed=""), "httpx>=3", "without a hash: anyio"),
        (pin("httpx") + pin("anyio", hashed="--hash=md5:00"), "httpx>=3", "without a hash: anyio"),
        (pin("httpx") + f"anyio>=4 {HASH}\n", "httpx>=3", "not pinned"),
        (pin("httpx") + f"anyio @ git+https://x {HASH}\n", "httpx>=3", "not pinned"),
        (pin("httpx") + pin("anyio"), "httpx>=5", "4.0 is locked"),
        (pin("httpx"), "httpx>=3", "httpx needs anyio"),
        (pin("httpx") + pin("anyio"), "httpx[idn]", "httpx needs idna"),
        (pin("httpx") + pin("anyio") + pin("stray"), "httpx", "nobody needs stray"),
        (pin("httpx") + pin("anyio") + pin("colorama") + "# fim\n", "httpx", None),  # another platform's
    ],
)
def test_what_is_wrong_with_a_lock_is_told(lock: str, dependency: str, said: str | None) -> None:
    found = told(lock, dependency)
    assert found == [] if said is None else len(found) >= 1 and said in found[0]
