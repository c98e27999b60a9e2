"""Between names and URLs: what we ask for is percent-encoded NFC, what comes back may be spelled in any way."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import normalize
from urllib.parse import SplitResult, quote, unquote

from core.domain.models import Names
from core.domain.names import MAX_BYTES
from core.domain.text import Text
from core.portal import PortalUrlError

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")
_ORIGIN = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/]*")

HAS_PASSWORD = Text(
    "O endereço do portal não pode conter a senha. Guarde-a em MALOTE_PORTAL_PASSWORD, em password_file ou no chaveiro "
    "do sistema.",
    "The portal's URL must not hold the password. Keep it in MALOTE_PORTAL_PASSWORD, in password_file or in the "
    "system's keyring.",
)
PLAIN_HTTP = Text(
    "webdav+http:// mandaria a senha e os documentos sem proteção a {host}. Use webdav+https:// (ou, sabendo disso, a "
    "opção insecure).",
    "webdav+http:// would send the password and the documents to {host} unprotected. Use webdav+https:// (or, knowing "
    "this, the option insecure).",
)
NOT_A_URL = Text(
    "O endereço do portal não pode ser entendido. Use webdav+https://usuario@servidor/pasta, com ? como %3F, # como "
    "%23 e % como %25.",
    "The portal's URL cannot be understood. Use webdav+https://user@host/folder, with ? as %3F, # as %23 and % as %25.",
)


@dataclass(frozen=True)
class Address:
    """Where a portal is: `origin` (scheme, host, port) and the encoded `path` of its root, without a final slash."""

    url: str
    origin: str
    path: str
    username: str
    loopback: bool

    @property
    def secure(self) -> bool:
        return self.origin.startswith("https:")


def parse_address(parts: SplitResult, *, insecure: bool = False) -> Address:
    """Read `webdav+https://user@host:port/path`.

    Args:
        insecure: whether plain http may leave this machine.

    Raises:
        PortalUrlError: it cannot be understood, holds a password, or would go out in plain text.
    """
    if parts.password is not None:
        raise PortalUrlError(HAS_PASSWORD)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        raise PortalUrlError(NOT_A_URL) from None
    scheme = parts.scheme.removeprefix("webdav+")
    if not host or scheme not in {"http", "https"} or parts.query or parts.fragment or _BAD_ESCAPE.search(parts.path):
        raise PortalUrlError(NOT_A_URL)
    loopback = is_loopback(host)
    if scheme == "http" and not (loopback or insecure):
        raise PortalUrlError(PLAIN_HTTP, host=host)
    names = tuple(normalize("NFC", unquote(name)) for name in parts.path.split("/") if name)
    if any(name in {".", ".."} or "/" in name for name in names):
        raise PortalUrlError(NOT_A_URL)
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port is None else f"{shown}:{port}"
    user = f"{parts.username}@" if parts.username else ""
    path = encode(names)
    return Address(
        url=f"{parts.scheme}://{user}{netloc}{path or '/'}",
        origin=f"{scheme}://{netloc}",
        path=path,
        username=unquote(parts.username or ""),
        loopback=loopback,
    )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name or number."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def encode(names: Iterable[str]) -> str:
    """The path of names: each percent-encoded (RFC 3986, 2.1), a slash before each."""
    return "".join("/" + quote(name, safe="") for name in names)


def decode(href: str) -> Names | None:
    """The names in an href, absolute or relative, decoded and in NFC; None where they are no UTF-8."""
    path = _ORIGIN.sub("", href)
    try:
        return tuple(normalize("NFC", unquote(name, errors="strict")) for name in path.split("/") if name)
    except UnicodeDecodeError:
        return None


def spellings(name: str) -> tuple[str, ...]:
    """The forms under which a name (NFC) may lie at a portal, likeliest first: macOS and what it synced decompose."""
    if name.isascii():
        return (name,)
    decomposed = normalize("NFD", name)
    return (name,) if decomposed == name or len(decomposed.encode()) > MAX_BYTES else (name, decomposed)


def leads_to_folder(location: str, path: str) -> bool:
    """Whether a redirect only adds the slash that a folder's path ends in."""
    location = location.split("?", maxsplit=1)[0]
    return location.endswith("/") and (decode(location) or ())[-1:] == (decode(path) or ("",))[-1:]
