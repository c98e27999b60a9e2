"""What the Store keeps of each kind of row, and how its rows are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from core.domain.called import Kind
from core.domain.express import Waiting
from core.domain.models import Client, Delivery, Document, Employee, Names, Task, TaskStatus, Template

T = TypeVar("T")


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

    def kinds(self) -> list[Kind]:
        """What their names depend on, of all, in the order of ids; the templates themselves are not read."""


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

    def words(self, choice: TaskChoice) -> list[tuple[str, str, str]]:
        """The same tasks' ids, clients, and folded words (name, period, id, legal date)."""

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
