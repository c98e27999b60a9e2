"""The folder picker before a portal that is slow, away or refuses: nothing waits, and what was read before serves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

from core.domain.models import Client
from core.office import Context, folders, open_office
from core.ports import Portal, PortalFault
from tests.console.conftest import Desktop, sitting
from tests.console.piloted import piloted
from tests.console.sample import OWNER
from tests.console.slow_portal import TREE, Slow, before, current, pane, shown
from tui.app import Console
from tui.desk import Desk

Size = tuple[int, int]


async def test_what_is_typed_is_found_while_the_tree_is_still_read_and_never_moves_the_cursor(work: Path) -> None:
    """A folder that slips under Enter would get the documents of all clients."""
    portal = Slow(TREE)
    async with before(portal, work) as desk:
        portal.let(4)  # the root and its three: both Balancetes are known
        await desk.until(lambda: "Balancete" in "".join(pane(desk)._tree._hay.values()).title())
        await desk.see("pesquisando: 4 lidas")
        await desk.type("balan")
        assert current(desk) == "Contabilidade/Balancete"
        await desk.press("down")
        assert current(desk) == "Zona/Balancete antigo"
        row = pane(desk).rows.cursor
        portal.let()
        await desk.see("11 pastas")
        assert (current(desk), pane(desk).rows.cursor) == ("Zona/Balancete antigo", row)
        assert any("2026" in one for one in shown(desk)), "late hits are missing"


async def test_folders_that_come_late_above_the_cursor_do_not_move_the_line_that_one_reads(work: Path) -> None:
    portal = Slow({**TREE, ("Contabilidade",): [f"Pasta {n:02}" for n in range(30)]})
    async with before(portal, work) as desk:
        portal.let(1)
        await desk.see("▸ Zona")
        await desk.press("right")
        await desk.see("lendo…")
        await desk.press("end")
        rows = pane(desk).rows
        assert current(desk) == "Zona"
        portal.let()
        await desk.until(lambda: rows.cursor > 30)
        assert current(desk) == "Zona"
        assert "Zona" in rows.text


async def test_what_one_opens_is_read_before_the_rest(work: Path) -> None:
    portal = Slow({(): [f"P{n:02}" for n in range(40)], ("P39",): ["Dentro"]})
    async with before(portal, work) as desk:
        portal.let(1)
        await desk.until(lambda: "▸ P39" in shown(desk))
        await desk.press("end", "right")
        portal.let(15)
        await desk.until(lambda: any("Dentro" in one for one in shown(desk)))
        assert portal.asked.index(("P39",)) < 12


async def test_nothing_waits_for_a_portal_that_hangs(work: Path, size: Size) -> None:
    """Neither typing, nor another client, nor leaving, nor a path that is typed without it."""
    async with before(Slow(TREE), work, size) as desk:
        await desk.press("tab", *"farm", "enter")
        await desk.see("Farmácia")
        await desk.see("pesquisando: 0 lidas")
        await desk.type("Novo > Lugar")
        await desk.go("enter", see="→ Novo > Lugar")


async def test_words_typed_too_early_do_not_make_a_folder(work: Path) -> None:
    """Who types faster than the portal answers would map a batch to `balan`."""
    async with before(Slow(TREE), work) as desk:
        await desk.type("balan")
        await desk.press("enter")
        await desk.see("Nada ainda; a leitura continua.", "nenhuma pasta escolhida ainda")


async def test_a_fault_is_said_in_place_and_retried_from_where_it_was(work: Path, size: Size) -> None:
    portal = Slow(TREE)
    async with before(portal, work, size) as desk:
        portal.let(4)
        await desk.see("pesquisando: 4 lidas")
        portal.fault = PortalFault("portal_unreachable", "timeout")
        portal.let(2)
        await desk.see("✗ O portal está indisponível", "F5 tenta de novo")
        assert "▸ Contabilidade" in shown(desk), "what was read is gone"
        portal.fault = None
        asked = len(portal.asked)
        portal.let()
        await desk.go("f5", see="11 pastas")
        assert () not in portal.asked[asked:], "it began anew"
        assert "✗" not in desk.text


async def test_a_portal_that_refuses_is_said_so_and_one_folder_s_refusal_is_its_own(work: Path) -> None:
    portal = Slow(TREE, refused=frozenset({("Fiscal",)}))
    portal.let()
    with open_office(work) as opened:
        ctx = replace(opened, portal=lambda: cast("Portal", portal))
        app = Console(Desk(ctx, OWNER, "pt"), sending=False)
        async with piloted(app) as pilot:
            desk = Desktop(app, pilot)
            await desk.press("2")
            await desk.go("enter", see="9 pastas")
            await desk.see("Fiscal  (o portal não deixa ver)")
            portal.fault = PortalFault("portal_auth", "401")
            portal.let()
            await desk.go("f5", see="✗ O portal não reconhece")


async def test_what_was_read_before_serves_in_another_run_and_is_marked(work: Path, size: Size) -> None:
    """A portal that is away does not stop anyone from mapping."""
    portal = work.parent / "portal"
    async with sitting(work, size) as desk:
        await desk.press("2")
        await desk.go("enter", see="7 pastas")
    portal.rename(portal.with_name("away"))
    async with sitting(work, size) as desk:
        await desk.press("2")
        await desk.go("enter", see="O portal está indisponível")
        await desk.see("lidas em ", "Abaixo, o lido antes.", "(lida antes)")
        await desk.type("DAS")
        await desk.go("enter", see="→ Fiscal > DAS")


async def test_what_is_gone_at_the_portal_is_gone_from_the_picker(work: Path) -> None:
    root = work.parent / "portal" / "0001 - Livraria Ipê S-A"
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("enter", see="7 pastas")
        (root / "Fiscal" / "ISS").rmdir()
        await desk.go("f5", see="6 pastas")
        await desk.type("iss")
        await desk.see("Nenhuma pasta com esse nome")


@contextmanager
def reading(office: Path, portal: Slow) -> Iterator[tuple[Context, Client, folders.TreeReading]]:
    with open_office(office) as opened:
        ctx = replace(opened, portal=lambda: cast("Portal", portal))
        client = Client(id="1", name="Alfa", portal=("Alfa",))
        yield ctx, client, folders.TreeReading(ctx, client, lambda *_: None)


def test_a_reading_that_is_stopped_ends_and_keeps_what_it_has(work: Path) -> None:
    portal = Slow(TREE)
    with reading(work, portal) as (ctx, client, one):
        thread = threading.Thread(target=one.run)
        thread.start()
        portal.let(1)
        while len(portal.asked) < 4:
            time.sleep(0.005)
        one.stop()
        thread.join(10)
        assert not thread.is_alive()
        kept = folders.kept(ctx, client)
        assert kept is not None
        assert kept.folders[()] == ("Contabilidade", "Fiscal", "Zona")


def test_what_cannot_be_read_of_what_was_kept_is_as_if_nothing_was(work: Path) -> None:
    with reading(work, Slow(TREE)) as (ctx, client, _):
        folders.keep(ctx, client, {(): ["A"]})
        (file,) = (ctx.folder / "host").glob("folders-*.json")
        file.write_text("[]", encoding="utf-8")
        assert folders.kept(ctx, client) is None
        file.write_text("{nonsense", encoding="utf-8")
        assert folders.kept(ctx, client) is None
