"""Tells of new failures by e-mail or a webhook: one message for many, not at night, and never in sending's way."""

from __future__ import annotations

import fcntl
import json
import os
import smtplib
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from core.domain.events import EVENTS
from core.domain.models import Event, Level, rfc3339
from core.domain.text import Text, plain
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


class NotifyError(Exception):
    """A message could not be handed over; its words may be shown."""


@dataclass
class State:
    """What this host has told: up to which event, when last, and when it last complained that it could not."""

    seq: int
    at: str = ""
    complained: str = ""


def notify(ctx: Context, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell of what newly failed and still does, when it is time to.

    What cannot be told is an event, at most once an hour, and is tried again.

    Returns:
        Whether a message went out.
    """
    settings = ctx.config.notify
    webhook = environ.get(WEBHOOK) or settings.webhook
    if not webhook and not (settings.to and settings.smtp):
        return False
    with _state(ctx) as state:
        now = ctx.now()
        if state is None or _recent(state.at, now, timedelta(minutes=settings.every_minutes)):
            return False
        if is_quiet(settings.quiet_hours, now.astimezone().time()):
            return False
        last, found = _news(ctx, state.seq)
        if not found:
            state.seq = last
            return False
        lang = "en" if environ.get("MALOTE_LANG", "").lower().startswith("en") else "pt"
        state.at = rfc3339(now)
        try:
            _tell(ctx, settings, webhook, found, lang, environ)
        except NotifyError as error:
            if not _recent(state.complained, now, COMPLAINS):
                state.complained = rfc3339(now)
                _append(ctx, "notify_failed", {"reason": str(error)})
            return False
        state.seq = last
        _append(ctx, "notified", {"count": len(found)})
        return True


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
def _state(ctx: Context) -> Iterator[State | None]:
    """What has been told, for whoever is first of this host's workers; written back at the end."""
    path = ctx.folder / "host" / STATE
    mode = stat.S_IMODE((ctx.folder / "state.db").stat().st_mode)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, mode), "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        try:
            state = State(**json.loads(file.read()))
        except (ValueError, TypeError):  # the first time: what failed before is no news
            state = State(seq=ctx.store.last_seq())
        try:
            yield state
        finally:
            file.seek(0)
            file.truncate()
            json.dump(asdict(state), file)


def _news(ctx: Context, seq: int) -> tuple[int, list[Trouble]]:
    """Up to which event was looked, and what failed since then and is not mended yet."""
    last = ctx.store.last_seq()
    events = ctx.store.find_events(EventChoice(level=Level.ERROR), seq + 1, last + 1, limit=AT_ONCE)
    if len(events) == AT_ONCE:
        last = events[-1].seq
    failed = {event.delivery for event in events if event.code == "failed"}
    paused = any(event.code == "portal_paused" for event in events)
    if not failed and not paused:
        return last, []
    return last, [
        one for one in troubles(ctx) if (paused if one.subject is None else one.subject.delivery.id in failed)
    ]


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


def _tell(
    ctx: Context,
    settings: NotifySection,
    webhook: str,
    found: Sequence[Trouble],
    lang: str,
    environ: Mapping[str, str],
) -> None:
    causes = _causes(found, lang)
    if webhook:
        _post(webhook, {"office": ctx.name, "at": rfc3339(ctx.now()), "count": len(found), "causes": causes})
    if settings.to and settings.smtp:
        message = EmailMessage()
        message["Subject"] = SUBJECT.say(lang, office=plain(ctx.name), count=len(found))
        message["To"] = ", ".join(settings.to)
        message["From"] = settings.sender or settings.to[0]
        message["Date"] = format_datetime(ctx.now())
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine answers it
        message.set_content("\n".join(_lines(causes, lang)))
        _mail(message, settings, ctx.folder, environ)


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
        raise NotifyError(f"webhook: {type(error).__name__}") from None  # its words repeat the URL, which may be secret
    if not answer.is_success:
        raise NotifyError(f"webhook: HTTP {answer.status_code}")


def _mail(message: EmailMessage, settings: NotifySection, folder: Path, environ: Mapping[str, str]) -> None:
    server = urlsplit(settings.smtp)
    try:
        with _connected(server) as smtp:
            if server.scheme == "smtp" and smtp.has_extn("starttls"):
                import ssl  # noqa: PLC0415

                smtp.starttls(context=ssl.create_default_context())
            elif server.scheme == "smtp" and server.username and server.hostname not in LOOPBACK:
                raise NotifyError("SMTP: no STARTTLS; the password is not sent in the clear")
            if server.username:
                smtp.login(unquote(server.username), _password(settings, folder, environ))
            smtp.send_message(message)
    except smtplib.SMTPResponseException as error:
        raise NotifyError(f"SMTP: {error.smtp_code}") from None
    except smtplib.SMTPException as error:
        raise NotifyError(f"SMTP: {type(error).__name__}") from None
    except (OSError, ValueError) as error:  # no connection, a wrong certificate, a port that is none
        raise NotifyError(f"SMTP: {getattr(error, 'strerror', None) or type(error).__name__}") from None


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
        raise NotifyError(f"SMTP: {PASSWORD}?")
    path = folder / settings.password_file
    with path.open(encoding="utf-8") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise NotifyError(f"SMTP: chmod 600 {path}")
        return file.read().rstrip("\r\n")


def _append(ctx: Context, code: str, params: dict[str, object]) -> None:
    with ctx.store.transaction():
        ctx.store.append([Event(at=ctx.now(), code=code, level=EVENTS[code].level, params=params)])
