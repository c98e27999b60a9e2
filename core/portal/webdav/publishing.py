"""The ways of putting a document in place, and why none of them shows half of one or loses another's.

Bytes go to a scratch name first, always. What gives them their place is one MOVE, which servers do at once:

- `move` (creating): MOVE with `Overwrite: F`. Its window is the server's own.
- `lock-move` (replacing; creating too where it shall be exclusive): LOCK the target, look at it under the lock, MOVE
  with the token, UNLOCK. A lock that was lost meanwhile makes the server refuse the token: the target is decided anew.
  On servers that make an empty file for a lock on a free name, that file is ours, and removed if nothing comes of it.
- `aside` (replacing, where locks are for show): the old file is moved aside to SCRATCH.old (`Overwrite: F`), seen to be
  the one that was expected, the new one is moved to the free name (`F`), the old one removed. What was not expected
  is moved back; where somebody has written there since, that is newer, and it stays beside under its next number.

In `aside`, what lies under SCRATCH.old has come out of the target and nothing else writes there. The request that moves
it there may arrive when nobody waits for it any more, and then it holds whatever lay at the target by that time: it is
removed only after a look at both.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from weakref import WeakValueDictionary

from core.domain.models import Names
from core.domain.text import Text, both
from core.portal.webdav.bodies import Body
from core.portal.webdav.facts import Facts
from core.portal.webdav.faults import Refused
from core.portal.webdav.folders import Folders
from core.portal.webdav.hrefs import spellings
from core.portal.webdav.placing import FactsChanged, LockLost, Lying, Placing, Target, aside_path, not_moved
from core.portal.webdav.verbs import DONE, REDIRECTS, Dav, Lock
from core.portal.webdav.xml import Entry
from core.ports import Conflict, PortalFault

OWNER = "malote:"
"""Of our locks: followed by the scratch name, so that they are known as ours after a crash."""
LOST_LOCKS = 5
"""How often a lock that got lost is taken again, and the target looked at anew, before we try again later."""
SETTLE = 0.03
"""Seconds after a lock is taken before we look: most servers ask for locks when a request begins, so one that had begun
before still goes through (measured on WsgiDAV against someone's MOVE over the name: 1 in 40 lost without it)."""
LONGEST_SETTLE = 0.2
"""Half the seconds that we wait at most: a server that is slow with our LOCK is slow with another's PUT as well."""
LOCK_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds between tries for a lock that someone holds for moments, as another of our kind does, or that the server
failed to make (500: Apache, when several are taken at once); each is stretched by up to as much again."""
NOT_TAKEN = Text("este servidor não aceita {signs}", "this server does not take {signs}")
LOSES_LOCKS = Text("o servidor perde as travas", "the server loses its locks")
GONE_OR_HELD = frozenset({412, 423})
"""To a DELETE with a lock's token: the lock is gone, or another one is there."""


class Publisher:
    """Puts documents in place in the ways that a portal's facts allow."""

    def __init__(self, dav: Dav, folders: Folders, placing: Placing, *, exclusive: bool):
        self._dav = dav
        self._folders = folders
        self._placing = placing
        self._exclusive = exclusive
        self._turns: WeakValueDictionary[Names, asyncio.Lock] = WeakValueDictionary()

    async def create(self, facts: Facts, body: Body, key: Names, name: str, scratch: str) -> None:
        """Put new bytes at a name that must be free.

        Raises:
            Conflict: it is taken.
        """
        self._must_be_movable(facts, key, name)
        target = await self._target(key, name)
        if len(spellings(name)) > 1 or not facts.keeps_name:
            await self._must_be_free(target)
        locked = self._exclusive and facts.exclusive
        async with self._placing.uploaded(body, target, scratch) as lying:
            if locked or (facts.locks_exclude and not facts.keeps_name):
                await self._create_locked(facts, lying, target, scratch)
            else:
                await self._placing.place(lying, target)

    async def _create_locked(self, facts: Facts, lying: Lying, target: Target, scratch: str) -> None:
        ours = False  # an empty file that our lock made
        async with self._turn(target):
            for _ in range(LOST_LOCKS):
                with suppress(LockLost):
                    async with self._locked(target, scratch, facts) as lock:
                        ours = ours or lock.created
                        there = await self._dav.find(target.path)
                        if there is not None and not there.is_lock_null and not (ours and there.size == 0):
                            raise Conflict
                        return await self._placing.place(lying, target, lock=lock, overwrite=ours)
        raise _lost_locks()

    async def replace(self, facts: Facts, body: Body, key: Names, name: str, expected: str, scratch: str) -> None:
        """Put new bytes over a file that must still be the expected one, and unseen.

        Raises:
            Conflict: it is not.
        """
        self._must_be_movable(facts, key, name)
        folder = await self._folders.where(key)
        if folder is None:
            raise Conflict
        target, entry = await self.find(Target(key, folder, name))
        _must_be_ours(entry)
        if entry is not None and _is_held(entry):
            raise PortalFault("portal_busy")
        async with self._placing.uploaded(body, target, scratch) as lying, self._turn(target):
            if facts.locks_exclude and facts.replaces:
                await self._replace_locked(facts, lying, target, expected, scratch)
            else:
                await self._swap(lying, target, expected, scratch)

    async def _replace_locked(self, facts: Facts, lying: Lying, target: Target, expected: str, scratch: str) -> None:
        for _ in range(LOST_LOCKS):
            with suppress(LockLost):
                async with self._locked(target, scratch, facts) as lock:
                    _must_be_ours(await self._dav.find(target.path))
                    there = await self._dav.read(target.path)
                    if lock.created or there.sha256 != expected:
                        raise Conflict
                    # A PUT that began before our lock may arrive even now: then the ETag is another one.
                    etag = there.etag if facts.matches_etag else ""
                    return await self._placing.place(lying, target, lock=lock, overwrite=True, etag=etag)
        raise _lost_locks()

    async def find(self, target: Target) -> tuple[Target, Entry | None]:
        """What is at a target, and the target as the server spells it."""
        for spelling in spellings(target.name):
            spelled = Target(target.key, target.folder, spelling)
            entry = await self._dav.find(spelled.path)
            if entry is not None:
                return spelled, entry
        return target, None

    @staticmethod
    def _must_be_movable(facts: Facts, key: Names, name: str) -> None:
        """MOVE names its target in a header, and some servers cut that at a sign: the document would lie elsewhere."""
        signs = {sign for level in key for sign in facts.cut_in_folders if sign in level}
        signs |= {sign for sign in facts.cut_in_names if sign in name}
        if signs:
            shown = " ".join(sorted(signs))
            raise PortalFault("name_invalid", both(NOT_TAKEN, signs=shown))

    async def _target(self, key: Names, name: str) -> Target:
        return Target(key, await self._folders.made(key), name)

    async def _must_be_free(self, target: Target) -> None:
        _, entry = await self.find(target)
        if entry is not None and not entry.is_lock_null:
            raise Conflict

    @asynccontextmanager
    async def _turn(self, target: Target) -> AsyncIterator[None]:
        """One of us at a time at one name, so that we do not meet our own locks."""
        turn = self._turns.setdefault((*target.key, target.name), asyncio.Lock())
        async with turn:
            yield

    # under a lock

    @asynccontextmanager
    async def _locked(self, target: Target, scratch: str, facts: Facts) -> AsyncIterator[Lock]:
        """Our lock on the target; given up afterwards, together with the empty file that it may have made."""
        clock = asyncio.get_running_loop().time
        began = clock()
        lock = await self._lock(target.path, scratch, facts)
        took = min(clock() - began, LONGEST_SETTLE)
        try:
            _must_be_known(lock, facts)
            await asyncio.sleep(max(SETTLE, 2 * took))
            yield lock
        except (Conflict, PortalFault, FactsChanged, LockLost) as error:
            if isinstance(error, LockLost):
                self._dav.locks_alone = True
            try:
                if lock.created:
                    await self.remove_empty(target.path, lock)
                await self._dav.unlock(target.path, lock.token)
            except PortalFault as fault:
                fault.unknown = True  # something of ours lies at the name still
                raise
            raise
        with suppress(PortalFault):  # the document is in place, and the lock ends by itself
            await self._dav.unlock(target.path, lock.token)

    async def _lock(self, path: Names, scratch: str, facts: Facts) -> Lock:
        failed = ""
        for wait in (*LOCK_WAITS, None):
            try:
                lock = await self._dav.lock(path, OWNER + scratch)
            except Refused as fault:
                if fault.status != 500:
                    raise
                failed, lock = fault.detail, 500
                self._dav.locks_alone = True
            if lock == 423 and failed:
                lock = await self._ours(path, scratch, facts) or lock
            if isinstance(lock, Lock):
                return lock
            if lock not in {423, 500}:
                break
            if wait is not None:
                await asyncio.sleep(wait * random.uniform(1, 2))
        if lock in {404, 409} | REDIRECTS:
            raise Conflict  # its folder is gone, or it is one
        if lock == 423:
            raise PortalFault("portal_busy")
        raise FactsChanged(failed or f"HTTP {lock} (LOCK)")

    async def _ours(self, path: Names, scratch: str, facts: Facts) -> Lock | None:
        """The lock that a LOCK made whose answer said that it had failed."""
        entry = await self._dav.find(path)
        for lock in () if entry is None else entry.locks:
            if lock.owner == OWNER + scratch and lock.token:
                return Lock(lock.token, created=facts.lock_makes_file and entry is not None and entry.size == 0)
        return None

    async def remove_empty(self, path: Names, lock: Lock) -> None:
        """Remove the empty file that a lock of ours made, if it is still that."""
        for token in (lock.token, ""):  # without it where the lock is gone: somebody's failed MOVE takes it along
            entry = await self._dav.find(path)
            if entry is None or entry.is_folder or entry.size != 0:
                return
            if await self._dav.delete(path, token=token, accept=GONE_OR_HELD) not in GONE_OR_HELD:
                return

    # without locks

    async def _swap(self, lying: Lying, target: Target, expected: str, scratch: str) -> None:
        aside = aside_path(scratch)
        answer = await self._dav.move(target.path, aside, overwrite=False)
        if answer.status == 404:
            raise Conflict
        if answer.status not in DONE:
            raise not_moved(answer)
        try:
            entry = await self._dav.find(aside)
            if entry is None or entry.seen or await self._dav.digest(aside) != expected:
                await self._placing.put_back(aside, target)
                raise Conflict
            try:
                await self._placing.place(lying, target)
            except Conflict:  # somebody has written there since: the old one was superseded all the same
                await self._dav.delete(aside)
                raise
            await self._dav.delete(aside)
        except PortalFault as fault:
            fault.unknown = True  # `recover` finishes or undoes it
            raise


def _lost_locks() -> PortalFault:
    return PortalFault("portal_busy", both(LOSES_LOCKS))


def _must_be_known(lock: Lock, facts: Facts) -> None:
    if lock.created and not facts.lock_makes_file:
        raise FactsChanged("LOCK: 201")


def _must_be_ours(entry: Entry | None) -> None:
    if entry is None or entry.is_folder or entry.is_lock_null or entry.seen:
        raise Conflict


def _is_held(entry: Entry) -> bool:
    return bool(entry.locks) or entry.held_by_program
