"""A start without what is never used; each saves part of what a process takes before it has done anything."""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

LATER = {
    "difflib": ("get_close_matches",),  # what was meant by a wrong style
    "pickle": ("dumps", "loads"),  # what rich keeps with a style
    "platformdirs": ("user_downloads_path",),  # where a screenshot goes
    "rich.table": ("Table",),  # a picture of a theme
}
"""What Textual's app takes from modules that a start does without: 4 ms."""


def without_plugins() -> None:
    """Let pydantic look for no plugins of its own: it reads the metadata of all packages for it, 10 ms."""
    _stand_in("pydantic.plugin._loader", get_plugins=tuple)


def without_palette() -> None:
    """Let Textual's app be imported without its command palette, for which ours stands: 19 ms of widgets."""
    names = ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "Provider", "SimpleProvider")
    _stand_in("textual.command", **{name: type(name, (), {}) for name in names})


def with_less() -> None:
    """Import Textual's app with functions that import their modules only once they are called."""
    names = [name for name in LATER if name not in sys.modules]
    for name in names:
        called = {one: partial(_call, name, one) for one in LATER[name]}
        _stand_in(name, **called, __getattr__=partial(_take, name))
    import textual.app  # noqa: F401

    for name in names:
        _stand_away(name)


def _call(module: str, name: str, *args: Any, **options: Any) -> Any:
    return _take(module, name)(*args, **options)


def _take(module: str, name: str) -> Any:
    if name.startswith("__"):  # the machinery of imports asks whether it is a package
        raise AttributeError(name)
    _stand_away(module)
    return getattr(import_module(module), name)


def _stand_in(name: str, **contents: object) -> None:
    """Put a module into the place of one that is not imported yet."""
    module = ModuleType(name)
    vars(module).update(contents)
    sys.modules.setdefault(name, module)


def _stand_away(name: str) -> None:
    """Let whoever imports a module from now on have the true one."""
    if getattr(sys.modules.get(name), "__spec__", None) is None:
        sys.modules.pop(name, None)
