"""Documents as Brazilian accounting offices get them, made by two PDF producers in many layouts, with the truth.

`documents(seed, count)` yields PDFs: forms of `express_forms`, each for a client and a period, drawn by reportlab or
fpdf2 with standard or embedded fonts, labels beside or above their values, fields in one column or two, pages turned,
letters spaced out, numbers broken over lines, the office's own number in the header. Nothing here knows the rules.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from benchmarks.express_case import Case, Form, Person
from benchmarks.express_drawing import Style, draw
from benchmarks.express_forms import FORMS
from core.catalog import standard_templates
from core.domain.models import Client, Task, Template
from core.domain.tax_ids import format_tax_id

_OUT = frozenset({"nfe", "certificado_digital"})
"""Standard templates that the office has not: the general one beside its two special ones; one that is no document."""
_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_TRADES = ("Padaria", "Farmácia", "Oficina", "Mercado", "Gráfica", "Clínica", "Livraria", "Transportadora", "Academia")
_PLACES = (
    "Aurora",
    "Bom Jardim",
    "São Bento",
    "Rio Claro",
    "Vale Verde",
    "Três Rios",
    "Boa Vista",
    "Ipê",
    "Santa Luzia",
)
_KINDS = ("Ltda", "ME", "EIRELI", "S/A", "& Filhos Ltda", "Comércio e Serviços Ltda", "EPP")
_FIRST = ("Maria", "João", "Ana", "José", "Luíza", "Antônio", "Cláudia", "Sebastião", "Conceição", "Inácio")
_LAST = ("da Silva", "Souza", "Gonçalves", "Araújo", "Magalhães", "de Oliveira", "Conceição", "Falcão", "Brandão")


class Generated(NamedTuple):
    """One document: its bytes, what is true of it (None where only a person can know), and how it was made."""

    name: str
    data: bytes
    client: str | None
    template: str | None
    period: str | None
    form: str
    layout: str


class Office(NamedTuple):
    clients: list[Client]
    templates: list[Template]
    own: str
    people: list[Client]  # those clients who are persons


def office(rng: random.Random, clients: int = 1000, without: frozenset[str] = frozenset()) -> Office:
    """An office with every standard template but some, its clients companies with either CNPJ, and persons."""
    made, people = [], []
    for number in range(1, clients + 1):
        if number % 12 == 0:
            name = f"{rng.choice(_FIRST)} {rng.choice(_FIRST)} {rng.choice(_LAST)} {rng.choice(_LAST)}"
            made.append(Client(id=str(number), name=name, tax_id=cpf(rng), portal=(f"{number:04} - {name}",)))
            people.append(made[-1])
        else:
            name = company(rng)
            root = f"{number:04} - {name.replace('/', '-')}"
            made.append(Client(id=str(number), name=name, tax_id=cnpj(rng, number % 4 == 0), portal=(root,)))
    templates = [
        Template(id=one.id, name=one.name, department=one.department)
        for one in standard_templates()
        if one.id not in _OUT | without
    ]
    return Office(made, templates, cnpj(rng), people)


def documents(seed: int, count: int, of: Office | None = None) -> Iterator[Generated]:
    """Make `count` documents, every form in turn; equal seeds make equal documents."""
    rng = random.Random(f"documents {seed}")
    of = of or office(random.Random(seed))
    kinds = {kind.id for kind in of.templates}
    forms = [form for form in FORMS if form.template in kinds]
    for number in range(count):
        form = forms[number % len(forms)]
        case = _case(rng, form, of)
        style = _style(rng, form)
        pages = form.draw(case)
        name = _file_name(rng, form, case, number)
        data = draw(rng, style, pages, format_tax_id(of.own))
        ask = form.ask and (not form.counterpart or form.counterpart in kinds)
        client = None if ask else case.client.id
        template = None if ask else form.template
        period = None if ask or not form.period else case.period[:4] if form.period == "year" else case.period
        layout = f"{style.producer} {style.font}" + "".join(
            f" {what}"
            for what, on in (
                ("above", style.above),
                ("columns", style.columns == 2),
                (f"turned{style.turned}", style.turned),
                ("spaced", style.spaced),
                ("broken", style.broken),
                ("loose", style.loose_title),
            )
            if on
        )
        yield Generated(name, data, client, template, period, form.name, layout)


def tasks(of: Office, made: list[Generated]) -> dict[tuple[str, str, str], Task]:
    """The office's open tasks: one for each document's client, template and period, and as many for others beside."""
    found: dict[tuple[str, str, str], Task] = {}
    for number, one in enumerate(made):
        if one.client and one.template:
            period = one.period or "2026"
            for client in (one.client, of.clients[number % len(of.clients)].id):
                key = (client, one.template, period)
                found[key] = Task(
                    id=f"T{len(found)}", client=client, name=one.template, period=period, templates=(one.template,)
                )
    return found


def cnpj(rng: random.Random, lettered: bool = False) -> str:
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if lettered else "0123456789"
    base = "".join(rng.choice(signs) for _ in range(8)) + rng.choice(("0001", "0001", "0001", "0002"))
    for weights in (_WEIGHTS[1:], _WEIGHTS):
        rest = sum((ord(sign) - 48) * weight for sign, weight in zip(base, weights, strict=True)) % 11
        base += str(0 if rest < 2 else 11 - rest)
    return base


def cpf(rng: random.Random) -> str:
    base = "".join(rng.choice("0123456789") for _ in range(9))
    for size in (10, 11):
        rest = sum(int(sign) * (size - place) for place, sign in enumerate(base)) * 10 % 11
        base += str(rest % 10)
    return base


def company(rng: random.Random) -> str:
    return f"{rng.choice(_TRADES)} {rng.choice(_PLACES)} {rng.choice(_LAST).split()[-1]} {rng.choice(_KINDS)}"


def _case(rng: random.Random, form: Form, of: Office) -> Case:
    companies = [client for client in of.clients if len(client.tax_id) == 14]
    client = rng.choice(of.people if form.person else companies)
    rival = rng.choice([one for one in companies if one is not client])
    month = rng.choice((3, 6, 9, 12)) if form.period == "quarter" else rng.randint(1, 12)
    first = date(rng.choice((2024, 2025, 2026)), month, 1)
    own = Person("ESCRITÓRIO MODELO CONTABILIDADE LTDA", format_tax_id(of.own))
    stranger = Person(company(rng).upper(), format_tax_id(cnpj(rng, rng.random() < 0.2)))
    # other parties are clients themselves as often as not
    other = Person(rival.name.upper(), format_tax_id(rival.tax_id)) if rng.random() < 0.5 else stranger
    if form.both:
        other = Person(rival.name.upper(), format_tax_id(rival.tax_id))
    human = rng.choice(of.people)
    employee = (
        Person(human.name.upper(), format_tax_id(human.tax_id))
        if rng.random() < 0.3 and human is not client
        else Person(f"{rng.choice(_FIRST)} {rng.choice(_LAST)} {rng.choice(_LAST)}".upper(), format_tax_id(cpf(rng)))
    )
    shown = client.name.upper() if rng.random() < 0.7 else client.name
    me = Person(shown, format_tax_id(client.tax_id))
    return Case(rng, client, me, other, stranger, employee, own, first, f"{first:%Y-%m}")


def _style(rng: random.Random, form: Form) -> Style:
    return Style(
        producer=rng.choice(("reportlab", "fpdf2")),
        font=rng.choice(("sans", "serif", "mono", "embedded")),
        size=rng.choice((8.0, 9.0, 10.0)),
        above=rng.random() < 0.45,
        columns=2 if rng.random() < 0.25 else 1,
        turned=rng.choice((90, 180, 270)) if rng.random() < 0.12 else 0,
        spaced=rng.choice((2.5, 4.0)) if rng.random() < 0.06 else 0.0,
        loose_title=rng.random() < 0.06,
        broken=rng.random() < 0.08,
        header=form.office_header and rng.random() < 0.6,
    )


def _file_name(rng: random.Random, form: Form, case: Case, number: int) -> str:
    ways = (
        f"doc_{rng.randint(100000, 999999)}.pdf",
        f"{form.name}_{case.period}.pdf",
        f"scan{number:05}.pdf",
        f"{case.client.name.split()[0]} {case.first:%m-%Y}.pdf",
        f"download ({rng.randint(1, 60)}).pdf",
        f"{case.other.name.split()[0].title()} {case.first + timedelta(days=45):%d%m%Y}.pdf",  # another's
    )
    return rng.choice(ways)
