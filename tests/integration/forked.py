"""`malote` in a process of its own, forked from one that has all of it imported already.

An interpreter that starts and imports costs a third of a second of the processor, and these tests call the command many
hundred times. That it starts as it is installed is held by those that start it so: what is killed, the documentation's
commands, the service, the console on a terminal.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(["tests.integration.imported"])


def malote(
    words: tuple[str, ...], environment: Mapping[str, str], folder: Path | None = None, patience: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `malote WORDS` in a folder to its end; the environment is all that it has."""
    with tempfile.TemporaryDirectory() as place:
        said = Path(place, "out"), Path(place, "err")
        process = _forking.Process(target=_run, args=(words, dict(environment), folder or Path.cwd(), said))
        process.start()
        process.join(patience)
        if process.exitcode is None:
            process.kill()
        assert process.exitcode is not None, f"malote {words} did not end"
        out, err = (one.read_text(encoding="utf-8") for one in said)
    return subprocess.CompletedProcess(words, process.exitcode, out, err)


def _run(words: tuple[str, ...], environment: dict[str, str], folder: Path, said: tuple[Path, Path]) -> None:
    for number, path in enumerate(said, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.argv = ["malote", *words]
    from tui.__main__ import main

    sys.exit(main())
