"""Templates of one name: who chooses between two lines that read the same may send to the wrong folder."""

from __future__ import annotations

from core.domain.called import called
from core.domain.models import Template


def template(key: str, name: str, department: str) -> Template:
    return Template(id=key, name=name, department=department)


def test_a_name_of_its_own_stays_as_it_is() -> None:
    assert called([template("das", "DAS", "Fiscal"), template("fgts", "FGTS", "Pessoal")]) == {
        "das": "DAS",
        "fgts": "FGTS",
    }


def test_the_same_name_is_told_apart_by_department() -> None:
    """Case and accents do not tell two names apart to whoever reads them."""
    found = called([template("r1", "Relatório", "Fiscal"), template("r2", "RELATORIO", "Pessoal")])
    assert found == {"r1": "Relatório (Fiscal)", "r2": "RELATORIO (Pessoal)"}


def test_of_one_department_too_it_is_told_apart_by_id() -> None:
    found = called([template(key, "Relatório", kind) for key, kind in (("a", "Fiscal"), ("b", "Fiscal"), ("c", "RH"))])
    assert found == {"a": "Relatório (a)", "b": "Relatório (b)", "c": "Relatório (RH)"}
