"""Imported before pydantic, it lets pydantic-core declare its kinds of schemas in 8 ms less.

There are 90 of them, as `TypedDict`, which compiles each of their 850 annotations; nobody reads these.
"""

from __future__ import annotations

import typing
from typing import Any

import typing_extensions


class Plain(dict[str, Any]):
    """Stands for `TypedDict`: what is declared with it makes plain dictionaries too, but its annotations are let be."""

    def __init_subclass__(cls, *, total: bool = True) -> None: ...

    def __new__(cls, *args: Any, **fields: Any) -> Any:
        return dict(*args, **fields)


_true = {module: vars(module)["TypedDict"] for module in (typing, typing_extensions)}
for _module in _true:
    vars(_module)["TypedDict"] = Plain
try:
    import pydantic_core.core_schema  # noqa: F401
finally:
    for _module, _TypedDict in _true.items():
        vars(_module)["TypedDict"] = _TypedDict
