"""The portal's password: never in the office's state, a log, an error, the process list or a URL that is printed.

The program runs with a known password over a real server, through failures of every kind; then everything that it has
written or said is searched for it, in every form in which it goes over the wire.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from base64 import b64encode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import md5
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import trustme

from core.portal.webdav import WebDavPortal
from core.portal.webdav.credentials import tls_context
from core.ports import Absent, PortalFault
from tests.integration import forked
from tests.integration.proxy import PAGE, CutRequest, Fault, Instead, LoseAnswer, proxied
from tests.integration.test_webdav_access import written
from tests.integration.webdav_servers import PASSWORD, REALM, USER, Setting, needs, serving
from tests.portal_contract import NEW, at, file

PAIR = f"{USER}:{PASSWORD}"
TOKEN = "t0ken-de-portador_4711"


def forms() -> list[bytes]:
    """The password as it is, encoded for URLs and JSON, in Basic's base64, and as Digest hashes it."""
    texts = [PASSWORD, quote(PASSWORD), quote(PASSWORD, safe=""), quote_plus(PASSWORD), json.dumps(PASSWORD)[1:-1]]
    found = [text.encode() for text in texts]
    found += [PASSWORD.encode("utf-16-le"), PASSWORD.encode("cp1252")]
    for plain in (PASSWORD.encode(), PAIR.encode()):
        for encoded in (b64encode(plain), urlsafe_b64encode(plain)):
            found.append(encoded.rstrip(b"="))
    found.append(md5(f"{USER}:{REALM}:{PASSWORD}".encode()).hexdigest().encode())
    return found


def leaks(data: bytes) -> list[bytes]:
    return [form for form in forms() if form in data]


@contextmanager
def watching_processes() -> Iterator[list[str]]:
    """Collects the command lines of all processes that have the password in them, as long as the block lasts."""
    found: list[str] = []
    done = threading.Event()

    def watch() -> None:
        looks: Counter[str] = Counter()
        while not done.wait(0.02):
            for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208 - fifty times a second
                looks[name] += 1
                if looks[name] > 10:  # an old one, whose line no longer changes
                    continue
                with suppress(OSError):
                    line = Path("/proc", name, "cmdline").read_bytes()
                    if leaks(line) and b"rclone" not in line:  # the test's own server is told it so
                        found.append(line.decode(errors="replace"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        done.set()
        watcher.join()


class Program:
    """The command in processes, and all that it says; where its line would show, the first time, in its own."""

    def __init__(self, office: Path, **environment: str):
        self.office = office
        self.said = b""
        self._environment = {**os.environ, "MALOTE_OFFICE": str(office), **environment}
        self._shown: set[str] = set()

    async def run(self, *words: str) -> int:
        status, said = await asyncio.to_thread(self._again if words[0] in self._shown else self._own, words)
        self._shown.add(words[0])
        self.said += said
        assert b"Traceback" not in said, said.decode()
        return status

    def _own(self, words: tuple[str, ...]) -> tuple[int, bytes]:
        command = [sys.executable, "-m", "tui", *words]
        done = subprocess.run(command, env=self._environment, capture_output=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def _again(self, words: tuple[str, ...]) -> tuple[int, bytes]:
        done = forked.malote(words, self._environment)
        return done.returncode, (done.stdout + done.stderr).encode()

    def leaks(self) -> list[bytes]:
        return leaks(self.said) + [
            form for path in self.office.rglob("*") if path.is_file() for form in leaks(path.read_bytes())
        ]


def echoing(status: int) -> Instead:
    """A server that repeats the request's head in its error page, as some do when they are being mended."""
    head = f"Authorization: Basic {b64encode(PAIR.encode()).decode()} ({PASSWORD}, {quote(PASSWORD, safe='')})"
    return Instead(status, {"Content-Type": "text/plain; charset=utf-8"}, head.encode())


ILLS: list[tuple[str, Fault]] = [
    ("PUT", echoing(500)),
    ("PROPFIND", echoing(401)),
    ("PUT", Instead(302, {"Location": f"https://{USER}:{quote(PASSWORD, safe='')}@login.example/entrar"})),
    ("MOVE", LoseAnswer()),
    ("PUT", echoing(403)),
    ("PUT", CutRequest()),
    ("PROPFIND", PAGE),
]


LOOKS = [("errors",), ("portal", "check"), ("status",), ("explain", "T0/0.pdf"), ("log",)]


@pytest.mark.parametrize(("kind", "auth", "ills"), [("wsgidav", "basic", ILLS), ("apache", "digest", ILLS[:2])])
async def test_the_password_is_nowhere(kind: str, auth: str, ills: list[tuple[str, Fault]], tmp_path: Path) -> None:
    """Whoever can read the office, a screenshot or a report of an error would be let into every client's folder."""
    needs(kind)
    secret = tmp_path / "senha"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    secret.chmod(0o600)
    program = Program(tmp_path / "escritorio", MALOTE_PORTAL_PASSWORD=PASSWORD)
    with serving(kind, Setting(auth=auth)) as served, watching_processes() as shown:
        async with proxied(served.port) as between:
            assert await program.run("init", "--portal", f"webdav+http://{USER}@localhost:{between.port}/") == 0
            assert await program.run("import", str(three_documents(tmp_path))) == 0
            assert await program.run("activate", "--send-pending") == 0
            for n, (method, ill) in enumerate(ills):
                between.plan = partial(meet, {method: ill})
                await program.run("deliver")
                await program.run(*LOOKS[n % len(LOOKS)])
                between.plan = partial(meet, {})
                await program.run("retry", "--all")
            text = (program.office / "malote.toml").read_text(encoding="utf-8")
            text = text.replace("[portal]", f'[portal]\npassword_file = "{secret}"')
            (program.office / "malote.toml").write_text(text, encoding="utf-8")
            from_file = Program(program.office)
            assert await from_file.run("portal", "check") == 0
            assert await from_file.run("deliver") == 0
            for words in LOOKS:
                assert await from_file.run(*words) == 0
            assert len(list(served.root.rglob("*.pdf"))) == 3
    assert b"***" in program.said, "no page that repeats the password was ever told: the test would show nothing"
    assert program.leaks() == []
    assert from_file.leaks() == []
    assert shown == []


def meet(faults: dict[str, Fault], method: str, path: str) -> Fault | None:
    return faults.get(method)


def three_documents(folder: Path) -> Path:
    """An import of three completed tasks with a document each."""
    rows = {
        "clients.csv": "id,name,portal\n1,Alfa,Alfa\n",
        "templates.csv": "id,name,department,destination\ndas,DAS,Fiscal,Fiscal > DAS\n",
        "tasks.csv": "id,client,name,period,templates,status\n"
        + "".join(f"T{n},1,DAS,2026-10,das,completed\n" for n in range(3)),
        "documents.csv": "task,template,file,origin\n" + "".join(f"T{n},das,{n}.pdf,manual\n" for n in range(3)),
    }
    made = folder / "csv"
    made.mkdir()
    for name, text in rows.items():
        (made / name).write_text(text, encoding="utf-8")
    for n in range(3):
        (made / f"{n}.pdf").write_bytes(NEW + bytes([n]))
    return made


async def test_a_password_in_the_url_is_refused_and_not_repeated(tmp_path: Path) -> None:
    """It would be kept in the configuration, and printed by every message about the portal."""
    hidden = "segr3do/#@x"
    urls = [
        *(f"{scheme}://eu:{hidden}@nuvem.example/dav" for scheme in ("webdav+https", "webdavs", "https", "dir")),
        f"webdav+https://eu:{quote(hidden, safe='')}@nuvem.example/dav",
        f"webdav+https://eu:{quote(hidden, safe='')}@[nuvem/dav",
    ]
    for n, url in enumerate(urls):
        program = Program(tmp_path / str(n))
        assert await program.run("init", "--portal", url) != 0
        assert b"segr3do" not in program.said, program.said.decode()
        assert not program.office.exists()


# ways in that only a real server can show


async def test_bearer_token(tmp_path: Path) -> None:
    """RFC 6750 on Apache, which lets nobody in without that token."""
    needs("apache")
    only = ("RewriteEngine On", f'RewriteCond %{{HTTP:Authorization}} "!^Bearer {TOKEN}$"', "RewriteRule ^ - [R=401,L]")
    with serving("apache", Setting(modules=("rewrite",), lines=only)) as served:
        url = f"webdav+{served.url}/"
        portal = WebDavPortal(url, token=lambda: TOKEN)
        await portal.publish(file(tmp_path, NEW), at(), Absent(), "s")
        assert (served.root / at().path).read_bytes() == NEW
        assert TOKEN not in str(await portal.check())
        await portal.close()
        for wrong in (TOKEN + "x", ""):
            stranger = WebDavPortal(url, token=partial(str, wrong))
            with pytest.raises(PortalFault) as raised:
                await stranger.look(at())
            assert raised.value.code == "portal_auth"
            assert TOKEN not in raised.value.detail
            await stranger.close()


async def test_client_certificate(tmp_path: Path) -> None:
    """Apache that lets in only whom its authority has signed."""
    needs("apache")
    authority = trustme.CA()
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca)
    places = {name: tmp_path / name for name in ("server", "client", "foreign")}
    for place in places.values():
        place.mkdir()
    tls = written(authority.issue_cert("localhost"), places["server"])
    certificate, key = written(authority.issue_cert("escritorio@malote.example"), places["client"])
    foreign = written(trustme.CA().issue_cert("escritorio@malote.example"), places["foreign"])
    lines = ("SSLVerifyClient require", f"SSLCACertificateFile {ca}")
    with serving("apache", Setting(tls=tls, lines=lines)) as served:
        url = f"webdav+{served.url}/"
        portal = WebDavPortal(url, verify=lambda: tls_context(ca, certificate, key))
        await portal.publish(file(tmp_path, NEW), at(), Absent(), "s")
        assert (served.root / at().path).read_bytes() == NEW
        await portal.close()
        for context in (lambda: tls_context(ca), lambda: tls_context(ca, *foreign)):
            stranger = WebDavPortal(url, verify=context)
            with pytest.raises(PortalFault) as raised:
                await stranger.look(at())
            assert raised.value.code == "portal_unreachable"
            await stranger.close()
