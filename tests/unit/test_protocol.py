"""Proof of delivery: what an office shows a client, or a judge, has to be what happened."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from core.domain.models import Client, Task
from core.domain.permissions import Actor
from core.office import protocol
from core.office.documents import mark_seen, remove_document
from core.office.errors import Refused
from core.office.protocol import Protocol, State
from core.office.protocol_files import write
from core.office.tasks import complete_task
from core.ports import PortalFault
from tests.memory_portal import MemoryPortal
from tests.office_setup import DAS, OWNER, Bench, bench, quick_folder, sha

FISCAL = Actor("fiscal", "fiscal", admin=False, departments=("Fiscal",))
PESSOAL = Actor("pessoal", "pessoal", admin=False, departments=("Pessoal",))


@pytest.fixture
def b() -> Iterator[Bench]:
    with quick_folder() as folder, bench(folder) as made:
        yield made


def made(b: Bench, actor: Actor = OWNER, period: str = "2026-10", client: str = "1") -> Protocol:
    return protocol.check(b.ctx, protocol.gather(b.ctx, actor, client, period))


def states(found: Protocol) -> list[tuple[str, int, str]]:
    return [(one.place.name, one.version, str(one.state)) for one in found.entries]


def written(found: Protocol, kind: str, lang: str = "pt") -> bytes:
    with quick_folder() as folder:
        write(found, folder / f"p{kind}", lang)
        return (folder / f"p{kind}").read_bytes()


def paper(found: Protocol, lang: str = "pt") -> str:
    document = pypdfium2.PdfDocument(written(found, ".pdf", lang))
    return "\n".join(page.get_textpage().get_text_bounded() for page in document).replace("\r\n", "\n")


def test_each_version_is_listed_with_its_own_bytes_and_the_time_it_was_replaced(b: Bench) -> None:
    """Otherwise the office could not show what the client had before the correction."""
    b.send(name="a.pdf", data=b"one")
    first = b.clock()
    b.clock.pass_(hours=2)
    b.attach(name="a.pdf", data=b"other")
    b.deliver()
    one, two = made(b).entries
    assert (one.sha256, one.size, one.at, one.how) == (sha(b"one"), 3, first, "delivered")
    assert (one.state, one.replaced_at) == (State.REPLACED, b.clock())
    assert (two.sha256, two.version, two.how, two.state) == (sha(b"other"), 2, "replaced", State.UNSEEN)
    assert two.place.folder == DAS
    assert (two.by_name, two.attached_by_name) == ("dono", "dono")


def test_what_the_portal_shows_now_is_told(b: Bench) -> None:
    """Seen, removed by someone, changed by someone: each is another conversation with the client."""
    for name in ("seen.pdf", "unseen.pdf", "gone.pdf", "changed.pdf", "marked.pdf"):
        b.send(name=name, data=name.encode())
    b.portal.seen.add(("Alfa", *DAS, "seen.pdf"))
    del b.portal.files["Alfa", *DAS, "gone.pdf"]
    b.put(b"something else", "changed.pdf")
    mark_seen(b.ctx, OWNER, "t1/marked.pdf", seen=True)
    assert {name: state for name, _, state in states(made(b))} == {
        "seen.pdf": "seen",
        "unseen.pdf": "unseen",
        "gone.pdf": "gone",
        "changed.pdf": "changed",
        "marked.pdf": "seen",
    }


class Down(MemoryPortal):
    """A portal that can be taken away."""

    away = False
    asked = 0

    async def look(self, place: Any) -> Any:
        self.asked += 1
        if self.away:
            raise PortalFault("portal_unreachable", "no answer")
        return await super().look(place)


def test_a_portal_that_is_down_is_said_and_asked_only_once_round() -> None:
    """A protocol without an answer must not read as "not seen", and must not take a timeout a file."""
    portal = Down()
    with quick_folder() as folder, bench(folder, portal) as b:
        for n in range(30):
            b.send(name=f"{n}.pdf", data=str(n).encode())
        mark_seen(b.ctx, OWNER, "t1/3.pdf", seen=True)
        portal.away, portal.asked = True, 0
        found = made(b)
        assert portal.asked <= protocol.AT_ONCE
        assert {one.state for one in found.entries if not one.marked} == {State.UNCHECKED}
        assert [one.state for one in found.entries if one.marked] == [State.SEEN]
        assert "não verificado agora" in paper(found)
        assert "29 arquivo" in paper(found)
        portal.away = False
        assert made(b).code == found.code, "the code is of what was delivered"


def test_departments_that_one_may_not_handle_are_left_out_and_that_is_said(b: Bench) -> None:
    """A payroll's name must not reach who may not see payrolls; a list that hides it silently would be a lie."""
    folha = b.ctx.store.templates.get("folha")
    assert folha is not None
    b.ctx.store.templates.save([folha.model_copy(update={"destination": ("Pessoal",)})])
    b.attach(name="Folha.pdf", template="folha")
    b.send(name="DAS.pdf")
    assert len(made(b).entries) == 2
    found = made(b, FISCAL)
    assert [name for name, _, _ in states(found)] == ["DAS.pdf"]
    assert found.left_out == (("Pessoal", 1),)
    for text in (paper(found), written(found, ".json").decode(), written(found, ".csv").decode()):
        assert "Folha.pdf" not in text
    assert "Pessoal" in paper(found)
    assert [one.template.id for one in made(b, PESSOAL).entries] == ["folha"]


def test_other_clients_and_periods_are_not_in_it(b: Bench) -> None:
    """One client's list in another's hands tells what that one has."""
    b.send(task="t3", name="beta.pdf")
    b.send(name="alfa.pdf")
    b.ctx.store.tasks.save([Task(id="t9", client="1", name="DAS de setembro", period="2026-09")])
    b.send(task="t9", name="setembro.pdf")
    assert [name for name, _, _ in states(made(b))] == ["alfa.pdf"]
    assert [name for name, _, _ in states(made(b, client="2"))] == ["beta.pdf"]
    assert {name for name, _, _ in states(made(b, period="2026"))} == {"alfa.pdf", "setembro.pdf"}
    assert made(b, period="2025").entries == ()
    with pytest.raises(Refused, match="Não há cliente"):
        made(b, client="77")


def test_what_was_removed_from_its_task_stays_in_the_list_and_what_was_not_sent_is_counted(b: Bench) -> None:
    """It is still at the portal, and was delivered all the same."""
    document = b.send(name="a.pdf")
    remove_document(b.ctx, OWNER, document.id)
    b.portal.files.clear()
    b.attach(name="b.pdf", data=b"two")
    found = made(b)
    assert [(one.place.name, one.removed_at is not None) for one in found.entries] == [("a.pdf", True)]
    assert found.pending == 1
    assert "a cópia no portal ficou" in paper(found)


def test_the_code_and_the_bytes_tell_two_copies_apart(b: Bench) -> None:
    """Who holds a copy can compare it: same deliveries, same code; same data and time, the very same file."""
    b.send(name="a.pdf")
    first = made(b)
    assert written(first, ".pdf") == written(made(b), ".pdf")
    b.clock.pass_(days=3)
    b.portal.seen.add(("Alfa", *DAS, "a.pdf"))
    later = made(b)
    assert later.code == first.code
    assert written(later, ".pdf") != written(first, ".pdf")
    assert json.loads(written(later, ".json"))["sha256"] == sha(
        json.dumps(later.facts(), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ), "anyone can compute it"
    b.attach(name="a.pdf", data=b"two")
    b.deliver()
    assert made(b).code != first.code
    assert first.code in paper(first)


def test_names_in_any_script_and_evil_ones_print(b: Bench) -> None:
    """A client with an odd name gets its protocol too; what turns the reading direction does not."""
    b.ctx.store.clients.save([Client(id="1", name="Açaí – Ελλάς 日本 \u202e=cmd", portal=("Alfa",))])
    b.send(name="Ação d'Água – relatório €.pdf", data=b"x")
    found = made(b)
    text = paper(found)
    assert "Ação d'Água – relatório €.pdf" in text
    assert "\\u0395" in text
    for kind in (".csv", ".pdf"):
        assert "\u202e".encode() not in written(found, kind)
    assert "página 1 de 1" in text
    assert "Proof of delivery" in paper(found, "en")


def test_a_name_that_is_a_formula_is_none_in_the_csv(b: Bench) -> None:
    """A spreadsheet must not run what a client's name says."""
    b.ctx.store.clients.save([Client(id="1", name='=HYPERLINK("http://x")', portal=("Alfa",))])
    b.ctx.store.tasks.save([Task(id="t1", client="1", name="@SUM(1)\r\n-2", period="2026-10")])
    b.send(name="+a.pdf")
    rows = list(csv.reader(io.StringIO(written(made(b), ".csv").decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 2
    assert not [value for value in rows[1] if value.startswith(("=", "+", "-", "@", "\t", "\r"))]
    (row,) = csv.DictReader(io.StringIO(written(made(b), ".csv").decode("utf-8-sig")), delimiter=";")
    assert row["name"] == "'+a.pdf"
    assert row["sha256"] == sha(b"one")
    assert row["state_text"] == "não visto"


def test_a_long_one_has_all_its_pages(b: Bench) -> None:
    for n in range(40):
        b.attach(name=f"{n:02}.pdf", data=str(n).encode())
    complete_task(b.ctx, OWNER, "t1")
    b.deliver()
    text = paper(made(b))
    assert "página 1 de 5" in text
    assert "página 5 de 5" in text
    assert all(f"{n:02}.pdf" in text for n in range(40))
    assert text.count("Recebido por") == 1


def test_nothing_is_overwritten_and_an_empty_protocol_is_none(b: Bench, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Nada foi entregue"):
        write(made(b), tmp_path / "p.pdf", "pt")
    b.send(name="a.pdf")
    file = tmp_path / "p.pdf"
    file.write_bytes(b"mine")
    with pytest.raises(Refused, match="já existe"):
        write(made(b), file, "pt")
    with pytest.raises(Refused, match=r"\.pdf, \.csv ou \.json"):
        write(made(b), tmp_path / "p.doc", "pt")
    assert [one.name for one in tmp_path.iterdir()] == ["p.pdf"]
    assert file.read_bytes() == b"mine"
