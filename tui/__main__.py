"""The `malote` entry: hands what is asked to the command, importing only what that needs."""

from __future__ import annotations

import sys


def main() -> int:
    """Run `malote` with the process's arguments; returns the exit status."""
    from core.cli.main import main as command

    return command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
