"""What is imported before the first paint: each of these would make everybody wait at every start."""

from __future__ import annotations

import subprocess
import sys

START = """
import sys
import tui.__main__ as entry
entry.lean.without_palette()
import core.office, core.office.actors, tui.app, tui.desk, tui.screens.panel
from core.office.config import Config
Config.model_validate({"portal": {"url": "dir:///"}})
print(*sys.modules)
"""
LATER = {
    *("httpx", "tomlkit", "rapidfuzz", "pypdfium2", "argparse", "importlib.metadata"),
    *("textual.widgets._input", "textual.widgets._option_list", "textual.widgets._tree"),
    *("core.catalog", "core.office.registry", "core.portal", "core.cli.parser", "tui.screens.palette"),
}


def test_the_first_paint_waits_for_nothing_that_it_does_not_show() -> None:
    done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    found = set(done.stdout.split())
    assert "textual.app" in found
    assert not found & LATER
