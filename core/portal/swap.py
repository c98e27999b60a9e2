"""Replacing by exchange, and what a crash in the middle of it leaves: the argument why nobody's bytes are lost.

In `.malote/` a publish uses two names, both only its own:

- `SCRATCH` holds new bytes, whole or half written. It never holds anything else, so it may always be removed. (It may
  be a second link to the target's inode, or a half file of another kind of portal: removing it is right all the same.)
- `SCRATCH.swap` begins its life as the new bytes, whole and durable (renamed from SCRATCH). Only it is exchanged with
  the target: whatever else is ever found under it has come out of the target.

Let T be the target, S the `.swap` name, N the new bytes, O those expected under T. The exchange is atomic, so T is
never missing or half. What came out of T is looked at under S, where no one else can open it any more:

- O, not seen, and open for writing to nobody (a read lease says so): it was ours to replace; S is removed.
- anything else, F: it is exchanged back. What comes out then must be what we had put there (N); if it is not, someone
  wrote once more, after us: that is the newest state of T and goes back in turn, until what comes out is what we put in
  last. That is N, or a foreign file that foreign hands themselves have since replaced at T, and it is removed.
- T was removed meanwhile: what we hold is put at the free name.

Killed at any instant, `recover` finds S in one of these states (no S: the exchange was not begun, or all is done):

1. S = N. Not yet exchanged, or exchanged back: T is what it was. Remove S.
2. S = O, not seen, and something lies at T: exchanged, T = N, or someone has replaced N since. Ours was superseded
   either way. Remove S.
3. T is free: someone removed what we had put there. S is put there, which loses nothing.
4. T = N and S is foreign or seen: exchanged, not yet undone. Undo as above.
5. T and S both foreign (a foreign write between two exchanges, and then the crash): nothing tells which is newer, so
   both stay: S is put beside T under its next free number.

A foreign write between looking and acting changes only which of these holds: every step is an exchange followed by a
look, or a rename onto a free name; S is removed only after a look that says N, O unseen, or superseded, and under S
nobody else writes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from core.domain.names import numbered
from core.domain.text import Text, both
from core.portal.files import Lying, examine, unlink_if_there
from core.portal.renameat2 import exchange, rename_noreplace
from core.ports import Conflict, PortalFault

SUFFIX = ".swap"
WRITTEN = Text("alguém está gravando o arquivo", "someone is writing the file")


@dataclass(frozen=True)
class Swap:
    """Two names that change places: descriptors of the target's folder and of `.malote/`, and the names in them."""

    folder: int
    name: str
    area: int
    held: str

    def exchange(self) -> None:
        exchange(self.area, self.held, self.folder, self.name)

    def sync(self) -> None:
        os.fsync(self.folder)
        os.fsync(self.area)


def settle(swap: Swap, new: Lying, expected: str) -> None:
    """After the exchange: look at what came out, and keep the new bytes in place only if it was ours to replace.

    Raises:
        Conflict: it was not ours any more, or was seen; it is back in its place.
        PortalFault: portal_busy, when someone is writing it; it is back in its place.
    """
    out = examine(swap.area, swap.held, watch_writers=True)
    if out is None or out.sha256 != expected or out.seen:
        put_back(swap, new)
        raise Conflict
    if out.being_written:
        put_back(swap, new)
        raise PortalFault("portal_busy", both(WRITTEN))
    os.unlink(swap.held, dir_fd=swap.area)
    swap.sync()


def put_back(swap: Swap, ours: Lying) -> None:
    """Undo an exchange: what is held goes back to the target, or what has been written there since stays.

    Args:
        ours: what we had put at the target.
    """
    held, placed = examine(swap.area, swap.held), ours
    while held is not None:
        try:
            swap.exchange()
        except FileNotFoundError:
            if _put_at_free_name(swap, swap.name):
                break
            continue
        out = examine(swap.area, swap.held)
        if out is None or out.same_as(placed):
            _drop(swap, out)
            break
        held, placed = out, held
    swap.sync()


def recover(swap: Swap, sha256: str, expected: str | None) -> None:
    """Finish or undo what a dead publish left under the held name; the cases are numbered as above."""
    while (held := examine(swap.area, swap.held)) is not None:
        target = examine(swap.folder, swap.name)
        if held.sha256 == sha256:  # 1
            _drop(swap, held)
        elif target is None:  # 3
            _put_at_free_name(swap, swap.name)
        elif held.sha256 == expected and not held.seen:  # 2
            _drop(swap, held)
        elif target.sha256 == sha256:  # 4
            put_back(swap, target)
        else:  # 5
            _put_beside(swap)
    swap.sync()


def _put_at_free_name(swap: Swap, name: str) -> bool:
    try:
        rename_noreplace(swap.area, swap.held, swap.folder, name)
    except FileExistsError:
        return False
    return True


def _put_beside(swap: Swap) -> None:
    number = 1
    while not _put_at_free_name(swap, numbered(swap.name, number)):
        number += 1


def _drop(swap: Swap, what: Lying | None) -> None:
    if what is not None and not what.is_file:
        # A folder or link that foreign hands put at the target and replaced again: not ours to empty.
        _put_beside(swap)
        return
    unlink_if_there(swap.area, swap.held)
