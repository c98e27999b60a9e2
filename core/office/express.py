"""Express in the office: what a file is, which task it is for, attaching it (the design's sections 2.4 and 2.7).

What is read is what is attached: a file's bytes are kept first, under their hash, and read from there.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

from core.domain.express import Verdict, doubt_of, sentence, which_task
from core.domain.lineage import Attached, File, missing_templates
from core.domain.models import Document, Event, Origin, Task, TaskStatus
from core.domain.names import legal_file_name
from core.domain.permissions import EXPRESS, Actor
from core.domain.recognition import Reading, Recognition
from core.domain.text import Sentence, Text
from core.express.known import Known, prepare
from core.express.reading.limits import Unreadable
from core.express.reading.pool import Readers
from core.express.recognise import recognise
from core.office.actors import login_name
from core.office.awaiting import Awaiting, Key
from core.office.context import Context
from core.office.documents import attach_blob, bytes_are_back
from core.office.guard import bare, only_authorised
from core.office.queue import event
from core.office.reading import Source, digest, keep_ahead, read_each
from core.office.tasks import complete_task
from core.office.views import every
from core.ports import Blob

BATCH = 64
"""Files that are settled in one transaction: its commit waits for the disk."""
_SOON = 0.05  # seconds after which what is read does not wait for others to be looked up with
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_KNOWLEDGE = ("imported", "client_added", "client_changed", "express_rules")
"""Events after which clients, templates or their rules may be others."""
SAME = Text("Já está anexado à tarefa {task}.", "It is attached to the task {task} already.")
WAITS = Text("Já espera por alguém como {name}.", "It waits for someone already as {name}.")


AUTHORISED = Text(
    "o número do cliente só está entre os autorizados a baixar a nota",
    "the client's number is only among those authorised to download the note",
)


class Seen(NamedTuple):
    """A file as read and recognised; nothing is done about it as yet."""

    source: Source
    blob: Blob | None
    reading: Reading | Unreadable
    recognition: Recognition
    broke: str = ""  # what went wrong with recognising it

    @property
    def file(self) -> File:
        """The file as it would be attached; without its hash where its bytes are not kept."""
        name, blob = self.source.file_name, self.blob or Blob("", 0)
        return File(name, legal_file_name(name)[0], blob.sha256, blob.size)


@dataclass(frozen=True)
class Outcome:
    """What came of a file: what it is attached as, or the doubt that leaves it to a person; to be attached where
    nothing was to be changed."""

    source: Source
    recognition: Recognition
    verdict: Verdict
    document: Document | None = None
    completed: bool = False
    events: tuple[Event, ...] = ()

    @property
    def known(self) -> bool:
        return not self.verdict.doubt

    @property
    def period(self) -> str | None:
        """The document's period; its task's, where it reads in two ways."""
        return self.recognition.period or (self.verdict.task.period if self.verdict.task else None)

    @property
    def reason(self) -> Sentence:
        """Why, as a sentence."""
        if self.verdict.doubt:
            return sentence(self.verdict.doubt, self.verdict.params)
        if self.verdict.what is Attached.SAME:
            return Sentence(SAME if self.verdict.task else WAITS, self.verdict.params)
        return Sentence(Text(*self.recognition.reason))

    @property
    def confidence(self) -> float | None:
        """How sure the best guesses are, the least sure of them; None where there is nothing to guess from."""
        found = self.recognition
        parts = (found.clients, found.templates, *((found.periods,) if found.period_needed else ()))
        if not any(parts):
            return None
        return min(part[0].confidence if part else 0.0 for part in parts)


class Tray:
    """Where files come from and what becomes of them there, told in the transaction that settles them.

    This one is of nobody's: files that stay where they are.
    """

    def wants(self, source: Source) -> bool:
        """Whether the file is still to be attached."""
        return True

    def took(self, source: Source) -> None:
        """It is attached, or was so already."""

    def leave(self, seen: Seen, verdict: Verdict) -> tuple[Verdict, tuple[Event, ...]]:
        """It is left to a person: the verdict as it then is, and what to tell."""
        return verdict, ()


def knowledge_version(ctx: Context) -> tuple[int, ...]:
    """Changes whenever clients, templates or rules may have; cheap enough to be asked at each commit."""
    store = ctx.store
    return (*happened(ctx, _KNOWLEDGE), store.clients.count(), store.templates.count())


def happened(ctx: Context, codes: Iterable[str]) -> tuple[int, ...]:
    """How often each of some events did; kept, not counted."""
    return tuple(sum(ctx.store.events_by_hour(code, _BEGINNING).values()) for code in codes)


def known_of(ctx: Context) -> Known:
    """The office's clients and templates, made ready for recognition."""
    return prepare(every(ctx.store.clients), every(ctx.store.templates), ctx.config.office.tax_ids)


NOBODYS = Tray()


class Express:
    """Recognises files for an office and attaches them on behalf of their tasks' assignees.

    Args:
        earlier: one whose knowledge of clients and templates may still hold (1,000 clients are 250 ms to make ready).
    """

    def __init__(self, ctx: Context, readers: Readers, earlier: Express | None = None):
        self._ctx = ctx
        self._readers = readers
        self._actor = Actor(EXPRESS, login_name(), admin=False)
        self._version: tuple[int, ...]
        self._known: Known
        if earlier is not None and earlier._version == knowledge_version(ctx):
            self._version, self._known = earlier._version, earlier._known
        else:
            self._learn()

    def _learn(self) -> None:
        with self._ctx.store.snapshot():
            self._version, self._known = knowledge_version(self._ctx), known_of(self._ctx)

    def foresee(self, sources: Iterable[Source]) -> Generator[Outcome, None, None]:
        """Say what would come of files, one as soon as it is read; nothing is changed."""
        with closing(read_each(self._readers, ((one, None) for one in sources), lambda _, one: one.path)) as read:
            each = (
                self._seen(source, None if isinstance(reading, Unreadable) else digest(source.path), reading)
                for source, _, reading in read
            )
            for batch in _batches(each):
                with self._ctx.store.snapshot():
                    outcomes = list(self._foreseen(batch))
                yield from outcomes

    def _foreseen(self, batch: Sequence[Seen]) -> Iterator[Outcome]:
        awaiting = self._awaiting(batch)
        for seen in batch:
            verdict = self._decide(seen, awaiting)
            yield Outcome(seen.source, seen.recognition, verdict, self._same_as(seen, verdict))

    def attach(self, sources: Iterable[Source], tray: Tray = NOBODYS) -> Generator[Outcome, None, None]:
        """Attach files where that is certain, many in one transaction; their bytes are kept by then, durably.

        Args:
            sources: taken no faster than they are read.
        Raises:
            OSError: there is no room for the bytes; what was not yielded was not done.
        """
        with closing(keep_ahead(self._ctx, sources, self._readers.limits)) as kept:
            read = read_each(self._readers, kept, lambda blob, _: self._ctx.blobs.path(blob.sha256))
            with closing(read):
                while batch := [self._seen(*one) for one in islice(read, BATCH)]:
                    yield from self._settle(batch, tray)

    def _seen(self, source: Source, blob: Blob | None, reading: Reading | Unreadable) -> Seen:
        if isinstance(reading, Unreadable):
            return Seen(source, blob, reading, Recognition())
        try:
            found = recognise(reading, source.file_name, source.folders, self._known)
        except Exception as error:  # no document may keep the others from being looked at
            return Seen(source, blob, reading, Recognition(), f"{type(error).__name__}: {error}")
        return Seen(source, blob, reading, found)

    def _settle(self, batch: Sequence[Seen], tray: Tray) -> list[Outcome]:
        """Act on what was recognised by what the office knows now; recognise again what was by an older state."""
        while True:
            with self._ctx.store.transaction():
                if self._version == knowledge_version(self._ctx):
                    wanted = [seen for seen in batch if tray.wants(seen.source)]
                    awaiting = self._awaiting(wanted)
                    return [self._act(seen, tray, awaiting) for seen in wanted]
            self._learn()
            batch = [self._seen(one.source, one.blob, one.reading) for one in batch]

    def _act(self, seen: Seen, tray: Tray, awaiting: Awaiting) -> Outcome:
        verdict = self._decide(seen, awaiting)
        if verdict.task is not None:
            tray.took(seen.source)
            act = self._same if verdict.what is Attached.SAME else self._attach
            outcome = act(seen, verdict, verdict.task)
            awaiting.forget(verdict.task.client)
            return outcome
        verdict, events = tray.leave(seen, verdict)
        return Outcome(seen.source, seen.recognition, verdict, events=events)

    def _attach(self, seen: Seen, verdict: Verdict, task: Task) -> Outcome:
        ctx, found = self._ctx, seen.recognition
        assert seen.blob is not None
        assert found.client is not None
        template = self._known.templates[found.template or ""]
        name = seen.source.file_name
        made = attach_blob(ctx, self._actor, task, template, name, seen.blob, Origin.EXPRESS, task.assignee)
        params = {
            "file": name,
            "template_name": self._known.called[template.id],
            "client_name": self._known.clients[found.client].name,
            "period": found.period or task.period,
            "reason": list(found.reason),
        }
        told = event(ctx, self._actor, "express_attached", document=made.document, params=params)
        ctx.store.append([told])
        completed = False
        if ctx.config.express.complete and task.status is TaskStatus.OPEN:
            completed = not missing_templates(task, ctx.store.documents.of_task(task.id))
            if completed:
                complete_task(ctx, self._actor, task.id, by=task.assignee)
        return Outcome(seen.source, found, verdict, made.document, completed, (told,))

    def _same(self, seen: Seen, verdict: Verdict, task: Task) -> Outcome:
        ctx, file, document = self._ctx, seen.file, self._same_as(seen, verdict)
        assert document is not None
        bytes_are_back(ctx, self._actor, document)
        params = {"file": file.source_name, "task_id": task.id}
        told = event(ctx, self._actor, "express_same", document=document, params=params)
        ctx.store.append([told])
        return Outcome(seen.source, seen.recognition, verdict, document, events=(told,))

    def _same_as(self, seen: Seen, verdict: Verdict) -> Document | None:
        """The document of the verdict's task that has these bytes already."""
        if verdict.task is None or verdict.what is not Attached.SAME:
            return None
        file = seen.file
        same = [one for one in self._ctx.store.documents.with_bytes(file.sha256) if one.task == verdict.task.id]
        return next((one for one in same if one.source_name == file.source_name), same[0] if same else None)

    def _decide(self, seen: Seen, awaiting: Awaiting) -> Verdict:
        """The task that a file goes to; bytes that are attached somewhere already leave no doubt."""
        verdict = self._verdict(seen, awaiting)
        if verdict.doubt and seen.blob is not None and seen.blob.sha256:
            for document in self._ctx.store.documents.with_bytes(seen.blob.sha256):
                task = self._ctx.store.tasks.get(document.task)
                return Verdict(task, Attached.SAME, params={"task": document.task})
        return verdict

    def _awaiting(self, batch: Sequence[Seen]) -> Awaiting:
        return Awaiting(self._ctx.store, filter(None, (_key(one.recognition) for one in batch)))

    def _verdict(self, seen: Seen, awaiting: Awaiting) -> Verdict:
        found, reading = seen.recognition, seen.reading
        if isinstance(reading, Unreadable):
            return Verdict(None, doubt="unreadable", params=_why(reading))
        if seen.broke:
            return Verdict(None, doubt="failed", params={"reason": seen.broke})
        if (doubt := doubt_of(found)) is not None:
            return doubt
        if reading.recognised:
            return Verdict(None, doubt="recognised", params={"reason": list(found.reason)})
        assert found.client is not None
        merely = only_authorised(reading)
        if merely and bare(self._known.clients[found.client].tax_id) in merely:
            return Verdict(None, doubt="client", params={"reason": list(AUTHORISED)})
        key = _key(found)
        assert key is not None
        tasks, template = awaiting.tasks(*key), self._known.templates[found.template or ""]
        verdict = which_task(found, template, seen.file, tasks, awaiting.documents, awaiting.assignees)
        named = {"client": self._known.clients[found.client].name} if verdict.doubt else {}
        if "template" in verdict.params:
            named["template"] = self._known.called[template.id]
        task = {"task": verdict.task.id} if verdict.task else {}
        return replace(verdict, params={**task, **verdict.params, **named})


def _key(found: Recognition) -> Key | None:
    """The client whose tasks a file may be for, and their period."""
    if found.client is None or doubt_of(found) is not None:
        return None
    return found.client, found.period if found.period_needed else None


def _batches(each: Iterable[Seen]) -> Iterator[list[Seen]]:
    """As many together as come fast."""
    batch: list[Seen] = []
    since = time.monotonic()
    for one in each:
        batch.append(one)
        if len(batch) >= BATCH or time.monotonic() - since > _SOON:
            yield batch
            batch, since = [], time.monotonic()
    if batch:
        yield batch


def _why(unreadable: Unreadable) -> dict[str, object]:
    return {"code": unreadable.code, "reason": list(unreadable.sentence), "remedy": list(unreadable.remedy)}
