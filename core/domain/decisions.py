"""What happens at the portal: the design's table (section 2.5) as a pure function."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.models import Document, Names


class Action(StrEnum):
    CREATE = "create"
    NOTHING = "nothing"
    REPLACE = "replace"
    BESIDE = "beside"  # keep both: the next free number


@dataclass(frozen=True)
class There:
    """What lies at the name in question.

    Args:
        sha256: hash of its bytes; None for what is not a file.
        seen: the portal shows, or someone marked, that the client has seen it.
        ours: these are the bytes that an earlier version of this very document put there.
        others: it is the place of another live document, or is about to be.
    """

    sha256: str | None
    seen: bool
    ours: bool
    others: bool


@dataclass(frozen=True)
class Decision:
    action: Action
    event: str


def decide(there: There | None, sha256: str) -> Decision:
    """Decide what to do with a version whose bytes hash to `sha256`; the first fitting row of the table."""
    if there is None:
        return Decision(Action.CREATE, "delivered")
    if there.sha256 == sha256 and not there.others:
        return Decision(Action.NOTHING, "already_there")
    if there.ours and not there.seen and not there.others:
        return Decision(Action.REPLACE, "replaced")
    return Decision(Action.BESIDE, "kept_both")


def wanted_name(document: Document, root: Names, folder: Names) -> str:
    """Where this lineage's last version lies if it is in the same folder, otherwise the file's own name."""
    last = document.placement
    if last is not None and last.place.root == root and last.place.folder == folder:
        return last.place.name
    return document.name
