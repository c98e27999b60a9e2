"""The attached bytes: what is lost here is a document that never reaches its client."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import resource
import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from core.blobs import BlobDirectory, NotAFile, SourceChanged
from core.ports import Blob, Blobs

DATA = b"%PDF-1.7 " * 5000
SHA = hashlib.sha256(DATA).hexdigest()
DAY = 86_400.0


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def blobs(spool: Path) -> Blobs:
    return BlobDirectory(spool)


def source(folder: Path, data: bytes = DATA, name: str = "source.pdf") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def stored(spool: Path) -> list[str]:
    return sorted(str(path.relative_to(spool)) for path in spool.rglob("*") if path.is_file() and path.name != ".lock")


def age(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


@pytest.mark.parametrize("data", [b"", b"x", DATA, b"0123456789abcdef" * 200_000])
def test_keeps_bytes_under_their_hash(blobs: Blobs, spool: Path, tmp_path: Path, data: bytes) -> None:
    sha256 = hashlib.sha256(data).hexdigest()
    assert blobs.keep(source(tmp_path, data)) == Blob(sha256, len(data))
    assert blobs.path(sha256) == spool / sha256[:2] / sha256[2:]
    assert blobs.path(sha256).read_bytes() == data
    assert blobs.state(sha256, len(data)) is None


def test_same_bytes_are_kept_once_and_renewed(blobs: Blobs, spool: Path, tmp_path: Path) -> None:
    """A sweep would take away what was just attached again."""
    blobs.keep(source(tmp_path))
    age(blobs.path(SHA), 10 * DAY)
    inode = blobs.path(SHA).stat().st_ino
    blobs.keep(source(tmp_path, name="other.pdf"))
    assert stored(spool) == [f"{SHA[:2]}/{SHA[2:]}"]
    assert blobs.path(SHA).stat().st_ino == inode
    assert blobs.sweep(DAY, lambda _: True) == 0


@pytest.mark.parametrize("damage", [b"", DATA[:-1], DATA[:-1] + b"?", DATA + b"?"])
def test_damaged_bytes_are_noticed_and_mended_by_attaching_again(
    blobs: Blobs, spool: Path, tmp_path: Path, damage: bytes
) -> None:
    blobs.keep(source(tmp_path))
    blobs.path(SHA).write_bytes(damage)
    assert blobs.state(SHA, len(DATA)) == "file_changed"
    blobs.keep(source(tmp_path))
    assert blobs.state(SHA, len(DATA)) is None
    assert len(stored(spool)) == 1


def test_state(blobs: Blobs, tmp_path: Path) -> None:
    assert blobs.state(SHA, len(DATA)) == "file_missing"
    blobs.keep(source(tmp_path))
    assert blobs.state(SHA, len(DATA) + 1) == "file_changed"
    blobs.path(SHA).unlink()
    assert blobs.state(SHA, len(DATA)) == "file_missing"
    for bad in ("../../etc/passwd", "", SHA.upper(), SHA + "0"):
        with pytest.raises(ValueError, match="SHA-256"):
            blobs.path(bad)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_refused(blobs: Blobs, spool: Path, tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Reading a pipe would hang for ever."""
    make(tmp_path / "it")
    with pytest.raises(NotAFile):
        blobs.keep(tmp_path / "it")
    with pytest.raises(FileNotFoundError):
        blobs.keep(tmp_path / "none")
    assert stored(spool) == []


def test_source_that_changes_meanwhile(
    blobs: Blobs, spool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document half of one version and half of another would be sent."""
    path = source(tmp_path)
    read = os.read

    def reading(descriptor: int, size: int) -> bytes:
        with path.open("ab") as more:
            more.write(b"more")
        return read(descriptor, 1000)

    monkeypatch.setattr(os, "read", reading)
    with monkeypatch.context() as once:
        once.setattr(os, "read", lambda descriptor, size: (path.write_bytes(DATA + b"!"), read(descriptor, size))[1])
        with pytest.raises(SourceChanged):
            blobs.keep(path)
    assert stored(spool) == []


@pytest.mark.parametrize("umask", [0, 0o077, 0o777])
def test_modes_whatever_the_umask(spool: Path, tmp_path: Path, umask: int) -> None:
    """Another login of the same office could not send the document."""
    blobs = BlobDirectory(spool, mode=0o660, folder_mode=0o2770)
    path = source(tmp_path)
    previous = os.umask(umask)
    try:
        blobs.keep(path)
    finally:
        os.umask(previous)
    assert stat.S_IMODE(blobs.path(SHA).stat().st_mode) == 0o660
    assert stat.S_IMODE((spool / ".lock").stat().st_mode) == 0o660
    assert stat.S_IMODE(blobs.path(SHA).parent.stat().st_mode) == 0o2770
    assert stat.S_IMODE(spool.stat().st_mode) == 0o2770


def test_sweep_takes_only_old_ones_that_nobody_needs(blobs: Blobs, spool: Path, tmp_path: Path) -> None:
    kept = [blobs.keep(source(tmp_path, bytes([n]) * 10)).sha256 for n in range(4)]
    for sha256 in kept[:3]:
        age(blobs.path(sha256), 2 * DAY)
    asked: list[str] = []

    def let_go(sha256: str) -> bool:
        asked.append(sha256)
        if sha256 == kept[2]:
            blobs.path(sha256).touch()  # attached again while the store was being asked
        return sha256 != kept[0]

    assert blobs.sweep(DAY, let_go) == 1
    assert sorted(asked) == sorted(kept[:3])
    assert [blobs.path(sha256).exists() for sha256 in kept] == [True, False, True, True]
    assert blobs.sweep(0.0, lambda _: False) == 0


def test_sweep_of_nothing_and_of_strangers(blobs: Blobs, spool: Path, tmp_path: Path) -> None:
    assert blobs.sweep(0.0, lambda _: True) == 0
    blobs.keep(source(tmp_path))
    strangers = [spool / "notes.txt", spool / SHA[:2] / "notes.txt"]
    fresh, old = spool / ".new-fresh", spool / ".new-old"
    for path in (*strangers, fresh, old):
        path.write_bytes(b"?")
        age(path, 10 * DAY if path != fresh else 60)
    assert blobs.sweep(DAY, lambda _: True) == 0
    assert [path.exists() for path in (*strangers, fresh, old)] == [True, True, True, False]


def _limited(spool: Path, path: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    try:
        BlobDirectory(spool).keep(path)
    except OSError:
        os._exit(7)


def _killed(spool: Path, path: Path, step: int) -> None:
    count = iter(range(step))

    def dying(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if next(count, None) is None:
                os._exit(9)
            return original(*args, **kwargs)

        return call

    for name in ("open", "write", "fchmod", "fsync", "mkdir", "chmod", "rename", "utime", "unlink"):
        setattr(os, name, dying(getattr(os, name)))
    BlobDirectory(spool).keep(path)


def _in_a_process(target: Callable[..., None], *args: object) -> int | None:
    process = multiprocessing.get_context("fork").Process(target=target, args=args)
    process.start()
    process.join()
    return process.exitcode


def test_full_disk_leaves_nothing(spool: Path, tmp_path: Path) -> None:
    assert _in_a_process(_limited, spool, source(tmp_path)) == 7
    assert stored(spool) == []


@pytest.mark.parametrize("damaged", [False, True])
def test_killed_at_any_step(spool: Path, tmp_path: Path, damaged: bool) -> None:
    """What has a blob's name is whole, whenever the process dies."""
    path, blobs, step = source(tmp_path), BlobDirectory(spool), 0
    if damaged:
        blobs.keep(path)
    while True:
        if damaged:
            blobs.path(SHA).write_bytes(b"damaged")
        elif blobs.path(SHA).exists():
            blobs.path(SHA).unlink()
        code = _in_a_process(_killed, spool, path, step)
        assert blobs.state(SHA, len(DATA)) in ({None, "file_changed"} if damaged else {None, "file_missing"})
        assert not blobs.path(SHA).exists() or blobs.path(SHA).stat().st_size in {len(DATA), 7}
        if code != 9:
            assert code == 0
            break
        step += 1
    assert step > 5
    for left in spool.glob(".new-*"):
        age(left, 2 * DAY)
    blobs.sweep(DAY, lambda _: False)
    assert stored(spool) == [f"{SHA[:2]}/{SHA[2:]}"]


def _sweeping(spool: Path, stop: Any) -> None:
    blobs = BlobDirectory(spool)
    while not stop.is_set():
        blobs.sweep(3600.0, lambda _: True)


def test_attaching_beside_sweeping_loses_nothing(spool: Path, tmp_path: Path) -> None:
    """Each attach finds old bytes that nobody needed until now, just when they are being swept."""
    paths = [source(tmp_path, bytes([n]) * 5000, f"source{n}") for n in range(4)]
    context = multiprocessing.get_context("fork")
    stop = context.Event()
    sweepers = [context.Process(target=_sweeping, args=(spool, stop)) for _ in range(2)]
    for sweeper in sweepers:
        sweeper.start()

    def attach(path: Path) -> int:
        blobs, lost = BlobDirectory(spool), 0
        for _ in range(60):
            blob = blobs.keep(path)
            lost += blobs.state(blob.sha256, blob.size) is not None
            age(blobs.path(blob.sha256), 7200)  # and so it is old again, for the next round
        return lost

    try:
        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(attach, paths)) == 0
    finally:
        stop.set()
        for sweeper in sweepers:
            sweeper.join()


def test_many_keep_the_same(spool: Path, tmp_path: Path) -> None:
    path, start = source(tmp_path), threading.Barrier(8)

    def attach(_: int) -> Blob:
        start.wait(30)
        return BlobDirectory(spool).keep(path)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(attach, range(8))) == {Blob(SHA, len(DATA))}
    assert stored(spool) == [f"{SHA[:2]}/{SHA[2:]}"]
    assert BlobDirectory(spool).state(SHA, len(DATA)) is None
