"""`malote web`: the console in a browser, through textual-serve; each visitor gets a console of their own."""

from __future__ import annotations

import shlex
import sys
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from core.cli.call import DONE, NOT_ALL, USAGE, Call
from core.domain.text import Text
from core.office.config import FILE
from core.office.context import MAKE_ONE, NO_OFFICE
from core.office.errors import OfficeUnusable

LACKING = Text(
    "Falta uma parte opcional. Instale-a: {python} -m pip install 'malote[web]'",
    "An optional part is missing. Install it: {python} -m pip install 'malote[web]'",
)
NOT_LOOPBACK = Text(
    "{host} não é deste computador. Não há login: quem chegar a esse endereço age como você no escritório. "
    "Ponha um servidor com login na frente, ou repita com --insecure-listen.",
    "{host} is beyond this machine. There is no login: whoever reaches that address acts as you in the office. "
    "Put a server with a login before it, or repeat with --insecure-listen.",
)
SERVING = Text("Console em {url}; Ctrl-C para parar.", "The console is at {url}; Ctrl-C stops it.")
NO_LOGIN = Text(
    "Não há login: todo usuário deste computador que abrir esse endereço age como você.",
    "There is no login: every user of this machine who opens that address acts as you.",
)
TAKEN = Text("A porta {port} não pode ser usada: {reason}.", "The port {port} cannot be used: {reason}.")


def web_arguments(parser: ArgumentParser, lang: str) -> None:
    address = Text("ENDEREÇO", "ADDRESS").text(lang)
    parser.add_argument(
        "--host", default="127.0.0.1", metavar=address, help=Text("onde escuta", "where it listens").text(lang)
    )
    parser.add_argument("--port", type=int, default=8000, metavar="8000", help=Text("porta", "port").text(lang))
    parser.add_argument(
        "--insecure-listen",
        action="store_true",
        help=Text("aceita um endereço fora deste computador, sem login", "take an address beyond this machine").text(
            lang
        ),
    )


def web_command(call: Call) -> int:
    host, port = call.args.host, call.args.port
    if not is_loopback(host) and not call.args.insecure_listen:
        call.tell(NOT_LOOPBACK, host=host)
        return USAGE
    if not (call.folder / FILE).exists():
        raise OfficeUnusable(NO_OFFICE, MAKE_ONE, folder=call.folder)
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError:
        call.tell(LACKING, python=shlex.quote(sys.executable))
        return NOT_ALL
    words = [sys.executable, "-P", "-m", "tui", "--office", str(call.folder), "--lang", call.lang]
    if call.args.actor is not None:
        words += ["--as", call.args.actor]
    shown = f"[{host}]" if ":" in host else host
    call.tell(SERVING, url=f"http://{shown}:{port}")
    call.tell(NO_LOGIN)

    @web.middleware
    async def guard(request: web.Request, handler: Callable[[web.Request], Awaitable[Any]]) -> Any:
        if not comes_from_itself(request.host, request.headers.get("Origin"), is_loopback(host)):
            raise web.HTTPForbidden
        return await handler(request)

    class Guarded(Server):
        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            app.middlewares.append(guard)
            return app

    try:
        Guarded(shlex.join(words), host=host, port=port, title="malote").serve()
    except OSError as error:
        call.tell(TAKEN, port=port, reason=error.strerror)
        return NOT_ALL
    return DONE


def is_loopback(host: str) -> bool:
    """Whether only this machine's own processes reach that address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def comes_from_itself(host: str, origin: str | None, loopback: bool) -> bool:
    """Whether a request is the console's own page's: any other page in the same browser could type into the console.

    Args:
        host: the address that it was sent to; a foreign name that leads here (DNS rebinding) is refused.
        origin: where its page is from; a browser says so for every WebSocket (RFC 6455, 10.2).
        loopback: whether only this machine is served.
    """
    asked = urlsplit(f"//{host}")
    if loopback and not is_loopback(asked.hostname or ""):
        return False
    if origin is None:
        return True
    page = urlsplit(origin)
    return page.netloc == host or (loopback and is_loopback(page.hostname or "") and page.port == asked.port)
