"""Who acts: named, by the environment's name, by login, as the owner, as anyone; otherwise told how to say so."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import pytest

from core.domain.models import Employee, Task, Template
from core.domain.permissions import Actor
from core.office import Context, Refused, actors
from core.office.actors import require_admin, require_department, who_acts
from core.office.tasks import complete_task

EVA = Employee(id="eva", name="Eva", login="eva.silva", departments=("Fiscal",))
ANA = Employee(id="ana", name="Ana", admin=True)


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(actors, "login_name", lambda: "eva.silva")
    return monkeypatch


def not_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: -1)


def test_who_is_named_acts(ctx: Context, login: pytest.MonkeyPatch) -> None:
    """Before the login: two people share one computer."""
    ctx.store.employees.save([EVA, ANA])
    assert who_acts(ctx, "ana") == Actor("ana", "eva.silva", admin=True)


def test_an_unknown_name_is_refused_and_not_guessed(ctx: Context, login: pytest.MonkeyPatch) -> None:
    ctx.store.employees.save([EVA])
    for named in ("ghost", "express", "@root"):
        with pytest.raises(Refused, match=named):
            who_acts(ctx, named)


def test_then_the_employee_with_the_login(ctx: Context, login: pytest.MonkeyPatch) -> None:
    """Also on the owner's own login: who is an employee acts with an employee's permissions."""
    ctx.store.employees.save([EVA, ANA])
    assert who_acts(ctx, None) == Actor("eva", "eva.silva", admin=False, departments=("Fiscal",))


def test_then_the_owner_of_the_offices_files_who_is_an_admin(ctx: Context, login: pytest.MonkeyPatch) -> None:
    ctx.store.employees.save([ANA])
    actor = who_acts(ctx, None)
    assert (actor.id, actor.admin) == ("@eva.silva", True)


def test_then_anyone_where_there_are_no_employees(ctx: Context, login: pytest.MonkeyPatch) -> None:
    not_the_owner(login)
    assert who_acts(ctx, None).admin


def test_otherwise_it_is_refused_with_a_sentence_that_says_how(ctx: Context, login: pytest.MonkeyPatch) -> None:
    ctx.store.employees.save([ANA])
    not_the_owner(login)
    with pytest.raises(Refused, match=r"eva\.silva") as refused:
        who_acts(ctx, None)
    assert refused.value.remedy is not None
    assert "--as" in refused.value.remedy.say("pt") and "MALOTE_EMPLOYEE" in refused.value.remedy.say("en")


def test_an_employee_without_login_is_nobodys(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty login in a list must not let everyone in as that person."""
    ctx.store.employees.save([ANA])
    assert who_acts(ctx, None).id != "ana"


def test_an_empty_name_is_nobodys(ctx: Context) -> None:
    """A script's empty variable after --as must not act as whoever runs the script."""
    with pytest.raises(Refused):
        who_acts(ctx, "")


def test_what_is_refused_says_who_can_give_it() -> None:
    eva = Actor.employee(EVA, "eva.silva")
    require_department(eva, Template(id="das", name="DAS", department="fiscal"))
    with pytest.raises(Refused, match="Pessoal") as refused:
        require_department(eva, Template(id="folha", name="Folha", department="Pessoal"))
    assert refused.value.remedy is not None
    assert "malote employee set eva --add-department Pessoal." in refused.value.remedy.say("pt")


def test_a_command_can_be_pasted_though_ids_have_blanks(ctx: Context) -> None:
    """It would act on something else, or on nothing."""
    with pytest.raises(Refused) as refused:
        require_department(Actor("Eva S", "eva", admin=False), Template(id="f", name="F", department="Depto Pessoal"))
    assert refused.value.remedy is not None
    assert "malote employee set 'Eva S' --add-department 'Depto Pessoal'." in refused.value.remedy.say("pt")
    assert "Eva S não" in str(refused.value)
    ctx.store.templates.save([Template(id="f", name="F", department="Fiscal")])
    ctx.store.tasks.save([Task(id="T 1", name="T", client="1", period="2026-10", templates=("f",))])
    with pytest.raises(Refused) as refused:
        complete_task(ctx, Actor.outsider("dono"), "T 1")
    assert refused.value.remedy is not None
    assert "(malote complete 'T 1' --force)" in refused.value.remedy.say("pt")


def test_what_is_for_admins_names_whom_to_ask(ctx: Context) -> None:
    """Who is refused would have to find out first who may do it, or how there comes to be anyone."""
    ctx.store.employees.save([EVA])
    eva = Actor.employee(EVA, "eva.silva")
    with pytest.raises(Refused, match="administrador") as refused:
        require_admin(ctx, eva)
    assert refused.value.remedy is not None
    assert f"({actors.owner(ctx)}) faz um: malote employee set ID --admin" in refused.value.remedy.say("pt")
    ctx.store.employees.save([ANA])
    with pytest.raises(Refused) as refused:
        require_admin(ctx, eva)
    assert refused.value.remedy is not None
    assert refused.value.remedy.say("pt") == "Peça a quem é: Ana (ana)."
    require_admin(ctx, Actor.outsider("dono"))


def test_a_login_that_the_system_cannot_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container without a passwd entry the program must still start."""

    def unknown() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", unknown)
    assert actors.login_name() == str(Path("/proc/self").stat().st_uid)
