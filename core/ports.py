"""What the engine needs from the world: a Store, the Blobs, a Portal. tests/*_contract.py hold them to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from core.domain.express import Waiting
from core.domain.models import (
    Client,
    Delivery,
    Document,
    Employee,
    Event,
    Integration,
    Level,
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
        """Remove a scratch that belongs to no delivery any more."""

    async def close(self) -> None: ...


# --- Blobs ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Blob:
    sha256: str
    size: int


class Blobs(Protocol):
    """The attached bytes, once each, by their SHA-256."""

    def keep(self, source: Path, copied: Callable[[int], None] | None = None) -> Blob:
        """Copy a file in, atomically and durably; the same bytes are kept once.

        Args:
            copied: told how many bytes are copied so far; what it raises ends the copying.

        Raises:
            OSError: the source cannot be read, or the disk is full; nothing half-written stays.
        """

    def path(self, sha256: str) -> Path:
        """Where the bytes lie (whether or not they are there)."""

    def renew(self, sha256: str) -> bool:
        """Whether the bytes are there; if so, no sweep takes them before its time anew."""

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


TASK_ORDERS = ("id", "status", "name", "client", "period", "legal_date")
"""What tasks can be sorted by; by name, accents and case do not matter."""


@dataclass(frozen=True)
class TaskChoice:
    """Which tasks, in which order; what is None does not matter.

    Args:
        client: one, or one of several.
        ids: only these.
        templates: tasks that need one of these.
        legal_from, legal_before: the legal date is not before the one, and before the other.
        words: folded words, each with the clients that it names; each is in the task's own words (name, period, id,
            legal date), or the task's client is one of them.
        order: one of `TASK_ORDERS`.
    """

    status: TaskStatus | None = None
    period: str | None = None
    client: str | tuple[str, ...] | None = None
    name: str | None = None
    ids: tuple[str, ...] | None = None
    templates: tuple[str, ...] | None = None
    legal_from: date | None = None
    legal_before: date | None = None
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    order: str = "id"
    descending: bool = False


class Tasks(Repository[Task], Protocol):
    def page_of(self, status: TaskStatus, *, after: str | None = None, limit: int = 500) -> list[Task]: ...

    def counts(self) -> dict[str, int]:
        """How many by status."""

    def periods(self) -> dict[str, int]:
        """How many by period."""

    def choose(self, choice: TaskChoice) -> list[str]:
        """The ids of the tasks that someone wants to see, in that order; the tasks themselves are not read."""

    def count_open(self, legal_from: date | None, legal_before: date) -> int:
        """How many open tasks have a legal date from one day on, before another."""


class Documents(Repository[Document], Protocol):
    def of_task(self, task: str) -> list[Document]:
        """All of the task's, removed ones too, oldest first."""

    def of_tasks(self, tasks: Iterable[str]) -> list[Document]: ...

    def placed_at(self, path: str) -> list[Document]:
        """Live documents whose last version lies at that `Place.path`."""

    def with_bytes(self, sha256: str) -> list[Document]:
        """Live documents of these bytes, oldest first."""

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

    def last_by_template(self) -> dict[str, datetime]:
        """When something was delivered last, by template; only templates of which anything ever was."""

    def uses(self, sha256: str, since: datetime) -> bool:
        """Whether a delivery that is unfinished, or was at that moment, has these bytes."""

    def counts(self) -> dict[str, int]:
        """How many by status."""

    def held_counts(self) -> dict[str, int]:
        """How many of the queued by hold."""

    def held_tasks(self, hold: str) -> int:
        """How many tasks those of one hold are of."""

    def next_due(self) -> datetime | None:
        """When the first queued, unheld delivery is due."""

    def due_after(self, moment: datetime) -> list[Delivery]:
        """Those queued and unheld that are due only later than that."""

    def failing_tasks(self, now: datetime) -> set[str]:
        """The tasks that have a delivery that failed, or that has been failing for a while (section 2.8)."""

    def failed_tasks(self, now: datetime) -> int:
        """How many such tasks there are."""


class WaitingFiles(Repository[Waiting], Protocol):
    """What Express left to a person."""

    def remove(self, keys: Iterable[str]) -> None: ...

    def with_bytes(self, sha256: str) -> list[Waiting]: ...

    def named(self, name: str) -> Waiting | None:
        """The one that lies under that name."""

    def counts(self) -> dict[str, int]:
        """How many by doubt; kept, not counted."""


@dataclass(frozen=True)
class EventChoice:
    """Which events of the journal; what is not given does not matter.

    Args:
        level: of this level or a graver one.
        client: of this client.
        seqs: with one of these numbers.
        words: runs of folded letters and digits, each with the codes and the clients that name it; each run may be in
            the event as it is stored, or its code or client is one of them. It is a first choice: what is found may
            still lack a word, but nothing with Portuguese words is left out (letters other than a, c, e, i, n, o and u
            are looked for without accents).
    """

    level: Level = Level.INFO
    client: str | None = None
    seqs: tuple[int, ...] | None = None
    words: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = ()


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

    @property
    def waiting(self) -> WaitingFiles: ...

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

    def find_events(
        self,
        choice: EventChoice,
        low: int = 0,
        high: int | None = None,
        *,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> list[Event]:
        """Those of the choice with low <= seq < high, oldest first unless asked otherwise.

        With words, each event of the stretch is looked at: it is for the caller to keep it short.
        """

    def find_seqs(self, choice: EventChoice, low: int, high: int) -> list[int]:
        """The numbers of those of a choice without words, oldest first; no event is read where an index serves."""

    def events_of_document(self, document: str) -> list[Event]: ...

    def events_of_task(self, task: str) -> list[Event]:
        """Those of the task itself, without those of its documents."""

    def last_seq(self) -> int: ...

    def events_by_hour(self, code: str, since: datetime) -> dict[datetime, int]:
        """How many events of a code there are by hour of UTC, from the hour of `since` on; kept, not counted."""

    # single facts

    def integration(self) -> Integration: ...

    def set_integration(self, integration: Integration) -> None: ...

    def pause(self) -> Pause | None: ...

    def set_pause(self, pause: Pause | None) -> None: ...

    def last_mapping_changes(self, actor: str, limit: int = 50) -> list[MappingChange]:
        """One person's own changes, newest first."""

    def data_version(self) -> int:
        """Changes whenever anyone has committed; cheap enough to ask four times a second."""

    def copy_to(self, path: Path) -> None:
        """Write one committed state into a new file, while others go on reading and writing."""

    def check(self) -> None:
        """Read everything; raises what the store raises for damage. Takes long in a large office."""

    def close(self) -> None: ...
