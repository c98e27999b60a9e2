"""Painel: what wants a hand first, and today's and this month's numbers as the journal has them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from core.domain.models import Event, TaskStatus, Unkept
from core.office import Context, views
from tests.console.conftest import Desktop, sitting

Size = tuple[int, int]


def numbers(desk: Desktop, head: str) -> list[str]:
    line = next(one for one in desk.text.splitlines() if one.strip().startswith(head))
    return line.strip().removeprefix(head).split()


async def test_today_and_this_month_are_counted_apart(work: Path, other: Context, size: Size) -> None:
    """A number that counts another day's failures as today's sends people looking for what is long mended."""
    now = other.now().astimezone()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    last_month = midnight.replace(day=1) - timedelta(hours=1)
    earlier = 2 if midnight.day > 1 else 0
    events = [Event(at=last_month, code="delivered")] * 5
    events += [Event(at=midnight - timedelta(hours=2), code="delivered")] * earlier
    events += [Event(at=now, code="kept_both"), Event(at=now, code="failed")]
    other.store.append(events)
    async with sitting(work, size) as desk:
        await desk.see("Prioridade", "Hoje")
        assert numbers(desk, "entregues") == ["4", str(4 + earlier)]
        assert numbers(desk, "mantidos ao lado (Cadeado)") == ["1", "1"]
        assert numbers(desk, "falhas") == ["3", "3"]
        assert numbers(desk, "na fila") == ["0"]
        other.store.append([Event(at=now, code="delivered", name="x")])
        await desk.until(lambda: numbers(desk, "entregues") == ["5", str(5 + earlier)])


async def test_each_number_of_prioridade_leads_to_what_it_counts(work: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await desk.see("Falha no envio de documentos ao Portal do Cliente")
        assert [one.split()[1] for one in desk.listed] == ["2", "2", "37"]
        await desk.go("enter", see="O template não tem pasta de destino")
        assert desk.app.here == "errors"
        await desk.go("1", see="Prioridade")
        await desk.press("down")
        await desk.go("enter", see="só os sem pasta")
        await desk.press("1", "down")
        await desk.until(lambda: "vencida" in (desk.rows.current or ""))
        await desk.go("enter", see="vencimento: vencidas")
        await desk.until(lambda: len(desk.rows.source) == 37)


async def test_one_is_said_as_one(work: Path, other: Context) -> None:
    """“1 Templates sem pasta” reads as a mistake, and whoever reads mistakes trusts no number."""
    first, *_ = (one for one in views.every(other.store.templates) if one.send and not one.destination)
    other.store.templates.save([first.model_copy(update={"destination": ("Fiscal",)})])
    done = [one for one in views.every(other.store.tasks) if one.status is TaskStatus.COMPLETED]
    with other.store.transaction():
        other.store.tasks.save([one.model_copy(update={"status": TaskStatus.OPEN}) for one in done[1:]])
    async with sitting(work) as desk:
        await desk.see("Template sem pasta de destino", "1 concluída ·")
        assert "Templates sem pasta" not in desk.text


async def test_what_the_portal_does_not_keep_is_said_until_it_does(work: Path, other: Context, size: Size) -> None:
    """An office that asked for `exclusive` would go on believing that it has it."""
    async with sitting(work, size) as desk:
        await desk.see("Prioridade")
        other.store.set_unkept(Unkept(code="locks_show", since=other.now()))
        await desk.see("O portal não cumpre exclusive = true")
        other.store.set_unkept(None)
        await desk.until(lambda: "exclusive" not in desk.text)


async def test_coming_back_the_cursor_is_where_it_was(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("down", "down")
        current = desk.rows.current
        await desk.press("enter")
        await desk.until(lambda: desk.app.here == "tasks")
        await desk.press("1")
        await desk.until(lambda: desk.app.here == "panel")
        assert desk.rows.current == current


def test_the_hours_are_kept_and_not_counted(other: Context) -> None:
    """Counting a million events at every change would make the console crawl."""
    now = other.now()
    before = views.outcomes(other, now)["delivered"]
    other.store.append([Event(at=now, code="delivered")] * 3)
    after = views.outcomes(other, now)["delivered"]
    assert sum(after.values()) == sum(before.values()) + 3
    assert all(hour.minute == 0 and hour.tzinfo is not None for hour in after)
