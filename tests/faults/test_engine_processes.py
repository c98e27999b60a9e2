"""Several processes at one database file: no update lost, nobody blocked for good, nothing half done after a kill."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.store.engine import Database, Index, StoreError

ROOT = Path(__file__).parents[2]
INDEXES = (Index("accounts", "name", unique=True), Index("entries", "account"))

PRELUDE = """
import json, os, sys, time
from core.store.engine import Database, Index, StoreError
INDEXES = (Index("accounts", "name", unique=True), Index("entries", "account"))
path, *arguments = sys.argv[1:]
def opened(**options):
    return Database(path, indexes=INDEXES, logs={"events"}, **options)
def say(what):
    print(what, flush=True)
def wait():
    sys.stdin.readline()
"""


class Process:
    """A Python process at the same database, which says lines and is told to go on."""

    def __init__(self, script: str, path: Path, *arguments: str) -> None:
        code = PRELUDE + textwrap.dedent(script)
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, str(path), *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        """The next line it says, within a minute."""
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], 60)
        assert ready, "the process says nothing"
        return self._process.stdout.readline().strip()

    def go_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def rest(self) -> list[str]:
        """All it says until its end, which must be a good one."""
        output, _ = self._process.communicate(timeout=120)
        assert self._process.returncode == 0
        return output.split()

    def died(self) -> None:
        """Wait until it has killed itself, or has ended."""
        self._process.communicate(timeout=60)
        assert self._process.returncode in {0, -signal.SIGKILL}

    def kill(self) -> list[str]:
        """End it at once, as a power cut would; what it had said before."""
        self._process.send_signal(signal.SIGKILL)
        output, _ = self._process.communicate(timeout=60)
        return output.split()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    with Database(path, indexes=INDEXES, logs={"events"}, wait=0.2) as opened:
        yield opened


def test_no_update_is_lost(db: Database, path: Path) -> None:
    script = """
        with opened(wait=60) as db:
            accounts = db.table("accounts")
            say("ready"); wait()
            for n in range(200):
                with db.transaction():
                    account = accounts.by("name", "cash")
                    accounts.put("name", {**account, "balance": account["balance"] + 1})
                    db.table("events").append({"balance": account["balance"] + 1})
                    db.counters.add("increments", 1)
    """
    db.table("accounts").put("name", {"name": "cash", "balance": 0})
    processes = [Process(script, path) for _ in range(4)]
    for process in processes:
        assert process.line() == "ready"
    for process in processes:
        process.go_on()
    for process in processes:
        process.rest()
    assert db.table("accounts").all() == [{"name": "cash", "balance": 800}]
    assert db.counters.get("increments") == 800
    assert [event["balance"] for event in db.table("events")] == list(range(1, 801))


def test_a_new_file_is_made_once(path: Path) -> None:
    script = """
        say("ready"); wait()
        with opened(wait=60) as db:
            db.table("entries").insert({"account": arguments[0]})
    """
    processes = [Process(script, path, str(number)) for number in range(4)]
    for process in processes:
        assert process.line() == "ready"
    for process in processes:
        process.go_on()
    for process in processes:
        process.rest()
    with Database(path, indexes=INDEXES, logs={"events"}) as db:
        assert sorted(entry["account"] for entry in db.table("entries")) == ["0", "1", "2", "3"]


def test_a_reader_never_waits_and_a_writer_waits_its_bound(db: Database, path: Path) -> None:
    writer = Process(
        """
        with opened() as db:
            with db.transaction():
                db.table("entries").insert({"account": "theirs"})
                say("writing"); wait()
        """,
        path,
    )
    db.table("entries").insert({"account": "ours"})
    assert writer.line() == "writing"
    assert db.table("entries").all() == [{"account": "ours"}]
    with Database(path, indexes=INDEXES, logs={"events"}) as another:  # opening does not wait either
        assert len(another.table("entries")) == 1
    with pytest.raises(StoreError) as refused:
        db.table("entries").insert({"account": "late"})
    assert refused.value.code == "busy"
    version = db.data_version()
    writer.go_on()
    writer.rest()
    assert db.data_version() != version
    assert [entry["account"] for entry in db.table("entries")] == ["ours", "theirs"]


def test_a_small_writer_is_not_starved_by_large_ones(db: Database, path: Path) -> None:
    """SQLite's own waiting lets whoever comes back at once overtake whoever sleeps."""
    script = """
        with opened(wait=60) as db:
            say("ready")
            while not os.path.exists(path + ".stop"):
                db.table("entries").insert_multiple({"account": str(n)} for n in range(300))
    """
    large = [Process(script, path) for _ in range(2)]
    for process in large:
        assert process.line() == "ready"
    with Database(path, indexes=INDEXES, logs={"events"}, wait=5) as small:
        for _ in range(20):
            small.counters.add("small", 1)
    Path(f"{path}.stop").touch()
    for process in large:
        process.rest()
    assert db.counters.get("small") == 20


@pytest.mark.parametrize("acknowledged", [1, 23, 60])
def test_a_killed_writer_has_done_all_it_acknowledged_and_nothing_by_halves(
    db: Database, path: Path, acknowledged: int
) -> None:
    script = """
        with opened() as db:
            for n in range(100_000):
                with db.transaction():
                    db.table("entries").insert_multiple([{"account": n, "side": "debit"}, {"account": n}])
                    db.table("events").append({"account": n})
                    db.counters.add("entries", 2)
                say(n)
    """
    writer = Process(script, path)
    said = [writer.line() for _ in range(acknowledged)]
    said += writer.kill()
    entries, events = db.table("entries"), db.table("events")
    done = [event["account"] for event in events]
    assert done == list(range(len(done)))
    assert len(done) >= len(said) >= acknowledged
    assert [entry["account"] for entry in entries] == [n for n in done for _ in range(2)]
    assert db.counters.get("entries") == 2 * len(done)
    db.check()
    assert entries.insert({"account": "after"}) > 0  # the dead one's turn is over


def test_a_writer_killed_inside_its_transaction_leaves_nothing(db: Database, path: Path) -> None:
    writer = Process(
        """
        db = opened()
        with db.transaction():
            db.table("entries").insert_multiple({"account": n, "text": "x" * 1000} for n in range(20_000))
            say("writing"); wait()
        """,
        path,
    )
    assert writer.line() == "writing"
    writer.kill()
    assert db.tables() == set()
    assert db.table("entries").insert({}) == 1
    db.check()


def test_a_killed_creation_is_no_obstacle(tmp_path: Path) -> None:
    """At whatever moment a first start dies, the next one works."""
    script = """
        import core.store.engine.file as file
        real = file.connect
        def dying(*arguments, **options):
            connection = real(*arguments, **options)
            steps = [int(sys.argv[2])]
            def step(statement):
                steps[0] -= 1
                if not steps[0]:
                    os.kill(os.getpid(), 9)
            connection.set_trace_callback(step)
            return connection
        file.connect = dying
        opened()
    """
    for step in range(1, 11):
        path = tmp_path / f"{step}.db"
        Process(script, path, str(step)).died()
        with Database(path, indexes=INDEXES, logs={"events"}) as db:
            assert db.table("entries").insert({}) == 1


def test_a_reader_of_the_log_misses_nothing_and_sees_it_in_order(db: Database, path: Path) -> None:
    """Whoever shows or follows the events would otherwise never show some of them."""
    script = """
        with opened(wait=60) as db:
            say("ready"); wait()
            for n in range(50):
                with db.transaction():
                    pair = [{"who": arguments[0], "n": 2 * n}, {"who": arguments[0], "n": 2 * n + 1}]
                    db.table("events").append_many(pair)
    """
    reader = """
        with opened() as db:
            events, last, seen = db.table("events"), 0, []
            say("ready")
            while len(seen) < 400:
                version = db.data_version()
                while page := events.select(after=(last,), limit=7):
                    seen += [(event.doc_id, event["who"], event["n"]) for event in page]
                    last = page[-1].doc_id
                while db.data_version() == version and len(seen) < 400:
                    time.sleep(0.001)
            say(json.dumps(seen).replace(" ", ""))
    """
    following = Process(reader, path)
    assert following.line() == "ready"
    writers = [Process(script, path, str(number)) for number in range(4)]
    for process in writers:
        assert process.line() == "ready"
    for process in writers:
        process.go_on()
    for process in writers:
        process.rest()
    seen = json.loads(following.rest()[-1])
    assert [doc_id for doc_id, _, _ in seen] == list(range(1, 401))
    for number in range(4):
        assert [n for _, who, n in seen if who == str(number)] == list(range(100))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as somebody else")
def test_who_may_not_write_reads_where_possible(tmp_path: Path) -> None:
    """An accountant looks into an office whose files belong to another login."""
    script = """
        os.setgroups([]); os.setgid(65534); os.setuid(65534)
        try:
            with opened() as db:
                say(len(db.table("entries")))
                db.table("entries").insert({})
        except StoreError as error:
            say(error.code)
    """
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        path = directory / "x.db"
        with Database(path, indexes=INDEXES, logs={"events"}, mode=0o644) as db:
            db.table("entries").insert({})
            assert Process(script, path).rest() == ["1", "read_only"]
        assert Process(script, path).rest() == ["1", "read_only"]
        path.chmod(0o600)
        assert Process(script, path).rest() == ["read_only"]
        assert Process(script, directory / "new.db").rest() == ["read_only"]
        assert sorted(file.name for file in directory.iterdir()) == ["x.db", "x.db.lock"]
