"""After a lost connection one is where one was, half-made batch and all; whoever leaves by q begins anew."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from core.office import open_office
from tests.console.test_terminal import Start, eventually, start
from tui import session

__all__ = ["start"]


def kept(office: Path) -> dict[str, object]:
    with open_office(office) as ctx:
        (file,) = (ctx.folder / "host" / "consoles").glob("*.json")
        assert file.stat().st_mode & 0o077 == 0
        found: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
        return found


def batch(office: Path) -> int:
    """How many tasks are marked in what is kept."""
    if not list((office / "host").glob("consoles/*.json")):
        return 0
    return len(kept(office).get("places", {}).get("tasks", {}).get("marked", ()))  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_a_half_made_batch_survives_the_line(start: Start, work: Path, number: signal.Signals) -> None:
    """An office worker on a bad line would mark the same thirty tasks again and again."""
    console = start("--office", str(work))
    console.see("Prioridade", "ajuda")
    console.see("37 de 42", after=console.send(b"3"))
    console.send(b"/recibo\r")
    console.see("de 42", after=console.send(b"  "))
    console.see("2 selecionados")
    eventually(lambda: batch(work) == 2)
    os.kill(console.pid, number)
    console.wait()
    again = start("--office", str(work))
    again.see("2 selecionados", "recibo", "ajuda")
    assert "Prioridade" not in again.plain


def test_leaving_by_q_begins_anew(start: Start, work: Path) -> None:
    console = start("--office", str(work))
    console.see("Prioridade", "ajuda")
    console.see("37 de 42", after=console.send(b"3"))
    console.see("1 selecionado", after=console.send(b" "))
    eventually(lambda: batch(work) == 1)
    console.send(b"q")
    assert console.wait() == 0
    assert kept(work) == {"memory": {}}
    start("--office", str(work)).see("Prioridade", "ajuda")


def test_what_cannot_be_read_is_as_if_nothing_was_kept(work: Path) -> None:
    """A torn or foreign file must not keep anyone from working."""
    with open_office(work) as ctx:
        assert session.load(ctx, "ana") == {}
        session.save(ctx, "ana/../x", {"here": "tasks"})
        assert session.load(ctx, "ana/../x") == {"here": "tasks"}
        file = session.file_of(ctx, "ana/../x")
        assert file.parent == ctx.folder / "host" / "consoles"
        file.write_text("{", encoding="utf-8")
        assert session.load(ctx, "ana/../x") == {}
        session.save(ctx, "ana", {"marked": ["x" * 100] * 100_000})
        assert session.load(ctx, "ana") == {}, "it grows without bound"
        assert [one.name for one in file.parent.iterdir()] == [file.name], "a temporary file stays"


def test_a_burst_of_keys_is_taken_as_if_typed_slowly(start: Start, work: Path) -> None:
    """On a bad line the letters of a filter would be taken for commands: c completes, o hides, e filters."""
    console = start("--office", str(work))
    console.see("Prioridade", "ajuda")
    console.send(b"3/recibo\r  ")
    console.see("10 de 42 · 2 selecionados")
