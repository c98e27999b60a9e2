"""How a notice of failures reads, and how it is handed to a mail server or a webhook."""

from __future__ import annotations

import os
import smtplib
import ssl
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from shlex import quote
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from core.domain.models import rfc3339
from core.domain.reasons import reason_of
from core.domain.text import Sentence, Text, plain
from core.office.config import NotifySection
from core.office.context import Context
from core.office.journal import Trouble

PASSWORD, WEBHOOK = "MALOTE_SMTP_PASSWORD", "MALOTE_NOTIFY_WEBHOOK"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SECONDS = 20.0
"""How long a server may take."""
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
NOT_TRUSTED = Text(
    "SMTP: certificado do servidor recusado ({said}); o de uma autoridade própria se diz em ca_file",
    "SMTP: the server's certificate was refused ({said}); a private authority's is named in ca_file",
)
UNUSABLE = Text("ca_file {path}: {why}", "ca_file {path}: {why}")
NO_CERTIFICATE = Text("não traz um certificado", "it holds no certificate")
NO_PASSWORD = Text("falta a senha (MALOTE_SMTP_PASSWORD)", "the password is lacking (MALOTE_SMTP_PASSWORD)")


class NotifyError(Exception):
    """A message could not be handed over; its sentence may be shown."""

    def __init__(self, text: Text, **params: object):
        self.sentence = Sentence(text, params)
        super().__init__(self.sentence.say())


def channels_of(ctx: Context, environ: Mapping[str, str]) -> dict[str, Callable[[Sequence[Trouble]], None]]:
    """How to tell each of those that are to be told."""
    settings = ctx.config.notify
    lang = "en" if environ.get("MALOTE_LANG", "").lower().startswith("en") else "pt"
    webhook = environ.get(WEBHOOK) or settings.webhook

    def post(found: Sequence[Trouble]) -> None:
        value = {"office": ctx.name, "at": rfc3339(ctx.now()), "count": len(found), "causes": causes(found, lang)}
        _post(webhook, value, settings, ctx.folder)

    def mail(found: Sequence[Trouble]) -> None:
        message = EmailMessage()
        message["Subject"] = SUBJECT.say(lang, office=plain(ctx.name), count=len(found))
        message["To"] = ", ".join(settings.to)
        message["From"] = settings.sender or settings.to[0]
        message["Date"] = format_datetime(ctx.now())
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine answers it
        message.set_content("\n".join(lines(causes(found, lang), lang)))
        _mail(message, settings, ctx.folder, environ)

    channels: dict[str, Callable[[Sequence[Trouble]], None]] = {}
    if webhook:
        channels["webhook"] = post
    if settings.to and settings.smtp:
        channels["mail"] = mail
    return channels


def causes(found: Sequence[Trouble], lang: str) -> list[dict[str, Any]]:
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


def lines(found: Sequence[Mapping[str, Any]], lang: str) -> Iterator[str]:
    for cause in found:
        yield f"{cause['count']}  {cause['message']}"
        yield REMEDY.say(lang, remedy=cause["remedy"])
        for one in cause["first"]:
            yield f"  {one['task']}/{one['name']}  {one['client']} {one['client_name']}"
        if cause["count"] > max(len(cause["first"]), 1):
            yield MORE.say(lang, count=cause["count"] - len(cause["first"]))
        yield ""
    yield FOLLOW.text(lang)


def _post(url: str, value: Mapping[str, Any], settings: NotifySection, folder: Path) -> None:
    import httpx  # noqa: PLC0415 - offices without a webhook need none of it here

    verify = _trusted(settings, folder) if settings.ca_file else True
    try:
        with httpx.stream("POST", url, json=value, timeout=SECONDS, verify=verify) as answer:
            pass  # how it answers counts, what it says does not: there may be no end to it
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        kind = type(error).__name__  # its words repeat the URL, which may be secret
        raise NotifyError(WEBHOOK_SAID, said=kind) from None
    if not answer.is_success:
        raise NotifyError(WEBHOOK_SAID, said=f"HTTP {answer.status_code}")


def _mail(message: EmailMessage, settings: NotifySection, folder: Path, environ: Mapping[str, str]) -> None:
    server = urlsplit(settings.smtp)
    try:
        with _connected(server, settings, folder) as smtp:
            if server.scheme == "smtp" and smtp.has_extn("starttls"):
                smtp.starttls(context=_trusted(settings, folder))
            elif server.scheme == "smtp" and server.username and server.hostname not in LOOPBACK:
                raise NotifyError(SMTP_SAID, said=IN_THE_CLEAR)
            if server.username:
                smtp.login(unquote(server.username), _password(settings, folder, environ))
            smtp.send_message(message)
    except smtplib.SMTPResponseException as error:
        raise NotifyError(SMTP_SAID, said=error.smtp_code) from None
    except smtplib.SMTPException as error:
        raise NotifyError(SMTP_SAID, said=type(error).__name__) from None
    except ssl.SSLCertVerificationError as error:
        raise NotifyError(NOT_TRUSTED, said=error.verify_message) from None
    except (OSError, ValueError) as error:  # no connection, a port that is none
        said = reason_of(error) if getattr(error, "strerror", None) else type(error).__name__
        raise NotifyError(SMTP_SAID, said=said) from None


def _connected(server: SplitResult, settings: NotifySection, folder: Path) -> smtplib.SMTP:
    """A greeted server."""
    host = server.hostname or ""
    if server.scheme == "smtps":
        trusted = _trusted(settings, folder)
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, server.port or 465, timeout=SECONDS, context=trusted)
    else:
        smtp = smtplib.SMTP(host, server.port or 587, timeout=SECONDS)
    smtp.ehlo_or_helo_if_needed()
    return smtp


def _trusted(settings: NotifySection, folder: Path) -> ssl.SSLContext:
    """How servers are verified: by the system's authorities, and by a private one where there is one."""
    context = ssl.create_default_context()
    if settings.ca_file:
        path = folder / settings.ca_file
        try:
            context.load_verify_locations(cafile=path)
        except ssl.SSLError:
            raise NotifyError(UNUSABLE, path=path, why=NO_CERTIFICATE) from None
        except OSError as error:
            raise NotifyError(UNUSABLE, path=path, why=reason_of(error)) from None
    return context


def _password(settings: NotifySection, folder: Path, environ: Mapping[str, str]) -> str:
    if given := environ.get(PASSWORD):
        return given
    if not settings.password_file:
        raise NotifyError(SMTP_SAID, said=NO_PASSWORD)
    path = folder / settings.password_file
    with path.open(encoding="utf-8") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise NotifyError(SMTP_SAID, said=f"chmod 600 {quote(str(path))}")
        return file.read().rstrip("\r\n")
