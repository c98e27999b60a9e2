"""Clients and employees: what a remedy changes, and what must never be changed into a danger for someone else."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from core.domain.events import message
from core.domain.models import Client, DeliveryStatus, Employee, Names
from core.domain.permissions import Actor
from core.office import Context, Refused
from core.office.registry import set_client, set_employee
from core.office.tasks import complete_task
from tests.office_setup import ALFA, CLIENTS, OWNER, Bench, bench, quick_folder

ANA = Employee(id="ana", name="Ana", admin=True)
EVA = Employee(id="eva", name="Eva", login="eva", departments=("Fiscal",))


@pytest.fixture
def office() -> Iterator[Bench]:
    with quick_folder() as folder, bench(folder) as made:
        made.ctx.store.employees.save([EVA])
        yield made


@pytest.fixture
def ctx(office: Bench) -> Context:
    return office.ctx


def codes(ctx: Context) -> list[str]:
    return [event.code for event in ctx.store.events_after(0) if event.code != "activated"]


# --- clients


def test_a_client_is_changed_in_what_is_given(ctx: Context) -> None:
    changed = set_client(ctx, OWNER, "1", name="Alfa S/A")
    assert changed == CLIENTS[0].model_copy(update={"name": "Alfa S/A"}) == ctx.store.clients.get("1")
    (event,) = [event for event in ctx.store.events_after(0) if event.code == "client_changed"]
    assert event.client == "1" and event.params["what"] == ["1 (nome: Alfa S/A)", "1 (name: Alfa S/A)"]


def test_changing_nothing_tells_nothing(ctx: Context) -> None:
    assert set_client(ctx, OWNER, "1", name="Alfa Ltda", portal=ALFA) == CLIENTS[0]
    assert codes(ctx) == []


@pytest.mark.parametrize("root", [("Beta",), ("BETA",), ("beta", "Filial"), ("Béta".replace("é", "e"),)])
def test_no_two_clients_share_a_folder(ctx: Context, root: Names) -> None:
    """One client would see another's documents."""
    with pytest.raises(Refused, match="cliente 2"):
        set_client(ctx, OWNER, "1", portal=root)
    assert ctx.store.clients.get("1") == CLIENTS[0]


def test_no_clients_folder_lies_around_anothers(ctx: Context) -> None:
    ctx.store.clients.save([Client(id="2", name="Beta", portal=("Grupo", "Beta"))])
    with pytest.raises(Refused, match="cliente 2"):
        set_client(ctx, OWNER, "1", portal=("Grupo",))


def test_a_client_may_move_within_its_own_folder(ctx: Context) -> None:
    assert set_client(ctx, OWNER, "1", portal=("Alfa", "Novo")).portal == ("Alfa", "Novo")


def test_an_unlinked_client_makes_room(ctx: Context) -> None:
    set_client(ctx, OWNER, "2", portal=())
    assert set_client(ctx, OWNER, "1", portal=("Beta",)).portal == ("Beta",)


def test_an_unknown_client(ctx: Context) -> None:
    with pytest.raises(Refused, match="99"):
        set_client(ctx, OWNER, "99", name="x")


def test_only_admins_change_clients_and_employees(ctx: Context) -> None:
    ctx.store.employees.save([ANA])
    eva = Actor.employee(EVA, "eva")
    with pytest.raises(Refused, match="administrador"):
        set_client(ctx, eva, "1", name="x")
    with pytest.raises(Refused, match="administrador"):
        set_employee(ctx, eva, "eva", admin=True)


def test_who_owns_the_files_of_an_office_without_admin_makes_one(ctx: Context) -> None:
    """Registered as an employee without admin's rights, the owner was locked out of their own office for ever."""
    eva = Actor.employee(EVA, "eva")
    for given in ({"admin": False}, {"add": ("Pessoal",)}):
        with pytest.raises(Refused, match="administrador"):
            set_employee(ctx, eva, "eva", **given)
    assert set_employee(ctx, eva, "eva", admin=True).admin
    told = [event for event in ctx.store.events_after(0) if event.code == "admin_made"]
    assert [(one.actor, one.level, message(one)) for one in told] == [
        ("eva", "warning", "O escritório não tinha administrador: eva, dono dos arquivos, fez de eva um")
    ]
    with pytest.raises(Refused, match="administrador"):  # there is one by now, who decides
        set_employee(ctx, Actor("rui", "eva", admin=False), "rui", name="Rui", admin=True)


def test_who_does_not_own_the_files_makes_no_admin(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anyone in an office without admin would help themselves to all of it."""
    monkeypatch.setattr(os, "getuid", lambda: -1)
    with pytest.raises(Refused, match="administrador"):
        set_employee(ctx, Actor.employee(EVA, "eva"), "eva", admin=True)
    assert codes(ctx) == []


def test_a_moved_client_gets_new_versions_in_its_new_folder(office: Bench) -> None:
    document = office.send()
    set_client(office.ctx, OWNER, "1", portal=("Alfa Nova",))
    office.attach(data=b"two")
    office.deliver()
    assert office.tree == {"Alfa/Fiscal/DAS/a.pdf": b"one", "Alfa Nova/Fiscal/DAS/a.pdf": b"two"}
    assert office.codes(document)[-1] == "destination_moved"


# --- employees


def test_departments_are_added_and_taken_away_whatever_their_case(ctx: Context) -> None:
    assert set_employee(ctx, OWNER, "eva", add=("fiscal", "Contábil")).departments == ("Fiscal", "Contábil")
    assert set_employee(ctx, OWNER, "eva", remove=("CONTABIL",)).departments == ("Fiscal",)
    assert set_employee(ctx, OWNER, "eva", departments=("Pessoal",), add=("Fiscal",)).departments == (
        "Pessoal",
        "Fiscal",
    )


def test_a_new_employee_needs_a_name(ctx: Context) -> None:
    with pytest.raises(Refused, match="leo"):
        set_employee(ctx, OWNER, "leo", admin=True)
    made = set_employee(ctx, OWNER, "leo", name="Léo", login="leo")
    assert (made.name, made.admin, made.departments) == ("Léo", False, ())
    (told,) = [event for event in ctx.store.events_after(0) if event.code != "activated"]
    assert message(told, "pt") == "Funcionário novo: leo (nome: Léo; login: leo)", "not one that was changed"


@pytest.mark.parametrize("key", ["express", "@eva", "@"])
def test_reserved_ids(ctx: Context, key: str) -> None:
    """An employee of such an id would pass for the office's owner, or for Express."""
    with pytest.raises(Refused, match="reservado"):
        set_employee(ctx, OWNER, key, name="x")


def test_a_login_is_one_persons(ctx: Context) -> None:
    with pytest.raises(Refused, match="eva"):
        set_employee(ctx, OWNER, "leo", name="Léo", login="eva")
    assert set_employee(ctx, OWNER, "eva", login="eva").login == "eva"
    assert set_employee(ctx, OWNER, "eva", login="").login == ""
    assert set_employee(ctx, OWNER, "leo", name="Léo", login="eva").login == "eva"


def test_a_permission_sends_only_what_it_now_allows(office: Bench) -> None:
    ctx = office.ctx
    ctx.store.employees.save([EVA.model_copy(update={"departments": ()})])
    documents = [
        office.attach().document,
        office.attach(template="folha", name="f.pdf").document,
    ]
    complete_task(ctx, Actor.employee(EVA, "eva"), "t1")
    office.deliver()
    assert [office.last(one).failure for one in documents] == ["permission_denied"] * 2
    set_employee(ctx, OWNER, "eva", add=("Fiscal",))
    assert [office.last(one).status for one in documents] == [DeliveryStatus.QUEUED, DeliveryStatus.FAILED]
    office.deliver()
    assert set(office.tree) == {"Alfa/Fiscal/DAS/a.pdf"}
    set_employee(ctx, OWNER, "eva", admin=True)
    office.deliver()
    assert office.last(documents[1]).failure == "no_destination", "the next obstacle, not the same"
