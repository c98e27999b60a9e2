"""After a lost connection one is where one was, half-made batch and all; whoever leaves by q begins anew."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from core.domain.models import Level
from core.domain.permissions import Actor
from core.office import Context, open_office
from tests.console.conftest import Desktop
from tests.console.piloted import piloted
from tests.console.sample import OWNER
from tests.console.test_log import happen
from tests.console.test_terminal import Start, eventually, start
from tui import session
from tui.app import Console
from tui.desk import Desk
from tui.widgets.typed import Typed

__all__ = ["start"]


@asynccontextmanager
async def seated(ctx: Context) -> AsyncIterator[Desktop]:
    """Sit down at a console that keeps where one is."""
    app = Console(Desk(ctx, OWNER, "pt"), sending=False, keeping=True)
    async with piloted(app) as pilot:
        await pilot.pause()
        yield Desktop(app, pilot)


def kept(office: Path) -> dict[str, object]:
    with open_office(office) as ctx:
        (file,) = (ctx.folder / "host" / "consoles").glob("*.json")
        assert file.stat().st_mode & 0o077 == 0
        found: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
        return found


def journal(ctx: Context) -> dict[str, Any]:
    """What is kept of the journal."""
    found: dict[str, Any] = session.load(ctx, OWNER).get("places", {}).get("log", {})
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


async def test_the_journal_is_there_again_filters_place_pause_and_height(work: Path, other: Context) -> None:
    """Who was reading about one client's failures, far back, would have to find the line again."""
    happen(other, 400)
    with open_office(work) as ctx:
        async with seated(ctx) as desk:
            await desk.go("4", see="● seguindo")
            await desk.press("home", *["down"] * 30)
            await desk.see("‖ parado")
            place, height = desk.rows.current, desk.rows.cursor - desk.rows.top
            await desk.press("slash", *"lugar", "enter", "n")
            await desk.see("[avisos+]", "[lugar]")
            await desk.go("f", see="(lugar)")
            assert (desk.rows.current, desk.rows.cursor - desk.rows.top) == (place, height)
            await desk.until(lambda: journal(ctx).get("is_on") is False, "what is kept")
        happen(other, 50)
        async with seated(ctx) as desk:
            await desk.see("(avisos+)", "(lugar)", "‖ parado")
            assert (desk.rows.current, desk.rows.cursor - desk.rows.top) == (place, height)
            await desk.press("slash")
            assert desk.app.screen.query_one("#words", Typed).value == "lugar"
            await desk.press("enter")
            await desk.go("end", see="● seguindo")


async def test_a_journal_that_followed_follows_again_and_filters_what_comes(work: Path, other: Context) -> None:
    with open_office(work) as ctx:
        async with seated(ctx) as desk:
            await desk.go("4", see="● seguindo")
            await desk.go("n", see="[avisos+]")
            await desk.until(lambda: journal(ctx).get("level") == "warning", "what is kept")
        happen(other, 50)
        happen(other, 1, Level.ERROR)
        async with seated(ctx) as desk:
            await desk.see("[avisos+]", "● seguindo · 3 linhas", "Extra 0.pdf")
            happen(other, 1, Level.ERROR)
            await desk.see("● seguindo · 4 linhas")


@pytest.mark.parametrize("state", [{}, {"level": "loud"}, {"level": "error", "client": 3, "text": None, "place": "x"}])
async def test_a_journal_kept_by_another_version_begins_anew(work: Path, state: dict[str, object]) -> None:
    with open_office(work) as ctx:
        session.save(ctx, OWNER, {"here": "log", "places": {"log": state}})
        async with seated(ctx) as desk:
            await desk.see("n nível: todos", "/ texto: -", "● seguindo")


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
        ana, other = Actor.outsider("ana/../x"), Actor("eva", "ana/../x", admin=False)
        assert session.load(ctx, ana) == {}
        session.save(ctx, ana, {"here": "tasks"})
        assert session.load(ctx, ana) == {"here": "tasks"}
        assert session.load(ctx, other) == {}, "who shares a login finds another's filters and marks"
        file = session.file_of(ctx, ana)
        assert file.parent == ctx.folder / "host" / "consoles"
        file.write_text("{", encoding="utf-8")
        assert session.load(ctx, ana) == {}
        session.save(ctx, other, {"marked": ["x" * 100] * 100_000})
        assert session.load(ctx, other) == {}, "it grows without bound"
        assert [one.name for one in file.parent.iterdir()] == [file.name], "a temporary file stays"


def test_a_burst_of_keys_is_taken_as_if_typed_slowly(start: Start, work: Path) -> None:
    """On a bad line the letters of a filter would be taken for commands: c completes, o hides, e filters."""
    console = start("--office", str(work))
    console.see("Prioridade", "ajuda")
    console.send(b"3/recibo\r  ")
    console.see("10 de 42 · 2 selecionados")
