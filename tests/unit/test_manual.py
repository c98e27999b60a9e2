"""The manual page: `man malote` must know every command, and be read without complaint."""

import re
import shutil
import subprocess

import pytest

from core.cli.commands import COMMANDS
from docs.manual import manual


@pytest.mark.parametrize("lang", ("pt", "en"))
def test_groff_reads_it_without_complaint(lang: str) -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(
        ["groff", "-man", "-K", "utf8", "-T", "utf8", "-ww"],
        input=manual(lang).encode(),
        capture_output=True,
        check=True,
    )
    assert not done.stderr.decode()
    shown = re.sub(".\x08", "", done.stdout.decode())  # bold is overstruck
    for name in COMMANDS:
        assert f"malote {name}" in shown
