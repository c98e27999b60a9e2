"""The whole program in its own processes: an office to work on, `malote` by pid, and the portal's tree held against
what must be there."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.domain.models import Client, DeliveryStatus, Place, Task, Template
from core.domain.permissions import Actor
from core.office import Context, activation, create_office, documents, open_office
from core.office.tasks import complete_task
from core.office.views import every
from tests.faults.process import PATIENCE, REPOSITORY, Running
from tests.integration import forked

OWNER = Actor.outsider("dono")
SEED = "MALOTE_FAULTS_SEED"
TEMPLATE = "das"
FOLDER = ("Fiscal", "DAS")
SENT = frozenset({"delivered", "replaced", "kept_both", "already_there"})
ALL = """
import json, sys
from core.cli.main import main
for words in json.loads(sys.argv[1]):
    assert main(words) == 0, words
"""


def seeded() -> random.Random:
    """Randomness whose seed is printed (pytest shows it with a failure) and can be given by an environment variable."""
    seed = int(os.environ.get(SEED) or random.SystemRandom().getrandbits(32))
    print(f"{SEED}={seed}")
    return random.Random(seed)


@dataclass
class Program:
    """An office on a directory portal, and what a test has done to it.

    Args:
        latest: (task, file name) to the bytes attached last.
        kept: path at the portal to bytes that must stay there for ever: seen by the client, or someone else's.
    """

    folder: Path
    office: Path
    portal: Path
    latest: dict[tuple[str, str], bytes] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    versions: Counter[tuple[str, str]] = field(default_factory=Counter)

    @contextlib.contextmanager
    def opened(self) -> Iterator[Context]:
        with open_office(self.office) as ctx:
            yield ctx

    # --- what people do

    def add_tasks(self, ctx: Context, count: int, clients: int, start: int = 0) -> list[str]:
        """Open tasks `T<n>`, spread over the clients."""
        tasks = [
            Task(
                id=f"T{n:04}",
                client=f"{n % clients + 1:03}",
                name="DAS - Simples Nacional",
                period="2026-10",
                templates=(TEMPLATE,),
            )
            for n in range(start, start + count)
        ]
        ctx.store.tasks.save(tasks)
        return [one.id for one in tasks]

    def write(self, task: str, name: str, size: int = 2000) -> Path:
        """A new version of a document's file, before it is attached; its bytes say which version of what it is."""
        self.versions[task, name] += 1
        head = f"%PDF {task} {name} v{self.versions[task, name]} ".encode()
        path = self.folder / "files" / task / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(head + os.urandom(16) * (size // 16))
        return path

    def send(self, ctx: Context, task: str, size: int = 2000) -> None:
        """Attach a task's document, or the next version of it, and complete the task."""
        with ctx.store.transaction():
            self.attach(ctx, task, name_of(task), size)
            complete_task(ctx, OWNER, task)

    def attach(self, ctx: Context, task: str, name: str, size: int = 2000) -> None:
        """Attach a document's next version."""
        self.attach_file(ctx, task, self.write(task, name, size))

    def attach_file(self, ctx: Context, task: str, path: Path) -> None:
        """Attach a file; a completed task sends it."""
        documents.attach_files(ctx, OWNER, task, [path], TEMPLATE)
        self.latest[task, path.name] = path.read_bytes()

    def see(self, path: str) -> None:
        """The client looks into a file at the portal, which makes it read-only (Cadeado)."""
        (self.portal / path).chmod(0o444)
        self.kept[path] = (self.portal / path).read_bytes()

    def meddle(self, path: str) -> bool:
        """Someone else puts a file at the portal, whole, if nothing has that name."""
        place = self.portal / path
        place.parent.mkdir(parents=True, exist_ok=True)
        body = b"alheio " + os.urandom(24)
        other = self.folder / f"alheio-{os.urandom(8).hex()}"
        other.write_bytes(body)
        try:
            place.hardlink_to(other)
        except FileExistsError:
            return False
        finally:
            other.unlink()
        self.kept[path] = body
        return True

    # --- the command

    def start(self, *words: str) -> Running:
        """Start `malote WORDS`."""
        return Running(words, self.environment())

    @contextlib.contextmanager
    def running(self) -> Iterator[Running]:
        """`malote run`, read by a thread of its own so that it never waits for us; ends well when told to."""
        with self.start("run") as worker:
            assert worker.line().startswith("Enviando o que chegar")
            reader = threading.Thread(target=lambda: all(iter(worker.line, "")))
            reader.start()
            try:
                yield worker
            finally:
                worker.signal(signal.SIGTERM)
                reader.join()
            assert worker.end() == 0

    def call(self, *words: str, within: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
        """Run `malote WORDS` to its end; nothing it says may be a traceback.

        Args:
            within: sets its limits, in an interpreter of its own from its start.
        """
        if within is None:
            done = forked.malote(words, self.environment(), REPOSITORY, PATIENCE)
        else:
            done = subprocess.run(
                [sys.executable, "-m", "tui", *words],
                env=self.environment(),
                cwd=REPOSITORY,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
                preexec_fn=within,
            )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def together(self, commands: Sequence[Sequence[str]]) -> subprocess.Popen[bytes]:
        """One process that runs one command after the other, which all must end well."""
        return subprocess.Popen(
            [sys.executable, "-c", ALL, json.dumps(commands)], env=self.environment(), cwd=REPOSITORY
        )

    def json(self, *words: str) -> Any:
        """What `malote WORDS --json` says."""
        done = self.call(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def environment(self) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("MALOTE_", "LANG", "LC_"))}
        return {**inherited, "MALOTE_OFFICE": str(self.office), "LANG": "pt_BR.UTF-8", "PYTHONUNBUFFERED": "1"}

    # --- what must be there

    def all_sent(self) -> bool:
        """Whether nothing is queued or under way any more."""
        with self.opened() as ctx:
            counts = ctx.store.deliveries.counts()
        return counts["queued"] == counts["sending"] == 0

    def tree(self) -> dict[str, bytes]:
        """All files of the portal, whatever is in `.malote/` among them; but for what Apache keeps beside them."""
        return {
            path.relative_to(self.portal).as_posix(): path.read_bytes()
            for path in sorted(self.portal.rglob("*"))
            if not path.is_dir() and ".DAV" not in path.parts
        }

    def check(self, *, twins: bool = False) -> None:
        """Every document once in its place, byte for byte; nothing else there, nothing under way, nothing twice.

        Args:
            twins: documents of different tasks have the same name, so that they may lie beside each other.
        """
        with self.opened() as ctx:
            counts = ctx.store.deliveries.counts()
            unfinished = {key: counts[key] for key in ("sending", "queued", "failed")}
            assert unfinished == {"sending": 0, "queued": 0, "failed": 0}
            placed = self._placed(ctx)
            self._check_events(ctx)
        for path in placed.keys() & self.kept.keys():  # the present version, seen
            assert placed[path] == self.kept[path], path
        there, wanted = self.tree(), {**self.kept, **placed}
        assert sorted(there) == sorted(wanted)
        assert [path for path in there if there[path] != wanted[path]] == []
        beside = {**self.kept, **placed} if twins else self.kept
        for path in placed:
            number = re.search(r" \((\d+)\)\.pdf$", path)
            if number is not None:
                names = [path[: number.start()] + end for end in self._before(int(number[1]))]
                assert all(name in beside for name in names), f"{path}: no rule calls for it"

    @staticmethod
    def _before(number: int) -> list[str]:
        return [".pdf", *(f" ({n}).pdf" for n in range(1, number))]

    def _placed(self, ctx: Context) -> dict[str, bytes]:
        found = [one for one in every(ctx.store.documents) if one.live]
        assert sorted((one.task, one.name) for one in found) == sorted(self.latest)
        deliveries = ctx.store.deliveries.of_documents(one.id for one in found)
        last = {one.document: one for one in deliveries}
        placed: dict[str, bytes] = {}
        for document in found:
            assert last[document.id].status is DeliveryStatus.DELIVERED, last[document.id]
            assert last[document.id].version == document.version
            assert document.placement is not None and document.placement.delivery == last[document.id].id
            path = document.placement.place.path
            assert path not in placed, f"two documents at {path}"
            placed[path] = self.latest[document.task, document.name]
        return placed

    @staticmethod
    def _check_events(ctx: Context) -> None:
        """No delivery is told as sent twice, and the versions of a document never go backwards."""
        versions: dict[str, int] = {}
        sent: set[str] = set()
        seq = 0
        while events := ctx.store.events_after(seq):
            deliveries = ctx.store.deliveries.get_many(one.delivery for one in events if one.delivery)
            for event in events:
                seq = event.seq
                if event.code in SENT and event.delivery is not None and event.document is not None:
                    assert event.delivery not in sent, f"{event.delivery} was sent twice"
                    sent.add(event.delivery)
                    version = deliveries[event.delivery].version
                    assert version > versions.get(event.document, 0), f"{event.document} went backwards"
                    versions[event.document] = version


def build(
    folder: Path,
    *,
    clients: int = 10,
    tasks: int = 50,
    size: int = 2000,
    portal: Path | None = None,
    settings: dict[str, Any] | None = None,
) -> Program:
    """An active office of so many completed tasks with a document each, all queued.

    Args:
        size: bytes of each document, about.
        portal: the portal's root, made if it is missing; in `folder` by default.
        settings: how the portal is reached, `[portal]` in malote.toml; as a directory by default.
    """
    program = Program(folder, folder / "escritorio", portal or folder / "portal")
    program.portal.mkdir(exist_ok=True)
    create_office(program.office, {"portal": settings or {"url": f"dir://{program.portal}"}})
    with program.opened() as ctx:
        ctx.store.clients.save(
            Client(id=f"{n:03}", name=f"Cliente {n}", portal=(f"{n:03} - Padaria São João {n}",))
            for n in range(1, clients + 1)
        )
        ctx.store.templates.save([Template(id=TEMPLATE, name="DAS", department="Fiscal", destination=FOLDER)])
        activation.activate(ctx, OWNER)
        with ctx.store.transaction():
            for task in program.add_tasks(ctx, tasks, clients):
                program.send(ctx, task, size)
    return program


def name_of(task: str) -> str:
    """The name of a task's document."""
    return f"DAS_{task}.pdf"


def path_of(ctx: Context, task: str) -> str:
    """The path at the portal at which a task's document would lie if nothing else were there."""
    found = ctx.store.tasks.get(task)
    assert found is not None
    client = ctx.store.clients.get(found.client)
    assert client is not None
    return Place(root=client.portal, folder=FOLDER, name=name_of(task)).path
