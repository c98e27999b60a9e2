"""The console served to browsers through textual-serve, to whoever has the address that `malote web` prints."""

from __future__ import annotations

import asyncio
import hmac
import html
import logging
import secrets
import signal
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

from core.domain.text import Text

PATIENCE = 10.0
"""Seconds that a console has to end by itself."""
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address is the key
    "X-Content-Type-Options": "nosniff",
}
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self' ws://{host}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
ENDED = Text("O console terminou.", "The console has ended.")
AGAIN = Text("Abrir de novo", "Open it again")
PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<title>malote</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/css/xterm.css">
<style>
@font-face {{ font-family: "Roboto Mono"; src: url("/static/fonts/RobotoMono-VariableFont_wght.ttf"); }}
html, body {{ margin: 0; height: 100%; background: #16191b; overflow: hidden; }}
#terminal {{ height: 100%; font-family: "Roboto Mono", monospace; }}
#ended {{ display: none; position: fixed; inset: auto 0 0 0; padding: 8px; z-index: 10;
  background: #2b3236; color: #d6d8d3; font: 16px "Roboto Mono", monospace; }}
body.-closed #ended {{ display: block; }}
</style>
<script src="/static/js/textual.js" defer></script>
</head>
<body>
<div id="terminal" class="textual-terminal" data-font-size="16"
  data-session-websocket-url="ws://{host}/{token}/ws"></div>
<div id="ended">{ended} <button type="button">{again}</button></div>
<script nonce="{nonce}">document.querySelector("button").onclick = () => location.reload();</script>
</body>
</html>
"""
"""Our own instead of textual-serve's, which asks a font of another site and has no policy."""


class Visit(AppService):
    """A browser's console: closes its line when it ends, and never outlives us."""

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            await self.remote_close()

    async def stop(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await super().stop()
                if self._process is not None:
                    await self._process.wait()
        except TimeoutError:
            if self._process is not None and self._process.returncode is None:
                self._process.kill()
                await self._process.wait()


class Consoles(Server):
    """The pages of one `malote web`.

    Args:
        command: what starts a console, for a shell.
        loopback: whether only this machine's own names are served.
        token: what an address must have in it.
    """

    def __init__(self, command: str, lang: str, *, loopback: bool, token: str):
        super().__init__(command, title="malote")
        self._lang = lang
        self._loopback = loopback
        self._token = token
        self._visits: set[asyncio.Task[object]] = set()

    async def _make_app(self) -> web.Application:
        @web.middleware
        async def guard(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            if not comes_from_itself(request.host, request.headers.get("Origin"), self._loopback):
                raise web.HTTPForbidden
            token = request.match_info.get("token")
            if token is not None and not hmac.compare_digest(token.encode(), self._token.encode()):
                raise web.HTTPNotFound
            return await handler(request)

        app = web.Application(middlewares=[guard])
        app.add_routes(
            [
                web.get("/{token}/", self.handle_page),
                web.get("/{token}/ws", self.handle_websocket),
                web.static("/static", self.statics_path),
            ]
        )
        app.on_shutdown.append(self.on_shutdown)
        return app

    async def handle_page(self, request: web.Request) -> web.Response:
        nonce, host = secrets.token_urlsafe(16), html.escape(request.host)  # its own name, also through a tunnel
        page = PAGE.format(
            lang=self._lang,
            host=host,
            token=self._token,
            nonce=nonce,
            ended=ENDED.text(self._lang),
            again=AGAIN.text(self._lang),
        )
        headers = {**HEADERS, "Content-Security-Policy": POLICY.format(nonce=nonce, host=host)}
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        websocket = web.WebSocketResponse(heartbeat=15, timeout=1.0)  # to say goodbye
        await websocket.prepare(request)

        async def close() -> None:
            await websocket.close()

        visit = Visit(
            self.command,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=close,
            download_manager=self.download_manager,
        )
        task = asyncio.current_task()
        assert task is not None
        self._visits.add(task)
        try:
            await visit.start(to_int(request.query.get("width", ""), 80), to_int(request.query.get("height", ""), 24))
            await self._process_messages(websocket, visit)
        except (ValueError, LookupError, TypeError, AttributeError, AssertionError):
            await websocket.close(code=1003)  # it speaks another language (RFC 6455, 7.4.1)
        finally:
            await visit.stop()
            self._visits.discard(task)
        return websocket

    async def on_shutdown(self, app: web.Application) -> None:
        """End every console, so that none is left without a browser."""
        for one in self._visits:
            one.cancel()
        if self._visits:
            await asyncio.wait(self._visits, timeout=PATIENCE + 1)


def is_loopback(host: str) -> bool:
    """Whether only this machine's own processes reach that address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def comes_from_itself(host: str, origin: str | None, loopback: bool) -> bool:
    """Whether a request is the console's own page's: no other page in the same browser may speak to it.

    Args:
        host: the address that it was sent to. DNS rebinding needs a name that leads here: only `localhost` and numbers
            are served.
        origin: where its page is from; a browser says so for every WebSocket (RFC 6455, 10.2).
        loopback: whether only this machine is served.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        if not is_loopback(name) and (loopback or not ip_address(name)):
            return False
    except ValueError:
        return False
    return origin is None or origin == f"http://{host}"


async def serve(command: str, lang: str, host: str, port: int, listening: Callable[[str], None]) -> None:
    """Serve consoles until SIGTERM or SIGINT.

    Args:
        port: 0 for a free one.
        listening: called with the address, once it is open.

    Raises:
        OSError: the address cannot be had.
    """
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)  # what strangers send is no error of ours
    token = secrets.token_urlsafe(24)
    consoles = Consoles(command, lang, loopback=is_loopback(host), token=token)
    runner = web.AppRunner(await consoles._make_app(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        await web.TCPSite(runner, host, port).start()
        shown = f"[{host}]" if ":" in host else host
        listening(f"http://{shown}:{runner.addresses[0][1]}/{token}/")
        await ended.wait()
    finally:
        await runner.cleanup()
