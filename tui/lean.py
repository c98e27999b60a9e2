"""A start without what is never used; each saves part of what a process takes before it has done anything."""

from __future__ import annotations

import sys
from types import ModuleType


def without_plugins() -> None:
    """Let pydantic look for no plugins of its own: it reads the metadata of all packages for it, 10 ms."""
    _stand_in("pydantic.plugin._loader", get_plugins=tuple)


def without_palette() -> None:
    """Let Textual's app be imported without its command palette, for which ours stands: 19 ms of widgets."""
    names = ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "Provider", "SimpleProvider")
    _stand_in("textual.command", **{name: type(name, (), {}) for name in names})


def _stand_in(name: str, **contents: object) -> None:
    """Put a module into the place of one that is not imported yet."""
    module = ModuleType(name)
    vars(module).update(contents)
    sys.modules.setdefault(name, module)
