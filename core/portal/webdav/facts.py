"""What a portal was found to honour: kept with this host, beside the office's state."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

VERSION = 6
"""Of what is asked: facts of another version are asked anew."""
MOD_DAV_FS = "apache.org/dav/propset/fs"
"""What Apache's mod_dav_fs says of itself in its DAV header (Nextcloud behind an Apache does not)."""


@dataclass(frozen=True)
class Facts:
    """Answers found by doing, see `core.portal.webdav.probe`.

    `server` and `dav` are the headers with which it presents itself. `locks_exclude`: a lock keeps a second PUT, MOVE
    and DELETE away, and our own MOVE with its token passes. `locks_leak`: but not a PUT of the same moment, so that
    what its writer is told to be in place can be lost. `matches_etag`: a MOVE under a lock can be bound to what was
    seen there. `lock_makes_file`: a lock on a free name makes an empty file. `keeps_name`: MOVE with `Overwrite: F`
    leaves what is there. `replaces`: with `T` it replaces. `path_only`: it wants Destination without scheme and host.
    `cut_in_names`, `cut_in_folders`: signs at which it cuts that. `conditions`, `half_after_cut`, `lost_in_race` are
    said, and nothing depends on them.
    """

    server: str
    dav: str
    path_only: bool
    keeps_name: bool
    replaces: bool
    locks_exclude: bool
    locks_leak: bool
    matches_etag: bool
    lock_makes_file: bool
    conditions: bool
    half_after_cut: bool
    lost_in_race: int
    races: int
    cut_in_names: str = ""
    cut_in_folders: str = ""
    seen_by: tuple[str, ...] = ()

    @property
    def exclusive(self) -> bool:
        """Whether a document can be created so that nobody's file of the same name and moment is lost."""
        return self.locks_exclude and not self.locks_leak

    @property
    def locks_alone(self) -> bool:
        """Whether locks may only be taken and given up one at a time: Apache guards its lock database against nobody.

        Measured with Debian's (Berkeley DB): of locks taken by 8 clients at once 3 to 8 in 100 are lost, by 16 up to
        20, some come back after UNLOCK, and within some hundred its pages are broken for good: HTTP 500 to every LOCK
        of some names. One at a time, none of 4,000 was lost.
        """
        return MOD_DAV_FS in self.dav


class FactsFile:
    """Where the facts about one portal are kept; without a folder, in this object alone."""

    def __init__(self, folder: Path | None, url: str):
        name = f"portal-{hashlib.sha256(url.encode()).hexdigest()[:16]}.json"
        self._path = None if folder is None else folder / name
        self._url = url
        self._facts: Facts | None = None
        self._written = 0

    def read(self) -> Facts | None:
        """The facts as the last one of this host's processes found them, None if there are none that we understand."""
        if self._path is None:
            return self._facts
        try:
            written = self._path.stat().st_mtime_ns
        except OSError:  # one who asks anew has put it away for the moment: ours stand until there are others
            return self._facts
        if written != self._written:
            self._written, self._facts = written, self._kept(self._path)
        return self._facts

    def _kept(self, path: Path) -> Facts | None:
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            if (kept.pop("version"), kept.pop("url")) != (VERSION, self._url):
                return None
            return Facts(**{**kept, "seen_by": tuple(kept["seen_by"])})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, facts: Facts) -> None:
        self._facts = facts
        if self._path is None:
            return
        text = json.dumps({"version": VERSION, "url": self._url, **asdict(facts)}, indent=1)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".portal-")
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                os.fchmod(descriptor, 0o660 if self._path.parent.stat().st_mode & 0o020 else 0o600)
                file.write(text)
            Path(temporary).replace(self._path)
        except OSError:
            return  # kept in memory: it is asked again next time

    def forget(self) -> None:
        self._facts = None
        if self._path is not None:
            try:
                self._path.unlink(missing_ok=True)
            except OSError:
                return
