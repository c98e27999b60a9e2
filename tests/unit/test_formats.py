"""The documented JSON: other programs read these fields, so each that is printed is told, and each told is printed."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.cli.main import main
from core.domain.models import Client, Event, Task, Template
from core.office import Context, activation, create_office, documents, open_office
from core.office.tasks import complete_task
from docs.formats import JSON
from tests.office_setup import OWNER
from tests.unit.test_who_did_what import EVA, shelved_in

UNNAMED = {"outcomes", "held", "findings", "facts"}
"""Whose fields are names of the office's own, or codes."""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    """An office with one of everything: delivered, failed, to be completed, left by Express."""
    portal = tmp_path / "portal"
    (portal / "Alfa" / "Fiscal").mkdir(parents=True)
    create_office(tmp_path / "e", {"portal": {"url": f"dir://{portal}"}})
    monkeypatch.chdir(tmp_path)
    for name in ("a.pdf", "x.txt"):
        (tmp_path / name).write_bytes(b"%PDF-1.4 one")
    with open_office(tmp_path / "e") as ctx:
        ctx.store.clients.save([Client(id="0001", name="Alfa", portal=("Alfa",))])
        ctx.store.templates.save([Template(id="das", name="DAS", department="Fiscal")])
        ctx.store.templates.save([Template(id="guia", name="Guia", department="Fiscal", destination=("Fiscal",))])
        ctx.store.tasks.save(
            [
                Task(id=key, client="0001", name="DAS", period="2026-10", templates=("das",))
                for key in ("T0001", "T2", "T3")
            ]
        )
        ctx.store.employees.save([EVA])
        activation.activate(ctx, OWNER)
        for task in ("T0001", "T2"):
            documents.attach_files(ctx, OWNER, task, [tmp_path / "a.pdf"], "das")
        documents.attach_files(ctx, OWNER, "T3", [tmp_path / "x.txt"], "guia")
        for task in ("T2", "T3"):
            complete_task(ctx, OWNER, task, force=True)
        main(["--office", str(ctx.folder), "deliver"])
        main(["--office", str(ctx.folder), "backup", "pronta.tar"])
        shelved_in(ctx)
        ctx.store.append([Event(at=ctx.now(), code="activated")])
        yield ctx


def told(shape: str) -> set[str]:
    return set(re.findall(r'"(\w+)"', shape))


def printed(value: Any) -> set[str]:
    """The names of all fields, at whatever depth."""
    if isinstance(value, list):
        return set().union(*map(printed, value))
    if not isinstance(value, dict):
        return set()
    return set(value).union(*(printed(one) for name, one in value.items() if name not in UNNAMED))


@pytest.mark.parametrize("command", JSON)
def test_what_is_printed_is_what_is_told(command: str, office: Context, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["--office", str(office.folder), *shlex.split(command), "--json"]) in (0, 1)
    said = capsys.readouterr().out
    value = [json.loads(one) for one in said.splitlines()] if command == "log" else json.loads(said)
    assert value, "nothing was printed: the test would show nothing"
    assert printed(value) == told(JSON[command])
