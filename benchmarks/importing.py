"""What an import takes: `python -m benchmarks.importing [ROWS]`.

Clients, templates and tasks of a new office, 100,000 rows each unless told otherwise: taken, taken again without a
change, and taken with every row changed; then every task completed.
"""

import sys
import tempfile
import time
from pathlib import Path

from core.domain.permissions import Actor
from core.domain.tax_ids import format_tax_id
from core.office import Context, create_office, open_office
from core.office.intake import import_folder

ACTOR = Actor.outsider("bench")
WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def tax_id(number: int) -> str:
    """A CNPJ with its mask; its check digits fit."""
    digits = [int(sign) for sign in f"{number:08}0001"]
    for weights in (WEIGHTS[1:], WEIGHTS):
        rest = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        digits.append(0 if rest < 2 else 11 - rest)
    return format_tax_id("".join(map(str, digits)))


def write_folder(folder: Path, rows: int, suffix: str = "", status: str = "") -> None:
    """Lay out the three files; `suffix` is part of every name."""
    folder.mkdir(exist_ok=True)
    numbers = range(1, rows + 1)
    tables = {
        "clients": ["id;razão social;CNPJ;pasta"]
        + [f"{n:06};Padaria São José {n}{suffix} Ltda;{tax_id(n)};{n:06} - Padaria São José {n}" for n in numbers],
        "templates": ["id;nome;departamento;pasta de destino"]
        + [f"t{n:06};Relatório {n}{suffix};Fiscal;Fiscal > Relatório {n}{suffix}" for n in numbers],
        "tasks": ["id;cliente;nome;competência;data legal;data meta;responsável;templates;status"]
        + [f"T{n:06};{n:06};Relatório {n}{suffix};10/2026;20/11/2026;18/11/2026;ana;t{n:06};{status}" for n in numbers],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\r\n".join(lines), encoding="cp1252")


def measured(ctx: Context, folder: Path, heading: str) -> None:
    """Import a folder and print the seconds of each file."""
    begun: dict[str, float] = {}
    ended: dict[str, float] = {}
    words: dict[str, int] = {}

    def progress(file: str, done: int, total: int) -> None:
        begun.setdefault(file, time.perf_counter())
        ended[file] = time.perf_counter()
        words[file] = words.get(file, 0) + 1

    start = time.perf_counter()
    results = import_folder(ctx, ACTOR, folder, progress)
    print(f"{heading}: {time.perf_counter() - start:.1f} s")
    for one in results:
        assert not one.problems, one.problems[0].say()
        print(
            f"  {one.file:14} {ended[one.file] - begun[one.file]:5.1f} s  {one.added} new, {one.changed} changed,"
            f" {one.unchanged} unchanged, {words[one.file]} words of progress"
        )


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        office, folder = Path(name, "office"), Path(name, "folder")
        create_office(office, {"portal": {"url": f"dir://{name}/portal"}})
        with open_office(office) as ctx:
            for heading, suffix, status in (
                ("New", "", ""),
                ("The same again", "", ""),
                ("Every row changed", " B", ""),
                ("Every task completed", " B", "concluída"),
            ):
                write_folder(folder, rows, suffix, status)
                measured(ctx, folder, heading)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
