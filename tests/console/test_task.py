"""One task: where its documents are, why, and what can be done about each; the messages say what would be lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

from core.domain.models import DeliveryStatus
from core.office import Context, sending
from tests.console.conftest import Desktop, sitting

Size = tuple[int, int]


async def at(desk: Desktop, task: str) -> None:
    await desk.app.go("task", task=task)
    await desk.see(f"{task}  ")
    await desk.until(lambda: len(desk.rows.source))


async def test_explaining_tells_the_whole_story(work: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await at(desk, "T0001")
        await desk.see("Onde:", "Por quê:", "A seguir:")
        await desk.go("enter", see="O que aconteceu")
        await desk.see("Onde está", "Por quê", "O que vem", "Tarefa concluída: DAS - Simples Nacional")
        await desk.press("end", "escape")
        await desk.go("h", see="História da tarefa T0001")
        await desk.see("Enviado:")


async def test_removing_says_that_the_portal_s_copy_stays_and_where(work: Path, size: Size) -> None:
    """Who believes that it went from the portal too would leave a wrong document before the client's eyes."""
    async with sitting(work, size) as desk:
        await at(desk, "T0001")
        await desk.go("d", see="Remover DAS - Simples Nacional 2026-10.pdf da tarefa T0001?")
        await desk.see("A cópia no portal fica: 0032 - Engenharia Aurora Ltda > Fiscal > DAS")
        await desk.press("d", "enter", "escape")
        (document,) = desk.app.desk.ctx.store.documents.of_task("T0001")
        assert document.live, "the key that asked also confirmed"
        await desk.press("d")
        await desk.go("s", see="removido. A cópia no portal fica")
        await desk.until(lambda: "removido" in desk.listed[0])
        await desk.go("d", see="o documento já foi removido")


async def test_cadeado_is_set_and_taken_back_and_refused_with_the_reason(work: Path) -> None:
    async with sitting(work) as desk:
        await at(desk, "T0001")
        await desk.go("l", see="marcado como visto")
        await desk.until(lambda: "◆" in desk.listed[0])
        await desk.go("l", see="marca de visto retirada")
        await desk.until(lambda: "◆" not in desk.listed[0])
        await at(desk, "T0009")
        await desk.go("l", see="o documento ainda não está no portal")


async def test_from_the_dashboard_to_the_error_to_its_task_and_back(work: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await desk.see("Falha no envio de documentos ao Portal do Cliente")
        await desk.go("enter", see="Quem concluiu não tem permissão")
        desk.rows.move(next(index for index, one in enumerate(desk.listed) if "T0009" in one))
        await desk.go("t", see="Falha:")
        await desk.see("não tem permissão")
        await desk.press("e")
        await desk.until(lambda: desk.app.here == "errors")
        delivery = desk.app.desk.ctx.store.deliveries.of_task("T0009")[0]
        await desk.until(lambda: desk.rows.current == delivery.id)
        await desk.press("escape")
        await desk.until(lambda: desk.app.here == "task")


async def test_a_failed_document_is_queued_again_from_its_task(work: Path) -> None:
    async with sitting(work) as desk:
        await at(desk, "T0016")
        await desk.go("r", see="De volta à fila: 1.")
        (delivery,) = desk.app.desk.ctx.store.deliveries.of_task("T0016")
        assert delivery.status is DeliveryStatus.QUEUED
        await at(desk, "T0001")
        await desk.go("r", see="este documento não tem falha")


async def test_what_another_process_sends_is_seen_while_one_looks(work: Path, other: Context) -> None:
    async with sitting(work) as desk:
        await desk.app.go("task", task="T0004")
        await desk.see("T0004  Guia de ISS", "○ aberta")
        await desk.go("c", see="1 envio sairá agora")
        await desk.go("s", see="✓ concluída")
        await desk.until(lambda: "na fila" in desk.listed[0])
        await asyncio.to_thread(sending.deliver, other)
        await desk.until(lambda: "entregue" in desk.listed[0])


async def test_an_open_task_says_why_it_cannot_be_reopened(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.app.go("task", task="T0004")
        await desk.see("T0004  ")
        await desk.go("b", see="a tarefa já está aberta")
