"""Completion in the shells themselves: a Tab that offers what is not there, or nothing, is worse than typing it all."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.models import Client, Document, Task, Template
from core.office import create_office, open_office
from core.office.context import utc_now

PATIENCE = 30.0
"""Seconds after which nothing more will come; several processes share the machine."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an office, a program `malote` and each shell's script."""
    folder = tmp_path_factory.mktemp("shell")
    create_office(folder / "office", {"portal": {"url": f"dir://{folder}"}})
    with open_office(folder / "office") as ctx:
        ctx.store.clients.save([Client(id="77", name="Alfa", portal=("Alfa",)), Client(id="C\x1b[31m", name="X")])
        ctx.store.templates.save([Template(id="das", name="DAS", department="Fiscal")])
        ctx.store.tasks.save([Task(id=f"T000{n}", client="77", name="DAS", period="2026-10") for n in (1, 2)])
        ctx.store.documents.save(
            Document(
                id=f"d{n}",
                task="T0002",
                client="77",
                template="das",
                name=f"Guia {n}.pdf",
                source_name="x",
                sha256="0" * 64,
                size=1,
                attached_by="ana",
                attached_at=utc_now(),
                removed_at=utc_now() if n == 2 else None,
            )
            for n in (1, 2)
        )
    (folder / "bin").mkdir()
    program = folder / "bin" / "malote"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m tui "$@"\n')
    program.chmod(0o755)
    (folder / "work" / "pasta").mkdir(parents=True)
    (folder / "work" / "Guia de outubro.pdf").touch()
    return folder


def script(place: Path, shell: str) -> Path:
    """The shell's script, or the test is skipped where there is no such shell."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    file = place / f"malote.{shell}"
    if not file.exists():
        done = subprocess.run([place / "bin" / "malote", "completion", shell], capture_output=True, check=True)
        assert not done.stderr
        file.write_bytes(done.stdout)
    return file


def environment(place: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MALOTE_")}
    own = {"MALOTE_OFFICE": str(place / "office"), "HOME": str(place), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    path = f"{place / 'bin'}:{os.environ['PATH']}"
    return {**kept, **own, "PATH": path, "PYTHONPATH": str(Path(__file__).parents[2])}


class Shell:
    """An interactive shell in a pseudo-terminal, its prompt `$> `."""

    def __init__(self, place: Path, argv: list[str], setup: str):
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(place / "work")
            os.execvpe(argv[0], argv, environment(place))
        os.write(self._fd, setup.encode() + b"\nPS1='$''> '; PROMPT='$''> '\n")
        self.until(r"\n?\$> ")

    def until(self, pattern: str) -> str:
        """Read until that has come; returns what has."""
        read, deadline = "", time.monotonic() + PATIENCE
        while not re.search(pattern, read):
            left = deadline - time.monotonic()
            assert left > 0 and select.select([self._fd], [], [], left)[0], f"{pattern} is not in {read!r}"
            read += os.read(self._fd, 65536).decode(errors="replace")
        return read

    def complete(self, line: str, pattern: str) -> str:
        """Type a line, press Tab (twice where it takes that to list), and read until the pattern."""
        os.write(self._fd, line.encode() + b"\t\t")
        read = self.until(pattern)
        os.write(self._fd, b"\x15\x15")  # the line is taken back
        return read

    def close(self) -> None:
        os.close(self._fd)
        os.waitpid(self._pid, 0)


SETUPS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "bind 'set enable-bracketed-paste off'; source {script}"),
    "zsh": (
        ["zsh", "-f", "-i"],
        "unsetopt prompt_sp; fpath=({functions} $fpath); autoload -Uz compinit; compinit -u -D",
    ),
}


@pytest.fixture(scope="module", params=sorted(SETUPS))
def shell(request: pytest.FixtureRequest, place: Path) -> Iterator[Shell]:
    argv, setup = SETUPS[request.param]
    file = script(place, request.param)
    functions = place / "functions"  # where zsh looks for them
    functions.mkdir(exist_ok=True)
    shutil.copy(file, functions / "_malote")
    one = Shell(place, argv, setup.format(script=file, functions=functions))
    yield one
    one.close()


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("malote deact", "malote deactivate "),
        ("malote complete --for", "--force"),
        ("malote complete T000", r"T0001(?s:.*)T0002"),
        ("malote attach T0001 Gui", r"Guia\\? de\\? outubro.pdf|Guia\\ de\\ outubro.pdf"),
        ("malote attach T0001 x --template d", "das"),
        ("malote attach T0001 x --origin acc", "accounting"),
        ("malote --office ../office folders 7", "77"),
        ("malote explain T0002/", r"Guia\\? 1.pdf"),
        ("malote import pas", "pasta/"),
    ],
)
def test_a_tab_offers_what_fits_there(shell: Shell, line: str, pattern: str) -> None:
    assert "Traceback" not in shell.complete(line, pattern)


def test_fish_offers_what_fits_there(place: Path) -> None:
    file = script(place, "fish")

    def offered(line: str) -> list[str]:
        done = subprocess.run(
            ["fish", "--no-config", "-c", f"source {file}; complete -C '{line}'"],
            env=environment(place),
            cwd=place / "work",
            capture_output=True,
            text=True,
            check=True,
        )
        return [one.split("\t")[0] for one in done.stdout.splitlines()]

    assert offered("malote deact") == ["deactivate"]
    assert "--force" in offered("malote complete --for")
    assert offered("malote complete T000") == ["T0001", "T0002"]
    assert offered("malote attach T0001 Gui") == ["Guia de outubro.pdf"]
    assert offered("malote attach T0001 x --origin acc") == ["accounting"]
    assert offered("malote explain T0002/") == ["T0002/Guia 1.pdf"]


def asked(place: Path, *words: str, office: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = {**environment(place), "MALOTE_OFFICE": str(office or place / "office")}
    return subprocess.run(
        [place / "bin" / "malote", "__complete", *words], env=env, capture_output=True, text=True, check=False
    )


def test_it_is_silent_whatever_is_wrong(place: Path, tmp_path: Path) -> None:
    """Words in the middle of the line that someone types are what they would lose by."""
    (tmp_path / "state.db").write_bytes(b"no database, and long enough to be looked at" * 99)
    for done in (
        asked(place, "task", "T", office=tmp_path),
        asked(place, "task", "T", office=tmp_path / "none"),
        asked(place, "nonsense", "T"),
        asked(place),
    ):
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "none").exists()
    assert asked(place, "client", "").stdout == "77\n", "the client whose id would colour the terminal is left out"


def test_it_loads_nothing_that_makes_a_tab_slow(place: Path) -> None:
    """pydantic alone costs more than all of a Tab's time."""
    code = (
        "import sys; from core.cli.completing import complete; complete(['task', 'T']); "
        "print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(place), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["T0001", "T0002"]
    assert not {"pydantic", "tinydb", "core.office", "argparse", "platformdirs"} & set(eval(done.stderr))
