"""Every figure, or those of some parts: `python -m benchmarks [PART…] [--quick] [--json FILE] [--write]`.

`--write` runs everything and puts it into RESULTS.md beside this file; the disk measured is that of TMPDIR.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from benchmarks.figures import Figure, markdown, table
from benchmarks.machine import machine

RESULTS = Path(__file__).with_name("RESULTS.md")
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "state": (
        "What attaching, looking and paging cost in offices of growing size, and several processes at once",
        ("state", "state_engine", "state_processes"),
    ),
    "sending": (
        "Documents a second from the queue to settled, everything durable; the adapters alone; growth",
        ("sending", "sending_growth", "portal_directory", "portal_webdav"),
    ),
    "importing": ("What an import takes", ("importing",)),
    "console": ("The console through a pseudo-terminal at 80×24, truecolor", ("console",)),
    "log": ("The live log through the same, while another process writes", ("console_log",)),
    "express": ("Reading, recognising and attaching", ("express", "reading", "express_office")),
    "start": ("Each command from nothing to its end, in an office", ("start",)),
    "memory": ("The greatest resident size of a process", ("memory",)),
}
"""Each part's title, and the modules with a `measure(quick)` that are run for it in this order."""

Results = dict[str, list[Figure]]


def measured(part: str, *, quick: bool) -> Iterator[Figure]:
    """A part's figures as they come, told on standard error."""
    for module in PARTS[part][1]:
        for figure in import_module(f"benchmarks.{module}").measure(quick):
            what, value, unit, bar, held, _ = figure.cells()
            print(f"  {what}: {value} {unit} {bar and f'({bar}: {held})'}", file=sys.stderr, flush=True)
            yield figure


def page(of: dict[str, str], results: Results, seconds: float) -> str:
    """RESULTS.md."""
    missed = [f"{part}: {figure.what}" for part, figures in results.items() for figure in figures if not_held(figure)]
    bars = sum(figure.held is not None for figures in results.values() for figure in figures)
    lines = [
        "# Figures",
        "",
        f"From one run of `python -m benchmarks --write`, {seconds / 60:.0f} minutes.",
        f"{bars - len(missed)} of {bars} bars are held{'.' if not missed else ':'}",
        *[f"missed is {one}." for one in missed],
        *[f"The run was ended before {part}." for part in PARTS if part not in results],
        "A bar is what the design or an issue asks for; peers did the same on this machine, in turns with Malote.",
        "",
        "| | |",
        "| --- | --- |",
        *[f"| {name} | {value} |" for name, value in of.items()],
    ]
    for part, figures in results.items():
        lines += ["", f"## {part}", "", f"{PARTS[part][0]}.", "", *markdown(figures)]
    return "\n".join(lines) + "\n"


def not_held(figure: Figure) -> bool:
    return figure.held is False


def main(argv: list[str] | None = None) -> int:
    """Run; returns 1 where a bar was missed, which small counts cannot tell."""
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="small counts: whether it works, in two minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md; only with all parts")
    args = parser.parse_args(argv)
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if args.write and (args.parts or args.quick):
        parser.error("RESULTS.md comes from one whole run: --write alone")
    begun, of, results = time.perf_counter(), machine(), Results()
    for name, value in of.items():
        print(f"{name:10} {value}")
    for part in args.parts or PARTS:
        start = time.perf_counter()
        print(f"{part}…", file=sys.stderr)
        results[part] = list(measured(part, quick=args.quick))
        print(f"\n{part}: {PARTS[part][0]} ({time.perf_counter() - start:.0f} s)")
        for line in table(results[part]):
            print(f"  {line}", flush=True)
        if args.write:  # what there is by now, should the rest never come
            RESULTS.write_text(page(of, results, time.perf_counter() - begun), encoding="utf-8")
    if args.json:
        parts = {part: [figure.as_json() for figure in figures] for part, figures in results.items()}
        document = {"machine": of, "quick": args.quick, "parts": parts}
        args.json.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return int(not args.quick and any(not_held(figure) for figures in results.values() for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
