"""A clock that was set back must not make anything wait until it has come round again."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from core.delivery.tools import Tools
from core.domain.models import Delivery, Pause

SKEW = timedelta(minutes=1)
"""So far ahead of the clock a moment may lie that was the present when it was written."""
LONGEST_WAIT = timedelta(days=1)
"""No retry waits longer, whatever the portal asked for."""


def is_misdated(delivery: Delivery, now: datetime) -> bool:
    """Whether a queued delivery's time can only come of a clock that was ahead."""
    since = delivery.failing_since
    if delivery.failure is None:
        return delivery.due_at - now > SKEW
    return delivery.due_at - now > LONGEST_WAIT or (since is not None and since - now > SKEW)


def straighten(tools: Tools) -> int:
    """Make due what would wait for a clock that was set back; in the caller's transaction. Returns how many."""
    now, store = tools.now(), tools.store
    found = [one for one in store.deliveries.due_after(now + SKEW) if is_misdated(one, now)]
    store.deliveries.save(
        one.model_copy(update={"due_at": now, "failing_since": one.failing_since and min(one.failing_since, now)})
        for one in found
    )
    return len(found)


def pause_is_over(pause: Pause, now: datetime) -> bool:
    """Whether the portal is to be asked again by itself."""
    if pause.retry_at is None:
        return False
    return pause.retry_at <= now or pause.since - now > SKEW or pause.retry_at - now > LONGEST_WAIT


class Watch:
    """Notices that the clock was set back, by a clock that nobody sets."""

    def __init__(self, tools: Tools):
        self._now = tools.now
        self._last: tuple[datetime, float] | None = None

    def was_set_back(self) -> bool:
        """Whether it was since the last look; the first look says yes, for nobody looked before."""
        now, steady = self._now(), time.monotonic()
        last, self._last = self._last, (now, steady)
        return last is None or (now - last[0]) - timedelta(seconds=steady - last[1]) < -SKEW
