"""Files a second that Express reads in its processes, beside bare pypdfium2 (one process, and two) and pdftotext."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.figures import Figure
from core.domain.recognition import Reading
from core.express.reading.pool import Readers

SAMPLE = Path(__file__).parents[1] / "tests/data/office/documents"
BARE_ONE, BARE_TWO = "bare pypdfium2, 1 process", "bare pypdfium2, 2 processes"
BARE = """
import sys, time
import pypdfium2
names = sys.stdin.read().split("\\0")
start, signs = time.perf_counter(), 0
for name in names:
    with pypdfium2.PdfDocument(name) as document:
        for page in document:
            text = page.get_textpage()
            signs += len(text.get_text_range())
            text.close()
            page.close()
print(signs, time.perf_counter() - start)
"""


def bare(files: list[Path], processes: int) -> float:
    """Seconds that so many processes take over their shares of the files, their start left out."""
    running = [
        subprocess.Popen([sys.executable, "-c", BARE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    for number, process in enumerate(running):
        assert process.stdin is not None
        process.stdin.write("\0".join(map(str, files[number::processes])))
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    return max(float(process.communicate()[0].split()[1]) for process in running)


def ours(files: list[Path], processes: int, peaks: list[int]) -> float:
    """Seconds that the readers take, their start left out; `peaks` gets the processes' greatest sizes."""
    with Readers(processes) as readers:
        for _ in readers.read_all(files[: 8 * processes]):
            pass
        start = time.perf_counter()
        read = sum(isinstance(found, Reading) for _, found in readers.read_all(files))
        seconds = time.perf_counter() - start
        assert read == len(files), read
        peaks += [peak(pid) for pid in readers.pids]
    return seconds


def peak(pid: int) -> int:
    """The greatest resident size of a process, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def first_reading(file: Path) -> float:
    """Seconds from nothing to the first reading."""
    start = time.perf_counter()
    with Readers(1) as readers:
        readers.read(file)
        return time.perf_counter() - start


def pdftotext(files: list[Path]) -> float:
    """Seconds that `pdftotext` takes, one process a file as it wants it, of the first 200 files, for all of them."""
    some = files[:200]
    start = time.perf_counter()
    for file in some:
        subprocess.run(["pdftotext", str(file), "-"], stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - start) * len(files) / len(some)


def measure(quick: bool) -> Iterator[Figure]:
    """Files a second of the sample's documents, again and again."""
    found = sorted(SAMPLE.rglob("*.pdf"))
    files = [found[number % len(found)].absolute() for number in range(200 if quick else 2_000)]
    peaks: list[int] = []
    ways: dict[str, Callable[[], float]] = {
        BARE_ONE: lambda: bare(files, 1),
        BARE_TWO: lambda: bare(files, 2),
        "Readers": lambda: ours(files, 2, peaks),
    }
    if shutil.which("pdftotext"):
        ways["pdftotext, 1 process a file"] = lambda: pdftotext(files)
    rounds = 1 if quick else 3
    rates = {name: len(files) / seconds for name, seconds in in_turns(ways, rounds).items()}
    starts = [first_reading(files[0]) for _ in range(rounds)]
    yield Figure("reading alone, 2 processes", rates.pop("Readers"), "files/s", peers=rates)
    yield Figure("first reading, its process's start included", 1000 * statistics.median(starts), "ms")
    yield Figure("memory of a reading process, at most", max(peaks) / 1e6, "MB")


def in_turns(ways: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of each way's rounds, taken in turns so that a slow moment of the machine meets all."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            taken[name].append(way())
    return {name: statistics.median(one) for name, one in taken.items()}
