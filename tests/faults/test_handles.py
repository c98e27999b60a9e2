"""No file handle left: a command or worker ends with a sentence or waits, and nothing is lost or taken for lost."""

from __future__ import annotations

import resource
from functools import partial
from pathlib import Path

import pytest

from tests.faults.program import build, name_of

SAMPLE = (6, 10, 14)


def limited(handles: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (handles, hard))


@pytest.mark.parametrize(
    "handles",
    [pytest.param(SAMPLE, id="small"), pytest.param(range(6, 64), id="full", marks=pytest.mark.soak)],
)
def test_handles_used_up(tmp_path: Path, handles: range) -> None:
    """Bytes that could not be opened are not gone: a failure for ever would make people attach everything again."""
    program = build(tmp_path, tasks=12, clients=3)
    with program.opened() as ctx:
        task = program.add_tasks(ctx, 1, clients=3, start=900)[0]
    for limit in handles:
        file = program.write(task, f"{limit}_{name_of(task)}")
        for words in (("attach", task, str(file), "--template", "das"), ("deliver",)):
            done = program.call(*words, within=partial(limited, limit))
            assert done.returncode in (0, 1, 3, 4), (limit, words, done.stderr)
            assert done.returncode == 0 or done.stderr.strip(), (limit, words)
            if words[0] == "attach" and done.returncode == 0:
                program.latest[task, file.name] = file.read_bytes()
        with program.opened() as ctx:
            failed = ctx.store.deliveries.failed()
            assert failed == [], (limit, failed)
        if (task, file.name) not in program.latest:
            assert program.call("attach", task, str(file), "--template", "das").returncode == 0
            program.latest[task, file.name] = file.read_bytes()
    assert program.call("complete", task).returncode == 0
    program.call("retry", "--all")
    assert program.call("deliver").returncode == 0
    program.check()
