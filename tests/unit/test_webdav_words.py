"""XML, hrefs, URLs and kept facts: what servers say in many spellings must mean one thing."""

from __future__ import annotations

import stat
from pathlib import Path
from unicodedata import normalize
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.portal import PortalOptions, PortalUrlError, open_portal
from core.portal.webdav.facts import FactsFile
from core.portal.webdav.faults import Answer, retry_after_of, words_of
from core.portal.webdav.hrefs import decode, encode, leads_to_folder, parse_address, spellings
from core.portal.webdav.xml import BadXml, Entry, multistatus, parse
from tests.unit.test_webdav_faults import FACTS

NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1).filter(
    lambda name: name not in {".", ".."}
)


def entry(properties: str, status: str = "200 OK") -> Entry:
    found = multistatus(
        f'<d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns">'
        f"<d:response><d:href>/a/b%20c</d:href><d:propstat><d:prop>{properties}</d:prop><d:status>HTTP/1.1 {status}"
        f"</d:status></d:propstat></d:response></d:multistatus>".encode()
    )
    return found[0]


FILE = "<d:resourcetype/><d:getcontentlength>3</d:getcontentlength>"


@pytest.mark.parametrize(
    ("properties", "seen"),
    [
        (FILE, False),
        (FILE + "<oc:permissions>RGDNVW</oc:permissions>", False),
        (FILE + "<oc:permissions>RG</oc:permissions>", True),
        (FILE + "<oc:permissions></oc:permissions>", False),
        (FILE + "<nc:lock>1</nc:lock><nc:lock-owner-type>0</nc:lock-owner-type>", True),
        (FILE + "<nc:lock>1</nc:lock>", True),
        (FILE + "<nc:lock>1</nc:lock><nc:lock-owner-type>1</nc:lock-owner-type>", False),
        (FILE + "<nc:lock></nc:lock>", False),
        (FILE + "<nc:lock>0</nc:lock>", False),
        (FILE + "<d:isreadonly>1</d:isreadonly>", True),
        (FILE + "<d:isreadonly>0</d:isreadonly>", False),
        ("<d:resourcetype><d:collection/></d:resourcetype><oc:permissions>RG</oc:permissions>", False),
    ],
)
def test_cadeado(properties: str, seen: bool) -> None:
    """A document that the client has seen would be replaced, or one that nobody has seen never."""
    assert entry(properties).seen is seen


def test_an_open_editor_holds_for_the_moment() -> None:
    found = entry(FILE + "<nc:lock>1</nc:lock><nc:lock-owner-type>1</nc:lock-owner-type>")
    assert found.held_by_program


def test_what_was_not_found_has_no_value() -> None:
    """Properties come in a propstat of 404 when the server has none."""
    assert not entry("<nc:lock>1</nc:lock>", "404 Not Found").seen


def test_locked_name_with_nothing_under_it() -> None:
    lock = "<d:activelock><d:owner>malote:s</d:owner><d:locktoken><d:href>urn:1</d:href></d:locktoken></d:activelock>"
    found = entry(f"<d:resourcetype/><d:lockdiscovery>{lock}</d:lockdiscovery>")
    assert found.is_lock_null
    assert found.locks[0].token == "urn:1"
    assert found.locks[0].owner == "malote:s"
    assert not entry(FILE + f"<d:lockdiscovery>{lock}</d:lockdiscovery>").is_lock_null


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"<html>",
        b"nothing",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
        b"<a>\xff</a>",
    ],
)
def test_xml_that_is_none_or_wants_more(bad: bytes) -> None:
    """A hostile answer would read our files, or fill our memory."""
    with pytest.raises(BadXml):
        parse(bad)


def test_xml_that_is_no_multistatus() -> None:
    with pytest.raises(BadXml):
        multistatus(b"<a/>")


@given(st.lists(NAME, min_size=1, max_size=4))
def test_hrefs_come_back(names: list[str]) -> None:
    """A document would be looked for under another name."""
    path = encode(names)
    assert path.isascii()
    wanted = tuple(normalize("NFC", name) for name in names)
    assert decode(path) == wanted
    assert decode(f"https://nuvem.example:8443{path}/") == wanted
    assert decode(path.lower() if "%" in path and path.lower() == path else path) == wanted


@pytest.mark.parametrize(
    ("href", "names"),
    [
        ("/a/b%20c/", ("a", "b c")),
        ("http://host/a%2Fb/c", ("a/b", "c")),
        ("/Fe%CC%81rias", ("Férias",)),
        ("/F%c3%a9rias", ("Férias",)),
        ("/Férias;v=1", ("Férias;v=1",)),
        ("/%E9", None),
    ],
)
def test_spellings_of_hrefs(href: str, names: tuple[str, ...] | None) -> None:
    assert decode(href) == names


def test_a_redirect_to_the_slash_is_a_folder() -> None:
    assert leads_to_folder("https://proxy.example/x/P%c3%a3o/", "/P%C3%A3o")
    assert not leads_to_folder("https://login.example/", "/P%C3%A3o")
    assert not leads_to_folder("/P%C3%A3o", "/P%C3%A3o")


def test_spellings_of_names() -> None:
    assert spellings("DAS.pdf") == ("DAS.pdf",)
    assert spellings("Férias") == ("Férias", "Fe\u0301rias")
    assert spellings("ç" * 127) == ("ç" * 127,), "decomposed it is too long to exist"


@pytest.mark.parametrize(
    ("url", "shown", "origin", "path"),
    [
        ("webdav+https://eu@n.example/dav/Clientes/", None, "https://n.example", "/dav/Clientes"),
        ("webdav+https://n.example", "webdav+https://n.example/", "https://n.example", ""),
        ("webdav+https://a%40b@n.example:8443/P%C3%A3o", None, "https://n.example:8443", "/P%C3%A3o"),
        ("webdav+https://n.example/Pão", "webdav+https://n.example/P%C3%A3o", "https://n.example", "/P%C3%A3o"),
        ("webdav+http://127.0.0.1:80/", None, "http://127.0.0.1:80", ""),
        ("webdav+http://[::1]:8080/x", None, "http://[::1]:8080", "/x"),
    ],
)
def test_urls(url: str, shown: str | None, origin: str, path: str) -> None:
    address = parse_address(urlsplit(url))
    assert (address.origin, address.path) == (origin, path)
    assert address.url == (shown or url.rstrip("/") + ("/" if not path else ""))


@pytest.mark.parametrize(
    "url",
    [
        "webdav+https://eu:segredo@n.example/",
        "webdav+https://eu:@n.example/",
        "webdav+http://n.example/",
        "webdav+https:///x",
        "webdav+https://n.example:x/",
        "webdav+https://n.example/?a",
        "webdav+https://n.example/#a",
        "webdav+https://n.example/%",
        "webdav+https://n.example/a/../b",
        "webdav+https://n.example/a%2Fb",
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    with pytest.raises(PortalUrlError) as raised:
        open_portal(url)
    for text in (str(raised.value), raised.value.text.en.format(**raised.value.params)):
        assert "segredo" not in text, "a password would be shown"


async def test_opened_by_url() -> None:
    portal = open_portal("webdav+https://eu@n.example/Clientes")
    assert portal.url == "webdav+https://eu@n.example/Clientes"
    assert portal.linger > 0
    await portal.close()
    plain = open_portal("webdav+http://n.example/", PortalOptions(insecure=True))
    await plain.close()


def test_facts_are_kept(tmp_path: Path) -> None:
    """The probe would run before every command."""
    FactsFile(tmp_path / "host", "u").write(FACTS)
    assert FactsFile(tmp_path / "host", "u").read() == FACTS
    assert FactsFile(tmp_path / "host", "v").read() is None
    (kept,) = (tmp_path / "host").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) & 0o007 == 0
    kept.write_text("{}")
    assert FactsFile(tmp_path / "host", "u").read() is None
    FactsFile(tmp_path / "host", "u").forget()
    assert not list((tmp_path / "host").iterdir())


def test_facts_that_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    facts = FactsFile(tmp_path / "file" / "none", "u")
    facts.write(FACTS)
    assert facts.read() == FACTS


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("soon", None),
        ("", None),
        ("-1", None),
        ("9" * 500, 86400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400),
        ("Mon, 01 Jan " + "9" * 20 + " 00:00:00 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after_of({"retry-after": value}) == seconds


def test_words_of_an_answer() -> None:
    """What the server said is what a person mends it by."""
    sabre = b'<d:error xmlns:d="DAV:" xmlns:s="x"><s:exception>E</s:exception><s:message>Sem espa\xc3\xa7o</s:message>'
    assert words_of(Answer("PUT", 507, {}, sabre)) == "Sem espaço"
    page = b"<html><style>b{}</style><h1>Bad &amp; ugly</h1>" + b"x" * 900
    assert words_of(Answer("PUT", 500, {}, page)).startswith("Bad & ugly x")
    assert len(words_of(Answer("PUT", 500, {}, page))) == 200
