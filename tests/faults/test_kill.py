"""`kill -9` at any instant: every document reaches its place exactly once, and nobody's file is touched."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from core.office import Context
from core.office.tasks import complete_task
from core.office.views import every
from tests.faults.process import until
from tests.faults.program import OWNER, Program, build, name_of, path_of, seeded

COUNTS = [
    pytest.param(12, 60, id="small"),
    pytest.param(200, 500, id="full", marks=pytest.mark.soak),
]
MISSES = 40
"""So many rounds may end before the kill reaches them."""


def kill_while_delivering(program: Program, chance: random.Random, lines: int) -> bool:
    """Start `malote deliver` and kill it while it starts, or soon after it has told of some deliveries.

    Returns:
        Whether it was still at work.
    """
    with program.start("deliver") as worker:
        if chance.random() < 0.2:
            time.sleep(chance.uniform(0, 0.5))  # an instant of its start: looking round, taking over, first claims
        else:
            worker.lines(chance.randint(1, lines))
            time.sleep(chance.uniform(0, 0.02))
        return worker.kill()


def unsent(ctx: Context) -> int:
    counts = ctx.store.deliveries.counts()
    return counts["queued"] + counts["sending"]


@pytest.mark.parametrize(("kills", "documents"), COUNTS)
def test_everything_arrives_exactly_once(tmp_path: Path, kills: int, documents: int) -> None:
    """Otherwise a crash would cost an office a document, or a client would find one twice."""
    chance = seeded()
    clients = documents // 6
    program = build(tmp_path, clients=clients, tasks=documents)
    hits = rounds = 0
    while hits < kills:
        rounds += 1
        assert rounds < kills + MISSES
        hits += kill_while_delivering(program, chance, 3)
        with program.opened() as ctx:
            if unsent(ctx) == 0:  # all is done and kills are left: more of the same
                for task in program.add_tasks(ctx, documents // 4, clients, start=len(program.latest)):
                    program.send(ctx, task)
    done = program.call("deliver")
    assert done.returncode == 0, done.stderr
    program.check()
    print(f"{hits} kills in {rounds} rounds, {len(program.latest)} documents")


@pytest.mark.parametrize(("kills", "documents"), COUNTS)
def test_new_versions_seen_and_foreign_files_between_kills(tmp_path: Path, kills: int, documents: int) -> None:
    """What the client has seen, and what others put there, is never touched; versions never go backwards."""
    chance = seeded()
    program = build(tmp_path, clients=documents // 6, tasks=documents)
    tasks = [task for task, _ in program.latest]
    hits = rounds = 0
    while hits < kills:
        rounds += 1
        assert rounds < kills + MISSES
        hits += kill_while_delivering(program, chance, 8)
        ours = [path for path in program.tree() if path not in program.kept and not path.startswith(".malote/")]
        for path in chance.sample(ours, min(3, len(ours))):  # also what the dead one put there and did not settle
            program.see(path)
        with program.opened() as ctx:
            for task in chance.sample(tasks, 2):
                program.meddle(path_of(ctx, task))
            for task in chance.sample(tasks, 8):
                program.attach(ctx, task, name_of(task))
    done = program.call("deliver")
    assert done.returncode == 0, done.stderr
    program.check()
    with program.opened() as ctx:
        outcomes = [one.outcome or str(one.status) for one in every(ctx.store.deliveries)]
    print(
        f"{hits} kills in {rounds} rounds, {len(program.latest)} documents, {program.versions.total()} versions, "
        f"{len(program.kept)} files seen or foreign:",
        {code: outcomes.count(code) for code in sorted(set(outcomes))},
    )


@pytest.mark.parametrize(
    ("kills", "documents"),
    [pytest.param(5, 30, id="small"), pytest.param(200, 500, id="full", marks=pytest.mark.soak)],
)
def test_kills_beside_a_worker_that_lives(tmp_path: Path, kills: int, documents: int) -> None:
    """What a dead worker held is gone on with by the one that runs, and only what a dead one held."""
    chance = seeded()
    program = build(tmp_path, clients=documents // 6, tasks=documents)
    tasks = [task for task, _ in program.latest]
    hits = rounds = 0
    with program.running() as living:
        while hits < kills:
            rounds += 1
            assert rounds < 4 * kills + MISSES
            with program.opened() as ctx:
                for task in chance.sample(tasks, 20):
                    program.attach(ctx, task, name_of(task))
            with program.start("deliver") as worker:
                time.sleep(chance.uniform(0.1, 0.5))
                hits += worker.kill()
        until(program.all_sent, living)
    program.check()
    print(f"{hits} kills beside a living worker, {program.versions.total()} versions")


def test_twins_killed_together_lie_side_by_side(tmp_path: Path) -> None:
    """Two tasks of one client with the same file: after a crash, too, each has its own copy at the portal."""
    chance = seeded()
    program = build(tmp_path, clients=2, tasks=0)
    file = tmp_path / "Recibo.pdf"
    file.write_bytes(b"%PDF o mesmo arquivo em todas as tarefas")
    with program.opened() as ctx:
        for task in program.add_tasks(ctx, 24, clients=2):
            program.attach_file(ctx, task, file)
            complete_task(ctx, OWNER, task)
    for _ in range(4):
        kill_while_delivering(program, chance, 3)
    done = program.call("deliver")
    assert done.returncode == 0, done.stderr
    program.check(twins=True)
