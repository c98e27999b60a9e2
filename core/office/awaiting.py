"""The tasks that files may be for, with their documents and assignees: asked of the store for many files at once."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.models import Document, Employee, Task
from core.ports import Store, TaskChoice

Key = tuple[str, str | None]
"""A client and a period; None is any."""


class Awaiting:
    """What the store says of some clients' tasks, as long as it says so: within one transaction or snapshot."""

    def __init__(self, store: Store, keys: Iterable[Key]):
        self._store = store
        self._tasks: dict[Key, list[Task]] = {}
        self.documents: dict[str, list[Document]] = {}
        """By task, removed ones too."""
        self.assignees: dict[str, Employee] = {}
        self._ask(keys)

    def tasks(self, client: str, period: str | None) -> list[Task]:
        """A client's tasks of a period, in the order in which they were made."""
        if (client, period) not in self._tasks:
            self._ask([(client, period)])
        return self._tasks[client, period]

    def forget(self, client: str) -> None:
        """A task of the client has changed: they are asked for anew."""
        for key in [one for one in self._tasks if one[0] == client]:
            for task in self._tasks.pop(key):
                self.documents.pop(task.id, None)

    def _ask(self, keys: Iterable[Key]) -> None:
        store, clients = self._store, dict[str | None, list[str]]()
        for client, period in dict.fromkeys(keys):
            clients.setdefault(period, []).append(client)
            self._tasks[client, period] = []
        asked_for: dict[str, list[str | None]] = {}  # by task, the periods by which it was
        for period, some in clients.items():  # not all at once: that would be every client's tasks of every period
            for id_ in store.tasks.choose(TaskChoice(client=tuple(some), period=period)):
                asked_for.setdefault(id_, []).append(period)
        found = store.tasks.get_many(asked_for)
        for task in found.values():
            for period in asked_for[task.id]:
                self._tasks[task.client, period].append(task)
        self.documents |= {task: [] for task in found}
        for document in store.documents.of_tasks(found):
            self.documents[document.task].append(document)
        self.assignees |= store.employees.get_many({one.assignee for one in found.values()} - self.assignees.keys())
