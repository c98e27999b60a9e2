"""A client's folders at the portal as the model for destinations (the design's section 2.2): read level by level.

What was read is kept on this host, beside `state.db`, so that a portal that is slow or away does not stop anyone.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from core.domain.models import Client, Names, rfc3339
from core.domain.names import MAX_DEPTH
from core.domain.permissions import Actor
from core.office.context import Context
from core.office.loop import in_loop
from core.ports import PortalFault

AT_ONCE = 4
"""Folders that are asked for at the same time: a person waits for one of them, and the portal has others to serve."""
MOST = 20_000
"""Folders of one client that are read; more are no model."""
KEPT = 20
"""Clients whose folders are kept."""
VERSION = 1

Found = Callable[[Names, "Sequence[str] | PortalFault"], None]


class TreeReading:
    """One reading of a client's whole tree, from its root on; what someone wants to see is read before the rest.

    Args:
        found: told of each folder that was read, and of the names of those right below it, or why it cannot be read;
            in the thread that reads.
    """

    def __init__(self, ctx: Context, client: Client, found: Found):
        self._ctx = ctx
        self._client = client
        self._found = found
        self._queue: deque[Names] = deque([()] if client.portal else ())
        self._wanted: deque[Names] = deque()
        self._seen: set[Names] = {()}
        self._read: dict[Names, Sequence[str]] = {}
        self._stopped = threading.Event()
        self._cancel: Callable[[], object] = bool

    def want(self, folder: Names) -> None:
        """Read this folder next; from any thread."""
        self._wanted.append(folder)

    def stop(self) -> None:
        """End it soon; from any thread."""
        self._stopped.set()
        with suppress(RuntimeError):  # it has ended meanwhile
            self._cancel()

    def run(self) -> None:
        """Read until all is read or it is stopped; asks the portal, so in a thread that may wait.

        Called again after a fault, it goes on where it was. What was read is kept on this host.

        Raises:
            PortalFault: the portal does not answer or refuses us altogether; a single folder's refusal is `found`.
            OfficeError: the configuration names no portal that can be opened.
        """
        whole = False
        try:
            in_loop(self._walk())
            whole = not self._stopped.is_set()
        except asyncio.CancelledError:
            pass
        finally:
            before = None if whole else kept(self._ctx, self._client)
            if self._read:
                keep(self._ctx, self._client, {**(before.folders if before else {}), **self._read})

    async def _walk(self) -> None:
        loop, walking = asyncio.get_running_loop(), asyncio.current_task()
        assert walking is not None
        self._cancel = partial(loop.call_soon_threadsafe, walking.cancel)
        portal = self._ctx.portal()
        asking: dict[asyncio.Task[list[str]], Names] = {}
        try:
            while not self._stopped.is_set():
                while len(asking) < AT_ONCE and (folder := self._next()) is not None:
                    asking[asyncio.ensure_future(portal.folders(self._client.portal, folder))] = folder
                if not asking:
                    break
                done, _ = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
                for one in done:
                    self._take(asking[one], one)
                    del asking[one]
        finally:
            for one in asking:
                one.cancel()
            self._queue.extendleft(reversed(asking.values()))
            await portal.close()

    def _next(self) -> Names | None:
        while self._wanted:
            wanted = self._wanted.popleft()
            if wanted in self._queue:
                self._queue.remove(wanted)
                return wanted
        return self._queue.popleft() if self._queue else None

    def _take(self, folder: Names, answered: asyncio.Task[list[str]]) -> None:
        try:
            names = answered.result()
        except PortalFault as fault:
            if fault.code not in ("portal_forbidden", "name_invalid") or not folder:
                raise
            self._found(folder, fault)
            return
        below = [(*folder, name) for name in names][: MOST - len(self._seen)] if len(folder) < MAX_DEPTH else []
        self._queue.extend(one for one in below if one not in self._seen)
        self._seen.update(below)
        self._read[folder] = names
        self._found(folder, names)


@dataclass(frozen=True)
class Kept:
    """A client's folders as they were read before: the names right below each that was read, and when."""

    at: datetime
    folders: Mapping[Names, Sequence[str]]


def kept(ctx: Context, client: Client) -> Kept | None:
    """What was read of a client's folders before; None where nothing was."""
    read = _read(_path(ctx, client))
    try:
        folders = {tuple(folder): tuple(names) for folder, names in read["folders"]}
        return Kept(datetime.fromisoformat(read["at"]), folders) if read["version"] == VERSION else None
    except (KeyError, TypeError, ValueError):
        return None


def keep(ctx: Context, client: Client, folders: Mapping[Names, Sequence[str]]) -> None:
    """Keep what was read of a client's folders; where it cannot be written, it is read again next time."""
    told = [[list(folder), list(names)] for folder, names in folders.items()]
    _write(_path(ctx, client), {"version": VERSION, "at": rfc3339(ctx.now()), "folders": told})
    with suppress(OSError):
        for old in sorted(_path(ctx, client).parent.glob("folders-*.json"), key=_age)[KEPT:]:
            old.unlink(missing_ok=True)


def model_of(ctx: Context, actor: Actor) -> str | None:
    """The client whose folders someone took as the model last."""
    found = _read(_models(ctx)).get(actor.id)
    return found if isinstance(found, str) else None


def set_model(ctx: Context, actor: Actor, client: str) -> None:
    """Remember the client whose folders someone takes as the model."""
    if model_of(ctx, actor) != client:
        _write(_models(ctx), {**_read(_models(ctx)), actor.id: client})


def _path(ctx: Context, client: Client) -> Path:
    where = "\n".join((ctx.config.portal.url, *client.portal))
    return ctx.folder / "host" / f"folders-{hashlib.sha256(where.encode()).hexdigest()[:16]}.json"


def _models(ctx: Context) -> Path:
    return ctx.folder / "host" / "models.json"


def _age(path: Path) -> float:
    return -path.stat().st_mtime


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, value: Mapping[str, object]) -> None:
    """Write whole, or not at all."""
    with suppress(OSError):
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".kept-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o660 if path.parent.stat().st_mode & 0o020 else 0o600)
            json.dump(value, file, ensure_ascii=False)
        Path(temporary).replace(path)
