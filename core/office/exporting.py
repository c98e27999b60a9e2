"""The journal in a file for spreadsheets (CSV) or programs (JSON)."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from core.domain.destinations import show_destination
from core.domain.models import Event
from core.domain.text import Text, plain, plain_json
from core.office import views
from core.office.context import Context
from core.office.errors import Refused
from core.office.log import event_json, read_events

KINDS = (".csv", ".json")
COLUMNS = (
    *("seq", "at", "level", "code", "actor", "login", "task", "client", "client_name", "document", "delivery"),
    *("folder", "name", "message"),
)
FORMULA = re.compile(r"(^|[;,\t\r\n])(\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")
"""What a spreadsheet takes for a formula's beginning, also in one that splits lines at another sign than ours."""
BATCH = 1000
WRONG_KIND = Text("{file}: o nome deve terminar em .csv ou .json.", "{file}: the name has to end in .csv or .json.")
EXISTS = Text("{file} já existe; escolha outro nome.", "{file} exists; choose another name.")


def export_events(
    ctx: Context, seqs: Sequence[int], file: Path, lang: str, told: Callable[[int], None] = lambda _: None
) -> None:
    """Write the events with these numbers; what is not finished does not stay.

    Args:
        file: its ending says in which form; it must not exist.
        told: called with how many are written; what it raises ends the writing.

    Raises:
        Refused: the file exists, or its ending is none of `KINDS`.
        OSError: it cannot be written.
    """
    if file.suffix.lower() not in KINDS:
        raise Refused(WRONG_KIND, file=file.name)
    write = _write_csv if file.suffix.lower() == ".csv" else _write_json
    with _new(file) as out:
        try:
            write(ctx, out, _read(ctx, seqs, told), lang)
            out.flush()
            os.fsync(out.fileno())
        except BaseException:
            file.unlink(missing_ok=True)
            raise


def write_text(text: str, file: Path) -> None:
    """Write a text to a file that does not exist yet.

    Raises:
        Refused: it does.
        OSError: it cannot be written.
    """
    with _new(file) as out:
        out.write(text)


def _new(file: Path) -> TextIO:
    try:
        return file.open("x", encoding="utf-8", newline="")
    except FileExistsError:
        raise Refused(EXISTS, file=file) from None


def _read(ctx: Context, seqs: Sequence[int], told: Callable[[int], None]) -> Iterator[list[Event]]:
    for start in range(0, len(seqs), BATCH):
        yield read_events(ctx, seqs[start : start + BATCH])
        told(min(start + BATCH, len(seqs)))


def _write_csv(ctx: Context, out: TextIO, batches: Iterable[list[Event]], lang: str) -> None:
    out.write("\ufeff")  # or spreadsheets take it for another encoding
    writer = csv.writer(out, delimiter=";" if lang == "pt" else ",")  # as spreadsheets in that language expect
    writer.writerow(COLUMNS)
    names: dict[str, str] = {}
    for events in batches:
        if new := {one.client for one in events if one.client is not None} - names.keys():
            names |= views.names_of(ctx, new)
        for event in events:
            fields = event_json(event, lang)
            fields["at"] = f"{event.at.astimezone():%Y-%m-%d %H:%M:%S}"
            fields["folder"] = show_destination(event.folder) if event.folder else None
            fields["client_name"] = names.get(event.client or "")
            writer.writerow([cell(fields[column]) for column in COLUMNS])


def cell(value: object) -> str:
    """A value as a spreadsheet may have it: never a formula, and nothing that a terminal would obey."""
    return plain(FORMULA.sub(r"\1'\2", "" if value is None else str(value)))


def _write_json(_: Context, out: TextIO, batches: Iterable[list[Event]], lang: str) -> None:
    """A list, an object a line."""
    before = "[\n"
    for events in batches:
        for event in events:
            out.write(before + plain_json(json.dumps(event_json(event, lang), ensure_ascii=False)))
            before = ",\n"
    out.write("\n]\n" if before != "[\n" else "[]\n")
