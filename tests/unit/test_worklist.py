"""Finding tasks in the store, and an office of an older version: what would be lost is every task that nobody finds."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.domain.models import Client, Delivery, DeliveryStatus, Event, Hold, Task, TaskStatus
from core.ports import TaskChoice
from core.store import open_store
from core.store.engine import Database, Tally

NOW = datetime(2026, 10, 5, 12, 30, tzinfo=UTC)


def test_an_older_office_finds_its_tasks_by_words_and_its_numbers(tmp_path: Path) -> None:
    """After an update nobody would find a task by name, and the dashboard would read zero."""
    path = tmp_path / "state.db"
    store = open_store(path)
    store.clients.save([Client(id="1", name="Padaria")])
    store.tasks.save([Task(id="T1", client="1", name="Rescisão", period="2026-10")])
    store.append([Event(at=NOW, code="delivered")] * 3)
    store.close()
    with sqlite3.connect(path) as raw:  # as version 1 wrote it
        raw.execute("""UPDATE "doc_tasks" SET body = json_remove(body, '$.words')""")
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            if "period" in name or "events" in name:
                raw.execute(f'DROP TRIGGER "{name}"')
        raw.execute("DELETE FROM _counters WHERE name LIKE 'events%' OR name LIKE 'tasks.period%'")
        raw.execute("PRAGMA user_version = 1")
    raw.close()
    store = open_store(path)
    [(task, client, words)] = store.tasks.words(TaskChoice())
    assert (task, client) == ("T1", "1") and "rescisao" in words
    assert store.tasks.periods() == {"2026-10": 1}
    assert store.events_by_hour("delivered", NOW) == {NOW.replace(minute=0): 3}
    assert [one.name for one in store.tasks.page()] == ["Rescisão"]
    store.close()


def test_hours_are_kept_from_the_one_that_is_asked_for_on(tmp_path: Path) -> None:
    store = open_store(tmp_path / "state.db")
    store.append([Event(at=NOW + timedelta(hours=hours), code="failed") for hours in (-1, 0, 0, 24)])
    store.append([Event(at=NOW, code="failed_otherwise")])
    hour = NOW.replace(minute=0)
    assert store.events_by_hour("failed", NOW) == {hour: 2, hour + timedelta(hours=24): 1}
    store.close()


def test_failing_tasks_are_those_that_failed_or_have_been_failing_for_a_while(tmp_path: Path) -> None:
    store = open_store(tmp_path / "state.db")
    base = Delivery(
        id="d1",
        document="x",
        version=1,
        task="T1",
        client="1",
        template="das",
        sha256="",
        size=0,
        authorised_by="ana",
        queued_at=NOW,
        due_at=NOW,
    )
    late, fresh = NOW - timedelta(minutes=20), NOW - timedelta(minutes=5)
    store.deliveries.save(
        [
            base.model_copy(update={"status": DeliveryStatus.FAILED, "failure": "no_destination"}),
            base.model_copy(update={"id": "d2", "task": "T2", "failure": "portal_busy", "failing_since": late}),
            base.model_copy(update={"id": "d3", "task": "T3", "failure": "portal_busy", "failing_since": fresh}),
            base.model_copy(update={"id": "d4", "task": "T4", "hold": Hold.INACTIVE}),
            base.model_copy(update={"id": "d5", "task": "T4", "hold": Hold.INACTIVE}),
        ]
    )
    assert store.deliveries.failing_tasks(NOW) == {"T1", "T2"}
    assert store.deliveries.failed_tasks(NOW) == 2
    assert store.deliveries.held_tasks(Hold.INACTIVE) == 1
    store.close()


def test_legal_dates_are_counted_of_open_tasks_only(tmp_path: Path) -> None:
    store = open_store(tmp_path / "state.db")
    today = NOW.date()
    base = Task(id="T1", client="1", name="x", period="2026-10", legal_date=today - timedelta(days=1))
    store.tasks.save(
        [
            base,
            base.model_copy(update={"id": "T2", "legal_date": today}),
            base.model_copy(update={"id": "T3", "status": TaskStatus.COMPLETED}),
            base.model_copy(update={"id": "T4", "legal_date": None}),
        ]
    )
    assert store.tasks.count_open(None, today) == 1
    assert store.tasks.count_open(today, today + timedelta(days=1)) == 1
    assert store.tasks.choose(TaskChoice(legal_before=today)) == ["T1", "T3"]
    store.close()


def test_a_tally_of_two_fields_follows_every_change(tmp_path: Path) -> None:
    with Database(tmp_path / "x.db", logs={"events"}, tallies=(Tally("events", "code", "at", 4),)) as db:
        table = db.table("events")
        table.append({"code": "a", "at": "2026-01"})
        table.append({"code": "a", "at": "2026-02"})
        table.append({"code": "b"})
        assert table.tally_between("code", "at", 4, "a ", "a ~") == {"a 2026": 2}
        table.update({"at": "2027-01"}, doc_ids=[1])
        table.remove(doc_ids=[3])
        assert table.tally_between("code", "at", 4, "", "~") == {"a 2026": 1, "a 2027": 1}
