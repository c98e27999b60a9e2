"""Tells open databases about forks."""

import os
import threading
import weakref
from typing import Protocol


class Forkable(Protocol):
    """What has to let go of something while the process forks."""

    def before_fork(self) -> None:
        """Called by the thread that forks."""

    def after_fork(self, *, child: bool) -> None:
        """Called by the same thread, in parent and child."""


_watched: weakref.WeakSet[Forkable] = weakref.WeakSet()
_forking = threading.Lock()


def watch(forkable: Forkable) -> None:
    """Tell `forkable` about forks as long as it lives."""
    with _forking:
        _watched.add(forkable)


def _before() -> None:
    _forking.acquire()
    for forkable in _watched:
        forkable.before_fork()


def _after(*, child: bool) -> None:
    for forkable in _watched:
        forkable.after_fork(child=child)
    _forking.release()


os.register_at_fork(
    before=_before, after_in_parent=lambda: _after(child=False), after_in_child=lambda: _after(child=True)
)
