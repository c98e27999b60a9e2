"""Who acts, and what they may do (the design's section 2.7): a guard against mistakes."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.models import Employee, Names
from core.domain.text import fold

OUTSIDER = "@"
"""First sign of the id of someone who acts without being an employee: the office's owner, or anyone in an office
without employees. No employee's id may begin so."""
EXPRESS = "express"


@dataclass(frozen=True)
class Actor:
    """Who acts: an employee, or an outsider who may do everything; `login` is the operating system's user behind."""

    id: str
    login: str
    admin: bool
    departments: Names = ()

    @classmethod
    def employee(cls, employee: Employee, login: str) -> Actor:
        return cls(employee.id, login, employee.admin, employee.departments)

    @classmethod
    def outsider(cls, login: str) -> Actor:
        return cls(OUTSIDER + login, login, admin=True)

    def may_handle(self, department: str) -> bool:
        return self.admin or handles(self.departments, department)


def handles(departments: Names, department: str) -> bool:
    """Whether a list of departments holds this one; case and accents do not matter."""
    return fold(department) in {fold(one) for one in departments}


def carries(authorised_by: str, employee: Employee | None, department: str) -> bool:
    """Whether a delivery authorised by this id may go: asked at sending, so that it goes once allowed."""
    if authorised_by.startswith(OUTSIDER):
        return True
    return employee is not None and (employee.admin or handles(employee.departments, department))
