"""Backup and restore killed in the middle, in each other's way, and damaged: a whole copy, or none and no leftover."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest

from core.office import open_office
from core.office.backup import back_up, restore
from core.office.errors import OfficeError
from tests.faults.process import PATIENCE, REPOSITORY
from tests.faults.program import Program, build, name_of, seeded

DIES = """
import os, signal, sys
from pathlib import Path
from core.office import open_office
from core.office.backup import back_up, restore
act, office, file, number = sys.argv[1:]
def told(done, total):
    if done == int(number):
        os.kill(os.getpid(), signal.SIGKILL)
if act == "backup":
    with open_office(Path(office)) as ctx:
        back_up(ctx, Path(file), told)
else:
    restore(Path(office), Path(file), told)
"""


def die(act: str, office: Path, file: Path, number: int) -> None:
    """Back up or restore, and be killed at that file."""
    command = [sys.executable, "-c", DIES, act, str(office), str(file), str(number)]
    assert subprocess.run(command, cwd=REPOSITORY, timeout=PATIENCE, check=False).returncode == -signal.SIGKILL


def save(program: Program, file: Path) -> None:
    with program.opened() as ctx:
        back_up(ctx, file)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_killed_backup_is_no_file_and_blocks_no_other(tmp_path: Path) -> None:
    """What cron left half done must neither look like a backup nor fill the disk with copies of every document."""
    program = build(tmp_path, tasks=12)
    place = tmp_path / "copias"
    place.mkdir()
    for number in (0, 5, 12):
        die("backup", program.office, place / f"{number}.tar", number)
        assert [name for name in names(place) if not name.startswith(".")] == []
    save(program, place / "0.tar")
    assert names(place) == ["0.tar"]
    office = tmp_path / "outro" / "escritorio"
    for number in (1, 8, 15):
        die("restore", office, place / "0.tar", number)
        assert not office.exists()
    assert restore(office, place / "0.tar").documents == 12
    assert names(office.parent) == ["escritorio"]


def test_a_pipe_among_what_others_left_holds_nothing_up(tmp_path: Path) -> None:
    """In a folder where others may write, one that nobody writes to would hold every night's backup for ever."""
    program = build(tmp_path, tasks=1)
    left = tmp_path / "copias" / ".malote-de-outro"
    left.mkdir(parents=True)
    os.mkfifo(left / ".lock")
    save(program, left.parent / "0.tar")
    assert (left.parent / "0.tar").exists()


def test_two_backups_to_one_name_make_one_whole_file(tmp_path: Path) -> None:
    """Two calls of cron overlap: the file of that name is never the half of one of them."""
    program = build(tmp_path, tasks=12)
    file = tmp_path / "copia.tar"
    inside, done = threading.Event(), threading.Event()

    def wait(number: int, _: int) -> None:
        if number == 3:
            inside.set()
            done.wait(PATIENCE)

    def slow() -> None:
        with open_office(program.office) as ctx, pytest.raises(OfficeError, match="já existe"):
            back_up(ctx, file, wait)

    thread = threading.Thread(target=slow)
    thread.start()
    inside.wait(PATIENCE)
    save(program, file)
    whole = file.read_bytes()
    done.set()
    thread.join()
    assert file.read_bytes() == whole
    assert restore(tmp_path / "outro", file).documents == 12
    assert [name for name in names(tmp_path) if name.startswith(".malote")] == []


def test_a_backup_while_a_worker_delivers_sends_nothing_twice(tmp_path: Path) -> None:
    """The office of the copy finds what the other had delivered, and delivers the rest."""
    program = build(tmp_path, tasks=80)
    with program.start("deliver") as worker:
        worker.lines(3)
        save(program, tmp_path / "copia.tar")
        worker.kill()
    program.office = tmp_path / "outro"
    restore(program.office, tmp_path / "copia.tar")
    done = program.call("deliver")
    assert done.returncode == 0, done.stderr
    program.check()


def test_a_shared_office_is_restored_for_its_group(tmp_path: Path) -> None:
    """Otherwise the office's other logins would find it locked, on the very day of the disaster."""
    program = build(tmp_path, tasks=2)
    for path in (program.office, *program.office.rglob("*")):
        path.chmod(0o2770 if path.is_dir() else 0o660)
    file = tmp_path / "copia.tar"
    save(program, file)
    assert file.stat().st_mode & 0o077 == 0
    alone = restore(tmp_path / "so", file)
    assert alone.group
    assert (tmp_path / "so").stat().st_mode & 0o077 == 0
    restore(tmp_path / "grupo", file, group=alone.group)
    modes = {path.stat().st_mode & 0o7777 for path in (tmp_path / "grupo").rglob("*") if path.is_file()}
    assert modes == {0o660}
    assert (tmp_path / "grupo" / "spool").stat().st_mode & 0o7777 == 0o2770
    with pytest.raises(OfficeError, match="não existe"):
        restore(tmp_path / "nenhum", file, group="grupo-que-nao-ha")
    assert not (tmp_path / "nenhum").exists()


def test_an_empty_folder_with_its_own_modes_is_still_there_after_a_refusal(tmp_path: Path) -> None:
    folder, no_backup = tmp_path / "pronta", tmp_path / "x.tar"
    folder.mkdir(0o750)
    no_backup.write_bytes(b"no tar")
    with pytest.raises(OfficeError, match="Nada foi criado"):
        restore(folder, no_backup)
    assert folder.is_dir()
    (folder / "something").touch()
    program = build(tmp_path, tasks=1)
    save(program, tmp_path / "copia.tar")
    with pytest.raises(OfficeError, match="não pode ser usado"):
        restore(folder, tmp_path / "copia.tar")
    assert names(folder) == ["something"]


@pytest.mark.parametrize("kind", ["w", "w:gz", "w:xz"])
@pytest.mark.parametrize("count", [pytest.param(8, id="small"), pytest.param(400, id="full", marks=pytest.mark.soak)])
def test_a_damaged_or_cut_backup_is_refused_or_whole(tmp_path: Path, kind: str, count: int) -> None:
    """A copy that lost its end on a full stick must not become an office that has lost documents."""
    chance = seeded()
    program = build(tmp_path, tasks=4)
    save(program, tmp_path / "copia.tar")
    file = tmp_path / "outra.tar"
    with tarfile.open(tmp_path / "copia.tar") as whole, tarfile.open(file, kind) as out:  # type: ignore[call-overload]
        ends = []
        for member in whole:
            out.addfile(member, whole.extractfile(member))
            ends.append(whole.offset)
    data = file.read_bytes()
    cuts = [data[:end] for end in ends[:-1]] if kind == "w" else []  # between two members, where tar itself is silent
    for _ in range(count):
        at = chance.randrange(len(data))
        cuts += [data[:at], data[:at] + bytes([data[at] ^ chance.randrange(1, 256)]) + data[at + 1 :]]
    for number, damaged in enumerate(cuts):
        file.write_bytes(damaged)
        office = tmp_path / f"office{number}"
        try:
            restored = restore(office, file)
        except OfficeError:
            assert not office.exists()
            continue
        assert restored.documents == 4  # what was hit is filling, or of no meaning
        with open_office(office) as ctx:
            assert ctx.store.deliveries.counts()["queued"] == 4
    assert [name for name in names(tmp_path) if name.startswith(".malote")] == []


def test_a_file_that_is_being_dropped_into_the_inbox_is_not_taken_by_half(tmp_path: Path) -> None:
    """The copy's Express would attach the half of a document."""
    program = build(tmp_path, tasks=1)
    (program.office / "inbox" / "inteiro.pdf").write_bytes(b"whole")
    growing = program.office / "inbox" / "metade.pdf"
    growing.write_bytes(b"half")

    def grow(number: int, total: int) -> None:
        if number == 0:
            os.utime(growing, ns=(1, 1))

    copy = shutil.copyfile

    def copying(source: Path, target: Path) -> None:
        copy(source, target)
        if source == growing:
            growing.write_bytes(b"half and the other half")

    with pytest.MonkeyPatch.context() as patch, program.opened() as ctx:
        patch.setattr(shutil, "copyfile", copying)
        back_up(ctx, tmp_path / "copia.tar", grow)
    restore(tmp_path / "outro", tmp_path / "copia.tar")
    assert names(tmp_path / "outro" / "inbox") == ["inteiro.pdf"]
    assert name_of("T0000") in program.latest.popitem()[0]
