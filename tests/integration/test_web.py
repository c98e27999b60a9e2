"""The console in a browser: reachable from this machine, and from no other unless someone says so."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.cli.web import comes_from_itself, is_loopback

aiohttp = pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")


@pytest.fixture
def url(office: Path) -> Iterator[str]:
    """The console, served."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "--office", str(office), "web", "--port", str(port)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stderr is not None
    assert f"http://127.0.0.1:{port}" in process.stderr.readline()
    assert "Não há login" in process.stderr.readline()
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    process.stderr.close()


async def test_a_browser_gets_its_page_and_another_page_gets_nothing(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(200):  # it says where before it listens
            try:
                answer = await session.get(url)
                break
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)
        assert answer.status == 200
        assert "data-session-websocket-url" in await answer.text()
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):  # what else is open in the browser
            await session.ws_connect(f"{url}/ws", headers={"Origin": "https://example.com"})


def run(office: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", "--office", str(office), "web", *words],
        capture_output=True,
        text=True,
        check=False,
    )


def test_another_address_is_refused_for_there_is_no_login(office: Path) -> None:
    """Whoever reached it would send to every client of the office."""
    done = run(office, "--host", "0.0.0.0")
    assert done.returncode == 2
    assert "--insecure-listen" in done.stderr and "login" in done.stderr
    assert run(office.parent / "none").returncode == 3


def test_what_is_this_machine_alone() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.9.1", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.0.2", "exemplo", "")))


def test_only_its_own_page_may_type_into_it() -> None:
    """Any page that someone visits could open a WebSocket to this machine, and send documents."""
    own = "127.0.0.1:8000"
    assert comes_from_itself(own, None, True)
    assert comes_from_itself(own, "http://localhost:8000", True)
    assert not comes_from_itself(own, "https://example.com", True)
    assert not comes_from_itself(own, "http://localhost:3000", True)
    assert not comes_from_itself(own, "null", True)
    assert not comes_from_itself("rebound.example:8000", None, True)
    assert comes_from_itself("office.example:8000", "http://office.example:8000", False)
    assert not comes_from_itself("office.example:8000", "http://other.example:8000", False)
