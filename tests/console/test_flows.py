"""What an office worker does at the console, key by key; the messages say what would be lost if it broke."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from core.domain.models import DeliveryStatus, Event, TaskStatus
from core.office import Context, activation, mapping, open_office, views
from core.office.actors import who_acts
from core.office.tasks import complete_task
from core.ports import Portal
from tests.console.conftest import Desktop, sitting
from tests.console.sample import BALANCETES, OWNER
from tui.app import Console
from tui.desk import Desk
from tui.widgets.typed import Typed

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


async def test_balancetes_are_mapped_in_a_batch_within_thirty_keys(work: Path, size: Size) -> None:
    """The seed of it all: from the dashboard, filter, mark all, one folder for all of them."""
    keys = ["2", "slash", *"balancete", "enter", "a", "d"]
    more = [*"balan", "enter"]
    assert len(keys) + len(more) <= 30
    async with sitting(work, size) as desk:
        await desk.press(*keys)
        await desk.see("Pasta de destino para 2 templates", "Balancete Mensal, Balancete Acumulado", "7 pastas")
        await desk.press(*more)
        await desk.see("2 templates → Contabilidade > Balancete")
        for template in BALANCETES:
            assert destination(desk.app.desk.ctx, template) == ("Contabilidade", "Balancete")


async def test_a_year_s_folder_is_offered_as_every_year_s(work: Path) -> None:
    """Otherwise next year's documents would go into this year's folder."""
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("enter", see="7 pastas")
        assert any("{ano}" in one and "o ano de cada tarefa" in one for one in desk.listed)
        await desk.type("balancete ano")
        await desk.go("enter", see="→ Contabilidade > Balancete > {ano}")


async def test_a_typed_folder_is_taken_and_a_wrong_one_is_said_and_not(work: Path, size: Size) -> None:
    """A folder that the portal cannot hold would fail only at the first sending, for every client."""
    async with sitting(work, size) as desk:
        await desk.press("2")
        await desk.go("enter", see="7 pastas")
        await desk.type("Fiscal >> DAS")
        await desk.see("Há um nível vazio")
        await desk.press("enter")
        assert "Pasta de destino de" in desk.text, "a wrong folder was taken"
        desk.app.screen.query_one(Typed).value = ""
        await desk.type("Novo > Lugar")
        await desk.see("pasta nova", "Destino: Novo > Lugar")
        await desk.go("enter", see="→ Novo > Lugar. u desfaz.")
        assert destination(desk.app.desk.ctx, desk.rows.current or "") == ("Novo", "Lugar")


async def test_a_portal_that_does_not_answer_is_said_in_place(work: Path) -> None:
    """And typing the folder still works, and what was read before can still be used."""
    portal = work.parent / "portal"
    async with sitting(work) as desk:
        portal.rename(portal.with_name("away"))
        await desk.press("2")
        await desk.go("enter", see="O portal não responde")
        portal.with_name("away").rename(portal)
        await desk.go("f5", see="7 pastas")
        portal.rename(portal.with_name("away"))
        await desk.go("f5", see="lidas antes")
        await desk.type("DAS")
        await desk.go("enter", see="→ Fiscal > DAS")


async def test_another_client_s_folders_can_be_the_model_and_are_so_next_time(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("enter", see="Pastas de 1 ·")
        await desk.go("tab", see="Cliente modelo")
        await desk.type("engenharia aurora")
        await desk.go("enter", see="Pastas de 32 · Engenharia Aurora Ltda")
        await desk.see("DAS")
        await desk.press("escape")
        await desk.go("enter", see="Pastas de 32 ·")


async def test_marks_hold_through_filter_and_sort_and_are_counted(work: Path, size: Size) -> None:
    """Otherwise a batch would silently lose or gain templates."""
    async with sitting(work, size) as desk:
        await desk.press("2", "a", "slash", *"darf", "enter")
        await desk.see("21 selecionados, 18 fora do filtro")
        await desk.press("i")
        await desk.see("18 selecionados, 18 fora do filtro")
        await desk.go("d", see="(fora do filtro)")
        await desk.press("escape", "i", "s", "s", "escape")
        await desk.see("21 selecionados ")
        await desk.go("n", see="21 de 21 · 2 sem pasta")
        await desk.go("z", see="21 selecionados")


async def test_only_the_visible_of_a_batch_can_be_mapped(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("2", "a", "slash", *"balancete", "enter", "d")
        await desk.see("Pasta de destino para 21 templates")
        await desk.go("f2", see="Pasta de destino para 2 templates")
        await desk.see("7 pastas")
        await desk.type("Novo > Lugar")
        await desk.go("enter", see="2 templates → Novo > Lugar")


async def test_a_range_and_one_department_are_marked_by_a_key(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("2", "space", "down", "down", "x")
        await desk.see("4 selecionados")
        await desk.press("n", "home", "p")
        marked = desk.app.screen.listing.marked
        departments = {one.department for one in desk.app.screen.listing if one.id in marked}
        assert departments == {"Contabilidade"}
        assert len(marked) == sum(one.department == "Contabilidade" for one in desk.app.screen.listing)


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


async def test_undo_says_what_it_undoes_and_asks(work: Path) -> None:
    async with sitting(work) as desk:
        ctx = desk.app.desk.ctx
        before = destination(ctx, "das")
        mapping.map_templates(ctx, OWNER, ["das"], ("Outro", "Lugar"))
        await desk.press("2")
        await desk.go("u", see="Desfazer sua última mudança: DAS - Simples Nacional → Fiscal > DAS?")
        await desk.go("s", see="Desfeito: DAS - Simples Nacional → Fiscal > DAS.")
        assert destination(ctx, "das") == before


async def test_an_undo_that_came_too_late_is_refused_in_words(work: Path) -> None:
    async with sitting(work) as desk:
        ctx = desk.app.desk.ctx
        mapping.map_templates(ctx, OWNER, ["das"], ("Outro",))
        ctx.store.templates.save(
            one.model_copy(update={"destination": ("Terceiro",)})
            for one in ctx.store.templates.get_many(["das"]).values()
        )
        await desk.press("2", "u")
        await desk.see("sim, desfazer")
        await desk.go("s", see="Não dá para desfazer: DAS - Simples Nacional mudou depois, para Terceiro.")


async def test_clearing_a_folder_asks(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("2", "slash", *"das simples", "enter", "c")
        await desk.see("Tirar a pasta de destino de DAS - Simples Nacional?")
        await desk.go("s", see="DAS - Simples Nacional: sem pasta de destino")
        assert destination(desk.app.desk.ctx, "das") is None


async def test_a_failure_is_found_from_the_dashboard_and_mended(work: Path, size: Size) -> None:
    """From Prioridade to the cause to its remedy; once mended, what waited goes on by itself."""
    async with sitting(work, size) as desk:
        await desk.see("Falha no envio de documentos ao Portal do Cliente")
        await desk.go("enter", see="O template não tem pasta de destino")
        await desk.see("Quem concluiu não tem permissão", "✗ 2 falhas")
        cause = next(index for index, one in enumerate(desk.listed) if "não tem pasta" in one)
        desk.rows.move(cause)
        await desk.see("Para resolver: Escolha a pasta")
        await desk.press("enter")
        await desk.until(lambda: desk.app.here == "templates")
        await desk.until(lambda: desk.rows.current == "balancete")
        await desk.go("enter", see="7 pastas")
        await desk.type("Balancete")
        await desk.go("enter", see="✓ Balancete Mensal → Contabilidade > Balancete")
        await desk.see("✗ 1 falha")
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
        await desk.see("Concluir a tarefa T0004", "1 a enviar", "será criado", "envios que sairão agora, sem volta: 1")
        ctx = desk.app.desk.ctx
        await desk.press("c", "enter", "escape")
        task = ctx.store.tasks.get("T0004")
        assert task is not None
        assert task.status is TaskStatus.OPEN
        await desk.go("c", see="sem volta: 1")
        await desk.go("s", see="T0004 concluída; documentos na fila: 1.")
        assert [one.status for one in ctx.store.deliveries.of_task("T0004")] == [DeliveryStatus.QUEUED]
        await desk.see("0 de 36")


async def test_completing_without_a_needed_document_says_so(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("3", "slash", *"T0006", "enter", "c")
        await desk.see("T0006 ainda não tem documento de: Recibo EFD-Contribuições", "concluir mesmo faltando")


async def test_a_task_tells_where_its_document_is_and_reopens(work: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await desk.press("3", "f")
        await desk.see("só concluídas")
        await desk.press("enter")
        await desk.see("T0001  DAS - Simples Nacional", "entregue", "0032 - Engenharia Aurora Ltda > Fiscal > DAS")
        await desk.go("enter", see="Tarefa concluída: DAS - Simples Nacional")
        await desk.press("escape")
        await desk.go("b", see="Reabrir a tarefa T0001?")
        await desk.go("s", see="T0001 reaberta")
        await desk.see("○ aberta")


async def test_the_log_follows_at_its_end_and_stands_still_elsewhere(work: Path, other: Context, size: Size) -> None:
    """What one reads must not move away; what happened meanwhile is counted, and End goes there."""
    async with sitting(work, size) as desk:
        await desk.go("4", see="● seguindo")
        mapping.map_templates(other, OWNER, ["das"], ("Primeiro",))
        await desk.see("DAS - Simples Nacional: pasta Primeiro")
        await desk.go("up", see="parado · End volta a seguir")
        shown, current = desk.rows.text, desk.rows.current
        mapping.map_templates(other, OWNER, ["das"], ("Segundo",))
        await desk.see("↓ 1 novos")
        assert (desk.rows.text, desk.rows.current) == (shown, current)
        await desk.go("end", see="● seguindo")
        await desk.see("DAS - Simples Nacional: pasta Segundo")
        await desk.press("E")
        await desk.see("Falha no envio de")


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
        await desk.go("9", see="1 envios de tarefas concluídas com a integração inativa")
        await desk.go("e", see="Ative primeiro (Enter).")
        await desk.press("enter", "s")
        await desk.until(lambda: desk.app.desk.ctx.store.integration().active)
        assert desk.app.desk.ctx.store.deliveries.held("inactive")
        await desk.press("9")
        await desk.go("e", see="1 envios sairão agora")
        await desk.go("s", see="De volta à fila: 1.")
        assert not desk.app.desk.ctx.store.deliveries.held("inactive")


async def test_who_may_not_is_told_why_and_nothing_happens(work: Path) -> None:
    with open_office(work) as ctx:
        app = Console(Desk(ctx, who_acts(ctx, "fiscal"), "pt"), sending=False)
        async with app.run_test(size=(80, 24)) as pilot:
            desk = Desktop(app, pilot)
            await desk.press("2")
            await desk.go("enter", see="7 pastas")
            await desk.type("Novo > Lugar")
            await desk.go("enter", see="✗ fiscal não é administrador")


@pytest.mark.parametrize("lang", ["en"])
async def test_every_place_speaks_english(work: Path, lang: str) -> None:
    async with sitting(work, lang=lang) as desk:
        await desk.see("Priority", "Integration status", "? help", "quit")
        for key, text in (("2", "without folder"), ("3", "open only"), ("4", "following"), ("5", "What to do")):
            await desk.go(key, see=text)
        await desk.go("9", see="active since")


class Silent:
    """A portal that never answers."""

    url = "dir:///silent"
    linger = 0.0

    def __getattr__(self, _: str) -> Any:
        async def ask(*_: object) -> None:
            await asyncio.Event().wait()

        return ask


async def test_a_portal_that_hangs_freezes_nothing_and_does_not_keep_the_console(work: Path) -> None:
    """Neither opening the picker, nor typing into it, nor leaving it, nor quitting waits for the portal."""
    with open_office(work) as opened:
        ctx = replace(opened, portal=lambda: cast("Portal", Silent()))
        app = Console(Desk(ctx, OWNER, "pt"), sending=False)
        async with app.run_test(size=(80, 24)) as pilot:
            desk = Desktop(app, pilot)
            await desk.see("Portal …")
            await desk.press("2")
            await desk.go("enter", see="lendo…")
            await desk.type("Novo > Lugar")
            await desk.go("enter", see="→ Novo > Lugar")
            await desk.press("3", "slash", *"T0004", "enter")
            await desk.go("c", see="Olhando o portal")
            await desk.go("4", see="Novo > Lugar")
            await desk.press("q")


async def test_a_flood_of_events_is_followed_to_its_end(work: Path, other: Context) -> None:
    async with sitting(work) as desk:
        await desk.go("4", see="● seguindo")
        start = views.last_seq(other)
        for _ in range(20):
            other.store.append([Event(at=other.now(), code="portal_resumed")] * 100)
        await desk.until(lambda: len(desk.rows.source) == start + 2000)
        await desk.until(lambda: desk.rows.cursor == start + 1999)
        await desk.press("home")
        await desk.see("Importado clients.csv")
