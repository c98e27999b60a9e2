"""What is imported before the first paint: each of these would make everybody wait at every start."""

from __future__ import annotations

import subprocess
import sys

from textual.app import App

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
    *("core.ports.portal", "core.ports.repositories", "core.domain.express", "core.domain.recognition"),
}


def test_the_first_paint_waits_for_nothing_that_it_does_not_show() -> None:
    done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    found = set(done.stdout.split())
    assert "textual.app" in found
    assert not found & LATER


PLAINLY = """
import typing, typing_extensions
import core.office
from pydantic_core import core_schema
kinds = [one for one in vars(core_schema).values() if isinstance(one, type) and issubclass(one, dict)]
stood_in = {one.__mro__[1].__module__ for one in kinds}
assert len(kinds) > 80 and "core.domain.plainly" in stood_in, stood_in
assert type(core_schema.CoreConfig(title="one")) is dict
assert type(core_schema.str_schema()) is dict
for module in typing, typing_extensions:
    assert module.TypedDict.__module__ == module.__name__, module.TypedDict
"""


def test_schemas_are_declared_without_compiling_their_annotations_and_nothing_else_is() -> None:
    done = subprocess.run([sys.executable, "-c", PLAINLY], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr


def test_textual_still_asks_these_whether_to_make_widgets_that_are_never_shown() -> None:
    assert {"_disable_tooltips", "_disable_notifications"} <= set(vars(App()))
