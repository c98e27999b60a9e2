"""What the engine needs from the world: a Store, the Blobs, a Portal. tests/*_contract.py hold them to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from core.domain.models import (
    Client,
    Delivery,
    Document,
    Employee,
    Event,
    Integration,
    MappingChange,
    Mark,
    Names,
    Pause,
    Place,
    Task,
    TaskStatus,
    Template,
)

T = TypeVar("T")

# --- Portal -----------------------------------------------------------------------------------------------------


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
        detail: what the portal said, for a person; never a credential.
        retry_after: seconds that the portal asked us to wait, if it did.
        unknown: whether the request may have taken effect all the same.
    """

    def __init__(self, code: str, detail: str = "", *, retry_after: float | None = None, unknown: bool = False):
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
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

    async def check(self) -> PortalReport:
        """Find out whether the portal can be reached and lets us write safely; leaves nothing behind."""

    async def folders(self, root: Names, folder: Names) -> list[str]:
        """Names of the folders (only folders) right below `root`/`folder`, sorted; none where it does not exist."""

    async def names(self, root: Names, folder: Names) -> frozenset[str]:
        """All names (NFC) in that folder; none where it does not exist."""

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
        """Remove a scratch that belongs to no delivery any more."""

    async def close(self) -> None: ...


# --- Blobs ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Blob:
    sha256: str
    size: int


class Blobs(Protocol):
    """The attached bytes, once each, by their SHA-256."""

    def keep(self, source: Path) -> Blob:
        """Copy a file in, atomically and durably; the same bytes are kept once.

        Raises:
            OSError: the source cannot be read, or the disk is full; nothing half-written stays.
        """

    def path(self, sha256: str) -> Path:
        """Where the bytes lie (whether or not they are there)."""

    def state(self, sha256: str, size: int) -> str | None:
        """None when the bytes are there and have their hash, else `file_missing` or `file_changed`."""

    def sweep(self, older_than: float, let_go: Callable[[str], bool]) -> int:
        """Remove blobs untouched for `older_than` seconds for which `let_go(sha256)` says yes; returns how many."""


# --- Store ------------------------------------------------------------------------------------------------------


class Repository(Protocol[T]):
    """One aggregate: rows by their `id`, read in the order of their ids."""

    def get(self, key: str, /) -> T | None: ...

    def get_many(self, keys: Iterable[str], /) -> dict[str, T]: ...

    def save(self, items: Iterable[T]) -> None:
        """Insert or replace each by its id, in one transaction."""

    def page(self, *, after: str | None = None, limit: int = 500) -> list[T]:
        """Those with an id above `after`, in the order of ids."""

    def count(self) -> int: ...


class Clients(Repository[Client], Protocol):
    def roots(self) -> list[tuple[str, Names]]:
        """(id, root folder) of every linked client."""


class Templates(Repository[Template], Protocol):
    def without_destination(self) -> int:
        """How many that are sent have no destination."""


class Employees(Repository[Employee], Protocol):
    def by_login(self, login: str) -> Employee | None: ...


class Tasks(Repository[Task], Protocol):
    def page_of(self, status: TaskStatus, *, after: str | None = None, limit: int = 500) -> list[Task]: ...

    def counts(self) -> dict[str, int]:
        """How many by status."""


class Documents(Repository[Document], Protocol):
    def of_task(self, task: str) -> list[Document]:
        """All of the task's, removed ones too, oldest first."""

    def of_tasks(self, tasks: Iterable[str]) -> list[Document]: ...

    def placed_at(self, path: str) -> list[Document]:
        """Live documents whose last version lies at that `Place.path`."""

    def uses(self, sha256: str, since: datetime) -> bool:
        """Whether a document that is live, or was at that moment, has these bytes."""


class Deliveries(Repository[Delivery], Protocol):
    def of_document(self, document: str) -> list[Delivery]:
        """All of the document's, oldest version first."""

    def of_documents(self, documents: Iterable[str]) -> list[Delivery]: ...

    def of_task(self, task: str) -> list[Delivery]: ...

    def intending(self, path: str) -> list[Delivery]:
        """Those with an unsettled intent at that `Place.path`."""

    def sending(self) -> list[Delivery]: ...

    def failed(self, code: str | None = None) -> list[Delivery]:
        """Those that wait for a person, of one code or all, in the order of ids."""

    def retrying(self) -> list[Delivery]:
        """Those queued again after a passing failure."""

    def held(self, hold: str) -> list[Delivery]: ...

    def uses(self, sha256: str, since: datetime) -> bool:
        """Whether a delivery that is unfinished, or was at that moment, has these bytes."""

    def counts(self) -> dict[str, int]:
        """How many by status."""

    def held_counts(self) -> dict[str, int]:
        """How many of the queued by hold."""

    def next_due(self) -> datetime | None:
        """When the first queued, unheld delivery is due."""

    def failed_tasks(self, now: datetime) -> int:
        """How many tasks have a delivery that failed, or that has been failing for a while (section 2.8)."""


class Store(Protocol):
    """The office's whole state. A change and its events are one transaction; see the design's *State*."""

    @property
    def clients(self) -> Clients: ...

    @property
    def templates(self) -> Templates: ...

    @property
    def employees(self) -> Employees: ...

    @property
    def tasks(self) -> Tasks: ...

    @property
    def documents(self) -> Documents: ...

    @property
    def deliveries(self) -> Deliveries: ...

    @property
    def marks(self) -> Repository[Mark]: ...

    @property
    def mapping_changes(self) -> Repository[MappingChange]: ...

    def transaction(self) -> AbstractContextManager[None]:
        """Several changes, one commit; an exception undoes them all. Waits its turn, bounded."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Several reads of one state."""

    # the outbox

    def claim(self, worker: str, now: datetime, limit: int, after_client: str) -> list[Delivery]:
        """Take due, unheld deliveries for a worker, one client after the other from `after_client` on.

        Each becomes `sending` with the next epoch; nothing while the integration is off or sending is paused.
        """

    def take_over(self, orphan: Delivery, worker: str) -> Delivery | None:
        """Claim for `worker`, with the next epoch, what a dead worker was sending; None when someone else was first."""

    def settle(self, delivery: Delivery) -> bool:
        """Write a claimed delivery's next state, if it is still `sending` under the same epoch.

        When it leaves `sending`, a newer version that was held for it is released.
        Returns whether it was written (compare-and-set on delivery and epoch).
        """

    # the journal

    def append(self, events: Sequence[Event]) -> None:
        """Append; a reader that has read up to event N never later finds a new one at or below N."""

    def events_after(self, seq: int, *, limit: int = 1000) -> list[Event]:
        """The events above `seq`, oldest first."""

    def events_of_document(self, document: str) -> list[Event]: ...

    def events_of_task(self, task: str) -> list[Event]:
        """Those of the task itself, without those of its documents."""

    def last_seq(self) -> int: ...

    # single facts

    def integration(self) -> Integration: ...

    def set_integration(self, integration: Integration) -> None: ...

    def pause(self) -> Pause | None: ...

    def set_pause(self, pause: Pause | None) -> None: ...

    def last_mapping_changes(self, actor: str, limit: int = 50) -> list[MappingChange]:
        """One person's own changes, newest first."""

    def data_version(self) -> int:
        """Changes whenever anyone has committed; cheap enough to ask four times a second."""

    def close(self) -> None: ...
