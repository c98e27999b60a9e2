"""Changing `malote.toml` from a screen: its comments, its mode and other people's changes survive."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.domain.models import Employee
from core.domain.permissions import Actor
from core.domain.text import InvalidValue, Text
from core.office import Context, OfficeUnusable, Refused, create_office, open_office
from core.office.config import FILE, meaning, parse_config, position, restart, sections
from core.office.settings import Setting, change, check, key_setting, read_settings, show_value

OWNER = Actor.outsider("gestora")


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    create_office(tmp_path / "e", {"portal": {"url": f"dir://{tmp_path}"}})
    with open_office(tmp_path / "e") as opened:
        yield opened


def setting(ctx: Context, name: str) -> Setting:
    return next(one for one in read_settings(ctx).every if one.id == name)


def save(ctx: Context, name: str, value: object) -> str:
    change(ctx, OWNER, setting(ctx, name), value, read_settings(ctx).seen)
    return (ctx.folder / FILE).read_text(encoding="utf-8")


def test_a_key_is_set_under_its_description_and_back(ctx: Context) -> None:
    before = (ctx.folder / FILE).read_text(encoding="utf-8")
    text = save(ctx, "sending.concurrency", 12)
    assert "# envios ao mesmo tempo\nconcurrency = 12\n" in text
    assert save(ctx, "sending.concurrency", None) == before


@pytest.mark.parametrize(
    "text",
    [
        '[portal] # o nosso\nurl = "dir:///x" # não mexer\n\n# fim\n',
        'portal.url = "dir:///x"\n# nada mais\n',
        '\ufeff[portal]\r\nurl = "dir:///x"\r\n# com CRLF\r\n',
        '[sending]\n# poucos\nconcurrency = 2 # a linha é lenta\n[portal]\nurl = "dir:///x"\n',
    ],
)
def test_whatever_the_file_looks_like_only_the_key_changes(ctx: Context, text: str) -> None:
    """Someone's own comments, order and line ends are theirs."""
    path = ctx.folder / FILE
    path.write_bytes(text.encode())
    save(ctx, "sending.concurrency", 12)
    data = path.read_bytes()
    assert tomllib.loads(data.decode("utf-8-sig"))["sending"]["concurrency"] == 12
    assert data.startswith(b"\xef\xbb\xbf") == text.startswith("\ufeff")
    for comment in (
        "# o nosso",
        "# não mexer",
        "# fim",
        "# nada mais",
        "# com CRLF\r\n",
        "# poucos",
        "# a linha é lenta",
    ):
        assert (comment in text) == (comment in data.decode())


def test_mode_survives_and_nothing_lies_about(ctx: Context) -> None:
    """A shared office's file must stay readable for its group, and for nobody else."""
    path = ctx.folder / FILE
    path.chmod(0o660)
    save(ctx, "office.name", "Outro")
    assert path.stat().st_mode & 0o7777 == 0o660
    assert path.stat().st_gid == ctx.folder.stat().st_gid
    assert not [one.name for one in ctx.folder.iterdir() if one.name.startswith(f".{FILE}")]


def test_a_failed_write_leaves_the_file_as_it_was(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    before = (ctx.folder / FILE).read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        change(ctx, OWNER, setting(ctx, "office.name"), "Outro", read_settings(ctx).seen)
    monkeypatch.undo()
    assert (ctx.folder / FILE).read_bytes() == before
    assert not [one.name for one in ctx.folder.iterdir() if one.name.startswith(f".{FILE}")]


def test_someone_else_s_change_is_never_overwritten(ctx: Context) -> None:
    seen = read_settings(ctx).seen
    save(ctx, "office.name", "Delas")
    with pytest.raises(Refused, match="alterado por outra pessoa"):
        change(ctx, OWNER, setting(ctx, "office.name"), "Meu", seen)
    assert setting(ctx, "office.name").now == "Delas"


def test_only_admins_and_the_journal_tells(ctx: Context) -> None:
    eva = Actor.employee(Employee(id="eva", name="Eva", departments=("Fiscal",)), "eva")
    with pytest.raises(Refused, match="administrador"):
        change(ctx, eva, setting(ctx, "office.name"), "Meu", read_settings(ctx).seen)
    save(ctx, "office.name", "Meu")
    (event,) = [one for one in ctx.store.events_after(0) if one.code == "configured"]
    assert event.params == {"key": "office.name", "value": '"Meu"'}


@pytest.mark.parametrize(
    ("name", "typed", "why"),
    [
        ("sending.concurrency", "0", "o menor valor é 1"),
        ("sending.concurrency", "65", "o maior valor é 64"),
        ("sending.concurrency", "muitos", "precisa ser um número inteiro"),
        ("portal.url", "", "obrigatório"),
        ("portal.url", "ftp://x", "Não conheço o endereço"),
        ("portal.file_mode", "999", "a forma é como em 0644"),
        ("portal.password_file", "senha.txt", "não há o arquivo senha.txt"),
        ("notify.ca_file", "ca.pem", "não há o arquivo ca.pem"),
        ("portal.exclusive", "talvez", "sim ou não"),
        ("office.tax_ids", "11.222.333/0001-80", "dígitos verificadores"),
    ],
)
def test_a_wrong_value_is_told_in_portuguese(ctx: Context, name: str, typed: str, why: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        check(ctx, setting(ctx, name), typed)
    assert why in caught.value.sentence.say()
    assert caught.value.sentence.say("en") != caught.value.sentence.say()


def test_values_are_typed_as_they_are_shown(ctx: Context) -> None:
    for one in read_settings(ctx).every:
        assert check(ctx, one, show_value(one.now, "pt")) == one.now
    assert check(ctx, setting(ctx, "office.tax_ids"), "11.222.333/0001-81, 11222333000181") == ("11222333000181",) * 2
    assert check(ctx, setting(ctx, "portal.exclusive"), "Sim") is True


def test_keys_are_set_and_taken_out_however_they_are_nested(ctx: Context) -> None:
    path = ctx.folder / FILE
    text = path.read_text(encoding="utf-8").replace("[keys]", '[keys]\n[keys.templates]\nundo = "x" # meu\n')
    path.write_text(text, encoding="utf-8")

    def key(name: str) -> Setting:
        return key_setting(name, "u", Text("desfazer", "undo"), read_settings(ctx).keys.get(name))

    for name, value in (("templates.undo", "b"), ("templates.redo", "B"), ("log.pause", "F6")):
        change(ctx, OWNER, key(name), value, read_settings(ctx).seen)
        assert read_settings(ctx).keys[name] == value
    assert "# meu" in path.read_text(encoding="utf-8")
    for name in ("templates.undo", "templates.redo", "log.pause"):
        change(ctx, OWNER, key(name), None, read_settings(ctx).seen)
    assert not read_settings(ctx).keys


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[portal]\nurl = 3\n", "precisa ser um texto"),
        ('portal = "x"\n', r"precisa ser uma seção: \[portal\]"),
        ('[portal]\nurl = "dir:///x"\n[office]\ntax_ids = "x"\n', "linha 4.*precisa ser uma lista"),
        ('[portal]\nurl = "dir:///x"\nexclusive = "talvez"\n', "linha 3.*precisa ser true ou false"),
        ('[portal]\nurl = "dir:///x"\n[sending]\nconcurrency = 1.5\n', "linha 4.*número inteiro"),
    ],
)
def test_what_pydantic_objects_to_is_told_in_portuguese(text: str, told: str) -> None:
    with pytest.raises(OfficeUnusable, match=f"(?s){told}"):
        parse_config(Path(FILE), text.encode())


def test_every_key_says_what_it_is_for_and_when_it_counts_in_both_languages() -> None:
    for section in sections().values():
        for field in section.model_fields.values():
            assert meaning(field).pt and meaning(field).en
            assert restart(field).pt


def test_a_key_is_found_however_it_is_written() -> None:
    text = '[keys]\n"a.b" = "x"\nc.d = "x"\n[keys.e]\nf = "x"\n'
    assert [position(text, ("keys", name))[0] for name in ("a.b", "c.d", "e.f")] == [2, 3, 5]
