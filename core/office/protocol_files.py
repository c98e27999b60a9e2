"""A protocol of delivery in a file: PDF for the client, CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from core.domain.destinations import show_place
from core.domain.models import rfc3339
from core.domain.text import Text, plain
from core.office.errors import Refused
from core.office.exporting import EXISTS, cell
from core.office.protocol import NOTHING, STATES, Entry, Protocol

KINDS = (".pdf", ".csv", ".json")
WRONG_KIND = Text(
    "{file}: o nome deve terminar em .pdf, .csv ou .json.", "{file}: the name has to end in .pdf, .csv or .json."
)
COLUMNS = (
    *("delivered_at", "task", "task_name", "period", "template", "template_name", "department"),
    *("document", "name", "version", "how", "by", "by_name", "attached_by", "attached_at", "place", "size", "sha256"),
    *("state", "state_text", "marked", "replaced_at", "removed_at", "delivery"),
    *("client", "client_name", "client_tax_id", "made_at", "list_sha256"),
)


def write(protocol: Protocol, file: Path, lang: str) -> None:
    """Write a protocol into a new file, whole or not at all; its ending says in which form.

    Raises:
        Refused: nothing was delivered, the file exists, or its ending is none of `KINDS`.
        OSError: it cannot be written.
    """
    if file.suffix.lower() not in KINDS:
        raise Refused(WRONG_KIND, file=file.name)
    if not protocol.entries:
        raise Refused(NOTHING, client=f"{protocol.client.id} {protocol.client.name}", period=protocol.period)
    if file.exists():
        raise Refused(EXISTS, file=file)
    data = _rendered(protocol, file.suffix.lower(), lang)
    try:
        out = file.open("xb")
    except FileExistsError:
        raise Refused(EXISTS, file=file) from None
    try:
        with out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _rendered(protocol: Protocol, kind: str, lang: str) -> bytes:
    if kind == ".json":
        return (json.dumps(as_json(protocol), ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")
    if kind == ".csv":
        return _csv(protocol, lang).encode("utf-8", "backslashreplace")
    from core.office.protocol_pdf import pdf  # noqa: PLC0415 - its library takes long to import

    return pdf(protocol, lang)


def _csv(protocol: Protocol, lang: str) -> str:
    out = io.StringIO(newline="")
    out.write("\ufeff")  # or spreadsheets take it for another encoding
    writer = csv.writer(out, delimiter=";" if lang == "pt" else ",")  # as spreadsheets in that language expect
    writer.writerow(COLUMNS)
    whole = {
        "client": protocol.client.id,
        "client_name": protocol.client.name,
        "client_tax_id": protocol.client.tax_id,
        "made_at": local(protocol.made_at),
        "list_sha256": protocol.code,
    }
    for one in protocol.entries:
        fields = {**entry_json(one), **whole, "state_text": STATES[one.state].text(lang)}
        for key in ("delivered_at", "attached_at", "replaced_at", "removed_at"):
            fields[key] = local(datetime.fromisoformat(fields[key])) if fields[key] else None
        fields["place"] = show_place(one.place)
        writer.writerow(cells(fields[column] for column in COLUMNS))
    return out.getvalue()


def cells(values: Iterable[object]) -> list[str]:
    """Values as a spreadsheet may have them: never a formula, and no sign that hides or turns what is read."""
    return [cell(plain("" if one is None else one)) for one in values]


def local(moment: datetime) -> str:
    """A moment on this machine's clock, with its distance from UTC."""
    return moment.astimezone().isoformat(sep=" ", timespec="seconds")


def as_json(protocol: Protocol) -> dict[str, Any]:
    """A protocol in the form that other programs rely on; `facts` is what `sha256` is taken over."""
    return {
        "office": protocol.office,
        "office_tax_ids": list(protocol.office_tax_ids),
        "client": protocol.client.id,
        "client_name": protocol.client.name,
        "client_tax_id": protocol.client.tax_id,
        "period": protocol.period,
        "made_at": rfc3339(protocol.made_at),
        "made_by": protocol.made_by,
        "checked": protocol.checked,
        "pending": protocol.pending,
        "left_out": [{"department": name, "deliveries": count} for name, count in protocol.left_out],
        "sha256": protocol.code,
        "facts": protocol.facts(),
        "deliveries": [entry_json(one) for one in protocol.entries],
    }


def entry_json(one: Entry) -> dict[str, Any]:
    """One delivery."""
    return {
        "delivery": one.delivery,
        "delivered_at": rfc3339(one.at),
        "task": one.task.id,
        "task_name": one.task.name,
        "period": one.task.period,
        "template": one.template.id,
        "template_name": one.template.name,
        "department": one.template.department,
        "document": one.document.id,
        "name": one.place.name,
        "version": one.version,
        "how": one.how,
        "by": one.by,
        "by_name": one.by_name,
        "attached_by": one.attached_by,
        "attached_at": None if one.attached_at is None else rfc3339(one.attached_at),
        "folder": [*one.place.root, *one.place.folder],
        "size": one.size,
        "sha256": one.sha256,
        "state": str(one.state),
        "marked": one.marked,
        "replaced_at": None if one.replaced_at is None else rfc3339(one.replaced_at),
        "removed_at": None if one.removed_at is None else rfc3339(one.removed_at),
    }
