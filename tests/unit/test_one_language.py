"""What the program says of a portal's fault, of days and of a disk: each reader is told it in one language, his."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.portal
from core.cli.main import main
from core.delivery.pausing import pause
from core.delivery.tools import Tools
from core.domain.events import message
from core.domain.figures import dated, dated_text, number
from core.domain.models import Document, Event, Level
from core.domain.reasons import REASONS, reason_of
from core.domain.text import Both, Text, as_sentence, both, in_language, languages
from core.office import foresight, health, journal, log, protocol
from core.office.context import unusable
from core.office.exporting import export_events
from core.office.notices import causes, lines
from core.office.protocol_files import write
from core.office.tasks import complete_task
from core.ports import PortalFault
from core.store.engine import StoreError
from tests.memory_portal import MemoryPortal
from tests.office_setup import OWNER, Bench, bench, quick_folder
from tests.texts import PORTUGUESE
from tui.desk import Desk
from tui.screens import log_detail
from tui.widgets.lines import Line

SEPARATOR = re.compile(r"\x1f|\\u001f|\\x1f", re.IGNORECASE)
LANGUAGES = ("pt", "en")


def faults() -> dict[str, Text]:
    """Every text of the portals' modules, by its name; each may be a fault's detail."""
    modules = [import_module(one.name) for one in pkgutil.walk_packages(core.portal.__path__, "core.portal.")]
    found = {one: name for module in modules for name, one in vars(module).items() if isinstance(one, Text)}
    return {name: text for text, name in found.items()}


def detail_of(text: Text) -> Both:
    return both(text, **dict.fromkeys(re.findall(r"\{(\w+)\}", text.pt), "X"))


FAULTS = {name: detail_of(text) for name, text in faults().items()}


@pytest.fixture(scope="module")
def office() -> Iterator[tuple[Bench, Document]]:
    """An office with one document that could not be sent; the portal of its configuration is not there."""
    portal = MemoryPortal()
    with quick_folder() as folder, bench(folder, portal) as made:

        def fail(_: str) -> None:
            raise PortalFault("portal_error", both(Text("é assim", "it is so")))

        portal.on_step = fail
        document = made.attach().document
        complete_task(made.ctx, OWNER, "t1")
        for _ in range(3):
            made.deliver()
            made.clock.pass_(hours=1)
        yield made, document


def keep(b: Bench, document: Document, detail: str) -> None:
    """As if that had been the answer to the last try, with its events, and to a look at the portal as a whole."""
    store = b.ctx.store
    failed = b.last(document).model_copy(update={"detail": detail})
    params = {"failure": "portal_error", "detail": detail, "name": "a.pdf", "retry_at": "2026-10-11T12:00:00.000Z"}
    event = Event(at=b.clock(), code="failed", level=Level.ERROR, params=params, document=document.id, task="t1")
    tools = Tools(store, b.ctx.blobs, b.portal, b.clock, lambda: 0.5, lambda _: False)
    with store.transaction():
        store.deliveries.save([failed])
        store.append([event, event.model_copy(update={"code": "waiting", "delivery": failed.id})])
        store.set_pause(None)
        pause(tools, PortalFault("portal_unreachable", detail))


def ways(b: Bench, document: Document, lang: str) -> Iterator[str]:
    """All that is told of a fault without a command."""
    for one in journal.troubles(b.ctx):
        yield one.message.say(lang)
        yield "\n".join(lines(causes([one], lang), lang))
    for event in b.ctx.store.events_after(b.ctx.store.last_seq() - 3):
        about = log.about(b.ctx, event)
        yield message(event, lang)
        yield log_detail.plain_text(about, lang)
        yield "".join(part if isinstance(part, str) else part[0] for line in pane(b, about, lang) for part in line)
    paused = b.ctx.store.pause()
    assert paused is not None
    yield health.told(paused).say(lang)
    subject = journal.troubles(b.ctx)[1].subject
    assert subject is not None
    yield foresight._failing(subject, "portal_error", b.last(document).detail).sentence.say(lang)


def pane(b: Bench, about: log.About, lang: str) -> list[Line]:
    return log_detail.pane(about, Desk(b.ctx, OWNER, lang), 500, 20)


def test_there_are_faults_to_look_at() -> None:
    assert len(FAULTS) > 30
    assert {"TOO_SLOW", "UNSAFE", "NO_CLIENT", "NOT_A_FILE", "KEEPS_CHANGING", "WRITTEN"} <= FAULTS.keys()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_in_one_language(office: tuple[Bench, Document], name: str) -> None:
    """Otherwise each failure is read twice, and half of what is read is foreign."""
    b, document = office
    detail = FAULTS[name]
    keep(b, document, detail)
    pt, en = (one.casefold() for one in languages(detail))
    for lang, own, other in (("pt", pt, en), ("en", en, pt)):
        told = list(ways(b, document, lang))
        told.append(health.portal_unusable(PortalFault("portal_error", detail)).sentence.say(lang))
        assert len(told) == 2 * 2 + 3 * 3 + 3
        for one in map(str.casefold, told):
            assert own in one
            assert not SEPARATOR.search(one)
            assert other in own or other not in one


COMMANDS = ("errors", "log", "status", "explain t1/a.pdf", "doctor", "portal check", "complete t1 --dry-run", "deliver")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_commands_and_files_tell_all_of_them_so(
    office: tuple[Bench, Document], lang: str, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    b, document = office
    for detail in FAULTS.values():
        keep(b, document, detail)
    said = {}
    for command in (*COMMANDS, "errors --json", "log --json", "explain t1/a.pdf --json"):
        main(["--office", str(b.ctx.folder), "--lang", lang, *command.split()])
        said[command] = "".join(capfd.readouterr())
    for kind in ("csv", "json"):
        export_events(b.ctx, range(1, b.ctx.store.last_seq() + 1), tmp_path / f"log.{kind}", lang)
        said[kind] = (tmp_path / f"log.{kind}").read_text("utf-8")
    assert [command for command, one in said.items() if SEPARATOR.search(one) or not one] == []
    wanted = [as_sentence(one).text(lang) for one in FAULTS.values()]
    messages = [json.loads(line)["message"] for line in said["log --json"].splitlines()]
    for told in (said["log"], "\n".join(messages), "\n".join(row["message"] for row in json.loads(said["json"]))):
        assert [one for one in wanted if one not in told] == []
    absent = {"pt": "não existe", "en": "it does not exist"}[lang]
    assert [one for one in ("doctor", "portal check", "complete t1 --dry-run") if absent not in said[one]] == []
    if lang == "en":
        assert [command for command, one in said.items() if PORTUGUESE.search(_ours(one))] == []


def _ours(told: str) -> str:
    """What is said, without the records' own words."""
    return re.sub(r"DAS de outubro|escritorio|dono|(?i:\bdas\b)", "", told)


WORDS = st.text(st.characters(exclude_categories=["Cs"]))


@given(WORDS, WORDS)
def test_a_server_s_words_never_pass_for_a_second_language(said: str, name: str) -> None:
    """A hostile server could tell one reader something else than another."""
    fault = PortalFault("portal_error", said + "\x1f" + name)
    assert in_language(fault.detail, "pt") == in_language(fault.detail, "en") == fault.detail
    made = both(Text("ele disse {said} ({of})", "it said {said} ({of})"), said=said, of=both(Text("a", "b")))
    pt, en = languages(made)
    assert pt.removeprefix("ele disse ")[:-3] == en.removeprefix("it said ")[:-3]
    assert (pt[-3:], en[-3:]) == ("(a)", "(b)")
    assert "\x1f" not in pt + en


def test_what_an_older_version_kept_is_told_as_it_is() -> None:
    old = "o servidor demorou demais / the server took too long"
    event = Event(at=datetime.now(UTC), code="failed", params={"failure": "portal_unreachable", "detail": old})
    assert all(old[1:] in message(event, lang) for lang in LANGUAGES)
    assert str(PortalFault("x", FAULTS["TIMEOUT"])) == "('x', 'o servidor demorou demais')", "a traceback shows it"


@pytest.mark.parametrize("number_", REASONS)
def test_the_system_s_reason_is_told_in_one_language(number_: int) -> None:
    told = reason_of(OSError(number_, os.strerror(number_), "/x"))
    assert told.pt != told.en and os.strerror(number_) not in told.pt


def test_an_unusual_reason_is_told_in_the_system_s_words() -> None:
    assert reason_of(OSError(errno.EXDEV, "Invalid cross-device link")) == ("Invalid cross-device link",) * 2
    assert reason_of(OSError("odd")) == ("odd", "odd")


def test_a_state_that_cannot_be_opened_says_why_in_one_language(tmp_path: Path) -> None:
    try:
        try:
            raise PermissionError(errno.EACCES, "Permission denied")
        except OSError as error:
            raise StoreError("io_error", f"{tmp_path / 'state.db'}: {error.strerror}") from None
    except StoreError as error:
        told = unusable(tmp_path, error).sentence
    assert "falta permissão" in told.say() and "permission is lacking" in told.say("en")


def test_days_and_numbers() -> None:
    """10/11 is two days to those who read English."""
    at = datetime(2026, 11, 10, 15, 4, 5).astimezone()
    assert [dated(at, "%d/%m/%Y %H:%M", lang) for lang in LANGUAGES] == ["10/11/2026 15:04", "2026-11-10 15:04"]
    assert [dated(at, "%d/%m %H:%M:%S", lang) for lang in LANGUAGES] == ["10/11 15:04:05", "11-10 15:04:05"]
    assert [dated(date(2026, 11, 10), "%d/%m/%y", lang) for lang in LANGUAGES] == ["10/11/26", "2026-11-10"]
    assert dated_text(at.astimezone(UTC), "%d/%m") == ("10/11", "11-10")
    assert [number(1234567, lang) for lang in LANGUAGES] == ["1.234.567", "1,234,567"]


def test_a_protocol_in_english() -> None:
    """A client abroad, or its auditor, reads the proof."""
    with quick_folder() as folder, bench(folder) as b:
        b.send(name="a.pdf", data=b"x" * 1234)
        found = protocol.check(b.ctx, protocol.gather(b.ctx, OWNER, "1", "2026-10"))
        for kind in ("pdf", "csv"):
            write(found, folder / f"p.{kind}", "en")
        document = pypdfium2.PdfDocument(folder / "p.pdf")
        paper = "\n".join(page.get_textpage().get_text_bounded() for page in document)
        (row,) = csv.DictReader(io.StringIO((folder / "p.csv").read_text("utf-8-sig")))
    for told in ("Proof of delivery of documents", "2026-10", f"{b.clock().astimezone():%Y-%m-%d}", "1,234 bytes"):
        assert told in paper
    assert PORTUGUESE.findall(_ours(paper)) == []
    assert row["state_text"] == "not seen"
    assert PORTUGUESE.findall(_ours(" ".join((*row, *row.values())))) == []
