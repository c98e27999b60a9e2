"""Reading in processes: one bad file costs its own reading, never another's, and never the program."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.recognition import Reading
from core.express.reading import pool, process
from core.express.reading.limits import Limits, Unreadable
from core.express.reading.pool import Readers
from core.express.reading.reasons import UNREADABLE
from tests import pdf_files


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(2) as started:
        yield started


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.pdf" for number in range(30)]
    for number, path in enumerate(paths):
        path.write_bytes(pdf_files.of_text((f"documento {number}",)))
    return paths


def hung(folder: Path) -> Path:
    """A file that takes longer than a second: as many text operators as fit a page."""
    path = folder / "lento.pdf"
    path.write_bytes(
        pdf_files.of_streams([pdf_files.bomb(b"BT /F1 9 Tf 9 9 Td (A) Tj ET\n", 30_000_000)], pdf_files.FLATE)
    )
    return path


def test_each_file_has_its_own_reading(readers: Readers, files: list[Path]) -> None:
    found = dict(readers.read_all(files))
    assert {path: one.text for path, one in found.items() if isinstance(one, Reading)} == {
        path: f"documento {number}" for number, path in enumerate(files)
    }


def test_paths_are_taken_no_faster_than_readings(readers: Readers, files: list[Path]) -> None:
    """An inbox of a million files is not read into memory."""
    rest = iter(files)
    readings = readers.read_all(rest)
    next(readings)
    assert next(rest) in files
    readings.close()
    assert readers.read(files[-1]).text == "documento 29"


def test_one_file_says_why(readers: Readers, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        readers.read(tmp_path / "nada")
    assert refused.value.code == "missing"


@pytest.mark.parametrize(
    "name", ["a" * 251 + ".pdf", "linha\nquebrada\r.pdf", "-rf.pdf", " ", "não é ção.pdf", os.fsdecode(b"\xff\xfe.pdf")]
)
def test_any_name_is_read(readers: Readers, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(pdf_files.of_text(("documento",)))
    assert readers.read(path).text == "documento"


def test_relative_paths_are_of_the_callers_folder(
    readers: Readers, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files[0].parent)
    assert readers.read(Path("3.pdf")).text == "documento 3"


async def test_it_serves_an_asyncio_program_and_many_threads(readers: Readers, files: list[Path]) -> None:
    async def batch() -> int:
        return len(await asyncio.to_thread(lambda: list(readers.read_all(files))))

    one = [asyncio.to_thread(readers.read, path) for path in files]
    *batches, readings = await asyncio.gather(batch(), batch(), asyncio.gather(*one))
    assert batches == [len(files)] * 2
    assert [reading.text for reading in readings] == [f"documento {number}" for number in range(len(files))]


def test_reading_one_inside_a_batch_does_not_wait_for_its_end(readers: Readers, files: list[Path]) -> None:
    for _ in readers.read_all(files):
        assert readers.read(files[0]).text == "documento 0"


def test_a_file_that_takes_too_long_costs_no_other(tmp_path: Path, files: list[Path]) -> None:
    slow = hung(tmp_path)
    with Readers(2, Limits(seconds=0.5)) as readers:
        found = dict(readers.read_all([slow, *files]))
    why = found.pop(slow)
    assert isinstance(why, Unreadable)
    assert why.code == "too_slow"
    assert all(isinstance(one, Reading) for one in found.values())
    assert len(found) == len(files)


def test_a_process_killed_by_someone_else_costs_nothing(files: list[Path]) -> None:
    """The system kills where memory is short; the files that it was at are read by another one."""
    with Readers(1) as readers:
        readings = readers.read_all(files)
        found = [next(readings)]
        os.kill(readers.pids[0], signal.SIGKILL)
        found += readings
    assert [one for _, one in found if isinstance(one, Unreadable)] == []
    assert len(found) == len(files)


def test_a_process_that_stands_still_is_killed(monkeypatch: pytest.MonkeyPatch, files: list[Path]) -> None:
    monkeypatch.setattr(pool, "_GRACE", 0.1)
    with Readers(1, Limits(seconds=0.1)) as readers:
        readers.read(files[0])
        stopped = readers.pids[0]
        os.kill(stopped, signal.SIGSTOP)
        with pytest.raises(Unreadable) as refused:
            readers.read(files[0])
        assert refused.value.code == "too_slow"
        assert readers.read(files[1]).text == "documento 1"
        assert readers.pids != [stopped]


def test_where_no_process_can_be_started_each_file_says_so(monkeypatch: pytest.MonkeyPatch, files: list[Path]) -> None:
    for boot in ("raise SystemExit", "import nothing_of_that_name"):
        monkeypatch.setattr(process, "_BOOT", boot)
        with Readers(2) as readers:
            assert {one.code for _, one in readers.read_all(files[:5]) if isinstance(one, Unreadable)} == {"no_reader"}
    monkeypatch.setattr(sys, "executable", "/nada")
    with Readers(2) as readers, pytest.raises(Unreadable):
        readers.read(files[0])


@pytest.mark.parametrize("said", ["+{}", "-nonsense", "+" + "[" * 9000, "?", ""])
def test_a_process_taken_over_by_a_file_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, files: list[Path], said: str
) -> None:
    boot = (
        "import os, struct; say = lambda body: os.write(1, struct.pack('>I', len(body)) + body); say(b'-ready');"
        f"os.read(0, 4096); say({said.encode()!r}); os.read(0, 4096)"
    )
    monkeypatch.setattr(process, "_BOOT", boot)
    monkeypatch.setattr(pool, "_LAST", 0.1)
    with Readers(1) as readers, pytest.raises(Unreadable) as refused:
        readers.read(files[0])
    assert refused.value.code == "crashed"


def test_no_secret_is_handed_on(monkeypatch: pytest.MonkeyPatch, files: list[Path]) -> None:
    monkeypatch.setenv("MALOTE_PORTAL_PASSWORD", "segredo")
    with Readers(1) as readers:
        readers.read(files[0])
        environment = Path(f"/proc/{readers.pids[0]}/environ").read_bytes()
    assert b"segredo" not in environment
    assert b"PATH=" in environment


def test_processes_end_with_their_readers(files: list[Path]) -> None:
    with Readers(2) as readers:
        list(readers.read_all(files))
        pids = readers.pids
    assert len(pids) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    with pytest.raises(RuntimeError):
        readers.read(files[0])


def test_whoever_waits_when_it_is_closed_is_told(tmp_path: Path) -> None:
    readers = Readers(1)
    failed = threading.Event()

    def wait() -> None:
        try:
            readers.read(hung(tmp_path))
        except RuntimeError:
            failed.set()

    thread = threading.Thread(target=wait)
    thread.start()
    while not readers.pids:
        time.sleep(0.005)
    readers.close()
    thread.join()
    assert failed.is_set()


def test_each_reason_is_said_in_both_languages() -> None:
    for sentence, remedy in UNREADABLE.values():
        assert all(text.endswith(".") for text in (*sentence, *remedy))
        assert sentence.pt != sentence.en
