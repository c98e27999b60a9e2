"""A full disk under the office or under the portal: a clear sentence, nothing lost, and on it goes with room again."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.program import Program, build, name_of

KIB = 1024
FULL = "Não há espaço no disco"


@contextmanager
def mounted(place: Path, kind: str, size: int) -> Iterator[Path]:
    """A small file system of its own; skips where nothing may be mounted."""
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    options = ["-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs"]
    if kind == "ext4":
        image = place.with_suffix(".img")
        image.touch()
        os.truncate(image, size)
        # Blocks smaller than SQLite's pages of shared memory would make a full disk end the process by SIGBUS.
        make: list[str | Path] = ["mkfs.ext4", "-q", "-b", "4096", "-m", "0", "-O", "^has_journal", image]
        if shutil.which("mkfs.ext4") is None or subprocess.run(make, check=False).returncode:
            pytest.skip("no mkfs.ext4 here")
        options = ["-o", "loop", str(image)]
    if subprocess.run(["mount", *options, place], capture_output=True, check=False).returncode:
        pytest.skip(f"no {kind} can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(place: Path, leave: int) -> Path:
    """Take all room of a file system but so many bytes."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4 * KIB))
        except OSError:
            pass
        os.fsync(file)
        file.truncate(max(0, file.tell() - leave))
        os.fsync(file)
    return filler


@pytest.mark.parametrize("kind", ["tmpfs", "ext4"])
@pytest.mark.parametrize(
    "leaves",
    [
        pytest.param((0, 40, 80), id="small"),
        pytest.param(range(0, 300, 4), id="full", marks=pytest.mark.soak),
    ],
)
def test_the_offices_disk(tmp_path: Path, kind: str, leaves: Sequence[int]) -> None:
    """State and attached bytes share a disk: at whatever write it fills up, what was said to be done is done."""
    with mounted(tmp_path / "disco", kind, 4096 * KIB) as disk:
        program = build(tmp_path, tasks=20)
        program.office = Path(shutil.move(program.office, disk / "escritorio"))
        with program.opened() as ctx:
            task = program.add_tasks(ctx, 1, clients=10, start=900)[0]
        ended = set()
        for leave in leaves:
            filler = fill(disk, leave * KIB)
            name = f"{leave}_{name_of(task)}"
            file = program.write(task, name, 20 * KIB)
            for words in (("attach", task, str(file), "--template", "das"), ("complete", task), ("deliver",)):
                done = program.call(*words)
                assert done.returncode in (0, 3), done.stderr
                ended.add(done.returncode)
                if done.returncode == 3:
                    assert FULL in done.stderr
                    assert "Para resolver: Libere espaço" in done.stderr
                elif words[0] == "attach":
                    program.latest[task, name] = file.read_bytes()
            filler.unlink()
            if (task, name) not in program.latest:
                assert program.call("attach", task, str(file), "--template", "das").returncode == 0
                program.latest[task, name] = file.read_bytes()
        assert 3 in ended
        assert program.call("complete", task).returncode == 0
        assert program.call("deliver").returncode == 0
        program.check()


@pytest.mark.parametrize("kind", ["tmpfs", "ext4"])
def test_the_portals_disk(tmp_path: Path, kind: str) -> None:
    """What finds no room waits and says so; no half file, and once there is room all goes."""
    with mounted(tmp_path / "disco", kind, 4096 * KIB) as disk:
        program = build(tmp_path, tasks=20, size=20_000, portal=disk / "portal")
        filler = fill(disk, 160 * KIB)
        assert program.call("deliver").returncode == 1
        errors = program.json("errors")
        assert errors
        assert {error["code"] for error in errors} == {"portal_full"}
        assert all(error["retry_at"] for error in errors)
        bodies = set(program.latest.values())
        assert all(body in bodies for body in program.tree().values())
        filler.unlink()
        assert program.call("deliver").returncode == 1  # each waits for its hour
        assert program.call("retry", "--all").returncode == 0
        assert program.call("deliver").returncode == 0
        program.check()


def limited(kib: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (kib * KIB, kib * KIB))


@pytest.mark.parametrize("kib", [0, 100])
def test_files_that_may_not_grow(tmp_path: Path, kib: int) -> None:
    """The same where nothing can be mounted: a limit on the size of files, met at the log of the state or the bytes."""
    program = build(tmp_path, tasks=40)
    file = program.write("T0000", "grande.pdf", 60 * KIB)
    for words in (("attach", "T0000", str(file), "--template", "das"), ("deliver",)):
        done = program.call(*words, within=lambda: limited(kib))
        assert done.returncode in (0, 1, 3), done.stderr
        assert done.stderr.count("\n") <= 45
        if words[0] == "attach" and done.returncode == 0:
            program.latest["T0000", "grande.pdf"] = file.read_bytes()
    again: Program = program
    assert again.call("attach", "T0000", str(file), "--template", "das").returncode == 0
    program.latest["T0000", "grande.pdf"] = file.read_bytes()
    program.call("retry", "--all")
    assert program.call("deliver").returncode == 0
    program.check()
