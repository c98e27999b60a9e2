"""Configurações: what can be set, validated while one types, written back with the file's comments kept."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from textual.widgets import Input

from tests.console.conftest import Desktop, sitting
from tui.widgets.frame import Notice

Size = tuple[int, int]


def config(office: Path) -> dict[str, Any]:
    return tomllib.loads((office / "malote.toml").read_text(encoding="utf-8"))


async def to_setting(desk: Desktop, name: str) -> None:
    await desk.go("0", see="portal.url")
    await desk.press("slash")
    await desk.type(name.replace(".", " "))
    await desk.press("enter")
    await desk.until(lambda: desk.rows.current == name)


async def test_a_number_is_judged_while_typed_and_saved_with_the_comments(work: Path, size: Size) -> None:
    """Someone explained the file to the next one: that must not be lost."""
    path = work / "malote.toml"
    path.write_text(path.read_text(encoding="utf-8") + "# nota da gestora\n", encoding="utf-8")
    async with sitting(work, size) as desk:
        await to_setting(desk, "sending.concurrency")
        await desk.see("envios ao mesmo tempo", "[sending] concurrency")
        await desk.go("enter", see="reiniciar malote run")
        await desk.type("0")
        await desk.see("o maior valor é 64")
        await desk.press("enter")
        assert "o maior valor é 64" in desk.text, "a wrong value was taken"
        desk.app.screen.query_one(Input).value = "x"
        await desk.see("precisa ser um número inteiro")
        desk.app.screen.query_one(Input).value = "12"
        await desk.go("enter", see="✓ sending.concurrency = 12: gravado")
        await desk.see("reiniciar malote run")
        text = path.read_text(encoding="utf-8")
        notice, detail = desk.app.screen.query_one(Notice), desk.app.screen.query_one("#detail")
        assert notice.size.height == (2 if size[0] == 80 else 1)
        assert detail.region.bottom <= notice.region.y, "the first line of what came of it lies under the pane"
        assert config(work)["sending"]["concurrency"] == 12
        assert "# envios ao mesmo tempo\nconcurrency = 12\n" in text
        assert "# nota da gestora" in text
        await desk.go("d", see="sending.concurrency volta ao padrão")
        assert "concurrency" not in config(work)["sending"]
        assert "# concurrency = 8" in path.read_text(encoding="utf-8")


async def test_yes_and_no_are_chosen_and_a_wrong_url_is_said(work: Path) -> None:
    async with sitting(work) as desk:
        await to_setting(desk, "portal.exclusive")
        await desk.press("enter")
        await desk.see("fecha com LOCK")
        await desk.press("up")
        await desk.go("enter", see="✓ portal.exclusive = sim: gravado")
        assert config(work)["portal"]["exclusive"] is True
        await desk.press("escape")
        await to_setting(desk, "portal.url")
        await desk.press("enter")
        desk.app.screen.query_one(Input).value = "ftp://servidor"
        await desk.see("Não conheço o endereço de portal")
        desk.app.screen.query_one(Input).value = ""
        await desk.see("este valor é obrigatório")
        await desk.press("escape")
        await desk.go("d", see="é obrigatória: não tem padrão")


async def test_a_key_is_changed_here_and_in_force_at_once(work: Path) -> None:
    async with sitting(work) as desk:
        await to_setting(desk, "keys.templates.map_marked")
        await desk.see("pasta em lote")
        await desk.go("enter", see="Uma tecla, ou várias entre vírgulas")
        desk.app.screen.query_one(Input).value = "f"
        await desk.see("a tecla f já é de templates.unmapped (sem pasta)")
        desk.app.screen.query_one(Input).value = "nenhuma"
        await desk.see("Não conheço a tecla nenhuma.")
        desk.app.screen.query_one(Input).value = "b"
        await desk.go("enter", see="✓ keys.templates.map_marked = b: gravado; vale na hora")
        assert config(work)["keys"] == {"templates.map_marked": "b"}
        await desk.press("2")
        await desk.go("b", see="Pasta de destino")
        await desk.press("escape")
        await desk.go("0", see="templates.map_marked")
        await desk.go("d", see="keys.templates.map_marked volta ao padrão")
        assert "keys" not in config(work) or not config(work)["keys"]
        await desk.press("2")
        await desk.go("d", see="Pasta de destino")


async def test_a_file_changed_meanwhile_is_not_overwritten_and_shown_as_it_is(work: Path) -> None:
    """Two admins, one file: the second one must see what the first one did."""
    path = work / "malote.toml"
    async with sitting(work) as desk:
        await to_setting(desk, "sending.retention_days")
        await desk.press("enter")
        text = path.read_text(encoding="utf-8").replace("# retention_days = 90", "retention_days = 30")
        path.write_text(text, encoding="utf-8")
        desk.app.screen.query_one(Input).value = "60"
        await desk.go("enter", see="foi alterado por outra pessoa")
        assert config(work)["sending"]["retention_days"] == 30
        await desk.until(lambda: any("30" in one for one in desk.listed))
        await desk.press("enter")
        desk.app.screen.query_one(Input).value = "60"
        await desk.go("enter", see="✓ sending.retention_days = 60")


async def test_another_console_s_change_is_seen(work: Path) -> None:
    async with sitting(work) as first, sitting(work) as second:
        await to_setting(first, "office.name")
        await to_setting(second, "office.name")
        await first.press("enter")
        first.app.screen.query_one(Input).value = "Outro Nome"
        await first.go("enter", see="✓ office.name = Outro Nome")
        await second.until(lambda: any("Outro Nome" in one for one in second.listed))


async def test_a_broken_file_is_told_by_its_line_and_nothing_is_lost(work: Path) -> None:
    path = work / "malote.toml"
    async with sitting(work) as desk:
        path.write_text(path.read_text(encoding="utf-8") + "[sending]\n", encoding="utf-8")
        await desk.go("0", see="não é TOML válido")
        await desk.see("malote.toml, linha")


async def test_only_the_changed_are_shown_on_request_and_in_english(work: Path) -> None:
    async with sitting(work, lang="en") as desk:
        await desk.go("0", see="office.name")
        await desk.go("f", see="only the changed")
        assert {one.split("  ")[0] for one in desk.listed} >= {"office.name", "portal.url"}
        assert not any("retention_days" in one for one in desk.listed)
        await desk.see("the office's name, as screens show it", "in force once the console is opened again")
