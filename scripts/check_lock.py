"""Whether requirements.lock is what it should be: every pin with its hashes, in step with pyproject.toml, nothing else.

python scripts/check_lock.py      asks nothing of any network; `scripts/dev check` runs it in the lock's environment
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[A-Za-z0-9.!+_-]+)(?: ; (?P<marker>.+))?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")

Needs = Callable[[str], Iterable[str] | None]
"""What a package by its name requires, as texts; None where it is not installed here."""


def pins(text: str) -> tuple[dict[str, str], list[str]]:
    """The version of each package that a lock file names, and what is wrong with its lines."""
    found: dict[str, str] = {}
    wrong = []
    for line in re.sub(r"\\\n", " ", text).splitlines():
        words = line.split("#")[0].split("--hash=")[0].strip()
        if not words:
            continue
        pin = PIN.fullmatch(words)
        if pin is None:
            wrong.append(f"not pinned to one version: {words}")
            continue
        if not HASH.search(line):
            wrong.append(f"without a hash: {words}")
        found[canonicalize_name(pin["name"])] = pin["version"]
    return found, wrong


def wanted(pyproject: dict[str, object]) -> list[Requirement]:
    """What the program and its development ask for."""
    project, groups = pyproject["project"], pyproject["dependency-groups"]
    assert isinstance(project, dict) and isinstance(groups, dict)
    return [Requirement(one) for one in (*project["dependencies"], *groups["dev"])]


def differences(roots: Iterable[Requirement], locked: dict[str, str], needs: Needs) -> Iterator[str]:
    """What is not locked, locked at a version that does not do, or locked for nobody."""
    todo = [("pyproject.toml", one) for one in roots]
    reached: set[str] = set()
    done: set[str] = set()
    while todo:
        asker, requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        key = f"{name}[{','.join(sorted(requirement.extras))}]"
        if name not in locked:
            yield f"{asker} needs {requirement}, which is not in the lock"
            continue
        if not requirement.specifier.contains(locked[name], prereleases=True):
            yield f"{asker} needs {requirement}, and {locked[name]} is locked"
        reached.add(name)
        if key not in done:
            done.add(key)
            todo += [(name, one) for one in _requirements(name, requirement.extras, needs)]
    yield from (f"nobody needs {name}" for name in sorted(locked.keys() - reached) if needs(name) is not None)


def _requirements(name: str, extras: set[str], needs: Needs) -> Iterator[Requirement]:
    for text in needs(name) or ():
        one = Requirement(text)
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
            yield one


def installed(name: str) -> Iterable[str] | None:
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return None


def main() -> int:
    locked, wrong = pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    roots = wanted(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8")))
    wrong += differences(roots, locked, installed)
    for one in wrong:
        sys.stderr.write(f"requirements.lock: {one}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
