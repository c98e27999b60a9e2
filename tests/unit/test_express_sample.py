"""The sample office's forty-two documents: each finds its client, template, period and task, or the main job fails."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.domain.models import Client, Template
from core.domain.recognition import FileKind, Reading
from core.express.known import Known, prepare
from core.express.reading import pdf
from core.express.reading.limits import Limits
from core.express.recognise import recognise

OFFICE = Path(__file__).parents[1] / "data" / "office"


def rows(name: str) -> list[dict[str, str]]:
    with (OFFICE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def known() -> Known:
    clients = [
        Client(id=row["id"], name=row["name"], tax_id=row["tax_id"], portal=(row["portal"],))
        for row in rows("clients.csv")
    ]
    templates = [
        Template(id=row["id"], name=row["name"], department=row["department"]) for row in rows("templates.csv")
    ]
    return prepare(clients, templates)


@pytest.mark.parametrize("truth", rows("truth.csv"), ids=lambda row: row["file"])
def test_a_document_finds_its_client_template_period_and_task(truth: dict[str, str], known: Known) -> None:
    with pdf.opened((OFFICE / "documents" / truth["file"]).read_bytes()) as document:
        reading = Reading(kind=FileKind.PDF, pages=tuple(pdf.pages(document, Limits())))
    # under a name that says nothing: only the content counts
    said = recognise(reading, "documento.pdf", (), known)
    assert (said.client, said.template, said.period) == (truth["client"], truth["template"], truth["period"])
    tasks = [
        row["id"]
        for row in rows("tasks.csv")
        if (row["client"], row["templates"], row["period"]) == (said.client, said.template, said.period)
    ]
    assert tasks == [truth["task"]]
    text = reading.text
    number = text[said.clients[0].spans[0].start : said.clients[0].spans[0].end]
    assert sum(sign.isalnum() for sign in number) == 14  # the evidence to highlight is the number itself
