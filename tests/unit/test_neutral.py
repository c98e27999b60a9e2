"""Names, file contents and servers' answers are text from elsewhere: no terminal and no spreadsheet may obey them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.cli.main import main
from core.domain.events import EVENTS
from core.domain.failures import FAILURES
from core.domain.models import Client, Event, Origin, Task, Template
from core.domain.text import plain, plain_json
from core.office import Context, activation, create_office, documents, open_office
from core.office.exporting import COLUMNS, cell, export_events
from core.office.tasks import complete_task
from core.ports import PortalFault
from tests.office_setup import OWNER

EVIL = "\x1b]0;dono\x07\x1b[2J\x9b31m\u202egpj.exe\u2066\u2028\x7f\r\n[red]x[/red]"
"""A title, a cleared screen, a colour by C1, a turned name, lines that go on as others, Rich's markup."""
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What no output may hold: everything that is obeyed, but the end of our own lines."""
HARMLESS = [
    ("templates",),
    ("clients",),
    ("employees",),
    ("tasks",),
    ("tasks", "t"),
    ("protocol", "1", "--period", "2026-10"),
    ("log",),
    ("errors",),
    ("status",),
]


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Context]:
    """An office in which everything that someone else names, is named by someone who means it badly."""
    (tmp_path / "portal").mkdir()
    create_office(tmp_path / "e", {"office": {"name": EVIL}, "portal": {"url": f"dir://{tmp_path / 'portal'}"}})
    with open_office(tmp_path / "e") as ctx:
        ctx.store.clients.save([Client(id="1", name=EVIL, portal=("Alfa",))])
        ctx.store.templates.save([Template(id="das", name=EVIL, department=EVIL, destination=None)])
        ctx.store.tasks.save([Task(id="t", client="1", name=EVIL, period="2026-10", templates=("das",), assignee=EVIL)])
        activation.activate(ctx, OWNER)
        (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 a")
        documents.attach_files(ctx, OWNER, "t", [tmp_path / "a.pdf"], "das")
        complete_task(ctx, OWNER, "t")
        told = dict.fromkeys(("detail", "sentence", "why", "place", "template_name", "client_name", "employee"), EVIL)
        ctx.store.append(
            [
                Event(at=ctx.now(), code=code, name=EVIL, actor=EVIL, login=EVIL, folder=(EVIL,), params=params)
                for code, params in [
                    *((code, told) for code in EVENTS),
                    *(("failed", {**told, "failure": failure}) for failure in FAILURES),
                ]
            ]
        )
        yield ctx


@pytest.mark.parametrize("words", HARMLESS, ids=" ".join)
@pytest.mark.parametrize("json_too", [False, True], ids=["text", "json"])
def test_no_command_lets_a_name_command_the_terminal(
    hostile: Context, words: tuple[str, ...], json_too: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    """A client's file name would wipe the error it stands in, or put a command into someone's prompt."""
    assert main(["--office", str(hostile.folder), *words, *(["--json"] if json_too else [])]) in (0, 1)
    said = capfd.readouterr()
    assert OBEYED.findall(said.out + said.err) == []
    if json_too and words != ("log",):
        json.loads(said.out)
    if words in (("clients",), ("tasks",)) and json_too:
        assert EVIL in [one["name"] for one in json.loads(said.out)], "what programs read is unchanged"


def test_the_journal_s_json_lines_are_neutral_and_mean_the_same(
    hostile: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["--office", str(hostile.folder), "log", "--json"]) == 0
    lines = [json.loads(one) for one in capfd.readouterr().out.splitlines()]
    assert [one["seq"] for one in lines] == list(range(1, hostile.store.last_seq() + 1))
    assert lines[-1]["name"] == EVIL


def test_what_delivers_and_explains_is_neutral_too(
    hostile: Context, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What a server says in an error is shown to whoever looks at the errors."""
    (document,) = hostile.store.documents.of_task("t")
    office = ["--office", str(hostile.folder)]
    for words in (
        ["deliver"],
        ["explain", document.id],
        ["errors"],
        ["complete", "t", "--dry-run"],
        ["portal", "check"],
    ):
        main([*office, *words])
    from core.portal.directory import DirectoryPortal

    async def refuse(self: DirectoryPortal) -> None:
        raise PortalFault("portal_error", EVIL)

    monkeypatch.setattr(DirectoryPortal, "check", refuse)
    main([*office, "portal", "check"])
    main([*office, "portal", "check", "--json"])
    with pytest.raises(SystemExit):
        main([*office, "attach", f"-{EVIL}"])
    said = capfd.readouterr()
    assert "\\u001b" in said.err
    assert OBEYED.findall(said.out + said.err) == []


@given(st.text())
@example(EVIL)
@example("a\n\tb")
def test_plain_json_means_the_same(text: str) -> None:
    """Programs that read the output get the very names."""
    value = {text: [text, 1]}
    shown = plain_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(shown) == value
    assert OBEYED.findall(shown) == []


@given(st.text())
def test_plain_obeys_nothing_and_changes_nothing_else(text: str) -> None:
    assert OBEYED.findall(plain(text)) == [] and "\n" not in plain(text)
    if text.isprintable():
        assert plain(text) == text


@given(st.one_of(st.text(), st.text(alphabet="=+-@\t\r\n ;,a1\uff1d")))
@example("nota;=HYPERLINK(1)")
@example(" =1+1")
def test_no_exported_cell_begins_a_formula_wherever_lines_are_split(text: str) -> None:
    """A spreadsheet in another language splits at another sign; a client's file name must not run in it either way."""
    for part in re.split("[;,\t\r\n]", cell(text)):
        assert not part.strip().startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")), text


@pytest.mark.parametrize("lang", ["pt", "en"])
def test_an_exported_journal_is_inert(hostile: Context, lang: str, tmp_path: Path) -> None:
    hostile.store.append(
        [Event(at=hostile.now(), code="attached", name="=cmd|' /C calc'!A0", actor="@eva", params={"size": "-1"})]
    )
    seqs = range(1, hostile.store.last_seq() + 1)
    export_events(hostile, seqs, tmp_path / "x.csv", lang)
    text = (tmp_path / "x.csv").read_text(encoding="utf-8-sig")
    assert OBEYED.findall(text.replace("\r\n", "\n")) == []
    rows = list(csv.reader(text.splitlines(), delimiter=";" if lang == "pt" else ","))
    assert len(rows) == len(seqs) + 1 and rows[0] == list(COLUMNS)
    assert all(not one.startswith(("=", "+", "-", "@")) for row in rows for one in row)
    export_events(hostile, seqs, tmp_path / "x.json", lang)
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert OBEYED.findall(text) == []
    assert json.loads(text)[-1]["name"] == "=cmd|' /C calc'!A0", "programs get the very name"


def test_a_document_s_own_name_is_clean_before_it_is_anywhere(hostile: Context, tmp_path: Path) -> None:
    """Clients see it in their portal: a turned name hides what a file is."""
    (tmp_path / "fatura\u202efdp.exe").write_bytes(b"x")
    (made,) = documents.attach_files(hostile, OWNER, "t", [tmp_path / "fatura\u202efdp.exe"], "das", Origin.MANUAL)
    assert made.document.name == "faturafdp.exe"
    assert made.warnings
