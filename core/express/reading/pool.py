"""Reading files in processes of their own, so that a hostile or broken one harms nothing but its own reading."""

from __future__ import annotations

import select
import threading
import time
from collections import deque
from collections.abc import Generator, Iterable
from itertools import islice
from pathlib import Path
from types import TracebackType

from core.domain.recognition import Reading
from core.express.reading.extract import extract
from core.express.reading.limits import DEFAULT, Limits, Unreadable, seconds
from core.express.reading.process import Job, ReadingProcess

AHEAD = 12
"""Files that a process has on its hands at once: so many that it hardly waits for whoever uses the readings (64 files
looked up in the store are 8 ms, attached 50), so few that their paths always fit into a pipe."""

_SLICE = 0.05  # seconds for which one thread may keep the others from the processes
_GRACE = 5.0  # seconds beyond a file's time until a process that does not even end itself is killed
_LAST = 2.0  # seconds that a process may take to end once its output has ended
_MAYBE_OTHERS = frozenset({"crashed", "too_much_memory"})
_START = 60.0  # seconds that a process may take to start


def read(path: Path, limits: Limits = DEFAULT) -> Reading:
    """Read a file in this very process: only for files of ours, as neither time nor memory is bounded.

    Raises:
        Unreadable: with the reason.
    """
    return Reading.model_validate(extract(str(path), limits))


class Readers:
    """Processes that read files; each is started when it is first needed, and replaced when a file brings it down.

    Any thread may use it, and several at once: whoever waits for a reading moves everyone's along, so that it needs no
    thread of its own. Not for an event loop itself (`asyncio.to_thread` is). Its processes end with it, or when this
    process does, however it does.

    Args:
        count: processes.
        limits: of each file.
    """

    def __init__(self, count: int = 2, limits: Limits = DEFAULT):
        self.count = count
        self.limits = limits
        self._turn = threading.Lock()
        self._processes: dict[ReadingProcess, float] = {}  # to when it must have answered next, on the monotonic clock
        self._waiting: deque[Job] = deque()
        self._closed = False

    def __enter__(self) -> Readers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes at once; who still waits for a reading gets a RuntimeError."""
        with self._turn:
            self._closed = True
            for process in self._processes:
                process.end()
            self._processes.clear()

    @property
    def pids(self) -> list[int]:
        """The processes that run now."""
        return [process.pid for process in list(self._processes)]

    def read(self, path: Path) -> Reading:
        """Read one file; it goes before those of `read_all`.

        Raises:
            Unreadable: with the reason.
        """
        job = Job(path)
        with self._turn:
            self._waiting.appendleft(job)
        while job.outcome is None:
            self._step([job])
        if isinstance(job.outcome, Unreadable):
            raise job.outcome
        return job.outcome

    def read_all(self, paths: Iterable[Path]) -> Generator[tuple[Path, Reading | Unreadable]]:
        """Read many files; each comes as soon as it is read, so that one slow file holds up only the few behind it.

        Paths are taken no faster than readings are.
        """
        rest = iter(paths)
        most = self.count * AHEAD
        jobs: list[Job] = []  # under way
        done: deque[Job] = deque()
        try:
            while True:
                new = [Job(path) for path in islice(rest, most - len(jobs) if len(done) < most else 0)]
                with self._turn:
                    self._waiting.extend(new)
                jobs += new
                if not jobs and not done:
                    return
                self._step(done or jobs)
                done.extend(job for job in jobs if job.outcome is not None)
                jobs = [job for job in jobs if job.outcome is None]
                if done:
                    first = done.popleft()
                    assert first.outcome is not None
                    yield first.path, first.outcome
        finally:
            with self._turn:
                self._waiting = deque(job for job in self._waiting if job not in jobs)

    def _step(self, wanted: Iterable[Job]) -> None:
        """Hand out what waits and take what is read; wait for a moment only if none of the wanted jobs is done."""
        with self._turn:
            if self._closed:
                raise RuntimeError("these readers are closed")
            self._hand_out()
            done = any(job.outcome is not None for job in wanted)
            poll = select.poll()
            by_file = {process.fileno(): process for process in self._processes}
            for file in by_file:
                poll.register(file, select.POLLIN)
            heard = [by_file[file] for file, _ in poll.poll(0 if done else 1000 * _SLICE)]
            for process in heard:
                if process.receive():
                    self._processes[process] = self._deadline()
                else:
                    self._bury(process, process.end(patience=_LAST))
            now = time.monotonic()
            for process in [one for one, deadline in self._processes.items() if one.jobs and now > deadline]:
                process.end()
                self._bury(process, "too_slow" if process.ready else "no_reader")

    def _hand_out(self) -> None:
        while self._waiting:
            process = min(self._processes, key=lambda one: len(one.jobs), default=None)
            if (process is None or process.jobs) and len(self._processes) < self.count:
                process = self._started() or process
            if process is None:
                self._waiting.popleft().outcome = Unreadable("no_reader")
            elif len(process.jobs) >= AHEAD:
                return
            else:
                if not process.jobs:
                    self._processes[process] = self._deadline() + (0 if process.ready else _START)
                process.send(self._waiting.popleft())

    def _started(self) -> ReadingProcess | None:
        try:
            process = ReadingProcess(self.limits)
        except OSError:
            return None
        self._processes[process] = self._deadline() + _START
        return process

    def _deadline(self) -> float:
        return time.monotonic() + seconds(self.limits) + _GRACE

    def _bury(self, process: ReadingProcess, code: str | None) -> None:
        """Take a process that has ended off the list: the file that it was at gets its reason, the others go on.

        What ends a process that has read others before may be their doing: such a file is tried once more.
        """
        del self._processes[process]
        if code is not None and process.jobs:
            job = process.jobs[0]
            if code in _MAYBE_OTHERS and process.read and not job.retried:
                job.retried = True
            else:
                job.outcome = Unreadable(code)
                process.jobs.popleft()
        self._waiting.extendleft(reversed(process.jobs))
