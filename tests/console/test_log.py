"""Registro: what happens is seen as it happens, nothing moves under one's eyes, and any line of history is found."""

from __future__ import annotations

import base64
import csv
import json
from pathlib import Path
from typing import Any

import pytest

from core.domain.models import Event, Level
from core.office import Context, mapping, views
from tests.console.conftest import Desktop, sitting
from tests.console.sample import OWNER
from tui.screens.log_list import Hits

Size = tuple[int, int]
FAILED = "Falha no envio de"


def happen(ctx: Context, count: int, level: Level = Level.INFO, **fields: Any) -> None:
    """Something happens in another process."""
    code = "failed" if level is Level.ERROR else "seen_marked"
    ctx.store.append(
        [
            Event(at=ctx.now(), code=code, level=level, name=f"Extra {n}.pdf", params={"place": f"Lugar {n}"}, **fields)
            for n in range(count)
        ]
    )


async def opened(desk: Desktop) -> None:
    await desk.go("4", see="● seguindo")


async def test_it_follows_at_its_end_and_stands_still_elsewhere(work: Path, other: Context, size: Size) -> None:
    """What one reads must not move away; what happened meanwhile is counted, and End goes there."""
    async with sitting(work, size) as desk:
        await opened(desk)
        mapping.map_templates(other, OWNER, ["das"], ("Primeiro",))
        await desk.see("DAS - Simples Nacional: pasta Primeiro")
        await desk.go("up", see="‖ parado · End segue")
        shown, current = desk.rows.text, desk.rows.current
        mapping.map_templates(other, OWNER, ["das"], ("Segundo",))
        await desk.see("↓ 1 novo")
        assert (desk.rows.text, desk.rows.current) == (shown, current)
        happen(other, 34)
        happen(other, 2, Level.ERROR)
        await desk.see("↓ 37 novos (2 erros)")
        assert (desk.rows.text, desk.rows.current) == (shown, current)
        await desk.go("end", see="● seguindo")
        await desk.see("Extra 1.pdf")
        assert desk.rows.cursor == views.last_seq(other) - 1


async def test_a_pause_at_the_end_holds_even_what_would_fit_on_the_screen(work: Path, other: Context) -> None:
    async with sitting(work, (120, 60)) as desk:
        await opened(desk)
        await desk.go("n", see="2 linhas")
        await desk.go("p", see="‖ parado")
        shown = desk.rows.text
        happen(other, 1, Level.ERROR)
        await desk.see("↓ 1 novo (1 erro)")
        assert desk.rows.text == shown
        await desk.press("down")  # going on takes in what was held
        await desk.see("● seguindo · 3 linhas")


async def test_a_flood_of_events_is_followed_to_its_end(work: Path, other: Context) -> None:
    async with sitting(work) as desk:
        await opened(desk)
        start = views.last_seq(other)
        for _ in range(20):
            happen(other, 100)
        await desk.until(lambda: len(desk.rows.source) == start + 2000)
        await desk.until(lambda: desk.rows.cursor == start + 1999)
        await desk.press("home")
        await desk.see("Importado clients.csv")


async def test_filters_combine_show_as_chips_and_cover_all_of_history(work: Path, other: Context, size: Size) -> None:
    happen(other, 3000)
    async with sitting(work, size) as desk:
        await opened(desk)
        await desk.go("n", see="[avisos+]")
        await desk.see("2 linhas")
        await desk.go("n", see="[erros]")
        await desk.press("slash")
        await desk.type("permissao")
        await desk.press("enter")
        await desk.see("[permissao]", "· 1 linha")
        assert FAILED in desk.listed[0]
        _, first, *_ = desk.rows.text.split("\n")
        assert FAILED in first, "far below its heads, where nobody looks for the only line"
        await desk.press("i", *"29", "enter")
        await desk.see("[29 Marcenaria", "· 1 linha")
        await desk.press("i", *"42", "enter")
        await desk.see("[42 Mercado", "Nada corresponde a estes filtros")
        await desk.press("escape")
        await desk.see("n nível: todos", "i cliente: todos", "/ texto: -", "linhas")
        assert len(desk.rows.source) == views.last_seq(other)


async def test_filters_are_switched_without_losing_the_place(work: Path, other: Context, size: Size) -> None:
    """Someone reads a line far back, looks at the errors alone for a moment, and is on that line again."""
    happen(other, 3000)
    async with sitting(work, size) as desk:
        await opened(desk)
        await desk.press("home", "down", "down", "down")
        await desk.see("Importado")
        place, height = desk.rows.current, desk.rows.cursor - desk.rows.top
        await desk.go("n", see="[avisos+]")
        await desk.see("2 linhas")
        await desk.go("f", see="(avisos+)")
        assert (desk.rows.current, desk.rows.cursor - desk.rows.top) == (place, height)
        await desk.go("f", see="[avisos+]")
        await desk.see("2 linhas")
        await desk.press("end", "up", "escape")
        assert FAILED in desk.rows.text


async def test_filters_work_on_what_arrives_too(work: Path, other: Context) -> None:
    async with sitting(work) as desk:
        await opened(desk)
        await desk.go("n", see="2 linhas")
        happen(other, 500)
        happen(other, 1, Level.ERROR)
        await desk.see("● seguindo · 3 linhas")
        await desk.press("up")
        happen(other, 500)
        happen(other, 2, Level.ERROR)
        await desk.see("↓ 2 novos (2 erros)")


async def test_hits_found_late_never_move_the_cursor() -> None:
    hits = Hits()
    hits.add_older([50, 60])
    hits.add_newer([70])
    before = hits.position(60)
    hits.add_older([10, 20, 30])
    hits.add_newer([80, 90])
    assert [hits[n] for n in range(len(hits))] == list(hits.seqs()) == [10, 20, 30, 50, 60, 70, 80, 90]
    assert hits[before + 3] == 60
    assert [hits[hits.position(seq)] for seq in (5, 10, 55, 60, 65, 70, 75, 99)] == [10, 10, 50, 60, 60, 70, 70, 90]
    assert hits.holds(80)
    assert not hits.holds(81)


async def test_the_next_error_and_warning_by_one_key(work: Path, other: Context) -> None:
    happen(other, 300)
    other.store.append([Event(at=other.now(), code="kept_both", level=Level.WARNING, params={"place": "Ali (1).pdf"})])
    happen(other, 300)
    async with sitting(work) as desk:
        await opened(desk)
        await desk.press("A")
        await desk.see("Mantidos os dois")
        await desk.press("E")
        await desk.see("não tem pasta")
        first = desk.rows.current
        await desk.press("E")
        await desk.until(lambda: desk.rows.current != first)
        await desk.press("E")
        await desk.see("Nenhum antes deste.")
        await desk.press("e")
        await desk.until(lambda: desk.rows.current == first)
        await desk.press("a")
        await desk.see("Ali (1).pdf")
        await desk.go("e", see="Nenhum depois deste")


async def test_the_detail_tells_all_about_a_line(work: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await opened(desk)
        await desk.see("envio entregue · tentativas 1 · na fila às", "levou", "tarefa T000", "documento ")
        await desk.go("d", see="template:")
        await desk.see("no portal: 00", "sha256: ")
        await desk.see("linha: nº", "delivered · info")
        await desk.press("escape")
        await desk.press("E")
        await desk.see("Para resolver:", "envio falhou · tentativas 1")


async def test_the_portal_s_answer_is_in_the_detail(work: Path, other: Context) -> None:
    params = {"failure": "portal_error", "detail": "HTTP 418 I'm a teapot"}
    other.store.append([Event(at=other.now(), code="failed", level=Level.ERROR, name="a.pdf", params=params)])
    async with sitting(work) as desk:
        await opened(desk)
        await desk.see("resposta do portal HTTP 418 I'm a teapot")


async def test_the_detail_says_by_which_key_a_failure_is_mended(work: Path, other: Context) -> None:
    """Who sits at the console was sent to a command line; the command only stands where no key does it."""

    def fail(failure: str) -> None:
        params = {"failure": failure, "template": "das", "detail": ""}
        other.store.append([Event(at=other.now(), code="failed", level=Level.ERROR, name="a.pdf", params=params)])

    fail("no_destination")
    async with sitting(work) as desk:
        await opened(desk)
        await desk.see("Para resolver: Escolha a pasta do template em Templates (2).")
        assert "malote map" not in desk.text
        fail("file_too_large")
        await desk.see("Para resolver: Aumente o limite no portal")


async def test_a_line_leads_to_its_task_and_to_its_error(work: Path) -> None:
    async with sitting(work) as desk:
        await opened(desk)
        await desk.press("E")
        await desk.see("não tem pasta")
        await desk.go("x", see="Erros")
        await desk.until(lambda: desk.app.here == "errors")
        delivery = desk.app.desk.ctx.store.deliveries.failed("no_destination")[0]
        await desk.until(lambda: desk.rows.current == delivery.id)
        await desk.press("escape")
        await desk.until(lambda: desk.app.here == "log")
        await desk.see("não tem pasta")
        await desk.go("enter", see="T0016  Balancete Mensal")


async def test_a_line_of_no_task_or_failure_says_so(work: Path) -> None:
    async with sitting(work) as desk:
        await opened(desk)
        await desk.press("home")
        await desk.go("enter", see="Esta linha não é de uma tarefa.")
        await desk.go("x", see="Esta linha não é de uma falha de envio.")


async def test_a_line_is_copied_and_also_stands_there_as_plain_text(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sitting(work) as desk:
        written: list[str] = []
        await opened(desk)
        await desk.press("E")
        await desk.see("não tem pasta")
        monkeypatch.setattr(desk.app._driver, "write", written.append)
        await desk.go("c", see="Copiado")
        sequence = next(one for one in written if one.startswith("\x1b]52;c;"))
        copied = base64.b64decode(sequence.removeprefix("\x1b]52;c;").rstrip("\a")).decode()
        assert "O template Balancete Mensal não tem pasta de destino." in copied
        assert "Para resolver:" in copied
        await desk.see("malote map balancete", "sha256: ")
        await desk.go("s", see="Salvar em qual arquivo?")
        file = tmp_path / "linha.txt"
        desk.app.screen.query_one("#save-path").value = str(file)  # as pasted
        await desk.press("enter")
        await desk.until(file.exists)
        assert file.read_text(encoding="utf-8") == copied


@pytest.mark.parametrize("ending", ["csv", "json"])
async def test_what_the_filters_leave_is_exported(work: Path, tmp_path: Path, other: Context, ending: str) -> None:
    other.store.append([Event(at=other.now(), code="failed", level=Level.ERROR, name="=2+2.pdf")])
    async with sitting(work) as desk:
        await opened(desk)
        await desk.go("n", see="3 linhas")
        await desk.go("s", see="Salvar em qual arquivo?")
        file = tmp_path / f"registro.{ending}"
        desk.app.screen.query_one("#save-path").value = str(file)
        await desk.press("enter")
        await desk.see("✓ 3 linhas em")
        text = file.read_text(encoding="utf-8-sig")
        if ending == "json":
            assert [one["level"] for one in json.loads(text)] == ["error"] * 3
            assert json.loads(text)[-1]["name"] == "=2+2.pdf"
        else:
            rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
            assert [row["level"] for row in rows] == ["error"] * 3
            assert rows[-1]["name"] == "'=2+2.pdf", "a spreadsheet would compute it"
            assert rows[0]["client_name"] == "Marcenaria Novo Tempo & Filhos Ltda"
        await desk.press("s")
        await desk.see("Salvar em qual arquivo?")
        desk.app.screen.query_one("#save-path").value = str(file)
        await desk.go("enter", see="já existe")
        await desk.press("escape")
        await desk.see("[avisos+]")


async def test_it_all_speaks_english(work: Path, other: Context) -> None:
    async with sitting(work, lang="en") as desk:
        await desk.go("4", see="● following")
        await desk.see("n level: all", "i client: all", "/ text: -", "delivery delivered · attempts 1")
        await desk.go("up", see="‖ stopped · End follows")
        happen(other, 1, Level.ERROR)
        await desk.see("↓ 1 new (1 error)")
        await desk.go("n", see="[warnings+]")
        await desk.go("i", see="Of which client?")
        await desk.press("escape")
        await desk.go("s", see="Save to which file?")
