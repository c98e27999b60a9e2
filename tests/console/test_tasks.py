"""Tarefas: finding what is to be done among many, and completing it; the messages say what would be lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import pytest

from core.domain.models import Client, Task, TaskStatus, Template
from core.domain.text import fold
from core.office import Context, open_office, views, worklist
from core.office.worklist import Wanted
from tests.console.conftest import Desktop, sitting
from tui.screens.choices import span
from tui.screens.tasks import Tasks

Size = tuple[int, int]


def dated(office: Path, **days: int) -> None:
    """Give tasks legal dates so many days from today."""
    with open_office(office) as ctx:
        today = ctx.now().astimezone().date()
        found = ctx.store.tasks.get_many(days)
        ctx.store.tasks.save(
            one.model_copy(update={"legal_date": today + timedelta(days=days[key])}) for key, one in found.items()
        )


def tasks(desk: Desktop) -> Tasks:
    return cast("Tasks", desk.app.place("tasks"))


def ids(desk: Desktop) -> list[str]:
    return list(tasks(desk).listing.shown)


def marked(desk: Desktop) -> set[str]:
    return set(tasks(desk).listing.marked)


async def test_filters_combine_and_show_as_chips(work: Path, size: Size) -> None:
    """Otherwise one would complete tasks of another client or month than one believes."""
    async with sitting(work, size) as desk:
        await desk.go("3", see="37 de 42")
        await desk.go("l", see="Tarefas: cliente")
        await desk.type("42")
        await desk.go("enter", see="cliente: 42 Mercado Araucária Ltda")
        await desk.go("f", see="Tarefas: situação")
        await desk.press("down", "down")
        await desk.until(lambda: desk.rows.current == "")
        await desk.press("enter")
        await desk.until(lambda: "T0016" in ids(desk), "the completed ones too")
        await desk.go("d", see="Contabilidade")
        await desk.press("down")
        await desk.go("enter", see="depto.: Contabilidade")
        await desk.until(lambda: ids(desk) == ["T0016"], "T0016 alone")
        await desk.press("escape")
        await desk.see("37 de 42", "situação: aberta")


async def test_what_was_completed_is_marked_no_more(work: Path) -> None:
    """The next batch would take along what is no longer in sight."""
    async with sitting(work) as desk:
        await desk.press("3", "slash", *"T0004", "enter", "space", "escape", "slash", *"T0005", "enter", "space")
        await desk.until(lambda: len(marked(desk)) == 2)
        await desk.go("c", see="Concluir 2 tarefas")
        await desk.go("s", see="2 tarefas concluídas")
        await desk.until(lambda: not marked(desk))


async def test_periods_are_offered_as_they_are_and_written_as_people_do(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("3")
        await desk.go("p", see="10/2026")
        at = next(index for index, one in enumerate(desk.listed) if one.startswith("2026 "))
        desk.rows.move(at)
        await desk.go("enter", see="compet.: 2026")
        periods = {desk.app.desk.ctx.store.tasks.get(key).period for key in ids(desk)}
        assert periods == {"2026"}


async def test_overdue_and_due_soon_stand_out_by_word(work: Path, size: Size) -> None:
    """Colour alone would tell nothing to who does not see it, nor under NO_COLOR."""
    dated(work, T0004=-1, T0005=0, T0006=1, T0007=3, T0008=4)
    async with sitting(work, size) as desk:
        await desk.go("3", see="vencida")
        told = {one.split()[1]: one for one in desk.listed[:5]}
        assert "! " in told["T0004"]
        assert "vencida" in told["T0004"]
        assert "▸" in told["T0005"]
        assert "hoje" in told["T0005"]
        assert "amanhã" in told["T0006"]
        assert "em 3 dias" in told["T0007"]
        assert "dias" not in told["T0008"]
        await desk.press("v", "down")
        await desk.go("enter", see="vencimento: vencidas")
        await desk.until(lambda: "T0004" in ids(desk) and "T0005" not in ids(desk))


async def test_typing_finds_without_accents_by_task_client_number_and_date(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("3")
        for typed, found in (
            ("recisao", []),
            ("rescisao", ["T0014", "T0035"]),
            ("t0014", ["T0014"]),
            ("termo 41", ["T0014"]),
        ):
            await desk.press("slash")
            await desk.type(typed)
            await desk.press("enter")
            await tasks(desk).settled()
            assert ids(desk) == found, typed
            if not found:
                await desk.see("Nenhuma tarefa com “recisao” (/), situação: aberta (f). Esc mostra todas as abertas.")
            await desk.press("escape")


async def test_a_key_right_after_typing_acts_on_what_was_typed(work: Path) -> None:
    """Marking all of the list as it was would complete all tasks of the office."""
    async with sitting(work) as desk:
        await desk.press("3", "slash", *"balancete", "enter", "a")
        await desk.until(lambda: marked(desk))
        assert marked(desk) == set(ids(desk))
        assert 0 < len(marked(desk)) < 10


async def test_a_narrow_column_shows_by_its_arrow_that_the_list_is_sorted_by_it(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.go("3", see="de 42")
        tasks(desk).listing.sort = (0, True)
        tasks(desk).rearrange()
        await desk.see("▼")


async def test_every_column_sorts_both_ways_and_back(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.go("3", see="37 de 42")
        usual = ids(desk)
        await desk.press("right", "right")  # Tarefa
        await desk.press("s")
        await desk.until(lambda: ids(desk) != usual)
        upwards = ids(desk)
        names = [fold(desk.app.desk.ctx.store.tasks.get(key).name) for key in upwards]
        assert names == sorted(names)
        await desk.press("s")
        await desk.until(lambda: ids(desk) != upwards)
        downwards = [fold(desk.app.desk.ctx.store.tasks.get(key).name) for key in ids(desk)]
        assert downwards == sorted(names, reverse=True)
        await desk.press("s")
        await desk.until(lambda: ids(desk) == usual)


async def test_many_are_completed_at_once_with_what_will_be_sent_and_what_will_fail(work: Path, size: Size) -> None:
    """Nobody can take back what has been sent: numbers, paths and failures stand there before."""
    async with sitting(work, size) as desk:
        await desk.press("3", "slash", *"T0004", "enter", "space", "escape")
        await desk.press("slash", *"T0005", "enter", "space", "escape", "slash", *"T0006", "enter", "space")
        await desk.see("3 selecionados")
        await desk.go("c", see="Concluir 3 tarefas")
        await desk.see("2 a enviar", "T0006 ainda não tem documento de", "2 envios sairão agora", "Fiscal > IS")
        await desk.press("enter", "c")
        assert desk.app.desk.ctx.store.tasks.counts()["completed"] == 5, "the key that asked also confirmed"
        await desk.go("s", see="3 tarefas concluídas; documentos na fila: 2.")


async def test_several_are_opened_again(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("3", "f", "down")
        await desk.go("enter", see="5 de 42")
        await desk.press("a")
        await desk.go("b", see="Reabrir 5 tarefas?")
        await desk.go("s", see="5 tarefas reabertas")
        assert desk.app.desk.ctx.store.tasks.counts()["open"] == 42


async def test_going_away_and_coming_back_loses_nothing(work: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await desk.press("3", "right", "right", "s", "slash", *"recibo", "enter")
        await desk.until(lambda: tasks(desk).listing.needle == "recibo")
        await desk.press("space", "down")
        await desk.until(lambda: marked(desk))
        before = ids(desk), marked(desk), desk.rows.current, tasks(desk).listing.sort
        await desk.press("enter")
        await desk.until(lambda: desk.app.here == "task")
        await desk.press("escape")
        await desk.until(lambda: desk.app.here == "tasks")
        assert (ids(desk), marked(desk), desk.rows.current, tasks(desk).listing.sort) == before


async def test_a_list_with_nothing_in_it_says_why_and_which_keys_fill_it(new: Path) -> None:
    with open_office(new) as ctx:
        ctx.store.tasks.save(
            one.model_copy(update={"status": TaskStatus.COMPLETED}) for one in views.every(ctx.store.tasks)
        )
    async with sitting(new) as desk:
        await desk.go("3", see="Nenhuma tarefa aberta. f mostra as concluídas.")
        await desk.press("e")
        await desk.go("v", "down", "enter", see="Nenhuma tarefa com situação: aberta (f), vencimento: vencidas (v),")
        await desk.see("falhas: só com falha (e). Esc mostra todas as abertas.")


def test_what_the_filters_mean_in_days() -> None:
    today = date(2026, 12, 31)
    assert span("overdue", today) == (None, today)
    assert span("today", today) == (today, date(2027, 1, 1))
    assert span("month", today) == (date(2026, 12, 1), date(2027, 1, 1))
    assert span("next", today) == (date(2027, 1, 1), date(2027, 2, 1))
    assert span("", today) == (None, None)


@pytest.fixture
def few(work: Path) -> Iterator[Context]:
    with open_office(work) as ctx:
        ctx.store.clients.save([Client(id="x1", name="Pão & Água", tax_id="11222333000181")])
        ctx.store.templates.save([Template(id="t1", name="Um", department="Novo")])
        ctx.store.tasks.save(
            [
                Task(id="A1", client="x1", name="Ata", period="2026-01", templates=("t1",)),
                Task(id="A2", client="x1", name="Ção", period="2026-01", legal_date=date(2026, 3, 20)),
            ]
        )
        yield ctx


def test_what_is_wanted_is_what_is_found(few: Context) -> None:
    known = worklist.clients_known(few)

    def found(text: str = "", **wanted: object) -> list[str]:
        meant = Wanted(**wanted)  # type: ignore[arg-type]
        searched = worklist.searchable(few, meant).find(text, known)
        assert text or searched == worklist.choose(few, meant)
        return searched

    assert found(client="x1") == ["A1", "A2"]
    assert found(department="Novo") == ["A1"]
    assert found(text="pao agua") == ["A1", "A2"]
    assert found(text="11222333 cao") == ["A2"]
    assert found(text="20/03/2026") == ["A2"]
    assert found(client="x1", order="name", descending=True) == ["A2", "A1"]
    assert found(client="x1", order="legal_date") == ["A2", "A1"], "those without a date come last"
    assert found(client="x1", order="legal_date", descending=True) == ["A2", "A1"]
    assert found(ids=("A2", "gone")) == ["A2"]
    assert set(found(failing=True)) == {"T0009", "T0016"}
