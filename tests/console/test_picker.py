"""The folder picker, key by key: whose folders, which folder, a new one, and what is warned of."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from core.domain.models import Client
from core.office import Context, folders
from tests.console.conftest import sitting
from tests.console.slow_portal import shown
from tui.folders import Clients, Tree, hits
from tui.widgets.folderpane import FolderPane

Size = tuple[int, int]


async def test_folders_are_opened_level_by_level(work: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await desk.press("2")
        await desk.go("enter", see="7 pastas")
        assert shown(desk) == ["▸ Contabilidade", "▸ Fiscal"]
        await desk.go("right", see="▸ Balancete")
        await desk.press("down")
        await desk.go("right", see="{ano}  (o ano de cada tarefa)")
        assert shown(desk)[:4] == ["▾ Contabilidade", "▾ Balancete", "{ano}  (o ano de cada tarefa)", "2025"]
        await desk.press("down")
        await desk.see("Destino: Contabilidade > Balancete > {ano}")
        await desk.press("left")
        await desk.see("Destino: Contabilidade > Balancete")
        await desk.press("left", "left")
        await desk.press("left")
        assert shown(desk) == ["▸ Contabilidade", "▸ Fiscal"]
        await desk.press("down", "right", "right")
        await desk.go("enter", see="→ Fiscal > DAS")


async def test_a_year_s_folder_is_offered_as_every_year_s_by_one_key(work: Path, size: Size) -> None:
    """Otherwise next year's documents would go into this year's folder."""
    async with sitting(work, size) as desk:
        await desk.press("2")
        await desk.go("enter", see="7 pastas")
        await desk.type("2026")
        await desk.see("Destino: Contabilidade > Balancete > 2026", "2026 é de um só período. F4 troca por {ano}")
        await desk.go("f4", see="Destino: Contabilidade > Balancete > {ano}")
        await desk.go("enter", see="→ Contabilidade > Balancete > {ano}")


async def test_a_month_below_a_year_becomes_both_placeholders(work: Path) -> None:
    """`{ano} > 10` or `2026 > {mes}` would be as wrong as the folder itself."""
    (work.parent / "portal" / "0001 - Livraria Ipê S-A" / "Contabilidade/Balancete/2026/10").mkdir()
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("enter", see="8 pastas")
        await desk.type("2026 10")
        await desk.go("f4", see="Destino: Contabilidade > Balancete > {ano} > {mes}")


async def test_a_new_folder_is_named_in_the_chosen_one_and_checked_while_typed(work: Path, size: Size) -> None:
    """A folder that the portal cannot hold would fail only at the first sending, for every client."""
    async with sitting(work, size) as desk:
        await desk.press("2")
        await desk.go("enter", see="7 pastas")
        await desk.press("down")
        await desk.go("ctrl+n", see="Destino: Fiscal > digite o nome da pasta nova")
        await desk.press("enter")
        assert isinstance(desk.app.screen.query_one(FolderPane), FolderPane), "half a path was taken"
        await desk.type("CON")
        await desk.see("O nome CON é reservado pelo Windows")
        await desk.press("enter")
        await desk.type("TROLE")
        await desk.see("Destino: Fiscal > CONTROLE", "pasta nova")
        await desk.go("enter", see="→ Fiscal > CONTROLE")


async def test_the_first_folder_of_a_client_is_named_by_the_same_key(work: Path, size: Size) -> None:
    """With nothing to stand on the key did nothing, though the screen named it."""
    for folder in (work.parent / "portal" / "0001 - Livraria Ipê S-A").iterdir():
        shutil.rmtree(folder)
    async with sitting(work, size) as desk:
        await desk.press("2")
        await desk.go("enter", see="0 pastas")
        await desk.go("ctrl+n", see="Destino: digite o nome da pasta nova")
        await desk.type("Guias")
        await desk.see("Destino: Guias")
        await desk.go("enter", see="→ Guias")


@pytest.mark.parametrize(
    ("keys", "seen"),
    [("das", "Destino: Fiscal > DAS"), ("ctrl+n", "digite o nome da pasta nova"), ("tab", "▸")],
)
async def test_what_is_pressed_before_the_clients_are_read_is_not_lost(
    work: Path, monkeypatch: pytest.MonkeyPatch, keys: str, seen: str
) -> None:
    """Who knows the way types on; a name typed to find a folder would have been taken away, or half of it."""
    go, model_of = threading.Event(), folders.model_of
    monkeypatch.setattr(folders, "model_of", lambda *of: (go.wait(10), model_of(*of))[1])
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("enter", see="Pasta de destino")
        await (desk.press(keys) if keys in ("ctrl+n", "tab") else desk.type(keys))
        go.set()
        await desk.see(seen)


async def test_a_typed_path_keeps_the_spelling_of_the_folders_that_are_there(work: Path) -> None:
    """Or every client would get a second `fiscal` beside `Fiscal`."""
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("enter", see="7 pastas")
        await desk.type("fiscal > Guias")
        await desk.go("enter", see="→ Fiscal > Guias")


async def test_how_many_folders_fit_and_the_way_back_from_the_clients(work: Path) -> None:
    """A count of all folders beside three hits was read as theirs; Shift-Tab led into a list where typing is lost."""
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("enter", see="7 pastas")
        await desk.type("balan")
        await desk.see("3 de 7 pastas")
        await desk.press("ctrl+u", "shift+tab")
        assert desk.app.screen.query_one("#clients Search").has_focus
        await desk.press("shift+tab")
        assert desk.app.screen.query_one("#folders Search").has_focus


async def test_a_wrong_path_is_said_and_not_taken(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("enter", see="7 pastas")
        await desk.type("Fiscal >> DAS")
        await desk.see("Há um nível vazio")
        await desk.press("enter")
        assert "Pasta de destino de" in desk.text, "a wrong folder was taken"


async def test_a_name_that_nothing_fits_is_no_folder_until_one_says_so(work: Path) -> None:
    """A slip of the finger must not become a folder of every client."""
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("enter", see="7 pastas")
        await desk.type("Honor")
        await desk.see("Nenhuma pasta com esse nome; Ctrl-N faz uma.", "nenhuma pasta escolhida ainda")
        await desk.press("enter")
        assert "Pasta de destino de" in desk.text
        await desk.go("ctrl+n", see="Destino: Honor")
        await desk.type("arios")
        await desk.go("enter", see="→ Honorarios")


async def test_a_folder_that_names_its_own_client_is_warned_of(work: Path, size: Size) -> None:
    """Every other client would get a folder with this one's name."""
    folder = work.parent / "portal" / "0001 - Livraria Ipê S-A"
    (folder / "Livraria Ipe 2026").mkdir()
    async with sitting(work, size) as desk:
        await desk.press("2")
        await desk.go("enter", see="8 pastas")
        await desk.type("livraria")
        await desk.see("contém o nome do cliente Livraria Ipê S/A")


async def test_another_client_by_one_key_and_remembered_across_runs(work: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await desk.press("2")
        await desk.go("enter", see="Pastas de 1 ·")
        await desk.press("tab")
        await desk.type("engenaria auror")  # mistyped
        await desk.go("enter", see="Pastas de 32 · Engenharia Aurora Ltda")
        await desk.see("▸ Fiscal")
        await desk.press("escape")
        await desk.go("enter", see="Pastas de 32 ·")
    async with sitting(work, size) as desk:
        await desk.press("2")
        await desk.go("enter", see="Pastas de 32 ·")
        await desk.press("tab", "tab")
        await desk.see("Destino: ")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("12", "12"),
        ("012", "12"),
        ("ipe", "7"),
        ("livrria", "7"),
        ("sao jose padaria", "112"),
        ("11.222.333", "12"),
        ("112223330001", "12"),
        ("12abc345", "7"),
        ("nada disso mesmo", None),
    ],
)
def test_clients_are_found_by_number_name_and_cnpj_also_mistyped(typed: str, expected: str | None) -> None:
    clients = Clients(
        [
            Client(id="112", name="Padaria São José Ltda", tax_id="99888777000166"),
            Client(id="12", name="Oficina Boa Vista ME", tax_id="11222333000181"),
            Client(id="7", name="Livraria Ipê S/A", tax_id="12ABC34501DE35"),
        ]
    )
    found = clients.find(typed)
    assert (found[0].id if found else None) == expected


async def test_no_client_with_a_folder_still_lets_one_type_a_path(work: Path, other: Context) -> None:
    clients = [one.model_copy(update={"portal": ()}) for one in other.store.clients.page()]
    other.store.clients.save(clients)
    async with sitting(work) as desk:
        await desk.press("2")
        await desk.go("enter", see="Nenhum cliente tem pasta no portal")
        await desk.type("Novo > Lugar")
        await desk.go("enter", see="→ Novo > Lugar")


def test_a_path_that_is_not_there_yet_stands_first() -> None:
    tree = Tree()
    tree.take((), ["Fiscal"])
    tree.take(("Fiscal",), ["2025", "2026", "DAS"])
    tree.opened.add(("Fiscal",))
    assert [one.names for one in tree.rows()] == [
        ("Fiscal",),
        ("Fiscal", "{ano}"),
        ("Fiscal", "2025"),
        ("Fiscal", "2026"),
        ("Fiscal", "DAS"),
    ]
    assert hits(tree, "Fiscal > Guias", new=False)[0].names == ("Fiscal", "Guias")
    assert hits(tree, "fiscal > das", new=False)[0].names == ("Fiscal", "DAS")
    assert hits(tree, "das", new=False)[0].names == ("Fiscal", "DAS")
