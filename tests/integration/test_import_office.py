"""The sample office as another task system would hand it over: everything by import, and the store has it all."""

from __future__ import annotations

import csv
import hashlib
import shutil
from pathlib import Path

from core.domain.models import Origin, TaskStatus
from core.domain.names import parse_root
from core.domain.permissions import Actor
from core.domain.tax_ids import parse_tax_id
from core.office import Context
from core.office.intake import Imported, import_folder
from core.office.views import every

OFFICE = Path(__file__).parent.parent / "data" / "office"


def rows(name: str) -> list[dict[str, str]]:
    with (OFFICE / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, lines: list[dict[str, str]]) -> None:
    """As a Brazilian spreadsheet saves it."""
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(lines)


def counts(done: list[Imported]) -> dict[str, tuple[int, int, int]]:
    assert not any(one.problems for one in done), [problem.say() for one in done for problem in one.problems]
    return {one.file: (one.added, one.changed, one.unchanged) for one in done}


def test_the_sample_office_is_taken_whole_and_again_changes_nothing(ctx: Context, owner: Actor, tmp_path: Path) -> None:
    """An office whose data came in incomplete would not notice until a client asks for a document."""
    sizes = {name: len(rows(name)) for name in ("clients.csv", "templates.csv", "employees.csv", "tasks.csv")}
    first = import_folder(ctx, owner, OFFICE)
    assert counts(first) == {**{name: (size, 0, 0) for name, size in sizes.items()}, "truth.csv": (0, 0, 0)}

    truth = rows("truth.csv")
    folder = tmp_path / "second"
    folder.mkdir()
    shutil.copytree(OFFICE / "documents", folder / "documents")
    write(
        folder / "documents.csv",
        [
            {"tarefa": one["task"], "template": one["template"], "arquivo": f"documents\\{one['file']}", "origem": ""}
            for one in truth
        ],
    )
    write(folder / "tasks.csv", [{**one, "status": "concluída", "completed_by": "gestor"} for one in rows("tasks.csv")])
    second = counts(import_folder(ctx, owner, folder))
    assert second == {"tasks.csv": (0, sizes["tasks.csv"], 0), "documents.csv": (len(truth), 0, 0)}

    for row in rows("clients.csv"):
        client = ctx.store.clients.get(row["id"])
        assert client is not None
        assert (client.name, client.tax_id) == (row["name"], parse_tax_id(row["tax_id"]))
        assert client.portal == parse_root(row["portal"])
    for row in rows("tasks.csv"):
        task = ctx.store.tasks.get(row["id"])
        assert task is not None
        assert (task.status, task.completed_by) == (TaskStatus.COMPLETED, "gestor")
        assert (task.client, task.period, str(task.legal_date)) == (row["client"], row["period"], row["legal_date"])
        assert task.templates == tuple(row["templates"].split(";"))
    for row in truth:
        (document,) = [one for one in ctx.store.documents.of_task(row["task"]) if one.name == row["file"]]
        assert (document.client, document.template, document.origin) == (row["client"], row["template"], Origin.MANUAL)
        bytes_of = (OFFICE / "documents" / row["file"]).read_bytes()
        assert ctx.blobs.path(document.sha256).read_bytes() == bytes_of
        assert document.sha256 == hashlib.sha256(bytes_of).hexdigest()
        (delivery,) = ctx.store.deliveries.of_document(document.id)
        assert delivery.authorised_by == "gestor"

    seq = ctx.store.last_seq()
    again = [*import_folder(ctx, owner, OFFICE), *import_folder(ctx, owner, folder)]
    assert [(added, changed) for added, changed, _ in counts(again).values()] == [(0, 0)] * 6
    assert ctx.store.last_seq() == seq
    assert sum(one.live for one in every(ctx.store.documents)) == len(truth)
