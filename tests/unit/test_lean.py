"""What a start does without is there all the same once it is asked for; else something would fail much later."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from tui import lean


@pytest.fixture(autouse=True)
def lazily(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(dataclasses, "_create_fn"):
        pytest.skip("this Python's dataclasses are let be")
    monkeypatch.setattr(dataclasses, "_create_fn", vars(dataclasses)["_create_fn"])
    lean.without_compiling()
    yield


def test_values_are_made_compared_shown_and_kept_as_ever() -> None:
    @dataclasses.dataclass(frozen=True, order=True)
    class Point:
        x: int
        y: int = 2

    @dataclasses.dataclass(frozen=True)
    class Named(Point):
        name: str = "a"
        self: int = 0  # a field may be called so

    @dataclasses.dataclass(slots=True)
    class Slim:
        values: list[int] = dataclasses.field(default_factory=list)

        def __post_init__(self) -> None:
            self.values.append(1)

    for _ in range(2):  # compiled at the first turn, called at both
        assert Point(1) == Point(1, 2) != Point(1, 3)
        assert Point(1) < Point(2) and hash(Point(1)) == hash(Point(1, 2))
        assert repr(Named(1, name="b")).endswith("Named(x=1, y=2, name='b', self=0)")
        assert Named(1, self=3).self == 3
        assert dataclasses.replace(Point(1), y=5) == Point(1, y=5)
        assert Slim() == Slim([]) and Slim().values == [1]
        with pytest.raises(dataclasses.FrozenInstanceError):
            Named(1).x = 2  # type: ignore[misc]
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
            vars(Point)["__init__"](object.__new__(Point))


def test_a_method_is_compiled_once_and_then_called_without_a_step_between() -> None:
    made: list[str] = []
    compiling = vars(dataclasses)["_create_fn"].args[0]

    def counted(name: str, *source: Any, **options: Any) -> Any:
        made.append(name)
        return compiling(name, *source, **options)

    vars(dataclasses)["_create_fn"] = counted
    lean.without_compiling()

    @dataclasses.dataclass
    class Point:
        x: int

    assert made == []
    points = [Point(1), Point(2)]
    assert points[0] != points[1]
    assert sorted(made) == ["__eq__", "__init__"]
    assert vars(Point)["__init__"].__code__.co_varnames == ("self", "x")
