"""The portal as a whole goes away and comes back: one failure, however many documents wait."""

from __future__ import annotations

from pathlib import Path

from tests.faults.process import Running
from tests.faults.program import Program, build


def one_error(program: Program) -> None:
    (error,) = program.json("errors")
    assert error["code"] == "portal_unreachable"
    assert error["delivery"] is None


def deliver_until_gone(program: Program) -> Running:
    """Start `malote deliver`, and take the portal's root away in the middle of its work."""
    worker = program.start("deliver")
    assert worker.lines(2) == 2
    program.portal.rename(program.folder / "desmontado")
    return worker


def test_gone_before_anything_could_be_tried(tmp_path: Path) -> None:
    """Nobody wants 60 failures of one cause, and a script must know that it was the portal."""
    program = build(tmp_path, tasks=60)
    program.portal.rename(tmp_path / "desmontado")
    for _ in range(2):
        done = program.call("deliver")
        assert done.returncode == 4, done.stderr
        one_error(program)
        assert not program.portal.exists()  # what is not mounted is not made anew
    assert program.json("status")["portal"]["reachable"] is False
    assert program.json("status")["deliveries"]["queued"] == 60
    assert program.call("portal", "check").returncode == 4
    (tmp_path / "desmontado").rename(program.portal)
    assert program.call("deliver").returncode == 0
    assert program.json("errors") == []
    program.check()


def test_gone_in_the_middle(tmp_path: Path) -> None:
    """What was sent stays sent, the rest waits for the portal, and nothing goes twice."""
    program = build(tmp_path, tasks=200)
    with deliver_until_gone(program) as worker:
        assert worker.end() == 1
    one_error(program)
    counts = program.json("status")["deliveries"]
    assert counts["sending"] == counts["failed"] == 0
    assert counts["queued"] > 0
    (tmp_path / "desmontado").rename(program.portal)
    assert program.call("deliver").returncode == 0
    assert program.json("errors") == []
    program.check()


def test_gone_and_killed(tmp_path: Path) -> None:
    """A worker dies while the portal is away: whoever comes next finds out what had arrived."""
    program = build(tmp_path, tasks=200)
    with deliver_until_gone(program) as worker:
        worker.kill()
    assert program.call("deliver").returncode == 4
    one_error(program)
    (tmp_path / "desmontado").rename(program.portal)
    assert program.call("deliver").returncode == 0
    program.check()


def test_a_running_worker_goes_on_by_itself(tmp_path: Path) -> None:
    """`malote run` needs nobody when the network is back."""
    program = build(tmp_path, tasks=3)
    program.portal.rename(tmp_path / "desmontado")
    assert program.call("deliver").returncode == 4
    (tmp_path / "desmontado").rename(program.portal)
    with program.start("run") as worker:
        while "DAS_T0002.pdf" not in "".join(worker.said):
            assert worker.line()
