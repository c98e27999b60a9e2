"""What each command takes, from the process's start to its end, beside the bare interpreter."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import Figure
from core.domain.permissions import Actor
from core.office import activation, create_office, open_office
from core.office.intake import import_folder

SAMPLE = Path(__file__).parents[1] / "tests/data/office"
MALOTE = (sys.executable, "-m", "tui")
BARE = (sys.executable, "-c", "pass")
COMMANDS = (
    ("--help",),
    ("--version",),
    ("status",),
    ("status", "--json"),
    ("errors",),
    ("log",),
    ("templates",),
    ("clients",),
    ("tasks",),
    ("folders", "{client}"),
    ("complete", "{task}", "--dry-run", "--force"),
    ("express", "{file}", "--dry-run"),
    ("deliver",),
    ("portal", "check"),
    ("doctor",),
)


@contextmanager
def sample_office() -> Iterator[dict[str, str]]:
    """The sample's office, active, on a directory: its environment."""
    with tempfile.TemporaryDirectory() as name:
        folder, portal = Path(name, "office"), Path(name, "portal")
        portal.mkdir()
        owner = Actor.outsider("benchmark")
        create_office(folder, {"portal": {"url": f"dir://{portal}"}})
        with open_office(folder) as ctx:
            import_folder(ctx, owner, SAMPLE)
            activation.activate(ctx, owner)
        compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        yield {**compiled, "MALOTE_OFFICE": str(folder)}  # what is compiled is kept, as where it is installed


def ran(argv: tuple[str, ...], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds of the wall and of the processor; a command that refuses says so loudly."""
    start, before = time.perf_counter(), os.times()
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    after = os.times()
    assert done.returncode in (0, 1), f"{argv}: {done.stderr}"
    taken = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, taken


def first(name: str, environment: dict[str, str]) -> str:
    """The id of the first of a listing."""
    done = subprocess.run([*MALOTE, name, "--json"], env=environment, capture_output=True, text=True, check=True)
    return str(json.loads(done.stdout)[0]["id"])


def measure(quick: bool) -> Iterator[Figure]:
    """Median of some starts of each, the bare interpreter's in turns with them."""
    times = 2 if quick else 9
    with sample_office() as environment:
        named = {
            "client": first("clients", environment),
            "task": first("tasks", environment),
            "file": str(next(iter(sorted(SAMPLE.rglob("*.pdf"))))),
        }
        for words in COMMANDS:
            argv = (*MALOTE, *(word.format(**named) for word in words))
            ours, bare = [], []
            for _ in range(times):
                bare.append(ran(BARE, environment)[0])
                ours.append(ran(argv, environment))
            title = " ".join(word.strip("{}").upper() if word.startswith("{") else word for word in words)
            wall, cpu = (1e3 * statistics.median(column) for column in zip(*ours, strict=True))
            peers = {"python -c pass": 1e3 * statistics.median(bare)}
            yield Figure(f"malote {title}", wall, "ms", peers=peers)
            yield Figure(f"malote {title}, processor", cpu, "ms")
