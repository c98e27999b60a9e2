"""A start without what is never used; each saves part of what a process takes before it has done anything."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from functools import cache, partial
from types import ModuleType
from typing import Any

Method = Callable[..., Any]


def without_plugins() -> None:
    """Let pydantic look for no plugins of its own: it reads the metadata of all packages for it, 10 ms."""
    _stand_in("pydantic.plugin._loader", get_plugins=tuple)


def without_compiling() -> None:
    """Compile what `dataclass` writes for a class when it is first called: of 400 methods 50 are, 12 % of a start.

    They say less of their arguments until then. Nothing changes from Python 3.13 on, which has another way.
    """
    if (compiling := getattr(dataclasses, "_create_fn", None)) is not None:
        vars(dataclasses)["_create_fn"] = partial(_compiled_later, compiling)


def _compiled_later(compiling: Callable[..., Method], name: str, *source: Any, **options: Any) -> Method:
    compiled = cache(partial(compiling, name, *source, **options))

    def method(self: object, /, *values: Any, **named: Any) -> Any:
        for owner in type(self).__mro__:
            if vars(owner).get(name) is method:
                setattr(owner, name, compiled())
        return compiled()(self, *values, **named)

    method.__name__ = name
    return method


def without_palette() -> None:
    """Let Textual's app be imported without its command palette, for which ours stands: 19 ms of widgets."""
    names = ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "Provider", "SimpleProvider")
    _stand_in("textual.command", **{name: type(name, (), {}) for name in names})


def _stand_in(name: str, **contents: object) -> None:
    """Put a module into the place of one that is not imported yet."""
    module = ModuleType(name)
    vars(module).update(contents)
    sys.modules.setdefault(name, module)
