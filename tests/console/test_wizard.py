"""The first start without an office: whoever has never used a terminal makes one here, or leaves with nothing made."""

from __future__ import annotations

import asyncio
import stat
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Checkbox, Static

from core.office import open_office
from core.office.config import read_config
from core.portal.webdav.credentials import find_password
from tests.console.piloted import piloted
from tui.wizard import KEPT, Wizard, portal_url

SIZES = [(80, 24), (120, 40)]


def shown(app: Wizard, name: str) -> str:
    return str(app.query_one(f"#verdict-{name}", Static).render())


def tick(app: Wizard, name: str) -> str:
    return str(app.query_one(f"#{name}", Checkbox).render())[:3]


def holds(folder: Path, secret: bytes) -> bool:
    return any(secret in one.read_bytes() for one in folder.rglob("*") if one.is_file())


async def answers(_: object) -> None:
    """A portal that does."""


def made(folder: Path) -> bool:
    return folder.exists()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "escritorio"


@pytest.mark.parametrize("size", SIZES)
async def test_an_office_is_made_of_what_was_typed(folder: Path, portal: Path, size: tuple[int, int]) -> None:
    app = Wizard(folder, "pt")
    async with piloted(app, size) as pilot:
        assert app.query_one("#templates", Checkbox).region.bottom < size[1], "all of it is on the screen"
        await pilot.press(*str(portal), "tab", *"Contábil Sol", "tab", *"11222333000181", "tab", "space")
        await pilot.press("shift+tab", "enter")
        await app.workers.wait_for_complete()
    assert app.return_value is True
    config = read_config(folder)
    assert (config.office.name, config.office.tax_ids) == ("Contábil Sol", ("11222333000181",))
    with open_office(folder) as ctx:
        assert ctx.store.templates.count() == 0
        assert not ctx.store.integration().active, "nothing leaves before someone has looked at the mapping"


async def test_enter_in_a_field_makes_it_with_the_standard_templates(folder: Path, portal: Path) -> None:
    app = Wizard(folder, "pt")
    async with piloted(app) as pilot:
        await pilot.press(*str(portal), "enter")
        await app.workers.wait_for_complete()
    assert app.return_value is True
    with open_office(folder) as ctx:
        assert ctx.store.templates.count() > 100


async def test_what_is_typed_in_one_breath_goes_where_it_would_slowly_and_enter_makes_from_the_box_too(
    folder: Path, portal: Path
) -> None:
    """Pasted with its Tabs, the office's name would end up in the portal's path."""
    app = Wizard(folder, "pt")
    async with piloted(app):
        for sign in f"{portal}\tSol\t\t\r":
            name = {"\t": "tab", "\r": "enter"}.get(sign, sign)
            app.post_message(Key(name, None if name != sign else sign))
        for _ in range(500):
            if app.return_value is None:
                await asyncio.sleep(0.02)
    assert app.return_value is True
    assert read_config(folder).office.name == "Sol"


async def test_what_is_wrong_is_said_where_it_was_typed(folder: Path, portal: Path) -> None:
    app = Wizard(folder, "pt")
    async with piloted(app) as pilot:
        await pilot.press("enter")
        assert "Diga onde fica o portal" in shown(app, "portal")
        await pilot.press(*f"{portal}x", "tab", "tab", *"11222333000182", "enter")
        assert "não existe" in shown(app, "portal")
        assert shown(app, "tax_id").startswith("✗ ")
        assert app.focused is not None and app.focused.id == "portal"
        await pilot.press("escape")
    assert app.return_value is False
    assert not made(folder), "who leaves has made nothing"


async def test_a_webdav_portal_is_asked_before_anything_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MALOTE_PORTAL_PASSWORD", raising=False)
    app = Wizard(folder, "pt")
    async with piloted(app) as pilot:
        await pilot.press(*"http://ana@127.0.0.1:9/clientes")
        await pilot.press("tab", *"segredo", "enter")
        assert app.focused is not None and app.focused.id == "password"
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "O portal está indisponível" in shown(app, "portal")
        assert "malote init --portal webdav+http://ana" in shown(app, "templates"), "a private authority comes after"
        assert not made(folder)


async def test_the_password_is_kept_beside_the_configuration_and_not_in_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.wizard._answers", answers)
    app = Wizard(folder, "pt")
    async with piloted(app) as pilot:
        await pilot.press(*"https://ana@nuvem.example/dav", "tab", *"segredo", "enter")
        await app.workers.wait_for_complete()
    assert (folder / KEPT).read_text() == "segredo\n"
    assert stat.S_IMODE((folder / KEPT).stat().st_mode) == 0o600
    text = (folder / "malote.toml").read_text()
    assert "segredo" not in text and read_config(folder).portal.password_file == KEPT


class Keyring(ModuleType):
    """Stands for the package of that name, on a system that has a keyring, or has none that is safe."""

    def __init__(self, priority: float, *, locked: bool = False):
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}
        self._priority, self._locked = priority, locked

    def get_keyring(self) -> SimpleNamespace:
        return SimpleNamespace(priority=self._priority)

    def set_password(self, service: str, user: str, password: str) -> None:
        if self._locked:
            raise RuntimeError("locked")
        self.kept[service, user] = password

    def get_password(self, service: str, user: str) -> str | None:
        return self.kept.get((service, user))


async def offered(app: Wizard, pilot: Pilot[bool]) -> bool:
    """Whether the keyring is, once a WebDAV portal and its password are typed."""
    await pilot.press(*"https://ana@nuvem.example:8443/dav", "tab", *"segredo")
    await app.workers.wait_for_complete()
    await pilot.pause()
    return not app.query_one("#keyring").has_class("hidden")


@pytest.mark.parametrize("size", SIZES)
async def test_the_systems_keyring_keeps_the_password_where_that_is_wanted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    """Who keeps passwords nowhere else would have to start with one in a file; what is kept has to be found again."""
    keyring = Keyring(5)
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setattr("tui.wizard._answers", answers)
    app = Wizard(folder, "pt")
    async with piloted(app, size) as pilot:
        assert await offered(app, pilot)
        assert app.query_one("#templates", Checkbox).region.bottom < size[1], "all of it is on the screen"
        assert [tick(app, name) for name in ("keyring", "templates")] == ["▐ ▌", "▐X▌"], "alike without colours"
        assert not app.query_one("#keyring", Checkbox).value, "cron would not find it: that is for a person to choose"
        await pilot.press("tab", "space", "tab", "enter")
        await app.workers.wait_for_complete()
    assert app.return_value is True
    assert list(keyring.kept.values()) == ["segredo"]
    assert not (folder / KEPT).exists()
    assert not holds(folder, b"segredo"), "in the office's folder"
    assert find_password("webdav+https://ana@nuvem.example:8443/dav", "ana", None, {}) == "segredo"


@pytest.mark.parametrize("priority", [0, 0.5])
async def test_a_keyring_that_keeps_nothing_or_in_plain_text_is_not_offered(
    folder: Path, monkeypatch: pytest.MonkeyPatch, priority: float
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", Keyring(priority))
    monkeypatch.setattr("tui.wizard._answers", answers)
    app = Wizard(folder, "pt")
    async with piloted(app) as pilot:
        assert not await offered(app, pilot)
        await pilot.press("enter")
        await app.workers.wait_for_complete()
    assert (folder / KEPT).read_text() == "segredo\n"


async def test_a_keyring_that_stays_locked_makes_no_office(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The office would be there, and its password nowhere."""
    monkeypatch.setitem(sys.modules, "keyring", Keyring(5, locked=True))
    monkeypatch.setattr("tui.wizard._answers", answers)
    app = Wizard(folder, "pt")
    async with piloted(app) as pilot:
        assert await offered(app, pilot)
        await pilot.press("tab", "space", "tab", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "não guardou a senha" in shown(app, "templates")
        assert not made(folder)


def test_what_people_type_for_a_portal_becomes_its_url() -> None:
    assert portal_url("/srv/portal do sol") == "dir:///srv/portal%20do%20sol"
    assert portal_url("https://ana@x.example/dav") == "webdav+https://ana@x.example/dav"
    assert portal_url("dir:///srv") == "dir:///srv"
