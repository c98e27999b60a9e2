"""Templates, key by key: selecting, mapping in a batch, undoing; each says what an office would lose if it broke."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from core.domain.models import DestinationSource, Names, Template
from core.domain.permissions import Actor
from core.office import Context, activation, mapping, views
from core.office.actors import who_acts
from tests.console.conftest import Desktop, sitting
from tests.console.sample import BALANCETES, OWNER
from tui.screens.templates import short

Size = tuple[int, int]
OTHER = Actor.outsider("outra")
FOUR = ("Balancete de Abertura", "Balancete por Centro")
"""With the sample office's own two: the four Balancetes of the seed."""


def destination(ctx: Context, template: str) -> Names | None:
    found = ctx.store.templates.get(template)
    assert found is not None
    return found.destination


def four_balancetes(ctx: Context) -> list[str]:
    new = [Template(id=f"b{n}", name=name, department="Contabilidade") for n, name in enumerate(FOUR)]
    ctx.store.templates.save(new)
    return [*BALANCETES, *(one.id for one in new)]


async def test_four_balancetes_are_mapped_in_a_batch_within_thirty_keys(work: Path, other: Context, size: Size) -> None:
    """The seed of it all: from the dashboard, filter, mark all, one folder for all of them; typing counts."""
    templates = four_balancetes(other)
    first, then = ["2", "slash", *"balancete", "enter", "a", "d"], [*"balan", "enter"]
    assert len(first) + len(then) <= 30
    async with sitting(work, size) as desk:
        await desk.see("Prioridade")
        await desk.press(*first)
        await desk.see("Pasta de destino para 4 templates", "Balancete de Abertura, Balancete por Centro", "7 pastas")
        await desk.press(*then)
        await desk.see("4 templates → Contabilidade > Balancete")
        assert {destination(other, one) for one in templates} == {("Contabilidade", "Balancete")}


async def test_the_seed_takes_thirty_keys_even_with_another_client_as_the_model(work: Path, other: Context) -> None:
    (work.parent / "portal" / "0002 - Farmácia Bom Jardim Ltda" / "Livros" / "Balancetes").mkdir(parents=True)
    keys = ["2", "slash", *"balancet", "enter", "a", "d", "tab", *"bom jar", "enter", *"balan", "enter"]
    keys = ["space" if one == " " else one for one in keys]
    assert len(keys) <= 30
    client = next(one for one in other.store.clients.page() if one.name == "Farmácia Bom Jardim Ltda")
    folder = work.parent / "portal" / "/".join(client.portal) / "Livros" / "Balancetes"
    folder.mkdir(parents=True, exist_ok=True)
    async with sitting(work) as desk:
        await desk.press(*keys[:13])
        await desk.see("7 pastas")
        await desk.press(*keys[13:22])
        await desk.see("Pastas de 2 ·", "2 pastas")
        await desk.press(*keys[22:])
        await desk.see("2 templates → Livros > Balancetes")


async def test_finding_and_retrying_a_failed_document_takes_at_most_eight_keys(work: Path) -> None:
    """From the dashboard: Prioridade, its first cause, again."""
    keys = ["5", "r"]
    assert len(keys) <= 8
    async with sitting(work) as desk:
        await desk.see("Falha no envio de documentos ao Portal do Cliente")
        failed = {one.id for one in desk.app.desk.ctx.store.deliveries.failed()}
        await desk.go(keys[0], see="O template não tem pasta de destino")
        await desk.go(keys[1], see="De volta à fila: 1.")
        assert len(failed - {one.id for one in desk.app.desk.ctx.store.deliveries.failed()}) == 1


async def test_what_has_no_folder_stands_out_in_words_and_by_a_sign(work: Path, size: Size) -> None:
    """Not by colour alone, and at 80 columns still readable."""
    async with sitting(work, size) as desk:
        await desk.go("2", see="! Nenhuma pasta selecionada")
        await desk.go("f", see="2 de 21 · 2 sem pasta · só os sem pasta")
        assert len(desk.listed) == 2
        await desk.press("f")
        await desk.until(lambda: len(desk.listed) == 21)


async def test_an_empty_list_says_why_and_which_key_fills_it(work: Path, other: Context) -> None:
    mapping.map_templates(other, OWNER, BALANCETES, ("Contabilidade",))
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("f", see="Todos têm pasta de destino. f mostra todos.")
        await desk.press("f", "slash", *"nada disso")
        await desk.see("Nada corresponde a “nada disso” (/). Esc mostra tudo.")


async def test_when_each_template_was_delivered_last_is_seen(work: Path, size: Size) -> None:
    """A template that nothing goes out under may be mapped wrongly; one that does is better not touched."""
    async with sitting(work, size) as desk:
        await desk.go("2", see="Envio")
        last = desk.app.desk.ctx.store.deliveries.last_by_template()
        assert last
        sent = {one.split("  ")[0] for one in desk.listed if "  —  " not in one}
        names = {desk.app.desk.ctx.store.templates.get(key).name for key in last}
        assert sent == names


def test_a_moment_is_said_in_five_cells() -> None:
    now = datetime.now().astimezone().replace(month=6, day=15, hour=12)
    assert short(None, now, "pt") == "—"
    assert short(now, now, "pt") == f"{now:%H:%M}"
    assert [short(now - timedelta(days=1), now, lang) for lang in ("pt", "en")] == ["14/06", "06-14"]
    assert short(now.replace(year=now.year - 1), now, "pt") == str(now.year - 1)


async def test_every_column_sorts_both_ways_and_back_to_none(work: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await desk.go("2", see="21 de 21")
        plain = list(desk.listed)
        for column in range(len(desk.rows.columns)):
            cells = [desk.rows.source.row(index).cells[column] for index in range(21)]
            await desk.press("s")
            up = list(desk.listed)
            assert "▲" in desk.rows.text.split("\n")[0]
            await desk.press("s")
            down = list(desk.listed)
            assert "▼" in desk.rows.text.split("\n")[0]
            await desk.press("s")
            assert desk.listed == plain
            if len(set(cells)) > 1:
                assert up != down
            await desk.press("right")


async def test_marks_hold_through_filter_sort_and_refresh_and_are_counted(
    work: Path, other: Context, size: Size
) -> None:
    """Otherwise a batch would silently lose or gain templates;
    at 80 columns in shorter words, but whole."""
    word = "sel." if size[0] < 90 else "selecionados"
    async with sitting(work, size) as desk:
        await desk.press("2", "a", "slash", *"darf", "enter")
        await desk.see(f"3 de 21 · 21 {word}, 18 fora do filtro · 2 sem pasta")
        await desk.press("i")
        await desk.see(f"18 {word}, 18 fora do filtro · 2 sem pasta")
        mapping.map_templates(other, OWNER, ["darf_pis"], ("Outro", "Lugar"))
        await desk.see("Outro > Lugar", f"18 {word}, 18 fora do filtro · 2 sem pasta")
        await desk.press("i", "s", "s", "escape")
        await desk.see("21 selecionados ")
        await desk.go("n", see="21 de 21 · 2 sem pasta")
        await desk.go("z", see="21 selecionados")


async def test_the_batch_dialog_names_all_and_marks_those_outside_the_filter(work: Path, size: Size) -> None:
    """Who maps a batch must see what is in it, also what the filter hides."""
    async with sitting(work, size) as desk:
        await desk.press("2", "a", "slash", *"balancete", "enter", "d")
        await desk.see("Pasta de destino para 21 templates", "Balancete Mensal", "! fora do filtro: ")
        await desk.go("f3", see="Os 21 templates do lote")
        assert sum("fora do filtro" in one for one in desk.listed) == 19
        await desk.press("escape")
        await desk.go("f2", see="Pasta de destino para 2 templates")
        assert "fora do filtro" not in desk.text
        await desk.see("7 pastas")
        await desk.type("Novo > Lugar")
        await desk.go("enter", see="2 templates → Novo > Lugar")


async def test_the_folders_that_a_batch_would_replace_are_counted(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("2", "slash", *"balan", "enter", "a")
        await desk.go("d", see="7 pastas")
        await desk.see("já com outra pasta, que será trocada: 1")


async def test_what_a_folder_lets_leave_is_said_before_enter_gives_it(work: Path, other: Context) -> None:
    """A document that has left stays with the client, even if the folder was the wrong one and is undone."""
    async with sitting(work) as desk:
        await desk.press("2", "slash", *"balan", "enter", "a")
        await desk.go("d", see="7 pastas")
        await desk.press(*"balan")
        await desk.see("Contabilidade > Balancete", "1 envio que esperava sai agora, sem volta")
        activation.deactivate(other, OWNER)
        await desk.until(lambda: "sem volta" not in desk.text)
        await desk.go("enter", see="→ Contabilidade > Balancete")


async def test_a_range_and_a_cell_s_value_are_marked_by_a_key(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("2", "space", "down", "down", "x")
        await desk.see("4 selecionados")
        await desk.press("n", "home", "right", "equals_sign")
        views = {one.id: one.template for one in desk.app.screen.listing}
        marked = desk.app.screen.listing.marked
        assert {views[one].department for one in marked} == {"Contabilidade"}
        assert len(marked) == sum(one.department == "Contabilidade" for one in views.values())
        await desk.press("n", "right", "equals_sign")
        assert set(desk.app.screen.listing.marked) == set(BALANCETES)
        await desk.go("o", see="2 de 21")


async def test_undo_and_redo_say_what_they_do_and_ask(work: Path, other: Context) -> None:
    before = destination(other, "das")
    mapping.map_templates(other, OWNER, ["das"], ("Outro", "Lugar"))
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("u", see="Desfazer sua última mudança: DAS - Simples Nacional volta a Fiscal > DAS?")
        await desk.press("u", "escape")
        assert destination(other, "das") == ("Outro", "Lugar"), "the key that asked also confirmed, or Esc did"
        await desk.press("u")
        await desk.go("s", see="Desfeito: DAS - Simples Nacional volta a Fiscal > DAS.")
        assert destination(other, "das") == before
        await desk.go("U", see="Refazer o que você desfez: DAS - Simples Nacional → Outro > Lugar?")
        await desk.go("s", see="Refeito: DAS - Simples Nacional → Outro > Lugar.")
        assert destination(other, "das") == ("Outro", "Lugar")
        await desk.go("U", see="Você não tem mudança de pasta para refazer.")


async def test_undoing_a_batch_names_each_of_its_templates(work: Path, other: Context) -> None:
    mapping.map_templates(other, OWNER, ["das", "iss"], ("Outro", "Lugar"))
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("u", see="2 templates voltam a Fiscal > DAS / Fiscal > ISS?")
        await desk.see("DAS - Simples Nacional volta a Fiscal > DAS", "Guia de ISS volta a Fiscal > ISS")


async def test_undoing_the_first_folder_says_that_there_will_be_none(work: Path, other: Context) -> None:
    mapping.map_templates(other, OWNER, ["balancete"], ("Outro", "Lugar"))
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("u", see="Balancete Mensal volta a ficar sem pasta?")


async def test_only_ones_own_changes_are_undone(work: Path, other: Context) -> None:
    mapping.map_templates(other, OTHER, ["das"], ("De", "Outra"))
    async with sitting(work) as desk:
        await desk.press("2", "u")
        await desk.see("sim, desfazer")
        assert "De > Outra" not in desk.app.screen.query_one("#question").text
        await desk.press("escape")


async def test_an_undo_that_came_too_late_is_refused_and_names_who(work: Path, other: Context) -> None:
    async with sitting(work) as desk:
        mapping.map_templates(other, OWNER, ["das"], ("Outro",))
        mapping.map_templates(other, OTHER, ["das"], ("Terceiro",))
        await desk.press("2", "u")
        await desk.see("sim, desfazer")
        await desk.go("s", see="Não dá para desfazer: outra mudou DAS - Simples Nacional depois, para Terceiro.")
        assert destination(other, "das") == ("Terceiro",)


async def test_clearing_a_folder_asks(work: Path, other: Context) -> None:
    async with sitting(work) as desk:
        await desk.press("2", "slash", *"das simples", "enter", "c")
        await desk.see("Tirar a pasta de destino de DAS - Simples Nacional?")
        await desk.go("s", see="DAS - Simples Nacional: sem pasta de destino")
        found = other.store.templates.get("das")
        assert found is not None
        assert (found.destination, found.destination_source) == (None, DestinationSource.HAND)


async def test_the_keys_of_a_list_that_fills_again_are_named_again(work: Path, other: Context) -> None:
    """Whoever reads the footer would think that nothing can be mapped any more."""
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("f", see="só os sem pasta")
        await desk.see("d pasta em lote")
        unmapped = [one.id for one in views.every(other.store.templates) if one.send and not one.destination]
        mapping.map_templates(other, OWNER, unmapped, ("Fiscal",))
        await desk.until(lambda: "Todos têm pasta" in desk.text and "d pasta em lote" not in desk.text)
        await desk.press("f")
        await desk.see("d pasta em lote")


async def test_who_may_not_map_is_told_so_before_choosing(work: Path, other: Context) -> None:
    async with sitting(work) as desk:
        object.__setattr__(desk.app.desk, "actor", who_acts(other, "fiscal"))
        await desk.press("2")
        for key in ("enter", "d", "u", "U", "c"):
            await desk.go(key, see="só administradores")
            desk.app.screen.notice("")
            assert desk.app.screen is desk.app.place("templates")


async def test_at_sixty_columns_name_department_and_folder_are_still_there(work: Path) -> None:
    async with sitting(work, (60, 20)) as desk:
        await desk.go("2", see="! Nenhuma pasta selecionada")
        assert "Envio" not in desk.rows.text
        await desk.pilot.resize_terminal(120, 40)
        await desk.see("Envio")


async def test_another_console_s_mapping_shows_here(work: Path) -> None:
    async with sitting(work) as first, sitting(work) as second:
        await second.press("2")
        await chosen(first, "das simples", "Novo > Lugar")
        await second.see("Novo > Lugar")


async def chosen(desk: Desktop, template: str, folder: str) -> None:
    await desk.press("2", "slash", *template.replace(" ", "_").split("_")[0], "enter")
    await desk.go("enter", see="7 pastas")
    await desk.type(folder)
    await desk.go("enter", see=f"→ {folder}")


async def test_none_shown_of_the_marked_does_not_say_that_all_have_a_folder(work: Path, other: Context) -> None:
    """Who read that all have one would leave the others without, and their deliveries fail."""
    other.store.templates.save([Template(id="z", name="Zebra", department="Contabilidade", destination=("Zebra",))])
    async with sitting(work) as desk:
        await desk.press("2", "slash", *"zebra", "enter", "a", "slash", *["backspace"] * 5, "enter", "f", "o")
        await desk.see("1 fora", "Nada corresponde a só os selecionados (o), só os sem pasta (f). Esc mostra tudo.")
