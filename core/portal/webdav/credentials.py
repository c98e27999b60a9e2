"""Who we are: where the password is kept, and how it is shown to a server. Never in a URL, an error or a log."""

from __future__ import annotations

import os
import ssl
import stat
from base64 import b64encode
from collections.abc import Callable, Generator, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from urllib.parse import quote

import httpx

from core.domain.reasons import reason_of
from core.domain.text import Text, both
from core.ports import PortalFault

ENVIRONMENT = "MALOTE_PORTAL_PASSWORD"
KEYRING_SERVICE = "malote"
OPEN_TO_OTHERS = Text("outros podem ler {path}; faça chmod 600", "others can read {path}; chmod 600 it")
UNREADABLE = Text("não consigo ler {path} (password_file): {why}", "cannot read {path} (password_file): {why}")
UNKNOWN_DIGEST = Text(
    "o servidor pede um Digest que não conhecemos", "the server asks for a Digest that we do not know"
)
NO_TEXT = Text("não é um texto em UTF-8", "it is no text in UTF-8")

Secret = Callable[[], str | None]
"""Reads a secret when it is needed; None when there is none."""


def find_password(url: str, username: str, password_file: Path | None, environ: Mapping[str, str]) -> str | None:
    """The portal's password: from the environment, the file, or the system's keyring, in that order.

    Args:
        url: the portal's, under which the keyring keeps it (service `malote`, user `username@host`).

    Raises:
        PortalFault: portal_auth, when the file cannot be read, or others can read it too.
    """
    found = environ.get(ENVIRONMENT)
    if found:
        return found
    if password_file is not None:
        return _read(password_file)
    try:
        keyring = import_module("keyring")  # an optional part of the system
        kept: str | None = keyring.get_password(KEYRING_SERVICE, _account(url, username))
    except Exception:
        return None
    return kept


def has_keyring() -> bool:
    """Whether the system has a keyring that keeps a password, and not in plain text."""
    try:
        return bool(import_module("keyring").get_keyring().priority >= 1)  # its own measure of what may be recommended
    except Exception:
        return False


def keep_in_keyring(url: str, username: str, password: str) -> bool:
    """Keep the portal's password where `find_password` looks last; returns whether it is there now."""
    try:
        keyring = import_module("keyring")
        keyring.set_password(KEYRING_SERVICE, _account(url, username), password)
        return bool(keyring.get_password(KEYRING_SERVICE, _account(url, username)) == password)
    except Exception:  # locked, refused by its owner, without a session: each system's has errors of its own
        return False


def _account(url: str, username: str) -> str:
    return f"{username}@{httpx.URL(url).host}"


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise PortalFault("portal_auth", both(OPEN_TO_OTHERS, path=path))
            return file.read().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = reason_of(error) if isinstance(error, OSError) else NO_TEXT
        raise PortalFault("portal_auth", both(UNREADABLE, path=path, why=why)) from None


def tls_context(ca_file: Path | None, certificate: Path | None = None, key: Path | None = None) -> ssl.SSLContext:
    """How servers are verified: by the system's authorities, a private one beside them, our own certificate if asked.

    Raises:
        OSError: a file cannot be read, or holds no certificate.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


def hidden(said: bytes, username: str, secrets: Iterable[str]) -> bytes:
    """What a server said, without our secrets: some repeat the request in their error page."""
    for secret in secrets:
        plain, pair = secret.encode(), f"{username}:{secret}".encode()
        for form in (b64encode(pair), b64encode(plain), quote(secret, safe="").encode(), plain):
            if form:
                said = said.replace(form, b"***")
    return said


class BearerAuth(httpx.Auth):
    """RFC 6750."""

    def __init__(self, token: str):
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class PasswordAuth(httpx.Auth):
    """Basic (RFC 7617, UTF-8) or Digest (RFC 7616), whichever the server asks for; Digest where it offers both.

    Args:
        at_once: show it in Basic before being asked. Only where the way there is encrypted: a server that would have
            asked for Digest would otherwise have made us say it in plain text.
    """

    def __init__(self, username: str, password: str, *, at_once: bool):
        self._username = username
        self._password = password
        self._chosen: httpx.Auth | None = self._basic() if at_once else None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if isinstance(self._chosen, httpx.DigestAuth):
            yield from self._chosen.auth_flow(request)
            return
        if self._chosen is not None:
            self._put(request)
        response = yield request
        if response.status_code != 401:
            return
        offered = {one.split(maxsplit=1)[0].lower() for one in response.headers.get_list("www-authenticate") if one}
        offered |= {one for one in ("digest", "basic") if f", {one} " in _joined(response).lower()}
        if "digest" in offered:
            self._chosen = httpx.DigestAuth(self._username, self._password)
            request.headers.pop("Authorization", None)
            flow = self._chosen.auth_flow(request)
            next(flow)  # it would ask to be asked; that has happened
            try:
                signed = flow.send(response)
            except (KeyError, NotImplementedError, ValueError):  # an algorithm or a protection that httpx has not
                raise PortalFault("portal_auth", both(UNKNOWN_DIGEST)) from None
            yield signed
        elif "basic" in offered and self._chosen is None:
            self._chosen = self._basic()
            self._put(request)
            yield request

    def _basic(self) -> httpx.Auth:
        return httpx.BasicAuth(self._username, self._password)

    def _put(self, request: httpx.Request) -> None:
        assert self._chosen is not None
        for signed in self._chosen.auth_flow(request):
            request.headers["Authorization"] = signed.headers["Authorization"]
            break


def _joined(response: httpx.Response) -> str:
    return ", ".join(response.headers.get_list("www-authenticate"))
