"""Two consoles on one office, in panes of a real tmux: each shows what the other does, and nobody is disturbed.

Each console is a process of its own; nothing but the office's store is between them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.models import Employee
from core.office import Context
from tests.console.panes import Open, Pane, console, eventually

ACUM, MENSAL, BALANCO = "Balancete Acumulado", "Balancete Mensal", "Balanço Patrimonial"


@pytest.fixture
def ana(pane: Open, work: Path, other: Context) -> Pane:
    """An admin's console; beside her sits gestor, another one."""
    other.store.employees.save([Employee(id="ana", name="Ana", admin=True)])
    return pane(console(work, "--as", "ana"))


@pytest.fixture
def gestor(pane: Open, work: Path) -> Pane:
    return pane(console(work, "--as", "gestor"))


def at_templates(one: Pane, needle: str) -> None:
    """Templates, filtered."""
    one.see("Prioridade")
    one.go("2", see="21 de 21")
    one.press("/")
    one.type(needle)
    one.press("Enter")
    one.see_no_more("21 de 21")


def map_to(one: Pane, folder: str) -> None:
    """Give the row under the cursor this folder."""
    one.go("Enter", see="7 pastas")
    one.type(folder)
    one.go("Enter", see=f"→ {folder}")


def cursor_on(one: Pane, word: str, other: str) -> tuple[str, set[str]]:
    """Wait until a line looks as none but the cursor's does; returns how."""

    def stands() -> bool:
        (_, here), (_, there) = one.looks(word, other)
        return bool(here and there) and here != there

    eventually(stands, lambda: f"the cursor is not on {word}:\n{one.text}")
    return one.looks(word)[0]


def keeps(one: Pane, word: str, look: tuple[str, set[str]]) -> None:
    """A line looks as it did, once all is painted."""
    eventually(lambda: one.looks(word)[0] == look, lambda: f"the cursor moved from {look}:\n{one.text}")


def destination(ctx: Context, key: str) -> tuple[str, ...] | None:
    found = ctx.store.templates.get(key)
    assert found is not None
    return found.destination


def test_what_one_maps_completes_and_undoes_the_other_sees_without_a_key_and_keeps_her_place(
    ana: Pane, gestor: Pane
) -> None:
    """Cursor, filter and marks are ana's: what gestor does shows in her lists, and moves nothing."""
    at_templates(ana, "balan")
    ana.press("Space", "Space")  # both balancetes; the cursor then stands on the third
    ana.see("2 selecionados")
    place = cursor_on(ana, BALANCO, MENSAL)
    at_templates(gestor, ACUM.lower())

    map_to(gestor, "Novo > Lugar")
    ana.see("Novo > Lugar", "3 de 21 · 2 selecionados · 1 sem pasta")
    keeps(ana, BALANCO, place)
    ana.see(*(f"✓ {name}" for name in (MENSAL, ACUM)))

    gestor.go("u", see="Desfazer sua última mudança")
    gestor.go("s", see="Desfeito")
    ana.see_no_more("Novo > Lugar")
    ana.see("2 selecionados · 2 sem pasta")
    keeps(ana, BALANCO, place)

    ana.go("3", see="37 de 42")
    ana.press("Down", "Space")
    ana.see("1 selecionado")
    stands = cursor_on(ana, "T0006", "T0005")
    (marked,) = ana.looks("T0005")
    assert marked[0].startswith("✓")
    gestor.go("3", see="37 de 42")
    gestor.press("/")
    gestor.type("T0004")
    gestor.press("Enter")
    gestor.see_no_more("T0005")
    gestor.go("c", see="concluir e enviar")
    gestor.press("s")
    ana.see_no_more("T0004")
    ana.see("36 de 42 · 1 selecionado")
    keeps(ana, "T0005", marked)
    keeps(ana, "T0006", stands)

    ana.go("2", see="2 selecionados")
    keeps(ana, BALANCO, place)


def test_an_undo_of_what_another_has_changed_since_is_refused_and_names_her(
    ana: Pane, gestor: Pane, other: Context
) -> None:
    for one, folder in ((gestor, "De > Gestor"), (ana, "De > Ana")):
        at_templates(one, "das - simples")
        map_to(one, folder)
    gestor.see("De > Ana")
    gestor.go("u", see="Desfazer sua última mudança: DAS - Simples Nacional volta a Fiscal > DAS?")
    gestor.press("s")
    gestor.see("Não dá para desfazer: ana mudou DAS - Simples Nacional")
    assert destination(other, "das") == ("De", "Ana")


def test_a_batch_begun_while_another_changes_its_templates_says_so_and_asks(
    ana: Pane, gestor: Pane, other: Context
) -> None:
    """Else the later Enter would silently undo a colleague's decision."""
    at_templates(ana, "balan")
    ana.press("a")
    ana.go("d", see="7 pastas")
    at_templates(gestor, ACUM.lower())
    map_to(gestor, "De > Gestor")
    ana.see(f"! gestor agora: {ACUM}: pasta De > Gestor")
    ana.type("Novo > Lugar")
    ana.go("Enter", see=f"{ACUM}: a pasta mudou enquanto você escolhia.")
    ana.see("De > Gestor, por gestor", "sim, trocar: 3 templates → Novo > Lugar")
    ana.press("Enter", "d", "Escape")
    ana.see_no_more("enquanto você escolhia")
    ana.see("3 selecionados")
    assert destination(other, "balancete_acum") == ("De", "Gestor")
    assert destination(other, "balancete") is None, "half of the batch was done"

    ana.go("d", see="7 pastas")
    map_to(gestor, "Ainda > Outro")
    ana.see(f"! gestor agora: {ACUM}: pasta Ainda > Outro")
    ana.type("Novo > Lugar")
    ana.go("Enter", see="Ainda > Outro, por gestor")
    ana.go("s", see="3 templates → Novo > Lugar")
    gestor.see("Novo > Lugar")
    assert {destination(other, key) for key in ("balancete", "balancete_acum")} == {("Novo", "Lugar")}
