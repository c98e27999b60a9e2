"""Attaching at the console: what people type, paste and drop must be the file that is attached."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.events import Key, Paste

from core.domain.models import DeliveryStatus
from tests.console.conftest import Desktop, sitting
from tui.paths import is_path, listed, matching, pasted, paths_in
from tui.screens import place, working
from tui.screens.attach import Attach
from tui.widgets.typed import Typed
from tui.work import in_thread

Size = tuple[int, int]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a folder of files."""
    home = tmp_path / "casa"
    (home / "Notas São João" / "sub").mkdir(parents=True)
    for name in ("DAS 10.pdf", "it's (1).pdf", "ISS.pdf"):
        (home / "Notas São João" / name).write_bytes(name.encode())
    monkeypatch.setenv("HOME", str(home))
    return home / "Notas São João"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{}/DAS 10.pdf", ["DAS 10.pdf"]),  # as it stands
        ("'{}/DAS 10.pdf'", ["DAS 10.pdf"]),  # GNOME Terminal
        ('"{}/DAS 10.pdf" ', ["DAS 10.pdf"]),
        ("{}/DAS\\ 10.pdf", ["DAS 10.pdf"]),  # macOS, Konsole
        ("{}/it\\'s\\ \\(1\\).pdf", ["it's (1).pdf"]),
        ("'{}/it'\\''s (1).pdf'", ["it's (1).pdf"]),
        ("{}/it's (1).pdf", ["it's (1).pdf"]),
        ("file://{}/DAS%2010.pdf", ["DAS 10.pdf"]),
        ("'{}/DAS 10.pdf' '{}/ISS.pdf'", ["DAS 10.pdf", "ISS.pdf"]),
        ("{}/DAS\\ 10.pdf {}/ISS.pdf", ["DAS 10.pdf", "ISS.pdf"]),
        ("{}/DAS 10.pdf\r\n{}/ISS.pdf\r\n", ["DAS 10.pdf", "ISS.pdf"]),
        ("file://{}/DAS%2010.pdf\nfile://{}/ISS.pdf", ["DAS 10.pdf", "ISS.pdf"]),
    ],
)
def test_a_path_is_understood_as_terminals_paste_it(files: Path, text: str, found: list[str]) -> None:
    spaced = files.parent / "x"  # without blanks: where blanks are not escaped they part words
    files.rename(spaced)
    typed = pasted(text.format(spaced, spaced))
    assert "\n" not in typed
    assert [one.name for one in paths_in(typed, Path("/"))] == found
    assert all(one.exists() for one in paths_in(typed, Path("/")))


def test_home_and_relative_paths_and_what_is_no_path(files: Path) -> None:
    assert paths_in("~/Notas\\ São\\ João/ISS.pdf", Path("/")) == [files / "ISS.pdf"]
    assert paths_in("~nobody-at-all/x", Path("/")) == [Path("/~nobody-at-all/x")]
    assert paths_in("./ISS.pdf", files) == [files / "ISS.pdf"]
    assert paths_in("ISS.pdf", files) == [files / "ISS.pdf"]
    assert paths_in("  ", files) == []
    assert not is_path("das 10")
    assert is_path("~/x")


def test_a_folder_lists_folders_first_and_nothing_hidden(files: Path) -> None:
    (files / ".oculto").write_bytes(b"")
    (files / "perdido").symlink_to(files / "nada")
    found = listed(files)
    assert [one.name for one in found] == ["sub", "DAS 10.pdf", "ISS.pdf", "it's (1).pdf"]
    assert [one.name for one in matching(found, "das PDF")] == ["DAS 10.pdf"]


async def at_task(desk: Desktop, task: str) -> None:
    await desk.app.go("task", task=task)
    await desk.see(f"{task}  ")


async def test_a_file_is_found_in_its_folder_and_attached(work: Path, files: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await at_task(desk, "T0006")
        await desk.see("Nenhum documento nesta tarefa ainda; a anexa um.")
        await desk.go("a", see="Notas São João/")
        await desk.press("enter")
        await desk.see("DAS 10.pdf", "10 B")
        await desk.type("das")
        await desk.until(lambda: len(desk.listed) == 1)
        await desk.see("1 arquivo: DAS 10.pdf")
        await desk.go("enter", see="DAS 10.pdf: anexado")
        await desk.until(lambda: len(desk.listed) == 1)
        await desk.press("a")
        await desk.until(lambda: isinstance(desk.app.screen, Attach))
        await desk.see("ISS.pdf")  # the folder is remembered
        await desk.type("das")
        await desk.go("enter", see="DAS 10.pdf: os mesmos bytes; nada muda")


async def test_a_file_s_name_typed_in_one_breath_with_the_key_that_attaches_is_no_command(
    work: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is awaited is read in a thread before the dialog opens; `r`, `e` and `b` act on the task meanwhile."""

    async def slowly(do: Callable[[], object]) -> object:
        await asyncio.sleep(0.2)
        return await in_thread(do)

    monkeypatch.setattr(place, "in_thread", slowly)
    async with sitting(work) as desk:
        await at_task(desk, "T0006")
        for sign in "abre":
            desk.app.post_message(Key(sign, sign))
        await desk.until(lambda: isinstance(desk.app.screen, Attach))
        await desk.until(lambda: desk.app.screen.query_one("#path", Typed).value == "bre")


async def test_several_dropped_files_are_attached_at_once(work: Path, files: Path) -> None:
    async with sitting(work) as desk:
        await at_task(desk, "T0006")
        await desk.go("a", see="Notas São João/")
        desk.app.screen.post_message(Paste(f"'{files}/DAS 10.pdf' '{files}/ISS.pdf'"))
        await desk.see("2 arquivos")
        await desk.go("enter", see="DAS 10.pdf: anexado · ISS.pdf: anexado")


async def test_marked_files_are_attached_and_what_is_not_there_is_said(work: Path, files: Path) -> None:
    async with sitting(work) as desk:
        await at_task(desk, "T0006")
        await desk.go("a", see="Notas São João/")
        await desk.type("/nada/disso")
        await desk.see("não existe: /nada/disso")
        await desk.press("enter")
        await desk.see("cannot" if desk.app.lang == "en" else "não pode ser lido")
        assert isinstance(desk.app.screen, Attach)
        desk.app.screen.query_one("#path", Typed).value = ""
        await desk.until(lambda: desk.rows.current == "Notas São João")
        await desk.go("enter", see="ISS.pdf")
        await desk.press("tab", "down", "space", "space")
        await desk.see("2 arquivos")
        await desk.go("enter", see="DAS 10.pdf: anexado · ISS.pdf: anexado")


async def test_attaching_to_a_completed_task_asks_for_it_sends_at_once(work: Path, files: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await at_task(desk, "T0001")
        await desk.go("a", see="Notas São João/")
        await desk.go("enter", see="ISS.pdf")
        await desk.type("iss")
        await desk.until(lambda: len(desk.listed) == 1)
        await desk.go("enter", see="T0001 já está concluída: 1 envio sairá agora.")
        store = desk.app.desk.ctx.store
        await desk.press("enter", "escape")
        assert len(store.documents.of_task("T0001")) == 1, "the key that asked also confirmed"
        await desk.go("enter", see="anexar e enviar")
        await desk.go("s", see="ISS.pdf: anexado, na fila de envio")
        assert store.deliveries.of_task("T0001")[-1].status is DeliveryStatus.QUEUED


async def test_a_name_the_portal_cannot_hold_is_said(work: Path, files: Path) -> None:
    (files / "guia\\10.pdf").write_bytes(b"%PDF")
    async with sitting(work) as desk:
        await at_task(desk, "T0006")
        await desk.go("a", see="Notas São João/")
        await desk.go("enter", see="ISS.pdf")
        await desk.type("guia")
        await desk.until(lambda: len(desk.listed) == 1)
        await desk.press("enter")
        await desk.until(lambda: not isinstance(desk.app.screen, Attach))
        await desk.see("! guia-10.pdf: anexado ·")


async def test_a_large_file_says_how_far_it_is_and_esc_cancels(
    work: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a wrong film of 4 GB would keep an office worker waiting."""
    monkeypatch.setattr(working, "EVERY", 0.0)
    with (files / "grande.pdf").open("wb") as file:
        os.truncate(file.fileno(), 3 << 30)
    async with sitting(work) as desk:
        await at_task(desk, "T0006")
        await desk.go("a", see="Notas São João/")
        await desk.go("enter", see="grande.pdf")
        await desk.type("grande")
        await desk.until(lambda: len(desk.listed) == 1)
        await desk.go("enter", see="Copiando grande.pdf")
        await desk.go("escape", see="Cancelado; nada foi feito.")
        assert not desk.app.desk.ctx.store.documents.of_task("T0006")
        assert not list((work / "spool").glob(".new-*")), "half of it stays"


async def test_another_client_s_file_is_refused_until_a_key_of_its_own_confirms(
    work: Path, files: Path, size: Size
) -> None:
    """The wrong payroll in the wrong folder is the accident that offices fear most."""
    (files / "folha.txt").write_text("Folha de Pagamento\nCNPJ 75.989.834/0001-70\n", encoding="utf-8")
    async with sitting(work, size) as desk:
        await at_task(desk, "T0006")
        await desk.go("a", see="Notas São João/")
        await desk.go("enter", see="folha.txt")
        await desk.type("folha")
        await desk.until(lambda: len(desk.listed) == 1)
        await desk.go("enter", see="folha.txt parece ser de outro cliente")
        await desk.see("75.989.834/0001-70, de 32 Engenharia Aurora Ltda", "no texto: «CNPJ 75.989.834/0001-70»")
        store = desk.app.desk.ctx.store
        await desk.press("enter", "s")
        assert not store.documents.of_task("T0006"), "the key that asked also confirmed"
        await desk.press("escape")
        await desk.until(lambda: isinstance(desk.app.screen, Attach))
        assert not store.documents.of_task("T0006")
        await desk.go("enter", see="parece ser de outro cliente")
        await desk.go("o", see="folha.txt: anexado")


async def test_of_several_files_each_other_client_is_shown(work: Path, files: Path) -> None:
    """Who confirms one must not confirm another unseen."""
    (files / "um.txt").write_text("CNPJ 75.989.834/0001-70\n", encoding="utf-8")
    (files / "dois.txt").write_text("CNPJ B9.U7Z.3KX/0001-54\n", encoding="utf-8")
    async with sitting(work) as desk:
        await at_task(desk, "T0006")
        await desk.go("a", see="Notas São João/")
        desk.app.screen.post_message(Paste(f"'{files}/um.txt' '{files}/dois.txt' '{files}/ISS.pdf'"))
        await desk.see("3 arquivos")
        await desk.go("enter", see="2 arquivos parecem ser de outro cliente")
        await desk.see("um.txt: traz 75.989.834/0001-70, de 32", "dois.txt: traz B9.U7Z.3KX/0001-54, de 30")
        await desk.go("o", see="um.txt: anexado · dois.txt: anexado · ISS.pdf: anexado")
