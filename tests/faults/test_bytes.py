"""One byte of the configuration or of the state is damaged: it works, or a sentence says what is wrong."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from core.cli.main import main
from tests.faults.program import Program, build, seeded

COMMANDS = (("status",), ("tasks",), ("errors",), ("log",), ("deliver",), ("doctor",))


def run(program: Program, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run a command in this process: what is no sentence is raised. Returns its status, and all that it said."""
    status = main(["--office", str(program.office), "--lang", "pt", *words])
    said = capsys.readouterr()
    return status, said.out + said.err


def damaged(data: bytes, at: int, chance: random.Random) -> bytes:
    byte = chance.choice((data[at] ^ 0xFF, data[at] ^ 1 << chance.randrange(8), 0, 0x22, 0x0A))
    return data[:at] + bytes([byte % 256]) + data[at + 1 :]


@pytest.mark.parametrize("step", [pytest.param(61, id="small"), pytest.param(1, id="full", marks=pytest.mark.soak)])
def test_the_configuration(tmp_path: Path, step: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever finds a damaged file is told which, and where."""
    chance = random.Random(2026) if step > 1 else seeded()
    program = build(tmp_path, tasks=1)
    file = program.office / "malote.toml"
    data = file.read_bytes()
    ended = set()
    for at in range(0, len(data), step):
        file.write_bytes(damaged(data, at, chance))
        status, said = run(program, ("status",), capsys)
        assert status in (0, 3), (at, said)
        ended.add(status)
        if status == 3:
            assert re.search(r"malote\.toml, linha \d+, coluna \d+", said), (at, said)
            assert "Para resolver" in said
    assert 0 in ended
    file.write_bytes(data)
    assert program.call("deliver").returncode == 0
    program.check()


@pytest.mark.parametrize("count", [pytest.param(20, id="small"), pytest.param(8000, id="full", marks=pytest.mark.soak)])
def test_the_state(tmp_path: Path, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Never a programmer's traceback to an office in trouble; what can be read goes on."""
    chance = random.Random(2026) if count < 100 else seeded()  # CI looks at the same bytes each time
    program, data = sample(tmp_path)
    print(damage_each(program, data, (chance.randrange(len(data)) for _ in range(count)), chance, capsys))
    mended(program, data)


@pytest.mark.parametrize("step", [pytest.param(400, id="small"), pytest.param(1, id="full", marks=pytest.mark.soak)])
def test_the_schema(tmp_path: Path, step: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The state's own SQL, in which one letter makes names and functions that there are not."""
    chance = random.Random(2026) if step > 1 else seeded()
    program, data = sample(tmp_path)
    with closing(sqlite3.connect(tmp_path / "whole.db")) as connection:
        statements = [sql.encode() for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql <> ''")]
    places = [at + n for sql in statements if (at := data.find(sql)) > 0 for n in range(len(sql))]
    assert len(places) > 5000
    ended = damage_each(program, data, places[::step], chance, capsys)
    assert ended.get(3), "nothing was found in any of them"
    print(ended)
    mended(program, data)


def test_a_letter_of_a_trigger_is_found_by_a_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counters would be wrong from then on, and SQLite itself sees nothing amiss."""
    program, data = sample(tmp_path)
    put_state(program, data.replace(b"SET value = value + 1;", b"SET value = value + 2;", 1))
    status, said = run(program, ("doctor",), capsys)
    assert status == 3, said
    assert "tally_" in said


def sample(folder: Path) -> tuple[Program, bytes]:
    """An office with some work, and the bytes of its state, which lie in whole.db."""
    program = build(folder, tasks=8, clients=3)
    with program.opened() as ctx:
        ctx.store.copy_to(folder / "whole.db")
    return program, (folder / "whole.db").read_bytes()


def put_state(program: Program, data: bytes) -> None:
    for left in program.office.glob("state.db*"):
        left.unlink()
    state = program.office / "state.db"
    state.write_bytes(data)
    state.chmod(0o600)


def damage_each(
    program: Program, data: bytes, places: Iterable[int], chance: random.Random, capsys: pytest.CaptureFixture[str]
) -> Counter[int]:
    """Run every command with each of these bytes damaged; how often they ended with each status."""
    ended: Counter[int] = Counter()
    for at in places:
        put_state(program, damaged(data, at, chance))
        for words in COMMANDS:
            try:
                status, said = run(program, words, capsys)
            except Exception as error:
                raise AssertionError(f"byte {at}, {words}: {error!r}") from error
            assert status in (0, 1, 3), (at, words, said)
            ended[status] += 1
            if status == 3:
                assert "state.db" in said, (at, words, said)
                assert "Para resolver" in said, (at, words, said)
        shutil.rmtree(program.portal)
        program.portal.mkdir()
    return ended


def mended(program: Program, data: bytes) -> None:
    put_state(program, data)
    assert program.call("deliver").returncode == 0
    program.check()
