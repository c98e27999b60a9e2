"""Ver erros: each group's one key leads to its remedy, what waits counts down, and what is mended goes by itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.geometry import Region

from core.domain.failures import FAILURES
from core.domain.models import DeliveryStatus
from core.office import Context, open_office, sending
from core.office.tasks import complete_task
from tests.console.conftest import Desktop, sitting
from tests.console.sample import OWNER
from tui.remedies import REMEDIES
from tui.screens.errors import CAUSES, TO_PORTAL, WAYS

Size = tuple[int, int]


def without_portal(office: Path) -> None:
    """Something is sent while the portal is away."""
    portal = office.parent / "portal"
    portal.rename(portal.with_name("away"))
    with open_office(office) as ctx:
        complete_task(ctx, OWNER, "T0004")
        sending.deliver(ctx)


async def to_cause(desk: Desktop, cause: str) -> None:
    await desk.go("5", see=cause)
    desk.rows.move(next(index for index, one in enumerate(desk.listed) if cause in one))


def fail(ctx: Context, code: str, **update: object) -> None:
    """Let a delivery of the sample fail in another way."""
    (one, *_) = ctx.store.deliveries.failed("permission_denied")
    with ctx.store.transaction():
        ctx.store.deliveries.save([one.model_copy(update={"failure": code, **update})])


async def test_a_portal_that_is_away_is_checked_by_one_key_and_goes_when_it_is_back(work: Path, size: Size) -> None:
    """Everything waits for it: whoever mends it must be able to say so."""
    await asyncio.to_thread(without_portal, work)
    async with sitting(work, size) as desk:
        await to_cause(desk, "Portal indisponível")
        await desk.see("tudo espera", "Enter: verificar", "de novo ")
        await desk.press("enter")
        await desk.until(lambda: desk.app.here == "activation")
        await desk.see("✗ O portal está indisponível")
        (work.parent / "away").rename(work.parent / "portal")
        await desk.press("escape")
        await desk.until(lambda: desk.app.here == "errors")
        await desk.press("enter")
        await desk.until(lambda: desk.app.here == "activation")
        await desk.see("responde e aceita")
        await desk.press("escape")
        await desk.until(lambda: not any("Portal indisponível" in one for one in desk.listed))


async def test_what_waits_counts_down_in_its_own_line_only(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole screen each second would fill a bad line."""
    with open_office(work) as ctx:
        fail(ctx, "portal_busy", status=DeliveryStatus.QUEUED, due_at=ctx.now() + timedelta(seconds=75))
    async with sitting(work) as desk:
        await desk.go("5", see="de novo em 1:")
        written: list[Region] = []
        rows, refresh = desk.rows, desk.rows.refresh

        def noted(*regions: Region, **options: Any) -> Any:
            written.extend(regions)
            return refresh(*regions, **options)

        monkeypatch.setattr(rows, "refresh", noted)
        before = rows.text
        await desk.until(lambda: rows.text != before)
        assert written
        assert all(one.height == 1 for one in written), written
        assert len({one.y for one in written}) < len(rows.lines), "the painter then writes the cells that differ"


async def test_a_lost_file_leads_to_its_document(work: Path) -> None:
    with open_office(work) as ctx:
        fail(ctx, "file_missing")
    async with sitting(work) as desk:
        await to_cause(desk, "Os dados do arquivo se perderam")
        await desk.see("Enter: documento")
        await desk.press("enter")
        await desk.until(lambda: desk.app.here == "task")
        await desk.see("T0009")


async def test_a_group_or_one_of_it_is_retried(work: Path) -> None:
    async with sitting(work) as desk:
        await to_cause(desk, "Quem concluiu não tem permissão")
        await desk.go("r", see="De volta à fila: 1.")
        await desk.until(lambda: not any("não tem permissão" in one for one in desk.listed))
        desk.rows.move(1)
        await desk.go("r", see="Nenhuma falha, e nada espera nova tentativa.")


async def test_one_group_is_what_one_act_mends(work: Path) -> None:
    """Enter on a group of several templates would mend one of them, and leave the rest without a word."""
    with open_office(work) as ctx:
        ctx.store.templates.save(
            one.model_copy(update={"destination": None}) for one in ctx.store.templates.get_many(["das"]).values()
        )
        complete_task(ctx, OWNER, "T0004")
    await asyncio.to_thread(deliver, work)
    async with sitting(work) as desk:
        await desk.go("5", see="O template não tem pasta de destino")
        heads = [one for one in desk.listed if "não tem pasta de destino" in one]
        assert len(heads) == len(set(heads))
        assert any("Balancete Mensal" in one for one in heads)


def test_no_one_at_the_console_is_sent_to_a_command_line() -> None:
    """The key stands there; a command with an id in it is nothing that someone who works at this screen can use."""
    assert set(REMEDIES) <= set(CAUSES)
    for code in CAUSES:
        remedy = REMEDIES.get(code, FAILURES[code].remedy)
        assert not [one for one in remedy if "malote " in one], code


def deliver(office: Path) -> None:
    with open_office(office) as ctx:
        sending.deliver(ctx)


def test_every_cause_has_a_sentence_and_a_way() -> None:
    assert set(WAYS) <= set(CAUSES)
    assert all(WAYS.get(code, TO_PORTAL).place for code in CAUSES)
