"""Tells of new failures by e-mail or a webhook: one message for many, not at night, and never in sending's way."""

from __future__ import annotations

import fcntl
import json
import os
import smtplib
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from core.domain.events import EVENTS
from core.domain.failures import CONSIDERED_URGENT
from core.domain.models import Event, Level, rfc3339
from core.domain.reasons import reason_of
from core.domain.text import Sentence, Text, plain
from core.office.config import NotifySection
from core.office.context import Context
from core.office.journal import Trouble, troubles
from core.ports import EventChoice

STATE = "notified.json"
PASSWORD, WEBHOOK = "MALOTE_SMTP_PASSWORD", "MALOTE_NOTIFY_WEBHOOK"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SECONDS = 20.0
"""How long a server may take."""
COMPLAINS = timedelta(hours=1)
AT_ONCE = 10_000  # events that one message looks through
FIRST = 5
SUBJECT = Text("[Malote] {office}: {count} falha(s) nova(s) no envio", "[Malote] {office}: {count} new failure(s)")
REMEDY = Text("  Para resolver: {remedy}", "  What to do: {remedy}")
MORE = Text("  … mais {count}", "  … {count} more")
FOLLOW = Text("Tudo o que falhou: malote errors", "All that failed: malote errors")

WEBHOOK_SAID, SMTP_SAID = Text("webhook: {said}", "webhook: {said}"), Text("SMTP: {said}", "SMTP: {said}")
IN_THE_CLEAR = Text(
    "o servidor não oferece STARTTLS, e a senha não vai às claras",
    "the server offers no STARTTLS, and the password is not sent in the clear",
)
NO_PASSWORD = Text("falta a senha (MALOTE_SMTP_PASSWORD)", "the password is lacking (MALOTE_SMTP_PASSWORD)")


class NotifyError(Exception):
    """A message could not be handed over; its sentence may be shown."""

    def __init__(self, text: Text, **params: object):
        self.sentence = Sentence(text, params)
        super().__init__(self.sentence.say())


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


def notify(ctx: Context, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell of what newly failed and still does, and of what has waited for too long, when it is time to.

    Webhook and e-mail each keep their own place: one that fails is tried again alone. What cannot be told is an event,
    at most once an hour.

    Returns:
        Whether a message went out.
    """
    channels = _channels(ctx, environ)
    if not channels:
        return False
    with _state(ctx) as told:
        if told is None:
            return False
        for name in channels:
            told.setdefault(name, Told(seq=ctx.store.last_seq()))  # what failed before is no news
        if is_quiet(ctx.config.notify.quiet_hours, ctx.now().astimezone().time()):
            return False
        counts = [_tell(ctx, told[name], tell) for name, tell in channels.items()]
        if any(counts):
            _append(ctx, "notified", {"count": max(counts)})
        return any(counts)


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


def _causes(found: Sequence[Trouble], lang: str) -> list[dict[str, Any]]:
    """The failures by cause, the most frequent first: how many, what to do, and the first of them by name."""
    groups: dict[str, list[Trouble]] = {}
    for one in found:
        groups.setdefault(one.code, []).append(one)
    return [
        {
            "code": code,
            "count": len(group),
            "message": plain(group[0].message.say(lang).strip()),
            "remedy": plain(group[0].remedy.say(lang)),
            "first": [
                {
                    "task": one.subject.task.id,
                    "name": plain(one.subject.document.name),
                    "client": one.subject.client.id,
                    "client_name": plain(one.subject.client.name),
                }
                for one in group[:FIRST]
                if one.subject is not None
            ],
        }
        for code, group in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]


def _channels(ctx: Context, environ: Mapping[str, str]) -> dict[str, Callable[[Sequence[Trouble]], None]]:
    """How to tell each of those that are to be told."""
    settings = ctx.config.notify
    lang = "en" if environ.get("MALOTE_LANG", "").lower().startswith("en") else "pt"
    webhook = environ.get(WEBHOOK) or settings.webhook

    def post(found: Sequence[Trouble]) -> None:
        value = {"office": ctx.name, "at": rfc3339(ctx.now()), "count": len(found), "causes": _causes(found, lang)}
        _post(webhook, value)

    def mail(found: Sequence[Trouble]) -> None:
        message = EmailMessage()
        message["Subject"] = SUBJECT.say(lang, office=plain(ctx.name), count=len(found))
        message["To"] = ", ".join(settings.to)
        message["From"] = settings.sender or settings.to[0]
        message["Date"] = format_datetime(ctx.now())
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine answers it
        message.set_content("\n".join(_lines(_causes(found, lang), lang)))
        _mail(message, settings, ctx.folder, environ)

    channels: dict[str, Callable[[Sequence[Trouble]], None]] = {}
    if webhook:
        channels["webhook"] = post
    if settings.to and settings.smtp:
        channels["mail"] = mail
    return channels


def _lines(causes: Sequence[Mapping[str, Any]], lang: str) -> Iterator[str]:
    for cause in causes:
        yield f"{cause['count']}  {cause['message']}"
        yield REMEDY.say(lang, remedy=cause["remedy"])
        for one in cause["first"]:
            yield f"  {one['task']}/{one['name']}  {one['client']} {one['client_name']}"
        if cause["count"] > max(len(cause["first"]), 1):
            yield MORE.say(lang, count=cause["count"] - len(cause["first"]))
        yield ""
    yield FOLLOW.text(lang)


def _post(url: str, value: Mapping[str, Any]) -> None:
    import httpx  # noqa: PLC0415 - offices without a webhook need none of it here

    try:
        answer = httpx.post(url, json=value, timeout=SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        kind = type(error).__name__  # its words repeat the URL, which may be secret
        raise NotifyError(WEBHOOK_SAID, said=kind) from None
    if not answer.is_success:
        raise NotifyError(WEBHOOK_SAID, said=f"HTTP {answer.status_code}")


def _mail(message: EmailMessage, settings: NotifySection, folder: Path, environ: Mapping[str, str]) -> None:
    server = urlsplit(settings.smtp)
    try:
        with _connected(server) as smtp:
            if server.scheme == "smtp" and smtp.has_extn("starttls"):
                import ssl  # noqa: PLC0415

                smtp.starttls(context=ssl.create_default_context())
            elif server.scheme == "smtp" and server.username and server.hostname not in LOOPBACK:
                raise NotifyError(SMTP_SAID, said=IN_THE_CLEAR)
            if server.username:
                smtp.login(unquote(server.username), _password(settings, folder, environ))
            smtp.send_message(message)
    except smtplib.SMTPResponseException as error:
        raise NotifyError(SMTP_SAID, said=error.smtp_code) from None
    except smtplib.SMTPException as error:
        raise NotifyError(SMTP_SAID, said=type(error).__name__) from None
    except (OSError, ValueError) as error:  # no connection, a wrong certificate, a port that is none
        said = reason_of(error) if getattr(error, "strerror", None) else type(error).__name__
        raise NotifyError(SMTP_SAID, said=said) from None


def _connected(server: SplitResult) -> smtplib.SMTP:
    """A greeted server."""
    host = server.hostname or ""
    if server.scheme == "smtps":
        import ssl  # noqa: PLC0415

        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            host, server.port or 465, timeout=SECONDS, context=ssl.create_default_context()
        )
    else:
        smtp = smtplib.SMTP(host, server.port or 587, timeout=SECONDS)
    smtp.ehlo_or_helo_if_needed()
    return smtp


def _password(settings: NotifySection, folder: Path, environ: Mapping[str, str]) -> str:
    if given := environ.get(PASSWORD):
        return given
    if not settings.password_file:
        raise NotifyError(SMTP_SAID, said=NO_PASSWORD)
    path = folder / settings.password_file
    with path.open(encoding="utf-8") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise NotifyError(SMTP_SAID, said=f"chmod 600 {path}")
        return file.read().rstrip("\r\n")


def _append(ctx: Context, code: str, params: dict[str, object]) -> None:
    with ctx.store.transaction():
        ctx.store.append([Event(at=ctx.now(), code=code, level=EVENTS[code].level, params=params)])
