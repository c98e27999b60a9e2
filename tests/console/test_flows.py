"""What an office worker does at the console, key by key; the messages say what would be lost if it broke."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from core.domain.models import DeliveryStatus, TaskStatus
from core.office import Context, activation, mapping, open_office
from core.office.actors import who_acts
from core.office.tasks import complete_task
from core.ports import Portal
from tests.console.conftest import Desktop, sitting
from tests.console.piloted import piloted
from tests.console.sample import OWNER
from tui.app import Console
from tui.desk import Desk

Size = tuple[int, int]


def destination(ctx: Context, template: str) -> tuple[str, ...] | None:
    found = ctx.store.templates.get(template)
    assert found is not None
    return found.destination


async def test_a_new_office_begins_with_activation_and_ends_at_what_has_no_folder(new: Path, size: Size) -> None:
    """Otherwise documents would leave before anyone has looked at where they go."""
    async with sitting(new, size) as desk:
        await desk.see("ainda não ativada", "21 ficam sem pasta")
        await desk.go("p", see="21 ganham a pasta padrão")
        await desk.go("p", see="21 ficam sem pasta")
        await desk.go("enter", see="Ativar a integração com o Portal do Cliente?")
        await desk.press("escape")
        assert not desk.app.desk.ctx.store.integration().active, "Esc activated it"
        await desk.go("enter", see="sim, ativar")
        await desk.press("enter")
        assert not desk.app.desk.ctx.store.integration().active, "the key that asked also confirmed"
        await desk.press("s")
        await desk.see("só os sem pasta", "Status Integração: ● ativa")
        assert desk.app.here == "templates"


async def test_back_restores_what_one_left(work: Path) -> None:
    """Cursor, order, filter and marks: looking something up must not cost one's place."""
    async with sitting(work) as desk:
        await desk.press("2", "s", "slash", *"d", "enter", "down", "space", "down")
        before = (desk.rows.current, list(desk.listed), dict(desk.app.screen.listing.marked), desk.text)
        await desk.press("5", "4", "1")
        for _ in range(3):
            await desk.press("escape")
        assert desk.app.here == "templates"
        assert (desk.rows.current, list(desk.listed), dict(desk.app.screen.listing.marked), desk.text) == before


async def test_a_failure_is_found_from_the_dashboard_and_mended(work: Path, size: Size) -> None:
    """From Prioridade to the cause to its remedy; once mended, what waited goes on by itself."""
    async with sitting(work, size) as desk:
        await desk.see("Falha no envio de documentos ao Portal do Cliente")
        await desk.go("enter", see="O template não tem pasta de destino")
        await desk.see("T0009", "T0016", "Quem concluiu não tem permissão", "✗ 2 falhas")
        cause = next(index for index, one in enumerate(desk.listed) if "não tem pasta" in one)
        desk.rows.move(cause)
        await desk.see("Para resolver: Escolha a pasta")
        await desk.go("enter", see="7 pastas")  # the template's folder is chosen at once
        await desk.see("Pasta de destino de Balancete Mensal")
        assert desk.app.here == "templates"
        await desk.type("Balancete")
        await desk.go("enter", see="✓ Balancete Mensal → Contabilidade > Balancete")
        await desk.see("1 envio que esperava sai agora, sem volta.", "✗ 1 falha")
        await desk.press("5")
        await desk.until(lambda: not any("não tem pasta" in one for one in desk.listed))


async def test_retrying_a_failure_takes_few_keys(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.go("5", see="Quem concluiu não tem permissão")
        await desk.go("R", see="De volta à fila: 2.")
        await desk.see("Nenhuma falha, e nada espera nova tentativa.")
        failed = desk.app.desk.ctx.store.deliveries.failed()
        assert not failed


async def test_completing_shows_first_and_is_confirmed_by_another_key(work: Path, size: Size) -> None:
    """Sending cannot be undone: no single key may do it, and what will happen stands there before."""
    async with sitting(work, size) as desk:
        await desk.press("3", "slash", *"T0004", "enter", "c")
        await desk.see(
            "Concluir a tarefa T0004", "1 a enviar", "será criado", "1 envio sairá agora, e isso não se desfaz."
        )
        ctx = desk.app.desk.ctx
        await desk.press("c", "enter", "escape")
        task = ctx.store.tasks.get("T0004")
        assert task is not None
        assert task.status is TaskStatus.OPEN
        await desk.go("c", see="1 envio sairá agora")
        await desk.go("s", see="T0004 concluída; documentos na fila: 1.")
        assert [one.status for one in ctx.store.deliveries.of_task("T0004")] == [DeliveryStatus.QUEUED]
        await desk.see("0 de 42")


async def test_completing_without_a_needed_document_says_so(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("3", "slash", *"T0006", "enter", "c")
        await desk.see("T0006 ainda não tem documento de: Recibo EFD-Contribuições", "concluir mesmo faltando")


async def test_a_task_tells_where_its_document_is_and_reopens(work: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await desk.press("3", "f", "down")
        await desk.go("enter", see="situação: concluída")
        await desk.press("enter")
        await desk.see("T0001  DAS - Simples Nacional", "entregue", "0032 - Engenharia Aurora Ltda > Fiscal > DAS")
        await desk.go("enter", see="Tarefa concluída: DAS - Simples Nacional")
        await desk.press("escape")
        await desk.go("b", see="Reabrir a tarefa T0001?")
        await desk.go("s", see="T0001 reaberta")
        await desk.see("○ aberta")


async def test_another_process_is_seen_at_once_everywhere(work: Path, other: Context) -> None:
    async with sitting(work) as desk:
        await desk.press("2")
        activation.deactivate(other, OWNER)
        mapping.map_templates(other, OWNER, ["das"], ("De", "Outro"))
        await desk.see("De > Outro")
        await desk.press("1")
        await desk.see("Integração inativa: nada é enviado")


async def test_two_consoles_on_one_office_see_each_other(work: Path) -> None:
    async with sitting(work) as first, sitting(work) as second:
        await second.press("2")
        await first.press("2", "slash", *"das simples", "enter", "c")
        await first.see("Tirar a pasta")
        await first.press("s")
        await second.see("3 sem pasta")


async def test_help_finds_a_key_and_runs_it(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("question_mark", see="Teclas desta tela")
        await desk.type("inverter")
        await desk.until(lambda: len(desk.listed) == 1)
        await desk.go("enter", see="21 selecionados")
        await desk.press("ctrl+p")
        await desk.type("registro")
        await desk.press("enter")
        await desk.until(lambda: desk.app.here == "log")


async def test_portal_check_and_deactivation_say_what_they_found(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.go("9", see="ativa desde")
        await desk.go("v", see="Publicação exclusiva")
        await desk.go("d", see="Desativar a integração?")
        await desk.go("s", see="Integração desativada; a fila espera.")
        await desk.see("○ inativa")


async def test_what_was_completed_while_inactive_is_sent_on_request_only(work: Path, other: Context) -> None:
    activation.deactivate(other, OWNER)
    complete_task(other, OWNER, "T0004")
    async with sitting(work) as desk:
        await desk.go("9", see="1 tarefa concluída com a integração inativa tem documentos não enviados: 1")
        await desk.go("e", see="ative primeiro (Enter)")
        await desk.press("enter", "s")
        await desk.until(lambda: desk.app.desk.ctx.store.integration().active)
        assert desk.app.desk.ctx.store.deliveries.held("inactive")
        await desk.press("9")
        await desk.go("e", see="1 envio sairá agora")
        await desk.go("s", see="De volta à fila: 1.")
        assert not desk.app.desk.ctx.store.deliveries.held("inactive")


async def test_who_may_not_is_told_why_and_nothing_happens(work: Path) -> None:
    with open_office(work) as ctx:
        app = Console(Desk(ctx, who_acts(ctx, "fiscal"), "pt"), sending=False)
        async with piloted(app) as pilot:
            desk = Desktop(app, pilot)
            await desk.press("2")
            await desk.go("enter", see="só administradores")
            await desk.go("u", see="só administradores")


@pytest.mark.parametrize("lang", ["en"])
async def test_every_place_speaks_english(work: Path, lang: str) -> None:
    async with sitting(work, lang=lang) as desk:
        await desk.see("Priority", "Integration status", "? help", "quit")
        for key, text in (("2", "without folder"), ("3", "status: open"), ("4", "following"), ("5", "What to do")):
            await desk.go(key, see=text)
        await desk.go("9", see="active since")


class Silent:
    """A portal that never answers."""

    url = "dir:///silent"
    linger = 0.0
    unkept = ""

    def __getattr__(self, _: str) -> Any:
        async def ask(*_: object) -> None:
            await asyncio.Event().wait()

        return ask


async def test_a_portal_that_hangs_freezes_nothing_and_does_not_keep_the_console(work: Path) -> None:
    """Neither opening the picker, nor typing into it, nor leaving it, nor quitting waits for the portal."""
    with open_office(work) as opened:
        ctx = replace(opened, portal=lambda: cast("Portal", Silent()))
        app = Console(Desk(ctx, OWNER, "pt"), sending=False)
        async with piloted(app) as pilot:
            desk = Desktop(app, pilot)
            await desk.see("Portal …")
            await desk.press("2")
            await desk.go("enter", see="pesquisando: 0 lidas")
            await desk.type("Novo > Lugar")
            await desk.go("enter", see="→ Novo > Lugar")
            await desk.press("3", "slash", *"T0004", "enter")
            await desk.go("c", see="Olhando o portal")
            await desk.go("4", see="Novo > Lugar")
            await desk.press("q")
