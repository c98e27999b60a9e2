"""What an import takes.

Clients, templates and tasks of a new office: taken, taken again without a change, and taken with every row changed;
then every task completed.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure
from core.domain.permissions import Actor
from core.domain.tax_ids import format_tax_id
from core.office import create_office, open_office
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


def measure(quick: bool) -> Iterator[Figure]:
    """Seconds of each turn, all three files together."""
    rows = 2_000 if quick else 100_000
    with tempfile.TemporaryDirectory() as name:
        office, folder = Path(name, "office"), Path(name, "folder")
        create_office(office, {"portal": {"url": f"dir://{name}/portal"}})
        with open_office(office) as ctx:
            for what, suffix, status in (
                ("new", "", ""),
                ("the same again", "", ""),
                ("every row changed", " B", ""),
                ("every task completed", " B", "concluída"),
            ):
                write_folder(folder, rows, suffix, status)
                start = time.perf_counter()
                results = import_folder(ctx, ACTOR, folder)
                seconds = time.perf_counter() - start
                problems = [problem.say() for one in results for problem in one.problems]
                assert not problems, problems[0]
                yield Figure(f"{rows:,} clients, templates and tasks each, {what}", seconds, "s")
