"""From a portal's URL and options to the adapter, its credentials found where they are kept."""

from __future__ import annotations

import os
from math import ceil
from urllib.parse import urlsplit

from core.portal import PortalOptions
from core.portal.webdav.adapter import WebDavPortal
from core.portal.webdav.credentials import find_password, keep_in_keyring, tls_context
from core.portal.webdav.hrefs import parse_address
from core.portal.webdav.requests import Deadlines

TOKEN = "MALOTE_PORTAL_TOKEN"


def open_webdav(url: str, options: PortalOptions) -> WebDavPortal:
    """Open it; passwords and certificates are read when they are first needed.

    Raises:
        PortalUrlError: the URL cannot be understood, or must not be used.
    """
    address = parse_address(urlsplit(url), insecure=options.insecure)
    username = options.username or address.username
    return WebDavPortal(
        url,
        username=username,
        password=lambda: find_password(address.url, username, options.password_file, os.environ),
        token=lambda: os.environ.get(TOKEN),
        exclusive=options.exclusive,
        insecure=options.insecure,
        verify=lambda: tls_context(options.ca_file, options.certificate, options.key),
        facts=options.facts,
        deadlines=Deadlines(connect=min(10.0, options.timeout), request=options.timeout),
        lock_seconds=ceil(2 * options.timeout),  # it outlives the requests that are made under it
    )


def keep_password(url: str, password: str) -> bool:
    """Keep the password of the portal that a URL names in the system's keyring; returns whether it is there now.

    Raises:
        PortalUrlError: the URL cannot be understood.
    """
    address = parse_address(urlsplit(url), insecure=True)
    return keep_in_keyring(address.url, address.username, password)
