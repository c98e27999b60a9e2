"""The inbox with the real worker: what is dropped there reaches its client's folder at the portal by itself."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.domain.models import TaskStatus
from core.office import open_office
from core.office.inbox import QUIET
from core.office.unrecognised import folder_of
from core.office.views import every
from tests.integration.test_sample_office import OFFICE, Malote, expected, rows

PATIENCE = 120.0


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process is about to do."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.2)  # to ask costs the processor that the worker needs


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    root = tmp_path / "portal"
    root.mkdir()
    return root


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return tmp_path / "escritorio"


@pytest.fixture
def malote(office: Path, portal: Path) -> Malote:
    """The sample office, active, that completes what Express completes."""
    command = Malote(office)
    command.run("init", "--portal", f"dir://{portal}")
    config = office / "malote.toml"
    config.write_text(config.read_text().replace("# complete = false", "complete = true"))
    command.run("import", str(OFFICE))
    command.run("activate", "--standard-folders")
    return command


@contextmanager
def running(office: Path, count: int = 1) -> Iterator[list[subprocess.Popen[str]]]:
    """So many workers, told to stop at the end, which they do well."""
    environment = {**os.environ, "MALOTE_OFFICE": str(office), "MALOTE_LANG": "pt"}
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tui", "run"],
            env=environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(count)
    ]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.terminate()
        said = [worker.communicate(timeout=PATIENCE)[1] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * count, said
    assert not any("Traceback" in one for one in said), said


def lying(folder: Path) -> list[str]:
    """All files below a folder, by name."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def scrambled(folder: Path, seed: int) -> dict[str, str]:
    """The sample's documents under other names, in the inbox; each one's name there to its own."""
    chance = random.Random(seed)
    names = {}
    for row in rows("truth.csv"):
        name = f"{chance.getrandbits(40):010x} çã\n.pdf"
        shutil.copyfile(OFFICE / "documents" / row["file"], folder / name)
        names[name] = row["file"]
    return names


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_dropped_is_delivered(malote: Malote, office: Path, portal: Path, workers: int) -> None:
    """Forty-two files from the tax authority's site under any names: each one in the right client's folder, once, or
    someone would have to sort them by hand, and check."""
    truth = {row["file"]: row for row in rows("truth.csv")}
    with running(office, workers):
        names = scrambled(office / "inbox", 7)
        until(lambda: malote.json("status")["deliveries"]["delivered"] == len(truth))
        shutil.copytree(OFFICE / "documents", office / "inbox" / "de novo")
        until(lambda: not lying(office / "inbox"))
    with open_office(office) as ctx:
        documents = list(every(ctx.store.documents))
        assert {(names[one.source_name], one.task, one.template, one.client) for one in documents} == {
            (file, row["task"], row["template"], row["client"]) for file, row in truth.items()
        }
        assert len(documents) == len(truth), "something was attached twice"
        tasks = ctx.store.tasks.get_many(one.task for one in documents)
        assert {one.attached_by for one in documents} == {"express"}
        assert all(one.status is TaskStatus.COMPLETED for one in tasks.values())
        assert all(one.completed_by == one.assignee for one in tasks.values())
        assert not ctx.store.waiting.count()
    placed = {path.read_bytes(): path for path in portal.rglob("*") if path.is_file()}
    assert placed.keys() == set(expected(list(truth.values())).values())
    for path, data in expected(list(truth.values())).items():
        assert str(placed[data].parent.relative_to(portal)) == str(Path(path).parent)
    assert not list((office / "host" / "express").iterdir())


def test_what_is_not_known_is_put_aside_and_taken_once_its_cause_is_mended(
    malote: Malote, office: Path, tmp_path: Path
) -> None:
    """A file without its task yet must not be forgotten: it goes to its place when the task comes."""
    (tmp_path / "mais").mkdir()
    document = OFFICE / "documents" / "DARF PIS 2026-10.pdf"
    with running(office):
        (office / "inbox" / "bilhete.txt").write_text("Comprar café")
        (office / "inbox" / "vazio.pdf").touch()
        (office / "inbox" / "meio.pdf.part").write_bytes(b"%PDF-1.4 still")
        os.mkfifo(office / "inbox" / "cano.pdf")
        (office / "inbox" / "atalho.pdf").symlink_to(document)
        until(lambda: malote.json("status")["express"]["waiting"] == 2)
        aside = folder_of_office(office)
        until(lambda: lying(aside) == ["bilhete.txt", "vazio.pdf"])
        told = {one["file"]: one for one in malote.json("express", "--waiting")}
        assert told["bilhete.txt"]["doubt"] == "client"
        assert told["vazio.pdf"]["reason"].startswith("Está vazio.")
        left = {path.name for path in (office / "inbox").iterdir()}
        assert left == {"meio.pdf.part", "cano.pdf", "atalho.pdf", aside.name}, "what is no document was touched"

        header, *lines = (OFFICE / "tasks.csv").read_text(encoding="utf-8").splitlines()
        late = next(line for line in lines if line.startswith("T0002,"))
        malote.run("complete", "T0002", "--force")
        shutil.copyfile(document, office / "inbox" / "darf.pdf")
        until(lambda: malote.json("status")["express"]["waiting"] == 3)
        (tmp_path / "mais" / "tasks.csv").write_text(f"{header}\n{late.replace('T0002', 'T0900')}\n", encoding="utf-8")
        malote.run("import", str(tmp_path / "mais"))
        until(lambda: malote.json("status")["express"]["waiting"] == 2)
    assert malote.json("tasks", "T0900")["status"] == "completed"
    assert lying(aside) == ["bilhete.txt", "vazio.pdf"]


def folder_of_office(office: Path) -> Path:
    """Where unrecognised files lie."""
    with open_office(office) as ctx:
        return folder_of(ctx)


def test_a_file_is_taken_only_once_it_is_wholly_written(malote: Malote, office: Path) -> None:
    """Half a document at a client's portal is worse than none."""
    data = (OFFICE / "documents" / "DARF PIS 2026-10.pdf").read_bytes()
    with running(office):
        with (office / "inbox" / "lento.pdf").open("wb") as file:
            for half in (data[:1000], data[1000:]):
                file.write(half)
                file.flush()
                time.sleep(2.5 * QUIET)  # it is open all the while
                assert (office / "inbox" / "lento.pdf").exists(), "half of it was taken"
        until(lambda: malote.json("status")["deliveries"]["delivered"] == 1)
    assert malote.json("tasks", "T0002")["documents"][0]["size"] == len(data)


def test_the_same_bytes_again_change_nothing_and_say_so(malote: Malote, office: Path) -> None:
    """Who downloads a document twice wants to know that it is there, not to send it twice."""
    with running(office):
        for name in ("a.pdf", "b.pdf"):
            shutil.copyfile(OFFICE / "documents" / "DARF PIS 2026-10.pdf", office / "inbox" / name)
            until(lambda name=name: not (office / "inbox" / name).exists())  # type: ignore[misc]
            until(lambda: malote.json("status")["deliveries"]["delivered"] == 1)
        until(lambda: "express_same" in malote.run("log", "--json").stdout)
    assert malote.json("status")["deliveries"]["delivered"] == 1
    assert not lying(office / "inbox")
