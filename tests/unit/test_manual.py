"""The manual page: `man malote` must know every command, and be read without complaint."""

import shutil
import subprocess

import pytest

from core.cli.commands import COMMANDS
from docs.manual import PAGES, manual


@pytest.mark.parametrize("lang", sorted(PAGES))
def test_the_manual_page_is_as_the_code_says(lang: str) -> None:
    """An outdated page sends people after options that are not there: run `python -m docs.generate`."""
    assert PAGES[lang].read_text(encoding="utf-8") == manual(lang)


@pytest.mark.parametrize("lang", sorted(PAGES))
def test_groff_reads_it_without_complaint(lang: str) -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(
        ["groff", "-man", "-K", "utf8", "-T", "utf8", "-ww", str(PAGES[lang])], capture_output=True, check=True
    )
    assert not done.stderr.decode()
    shown = done.stdout.decode()
    for name in COMMANDS:
        assert f"malote {name}" in shown
