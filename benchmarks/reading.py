"""Files a second that Express reads in its processes, beside bare pypdfium2 (one process, and two) and pdftotext.

python -m benchmarks.reading [--folder tests/data/office/documents] [--files 2000] [--processes 2] [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from core.domain.recognition import Reading
from core.express.reading.pool import Readers

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("tests/data/office/documents"))
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    found = sorted(args.folder.rglob("*.pdf"))
    files = [found[number % len(found)].absolute() for number in range(args.files)]
    many = args.processes
    peaks: list[int] = []
    ways: dict[str, Callable[[], float]] = {
        "bare pypdfium2, 1 process": lambda: bare(files, 1),
        f"bare pypdfium2, {many} processes": lambda: bare(files, many),
        f"Readers({many})": lambda: ours(files, many, peaks),
    }
    if shutil.which("pdftotext"):
        ways["pdftotext, 1 process a file"] = lambda: pdftotext(files)
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(args.rounds):  # in turns, so that a slow moment of the machine meets all
        for name, way in ways.items():
            seconds[name].append(way())
    starts = [first_reading(files[0]) for _ in range(args.rounds)]
    one, two = (statistics.median(list(seconds.values())[at]) for at in (0, 1))
    print(f"{len(files)} files ({len(found)} different), median of {args.rounds} rounds")
    for name, taken in seconds.items():
        median = statistics.median(taken)
        print(
            f"{name:30} {len(files) / median:7.0f} files/s  {one / median:5.2f} of bare, 1 process"
            f"  {two / median:5.2f} of bare, {many} processes"
        )
    print(f"first reading, start included: {1000 * statistics.median(starts):.0f} ms")
    print(f"memory: at most {max(peaks) / 1e6:.0f} MB a process, {peak(os.getpid()) / 1e6:.0f} MB here")


if __name__ == "__main__":
    main()
