"""Failures are work to do: every one must say what is wrong, how to mend it, and whether it goes on by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.delivery.plan import Subject
from core.delivery.settling import failure_params
from core.domain.events import message
from core.domain.failures import FAILURES, next_try
from core.domain.lineage import queue
from core.domain.models import Client, Document, Employee, Event, Task, Template
from core.domain.text import Sentence, as_sentence, both
from core.office import health
from core.portal.webdav.faults import TIMEOUT
from core.ports import PortalFault

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)

NEVER, HOURLY, GROWING, THREE_TIMES = "no", "every hour", "yes", "three times"
CATALOGUE = {
    "permission_denied": NEVER,
    "no_destination": NEVER,
    "client_not_linked": NEVER,
    "name_invalid": NEVER,
    "file_missing": NEVER,
    "file_changed": NEVER,
    "file_too_large": HOURLY,
    "portal_full": HOURLY,
    "portal_unreachable": GROWING,
    "portal_busy": GROWING,
    "portal_auth": NEVER,
    "portal_forbidden": NEVER,
    "portal_unsafe": NEVER,
    "portal_error": THREE_TIMES,
    "conflict_unresolved": THREE_TIMES,
}
"""The design's table."""

PORTAL_S = [code for code in CATALOGUE if code.startswith("portal_")]

jitters = st.floats(0, 1, exclude_max=True)


def subject() -> Subject:
    document = Document(
        id="d",
        task="t",
        client="c",
        template="das",
        name="DAS {1}.pdf",
        source_name="DAS {1}.pdf",
        sha256="0",
        size=1,
        attached_by="e",
        attached_at=NOW,
    )
    return Subject(
        queue(document, "e", None, "delivery", NOW),
        document,
        Template(id="das", name="DAS", department="Fiscal e Contábil"),
        Client(id="c", name="Padaria {Pão} Ltda"),
        Task(id="t", client="c", name="DAS", period="2026-10"),
        Employee(id="e", name="Eva"),
    )


def wait(code: str, attempts: int, jitter: float = 0.5, retry_after: float | None = None) -> float | None:
    at = next_try(code, attempts, NOW, jitter, retry_after)
    return None if at is None else (at - NOW).total_seconds()


def test_the_catalogue_is_the_designs() -> None:
    assert FAILURES.keys() == CATALOGUE.keys()


def test_what_is_wrong_with_the_portal_as_a_whole() -> None:
    """Each of these met by five hundred documents would otherwise be five hundred failures, and a locked account."""
    assert {code for code, failure in FAILURES.items() if failure.whole} == {
        "portal_unreachable",
        "portal_auth",
        "portal_unsafe",
    }


@pytest.mark.parametrize(("code", "retries"), CATALOGUE.items())
def test_whether_it_retries_by_itself(code: str, retries: str) -> None:
    tries = [wait(code, attempts) is not None for attempts in (1, 2, 3, 4, 100)]
    assert (
        tries
        == {
            NEVER: [False] * 5,
            HOURLY: [True] * 5,
            GROWING: [True] * 5,
            THREE_TIMES: [True, True, False, False, False],
        }[retries]
    )


@given(
    st.sampled_from([code for code, retries in CATALOGUE.items() if retries == HOURLY]), st.integers(1, 999), jitters
)
def test_every_hour_is_every_hour(code: str, attempts: int, jitter: float) -> None:
    assert wait(code, attempts, jitter) == 3600


@given(st.integers(1, 10_000), jitters)
def test_growing_waits_stay_between_half_and_whole_of_their_bound(attempts: int, jitter: float) -> None:
    whole = min(900.0, 5 * 2.0 ** min(attempts - 1, 30))
    found = wait("portal_unreachable", attempts, jitter)
    assert found is not None and whole / 2 <= found + 1e-3 and found - 1e-3 <= whole


@given(st.integers(1, 9), jitters)
def test_waits_grow(attempts: int, jitter: float) -> None:
    """A portal that is down must not be knocked at for ever at the first pace."""
    shorter, longer = wait("portal_busy", attempts, jitter), wait("portal_busy", attempts + 1, jitter)
    assert shorter is not None and longer is not None and longer >= shorter


@given(st.sampled_from(("portal_unreachable", "file_too_large", "portal_error")), st.floats(0, 1e6), jitters)
def test_retry_after_is_never_undercut(code: str, retry_after: float, jitter: float) -> None:
    """RFC 9110, 10.2.3: who comes back sooner may be shut out."""
    found = wait(code, 1, jitter, retry_after)
    assert found is not None and found >= retry_after - 1e-3


def test_jitter_keeps_waiters_apart() -> None:
    assert len({wait("portal_busy", 5, step / 10) for step in range(10)}) == 10


@pytest.mark.parametrize("code", FAILURES)
@pytest.mark.parametrize("lang", ["pt", "en"])
def test_every_sentence_and_remedy_can_be_said(code: str, lang: str) -> None:
    """A failure whose text cannot be filled would take the error listing down with it."""
    failure, params = FAILURES[code], failure_params(subject(), "507 Insufficient Storage")
    for text in (failure.sentence, failure.remedy):
        said = Sentence(text, params).say(lang)
        assert said and "{pao}" not in said.lower().replace("{pão}", "")
    assert "malote" in Sentence(failure.remedy, params).say(lang) or code in (
        "file_too_large",
        "portal_full",
        "portal_busy",
    )


@pytest.mark.parametrize("code", [code for code, failure in FAILURES.items() if failure.whole])
def test_a_paused_portals_sentence_needs_nothing_but_its_detail(code: str) -> None:
    """It is about no delivery in particular, so there is nothing else to fill it with."""
    for text in (FAILURES[code].sentence, FAILURES[code].remedy):
        assert Sentence(text, {"detail": "timeout"}).say("pt") and Sentence(text, {"detail": "timeout"}).say("en")


def test_a_wait_is_a_moment_from_now() -> None:
    at = next_try("portal_full", 1, NOW, 0.5)
    assert at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("kept", [both(TIMEOUT), "no route to host", "Gone.", "ça va?"])
@pytest.mark.parametrize("lang", ["pt", "en"])
def test_what_the_portal_said_is_a_sentence_after_ours(kept: str, lang: str) -> None:
    """It read `O portal está indisponível. o servidor demorou demais` and ran into the remedy behind it."""
    told = [
        message(Event(at=NOW, code=code, params={"failure": failure, "detail": kept}), lang)
        for code in ("failed", "waiting", "portal_paused")
        for failure in FAILURES
    ]
    told += [health.portal_unusable(PortalFault(code, kept)).sentence.say(lang) for code in PORTAL_S]
    for one in told:
        assert one.rstrip().endswith((".", "?")), one
        assert not any(after[:1].islower() for after in one.split(". ")), one


def test_a_failure_without_detail_gets_none() -> None:
    assert as_sentence("") == ("", "")
