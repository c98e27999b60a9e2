"""What an answer or a broken connection means for a delivery (the design's section 2.8), in one place."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import urlsplit

import httpx

from core.domain.text import Text, both
from core.ports import PortalFault

CODES: dict[int, str] = {
    401: "portal_auth",
    403: "portal_forbidden",
    405: "portal_forbidden",
    407: "portal_auth",
    408: "portal_unreachable",
    413: "file_too_large",
    414: "name_invalid",
    423: "portal_busy",
    425: "portal_unreachable",
    429: "portal_unreachable",
    431: "name_invalid",
    501: "portal_error",
    505: "portal_error",
    507: "portal_full",
}

_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_MESSAGE = re.compile(r"<(?:\w+:)?message[^>]*>(.*?)</(?:\w+:)?message>", re.DOTALL)
EXPIRED = Text("o certificado do servidor venceu", "the server's certificate has expired")
UNKNOWN_ISSUER = Text(
    "o certificado do servidor não é de uma autoridade conhecida (ca_file)",
    "the server's certificate is of no known authority (ca_file)",
)
ANOTHER_HOST = Text("o certificado é de outro servidor", "the certificate is another host's")
_CERTIFICATE = {10: EXPIRED, **dict.fromkeys((18, 19, 20, 21), UNKNOWN_ISSUER), **dict.fromkeys((62, 64), ANOTHER_HOST)}
NOT_TRUSTED = Text("certificado recusado: {said}", "certificate refused: {said}")
A_PAGE = Text(
    "veio uma página da web em vez do portal{shown}; confira o endereço e a rede",
    "a web page came instead of the portal{shown}; look at the URL and the network",
)
NO_HOST = Text("o nome do servidor não foi encontrado na rede", "the server's name was not found in the network (DNS)")
NOT_CONNECTED = Text("sem resposta ao conectar", "no answer while connecting")
TIMEOUT = Text("o servidor demorou demais", "the server took too long")
NO_CONNECTION = Text("o servidor não aceitou a conexão", "the server did not accept the connection")
BROKEN = Text("a conexão caiu no meio ({kind})", "the connection broke ({kind})")
STATUS = Text("HTTP {status} ({method}){said}", "HTTP {status} ({method}){said}")
ANSWERED = Text("Respondeu com o erro {status} ({method}){said}", "It answered with error {status} ({method}){said}")
TOO_SLOW = Text(
    "o servidor não respondeu em {seconds} s ({method})", "the server did not answer within {seconds} s ({method})"
)


NO_WEBDAV = Text(
    "este endereço não é de um servidor WebDAV; confira o endereço e o servidor (HTTP {status}: {said})",
    "no WebDAV server at this address; look at the URL and the server (HTTP {status}: {said})",
)


LONGEST_WAIT = 86_400.0
"""Seconds: a proxy that asks for a year would hold all sending until someone wondered."""


@dataclass(frozen=True)
class Answer:
    """An answer, read whole."""

    method: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def is_page(self) -> bool:
        """Whether it is a web page in place of WebDAV's empty or XML answer: a login, a captive portal."""
        return self.status == 200 and bool(self.body.strip()) and is_html(self.headers)


class Refused(PortalFault):
    """The fault that a status means."""

    def __init__(self, status: int, code: str, detail: str, retry_after: float | None, unknown: bool):
        super().__init__(code, detail, retry_after=retry_after, unknown=unknown)
        self.status = status


def another(fault: PortalFault) -> PortalFault:
    """The same fault for someone else, who adds to it what it means for him."""
    return PortalFault(fault.code, fault.detail, retry_after=fault.retry_after)


def is_html(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").lower().startswith(("text/html", "application/xhtml"))


def fault_of(answer: Answer, *, unknown: bool = False) -> PortalFault:
    """The fault that an answer means.

    Args:
        unknown: whether a server error may have come after the request took effect.
    """
    status = answer.status
    if answer.is_page or 300 <= status < 400:
        return _elsewhere(answer)
    said = words_of(answer)
    if answer.method == "PROPFIND" and status in {405, 501}:
        return PortalFault("portal_unreachable", both(NO_WEBDAV, status=status, said=said))
    code = CODES.get(status, "portal_unreachable" if status >= 500 else "portal_error")
    if status in {400, 403} and "InvalidPath" in answer.body[:4000].decode("latin-1"):
        code = "name_invalid"  # Nextcloud's and ownCloud's word for a name that they do not take
    text = ANSWERED if code == "portal_unreachable" else STATUS
    detail = both(text, status=status, method=answer.method, said=f": {said}" if said else "")
    retry_after = retry_after_of(answer.headers) if status in {429, 503, 423} else None
    return Refused(status, code, detail, retry_after, unknown and may_have_worked(status))


def may_have_worked(status: int) -> bool:
    """Whether a request that got this status may have taken effect all the same."""
    return status >= 500 and status not in {501, 503, 505, 507, 508}


def _elsewhere(answer: Answer) -> PortalFault:
    try:
        where = urlsplit(answer.headers.get("location", ""))
    except ValueError:  # no URL
        where = urlsplit("")
    host = where.netloc.rpartition("@")[2]  # a login page's address may hold a user and a password
    shown = f" ({host}{where.path})" if host or where.path else ""
    return PortalFault("portal_unreachable", both(A_PAGE, shown=shown))


def words_of(answer: Answer) -> str:
    """What the server said, for a person: the message in the answer, shortened."""
    text = answer.body[:8000].decode("utf-8", "replace")
    message = _MESSAGE.search(text)
    plain = " ".join(unescape(_TAG.sub(" ", message[1] if message else text)).split())
    return plain if len(plain) <= 200 else plain[:199] + "…"


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """Seconds in Retry-After, which may be a number or a date (RFC 9110, 10.2.3); no more than `LONGEST_WAIT`."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_WAIT)
    try:
        seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_WAIT)


def fault_of_error(error: httpx.HTTPError, *, unknown: bool) -> PortalFault:
    """The fault that a connection which failed or broke means; the reason in words, without the request."""
    never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    return PortalFault("portal_unreachable", _reason(error), unknown=unknown and not never_sent)


def _reason(error: httpx.HTTPError) -> str:
    cause = _cause(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        known = _CERTIFICATE.get(cause.verify_code)
        return both(known) if known else both(NOT_TRUSTED, said=cause.verify_message)
    if isinstance(cause, ssl.SSLError):
        return f"TLS: {cause.reason or cause}"
    if isinstance(cause, socket.gaierror):
        return both(NO_HOST)
    if isinstance(error, httpx.ConnectTimeout):
        return both(NOT_CONNECTED)
    if isinstance(error, httpx.TimeoutException):
        return both(TIMEOUT)
    if isinstance(cause, ConnectionRefusedError) or isinstance(error, httpx.ConnectError):
        return both(NO_CONNECTION)
    return both(BROKEN, kind=type(error).__name__)


def _cause(error: BaseException) -> BaseException:
    """The operating system's or TLS's own error below httpx's."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError):
            return seen
        seen = seen.exceptions[0] if isinstance(seen, BaseExceptionGroup) else seen.__cause__ or seen.__context__
    return error


def too_slow(method: str, seconds: float, *, unknown: bool) -> PortalFault:
    said = both(TOO_SLOW, seconds=f"{seconds:.0f}", method=method)
    return PortalFault("portal_unreachable", said, unknown=unknown)
