"""The port to the office's whole state: its repositories, the outbox, the journal and single facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from core.domain.models import Delivery, Event, Integration, Level, MappingChange, Mark, Pause, Unkept
from core.ports.repositories import (
    Clients,
    Deliveries,
    Documents,
    Employees,
    Repository,
    Tasks,
    Templates,
    WaitingFiles,
)


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

    def unkept(self) -> Unkept | None: ...

    def set_unkept(self, unkept: Unkept | None) -> None: ...

    def last_mapping_changes(self, actor: str, limit: int = 50) -> list[MappingChange]:
        """One person's own changes, newest first."""

    def data_version(self) -> int:
        """Changes whenever anyone has committed; cheap enough to ask four times a second."""

    def copy_to(self, path: Path) -> None:
        """Write one committed state into a new file, while others go on reading and writing."""

    def check(self, told: Callable[[int, int], None] | None = None) -> None:
        """Read everything; raises what the store raises for damage. Takes long in a large office.

        Args:
            told: told how many rows of how many were read.
        """

    def close(self) -> None: ...
