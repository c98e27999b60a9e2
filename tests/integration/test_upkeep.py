"""Backup, restore and doctor through the command: what an administrator trusts when something has gone wrong."""

from __future__ import annotations

import io
import re
import shutil
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.delivery.liveness import living
from core.domain.models import Client
from core.office import open_office
from tests.integration.test_sample_office import OFFICE, Malote


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An active office in which a task is completed and its document not yet sent."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "portal").mkdir()
    command = Malote(folder / "escritorio")
    command.run("init", "--portal", f"dir://{folder / 'portal'}", "--activate", "--standard-folders")
    command.run("import", str(OFFICE))
    command.run(
        "attach", "T0001", str(OFFICE / "documents" / "DAS - Simples Nacional 2026-10.pdf"), "--template", "das"
    )
    command.run("complete", "T0001")
    return folder


@pytest.fixture
def malote(made: Path, tmp_path: Path) -> Malote:
    """The command on a copy of that office, with a portal of its own."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    config = tmp_path / "escritorio" / "malote.toml"
    config.write_text(config.read_text().replace(str(made), str(tmp_path)))
    return Malote(tmp_path / "escritorio")


def other(tmp_path: Path) -> Malote:
    return Malote(tmp_path / "outro")


def documents(portal: Path) -> dict[str, bytes]:
    return {str(path.relative_to(portal)): path.read_bytes() for path in portal.rglob("*.pdf")}


def test_an_office_made_of_a_backup_sends_what_was_waiting(malote: Malote, tmp_path: Path) -> None:
    copy = tmp_path / "copia.tar"
    saved = malote.json("backup", str(copy))
    assert saved["files"] == 1
    assert copy.stat().st_mode & 0o777 == 0o600, "whoever reads the backup reads every document"
    restored = other(tmp_path)
    said = restored.run("restore", str(copy)).stderr
    assert re.search(r"malote --office /\S+ doctor", said), "not the office that MALOTE_OFFICE names"
    assert {one["sign"] for one in restored.json("doctor", status=1)} == {"✓", "!"}, "nobody sends yet"
    assert restored.json("deliver")["outcomes"] == {"delivered": 1}
    sent = documents(tmp_path / "portal")
    assert list(sent.values()) == [(OFFICE / "documents" / "DAS - Simples Nacional 2026-10.pdf").read_bytes()]
    # and an older state than the portal's sends nothing twice
    assert malote.json("deliver")["outcomes"] == {"already_there": 1}
    assert documents(tmp_path / "portal") == sent


def test_a_backup_is_of_one_moment_while_others_write(malote: Malote, tmp_path: Path) -> None:
    """Two rows of one transaction are both in a backup, or neither is."""
    done = threading.Event()

    def write() -> None:
        with open_office(tmp_path / "escritorio") as ctx:
            for n in range(100_000):
                if done.is_set():
                    return
                with ctx.store.transaction():
                    ctx.store.clients.save([Client(id="left", name=str(n))])
                    ctx.store.clients.save([Client(id="right", name=str(n))])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [tmp_path / f"{n}.tar" for n in range(3)]
        for copy in copies:
            malote.run("backup", str(copy))
    finally:
        done.set()
        writer.join()
    moments = set()
    for n, copy in enumerate(copies):
        restored = Malote(tmp_path / f"restored{n}")
        restored.run("restore", str(copy))
        names = {one["id"]: one["name"] for one in restored.json("clients")}
        assert names.get("left") == names.get("right")
        moments.add(names.get("left"))
    assert len(moments) > 1, "nobody was writing"


def test_a_restore_never_touches_an_office_that_is_there(malote: Malote, tmp_path: Path) -> None:
    copy = tmp_path / "copia.tar"
    malote.run("backup", str(copy))
    before = (tmp_path / "escritorio" / "state.db").read_bytes()
    refused = malote.run("restore", str(copy), status=1)
    assert "Já há um escritório" in refused.stderr
    assert (tmp_path / "escritorio" / "state.db").read_bytes() == before
    assert "já existe" in malote.run("backup", str(copy), status=1).stderr
    assert "dentro" in malote.run("backup", str(tmp_path / "escritorio" / "x.tar"), status=1).stderr


def test_an_office_is_not_made_twice_and_one_is_told_what_to_do(malote: Malote, tmp_path: Path) -> None:
    """Whoever runs `init` again has either forgotten the office or wants another: both are said."""
    refused = malote.run("init", "--portal", f"dir://{tmp_path / 'portal'}", status=1)
    assert "malote.toml" in refused.stderr and "--office PASTA init" in refused.stderr


def test_a_department_given_before_there_are_templates_is_told_in_a_whole_sentence(tmp_path: Path) -> None:
    first = other(tmp_path)
    first.run("init", "--portal", f"dir://{tmp_path}")
    said = first.run("employee", "set", "ana", "--name", "Ana", "--add-department", "Fiscal").stderr
    assert "Ainda não há templates" in said


def _members(copy: Path) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(copy) as tar:
        for member in tar:
            source = tar.extractfile(member)
            yield member, source.read() if source else b""


@pytest.mark.parametrize(
    "evil", ["../outside", "/tmp/outside", "inbox/../../outside", "host/workers/x.lock", "spool/xx"]
)
def test_a_forged_backup_writes_nothing_anywhere(malote: Malote, tmp_path: Path, evil: str) -> None:
    copy, forged = tmp_path / "copia.tar", tmp_path / "forjada.tar"
    malote.run("backup", str(copy))
    with tarfile.open(forged, "w") as tar:
        info = tarfile.TarInfo(evil)
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
        for member, data in _members(copy):
            tar.addfile(member, io.BytesIO(data))
    before = sorted(tmp_path.rglob("*"))
    refused = other(tmp_path).run("restore", str(forged), status=1)
    assert "não é uma cópia inteira" in refused.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_backup_of_holes_does_not_fill_the_disk(tmp_path: Path) -> None:
    """A thousand bytes may say that they are a file of a terabyte (GNU's sparse files), and all of it is written."""
    forged = tmp_path / "forjada.tar"
    with tarfile.open(forged, "w", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo("inbox/holes")
        info.pax_headers = {"GNU.sparse.map": "0,0", "GNU.sparse.size": "9000000"}
        tar.addfile(info)
    assert "contém inbox/holes" in other(tmp_path).run("restore", str(forged), status=1).stderr


def test_a_backup_with_a_changed_or_cut_document_is_refused(malote: Malote, tmp_path: Path) -> None:
    copy, changed, cut = tmp_path / "copia.tar", tmp_path / "trocada.tar", tmp_path / "cortada.tar"
    malote.run("backup", str(copy))
    with tarfile.open(changed, "w") as tar:
        for member, data in _members(copy):
            payroll = bytes(len(data)) if member.name.startswith("spool/") else data
            tar.addfile(member, io.BytesIO(payroll))
    cut.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    link = tmp_path / "atalho.tar"
    with tarfile.open(link, "w") as tar:
        info = tarfile.TarInfo("malote.toml")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)
    for bad in (changed, cut, link):
        assert "Nada foi criado" in other(tmp_path).run("restore", str(bad), status=1).stderr
    assert not (tmp_path / "outro").exists()


def signs(found: list[dict[str, str]]) -> set[str]:
    return {one["sign"] for one in found}


def test_doctor_mends_modes_and_folders(malote: Malote, tmp_path: Path) -> None:
    """What another login could read is closed again, without a word about it being needed."""
    office = tmp_path / "escritorio"
    (office / "state.db").chmod(0o644)
    (office / "inbox").rmdir()
    found = malote.json("doctor", status=1)
    assert signs(found) == {"✓", "!"}
    malote.run("doctor", "--mend", status=1)  # the queue has nobody who sends
    malote.run("deliver")
    assert signs(malote.json("doctor")) == {"✓"}
    assert (office / "state.db").stat().st_mode & 0o777 == 0o600


def test_doctor_finds_bytes_that_were_lost_or_changed_before_they_are_sent(malote: Malote, tmp_path: Path) -> None:
    (blob,) = [
        path for path in (tmp_path / "escritorio" / "spool").rglob("*") if path.is_file() and path.name != ".lock"
    ]
    blob.write_bytes(b"other bytes")
    told = [one for one in malote.json("doctor", status=1) if one["sign"] == "✗"]
    assert len(told) == 1
    assert "DAS - Simples Nacional 2026-10.pdf" in told[0]["message"]
    assert "malote attach T0001" in told[0]["remedy"]


@pytest.mark.parametrize("name", ["state.db", "malote.toml"])
def test_doctor_of_a_damaged_office_says_what_and_how(malote: Malote, tmp_path: Path, name: str) -> None:
    file = tmp_path / "escritorio" / name
    data = bytearray(file.read_bytes())
    for at in range(len(data) // 4, len(data), 97):
        data[at] = 0xFF
    file.write_bytes(bytes(data))
    for leftover in tmp_path.glob("escritorio/state.db-*"):
        leftover.unlink()
    told = malote.run("doctor", "--json", status=3).stdout
    assert name in told
    assert "remedy" in told


def test_doctor_says_that_nobody_sends_and_that_the_portal_is_gone(malote: Malote, tmp_path: Path) -> None:
    (tmp_path / "portal").rename(tmp_path / "away")
    found = malote.json("doctor", status=1)
    assert any("ninguém está enviando" in one["message"] for one in found)
    assert any(one["sign"] == "✗" and "portal" in one["message"].lower() for one in found)


@pytest.mark.parametrize("shared", [False, True])
def test_doctor_finds_nothing_wrong_with_the_lock_of_who_sends(malote: Malote, tmp_path: Path, shared: bool) -> None:
    """Warned of each time that a console is open, nobody would read what doctor says of modes."""
    office = tmp_path / "escritorio"
    if shared:
        for path in (office, *office.rglob("*")):
            path.chmod(0o2770 if path.is_dir() else 0o660)
    with living(office / "host" / "workers", "w1"):
        found = malote.json("doctor")
    assert {one["sign"] for one in found} == {"✓"}, found


def test_doctor_opens_a_shared_office_to_its_group_again(malote: Malote, tmp_path: Path) -> None:
    """A file that only its owner may read stops everyone else's work, whatever the umask of who ran doctor."""
    office = tmp_path / "escritorio"
    for path in (office, *office.rglob("*")):
        path.chmod(0o2770 if path.is_dir() else 0o660)
    (office / "state.db").chmod(0o600)
    (office / "inbox").rmdir()
    malote.run("doctor", "--mend", status=1)
    assert (office / "state.db").stat().st_mode & 0o777 == 0o660
    assert (office / "inbox").stat().st_mode & 0o7777 == 0o2770
