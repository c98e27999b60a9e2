"""The journal's catalogue: a code without a sentence would be a line that nobody can read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.domain.decisions import There, decide
from core.domain.events import EVENTS, message
from core.domain.failures import FAILURES
from core.domain.models import Event
from core.domain.story import PLACED, TURNS, WHY

CORE = Path(__file__).parents[2] / "core"
NOW = datetime(2026, 10, 5, tzinfo=UTC)
MAKERS = {"event": 2, "Event": None}
"""What makes events, and at which position the code is given (a keyword otherwise)."""

plain = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.text(), max_size=3))
keys = st.sampled_from(["name", "why", "place", "failure", "sentence", "detail", "retry_at", "hold", "missing", "size"])


def events_made() -> Iterator[tuple[str, str]]:
    """(where, code) of every code that the code base makes an event of, as far as it is written out there."""
    for path in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in MAKERS:
                continue
            position = MAKERS[name]
            given_ = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
            if position is not None:
                given_ += node.args[1:3]  # settling's event(subject, code, …), the office's event(ctx, actor, code, …)
            for value in given_:
                for part in ast.walk(value):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield f"{path.name}:{part.lineno}", part.value


def test_every_event_that_is_made_is_in_the_catalogue() -> None:
    made = list(events_made())
    assert len(made) > 20, "the search has lost its eyes"
    assert [(where, code) for where, code in made if code not in EVENTS] == []


def test_every_decision_is_an_event() -> None:
    theres = [
        None,
        *(
            There(sha256, seen=seen, ours=ours, others=others)
            for sha256 in (None, "new", "old")
            for seen in (False, True)
            for ours in (False, True)
            for others in (False, True)
        ),
    ]
    assert {decide(there, "new").event for there in theres} == set(PLACED) <= EVENTS.keys()
    assert set(WHY) == set(PLACED)
    assert set(TURNS) <= EVENTS.keys()


@pytest.mark.parametrize("code", EVENTS)
@pytest.mark.parametrize("lang", ["pt", "en"])
def test_every_sentence_can_be_said_with_nothing_to_fill_it(code: str, lang: str) -> None:
    """What an older version wrote may lack what the sentence has learned to say since; the log must go on."""
    assert message(Event(at=NOW, code=code), lang)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_tells_its_own_sentence(failure: str) -> None:
    params = {"failure": failure, "detail": "timeout", "template_name": "DAS", "client_name": "Alfa", "name": "a.pdf"}
    said = message(Event(at=NOW, code="failed", params=params), "en")
    assert said.startswith("Sending a.pdf failed: ") and len(said) > len("Sending a.pdf failed: ") + 10


def test_both_languages_of_a_reason_are_told() -> None:
    event = Event(at=NOW, code="skipped", params={"why": ["já está lá", "already there"]})
    assert (message(event, "pt"), message(event, "en")) == ("Não enviado: já está lá", "Not sent: already there")


@example("failed", {"failure": ["no", "code"]}, "pt")
@given(st.one_of(st.sampled_from(list(EVENTS)), st.text()), st.dictionaries(keys, plain), st.sampled_from(["pt", "en"]))
def test_no_event_breaks_the_log(code: str, params: dict[str, object], lang: str) -> None:
    """Not an unknown code, and not params of another version's making."""
    message(Event(at=NOW, code=code, params=params), lang)
