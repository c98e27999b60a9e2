"""The console in a browser: who has the address works in it, who has not reaches nothing, and it ends when told to."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from core.cli.main import main
from core.cli.web_server import comes_from_itself, is_loopback
from core.domain.permissions import Actor
from core.office import activation, open_office, setup

ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|.)")
ROOT = Path(__file__).parents[2]


class Served:
    """A `malote web` at work."""

    def __init__(self, office: Path):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui", "--office", str(office), "web", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        self.host = self.url.split("/")[2]
        self.token = self.url.split("/")[3]

    def family(self) -> list[int]:
        """Every process that it has started, and theirs."""
        found = [self.process.pid]
        for parent in found:
            for task in Path(f"/proc/{parent}/task").glob("*/children"):
                found += [int(one) for one in task.read_text().split()]
        return found

    def tells_its_key(self) -> list[Path]:
        """Where other users' `ps` would show the key."""
        places = [Path(f"/proc/{pid}/{told}") for pid in self.family() for told in ("cmdline", "environ")]
        return [one for one in places if self.token.encode() in one.read_bytes()]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


@contextmanager
def serving(office: Path) -> Iterator[Served]:
    served = Served(office)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.end()
        for stream in (served.process.stdout, served.process.stderr):
            assert stream is not None
            stream.close()


@pytest.fixture
def active(office: Path) -> Path:
    with open_office(office) as ctx:
        setup.add_standard_templates(ctx, Actor.outsider("dono"))
        activation.activate(ctx, Actor.outsider("dono"), standard_folders=True)
    return office


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(true: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


async def see(line: aiohttp.ClientWebSocketResponse, *words: str) -> str:
    """What is painted until all those words have come."""
    painted = b""
    async with asyncio.timeout(60):
        while not all(word in ESCAPES.sub("", painted.decode(errors="replace")) for word in words):
            message = await line.receive()
            assert message.type is aiohttp.WSMsgType.BINARY, (message, words)
            painted += message.data
    return painted.decode(errors="replace")


async def test_a_browser_sees_the_panel_and_a_key_leads_on(active: Path) -> None:
    with serving(active) as served:
        async with aiohttp.ClientSession() as session:
            page = await session.get(served.url)
            text = await page.text()
            assert page.status == 200 and f'"ws://{served.host}/{served.token}/ws"' in text
            assert "https://" not in text, "whoever works for clients does not tell another site so"
            for name in re.findall(r'(?:src|href)="(/[^"]+)"', text) + re.findall(r'url\("(/[^"]+)"\)', text):
                assert (await session.get(f"http://{served.host}{name}")).status == 200, name
            assert page.headers["Referrer-Policy"] == "no-referrer"
            async with session.ws_connect(f"{served.url}ws?width=80&height=24", origin=f"http://{served.host}") as line:
                await see(line, "Prioridade", "Painel")
                await line.send_str(json.dumps(["stdin", "2"]))
                await see(line, "Advertência")
                await line.send_str(json.dumps(["resize", {"width": 120, "height": 40}]))
                await line.send_str(json.dumps(["resize", {"width": 100, "height": 30}]))
                await line.send_str(json.dumps(["stdin", "1"]))
                await see(line, "Prioridade")
                assert not served.tells_its_key()
                consoles = served.family()[1:]
                assert consoles
            assert until(lambda: not any(map(alive, consoles))), "a console without its browser is of no use"
            assert served.process.poll() is None


async def test_what_has_not_the_whole_address_gets_nothing(active: Path) -> None:
    """Any page open in the same browser, and any user of the machine, could else send documents to every client."""
    with serving(active) as served:
        ws = f"{served.url}ws"
        async with aiohttp.ClientSession() as session:

            async def refused(url: str, **headers: str) -> int:
                with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                    await session.ws_connect(url, headers=headers)
                return int(caught.value.status)

            port = served.host.rpartition(":")[2]
            assert await refused(ws, Origin="https://example.com") == 403
            assert await refused(ws, Origin="http://127.0.0.1:1") == 403
            assert await refused(ws, Origin="null") == 403
            assert await refused(ws, Host=f"rebound.example:{port}", Origin=f"http://rebound.example:{port}") == 403
            assert await refused(ws.replace(served.token, served.token[:-1] + "_")) == 404
            assert await refused(f"http://{served.host}/ws") == 404
            for path in ("", "x/", "static/", "download/x", "é/"):
                assert (await session.get(f"http://{served.host}/{path}")).status in (403, 404), path
        assert len(served.family()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
async def test_its_end_is_the_end_of_every_console(active: Path, number: signal.Signals) -> None:
    with serving(active) as served:
        ws = f"{served.url}ws"
        async with aiohttp.ClientSession() as session, session.ws_connect(ws) as one, session.ws_connect(ws) as other:
            await see(one, "Prioridade")
            await see(other, "Prioridade")
            family = served.family()
            assert len(family) >= 3
            assert await asyncio.to_thread(served.end, number) == (0 if number != signal.SIGKILL else -9)
            gone = await asyncio.to_thread(until, lambda: not any(map(alive, family)))
            assert gone, [pid for pid in family if alive(pid)]


async def test_a_console_that_cannot_start_says_why_in_the_browser(active: Path) -> None:
    with serving(active) as served:
        (active / "malote.toml").write_text("[portal]\nurl = 7\n")
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{served.url}ws") as line:
            await see(line, "malote.toml")
            assert (await line.receive(timeout=30)).type is aiohttp.WSMsgType.CLOSE


async def test_what_is_no_message_closes_the_line(active: Path) -> None:
    with serving(active) as served:
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{served.url}ws") as line:
            await see(line, "Prioridade")
            console = served.family()[1:]
            await line.send_str("{")
            while (message := await line.receive(timeout=30)).type is aiohttp.WSMsgType.BINARY:
                pass
            assert message.type is aiohttp.WSMsgType.CLOSE
            assert until(lambda: not any(map(alive, console)))


def test_an_address_that_others_reach_is_refused(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--office", str(office), "web", "--host", "0.0.0.0"]) == 2
    told = capsys.readouterr().err
    assert "--insecure-listen" in told and "ssh -L" in told
    assert main(["--office", str(office.parent / "none"), "web"]) == 3


def test_without_its_part_it_says_how_to_have_it(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "core.cli.web_server")
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    assert main(["--office", str(office), "web"]) == 1
    assert "pip install 'malote[web]'" in capsys.readouterr().err


def test_a_taken_port_is_said(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(office) as served:
        port = served.host.rpartition(":")[2]
        done = subprocess.run(
            [sys.executable, "-m", "tui", "--office", str(office), "web", "--port", port],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1 and port in done.stderr and "Traceback" not in done.stderr


def test_what_is_this_machine_alone() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.9.1", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.0.2", "exemplo", "")))


def test_only_its_own_page_speaks_to_it() -> None:
    own = "127.0.0.1:8000"
    assert comes_from_itself(own, None, True)
    assert comes_from_itself(own, f"http://{own}", True)
    assert comes_from_itself("[::1]:8000", "http://[::1]:8000", True)
    assert comes_from_itself("localhost:9000", "http://localhost:9000", True), "through a tunnel"
    for origin in ("https://example.com", "http://localhost:8000", "http://127.0.0.1:3000", "null", ""):
        assert not comes_from_itself(own, origin, True)
    for host in ("rebound.example:8000", "192.168.0.2:8000", "", "[::1"):
        assert not comes_from_itself(host, None, True)
    assert comes_from_itself("192.168.0.2:8000", "http://192.168.0.2:8000", False)
    assert not comes_from_itself("office.example:8000", None, False), "a name may be made to lead here"
