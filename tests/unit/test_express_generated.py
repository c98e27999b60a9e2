"""A hundred generated documents of fifty forms, by two producers, in many layouts; a thousand: `benchmarks.express`."""

from __future__ import annotations

import pytest

from benchmarks.express import ONE_SIDED, Result, run


def judged(results: list[Result]) -> None:
    assert [one.made for one in results if one.wrong_client] == []
    assert [one.made.form for one in results if one.made.client is None and one.certain] == []
    knowable = [one for one in results if one.made.client]
    wrong = [(one.made.form, one.made.layout, one.said.reason[0]) for one in knowable if one.certain and not one.right]
    right = sum(one.right for one in knowable)
    assert wrong == []  # in template or period
    asked = [(one.made.form, one.made.layout, one.said.reason[0]) for one in knowable if not one.certain]
    assert right >= 0.98 * len(knowable), asked


def test_a_sample_finds_its_clients_templates_and_periods_or_asks() -> None:
    judged(run(2026, 106).results)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_a_thousand_find_theirs_or_ask(seed: int) -> None:
    judged([*run(seed, 550).results, *run(seed + 100, 550, ONE_SIDED).results])
