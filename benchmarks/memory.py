"""The greatest resident size of the command's processes; the console's and Express's stand in their own parts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.importing import write_folder

DOCUMENTS = 3_000
STARTER = (
    sys.executable,
    "-c",
    "import os, subprocess, sys\n"
    "child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
    "_, status, used = os.wait4(child.pid, 0)\n"
    "print(used.ru_maxrss)\n"
    "sys.exit(os.waitstatus_to_exitcode(status))",
)
"""Starts the process from a small one: Linux counts what the starting one had as the started one's own."""


def peak(argv: list[str], environment: dict[str, str], statuses: Collection[int] = (0,)) -> float:
    """Megabytes that a process came to at most; its output is thrown away.

    Args:
        statuses: with one of which it may end.
    """
    done = subprocess.run([*STARTER, *argv], env=environment, stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode in statuses, done.returncode
    return int(done.stdout) * 1024 / 1e6


def resident(pid: int) -> float:
    """Megabytes of a process that runs."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024 / 1e6


def measure(quick: bool) -> Iterator[Figure]:
    """An office is made, filled, completed and sent by commands alone."""
    rows, documents = (500, 100) if quick else (100_000, DOCUMENTS)
    bare = {"python -c pass": peak([sys.executable, "-c", "pass"], dict(os.environ))}
    with tempfile.TemporaryDirectory() as name:
        folder, portal, source = Path(name, "office"), Path(name, "portal"), Path(name, "folder")
        portal.mkdir()
        write_folder(source, rows)
        (source / "files").mkdir()
        lines = ["task;template;file;origin"]
        for number in range(1, documents + 1):
            (source / "files" / f"{number}.pdf").write_bytes(b"%PDF-1.4" + os.urandom(50_000))
            lines.append(f"T{number:06};t{number:06};files/{number}.pdf;manual")
        (source / "documents.csv").write_text("\n".join(lines))
        environment = {**os.environ, "MALOTE_OFFICE": str(folder)}
        for what, words in (
            ("init", ["init", "--portal", f"dir://{portal}", "--activate"]),
            (f"import of {rows:,} rows in each of three files, {documents:,} documents", ["import", str(source)]),
            ("status", ["status"]),
            (f"complete, {documents:,} tasks", ["complete", *(f"T{n:06}" for n in range(1, documents + 1))]),
            (f"deliver, {documents:,} documents", ["deliver"]),
            ("log", ["log"]),
        ):
            used = peak([sys.executable, "-m", "tui", *words], environment)
            yield Figure(f"malote {what}", used, "MB", peers=bare)
