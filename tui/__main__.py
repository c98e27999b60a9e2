"""The `malote` entry: the console when nothing else is asked, the command otherwise; imports only what that needs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import SimpleNamespace

from tui import lean

lean.without_plugins()

OPTIONS = {"--office": "office", "--as": "actor", "--lang": "lang"}
"""Those that may stand before nothing else, and so start the console; by what a call has of them."""
LANGUAGES = ("pt", "en")


def main() -> int:
    """Run `malote` with the process's arguments; returns the exit status."""
    lean.without_compiling()
    argv = sys.argv[1:]
    if argv[:1] == ["__complete"]:  # a shell asks, at every Tab
        from core.cli.completing import complete

        return complete(argv[1:])
    if (named := only_names(argv)) is not None and sys.stdin.isatty() and sys.stdout.isatty():
        return console(argv, named)
    from core.cli.main import main as command

    return command(argv)


def only_names(argv: Sequence[str]) -> dict[str, str] | None:
    """The office, the person and the language that are named, where nothing else is asked; else None."""
    named: dict[str, str] = {}
    words = iter(argv)
    for word in words:
        option, equals, value = word.partition("=")
        if not equals:
            value = next(words, "-")
        if (
            option not in OPTIONS
            or (not equals and value[:1] == "-")
            or (option == "--lang" and value not in LANGUAGES)
        ):
            return None  # the command says what is wrong
        named[OPTIONS[option]] = value
    return named


def console(argv: Sequence[str], named: dict[str, str]) -> int:
    """Start the console; returns the exit status (3 where the office cannot be used, as the command does)."""
    import gc

    gc.disable()  # what is imported stays: looking at it for garbage costs 30 ms before the first paint
    lean.without_palette()
    from core.cli.call import Call, language

    lang = language(argv)
    call = Call(SimpleNamespace(office=named.get("office"), actor=named.get("actor"), json=False), lang)
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
