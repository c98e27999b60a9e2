"""`kill -9` in the middle of the inbox: every file is attached once or put aside with its reason, and none is lost."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.domain.models import Client, Employee, Task, Template
from core.office import Context, activation, create_office, open_office
from core.office.unrecognised import folder_of, waiting
from core.office.views import every
from tests.faults.process import PATIENCE, REPOSITORY
from tests.faults.program import OWNER, seeded

CNPJ = ("01815908000116", "19482199000160", "66131860000172")
WORKER = """
import sys, uuid
from pathlib import Path
from core.delivery.liveness import living
from core.office import inbox, open_office, unrecognised
inbox.QUIET = 0.0
unrecognised.SETTLING = 0.0
with open_office(Path(sys.argv[1])) as ctx, living(ctx.workers, name := str(uuid.uuid4())):
    box = inbox.Inbox(ctx, name)
    print("here", flush=True)
    while box.look() is not None:
        pass
    box.leave()
"""
"""A worker that has no portal: it goes through the inbox until that is empty, and ends."""


def office_of(folder: Path, files: int, chance: random.Random) -> dict[str, str]:
    """An office with a task for each of so many text files in its inbox, but for every fifth, which nobody awaits.

    Returns:
        What must become of each file's bytes, by their hash: the task's id, or nothing.
    """
    create_office(folder, {"portal": {"url": f"dir://{folder}"}, "express": {"complete": True}})
    wanted: dict[str, str] = {}
    with open_office(folder) as ctx:
        ctx.store.clients.save(Client(id=str(n), name=f"Cliente {n}", tax_id=one) for n, one in enumerate(CNPJ))
        ctx.store.employees.save([Employee(id="ana", name="Ana", departments=("Fiscal",))])
        ctx.store.templates.save(
            Template(id=f"k{n}", name=f"Tipo {n}", department="Fiscal", destination=("Fiscal",)) for n in range(files)
        )
        activation.activate(ctx, OWNER)
        for n in range(files):
            data = text(n, chance)
            known = n % 5 != 0
            wanted[hashlib.sha256(data).hexdigest()] = f"t{n}" if known else ""
            place = folder / "inbox" / chance.choice(("", "pasta", "a/b\nc"))
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{chance.getrandbits(32):08x}.txt").write_bytes(data)
        rules(ctx, files)
        ctx.store.tasks.save(
            Task(id=f"t{n}", client=str(n % 3), name="Guia", period="2026-10", templates=(f"k{n}",), assignee="ana")
            for n in range(files)
            if n % 5
        )
    return wanted


def text(number: int, chance: random.Random) -> bytes:
    lines = f"Guia especial numero {number} fim\nCNPJ {CNPJ[number % 3]}\nCompetencia: 10/2026\n{chance.random()}\n"
    return lines.encode()


def rules(ctx: Context, files: int) -> None:
    from core.domain.models import Rule
    from core.office.rules import save_rules

    for n in range(files):
        save_rules(ctx, OWNER, f"k{n}", [Rule(all=(f"Guia especial numero {n} fim",))])


def worker(folder: Path) -> subprocess.Popen[str]:
    """Start one, and wait until it is at work."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n", process.communicate()
    return process


def check(folder: Path, wanted: dict[str, str]) -> None:
    """Every file attached once to its task, or lying aside under a row of its own."""
    with open_office(folder) as ctx:
        documents = list(every(ctx.store.documents))
        attached = {one.sha256: one.task for one in documents}
        assert len(attached) == len(documents) == len({one.task for one in documents}), "attached twice"
        rows = {one.name: one for one in waiting(ctx)}
        aside = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder_of(ctx).iterdir()
            if path.is_file()
        }
        assert {name: one.sha256 for name, one in rows.items()} == aside
        assert sorted([*attached, *aside.values()]) == sorted(wanted), "lost, or there twice"
        assert {sha: attached.get(sha, "") for sha in wanted} == wanted
        tasks = ctx.store.tasks.get_many(attached.values())
        assert {one.status for one in tasks.values()} == {"completed"}
        left = [path for path in (folder / "inbox").rglob("*") if path.is_file() and path.parent != folder_of(ctx)]
        assert not left
        assert not [path for path in (folder / "host" / "express").rglob("*") if path.is_file()]


def finish(folder: Path) -> None:
    process = worker(folder)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said


@pytest.mark.parametrize(
    ("rounds", "files"), [pytest.param(5, 100, id="small"), pytest.param(150, 400, id="full", marks=pytest.mark.soak)]
)
def test_killed_at_any_instant_nothing_is_lost_and_nothing_attached_twice(
    tmp_path: Path, rounds: int, files: int
) -> None:
    chance = seeded()
    wanted = office_of(tmp_path / "e", files, chance)
    killed = 0
    for _ in range(rounds):
        process = worker(tmp_path / "e")
        time.sleep(chance.random() * 0.5)
        process.kill()
        process.communicate(timeout=PATIENCE)
        killed += process.returncode == -9
    assert killed
    finish(tmp_path / "e")
    check(tmp_path / "e", wanted)


def test_two_workers_never_take_one_file_twice(tmp_path: Path) -> None:
    """Two consoles on one office are usual; two copies of a document at the client's portal are not."""
    wanted = office_of(tmp_path / "e", 60, seeded())
    both = [worker(tmp_path / "e") for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
    finish(tmp_path / "e")
    check(tmp_path / "e", wanted)
