"""The clock is set back and forward a day: everything goes once, and nothing waits until it has come round again."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.clocked import AHEAD
from tests.faults.process import PATIENCE, REPOSITORY, Running, until
from tests.faults.program import Program, build

DAY = 86_400


@dataclass
class Clocked:
    """A program, and the clock of its processes."""

    program: Program
    file: Path

    def set(self, seconds: float) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self.file)

    @property
    def environment(self) -> dict[str, str]:
        return {**self.program.environment(), AHEAD: str(self.file)}

    def call(self, *words: str) -> int:
        """Run `malote WORDS` on that clock."""
        command = [sys.executable, "-m", "tests.faults.clocked", *words]
        done = subprocess.run(
            command, env=self.environment, cwd=REPOSITORY, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode

    def send(self, task: str) -> None:
        """Attach the next version of a task's document and complete the task, on that clock."""
        ahead = timedelta(seconds=float(self.file.read_text()))
        with self.program.opened() as ctx:
            self.program.send(replace(ctx, now=lambda: datetime.now(UTC) + ahead), task)

    @contextmanager
    def running(self) -> Iterator[Running]:
        with Running(("run",), self.environment, "tests.faults.clocked") as worker:
            assert worker.line().startswith("Enviando o que chegar")
            reader = threading.Thread(target=lambda: all(iter(worker.line, "")))
            reader.start()
            try:
                yield worker
            finally:
                worker.process.terminate()
                reader.join()
            assert worker.end() == 0


def clocked(tmp_path: Path, tasks: int) -> Clocked:
    made = Clocked(build(tmp_path, tasks=tasks, clients=3), tmp_path / "ahead")
    made.set(0)
    return made


def ended(program: Program) -> int:
    """How many deliveries wait for nothing but a person."""
    with program.opened() as ctx:
        counts = ctx.store.deliveries.counts()
    return counts["delivered"] + counts["failed"]


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["forward", "back"])
def test_a_running_worker_whose_clock_jumps(tmp_path: Path, jump: int) -> None:
    """NTP mends a wrong clock while `malote run` runs: what is completed before and after goes, once, in order."""
    made = clocked(tmp_path, tasks=5)
    program = made.program
    with program.opened() as ctx:
        tasks = program.add_tasks(ctx, 2, clients=3, start=50)
    with made.running() as worker:
        until(program.all_sent, worker)
        made.set(jump)
        made.send(tasks[0])
        until(program.all_sent, worker)
        made.set(0)
        made.send(tasks[1])
        made.send(tasks[0])
        until(program.all_sent, worker)
    program.check()


def test_what_was_queued_on_a_clock_that_was_ahead_goes_once_it_is_right(tmp_path: Path) -> None:
    """A flat battery dates a morning's work to next year; it must not wait until then."""
    made = clocked(tmp_path, tasks=0)
    program = made.program
    with program.opened() as ctx:
        task = program.add_tasks(ctx, 1, clients=3)[0]
    made.set(400 * DAY)
    made.send(task)
    made.set(0)
    assert made.call("deliver") == 0
    program.check()


def test_a_retry_and_a_pause_from_the_future_are_taken_up(tmp_path: Path) -> None:
    """The portal was away while the clock was ahead: afterwards a running worker finds both and goes on."""
    made = clocked(tmp_path, tasks=3)
    program = made.program
    program.portal.rename(tmp_path / "away")
    made.set(30 * DAY)
    assert made.call("deliver") == 4
    made.set(0)
    (tmp_path / "away").rename(program.portal)
    (program.portal / "001 - Padaria São João 1").write_text("no folder")  # one is refused, and waits
    with made.running() as worker:
        until(lambda: ended(program) == 3, worker)
    (program.portal / "001 - Padaria São João 1").unlink()
    made.call("retry", "--all")
    assert made.call("deliver") == 0
    program.check()
