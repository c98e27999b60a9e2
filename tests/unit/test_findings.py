"""What a check found, in words: a code that nobody can read would hide a portal on which files get lost."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import pytest

from core.domain.figures import size_text
from core.domain.models import Client
from core.office.findings import BY_VALUE, in_words
from core.office.health import Checked
from core.portal.create import CREATE_WAYS
from core.portal.webdav import WebDavPortal
from core.portal.webdav.facts import Facts
from core.ports import PortalReport
from tests.unit.test_webdav_faults import FACTS

TOLD_OTHERWISE = {
    *("server", "user", "race", "exclusive", "refused_signs", "window", "seen", "round_trip_ms", "upload_kb_s"),
}
UNTOLD = {("lock_makes", "nothing")}
"""What is not worth a sentence."""


def checked(
    *findings: tuple[str, str], exclusive: bool = False, free: int | None = None, clients: tuple[Client, ...] = ()
) -> Checked:
    return Checked(PortalReport("webdav+https://x/", exclusive, findings, free), clients, (), resumed=False)


def said(found: Checked, lang: str = "pt") -> str:
    return "\n".join(f"{sign} {sentence.say(lang)}" for sign, sentence in in_words(found))


def every_facts() -> list[Facts]:
    yes_no = ("keeps_name", "replaces", "locks_exclude", "locks_leak", "lock_makes_file", "conditions")
    known = dataclasses.asdict(FACTS)
    some = itertools.product((False, True), repeat=len(yes_no))
    return [Facts(**{**known, **dict(zip(yes_no, values, strict=True))}) for values in some]


@pytest.mark.parametrize("exclusive", [False, True])
def test_every_finding_of_webdav_has_words(tmp_path: Path, exclusive: bool) -> None:
    portal = WebDavPortal("webdav+https://eu@nuvem.example/", exclusive=exclusive)
    for facts in every_facts():
        for code, value in portal._findings(facts):
            assert code in BY_VALUE or code in TOLD_OTHERWISE, code
            assert code in TOLD_OTHERWISE or value in BY_VALUE[code] or (code, value) in UNTOLD, (code, value)
        report = PortalReport(portal.url, exclusive and facts.exclusive, portal._findings(facts))
        for lang in ("pt", "en"):
            assert "{" not in said(Checked(report, (), (), resumed=True), lang)


def test_every_finding_of_a_directory_has_words() -> None:
    assert {code for code, _ in CREATE_WAYS} <= set(BY_VALUE["publish"])
    assert {"exchange", "look-rename"} <= set(BY_VALUE["replace"])


def test_exclusive_is_claimed_only_where_it_is_so() -> None:
    """Somebody's file would be lost where the screen says that none can be."""
    wanted = ("exclusive", "wanted")
    assert "Publicação exclusiva" in said(checked(("locks", "exclude"), wanted, exclusive=True))
    leak = said(checked(("locks", "leak"), ("window", "small"), wanted))
    assert "Publicação exclusiva" not in leak
    assert "! exclusive = true não pode ser cumprido neste servidor: uma trava pedida no mesmo instante" in leak
    assert "suas travas não impedem" in said(checked(("locks", "show"), ("window", "small"), wanted))
    assert "exclusive = true em malote.toml" in said(checked(("locks", "exclude"), ("exclusive", "unwanted")))
    assert "exclusive = true" not in said(checked(("locks", "show"), ("exclusive", "unwanted")))
    assert "! Janela larga" in said(checked(("locks", "show"), ("window", "wide")))


def test_cadeado_space_and_clients() -> None:
    clients = tuple(Client(id=str(n), name=f"Cliente {{{n}}}", portal=(str(n),)) for n in range(7))
    told = said(checked(("seen", "permissions+lock"), free=150_000_000, clients=clients), "en")
    assert "permissions, Nextcloud's lock" in told
    assert "! Free space: 150 MB." in told
    assert "Cliente {4} and 2 more" in told
    assert "malote portal check --make-folders" in told
    told = said(checked(("seen", "unknown")))
    assert "malote seen" in told
    assert "não diz quanto espaço" in told
    assert "Todos os clientes têm pasta" in told


def test_sizes() -> None:
    told = [size_text(n) for n in (0, 999, 1_500, 2_000_000, 83_100_000_000, 5_000_000_000_000)]
    assert [one.pt for one in told] == ["0 B", "999 B", "2 kB", "2,0 MB", "83,1 GB", "5,0 TB"]
    assert told[4].en == "83.1 GB"
