"""Bodies in XML: what we ask, and multistatus answers parsed safely (no DTD, so no entities; sizes are bounded)."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat
from xml.sax.saxutils import escape

from core.domain.models import Names
from core.portal.webdav.hrefs import decode

DAV = "{DAV:}"
OC = "{http://owncloud.org/ns}"
NC = "{http://nextcloud.org/ns}"

PROPERTIES = (
    f"{DAV}resourcetype",
    f"{DAV}getcontentlength",
    f"{DAV}getlastmodified",
    f"{DAV}lockdiscovery",
    f"{DAV}isreadonly",
    f"{OC}permissions",
    f"{NC}lock",
    f"{NC}lock-owner-type",
)
"""What is asked of one file; a listing asks for the first three."""

_HEAD = '<?xml version="1.0" encoding="utf-8"?>'

NO_LASTING_LOCK = {"1", "2"}
"""nc:lock-owner-type: an open editor's, or a WebDAV client's; 0 is a person's own lock (nextcloud/files_lock)."""


class BadXml(Exception):
    """It is no XML, or holds a document type declaration."""


@dataclass(frozen=True)
class ActiveLock:
    token: str
    owner: str


@dataclass(frozen=True)
class Entry:
    """One resource of a multistatus: its path, decoded, and the properties that it has."""

    path: Names
    properties: dict[str, Element] = field(default_factory=dict)

    def text(self, name: str) -> str:
        found = self.properties.get(name)
        return "" if found is None else "".join(found.itertext()).strip()

    @property
    def is_folder(self) -> bool:
        kind = self.properties.get(f"{DAV}resourcetype")
        return kind is not None and kind.find(f"{DAV}collection") is not None

    @property
    def size(self) -> int | None:
        size = self.text(f"{DAV}getcontentlength")
        return whole_number(size)

    @property
    def modified(self) -> float | None:
        """Seconds since the epoch, by the server's clock."""
        try:
            return parsedate_to_datetime(self.text(f"{DAV}getlastmodified")).timestamp()
        except (TypeError, ValueError, OverflowError):
            return None

    @property
    def locks(self) -> tuple[ActiveLock, ...]:
        found = self.properties.get(f"{DAV}lockdiscovery")
        return () if found is None else active_locks(found)

    @property
    def is_lock_null(self) -> bool:
        """A name that is locked but has nothing under it (Apache's; RFC 2518, 7.4)."""
        return bool(self.locks) and not self.is_folder and self.size is None and self.modified is None

    @property
    def seen(self) -> bool:
        """Whether there is lasting evidence that the client has seen it: the Cadeado."""
        if self.is_folder:
            return False
        if self.text(f"{NC}lock").lower() in {"1", "true"} and not self.held_by_program:
            return True
        permissions = self.text(f"{OC}permissions")
        read_only = bool(permissions) and "W" not in permissions
        return read_only or self.text(f"{DAV}isreadonly").lower() in {"1", "true"}

    @property
    def held_by_program(self) -> bool:
        """Whether an editor or another client holds it for the moment (Nextcloud's word for it)."""
        locked = self.text(f"{NC}lock").lower() in {"1", "true"}
        return locked and self.text(f"{NC}lock-owner-type") in NO_LASTING_LOCK


def parse(data: bytes) -> Element:
    """Parse a document; names read `{namespace}name`.

    Raises:
        BadXml: it is none, or holds a DTD.
    """
    parser, builder = expat.ParserCreate(namespace_separator="}"), TreeBuilder()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: builder.start(_qualified(name), attributes)
    parser.EndElementHandler = lambda name: builder.end(_qualified(name))
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, AssertionError, ValueError, LookupError) as error:  # an encoding that is none, too
        raise BadXml(str(error)) from None


def _qualified(name: str) -> str:
    return "{" + name if "}" in name else name


def _refuse(*_: object) -> None:
    raise BadXml("document type declaration")


def multistatus(data: bytes) -> list[Entry]:
    """The resources of a 207 answer to PROPFIND; those that are said not to exist are left out.

    Raises:
        BadXml: it is no multistatus (RFC 4918, 13).
    """
    top = parse(data)
    if top.tag != f"{DAV}multistatus":
        raise BadXml("no multistatus")
    entries = []
    for response in top.iterfind(f"{DAV}response"):
        path = decode((response.findtext(f"{DAV}href") or "").strip())
        if path is None or _status(response.findtext(f"{DAV}status")) not in {0, 200}:
            continue
        properties = {
            found.tag: found
            for propstat in response.iterfind(f"{DAV}propstat")
            if _status(propstat.findtext(f"{DAV}status")) in {0, 200}
            for prop in propstat.iterfind(f"{DAV}prop")
            for found in prop
        }
        entries.append(Entry(path, properties))
    return entries


def _status(line: str | None) -> int:
    """The number in `HTTP/1.1 404 Not Found`; 0 when there is none."""
    parts = (line or "").split()
    return (whole_number(parts[1]) or 0) if len(parts) > 1 else 0


def whole_number(text: str) -> int | None:
    """What a server writes as a number of bytes or the like; None where it is none that could be meant."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def active_locks(above: Element) -> tuple[ActiveLock, ...]:
    """The locks in a lockdiscovery, wherever below `above` it is."""
    return tuple(
        ActiveLock(_text(lock, f"{DAV}locktoken"), _text(lock, f"{DAV}owner"))
        for lock in above.iter(f"{DAV}activelock")
    )


def _text(above: Element, name: str) -> str:
    found = above.find(name)
    return "" if found is None else "".join(found.itertext()).strip()


def propfind(properties: tuple[str, ...]) -> bytes:
    """The body that asks for these properties."""
    asked = "".join(f'<x:{name} xmlns:x="{space}"/>' for space, name in (one[1:].split("}") for one in properties))
    return f'{_HEAD}<d:propfind xmlns:d="DAV:"><d:prop>{asked}</d:prop></d:propfind>'.encode()


def lockinfo(owner: str) -> bytes:
    """The body that asks for an exclusive write lock (RFC 4918, 14.11)."""
    return (
        f'{_HEAD}<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope>'
        f"<d:locktype><d:write/></d:locktype><d:owner><d:href>{escape(owner)}</d:href></d:owner></d:lockinfo>"
    ).encode()
