"""`malote web`: the console in a browser; each visitor gets a console of their own, in a process of its own."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from argparse import ArgumentParser

from core.cli.call import DONE, NOT_ALL, USAGE, Call
from core.domain.reasons import reason_of
from core.domain.text import Text

LACKING = Text(
    "Falta a parte opcional que serve o console a um navegador. Instale-a com: {python} -m pip install 'malote[web]'",
    "The optional part that serves the console to a browser is missing. Install it: {python} -m pip install "
    "'malote[web]'",
)
NOT_LOOPBACK = Text(
    "{host} não é só deste computador. O endereço seria a única chave, e sem HTTPS passa aberto pela rede: quem o "
    "tiver age no escritório como você. Melhor um túnel: ssh -L 8000:127.0.0.1:8000 servidor. Se é isso mesmo que "
    "quer, repita com --insecure-listen.",
    "{host} is not of this machine alone. The address would be the only key, and without HTTPS it crosses the network "
    "in the clear: whoever has it acts as you in the office. Better a tunnel: ssh -L 8000:127.0.0.1:8000 server. If "
    "that is really what you want, repeat with --insecure-listen.",
)
KEY = Text(
    "Este endereço é a chave: quem o tiver age no escritório como você. Ctrl-C encerra.",
    "This address is the key: whoever has it acts as you in the office. Ctrl-C ends it.",
)
TAKEN = Text(
    "Não foi possível abrir {host}, porta {port}: {reason}.", "{host}, port {port} cannot be opened: {reason}."
)


def web_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar=Text("ENDEREÇO", "ADDRESS").text(lang),
        help=Text("onde escuta (127.0.0.1: só este computador)", "where it listens (127.0.0.1: this machine)").text(
            lang
        ),
    )
    parser.add_argument(
        "--port",
        type=int,
        default=8000,
        metavar=Text("PORTA", "PORT").text(lang),
        help=Text("8000; 0 toma uma livre", "8000; 0 takes a free one").text(lang),
    )
    parser.add_argument(
        "--insecure-listen",
        action="store_true",
        help=Text(
            "aceita um endereço que outros alcançam: quem tiver o endereço inteiro age como você",
            "take an address that others reach: whoever has the whole address acts as you",
        ).text(lang),
    )


def web_command(call: Call) -> int:
    try:
        from core.cli.web_server import is_loopback, serve
    except ImportError:
        call.tell(LACKING, python=shlex.quote(sys.executable))
        return NOT_ALL
    host, port = call.args.host, call.args.port
    if not is_loopback(host) and not call.args.insecure_listen:
        call.tell(NOT_LOOPBACK, host=host)
        return USAGE
    with call.office():  # what would stop every console is said here
        pass
    words = [sys.executable, "-P", "-m", "tui.web", str(os.getpid()), "--office", str(call.folder), "--lang", call.lang]
    if call.args.actor is not None:
        words += ["--as", call.args.actor]

    def listening(url: str) -> None:
        call.print(url)
        sys.stdout.flush()
        call.tell(KEY)

    try:
        asyncio.run(serve("exec " + shlex.join(words), call.lang, host, port, listening))
    except (OSError, OverflowError) as error:
        call.tell(TAKEN, host=host, port=port, reason=reason_of(error))
        return NOT_ALL
    return DONE
