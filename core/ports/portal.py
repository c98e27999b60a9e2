"""The port to where clients see their documents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.domain.models import Names, Place
from core.domain.text import Both, languages, plain


@dataclass(frozen=True)
class Found:
    """What lies at a place.

    `is_file` is false for folders, links and devices. `seen`: the portal shows lasting evidence that the client has
    seen it. `busy`: someone else holds it for the moment (RFC 4918 LOCK).
    """

    is_file: bool
    size: int = 0
    seen: bool = False
    busy: bool = False


@dataclass(frozen=True)
class Absent:
    """Condition: publish only if nothing has that name."""


@dataclass(frozen=True)
class Unchanged:
    """Condition: publish only over a file that still has these bytes and has not been seen."""

    sha256: str


Condition = Absent | Unchanged


@dataclass(frozen=True)
class PortalReport:
    """What `check` found: who and where we are, what the portal honours, in codes that a face puts into words."""

    url: str
    exclusive: bool
    findings: tuple[tuple[str, str], ...] = ()
    free: int | None = None


class Conflict(Exception):
    """The condition of a publish did not hold; nothing was written. Look again and decide anew."""


class PortalFault(Exception):
    """The portal could not do what was asked.

    Args:
        code: a code of `core.domain.failures`.
        detail: what the portal said, for a person, or our own words (`core.domain.text.both`); never a credential.
        retry_after: seconds that the portal asked us to wait, if it did.
        unknown: whether the request may have taken effect all the same.
    """

    def __init__(self, code: str, detail: str = "", *, retry_after: float | None = None, unknown: bool = False):
        self.code = code
        self.detail = detail if isinstance(detail, Both) else plain(detail)
        super().__init__(code, languages(self.detail).pt)
        self.retry_after = retry_after
        self.unknown = unknown


class Portal(Protocol):
    """Where clients see their documents: one folder tree per client.

    Names are compared exactly, in NFC. Any call may raise `PortalFault`. No call ever leaves the given root, follows
    a link, or shows half a file at a final name.
    """

    url: str
    linger: float
    """Seconds after which a request of a dead process can no longer take effect."""

    @property
    def unkept(self) -> str | None:
        """What the portal was last found not to keep of what the configuration asks for, as a code.

        Empty where it keeps all, None while that is not known. Asks the portal nothing.
        """

    async def check(self) -> PortalReport:
        """Find out whether the portal can be reached and lets us write safely; leaves nothing behind."""

    async def folders(self, root: Names, folder: Names) -> list[str]:
        """Names of the folders (only folders) right below `root`/`folder`, sorted; none where it does not exist."""

    async def names(self, root: Names, folder: Names) -> frozenset[str]:
        """All names (NFC) in that folder; none where it does not exist."""

    async def make_folder(self, root: Names) -> None:
        """Make a client's root folder, with those above it; harmless where it exists."""

    async def look(self, place: Place) -> Found | None:
        """What is at that place, or None; a missing folder is None too."""

    async def digest(self, place: Place) -> str | None:
        """Read the file back: the SHA-256 of its bytes, None when it is gone or not a file."""

    async def publish(self, source: Path, place: Place, condition: Condition, scratch: str) -> None:
        """Put the bytes of `source` at `place`, whole and durable, making missing folders, if `condition` holds.

        Args:
            scratch: a name, unique to this delivery, for what has to lie at the portal meanwhile.

        Raises:
            Conflict: the condition does not hold; the portal is as it was.
        """

    async def recover(self, place: Place, scratch: str, sha256: str, expected: str | None) -> None:
        """Finish or undo what a publish that ended in the dark left under `scratch`; harmless when it left nothing.

        Afterwards `place` holds either the new bytes (`sha256`) or what it held before, and nothing of ours lies
        elsewhere. Someone else's bytes that were caught in between are put back.
        """

    async def scratches(self) -> list[tuple[str, float]]:
        """Names under which unfinished publishes of anyone lie at the portal, with their age in seconds."""

    async def discard(self, scratch: str) -> None:
        """Remove the new bytes of a publish that nobody knows any more.

        What it may have taken from its place meanwhile stays: it can be the only copy of a document.
        """

    async def close(self) -> None: ...
