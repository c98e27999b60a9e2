"""What happens at the portal, row by row: a wrong row would overwrite what a client has read, or someone's own file."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.decisions import Action, Decision, There, decide, wanted_name
from core.domain.models import Document, Names, Place, Placement

MINE, OLD = "new bytes", "old bytes"
NOW = datetime(2026, 10, 5, tzinfo=UTC)

theres = st.builds(
    There,
    sha256=st.sampled_from((None, MINE, OLD, "foreign bytes")),
    seen=st.booleans(),
    ours=st.booleans(),
    others=st.booleans(),
)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (None, Decision(Action.CREATE, "delivered")),
        (There(MINE, seen=False, ours=False, others=False), Decision(Action.NOTHING, "already_there")),
        (There(MINE, seen=True, ours=False, others=False), Decision(Action.NOTHING, "already_there")),
        (There(MINE, seen=False, ours=True, others=False), Decision(Action.NOTHING, "already_there")),
        (There(MINE, seen=False, ours=False, others=True), Decision(Action.BESIDE, "kept_both")),
        (There(OLD, seen=False, ours=True, others=False), Decision(Action.REPLACE, "replaced")),
        (There(OLD, seen=True, ours=True, others=False), Decision(Action.BESIDE, "kept_both")),
        (There(OLD, seen=False, ours=True, others=True), Decision(Action.BESIDE, "kept_both")),
        (There(OLD, seen=False, ours=False, others=False), Decision(Action.BESIDE, "kept_both")),
        (There(None, seen=False, ours=False, others=False), Decision(Action.BESIDE, "kept_both")),
    ],
)
def test_the_rows_of_the_table(there: There | None, expected: Decision) -> None:
    assert decide(there, MINE) == expected


@given(theres)
def test_what_the_client_has_seen_stays_as_it_is(there: There) -> None:
    if there.seen:
        assert decide(there, MINE).action is (
            Action.NOTHING if there.sha256 == MINE and not there.others else Action.BESIDE
        )


@given(theres)
def test_another_documents_file_is_never_touched_nor_taken(there: There) -> None:
    if there.others:
        assert decide(there, MINE).action is Action.BESIDE


@given(theres)
def test_only_our_own_unseen_bytes_are_ever_replaced(there: There) -> None:
    if decide(there, MINE).action is Action.REPLACE:
        assert there.ours and not there.seen and not there.others and there.sha256 != MINE


@given(theres)
def test_something_there_is_never_created_over(there: There) -> None:
    assert decide(there, MINE).action is not Action.CREATE


def document(placed: Place | None, name: str = "DAS.pdf") -> Document:
    placement = placed and Placement(place=placed, sha256=OLD, size=1, delivery="d", at=NOW)
    return Document(
        id="x",
        task="t",
        client="c",
        template="das",
        name=name,
        source_name=name,
        sha256=MINE,
        size=1,
        attached_by="@dono",
        attached_at=NOW,
        placement=placement,
    )


@pytest.mark.parametrize(
    ("root", "folder", "expected"),
    [
        (("Alfa",), ("Fiscal",), "DAS (1).pdf"),
        (("Alfa",), ("Contábil",), "DAS.pdf"),
        (("Beta",), ("Fiscal",), "DAS.pdf"),
    ],
)
def test_a_lineage_keeps_its_name_only_within_its_folder(root: Names, folder: Names, expected: str) -> None:
    """Otherwise a new version would land beside the old one, or under a number that nothing in its folder explains."""
    placed = Place(root=("Alfa",), folder=("Fiscal",), name="DAS (1).pdf")
    assert wanted_name(document(placed), root, folder) == expected


def test_a_first_version_has_the_files_own_name() -> None:
    assert wanted_name(document(None), ("Alfa",), ("Fiscal",)) == "DAS.pdf"
