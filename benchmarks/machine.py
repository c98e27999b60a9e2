"""The machine that the figures are of."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

FSYNCS = 200
STEPS, LOOPS = 1_000_000, 7


def machine() -> dict[str, str]:
    """What a reader needs to know of it, by name; the disk is that of the temporary directory (TMPDIR)."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "Malote": _version("malote"),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}, Textual {_version('textual')}",
        "speed": f"{loop() * 1e3:.0f} ms for a loop of {STEPS:,} additions in Python (median of {LOOPS})",
        "disk": f"{fsync() * 1e3:.2f} ms for 4 kB and fsync (median of {FSYNCS})",
        "load": f"{os.getloadavg()[0]:.1f} in the minute before",
    }


def fsync() -> float:
    """Seconds that appending 4 kB durably takes."""
    taken = []
    with tempfile.TemporaryFile() as file:
        for _ in range(FSYNCS):
            start = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def loop() -> float:
    """Seconds that plain Python takes for a loop: what two machines' figures are compared by."""
    taken = []
    for _ in range(LOOPS):
        start, total = time.perf_counter(), 0
        for number in range(STEPS):
            total += number
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "from the checkout"
