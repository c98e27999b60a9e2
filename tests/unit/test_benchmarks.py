"""The figures' one command works, and the page of figures leaves no part out."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks import start
from benchmarks.__main__ import PARTS, RESULTS, main, page
from benchmarks.figures import Figure


def test_a_part_is_measured_printed_and_written_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "COMMANDS", (("--help",), ("status",)))
    assert main(["start", "--quick", "--json", str(tmp_path / "figures.json")]) == 0
    assert "malote status" in capsys.readouterr().out
    found = json.loads((tmp_path / "figures.json").read_text())
    assert found["machine"]["processor"]
    [first, *_] = found["parts"]["start"]
    assert (first["what"], first["unit"], first["held"]) == ("malote --help", "ms", None)
    assert first["value"] > first["peers"]["python -c pass"] > 0


@pytest.mark.parametrize(
    ("figure", "held"),
    [
        (Figure("", 400, "bytes", most=400), True),
        (Figure("", 401, "bytes", most=400), False),
        (Figure("", 0.84, "times", least=0.85), False),
        (Figure("", 0.0, "bytes", most=0), True),
        (Figure("", 1, "s"), None),
    ],
)
def test_a_missed_bar_is_told_as_missed(figure: Figure, held: bool | None) -> None:
    assert figure.held is held
    told = page({}, {"start": [figure]}, 60)
    assert ("missed is" in told) is (held is False)


@pytest.mark.parametrize("module", [one for _, modules in PARTS.values() for one in modules])
def test_each_part_can_be_measured(module: str) -> None:
    """A part that was renamed would be missed only at the end of a run of hours."""
    assert callable(import_module(f"benchmarks.{module}").measure)


def test_the_page_has_no_part_that_is_not_measured_and_leaves_none_out() -> None:
    """Someone who reads the page would take it for everything there is."""
    if not RESULTS.exists():
        pytest.skip("RESULTS.md has not been written: python -m benchmarks --write")
    headings = {line.removeprefix("## ") for line in RESULTS.read_text().splitlines() if line.startswith("## ")}
    assert headings == set(PARTS)


def test_an_unknown_part_and_a_page_of_some_parts_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (["nothing"], ["start", "--write"], ["--quick", "--write"]):
        with pytest.raises(SystemExit) as ended:
            main(argv)
        assert ended.value.code == 2
    assert "there are state, sending" in capsys.readouterr().err
