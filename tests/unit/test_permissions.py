"""Who may do what: a guard against mistakes that must neither block the office nor let a mistake through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.models import Employee
from core.domain.permissions import Actor, carries, handles

EVA = Employee(id="eva", name="Eva", departments=("Fiscal", "Contábil"))
ADMIN = Employee(id="ana", name="Ana", admin=True)


@pytest.mark.parametrize("department", ["Fiscal", "fiscal", "FISCAL", " contabil ", "Contábil"])
def test_case_and_accents_of_a_department_do_not_matter(department: str) -> None:
    assert handles(EVA.departments, department)


@pytest.mark.parametrize("department", ["Pessoal", "", "Fisca", "Fiscal e Contábil"])
def test_other_departments_are_others(department: str) -> None:
    assert not handles(EVA.departments, department)


@given(st.text())
def test_an_admin_handles_everything(department: str) -> None:
    assert Actor.employee(ADMIN, "ana").may_handle(department)
    assert carries("ana", ADMIN, department)


@given(st.text(max_size=8), st.text(max_size=8))
def test_an_outsider_is_never_stopped(login: str, department: str) -> None:
    """The office's owner must always be able to work in it."""
    actor = Actor.outsider(login)
    assert actor.admin and actor.may_handle(department)
    assert carries(actor.id, None, department)


def test_a_delivery_carries_what_its_employee_may_now() -> None:
    assert carries("eva", EVA, "Fiscal")
    assert not carries("eva", EVA, "Pessoal")
    assert carries("eva", EVA.model_copy(update={"departments": ("Pessoal",)}), "Pessoal")


def test_nobody_carries_nothing() -> None:
    """An id that no employee has (any more) must not open every door."""
    assert not carries("ghost", None, "Fiscal")


def test_an_employee_acts_with_their_own_departments() -> None:
    actor = Actor.employee(EVA, "eva.login")
    assert (actor.id, actor.login, actor.admin) == ("eva", "eva.login", False)
    assert actor.may_handle("fiscal") and not actor.may_handle("pessoal")
