"""The `malote` entry: the console when nothing else is asked, the command otherwise; imports only what that needs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for some costs 25 ms, and there are none

WITH_VALUE = ("--office", "--as", "--lang")
"""Options that may stand before nothing else, and so start the console."""


def main() -> int:
    """Run `malote` with the process's arguments; returns the exit status."""
    argv = sys.argv[1:]
    if argv[:1] == ["__complete"]:  # a shell asks, at every Tab
        from core.cli.completing import complete

        return complete(argv[1:])
    if asks_nothing(argv) and sys.stdin.isatty() and sys.stdout.isatty():
        return console(argv)
    from core.cli.main import main as command

    return command(argv)


def asks_nothing(argv: Sequence[str]) -> bool:
    """Whether only an office, a person and a language are named, and nothing is asked of them."""
    words = iter(argv)
    for word in words:
        if word in WITH_VALUE:
            if next(words, None) is None:
                return False
        elif not word.startswith(tuple(f"{option}=" for option in WITH_VALUE)):
            return False
    return True


def console(argv: Sequence[str]) -> int:
    """Start the console; returns the exit status (3 where the office cannot be used, as the command does)."""
    import gc

    gc.disable()  # what is imported stays: looking at it for garbage costs 30 ms before the first paint
    from core.cli.call import Call
    from core.cli.parser import language, parse

    lang = language(argv)
    _, args = parse(argv, lang)
    call = Call(args, lang)
    from core.office.errors import OfficeError, OfficeUnusable

    try:
        if not any((call.folder / one).exists() for one in ("malote.toml", "state.db")):  # nothing was lost there
            from tui.wizard import Wizard

            Wizard(call.folder, lang).run(mouse=not os.environ.get("SSH_CONNECTION"))  # left: it is said below how
        with call.office() as (ctx, actor):
            from tui.app import Console
            from tui.desk import Desk

            for fixed in ("COLUMNS", "LINES"):  # where exported, they are believed more than a terminal that is resized
                os.environ.pop(fixed, None)
            app = Console(Desk(ctx, actor, lang), keeping=True)
            app.run(mouse=not os.environ.get("SSH_CONNECTION"))
            return app.return_code or 0
    except OfficeError as error:
        call.complain(error)
        return 3 if isinstance(error, OfficeUnusable) else 1


if __name__ == "__main__":
    sys.exit(main())
