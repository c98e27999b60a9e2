"""Finding lines of the journal: a line that is not found is one that someone believes never was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.events import EVENTS
from core.domain.failures import FAILURES
from core.domain.models import Client, Event, Level
from core.office import Refused
from core.office.exporting import cell, export_events
from core.office.log import Filter, Matcher, Search, about, next_grave, remedy
from core.ports import EventChoice
from core.store import open_store
from core.store.engine import table_sql
from core.store.schema import EVENTS as TABLE
from tests.office_setup import Bench, bench, quick_folder

Made = tuple[str, int | None, str, str | None]
NAMES = ["Padaria São José", "AÇOUGUE ÚNICO", "Ipê & Filhos", "Müller Ñandú"]
WORDS = ["sao", "JOSÉ", "acougue", "unico.", "ipe", "pasta", "destino", "enviado", "das_10", "(25", "nada", "Ñ"]


@pytest.fixture(scope="module")
def office() -> Iterator[Bench]:
    with quick_folder() as folder, bench(folder) as made:
        made.ctx.store.clients.save(Client(id=f"c{n}", name=name) for n, name in enumerate(NAMES))
        yield made


def event(office: Bench, code: str, client: int | None, name: str, failure: str | None) -> Event:
    params = {"place": f"{client} > Fiscal > {name}", "size": 25, "name": name, "why": ["visto", "seen"]}
    if failure is not None:
        params |= {"failure": failure, "template_name": "Balancete Único", "detail": 'HTTP "418"'}
    return Event(
        at=office.ctx.now(),
        code=code,
        level=EVENTS[code].level,
        client=None if client is None else f"c{client}",
        name=name,
        params=params,
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["delivered", "kept_both", "failed", "attached", "activated"]),
            st.sampled_from([None, *range(len(NAMES))]),
            st.sampled_from(["DAS_10.pdf", "Certidão ÚNICA.pdf", "ISS São João.pdf", 'a "b" \\ c.pdf', "Ñ.pdf"]),
            st.sampled_from([None, *FAILURES]),
        ),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.sampled_from(WORDS), max_size=2),
    st.sampled_from(list(Level)),
    st.sampled_from([None, "c0", "c1"]),
    st.integers(0, 8),
)
def test_a_search_finds_what_looking_at_each_event_would(
    office: Bench, made: list[Made], words: list[str], level: Level, client: str | None, at: int
) -> None:
    """The store's first choice, which reads no event whole, must not leave out one that fits."""
    ctx = office.ctx
    start = ctx.store.last_seq()
    ctx.store.append([event(office, *one) for one in made])
    last = ctx.store.last_seq()
    for lang in ("pt", "en"):
        matcher = Matcher(ctx, Filter(level, client, " ".join(words)), lang)
        search = Search(ctx, matcher, start + at, last)
        found: list[int] = []
        while not search.done:
            older, newer, _ = search.step(10)
            found = [*older, *found, *newer]
        expected = [one.seq for one in ctx.store.events_after(start, limit=100) if matcher.takes(one)]
        assert [seq for seq in found if seq > start] == expected
        assert found == sorted(set(found))


def test_accents_case_and_order_do_not_matter(office: Bench) -> None:
    ctx = office.ctx
    ctx.store.append([event(office, "delivered", 0, "Guia.pdf", None)])
    [one] = ctx.store.events_after(ctx.store.last_seq() - 1)
    for text in ("são josé", "JOSE sao", "enviado guia", "c0", "padaria delivered", "fiscal"):
        assert Matcher(ctx, Filter(text=text), "pt").takes(one), text
    assert not Matcher(ctx, Filter(text="guia ausente"), "pt").takes(one)
    assert not Matcher(ctx, Filter(client="c1"), "pt").takes(one)


def test_the_next_grave_ones_nearest_first(office: Bench) -> None:
    ctx = office.ctx
    start = ctx.store.last_seq()
    ctx.store.append([event(office, code, 0, "a", None) for code in ("failed", "attached", "kept_both", "failed")])
    assert next_grave(ctx, Level.ERROR, start, 1) == [start + 1, start + 4]
    assert next_grave(ctx, Level.WARNING, start + 1, 1) == [start + 3, start + 4]
    assert next_grave(ctx, Level.WARNING, start + 4, -1, limit=2) == [start + 3, start + 1]


def test_a_line_s_remedy_is_filled_as_well_as_can_be(office: Bench) -> None:
    found = remedy(event(office, "failed", 0, "a", "no_destination"), "pt")
    assert found is not None
    assert "malote map" in found
    assert remedy(event(office, "delivered", 0, "a", None), "pt") is None
    told = about(office.ctx, event(office, "delivered", 0, "a", None))
    assert (told.client and told.client.name, told.task, told.delivery) == (NAMES[0], None, None)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x"])
def test_no_cell_is_a_formula(text: str) -> None:
    """A client's file name must not run in the office's spreadsheet."""
    assert cell(text) == "'" + text
    assert cell(None) == ""
    assert cell("a=1") == "a=1"


def test_an_export_is_whole_or_not_there(office: Bench, tmp_path: Path) -> None:
    ctx = office.ctx
    ctx.store.append([event(office, "delivered", 0, "a", None)] * 3)
    seqs = range(ctx.store.last_seq() - 2, ctx.store.last_seq() + 1)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_events(ctx, seqs, tmp_path / "x.csv", "pt", stop)
    assert not (tmp_path / "x.csv").exists()
    export_events(ctx, seqs, tmp_path / "x.json", "pt")
    assert [one["seq"] for one in json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))] == list(seqs)
    with pytest.raises(Refused, match="já existe"):
        export_events(ctx, seqs, tmp_path / "x.json", "pt")
    with pytest.raises(Refused, match="deve terminar em"):
        export_events(ctx, seqs, tmp_path / "x.pdf", "pt")
    export_events(ctx, (), tmp_path / "none.json", "pt")
    assert json.loads((tmp_path / "none.json").read_text(encoding="utf-8")) == []


def test_an_office_from_before_the_indexes_opens_and_gets_them(tmp_path: Path) -> None:
    """Errors and clients are found at once in an office whose journal is older than these filters."""
    path = tmp_path / "state.db"
    open_store(path).close()
    made = [Event(at=datetime.now(UTC), code="failed", level=Level.ERROR, client=str(n % 9)) for n in range(30)]
    store = open_store(path)
    store.append(made)
    store.close()
    with closing(sqlite3.connect(path)) as database:
        named = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND name LIKE ?"
        old = [name for (name,) in database.execute(named, (table_sql(TABLE)[1:-1], "ix_%client"))]
        assert len(old) == 3
        for name in old:
            database.execute(f'DROP INDEX "{name}"')
        database.commit()
    store = open_store(path)
    assert store.find_seqs(EventChoice(level=Level.ERROR, client="1"), 0, 100) == [2, 11, 20, 29]
    assert len(store.find_events(EventChoice(level=Level.WARNING), limit=50)) == 30
    store.close()
    with closing(sqlite3.connect(path)) as database:
        assert {name for (name,) in database.execute(named, (table_sql(TABLE)[1:-1], "ix_%client"))} == set(old)
