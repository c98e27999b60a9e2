"""What is wrong with the portal as a whole pauses all sending: one failure, however many deliveries met it."""

from __future__ import annotations

from core.delivery.tools import Tools
from core.domain.events import EVENTS
from core.domain.failures import next_try
from core.domain.models import Event, Pause
from core.ports import PortalFault


def pause(tools: Tools, fault: PortalFault) -> Pause:
    """Pause sending, or tell that another try failed; in the caller's transaction."""
    last, now = tools.store.pause(), tools.now()
    attempts = last.attempts + 1 if last else 1
    paused = Pause(
        code=fault.code,
        detail=fault.detail,
        since=min(last.since, now) if last else now,
        attempts=attempts,
        retry_at=next_try(fault.code, attempts, now, tools.jitter(), fault.retry_after),
    )
    tools.store.set_pause(paused)
    if last is None or last.code != paused.code:
        params = {"failure": fault.code, "detail": fault.detail}
        kind = EVENTS["portal_paused"]
        tools.store.append([Event(at=now, code="portal_paused", level=kind.level, params=params)])
    return paused


def resume(tools: Tools) -> None:
    """Let sending go on; in the caller's transaction."""
    tools.store.set_pause(None)
    tools.store.append([Event(at=tools.now(), code="portal_resumed")])
