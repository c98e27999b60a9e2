"""The `malote` entry: hands what is asked to the command, importing only what that needs."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for some costs 25 ms, and there are none


def main() -> int:
    """Run `malote` with the process's arguments; returns the exit status."""
    from core.cli.main import main as command

    return command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
