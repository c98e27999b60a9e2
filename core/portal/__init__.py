"""The portals, told apart by URL: `dir:///path`, `webdav+https://user@host/path`."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from core.domain.text import InvalidValue, Text
from core.ports import Portal

_PASSWORD = re.compile(r"(//[^:/@]*):.*@")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")


class PortalUrlError(InvalidValue):
    """The URL names no portal that we can open; `text` says why, in both languages."""


@dataclass(frozen=True)
class PortalOptions:
    """What is to be known about a portal beyond its URL.

    `file_mode`, `folder_mode`, `group`: of what is made in a directory, see `DirectoryPortal`. The others are WebDAV's,
    see `WebDavPortal`: `facts` is the folder beside `state.db` where it is kept what the portal honours; `ca_file` a
    private authority's certificate; `certificate` and `key` our own; `timeout` the seconds that a request may take.
    """

    file_mode: int = 0o644
    folder_mode: int = 0o755
    group: int | None = None
    exclusive: bool = False
    timeout: float = 30.0
    insecure: bool = False
    username: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    facts: Path | None = None


def open_portal(
    url: str,
    options: PortalOptions | None = None,
    *,
    file_mode: int = 0o644,
    folder_mode: int = 0o755,
    group: int | None = None,
) -> Portal:
    """Open the portal that a URL names; nothing is asked of it yet.

    Args:
        url: `dir:///absolute/path` or `webdav+https://user@host/path`, percent-encoded (RFC 3986) or with letters as
            they are.
        file_mode, folder_mode, group: short for the same options.

    Raises:
        PortalUrlError: the URL cannot be understood, or its scheme has no adapter.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise PortalUrlError(_UNKNOWN, url=_shown(url)) from None
    load = SCHEMES.get(parts.scheme)
    if load is None:
        raise PortalUrlError(_UNKNOWN, url=_shown(url))
    return load(parts, options or PortalOptions(file_mode=file_mode, folder_mode=folder_mode, group=group))


def _shown(url: str) -> str:
    """A URL that may be printed: someone may have put a password into it."""
    return _PASSWORD.sub(r"\1:***@", url)


def _directory(parts: SplitResult, options: PortalOptions) -> Portal:
    from core.portal.directory import DirectoryPortal  # noqa: PLC0415 - only the adapter in use is imported

    url = _shown(parts.geturl())
    if parts.netloc or not parts.path.startswith("/"):
        raise PortalUrlError(_NOT_ABSOLUTE, url=url)
    if parts.query or parts.fragment or _BAD_ESCAPE.search(parts.path):
        raise PortalUrlError(_NOT_ENCODED, url=url)
    path = Path(os.fsdecode(unquote_to_bytes(parts.path)))
    return DirectoryPortal(path, file_mode=options.file_mode, folder_mode=options.folder_mode, group=options.group)


def _webdav(parts: SplitResult, options: PortalOptions) -> Portal:
    from core.portal.webdav.opening import open_webdav  # noqa: PLC0415 - only the adapter in use is imported

    return open_webdav(parts.geturl(), options)


SCHEMES: dict[str, Callable[[SplitResult, PortalOptions], Portal]] = {
    "dir": _directory,
    "webdav+https": _webdav,
    "webdav+http": _webdav,
}

_UNKNOWN = Text(
    "Não conheço o endereço de portal {url}. Use dir:///caminho/da/pasta ou webdav+https://usuario@servidor/pasta.",
    "No portal is known by the URL {url}. Use dir:///path/to/folder or webdav+https://user@host/folder.",
)
_NOT_ABSOLUTE = Text(
    "O endereço {url} precisa de um caminho completo, com três barras: dir:///caminho/da/pasta.",
    "The URL {url} needs an absolute path, with three slashes: dir:///path/to/folder.",
)
_NOT_ENCODED = Text(
    "No endereço {url}, escreva ? como %3F, # como %23 e % como %25.",
    "In the URL {url}, write ? as %3F, # as %23 and % as %25.",
)
