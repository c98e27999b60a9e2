"""Several processes at one office: nothing lost, nothing twice, also where one of them is stopped for a while."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest

from core.office import Context
from core.store import open_store
from core.store.engine import StoreError
from tests.faults.process import Running, until
from tests.faults.program import Program, build, name_of, path_of, seeded


@pytest.mark.parametrize(
    ("tasks", "shared"),
    [pytest.param(3, 3, id="small"), pytest.param(25, 15, id="full", marks=pytest.mark.soak)],
)
def test_eight_attach_and_complete_while_two_deliver(tmp_path: Path, tasks: int, shared: int) -> None:
    """Two workers never send the same, and what eight people finish at once is all sent; someone else writes too."""
    program = build(tmp_path, clients=5, tasks=8)
    with program.opened() as ctx:
        own = [program.add_tasks(ctx, tasks, clients=5, start=100 * (person + 1)) for person in range(8)]
        common = program.add_tasks(ctx, shared, clients=5, start=1000)
        contested = [path_of(ctx, task) for tasks_of_one in own for task in tasks_of_one[:2]]

    def work_of(number: int) -> list[tuple[str, ...]]:
        commands: list[tuple[str, ...]] = []
        for task in (*own[number], *common):
            name = f"{number}_{name_of(task)}" if task in common else name_of(task)
            file = program.write(task, name)
            program.latest[task, name] = file.read_bytes()
            commands += [("attach", task, str(file), "--template", "das"), ("complete", task)]
        return commands

    with program.running() as worker, program.running():
        people = [program.together(work_of(number)) for number in range(8)]
        for path in contested:  # whoever comes first has the name
            program.meddle(path)
        assert [one.wait() for one in people] == [0] * 8
        until(program.all_sent, worker)
    program.check()


def stop_in_the_middle(program: Program, ctx: Context) -> Running:
    """A `malote deliver` that is stopped with deliveries under way, and not while it is its turn to write."""
    worker = program.start("deliver")
    impatient = open_store(program.office / "state.db", wait=0.2)
    with contextlib.closing(impatient), contextlib.ExitStack() as unless_found:
        unless_found.enter_context(worker)
        while True:
            assert worker.line()
            worker.signal(signal.SIGSTOP)
            os.waitid(os.P_PID, worker.process.pid, os.WSTOPPED)  # each of its threads
            with contextlib.suppress(StoreError), impatient.transaction():
                if ctx.store.deliveries.sending():  # else it was between two claims
                    break
            worker.signal(signal.SIGCONT)
        unless_found.pop_all()
    return worker


@pytest.mark.parametrize(
    ("tasks", "seconds"),
    [pytest.param(500, 1, id="small"), pytest.param(800, 60, id="full", marks=pytest.mark.soak)],
)
def test_a_stopped_worker_is_waited_for(tmp_path: Path, tasks: int, seconds: int) -> None:
    """A worker that sleeps (a closed lid, a stopped container) still has its claims, and its old version cannot come
    after a new one when it wakes."""
    chance = seeded()
    program = build(tmp_path, clients=10, tasks=tasks)
    names = [task for task, _ in program.latest]
    with program.opened() as ctx, stop_in_the_middle(program, ctx) as stopped:
        held = {one.id: one.worker for one in ctx.store.deliveries.sending()}
        with program.running() as worker:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                for task in chance.sample(names, 20):
                    program.attach(ctx, task, name_of(task))
                until(lambda: ctx.store.deliveries.next_due() is None, worker)  # all but what waits for the stopped one
                still = {one.id: one.worker for one in ctx.store.deliveries.sending() if one.id in held}
                assert still == held, "taken from the living"
            for one in held:  # a newer version of each of its documents waits
                delivery = ctx.store.deliveries.get(one)
                assert delivery is not None
                program.attach(ctx, delivery.task, name_of(delivery.task))
            stopped.signal(signal.SIGCONT)
            assert stopped.end() in (0, 1)
            until(program.all_sent, worker)
    program.check()


def test_run_sends_what_comes_later_and_ends_when_told(tmp_path: Path) -> None:
    """Whoever leaves `malote run` to a service manager: it sends what others finish, and stops without loose ends."""
    program = build(tmp_path, clients=3, tasks=0)
    with program.opened() as ctx:
        tasks = program.add_tasks(ctx, 3, clients=3)
    with program.running() as worker:
        for task in tasks:
            file = program.write(task, name_of(task))
            program.latest[task, file.name] = file.read_bytes()
            assert program.call("attach", task, str(file), "--template", "das").returncode == 0
            assert program.call("complete", task).returncode == 0
            until(program.all_sent, worker)
    program.check()


def test_run_told_to_end_finishes_what_is_in_flight(tmp_path: Path) -> None:
    """Nothing stays half sent when the service stops, and what it did not begin is still queued."""
    program = build(tmp_path, tasks=200)
    with program.start("run") as worker:
        worker.lines(4)
        worker.signal(signal.SIGTERM)
        assert worker.end() == 0
    counts = program.json("status")["deliveries"]
    assert counts["sending"] == 0
    assert counts["delivered"] > 0 < counts["queued"]
    assert counts["delivered"] + counts["queued"] == 200
    assert program.call("deliver").returncode == 0
    program.check()


def test_an_interrupted_deliver_finishes_what_is_in_flight(tmp_path: Path) -> None:
    """Ctrl-C loses nothing: the rest stays queued, and the next `deliver` sends it."""
    program = build(tmp_path, tasks=200)
    with program.start("deliver") as worker:
        worker.lines(3)
        worker.signal(signal.SIGINT)
        assert worker.end() == 1
    counts = program.json("status")["deliveries"]
    assert counts["sending"] == 0
    assert counts["delivered"] > 0 < counts["queued"]
    assert program.call("deliver").returncode == 0
    program.check()


@pytest.mark.soak
def test_run_outlasts_a_writer_that_was_stopped_in_its_turn(tmp_path: Path) -> None:
    """A short command gives up after ten seconds with a sentence; the service goes on by itself afterwards."""
    program = build(tmp_path, tasks=5)
    with program.opened() as ctx, program.start("run") as worker:
        with ctx.store.transaction():  # as a process does that was stopped here
            assert worker.line().startswith("Enviando o que chegar")
            done = program.call("complete", "T0000")
            assert (done.returncode, "Outro processo está gravando" in done.stderr) == (3, True)
            assert worker.process.poll() is None
        assert worker.lines(5) == 5
    assert program.all_sent()
    program.check()
