"""Ativação, once it is active: since when and by whom, what waits, how the portal is."""

from __future__ import annotations

from pathlib import Path

from core.domain.permissions import Actor
from core.office import Context, activation, open_office
from core.office.tasks import complete_task
from tests.console.conftest import Desktop, sitting
from tests.console.piloted import piloted
from tests.console.sample import OWNER
from tui.app import Console
from tui.desk import Desk

Size = tuple[int, int]


async def test_it_says_since_when_and_by_whom_and_what_waits(work: Path, other: Context, size: Size) -> None:
    """What was completed while inactive stays until someone asks: unseen it would never reach the clients."""
    activation.deactivate(other, OWNER)
    complete_task(other, OWNER, "T0004")
    complete_task(other, OWNER, "T0005")
    async with sitting(work, size) as desk:
        await desk.go("9", see="inativa desde")
        await desk.see("por gestora", "2 tarefas concluídas com a integração inativa têm documentos não enviados: 2")
        await desk.press("enter")
        await desk.press("s")
        await desk.until(lambda: other.store.integration().active)
        await desk.until(lambda: desk.app.here == "templates")
        await desk.go("9", see="ativa desde")
        await desk.go("e", see="2 envios sairão agora, e isso não se desfaz.")
        await desk.press("e", "enter", "escape")
        assert other.store.deliveries.held("inactive"), "the key that asked also confirmed"
        await desk.press("e")
        await desk.go("s", see="De volta à fila: 2.")


async def test_the_check_is_told_in_words_and_scrolls(work: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await desk.go("9", see="ativa desde")
        await desk.go("v", see="Publicação exclusiva")
        assert desk.listed[0] == "Verificação do portal"
        await desk.press("end")
        await desk.until(lambda: desk.rows.current in ("balancete", "balancete_acum"))


async def test_a_portal_that_is_away_is_said_and_nothing_freezes(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.go("9", see="ativa desde")
        (work.parent / "portal").rename(work.parent / "away")
        await desk.go("v", see="✗")
        await desk.press("1")
        await desk.until(lambda: desk.app.here == "panel")


async def test_editing_the_option_shows_first_what_would_change(work: Path, other: Context) -> None:
    async with sitting(work) as desk:
        await desk.go("9", see="ficam sem pasta")
        await desk.press("p")
        await desk.until(lambda: "[ ] Habilitar" in desk.text)
        await desk.go("enter", see="Aplicar a opção das pastas padrão?")
        await desk.press("s")
        await desk.until(lambda: not other.store.integration().standard_folders)


async def test_what_leaves_when_the_option_is_applied_is_said_before_and_after(work: Path, other: Context) -> None:
    """It leaves for good."""
    balancete = other.store.templates.get("balancete")
    assert balancete is not None
    other.store.templates.save([balancete.model_copy(update={"destination_source": None})])
    async with sitting(work) as desk:
        await desk.go("9", see="1 ganha a pasta padrão")
        await desk.go("enter", see="1 envio que esperava sai agora, sem volta.")
        await desk.go("s", see="✓ Opção aplicada: 1 template ganhou pasta. 1 envio que esperava sai agora, sem volta.")
        assert not other.store.deliveries.failed("no_destination")


async def test_who_is_no_admin_is_told_so_and_nothing_happens(work: Path) -> None:
    with open_office(work) as ctx:
        app = Console(Desk(ctx, Actor("fiscal", "fiscal", admin=False, departments=("Fiscal",)), "pt"), sending=False)
        async with piloted(app) as pilot:
            desk = Desktop(app, pilot)
            await desk.go("9", see="ativa desde")
            await desk.go("d", see="só administradores")
            assert ctx.store.integration().active


async def test_what_was_ticked_and_not_applied_is_not_shown_as_in_force(work: Path, other: Context) -> None:
    """The next to come would take it for applied, and take it back with the very key that ticks it."""
    before = other.store.integration().standard_folders
    async with sitting(work) as desk:
        await desk.go("9", see="ativa desde")
        option = "[x] Habilitar" if before else "[ ] Habilitar"
        await desk.see(option)
        await desk.press("p")
        await desk.until(lambda: not desk.shows(option))
        await desk.press("2")
        await desk.until(lambda: desk.app.here == "templates")
        await desk.go("9", see=option)
        assert other.store.integration().standard_folders == before
