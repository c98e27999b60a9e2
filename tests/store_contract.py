"""What every Store must hold to: subclass `StoreContract` and give it the fixtures `store` and `other_store`.

`other_store` is a second handle on the same state, as another process would have.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.domain.express import Waiting
from core.domain.models import (
    Client,
    Delivery,
    DeliveryStatus,
    Document,
    Employee,
    Event,
    Hold,
    Integration,
    Intent,
    Level,
    Mapped,
    MappingChange,
    Mark,
    Pause,
    Place,
    Placement,
    Task,
    TaskStatus,
    Template,
    Unkept,
)
from core.ports import EventChoice, Repository, Store

NOW = datetime(2026, 10, 5, 12, 0, 0, 123000, tzinfo=UTC)
SOON, LATER = NOW + timedelta(minutes=5), NOW + timedelta(hours=1)
PLACE = Place(root=("0032 - Padaria Pão",), folder=("Fiscal", "DAS"), name="DAS Março.pdf")


class Undone(Exception):
    """Ends a transaction that must not be kept."""


def event(code: str = "queued", **fields: Any) -> Event:
    return Event(at=NOW, code=code, **fields)


def document(key: str, **fields: Any) -> Document:
    base = Document(
        id=key,
        task="t",
        client="c",
        template="das",
        name=f"{key}.pdf",
        source_name=f"{key}.pdf",
        sha256=f"sha of {key}",
        size=3,
        attached_by="eva",
        attached_at=NOW,
    )
    return base.model_copy(update=fields)


def placement(place: Place = PLACE) -> Placement:
    return Placement(place=place, sha256="sha", size=3, delivery="d", at=NOW)


def delivery(key: str, client: str = "c", **fields: Any) -> Delivery:
    base = Delivery(
        id=key,
        document=f"document of {key}",
        version=1,
        task=f"task of {key}",
        client=client,
        template="das",
        sha256=f"sha of {key}",
        size=3,
        authorised_by="eva",
        queued_at=NOW,
        due_at=NOW,
    )
    return base.model_copy(update=fields)


def intent(place: Place = PLACE) -> Intent:
    return Intent(place=place, event="kept_both", expected="old", scratch="d-1", params={"why": ["visto", "seen"]})


def mapping_change(key: str, actor: str = "ana", at: datetime = NOW) -> MappingChange:
    changed = Mapped(template="das", before=None, before_source=None, after=("Fiscal",), after_source=None)
    return MappingChange(id=key, actor=actor, at=at, changes=(changed,))


def ids(items: Iterable[Any]) -> list[str]:
    return [one.id for one in items]


def activate(store: Store) -> None:
    store.set_integration(Integration(active=True, since=NOW, by="ana"))


def claimed(store: Store, **fields: Any) -> Delivery:
    """One delivery, claimed by `w1`."""
    activate(store)
    store.deliveries.save([delivery("d", **fields)])
    (taken,) = store.claim("w1", NOW, 1, "")
    return taken


MODELS: dict[str, Callable[[str], Any]] = {
    "clients": lambda key: Client(id=key, name=f"Cliente {key}", tax_id="12.ABC", portal=("Pasta", key)),
    "templates": lambda key: Template(id=key, name="DAS", department="Fiscal", destination=("Fiscal", "{ano}")),
    "employees": lambda key: Employee(id=key, name="Eva", login=key, departments=("Fiscal", "Contábil"), admin=True),
    "tasks": lambda key: Task(id=key, client="c", name="DAS", period="2026-10", templates=("das",), completed_at=NOW),
    "documents": lambda key: document(key, placement=placement()),
    "deliveries": lambda key: delivery(key, intent=intent(), hold=Hold.EARLIER, failing_since=NOW, place=PLACE),
    "marks": lambda key: Mark(id=key, seen=True),
    "mapping_changes": mapping_change,
    "waiting": lambda key: Waiting(id=key, name="a.pdf", file_name="a.pdf", found_at=NOW, doubt="client"),
}
every_repository = pytest.mark.parametrize("name", MODELS)


def repository(store: Store, name: str) -> Repository[Any]:
    found: Repository[Any] = getattr(store, name)
    return found


class RepositoryContract:
    @every_repository
    def test_what_is_saved_comes_back_as_it_was(self, store: Store, other_store: Store, name: str) -> None:
        item = MODELS[name]("ção/1")
        repository(store, name).save([item])
        for one in (store, other_store):
            assert repository(one, name).get("ção/1") == item
            assert repository(one, name).get("ção/2") is None

    @every_repository
    def test_saving_again_replaces(self, store: Store, name: str) -> None:
        first, second = MODELS[name]("1"), MODELS[name]("2")
        repository(store, name).save([first])
        repository(store, name).save([second, first, second])
        assert repository(store, name).count() == 2
        assert repository(store, name).page() == [first, second]

    @every_repository
    def test_many_are_found_by_their_ids(self, store: Store, name: str) -> None:
        items = [MODELS[name](key) for key in ("a", "b", "c")]
        repository(store, name).save(items)
        assert repository(store, name).get_many(["c", "x", "a", "c"]) == {"a": items[0], "c": items[2]}
        assert repository(store, name).get_many([]) == {}

    @every_repository
    def test_pages_follow_the_order_of_ids(self, store: Store, name: str) -> None:
        """A listing that pages must neither repeat a row nor lose one, whatever the order of saving."""
        keys = [f"{n:03}" for n in range(25)]
        repository(store, name).save(MODELS[name](key) for key in reversed(keys))
        found: list[str] = []
        while page := repository(store, name).page(after=found[-1] if found else None, limit=7):
            assert len(page) <= 7
            found += ids(page)
        assert found == keys
        assert repository(store, name).count() == 25

    @every_repository
    def test_nothing_is_there_at_first(self, store: Store, name: str) -> None:
        found = repository(store, name)
        found.save([])
        assert (found.count(), found.page(), found.get("1"), found.get_many(["1"])) == (0, [], None, {})

    def test_only_linked_clients_have_roots(self, store: Store) -> None:
        linked = [Client(id=key, name="x", portal=("Raiz", key)) for key in ("1", "2")]
        store.clients.save([*linked, Client(id="3", name="y")])
        assert sorted(store.clients.roots()) == [("1", ("Raiz", "1")), ("2", ("Raiz", "2"))]

    def test_templates_without_destination_are_counted(self, store: Store) -> None:
        """Those that are not sent need none."""
        assert store.templates.without_destination() == 0
        store.templates.save(
            [
                Template(id="1", name="a", department="x"),
                Template(id="2", name="b", department="x", destination=("F",)),
                Template(id="3", name="c", department="x", send=False),
            ]
        )
        assert store.templates.without_destination() == 1
        store.templates.save([Template(id="2", name="b", department="x")])
        assert store.templates.without_destination() == 2

    def test_what_templates_are_named_by_is_read_without_them(self, store: Store) -> None:
        """Two of one name that are not told apart in a list: a document goes to the wrong folder."""
        assert store.templates.kinds() == []
        store.templates.save([Template(id=key, name=f"Guia {key}", department="Fiscal, ISS") for key in ("b", "a")])
        assert store.templates.kinds() == [("a", "Guia a", "Fiscal, ISS"), ("b", "Guia b", "Fiscal, ISS")]

    def test_an_employee_is_found_by_login(self, store: Store) -> None:
        store.employees.save([Employee(id="1", name="Eva", login="eva"), Employee(id="2", name="Ana")])
        found = store.employees.by_login("eva")
        assert found is not None and found.id == "1"
        assert store.employees.by_login("Eva") is None
        assert store.employees.by_login("nobody") is None

    def test_tasks_by_status(self, store: Store) -> None:
        def task(n: int, status: TaskStatus) -> Task:
            return Task(id=f"{n}", client="c", name="x", period="2026", status=status)

        store.tasks.save(task(n, TaskStatus.COMPLETED if n % 3 else TaskStatus.OPEN) for n in range(9))
        assert ids(store.tasks.page_of(TaskStatus.OPEN)) == ["0", "3", "6"]
        assert ids(store.tasks.page_of(TaskStatus.COMPLETED, after="4", limit=2)) == ["5", "7"]
        assert store.tasks.counts() == {"open": 3, "completed": 6}
        store.tasks.save([task(0, TaskStatus.COMPLETED)])
        assert store.tasks.counts() == {"open": 2, "completed": 7}

    def test_documents_of_tasks_oldest_first(self, store: Store) -> None:
        made = [document("z"), document("a", removed_at=LATER), document("m", task="u"), document("b", task="v")]
        store.documents.save(made)
        store.documents.save([made[0].model_copy(update={"version": 2})])
        assert ids(store.documents.of_task("t")) == ["z", "a"]
        assert ids(store.documents.of_tasks(["t", "v"])) == ["z", "a", "b"]
        assert store.documents.of_tasks([]) == []

    def test_live_documents_are_found_by_their_place(self, store: Store) -> None:
        other = PLACE.model_copy(update={"name": "other.pdf"})
        store.documents.save(
            [
                document("1", placement=placement()),
                document("2", placement=placement(), removed_at=NOW),
                document("3", placement=placement(other)),
                document("4"),
            ]
        )
        assert ids(store.documents.placed_at(PLACE.path)) == ["1"]
        store.documents.save([document("1", placement=placement(other))])
        assert store.documents.placed_at(PLACE.path) == []
        assert ids(store.documents.placed_at(other.path)) == ["1", "3"]

    @pytest.mark.parametrize(
        ("removed_at", "expected"), [(None, True), (SOON, True), (NOW, False), (NOW - timedelta(days=1), False)]
    )
    def test_a_document_uses_its_bytes_until_it_is_removed(
        self, store: Store, removed_at: datetime | None, expected: bool
    ) -> None:
        store.documents.save([document("1", sha256="s", removed_at=removed_at)])
        assert store.documents.uses("s", NOW) is expected
        assert not store.documents.uses("other", NOW)
        assert bool(store.documents.with_bytes("s")) is (removed_at is None)
        assert store.documents.with_bytes("other") == []

    def test_what_waits_is_found_counted_and_removed(self, store: Store, other_store: Store) -> None:
        """A file that nobody is told of, or that is told of for ever, makes people stop looking."""
        rows = [
            Waiting(id=key, name=f"{key}.pdf", file_name="a.pdf", sha256=key[0], found_at=NOW, doubt=doubt)
            for key, doubt in (("a1", "client"), ("a2", "client"), ("b1", "no_task"))
        ]
        store.waiting.save(rows)
        assert ids(other_store.waiting.with_bytes("a")) == ["a1", "a2"]
        assert other_store.waiting.named("b1.pdf") == rows[2]
        assert other_store.waiting.counts() == {"client": 2, "no_task": 1}
        other_store.waiting.remove(["a1", "b1", "gone"])
        assert ids(store.waiting.page()) == ["a2"]
        assert store.waiting.counts() == {"client": 1}
        store.waiting.remove([])

    @pytest.mark.parametrize(
        ("status", "settled_at", "expected"),
        [
            ("queued", None, True),
            ("sending", None, True),
            ("failed", NOW - timedelta(days=1), True),
            ("delivered", SOON, True),
            ("delivered", NOW - timedelta(days=1), False),
            ("cancelled", NOW - timedelta(days=1), False),
            ("skipped", SOON, True),
        ],
    )
    def test_a_delivery_uses_its_bytes_until_it_is_finished(
        self, store: Store, status: str, settled_at: datetime | None, expected: bool
    ) -> None:
        """Bytes that are swept too early are a document that never arrives."""
        store.deliveries.save([delivery("1", sha256="s", status=DeliveryStatus(status), settled_at=settled_at)])
        assert store.deliveries.uses("s", NOW) is expected
        assert not store.deliveries.uses("other", NOW)


class TransactionContract:
    def test_an_exception_undoes_everything(self, store: Store, other_store: Store) -> None:
        with pytest.raises(Undone), store.transaction():
            store.clients.save([Client(id="1", name="x")])
            store.append([event()])
            store.set_pause(Pause(code="portal_auth", detail="", since=NOW))
            store.deliveries.save([delivery("d")])
            raise Undone
        for one in (store, other_store):
            assert one.clients.get("1") is None
            assert one.events_after(0) == []
            assert one.pause() is None
            assert one.deliveries.counts()["queued"] == 0

    def test_a_change_and_its_events_are_one(self, store: Store, other_store: Store) -> None:
        """Whoever reads the journal must never be told of what is not there yet, nor miss what is."""
        with store.transaction():
            store.clients.save([Client(id="1", name="x")])
            store.append([event()])
            assert store.clients.get("1") is not None and len(store.events_after(0)) == 1
            assert other_store.clients.get("1") is None and other_store.events_after(0) == []
        assert other_store.clients.get("1") is not None and len(other_store.events_after(0)) == 1

    def test_a_part_that_is_undone_takes_nothing_else_with_it(self, store: Store) -> None:
        with store.transaction():
            store.clients.save([Client(id="1", name="x")])
            with suppress(Undone), store.transaction():
                store.clients.save([Client(id="2", name="y")])
                store.append([event()])
                raise Undone
            with store.transaction():
                store.clients.save([Client(id="3", name="z")])
        assert ids(store.clients.page()) == ["1", "3"]
        assert store.events_after(0) == []

    def test_an_outer_failure_undoes_finished_parts(self, store: Store) -> None:
        with pytest.raises(Undone), store.transaction():
            with store.transaction():
                store.clients.save([Client(id="1", name="x")])
            raise Undone
        assert store.clients.count() == 0

    def test_a_snapshot_is_of_one_state(self, store: Store, other_store: Store) -> None:
        store.clients.save([Client(id="1", name="x")])
        with store.snapshot():
            assert store.clients.count() == 1
            other_store.clients.save([Client(id="2", name="y")])
            assert store.clients.count() == 1
            assert store.clients.get("2") is None
        assert store.clients.count() == 2

    def test_data_version_changes_with_anyones_commit(self, store: Store, other_store: Store) -> None:
        """Screens of this and of other processes are drawn anew by it."""
        versions = [store.data_version()]
        assert store.data_version() == versions[0]
        other_store.clients.save([Client(id="1", name="x")])
        versions.append(store.data_version())
        store.clients.save([Client(id="2", name="y")])
        versions.append(store.data_version())
        assert len(set(versions)) == 3

    def test_writers_on_both_handles_take_turns(self, store: Store, other_store: Store) -> None:
        """Two processes that add to the same fact must both be counted."""
        store.set_pause(Pause(code="x", detail="", since=NOW, attempts=0))

        def add(one: Store) -> None:
            for _ in range(25):
                with one.transaction():
                    pause = one.pause()
                    assert pause is not None
                    one.set_pause(pause.model_copy(update={"attempts": pause.attempts + 1}))

        threads = [threading.Thread(target=add, args=(one,)) for one in (store, other_store, store)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        pause = store.pause()
        assert pause is not None and pause.attempts == 75


class OutboxContract:
    def test_a_claim_takes_what_is_due_and_free(self, store: Store) -> None:
        activate(store)
        store.deliveries.save(
            [
                delivery("due"),
                delivery("late", due_at=NOW - timedelta(days=1)),
                delivery("not yet", due_at=SOON),
                *(delivery(f"held {hold}", hold=hold) for hold in Hold),
                *(delivery(f"is {one}", status=one) for one in DeliveryStatus if one is not DeliveryStatus.QUEUED),
            ]
        )
        taken = store.claim("w1", NOW, 10, "")
        assert ids(taken) == ["late", "due"]
        assert all((one.status, one.worker, one.epoch) == (DeliveryStatus.SENDING, "w1", 1) for one in taken)
        assert [store.deliveries.get(one.id) for one in taken] == taken
        assert store.claim("w2", NOW, 10, "") == []
        assert ids(store.claim("w2", SOON, 10, "")) == ["not yet"]

    def test_nothing_is_claimed_while_inactive_or_paused(self, store: Store) -> None:
        store.deliveries.save([delivery("d")])
        assert store.claim("w1", NOW, 1, "") == []
        activate(store)
        store.set_pause(Pause(code="portal_auth", detail="", since=NOW))
        assert store.claim("w1", NOW, 1, "") == []
        store.set_pause(None)
        assert ids(store.claim("w1", NOW, 1, "")) == ["d"]

    def test_when_each_template_was_delivered_last_is_known_at_once(self, store: Store, other_store: Store) -> None:
        """Whoever maps templates sees which ones really go out, with 100,000 deliveries as with ten."""
        taken = claimed(store)
        assert store.deliveries.last_by_template() == {}
        done: dict[str, Any] = {"status": DeliveryStatus.DELIVERED, "settled_at": NOW}
        assert store.settle(taken.model_copy(update=done))
        assert other_store.deliveries.last_by_template() == {taken.template: NOW}
        later = [delivery("l", template="iss", **{**done, "settled_at": LATER}), delivery("m", **done)]
        store.deliveries.save([*later, delivery("o", template="iss", **done)])
        assert not store.settle(taken.model_copy(update={**done, "settled_at": LATER})), "it was settled already"
        assert other_store.deliveries.last_by_template() == {taken.template: NOW, "iss": LATER}

    def test_each_claim_has_the_next_epoch(self, store: Store) -> None:
        first = claimed(store)
        assert store.settle(first.model_copy(update={"status": DeliveryStatus.QUEUED, "worker": None}))
        (second,) = store.claim("w2", NOW, 1, "")
        assert (first.epoch, second.epoch, second.worker) == (1, 2, "w2")

    def test_no_two_claimants_get_the_same(self, store: Store, other_store: Store) -> None:
        activate(store)
        store.deliveries.save(delivery(f"{n:03}", client=f"{n % 7}") for n in range(120))
        taken: list[str] = []

        def claim(one: Store, worker: str) -> None:
            while mine := one.claim(worker, NOW, 5, ""):
                taken.extend(ids(mine))

        threads = [
            threading.Thread(target=claim, args=(one, f"w{n}")) for n, one in enumerate((store, other_store) * 2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(taken) == [f"{n:03}" for n in range(120)]

    def test_a_client_with_much_starves_no_one(self, store: Store) -> None:
        """One client's five hundred documents must not make another wait for its one."""
        activate(store)
        store.deliveries.save(delivery(f"a{n:03}", client="a") for n in range(500))
        store.deliveries.save([delivery("b", client="b", due_at=SOON), delivery("c", client="c", due_at=SOON)])
        taken = store.claim("w1", LATER, 8, "")
        assert {one.client for one in taken} == {"a", "b", "c"}
        assert {one.client for one in taken[:3]} == {"a", "b", "c"}

    def test_claims_go_round_the_clients(self, store: Store) -> None:
        activate(store)
        store.deliveries.save(delivery(f"{client}{n}", client=client) for client in "abcd" for n in range(2))
        order = []
        last = ""
        for _ in range(8):
            (one,) = store.claim("w1", NOW, 1, last)
            last = one.client
            order.append(last)
        assert "".join(order) == "abcdabcd"

    def test_a_claim_starts_after_the_client_named_even_when_it_is_gone(self, store: Store) -> None:
        activate(store)
        store.deliveries.save(delivery(client, client=client) for client in "abd")
        assert ids(store.claim("w1", NOW, 2, "c")) == ["d", "a"]

    def test_oldest_due_first_within_a_client(self, store: Store) -> None:
        activate(store)
        store.deliveries.save(delivery(f"{n}", due_at=NOW - timedelta(minutes=n)) for n in range(6))
        assert ids(store.claim("w1", NOW, 6, "")) == ["5", "4", "3", "2", "1", "0"]

    def test_no_more_is_claimed_than_asked_for(self, store: Store) -> None:
        activate(store)
        store.deliveries.save(delivery(f"{n:02}", client=f"{n % 3}") for n in range(30))
        assert [len(store.claim("w1", NOW, limit, "")) for limit in (0, 1, 2, 4, 7, 100)] == [0, 1, 2, 4, 7, 16]

    def test_settling_writes_the_next_state_once(self, store: Store) -> None:
        mine = claimed(store)
        done = mine.model_copy(update={"status": DeliveryStatus.DELIVERED, "place": PLACE, "settled_at": SOON})
        assert store.settle(done)
        assert store.deliveries.get("d") == done
        assert not store.settle(done.model_copy(update={"status": DeliveryStatus.FAILED}))
        assert store.deliveries.get("d") == done

    def test_settling_under_an_old_epoch_writes_nothing(self, store: Store, other_store: Store) -> None:
        """A worker that was taken for dead must not undo what its successor has done."""
        mine = claimed(store)
        theirs = other_store.take_over(mine, "w2")
        assert theirs is not None
        assert not store.settle(mine.model_copy(update={"status": DeliveryStatus.DELIVERED}))
        assert store.deliveries.get("d") == theirs
        assert other_store.settle(theirs.model_copy(update={"status": DeliveryStatus.DELIVERED}))

    def test_an_intent_is_settled_while_sending_goes_on(self, store: Store) -> None:
        mine = claimed(store)
        intending = mine.model_copy(update={"intent": intent()})
        assert store.settle(intending)
        assert store.deliveries.get("d") == intending
        assert store.settle(intending.model_copy(update={"status": DeliveryStatus.QUEUED}))

    def test_of_two_who_take_over_one_wins(self, store: Store, other_store: Store) -> None:
        orphan = claimed(store)
        won: list[Delivery | None] = []
        barrier = threading.Barrier(2)

        def take(one: Store, worker: str) -> None:
            barrier.wait()
            won.append(one.take_over(orphan, worker))

        threads = [threading.Thread(target=take, args=(one, f"w{n}")) for n, one in enumerate((store, other_store))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (winner,) = [one for one in won if one is not None]
        assert winner.epoch == orphan.epoch + 1
        assert store.deliveries.get("d") == winner

    def test_what_is_settled_cannot_be_taken_over(self, store: Store) -> None:
        orphan = claimed(store)
        store.settle(orphan.model_copy(update={"status": DeliveryStatus.DELIVERED}))
        assert store.take_over(orphan, "w2") is None

    @pytest.mark.parametrize("status", [one for one in DeliveryStatus if one is not DeliveryStatus.SENDING])
    def test_leaving_sending_releases_the_version_that_waits(self, store: Store, status: DeliveryStatus) -> None:
        mine = claimed(store, document="x")
        store.deliveries.save(
            [
                delivery("next", document="x", version=2, hold=Hold.EARLIER),
                delivery("reopened", document="x", hold=Hold.REOPENED),
                delivery("other", document="y", hold=Hold.EARLIER),
            ]
        )
        store.settle(mine.model_copy(update={"intent": intent()}))
        assert ids(store.deliveries.held("earlier")) == ["next", "other"], "it is still being sent"
        store.settle(mine.model_copy(update={"status": status}))
        assert ids(store.deliveries.held("earlier")) == ["other"]
        assert ids(store.deliveries.held("reopened")) == ["reopened"]

    def test_unsettled_intents_are_found_by_their_place(self, store: Store) -> None:
        other = PLACE.model_copy(update={"name": "other.pdf"})
        store.deliveries.save(
            [
                delivery("sending", status=DeliveryStatus.SENDING, intent=intent()),
                delivery("unknown", intent=intent()),
                delivery("cancelled", status=DeliveryStatus.CANCELLED, intent=intent()),
                delivery("failed", status=DeliveryStatus.FAILED, intent=intent()),
                delivery("elsewhere", status=DeliveryStatus.SENDING, intent=intent(other)),
                delivery("none", status=DeliveryStatus.SENDING),
                delivery("arrived", status=DeliveryStatus.DELIVERED, place=PLACE),
            ]
        )
        assert set(ids(store.deliveries.intending(PLACE.path))) == {"sending", "unknown", "cancelled", "failed"}
        assert ids(store.deliveries.intending(other.path)) == ["elsewhere"]

    def test_deliveries_of_documents_and_tasks(self, store: Store) -> None:
        made = [
            delivery("z", document="x", task="t", version=1),
            delivery("a", document="x", task="t", version=2),
            delivery("m", document="y", task="t"),
            delivery("b", document="w", task="u"),
        ]
        store.deliveries.save(made)
        assert ids(store.deliveries.of_document("x")) == ["z", "a"]
        assert set(ids(store.deliveries.of_documents(["x", "w"]))) == {"z", "a", "b"}
        assert ids(store.deliveries.of_task("t")) == ["z", "a", "m"]

    def test_what_waits_for_a_person_or_for_its_next_try(self, store: Store) -> None:
        failed = {"status": DeliveryStatus.FAILED}
        store.deliveries.save(
            [
                delivery("2", failure="file_missing", **failed),
                delivery("1", failure="no_destination", **failed),
                delivery("3", failure="portal_busy"),
                delivery("4"),
                delivery("5", failure="portal_busy", status=DeliveryStatus.SENDING),
                delivery("6", failure="file_missing", status=DeliveryStatus.CANCELLED),
            ]
        )
        assert ids(store.deliveries.failed()) == ["1", "2"]
        assert ids(store.deliveries.failed("file_missing")) == ["2"]
        assert ids(store.deliveries.retrying()) == ["3"]
        assert ids(store.deliveries.sending()) == ["5"]

    def test_counts_follow_every_change(self, store: Store) -> None:
        assert store.deliveries.counts() == dict.fromkeys(map(str, DeliveryStatus), 0)
        mine = claimed(store)
        store.deliveries.save([delivery("q1"), delivery("q2", hold=Hold.INACTIVE), delivery("q3", hold=Hold.REOPENED)])
        assert store.deliveries.counts() | {} == {
            **dict.fromkeys(map(str, DeliveryStatus), 0),
            "queued": 3,
            "sending": 1,
        }
        assert store.deliveries.held_counts() == {"inactive": 1, "reopened": 1}
        store.settle(mine.model_copy(update={"status": DeliveryStatus.DELIVERED}))
        with suppress(Undone), store.transaction():
            store.deliveries.save([delivery("gone")])
            raise Undone
        counts = store.deliveries.counts()
        assert (counts["queued"], counts["sending"], counts["delivered"]) == (3, 0, 1)

    def test_when_something_is_due_next(self, store: Store) -> None:
        assert store.deliveries.next_due() is None
        store.deliveries.save([delivery("held", hold=Hold.INACTIVE), delivery("sent", status=DeliveryStatus.DELIVERED)])
        assert store.deliveries.next_due() is None
        store.deliveries.save([delivery("late", client="a", due_at=LATER), delivery("soon", client="z", due_at=SOON)])
        assert store.deliveries.next_due() == SOON

    def test_what_is_due_only_later(self, store: Store) -> None:
        """Found again after a clock that was ahead has been set right."""
        store.deliveries.save(
            [
                delivery("late", due_at=LATER),
                delivery("soon", due_at=SOON),
                delivery("held", hold=Hold.INACTIVE, due_at=LATER),
                delivery("sent", status=DeliveryStatus.DELIVERED, due_at=LATER),
            ]
        )
        assert [one.id for one in store.deliveries.due_after(LATER)] == ["late"]
        assert sorted(one.id for one in store.deliveries.due_after(SOON)) == ["late", "soon"]

    def test_tasks_that_failed_or_have_been_failing_for_a_while(self, store: Store) -> None:
        """What counts in Prioridade: a task once, a passing failure after a quarter of an hour."""
        store.deliveries.save(
            [
                delivery("1", task="a", status=DeliveryStatus.FAILED, failure="file_missing"),
                delivery("2", task="a", status=DeliveryStatus.FAILED, failure="file_missing"),
                delivery("3", task="b", failure="portal_busy", failing_since=NOW - timedelta(minutes=16)),
                delivery("4", task="c", failure="portal_busy", failing_since=NOW - timedelta(minutes=14)),
                delivery("5", task="d"),
                delivery("6", task="a", failure="portal_busy", failing_since=NOW - timedelta(days=1)),
            ]
        )
        assert store.deliveries.failed_tasks(NOW) == 2
        assert store.deliveries.failed_tasks(NOW + timedelta(minutes=2)) == 3


class JournalContract:
    def test_events_come_back_in_order_and_whole(self, store: Store) -> None:
        first = event("failed", level=Level.ERROR, actor="eva", login="eva.l", task="t", client="c", document="x")
        second = event("mapped", folder=("Fiscal", "DAS"), name="a.pdf", params={"why": ["é", "is"], "size": 3})
        store.append([first])
        store.append([second, first])
        found = store.events_after(0)
        assert [one.model_copy(update={"seq": 0}) for one in found] == [first, second, first]
        seqs = [one.seq for one in found]
        assert seqs == sorted(set(seqs)) and seqs[0] > 0
        assert store.last_seq() == seqs[-1]
        assert store.events_after(seqs[0]) == found[1:]
        assert store.events_after(0, limit=2) == found[:2]

    def test_an_empty_journal(self, store: Store) -> None:
        store.append([])
        assert (store.events_after(0), store.last_seq()) == ([], 0)

    def test_events_of_one_document_and_of_one_task(self, store: Store) -> None:
        store.append(
            [
                event("completed", task="t"),
                event("queued", task="t", document="x"),
                event("queued", task="t", document="y"),
                event("completed", task="u"),
                event("activated"),
                event("delivered", task="t", document="x"),
            ]
        )
        assert [one.code for one in store.events_of_document("x")] == ["queued", "delivered"]
        assert [one.code for one in store.events_of_task("t")] == ["completed"]
        assert all(one.seq for one in store.events_of_document("x"))

    def test_events_are_found_by_level_client_words_and_number(self, store: Store) -> None:
        """What a filter leaves out is believed never to have happened."""
        grave = {2: Level.WARNING, 3: Level.ERROR, 5: Level.ERROR}
        store.append([])
        store.append(
            [
                event("failed" if n == 3 else "queued", level=grave.get(n, Level.INFO), client="a" if n % 2 else None)
                for n in range(1, 6)
            ]
        )
        store.append([event("delivered", name="Certidão de João.pdf", client="b")])
        first = store.events_after(0)[0].seq - 1

        def seqs(choice: EventChoice, low: int = 0, high: int = 99, **how: Any) -> list[int]:
            found = [one.seq - first for one in store.find_events(choice, low + first, high + first, **how)]
            if not (choice.words or how):
                assert [seq - first for seq in store.find_seqs(choice, low + first, high + first)] == found
            return found

        assert seqs(EventChoice()) == [1, 2, 3, 4, 5, 6]
        assert seqs(EventChoice(), 2, 5, newest_first=True) == [4, 3, 2]
        assert seqs(EventChoice(level=Level.WARNING)) == [2, 3, 5]
        assert seqs(EventChoice(level=Level.WARNING), 0, 5, newest_first=True, limit=1) == [3]
        assert seqs(EventChoice(level=Level.ERROR)) == [3, 5]
        assert seqs(EventChoice(client="a")) == [1, 3, 5]
        assert seqs(EventChoice(level=Level.WARNING, client="a"), 4) == [5]
        assert seqs(EventChoice(seqs=(first + 6, first + 2, first + 77))) == [2, 6]
        assert seqs(EventChoice(words=(("certidao", (), ()), ("joao", (), ())))) == [6]
        assert seqs(EventChoice(words=(("joao", ("failed",), ("nobody",)),))) == [3, 6]
        assert seqs(EventChoice(words=(("zzz", (), ("b",)),))) == [6]
        assert seqs(EventChoice(level=Level.ERROR, words=(("joao", ("failed",), ()),))) == [3]

    def test_an_undone_event_never_was(self, store: Store) -> None:
        store.append([event("activated")])
        with suppress(Undone), store.transaction():
            store.append([event("queued"), event("queued")])
            raise Undone
        store.append([event("deactivated")])
        assert [one.code for one in store.events_after(0)] == ["activated", "deactivated"]

    def test_a_reader_never_finds_a_new_event_at_or_below_what_it_has_read(
        self, store: Store, other_store: Store
    ) -> None:
        """Live logs and dashboards read on from the last number: an event that slips in below it is never shown."""
        writers, each = 4, 30
        finished = threading.Event()

        def write(one: Store, writer: int) -> None:
            for n in range(each):
                with suppress(Undone), one.transaction():
                    one.append([event(params={"writer": writer, "n": n})])
                    if n % 3 == 1:
                        raise Undone
                    one.append([event(params={"writer": writer, "n": n + 0.5})])

        seen: list[Event] = []

        def read() -> None:
            while True:
                last_round = finished.is_set()
                seen.extend(other_store.events_after(seen[-1].seq if seen else 0, limit=5))
                if last_round and not other_store.events_after(seen[-1].seq if seen else 0):
                    return

        reader = threading.Thread(target=read)
        threads = [threading.Thread(target=write, args=((store, other_store)[n % 2], n)) for n in range(writers)]
        for thread in (reader, *threads):
            thread.start()
        for thread in threads:
            thread.join()
        finished.set()
        reader.join()
        assert seen == store.events_after(0, limit=10_000)
        seqs = [one.seq for one in seen]
        assert seqs == sorted(set(seqs))
        assert len(seen) == writers * 2 * len([n for n in range(each) if n % 3 != 1])
        for writer in range(writers):
            own = [one.params["n"] for one in seen if one.params["writer"] == writer]
            assert own == sorted(own)


class FactsContract:
    def test_an_office_starts_inactive_and_unpaused(self, store: Store) -> None:
        assert (store.integration(), store.pause()) == (Integration(), None)

    def test_facts_are_shared_and_replaced(self, store: Store, other_store: Store) -> None:
        integration = Integration(active=True, standard_folders=True, since=NOW, by="ana")
        pause = Pause(code="portal_auth", detail="401", since=NOW, attempts=3, retry_at=SOON)
        store.set_integration(integration)
        store.set_pause(pause)
        assert (other_store.integration(), other_store.pause()) == (integration, pause)
        other_store.set_pause(None)
        other_store.set_integration(Integration())
        assert (store.integration(), store.pause()) == (Integration(), None)
        assert store.unkept() is None
        store.set_unkept(Unkept(code="locks_show", since=NOW))
        assert other_store.unkept() == Unkept(code="locks_show", since=NOW)
        other_store.set_unkept(None)
        assert store.unkept() is None

    def test_a_check_tells_how_far_it_is(self, store: Store) -> None:
        """In an office of years it takes minutes, and looks as if it hung."""
        store.clients.save([Client(id="1", name="x")])
        store.append([Event(at=NOW, code="x") for _ in range(2500)])
        told: list[tuple[int, int]] = []
        store.check(lambda done, total: told.append((done, total)))
        assert told == sorted(told)
        assert len(told) > 3
        assert {total for _, total in told} == {2501}
        assert told[-1] == (2501, 2501)

    def test_ones_own_mapping_changes_newest_first(self, store: Store) -> None:
        changes = [mapping_change(f"{n}", at=NOW + timedelta(minutes=n)) for n in range(5)]
        same_moment = mapping_change("9", at=NOW + timedelta(minutes=4))
        store.mapping_changes.save([*changes, same_moment, mapping_change("x", actor="eva", at=LATER)])
        assert ids(store.last_mapping_changes("ana")) == ["9", "4", "3", "2", "1", "0"]
        assert ids(store.last_mapping_changes("ana", 2)) == ["9", "4"]
        assert ids(store.last_mapping_changes("eva")) == ["x"]
        assert store.last_mapping_changes("nobody") == []


class StoreContract(RepositoryContract, TransactionContract, OutboxContract, JournalContract, FactsContract):
    """All of it."""
