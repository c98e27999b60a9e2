"""The promises of the whole, held against any sequence of what people, portals and deaths do.

No sequence of attach, remove, complete, reopen, map, deliver, seen, foreign writes, faults and crashes ever overwrites
a seen or a foreign file, puts a byte outside the task's client, loses a version, or sends one twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack
from contextvars import ContextVar
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple, Unpack

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.domain.models import DeliveryStatus, Document, Names, Place, Task, TaskStatus
from core.office import Context, Refused, activation, documents, mapping, sending
from core.office.tasks import complete_task, reopen_task
from core.office.views import every
from core.ports import Condition, Found, PortalFault
from tests.memory_portal import MemoryPortal, full
from tests.office_setup import ALFA, BETA, DAS, OWNER, Bench, bench, quick_folder, sha

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

NAMES = ("a.pdf", "b.pdf")
BYTES = (b"one", b"two", b"three")
FOREIGN = (b"theirs", b"one", b"two")
"""Among them bytes that are ours as well: only what was declared delivered there may be taken for ours."""
FOLDERS = (DAS, ("Fiscal",))
ROOTS = {"t1": ALFA, "t2": ALFA, "t3": BETA}

# Weighted, so that lives cross often: in one client's one folder, under one name.
tasks = st.sampled_from(("t1", "t1", "t1", "t2", "t2", "t3"))
templates = st.sampled_from(("das", "das", "guia"))
names = st.sampled_from(("a.pdf", "a.pdf", "b.pdf"))
places = st.builds(
    lambda root, folder, name: full(Place(root=root, folder=folder, name=name)),
    st.sampled_from((ALFA, ALFA, BETA)),
    st.sampled_from((DAS, *FOLDERS)),
    st.sampled_from((*NAMES, "a (1).pdf")),
)
moments = st.sampled_from(("look", "open", "scratch", "place", "clean", "published"))
"""A worker's way: before it intends anything, after that, in the middle of a publish, before it settles."""
times = st.sampled_from((0, 0, 0, 1, 2))


class Death(BaseException):
    """The worker's process ends here; nobody cleans up."""


class OneThread(asyncio.SelectorEventLoop):
    """An event loop whose threads' work is done at once, so that the same choices always lead to the same end."""

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except BaseException as error:
            future.set_exception(error)
        return future


class OneThreadPolicy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return OneThread()


class Tree(dict[Names, bytes]):
    """The portal's files; every write of ours is judged as it happens."""

    def __init__(self, judge: Callable[[Names, bytes], None]):
        super().__init__()
        self._judge = judge

    def __setitem__(self, path: Names, data: bytes) -> None:
        self._judge(path, data)
        super().__setitem__(path, data)

    def __delitem__(self, path: Names) -> None:
        raise AssertionError(f"{path} was removed from the portal")

    def put(self, path: Names, data: bytes) -> None:
        """Someone else's write."""
        super().__setitem__(path, data)

    def remove(self, path: Names) -> None:
        """Someone else removes a file."""
        super().__delitem__(path)


class WatchedPortal(MemoryPortal):
    """The portal in memory, where a chosen moment of a chosen delivery brings a death, a fault or a foreign write."""

    files: Tree

    def __init__(self, judge: Callable[[Names, bytes], None]):
        super().__init__(self._at)
        self.files = Tree(judge)
        self.scratch: ContextVar[str] = ContextVar("scratch")
        self.target: ContextVar[Names] = ContextVar("target")
        self.moment = ""
        self.countdown = 0
        self.happening: Callable[[Names | None], None] | None = None
        self.dead = False
        self.lags: Iterator[int] = cycle((0,))  # how long each step takes, in turns of the event loop

    def arm(self, moment: str, countdown: int, happening: Callable[[Names | None], None]) -> None:
        self.moment, self.countdown, self.happening = moment, countdown, happening

    def disarm(self) -> None:
        self.happening, self.dead = None, False

    async def _step(self, name: str) -> None:
        await super()._step(name)
        for _ in range(next(self.lags)):
            await asyncio.sleep(0)

    async def look(self, place: Place) -> Found | None:
        self._at("look")
        return await super().look(place)

    async def publish(self, source: Path, place: Place, condition: Condition, scratch: str) -> None:
        self.scratch.set(scratch)
        self.target.set(full(place))
        await super().publish(source, place, condition, scratch)
        self._at("published")

    def _at(self, moment: str) -> None:
        if self.dead:
            raise Death
        if self.happening is None or moment != self.moment:
            return
        self.countdown -= 1
        if self.countdown < 0:
            happening, self.happening = self.happening, None
            happening(None if moment == "look" else self.target.get())


class OfficeMachine(RuleBasedStateMachine):
    """An office, people in it, and a portal that others use too; the model of the portal is kept here."""

    bench: Bench
    portal: WatchedPortal
    ctx: Context

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.foreign: set[Names] = set()  # paths whose bytes someone else wrote last
        self.touched: set[Names] = set()  # paths that someone else changed since our last write there
        self.removed: set[Names] = set()  # paths that someone else ever removed
        self.marked: dict[Names, bytes] = {}  # seen, as someone in the office said, with the bytes that were there
        self.published: dict[str, Names] = {}  # delivery to where it was published
        self.disturbed: set[str] = set()  # deliveries whose file someone else changed

    @initialize()
    def open(self) -> None:
        self.portal = WatchedPortal(self.judge)
        self.bench = self.stack.enter_context(bench(self.stack.enter_context(quick_folder()), self.portal))
        self.ctx = self.bench.ctx
        for task in ROOTS:
            complete_task(self.ctx, OWNER, task)

    def teardown(self) -> None:
        try:
            if hasattr(self, "ctx"):
                self.come_to_rest()
        finally:
            self.stack.close()

    # --- the judge: every write of ours, at the moment it happens

    def judge(self, path: Names, data: bytes) -> None:
        key = self.portal.scratch.get().rpartition("-")[0]
        delivery = self.ctx.store.deliveries.get(key)
        assert delivery is not None and delivery.intent is not None, "no byte leaves before its intent is known"
        assert delivery.status is DeliveryStatus.SENDING
        assert full(delivery.intent.place) == path
        assert sha(data) == delivery.sha256, "other bytes than the version's"
        assert path[:1] == ROOTS[delivery.task], "outside the task's client"
        before = self.published.get(key)
        assert before is None or key in self.disturbed, "a version was sent twice"
        if (old := self.portal.files.get(path)) is not None:
            assert path not in self.portal.seen, "a file that the client has seen was overwritten"
            assert self.marked.get(path) != old, "a file that is marked as seen was overwritten"
            mine = self.ctx.store.deliveries.of_document(delivery.document)
            assert any(one.place is not None and full(one.place) == path and one.sha256 == sha(old) for one in mine), (
                "a file that is not this document's was overwritten"
            )
        self.published[key] = path
        self.disturbed.discard(key)
        self.foreign.discard(path)
        self.touched.discard(path)
        self.marked.pop(path, None)

    # --- people in the office

    def attempt(self, act: Callable[[], Any]) -> None:
        """People may be refused; nothing else may go wrong."""
        try:
            act()
        except Refused:
            return

    @rule(task=tasks, template=templates, name=names, data=st.sampled_from(BYTES))
    def attach(self, task: str, template: str, name: str, data: bytes) -> None:
        self.bench.attach(task, name, data, template)

    @rule(data=st.data(), body=st.sampled_from(BYTES))
    @precondition(lambda self: bool(self.live()))
    def attach_again(self, data: st.DataObject, body: bytes) -> None:
        document = data.draw(st.sampled_from(self.live()))
        self.bench.attach(document.task, document.source_name, body, document.template)

    @rule(task=tasks)
    def reopen_or_complete(self, task: str) -> None:
        found = self.ctx.store.tasks.get(task)
        assert found is not None
        act = complete_task if found.status is TaskStatus.OPEN else reopen_task
        act(self.ctx, OWNER, task)

    def live(self) -> list[Document]:
        return [one for one in every(self.ctx.store.documents) if one.live]

    @rule(data=st.data())
    @precondition(lambda self: bool(self.live()))
    def remove(self, data: st.DataObject) -> None:
        documents.remove_document(self.ctx, OWNER, data.draw(st.sampled_from(self.live())).id)

    @rule(data=st.data(), seen=st.booleans())
    @precondition(lambda self: any(one.placement for one in every(self.ctx.store.documents)))
    def mark(self, data: st.DataObject, seen: bool) -> None:
        placed = [one for one in every(self.ctx.store.documents) if one.placement]
        document = data.draw(st.sampled_from(placed))
        try:
            documents.mark_seen(self.ctx, OWNER, document.id, seen=seen)
        except Refused:
            return
        assert document.placement is not None
        path = full(document.placement.place)
        if sha(self.portal.files.get(path, b"")) != document.placement.sha256:
            return  # another file by now, of which nothing was said
        if seen:
            self.marked[path] = self.portal.files[path]
        else:
            self.marked.pop(path, None)

    @rule(template=templates, folder=st.sampled_from((*FOLDERS, None)))
    def map(self, template: str, folder: Names | None) -> None:
        mapping.map_templates(self.ctx, OWNER, [template], folder)

    @rule()
    def undo(self) -> None:
        self.attempt(lambda: mapping.undo(self.ctx, OWNER))

    @rule(task=tasks, data=st.sampled_from(BYTES), send_pending=st.booleans())
    def go_on_while_inactive(self, task: str, data: bytes, send_pending: bool) -> None:
        activation.deactivate(self.ctx, OWNER)
        self.bench.attach(task, NAMES[0], data)
        complete_task(self.ctx, OWNER, task)
        before = dict(self.portal.files)
        self.bench.deliver()
        assert self.portal.files == before, "something left while the integration was off"
        activation.activate(self.ctx, OWNER, send_pending=send_pending)

    @rule(hours=st.sampled_from((0.1, 2)))
    def try_again(self, hours: float) -> None:
        """Time passes, a person asks for everything again, and all is calm."""
        self.bench.clock.pass_(hours=hours)
        activation.activate(self.ctx, OWNER)
        sending.retry(self.ctx, OWNER, None)
        self.bench.deliver()

    # --- others at the portal

    def foreign_write(self, path: Names, data: bytes) -> None:
        if any(path[:level] in self.portal.files for level in range(1, len(path))) or path in self.portal.made:
            return
        self.portal.made.update(path[:level] for level in range(1, len(path)))
        self.portal.files.put(path, data)
        self.portal.seen.discard(path)
        self.foreign.add(path)
        self.changed(path)

    def changed(self, path: Names) -> None:
        """Someone else changed what lies there."""
        self.touched.add(path)
        self.marked.pop(path, None)
        self.disturbed |= {key for key, where in self.published.items() if where == path}

    @rule(path=places, data=st.sampled_from(FOREIGN))
    def someone_writes(self, path: Names, data: bytes) -> None:
        self.foreign_write(path, data)

    @rule(data=st.data())
    @precondition(lambda self: bool(self.portal.files))
    def someone_overwrites_or_removes(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(self.portal.files)))
        if data.draw(st.booleans()):
            self.foreign_write(path, data.draw(st.sampled_from(FOREIGN)))
        else:
            self.portal.files.remove(path)
            self.portal.seen.discard(path)
            self.foreign.discard(path)
            self.removed.add(path)
            self.changed(path)

    @rule(data=st.data())
    @precondition(lambda self: bool(self.portal.files))
    def client_sees(self, data: st.DataObject) -> None:
        self.portal.seen.add(data.draw(st.sampled_from(sorted(self.portal.files))))

    # --- sending

    @rule(lags=st.lists(st.sampled_from((0, 0, 1, 5, 20)), min_size=1, max_size=4))
    def deliver(self, lags: list[int]) -> None:
        """With another pace from now on."""
        self.portal.lags = cycle(lags)
        self.bench.deliver()

    @rule(moment=moments, countdown=times)
    def deliver_and_die(self, moment: str, countdown: int) -> None:
        def die(_: Names | None) -> None:
            self.portal.dead = True  # all that is in flight dies with it
            raise Death

        self.portal.arm(moment, countdown, die)
        try:
            self.bench.deliver()
        except Death:
            pass
        finally:
            self.portal.disarm()

    @rule(
        moment=moments,
        countdown=times,
        code=st.sampled_from(("portal_error", "portal_busy", "portal_unreachable", "portal_forbidden")),
        unknown=st.booleans(),
    )
    def deliver_with_a_fault(self, moment: str, countdown: int, code: str, unknown: bool) -> None:
        def fail(_: Names | None) -> None:
            raise PortalFault(code, unknown=unknown or moment in ("clean", "published"))

        self.portal.arm(moment, countdown, fail)
        self.bench.deliver()
        self.portal.disarm()

    @rule(moment=st.sampled_from(("open", "scratch", "place")), countdown=times, data=st.sampled_from(FOREIGN))
    def deliver_while_someone_writes(self, moment: str, countdown: int, data: bytes) -> None:
        def write(path: Names | None) -> None:
            assert path is not None
            self.foreign_write(path, data)

        self.portal.arm(moment, countdown, write)
        self.bench.deliver()
        self.portal.disarm()

    @rule(
        moment=st.sampled_from(("open", "place", "published")),
        act=st.sampled_from(("attach", "remove", "reopen", "deactivate")),
        data=st.sampled_from(BYTES),
    )
    def deliver_while_someone_works(self, moment: str, act: str, data: bytes) -> None:
        def work(path: Names | None) -> None:
            sent = next(
                one for one in self.ctx.store.deliveries.sending() if one.intent and full(one.intent.place) == path
            )
            document = self.bench.document(sent.document)
            match act:
                case "attach" if document.live:
                    self.bench.attach(sent.task, document.source_name, data, sent.template)
                case "remove":
                    self.attempt(lambda: documents.remove_document(self.ctx, OWNER, document.id))
                case "reopen":
                    reopen_task(self.ctx, OWNER, sent.task)
                case "deactivate":
                    activation.deactivate(self.ctx, OWNER)

        self.portal.arm(moment, 0, work)
        self.bench.deliver()
        self.portal.disarm()

    # --- what holds always, and what holds once all is quiet

    @invariant()
    def every_place_is_one_documents(self) -> None:
        if not hasattr(self, "ctx"):
            return
        placed = [one.placement.place.path for one in self.live() if one.placement]
        assert len(placed) == len(set(placed)), "two documents share a file"

    def come_to_rest(self) -> None:
        activation.activate(self.ctx, OWNER, send_pending=True)
        sending.retry(self.ctx, OWNER, None)
        for _ in range(12):
            self.bench.clock.pass_(hours=2)
            summary = self.bench.deliver()
            if not summary.outcomes and self.ctx.store.pause() is None:
                break
        assert self.portal.held == {}, "a scratch was left behind"
        assert self.ctx.store.deliveries.sending() == []
        found = {one.id: one for one in every(self.ctx.store.tasks)}
        mapped = {one.id for one in every(self.ctx.store.templates) if one.destination}
        for document in self.live():
            if found[document.task].status is TaskStatus.COMPLETED:
                self.check_arrived(document, found[document.task], document.template in mapped)

    def check_arrived(self, document: Document, task: Task, mapped: bool) -> None:
        last = self.bench.last(document)
        assert last.version == document.version
        if not mapped:
            assert last.status is DeliveryStatus.DELIVERED or last.failure == "no_destination"
            return
        assert last.status is DeliveryStatus.DELIVERED, (last.status, last.hold, last.failure)
        if document.placement is None:  # its file was taken away, and another document has the place
            assert last.place is not None and full(last.place) in self.removed
            return
        assert document.placement.sha256 == document.sha256
        path = full(document.placement.place)
        assert path[:1] == ROOTS[task.id]
        if path not in self.touched:
            assert sha(self.portal.files[path]) == document.sha256, "another version lies at its place"
        for one in self.ctx.store.deliveries.of_document(document.id):
            if one.id in self.published.keys() - self.disturbed:
                assert one.status is DeliveryStatus.DELIVERED, "a version reached the portal, and nobody knows"
        events = self.ctx.store.events_of_document(document.id)
        arrivals = [
            one.delivery for one in events if one.code in ("delivered", "replaced", "kept_both", "already_there")
        ]
        assert len(arrivals) == len(set(arrivals)), "an arrival was told twice"


QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def run(examples: int, steps: int) -> None:
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=QUIET, print_blob=True
    )
    policy = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(OneThreadPolicy())
    try:
        run_state_machine_as_test(OfficeMachine, settings=chosen)
    finally:
        asyncio.set_event_loop_policy(policy)


def test_no_sequence_breaks_a_promise() -> None:
    """Otherwise a client's read file, or someone's own, would be gone, or a document lost, or sent to a stranger."""
    run(60, 30)


@pytest.mark.soak
def test_no_long_sequence_breaks_a_promise() -> None:
    run(3000, 50)
