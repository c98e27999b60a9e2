"""Tells of new failures by e-mail or a webhook: one message for many, not at night, and never in sending's way."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta

from core.domain.events import EVENTS
from core.domain.failures import CONSIDERED_URGENT
from core.domain.models import Event, Level, rfc3339
from core.office.context import Context
from core.office.journal import Trouble, troubles
from core.office.notices import NotifyError, channels_of
from core.ports import EventChoice

STATE = "notified.json"
COMPLAINS = timedelta(hours=1)
AT_ONCE = 10_000  # events that one message looks through


@dataclass
class Told:
    """What this host has told one channel: up to which event, which waiting deliveries, when last, and when it last
    complained that it could not."""

    seq: int
    at: str = ""
    complained: str = ""
    waiting: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class News:
    """What is to be told, and what a channel has been told once it is."""

    seq: int
    waiting: list[str]
    found: list[Trouble]


def begin(ctx: Context, environ: Mapping[str, str] = os.environ) -> None:
    """Note, for a channel that is new, that what has failed so far is no news to it: what fails from now on is."""
    if channels := channels_of(ctx, environ):
        with _state(ctx) as told:
            if told is not None:
                _welcome(ctx, told, channels)


def notify(ctx: Context, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell of what newly failed and still does, and of what has waited for too long, when it is time to.

    Webhook and e-mail each keep their own place: one that fails is tried again alone. What cannot be told is an event,
    at most once an hour.

    Returns:
        Whether a message went out.
    """
    channels = channels_of(ctx, environ)
    if not channels:
        return False
    with _state(ctx) as told:
        if told is None:
            return False
        _welcome(ctx, told, channels)
        if is_quiet(ctx.config.notify.quiet_hours, ctx.now().astimezone().time()):
            return False
        counts = [_tell(ctx, told[name], tell) for name, tell in channels.items()]
        if any(counts):
            _append(ctx, "notified", {"count": max(counts)})
        return any(counts)


def _welcome(ctx: Context, told: dict[str, Told], channels: Iterable[str]) -> None:
    for name in channels:
        told.setdefault(name, Told(seq=ctx.store.last_seq()))


def _tell(ctx: Context, told: Told, tell: Callable[[Sequence[Trouble]], None]) -> int:
    """Tell one channel what is new to it, unless it was told a moment ago; of how much."""
    now = ctx.now()
    if _recent(told.at, now, timedelta(minutes=ctx.config.notify.every_minutes)):
        return 0
    news = _news(ctx, told, now)
    if news.found:
        told.at = rfc3339(now)
        try:
            tell(news.found)
        except NotifyError as error:
            if not _recent(told.complained, now, COMPLAINS):
                told.complained = rfc3339(now)
                _append(ctx, "notify_failed", {"reason": [error.sentence.say(lang) for lang in ("pt", "en")]})
            return 0
    told.seq, told.waiting = news.seq, news.waiting
    return len(news.found)


def is_quiet(hours: str, now: time) -> bool:
    """Whether it is a time of rest; `hours` as `20:00-07:00`, local time, over midnight where the end is earlier."""
    if not hours:
        return False
    begin, end = (time.fromisoformat(one) for one in hours.split("-"))
    return begin <= now < end if begin <= end else now >= begin or now < end


def _recent(at: str, now: datetime, span: timedelta) -> bool:
    """Whether less than that has passed; a clock that was set back holds nothing up."""
    return bool(at) and timedelta() <= now - datetime.fromisoformat(at) < span


@contextmanager
def _state(ctx: Context) -> Iterator[dict[str, Told] | None]:
    """What each channel has been told, for whoever is first of this host's workers; written back at the end."""
    path = ctx.folder / "host" / STATE
    mode = stat.S_IMODE((ctx.folder / "state.db").stat().st_mode)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, mode), "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        try:
            told = {name: Told(**one) for name, one in json.loads(file.read()).items()}
        except (ValueError, TypeError, AttributeError):
            told = {}
        try:
            yield told
        finally:
            file.seek(0)
            file.truncate()
            json.dump({name: asdict(one) for name, one in told.items()}, file)


def _news(ctx: Context, told: Told, now: datetime) -> News:
    """What failed since then and is not mended yet, and what has waited so long that Prioridade counts it."""
    last = ctx.store.last_seq()
    events = ctx.store.find_events(EventChoice(level=Level.ERROR), told.seq + 1, last + 1, limit=AT_ONCE)
    if len(events) == AT_ONCE:
        last = events[-1].seq
    failed = {event.delivery for event in events if event.code == "failed"}
    paused = any(event.code == "portal_paused" for event in events)
    found, waiting = [], []
    for one in troubles(ctx):
        if one.subject is None:
            new = paused
        elif one.retry_at is None:
            new = one.subject.delivery.id in failed
        elif new := now - one.at >= CONSIDERED_URGENT:
            waiting.append(str(one.subject.delivery.id))
            new = waiting[-1] not in told.waiting
        if new:
            found.append(one)
    return News(last, waiting, found)


def _append(ctx: Context, code: str, params: dict[str, object]) -> None:
    with ctx.store.transaction():
        ctx.store.append([Event(at=ctx.now(), code=code, level=EVENTS[code].level, params=params)])
