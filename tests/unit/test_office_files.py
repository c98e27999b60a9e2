"""The office's own files: readable by those it is for and by no one else, whatever the umask."""

from __future__ import annotations

import grp
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.models import Client, Task, Template
from core.domain.permissions import Actor
from core.office import OfficeUnusable, Refused, activation, create_office, documents, open_office, sending
from core.office.config import read_config
from core.office.tasks import complete_task


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _used(folder: Path, tmp_path: Path, owner: Actor) -> None:
    """An office in which one document has been sent."""
    (tmp_path / "das.pdf").write_bytes(b"%PDF-1.4 das")
    with open_office(folder) as ctx:
        ctx.store.clients.save([Client(id="1", name="Alfa", portal=("Alfa",))])
        ctx.store.templates.save([Template(id="das", name="DAS", department="Fiscal", destination=("Fiscal",))])
        ctx.store.tasks.save([Task(id="T", client="1", name="DAS", period="2026-10", templates=("das",))])
        activation.activate(ctx, owner)
        documents.attach_files(ctx, owner, "T", [tmp_path / "das.pdf"], "das")
        complete_task(ctx, owner, "T")
        assert sending.deliver(ctx).outcomes == {"delivered": 1}


def test_an_office_is_its_owners_alone(tmp_path: Path, portal: Path, owner: Actor, umask: int) -> None:
    """Payrolls lie in the spool: another login of the machine must not read them."""
    folder = tmp_path / "escritorio"
    create_office(folder, {"portal": {"url": f"dir://{portal}"}})
    _used(folder, tmp_path, owner)
    for path in (folder, *folder.rglob("*")):
        assert _mode(path) & 0o077 == 0, path
    assert _mode(portal / "Alfa" / "Fiscal" / "das.pdf") == 0o644, "the portal's server has to read it"


def test_a_shared_office_is_its_groups(tmp_path: Path, portal: Path, owner: Actor, umask: int) -> None:
    """A colleague's login that cannot write what this one made would stop the office."""
    folder = tmp_path / "escritorio"
    group = grp.getgrgid(os.getgid()).gr_name
    create_office(folder, {"portal": {"url": f"dir://{portal}"}}, group)
    _used(folder, tmp_path, owner)
    for path in (folder, *folder.rglob("*")):
        if path.name == "swept":
            continue  # replaced, never written
        assert _mode(path) == (0o2770 if path.is_dir() else 0o660), path
    assert _mode(portal / "Alfa" / "Fiscal") == 0o2775
    assert _mode(portal / "Alfa" / "Fiscal" / "das.pdf") == 0o664


def test_an_unknown_group_makes_no_office(tmp_path: Path, portal: Path) -> None:
    folder = tmp_path / "escritorio"
    with pytest.raises(Refused, match="não existe"):
        create_office(folder, {"portal": {"url": f"dir://{portal}"}}, "grupo-que-nao-ha")
    with pytest.raises(OfficeUnusable), open_office(folder):
        pass


def test_a_second_office_never_replaces_the_first(tmp_path: Path, portal: Path) -> None:
    folder = tmp_path / "escritorio"
    create_office(folder, {"portal": {"url": f"dir://{portal}"}})
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(Refused):
        create_office(folder, {"portal": {"url": "dir:///outro"}})
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[portal]\nurl = "dir:///p"\nurll = "x"\n', "linha 3, coluna 1"),
        ('[portal]\nurl = "dir:///p\n', "linha 2"),
        ('[portal]\nurl = "dir:///p"\n[sending]\nconcurrency = 0\n', "linha 4, coluna 1"),
        ("", "linha 1, coluna 1"),
    ],
)
def test_a_wrong_configuration_is_told_by_its_place(tmp_path: Path, text: str, where: str) -> None:
    """Who edits a file by hand needs to know where to look."""
    (tmp_path / "malote.toml").write_text(text, encoding="utf-8")
    with pytest.raises(OfficeUnusable, match=where):
        read_config(tmp_path)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """Names with quotes, backslashes and accents must not break the configuration."""
    values = {"office": {"name": 'Ação "Contábil" \\ Cia'}, "portal": {"url": "dir:///srv/portal com espaço"}}
    create_office(tmp_path / "e", values)
    config = read_config(tmp_path / "e")
    assert config.office.name == values["office"]["name"]
    assert config.portal.url == values["portal"]["url"]
