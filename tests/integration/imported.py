"""Imports all that the command may need, for a process from which others are forked."""

from __future__ import annotations

import importlib
import pkgutil

import core
import tui.__main__  # noqa: F401

for found in pkgutil.walk_packages(core.__path__, "core."):
    importlib.import_module(found.name)
