"""One call of the command: its arguments, its language, and where its words go."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.domain.text import Text, plain, plain_json

if TYPE_CHECKING:
    from argparse import Namespace
    from types import SimpleNamespace

    from core.domain.permissions import Actor
    from core.office import Context
    from core.office.errors import OfficeError

DONE, NOT_ALL, USAGE, UNUSABLE, PORTAL = range(5)
"""Exit statuses (the design's section 6)."""


def language(argv: Sequence[str]) -> str:
    """The user's language: `--lang`, else `MALOTE_LANG`, else Portuguese."""
    chosen = os.environ.get("MALOTE_LANG", "pt")
    for position, word in enumerate(argv):
        if word == "--lang" and position + 1 < len(argv):
            chosen = argv[position + 1]
        elif word.startswith("--lang="):
            chosen = word.partition("=")[2]
    return "en" if chosen.lower().startswith("en") else "pt"


@dataclass(frozen=True)
class Call:
    """Results go to stdout, everything else to stderr."""

    args: Namespace | SimpleNamespace
    lang: str

    @property
    def json(self) -> bool:
        return bool(self.args.json)

    @property
    def folder(self) -> Path:
        """The office's folder: `--office`, else `MALOTE_OFFICE`, else the platform's data directory."""
        named = self.args.office or os.environ.get("MALOTE_OFFICE")
        if named:
            return Path(named).expanduser().absolute()
        from platformdirs import user_data_path  # 20 ms, and most offices are named

        return user_data_path("malote")

    @contextmanager
    def reading(self, *, wait: float = 10.0) -> Iterator[Context]:
        """The office opened, for what anyone who reads its files may do, in no name that it does not know.

        Args:
            wait: seconds, for one's turn to write.
        """
        from core.office import open_office  # `--help` needs no office
        from core.office.actors import who_acts

        with open_office(self.folder, wait=wait) as ctx:
            if self._named is not None:
                who_acts(ctx, self._named)
            yield ctx

    @contextmanager
    def office(self) -> Iterator[tuple[Context, Actor]]:
        """The office opened, and who acts."""
        from core.office.actors import who_acts

        with self.reading() as ctx:
            yield ctx, who_acts(ctx, self._named)

    @property
    def _named(self) -> str | None:
        """The employee in whose name one calls: `--as`, else `MALOTE_EMPLOYEE`."""
        return os.environ.get("MALOTE_EMPLOYEE") or None if self.args.actor is None else self.args.actor

    def say(self, text: Text, **params: object) -> str:
        return text.say(self.lang, **params)

    def print(self, line: str = "") -> None:
        """A line of the result."""
        sys.stdout.write(plain(line) + "\n")

    def tell(self, text: Text, **params: object) -> None:
        """A line beside the result, after what there is of it by now."""
        sys.stdout.flush()
        sys.stderr.write(plain(self.say(text, **params)) + "\n")

    def complain(self, error: OfficeError) -> None:
        """What the office refused, and what to do."""
        sys.stdout.flush()
        sys.stderr.write(plain(error.sentence.say(self.lang).strip()) + "\n")
        if error.remedy is not None:
            from core.office.words import TO_DO

            self.tell(TO_DO, remedy=error.remedy.say(self.lang))

    def dump(self, value: Any) -> None:
        """The result as JSON."""
        sys.stdout.write(plain_json(json.dumps(value, ensure_ascii=False, indent=2)) + "\n")

    def table(self, heads: Sequence[Text], rows: Iterable[Sequence[object]]) -> None:
        """Aligned columns under their heads; nothing at all for no rows."""
        cells = [[plain("" if cell is None else cell) for cell in row] for row in rows]
        if not cells:
            return
        cells.insert(0, [self.say(head) for head in heads])
        widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
        for row in cells:
            line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            sys.stdout.write(line.rstrip() + "\n")
