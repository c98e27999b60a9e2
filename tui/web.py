"""One browser's console: started by `malote web` with textual-serve's driver, and ended with it."""

from __future__ import annotations

import gc
import io
import os
import select
import signal
import sys
import threading
import time
from contextlib import redirect_stderr

from core.cli.call import Call, language
from core.cli.parser import parse
from core.office.errors import OfficeError

PATIENCE = 10.0
"""Seconds that a console has to end by itself."""


def main(parent: int, argv: list[str]) -> int:
    """Run the console until its browser or the serving process has gone; returns the exit status."""
    watched = os.pidfd_open(parent)
    if os.getppid() != parent:  # it ended before we looked
        return 0
    threading.Thread(target=_end_with, args=(watched,), daemon=True).start()
    os.environ["COLORTERM"] = "truecolor"  # every browser has it, whatever the terminal of `malote web`
    gc.disable()  # until the first paint, as in a terminal
    lang = language(argv)
    call = Call(parse(argv, lang)[1], lang)
    try:
        with call.office() as (ctx, actor):
            from tui.app import Console
            from tui.desk import Desk

            app = Console(Desk(ctx, actor, lang), keeping=True)
            app.run()
            return app.return_code or 0
    except OfficeError as error:
        said = io.StringIO()
        with redirect_stderr(said):
            call.complain(error)
        _show(said.getvalue())
        return 1


def _end_with(parent: int) -> None:
    """End ourselves when the parent process has ended, however it did."""
    poll = select.poll()
    poll.register(parent, select.POLLIN)
    poll.poll()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)


def _show(text: str) -> None:
    """Say in the browser, in textual-serve's protocol, why there is no console."""
    data = text.replace("\n", "\r\n").encode()
    os.write(1, b"__GANGLION__\nD%s%s" % (len(data).to_bytes(4, "big"), data))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
