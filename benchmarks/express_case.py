"""What a form is made of, and whose and of when it is: what the forms' modules share."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from core.domain.models import Client
from core.domain.periods import MONTHS


class Title(NamedTuple):
    text: str


class Fields(NamedTuple):
    cells: tuple[tuple[str, str], ...]


class Person(NamedTuple):
    name: str
    number: str


class Parties(NamedTuple):
    parties: tuple[tuple[str, Person], ...]


class Table(NamedTuple):
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Lines(NamedTuple):
    lines: tuple[str, ...]


class Bar(NamedTuple):
    text: str


Block = Title | Fields | Parties | Table | Lines | Bar


class Case(NamedTuple):
    """Whose document it is and for when, and who else is named in it."""

    rng: random.Random
    client: Client
    me: Person
    other: Person  # often another client
    stranger: Person  # never a client
    employee: Person  # sometimes a client
    office: Person
    first: date  # of the period
    period: str

    @property
    def last(self) -> date:
        return (self.first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)

    @property
    def due(self) -> date:
        return self.last + timedelta(days=self.rng.choice((7, 15, 20)))

    @property
    def number(self) -> str:
        return self.me.number

    def month(self) -> str:
        return f"{self.first:%m/%Y}"

    def named(self) -> str:
        return f"{_PRINTED[self.first.month - 1]}/{self.first.year}"

    def long(self) -> str:
        return f"{_PRINTED[self.first.month - 1].lower()} de {self.first.year}"

    def days(self) -> str:
        return f"{self.first:%d/%m/%Y} a {self.last:%d/%m/%Y}"

    def money(self) -> str:
        return f"{self.rng.uniform(90, 60000):,.2f}".translate(str.maketrans(",.", ".,"))

    def digits(self, size: int) -> str:
        return "".join(self.rng.choice("0123456789") for _ in range(size))


class Form(NamedTuple):
    name: str
    template: str
    draw: Callable[[Case], list[list[Block]]]
    period: str = "month"  # month, quarter, year, or nothing
    person: bool = False
    both: bool = False
    ask: bool = False
    counterpart: str = ""  # only an office with this template, too, has to ask
    office_header: bool = False


_PRINTED = tuple(month.capitalize().replace("Marco", "Março") for month in MONTHS)


def br(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def bar(case: Case) -> Bar:
    return Bar(" ".join(f"{case.digits(11)} {case.digits(1)}" for _ in range(4)))


def bank_bar(case: Case) -> Bar:
    return Bar(
        f"{case.digits(5)}.{case.digits(5)} {case.digits(5)}.{case.digits(6)} {case.digits(5)}.{case.digits(6)} 1 "
        + case.digits(14)
    )


def key(case: Case, issuer: Person, model: str = "55") -> str:
    bare = "".join(sign for sign in issuer.number if sign.isalnum())
    text = f"35{case.first:%y%m}{bare.zfill(14)}{model}001{case.digits(9)}1{case.digits(9)}"
    return " ".join(text[at : at + 4] for at in range(0, 44, 4)) if case.rng.random() < 0.6 else text


def cpf_text(case: Case) -> str:
    return f"{case.digits(3)}.{case.digits(3)}.{case.digits(3)}-{case.digits(2)}"  # as good as never valid
