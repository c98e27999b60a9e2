"""The words of Malote as values: what an office keeps, frozen; a change is a copy (`model_copy(update=…)`)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any

from core.domain import plainly  # noqa: F401 - before pydantic

# isort: split
from pydantic import BaseModel, ConfigDict, PlainSerializer


@lru_cache(maxsize=1024)  # a row is written some times with the same moments
def rfc3339(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC with milliseconds, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


Moment = Annotated[datetime, PlainSerializer(rfc3339, return_type=str)]
Names = tuple[str, ...]


class Origin(StrEnum):
    """How a document came to its task."""

    MANUAL = "manual"
    EXPRESS = "express"
    ACCOUNTING = "accounting"


class TaskStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"


class DeliveryStatus(StrEnum):
    """A delivery's life: queued → sending → one of the four ends; failed and queued may change into each other."""

    QUEUED = "queued"
    SENDING = "sending"
    DELIVERED = "delivered"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Hold(StrEnum):
    """Why a queued delivery does not leave even when it is due."""

    REOPENED = "reopened"  # its task is open again
    INACTIVE = "inactive"  # it was completed while the integration was off; sent only on request
    EARLIER = "earlier"  # an earlier version of its document is being sent


class DestinationSource(StrEnum):
    """Where a template's destination came from; what someone chose is never overwritten."""

    HAND = "hand"
    CSV = "csv"
    STANDARD = "standard"


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Place(Model):
    """A file's full path at the portal: the client's root, the folder below it, the name."""

    root: Names
    folder: Names
    name: str

    @property
    def path(self) -> str:
        """The place as one text; names hold no slash, so no two places share it."""
        return "/".join((*self.root, *self.folder, self.name))


class Client(Model):
    """A company that the office serves; `portal` is its root folder at the portal, empty while not linked."""

    id: str
    name: str
    tax_id: str = ""
    portal: Names = ()


class RuleSource(StrEnum):
    """Where a rule of Express came from."""

    STANDARD = "standard"  # the catalogue's
    HAND = "hand"
    CSV = "csv"
    REMEMBERED = "remembered"  # made of what a person confirmed


class PeriodOf(StrEnum):
    """What of a document's dates is its period, where that is not simply the month it names."""

    MONTH = ""  # the one month it names; a person is asked where it names several
    YEAR = "year"
    FIRST = "first"  # the month in which its time begins: holidays
    LAST = "last"  # the month in which it ends: what has accumulated since January, a quarter
    NONE = "none"  # it is of no period: a contract


class Rule(Model):
    """How a template's documents are known by their content; phrases are compared folded (accents, case, spacing).

    `client_after` are the labels that precede the client's own number where a document names two parties;
    `period_after` those that precede the period. `file_name` is a shell pattern, compared folded.
    """

    all: Names = ()
    any: Names = ()
    none: Names = ()
    file_name: str = ""
    client_after: Names = ()
    period_after: Names = ()
    period_of: PeriodOf = PeriodOf.MONTH
    source: RuleSource = RuleSource.HAND


class Template(Model):
    """A kind of document, of one department, with at most one destination; `rules` are the office's own for it.

    `validate_period` says whether a document's period must be its task's (*Validar pela Competência*).
    """

    id: str
    name: str
    department: str
    destination: Names | None = None
    destination_source: DestinationSource | None = None
    send: bool = True
    rules: tuple[Rule, ...] = ()
    validate_period: bool = True


class Employee(Model):
    """Who attaches and completes; may handle the documents of some departments, or of all (admin)."""

    id: str
    name: str
    login: str = ""
    departments: Names = ()
    admin: bool = False


class Task(Model):
    """Work for one client and one period, with the templates whose documents it needs."""

    id: str
    client: str
    name: str
    period: str
    legal_date: date | None = None
    target_date: date | None = None
    assignee: str = ""
    templates: Names = ()
    status: TaskStatus = TaskStatus.OPEN
    completed_by: str | None = None
    completed_at: Moment | None = None


class Placement(Model):
    """Where the last version that reached the portal lies, and what it was when we put it there."""

    place: Place
    sha256: str
    size: int
    delivery: str
    at: Moment
    seen: bool = False  # someone marked it so; what the portal itself shows is asked of the portal


class Mark(Model):
    """Whether someone says that the client has seen a file at a place; it outlives the documents that lay there."""

    id: str
    seen: bool

    @staticmethod
    def of(place: Place, sha256: str) -> str:
        """The id of the mark on a file with these bytes at that place."""
        return f"{sha256} {place.path}"


class Document(Model):
    """A lineage: the versions of one file name under one task and template.

    `source_name` is the name as it was attached; `name` the legal one that the portal gets.
    """

    id: str
    task: str
    client: str
    template: str
    name: str
    source_name: str
    origin: Origin = Origin.MANUAL
    version: int = 1
    sha256: str
    size: int
    attached_by: str
    attached_at: Moment
    removed_at: Moment | None = None
    placement: Placement | None = None

    @property
    def live(self) -> bool:
        return self.removed_at is None


class Intent(Model):
    """What a delivery is about to do at the portal, committed before the first byte leaves."""

    place: Place
    event: str
    expected: str | None = None  # SHA-256 of what it replaces
    scratch: str
    params: dict[str, Any] = {}


class Delivery(Model):
    """One version of a document on its way to the portal."""

    id: str
    document: str
    version: int
    task: str
    client: str
    template: str
    sha256: str
    size: int
    authorised_by: str
    queued_at: Moment
    due_at: Moment
    status: DeliveryStatus = DeliveryStatus.QUEUED
    hold: Hold | None = None
    attempts: int = 0
    epoch: int = 0
    worker: str | None = None
    intent: Intent | None = None
    failure: str | None = None
    detail: str = ""
    failing_since: Moment | None = None
    outcome: str | None = None
    place: Place | None = None
    settled_at: Moment | None = None


class Level(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Event(Model):
    """One line of the office's journal; `seq` is given by the store, and `params` fill the code's sentence."""

    seq: int = 0
    at: Moment
    code: str
    level: Level = Level.INFO
    actor: str = ""
    login: str = ""  # the operating system's user behind the actor
    delivery: str | None = None
    task: str | None = None
    client: str | None = None
    document: str | None = None
    folder: Names | None = None
    name: str | None = None
    params: dict[str, Any] = {}


class Integration(Model):
    """Whether finished tasks send their documents, and since when."""

    active: bool = False
    standard_folders: bool = False
    since: Moment | None = None
    by: str = ""


class Pause(Model):
    """All sending waits: what is wrong with the portal as a whole is one failure, not one a document."""

    code: str
    detail: str
    since: Moment
    attempts: int = 1
    retry_at: Moment | None = None  # none: a person has to mend it


class Unkept(Model):
    """What the portal does not keep of what the configuration asks for; documents go out all the same."""

    code: str
    since: Moment


class Mapped(Model):
    """One template's destination before and after a mapping change."""

    template: str
    before: Names | None
    before_source: DestinationSource | None
    after: Names | None
    after_source: DestinationSource | None


class MappingChange(Model):
    """What one person did to destinations in one step, so that it can be undone."""

    id: str
    actor: str
    at: Moment
    changes: tuple[Mapped, ...]
    undone_at: Moment | None = None
