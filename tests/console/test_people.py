"""Clientes and Funcionários: what a remedy needs to change, and that it mends; the messages say what would be lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.widgets import Input

from core.domain.models import Client, Employee
from core.domain.names import parse_root
from core.office import Context, create_office, open_office, registry, sending
from core.office.actors import who_acts
from core.office.tasks import complete_task
from tests.console.conftest import Desktop, sitting
from tests.console.piloted import piloted
from tests.console.sample import OWNER
from tui.app import Console
from tui.desk import Desk
from tui.screens.root import candidates, matching

Size = tuple[int, int]
UNLINKED = "T0004"


def client_of(ctx: Context, task: str) -> Client:
    found = ctx.store.tasks.get(task)
    assert found is not None
    client = ctx.store.clients.get(found.client)
    assert client is not None
    return client


def without_folder(office: Path) -> Client:
    """A task is completed whose client has no folder at the portal."""
    with open_office(office) as ctx:
        client = client_of(ctx, UNLINKED)
        registry.set_client(ctx, OWNER, client.id, portal=())
        complete_task(ctx, OWNER, UNLINKED)
        sending.deliver(ctx)
        return client


async def to_cause(desk: Desktop, cause: str) -> None:
    await desk.go("5", see=cause)
    desk.rows.move(next(index for index, one in enumerate(desk.listed) if cause in one))


async def test_a_client_without_folder_is_linked_from_its_failure_and_the_failure_goes(work: Path, size: Size) -> None:
    """Otherwise the documents of a new client would wait for someone who knows the command."""
    client = await asyncio.to_thread(without_folder, work)
    async with sitting(work, size) as desk:
        await to_cause(desk, "O cliente não tem pasta no portal")
        await desk.see("Enter: pasta")
        await desk.go("enter", see=f"Pasta no portal de {client.id} {client.name}")
        await desk.see(f"{client.id.zfill(4)} - {client.name}", "pasta nova", "Envios que esperam por ela: 1.")
        desk.app.screen.query_one(Input).value = ""
        await desk.type("Novo Lugar")
        await desk.see("Os documentos deste cliente irão para Novo Lugar.", "Será criada no primeiro envio.")
        await desk.go("enter", see="Envios que sairão agora, sem volta: 1.")
        await desk.press("enter")
        found = desk.app.desk.ctx.store.clients.get(client.id)
        assert found is not None
        assert found.portal == (), "the key that asked also confirmed"
        await desk.go("s", see="Vão em seguida os envios que esperavam: 1.")
        await desk.press("escape")
        await desk.see("Saiu da lista de falhas")
        assert not any("não tem pasta no portal" in one for one in desk.listed)


async def test_a_permission_that_was_only_looked_at_is_not_said_to_be_given(work: Path) -> None:
    """Who reads a tick believes that the delivery which waits for it goes now."""
    async with sitting(work) as desk:
        await desk.go("8", see="Analista Fiscal")
        await desk.press("slash", *"fiscal", "enter")
        await desk.go("enter", see="O que fiscal (Analista Fiscal) pode tratar")
        await desk.go("enter", see="fiscal (Analista Fiscal): nada mudou.")


async def test_a_lacking_permission_is_given_from_its_failure_and_the_failure_goes(work: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await to_cause(desk, "Quem concluiu não tem permissão")
        await desk.see("Enter: permissão")
        await desk.go("enter", see="O que fiscal (Analista Fiscal) pode tratar")
        assert desk.rows.current == "Pessoal", "the lacking department is not offered"
        await desk.go("space", see="saem sem volta os envios que esperavam: 1.")
        await desk.go("enter", see="Vão em seguida os envios que esperavam: 1.")
        employee = desk.app.desk.ctx.store.employees.get("fiscal")
        assert employee is not None
        assert "Pessoal" in employee.departments
        await desk.press("escape")
        await desk.see("Saiu da lista de falhas")


async def test_a_folder_of_another_client_is_refused_in_place(work: Path) -> None:
    """One client would see another's documents."""
    async with sitting(work) as desk:
        ctx = desk.app.desk.ctx
        other = ctx.store.clients.get("2")
        assert other is not None
        await desk.go("7", see="60 de 60")
        await desk.go("enter", see="pastas no portal")
        for typed in (other.portal[0], f"{other.portal[0]}/Dentro"):
            desk.app.screen.query_one(Input).value = typed
            await desk.see("é, contém ou fica dentro")
            await desk.press("enter")
            assert "Pasta no portal de 1" in desk.text, "another's folder was taken"
        desk.app.screen.query_one(Input).value = "CON"
        await desk.see("reservado pelo Windows")


async def test_a_portal_that_is_away_is_said_and_typing_still_works(work: Path) -> None:
    portal = work.parent / "portal"
    async with sitting(work) as desk:
        portal.rename(portal.with_name("away"))
        await desk.go("7", see="60 de 60")
        await desk.go("enter", see="O portal está indisponível")
        desk.app.screen.query_one(Input).value = "Novo Lugar"
        await desk.go("enter", see="pasta Novo Lugar.")


async def test_clients_are_found_by_number_and_by_bare_or_masked_cnpj(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.go("7", see="60 de 60")
        for typed in ("01815908", "01.815", "livraria ipe"):
            await desk.press("slash")
            await desk.type(typed)
            await desk.see("1 de 60")
            await desk.press("escape")
        await desk.go("s", see="ID ▲")
        await desk.go("s", see="ID ▼")


async def test_two_clients_of_one_cnpj_are_pointed_out(work: Path) -> None:
    """Express would not know whose a document is."""
    with open_office(work) as ctx:
        first = ctx.store.clients.get("1")
        assert first is not None
        registry.set_client(ctx, OWNER, "2", tax_id=first.tax_id)
    async with sitting(work) as desk:
        await desk.go("7", see="CNPJ/CPF também de: 2")
        await desk.go("c", see="Atenção: também é de 2")
        desk.app.screen.query_one(Input).value = "01.815.908/0001-17"
        await desk.see("dígitos verificadores")
        await desk.press("enter", "escape")
        await desk.press("m")
        desk.app.screen.query_one(Input).value = "Livraria Nova"
        await desk.go("enter", see="✓ 1 Livraria Nova alterado.")


async def test_a_new_client_and_a_taken_id(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.go("7", see="60 de 60")
        await desk.go("n", see="Código do novo cliente")
        await desk.type("2")
        await desk.see("O código 2 já é de")
        await desk.type("00")
        await desk.go("enter", see="Nome do cliente 200")
        await desk.type("Casa Nova")
        await desk.go("enter", see="200 Casa Nova cadastrado")
        await desk.see("1 sem pasta")
        await desk.until(lambda: desk.rows.current == "200")
        await desk.go("f", see="só os sem pasta")
        assert desk.listed == ["200  Casa Nova    sem pasta no portal"]


async def test_a_client_s_proof_of_delivery_is_saved(work: Path, tmp_path: Path) -> None:
    """Asked for on the telephone: it must not take someone who knows the command."""
    with open_office(work) as ctx:
        client = client_of(ctx, "T0001")
    async with sitting(work) as desk:
        await desk.go("7", see="60 de 60")
        await desk.until(lambda: desk.rows.cursor == 0)
        desk.rows.move(next(index for index, one in enumerate(desk.listed) if one.startswith(f"{client.id} ")))
        await desk.go("p", see=f"Protocolo de entrega de {client.id}")
        desk.app.screen.query_one(Input).value = "2026-13"
        await desk.see("não é uma competência")
        desk.app.screen.query_one(Input).value = "1999-01"
        await desk.press("enter")
        await desk.see("Nada foi entregue")
        await desk.go("p", see=f"Protocolo de entrega de {client.id}")
        desk.app.screen.query_one(Input).value = "10/2026"
        await desk.go("enter", see="Salvar em qual arquivo?")
        file = tmp_path / "protocolo.pdf"
        desk.app.screen.query_one(Input).value = str(file)
        await desk.go("enter", see="✓ Protocolo salvo em")
        assert file.read_bytes().startswith(b"%PDF-")


async def test_taking_a_folder_away_asks(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.go("7", see="60 de 60")
        await desk.go("x", see="Tirar a pasta de 1 Livraria Ipê S/A?")
        await desk.go("s", see="1 Livraria Ipê S/A: sem pasta no portal.")
        await desk.see("1 sem pasta")
        await desk.go("x", see="este cliente não tem pasta")


async def test_an_employee_s_login_and_a_new_one(work: Path) -> None:
    """Who sits down as which employee is found by it."""
    with open_office(work) as ctx:
        ctx.store.employees.save([Employee(id="eva", name="Eva", login="eva.silva")])
    async with sitting(work) as desk:
        await desk.go("8", see="4 de 4")
        desk.rows.move(next(index for index, one in enumerate(desk.listed) if one.startswith("fiscal")))
        await desk.go("l", see="Login de fiscal")
        await desk.type("eva.silva")
        await desk.see("O login eva.silva já é do funcionário eva.")
        await desk.type("2")
        await desk.go("enter", see="✓ fiscal alterado.")
        await desk.see("É quem usa o computador como eva.silva2.")
        await desk.go("n", see="Código do novo funcionário")
        await desk.type("express")
        await desk.see("Este código é reservado.")


async def test_a_name_is_not_taken_for_a_new_employee_s_id(work: Path, other: Context) -> None:
    """An id is for good: "Maria José" as one, and each command that names her needs quotes."""
    registry.set_employee(other, OWNER, "Maria José", name="Maria José")  # as an import may bring one
    async with sitting(work) as desk:
        await desk.go("8", see="4 de 4")
        await desk.go("n", see="Curto e sem espaços, por exemplo maria")
        await desk.type("Ana Maria")
        await desk.see("Um código não tem espaços.")
        await desk.press("enter")
        assert "Nome do funcionário" not in desk.text
        await desk.press("escape")
        desk.rows.move(next(index for index, one in enumerate(desk.listed) if one.startswith("Maria")))
        await desk.see("--as 'Maria José'")


async def test_who_is_no_admin_is_told_so_beside_the_key(work: Path) -> None:
    with open_office(work) as ctx:
        app = Console(Desk(ctx, who_acts(ctx, "fiscal"), "pt"), sending=False)
        async with piloted(app) as pilot:
            desk = Desktop(app, pilot)
            await desk.go("7", see="60 de 60")
            await desk.go("n", see="só administradores; peça a Administrador (gestor)")
            await desk.go("question_mark", see="✗ só administradores")
            await desk.type("cnpj")
            await desk.press("enter")
            assert "Teclas desta tela" in desk.text, "what one may not do was begun"
            await desk.press("escape")
            await desk.go("enter", see="só administradores; peça a Administrador (gestor)")
            assert app.screen is app.place("clients")
            await to_cause(desk, "Quem concluiu não tem permissão")
            await desk.press("enter")  # leads to the permission, which is an admin's to give
            await desk.until(lambda: app.here == "employees")
            await desk.see("só administradores; peça a Administrador (gestor)")


async def test_the_files_owner_makes_an_admin_where_there_is_none_and_is_one_at_once(work: Path) -> None:
    """Registered without admin's rights they were told that the files' owner makes one, and refused when they did."""
    with open_office(work) as ctx:
        registry.set_employee(ctx, OWNER, "gestor", admin=False)
        app = Console(Desk(ctx, who_acts(ctx, "fiscal"), "pt"), sending=False)
        async with piloted(app) as pilot:
            desk = Desktop(app, pilot)
            await desk.go("7", see="60 de 60")
            await desk.go("n", see="não há nenhum")
            await desk.go("8", see="3 de 3")
            desk.rows.move(next(index for index, one in enumerate(desk.listed) if one.startswith("fiscal")))
            await desk.go("l", see="só administradores")
            await desk.go("enter", see="O que fiscal (Analista Fiscal) pode tratar")
            desk.rows.move(0)
            await desk.press("space", "enter")
            await desk.see("fiscal (Analista Fiscal): todos")
            await desk.until(lambda: app.desk.actor.admin)
            await desk.press("7")
            await desk.go("n", see="Código do novo cliente")


async def test_what_is_empty_says_which_key_fills_it(new: Path) -> None:
    empty = new.parent / "vazio"
    create_office(empty, {"portal": {"url": f"dir://{new.parent / 'portal'}"}})
    async with sitting(empty) as desk:
        await desk.go("7", see="Nenhum cliente ainda. n cadastra um")
        await desk.go("8", see="Nenhum funcionário: qualquer pessoa deste computador pode tudo. n cadastra o primeiro.")
        await desk.press("n", *"ana", "enter")
        await desk.see("Nome do funcionário ana")
        await desk.press(*"Ana", "enter")
        await desk.see("ana cadastrado")


def test_the_folder_that_looks_like_the_client_s_stands_first_and_others_last() -> None:
    client = Client(id="7", name="Mercado Estrela Ltda")
    found = candidates(
        ["0003 - Padaria", "Arquivo", "0007 - Mercado Estrela"], client, [("3", parse_root("0003 - Padaria"))]
    )
    assert [one.names[0] for one in found] == ["0007 - Mercado Estrela", "Arquivo", "0003 - Padaria"]
    assert [one.owner for one in found] == ["", "", "3"]
    assert found[0].likeness and not found[1].likeness
    assert [one.names for one in matching(found, "estrela")] == [("0007 - Mercado Estrela",), ("estrela",)]
    assert [one.names for one in matching(found, "Arquivo")] == [("Arquivo",)]
    assert [one.names for one in matching(found, "Clientes / Novo")][-1] == ("Clientes", "Novo")
