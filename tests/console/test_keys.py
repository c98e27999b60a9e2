"""Keys: changed by name in the configuration, searched and run in the help, each with why it does nothing."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from string import Formatter

import pytest

import tui
from core.domain.text import Text
from core.office import open_office
from core.office.actors import who_acts
from tests.console.conftest import Desktop, sitting
from tests.console.pictures import SCENES, settled
from tests.console.piloted import piloted
from tui.app import Console
from tui.desk import Desk
from tui.keymap import _kinds, clash, named, parse_key, understand
from tui.keys import ANYWHERE, TEXTUAL, Keyed, bindings_of, shown
from tui.places import PLACES
from tui.screens.dialog import Dialog
from tui.terminal import toggle_mouse
from tui.widgets.frame import Footer
from tui.widgets.rows import Rows
from tui.widgets.typed import Typed

Size = tuple[int, int]
SIGN = r"(?<![\w'`])(?![aeoAEOàé])[a-zA-Z/](?= [a-zà-ú])|\([a-zA-Z0-9]\)|[.;:·(] [aeo] [a-zà-ú]+[.;,)]"
"""A key of one sign in a text: before what it does, or in brackets."""
OUTSIDE = {"wizard.py", "keys.py", "keymap.py", "settings.py"}
"""Where keys are named that no configuration changes: before there is one, the names themselves, examples."""
NAMING_ALL = {"ajuda", "ir-para", "configuracoes", "tecla"}
"""Scenes in which Textual's own keys stand too, or the keys as they are by default."""


def at(app: Console, name: str) -> bool:
    return app.here == name


def configure(office: Path, *lines: str) -> int:
    """Add lines to the configuration's `[keys]`; the number of the first of them."""
    path = office / "malote.toml"
    text = path.read_text(encoding="utf-8")
    text = text if "[keys]" in text else text + "\n[keys]\n"
    path.write_text(text.rstrip() + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return text.rstrip().count("\n") + 2


async def test_a_key_is_changed_by_its_name_and_shown_so(work: Path) -> None:
    """A terminal that keeps a key for itself must not keep anyone from anything."""
    configure(work, '"templates.map_marked" = "b"', 'templates.undo = "F6"', 'app.help = "H, F1"')
    async with sitting(work) as desk:
        await desk.go("2", see="b pasta em lote")
        await desk.see("F6 desfazer", "H ajuda")
        await desk.press("d")
        assert desk.app.screen is desk.app.place("templates"), "the old key still works"
        await desk.go("H", see="Teclas desta tela")
        await desk.press("escape")
        await desk.go("b", see="Pasta de destino")


async def test_two_keys_can_be_swapped(work: Path) -> None:
    configure(work, "[keys.templates]", 'clear = "u"', 'undo = "c"')
    async with sitting(work) as desk:
        await desk.press("2", "slash", *"das simples", "enter")
        await desk.go("u", see="Tirar a pasta de destino de DAS")


async def test_what_cannot_be_understood_is_said_once_at_the_start_and_the_console_works(
    work: Path, size: Size
) -> None:
    """A slip in the file must keep nobody from working, and must be found."""
    first = configure(
        work,
        '"templates.map_marcked" = "b"',
        '"templates.undo" = "f"',
        '"errors.retry" = "nenhuma"',
        '"errors.task" = 3',
        '"log.pause" = "1"',
        '"templates.clear" = "b"',
    )
    async with sitting(work, size) as desk:
        await desk.see("Estas teclas da configuração não valem", f"linha {first}: não há tecla de nome")
        told = " ".join(desk.text.split())
        assert "(seria templates.map_marked?)" in told
        assert f"linha {first + 1}: templates.undo: a tecla f já é de templates.unmapped (sem pasta)." in told
        assert f"linha {first + 2}: errors.retry: não conheço a tecla nenhuma." in told
        assert f"linha {first + 3}: errors.task precisa de uma tecla entre aspas" in told
        assert f"linha {first + 4}: log.pause: a tecla 1 já é de app.go_panel (Painel)." in told
        await desk.press("enter", "2")
        await desk.until(lambda: desk.app.here == "templates")
        await desk.press("f")
        await desk.see("só os sem pasta")
        await desk.press("escape", "slash", *"das simples", "enter")
        await desk.go("b", see="Tirar a pasta de destino de DAS")


def texts() -> Iterator[tuple[Path, str]]:
    """Every text of the console, in both languages, and the file where it stands."""
    for path in sorted(Path(tui.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text":
                for one in node.args:
                    if isinstance(one, ast.Constant):
                        yield path, str(one.value)


def test_no_text_names_a_key_that_can_be_changed_by_anything_but_its_name() -> None:
    """Whoever changed a key would be told to press the old one."""
    found = [(path.name, text) for path, text in texts() if path.name not in OUTSIDE]
    assert len(found) > 500
    words = {word for one in named().values() for key in one.keys.split(",") for word in said(key.strip())}
    stale = re.compile(SIGN + r"|(?<![\w-])(" + "|".join(re.escape(one) for one in words if len(one) > 1) + r")(?!\w)")
    wrong = [one for one in found if stale.search(re.sub(r"{[^}]*}", "{}", one[1]))]
    assert not wrong, "\n".join(map(str, wrong))


def test_every_key_that_a_text_names_is_there() -> None:
    known, said = named(), set[str]()
    for path, text in texts():
        for _, name, _, _ in Formatter().parse(text):
            if name and name.startswith("keys["):
                said.add(name)
                assert name.removeprefix("keys[").removesuffix("]") in known, (path.name, text)
    assert len(said) > 30


def test_a_name_is_of_one_key_alone() -> None:
    """Two keys of one name would be changed together, and then be the same."""
    actions = defaultdict(set)
    for kind in _kinds():
        for one in vars(kind).get("BINDINGS", ()):
            actions[one.id].add(one.action.removeprefix("app."))
    assert not {name: found for name, found in actions.items() if len(found) > 1}


def said(key: str) -> set[str]:
    return {shown(key, lang) for lang in ("pt", "en")} - {"espaço", "space", "↓", "↑", "←", "→"}  # words, and signs


def first(keys: str) -> str:
    return keys.partition(",")[0].strip()


def everything_changed() -> dict[str, str]:
    """Every key by name, changed for one that no other is and that no text has; a sign for a sign."""
    signs = map(chr, (*range(0x531, 0x557), *range(0x561, 0x587), *range(0x410, 0x450)))  # Armenian, Cyrillic
    others = iter([*(f"f{number}" for number in range(10, 25)), *(f"ctrl+f{number}" for number in range(1, 25))])
    return {
        name: next(signs if len(shown(first(one.keys), "pt")) == 1 or name.startswith(("list.", "paper.")) else others)
        for name, one in named().items()
    }


@pytest.mark.parametrize("lang", ["pt", "en"])
async def test_where_every_key_is_changed_no_screen_names_an_old_one(work: Path, lang: str) -> None:
    """Neither lists, empty ones too, nor dialogs, hints, header and footer."""
    changed, known = everything_changed(), named()
    configure(work, *(f'"{name}" = "{key}"' for name, key in changed.items()))
    words = {shown(key.strip(), lang) for one in known.values() for key in one.keys.split(",")}
    stale = re.compile(r"(?<![\w-])(" + "|".join(re.escape(one) for one in words if len(one) > 1) + r")(?!\w)")
    seen = set[str]()
    async with sitting(work, lang=lang) as desk:
        app = desk.app

        async def press(key: str) -> None:
            """Press what a key has become; in a line of text, a letter."""
            bound = [] if len(key) == 1 and isinstance(app.focused, Typed) else app.screen.active_bindings.values()
            names = [one.binding.id for one in bound if one.binding.id in known]
            new = [changed[one] for one in names if key in known[one].keys.split(",")]
            await desk.pilot.press(*new[:1] or [key])

        ways = [scene.keys for name, scene in SCENES.items() if scene.office == "work" and name not in NAMING_ALL]
        for keys in (*ways, *((place, "slash", *"zzz", "enter") for place in "23478"), ("4", "f"), ("4", "end", "e")):
            await app.go("panel")
            for key in keys:
                await press(key)
                if len(key) > 1:
                    await settled(app, desk.pilot)
            await settled(app, desk.pilot)
            seen.add(type(app.screen).__name__)
            hints = [one.placeholder for one in app.screen.query(Typed)]
            assert not stale.findall("\n".join([desk.text, *hints])), (keys, desk.text)
    assert len(seen) > 12, seen


def test_two_changed_keys_that_are_the_same_clash() -> None:
    keymap, wrong = understand({"templates.undo": "b", "templates.clear": "b"})
    assert len(keymap) == 1
    assert len(wrong) == 1
    assert "já é de" in next(iter(wrong.values())).say()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("b", "b"),
        ("B", "B"),
        ("?", "?"),
        ("F6", "f6"),
        ("Ctrl-S", "ctrl+s"),
        ("ctrl+s", "ctrl+s"),
        ("espaço", "space"),
        ("Esc", "escape"),
        ("question_mark", "question_mark"),
        ("ç", "ç"),
        ("nenhuma", None),
        ("Ctrl-Nada", None),
        ("", None),
    ],
)
def test_a_key_is_written_as_it_is_shown(written: str, name: str | None) -> None:
    assert parse_key(written) == name


def test_every_key_that_is_shown_can_be_written() -> None:
    for one in named().values():
        for key in one.keys.split(","):
            assert parse_key(shown(key.strip(), "pt")) is not None, key


def test_no_two_keys_of_a_place_are_the_same() -> None:
    """The second one would do nothing, and nobody would be told."""
    always = {key.strip() for one in (*bindings_of(Console), *bindings_of(Rows)) for key in one.key.split(",")}
    for kind in _kinds():
        if kind in (Console, Rows, Typed) or issubclass(kind, Typed):
            continue
        own = [key.strip() for one in vars(kind).get("BINDINGS", ()) for key in one.key.split(",")]
        assert max(Counter(own).values(), default=1) == 1, kind
        if issubclass(kind, Keyed) and "places" in kind.__module__:
            assert always.isdisjoint(own), kind


def test_no_key_is_out_of_reach_of_a_brazilian_keyboard_over_ssh() -> None:
    """No Alt, no dead keys of ABNT2, no prefixes of tmux and screen, no Shift with arrows."""
    dead = {"acute_accent", "grave_accent", "tilde", "circumflex_accent", "diaeresis", "´", "`", "~", "^", "¨"}
    barred = dead | {"ctrl+a", "ctrl+b", "ctrl+space", "ctrl+@", "shift+up", "shift+down", "shift+left", "shift+right"}
    for one in named().values():
        keys = {key.strip() for key in one.keys.split(",")}
        assert not keys & barred, one
        assert not any("alt+" in key for key in keys), one


def test_the_names_are_unique_and_say_what_they_do() -> None:
    for name, one in named().items():
        assert one.meaning.pt and one.meaning.en, name
        assert name.count(".") == 1, name


def test_a_free_key_clashes_with_nothing() -> None:
    assert clash("templates.undo", {"templates.undo": "f12"}) is None


async def test_the_help_lists_what_cannot_be_done_with_its_reason(work: Path, size: Size) -> None:
    async with sitting(work, size) as desk:
        await desk.go("9", see="ativa desde")
        await desk.go("question_mark", see="Teclas desta tela")
        await desk.type("pendentes")
        await desk.until(lambda: len(desk.listed) == 1)
        assert "✗" in desk.listed[0]
        await desk.press("enter")
        await desk.see("Teclas desta tela")
        await desk.press("escape")
        await desk.go("question_mark", see="Teclas desta tela")
        await desk.type("ferias padrao")
        await desk.see("Nada com esse nome.")
        for _ in range(13):
            await desk.press("backspace")
        await desk.type("padrão")
        await desk.until(lambda: len(desk.listed) == 1)


async def test_help_in_a_line_of_text_tells_its_keys_too(work: Path) -> None:
    """Textual's own keys are in the user's language."""
    async with sitting(work) as desk:
        await desk.go("7", see="60 de 60")
        await desk.go("n", see="Código do novo cliente")
        await desk.go("f1", see="Teclas desta tela")
        await desk.type("apagar tudo")
        await desk.until(lambda: len(desk.listed) == 2)


async def test_every_key_that_works_anywhere_is_in_the_help(work: Path) -> None:
    """Otherwise there would be keys that nobody can find."""
    async with sitting(work) as desk:
        for way in PLACES:
            await desk.press(way.key)
            await desk.until(lambda way=way: desk.app.here == way.name)
            for active in desk.app.screen.active_bindings.values():
                described = active.binding.description
                assert not described or described in TEXTUAL or active.binding.id, described


async def test_a_place_s_help_is_in_english_too(work: Path) -> None:
    async with sitting(work, lang="en") as desk:
        for way in PLACES:
            await desk.press(way.key)
            await desk.until(lambda way=way: desk.app.here == way.name)
            await desk.go("question_mark", see="This screen's keys")
            words = " ".join(desk.listed)
            assert not any(sign in words for sign in "ãçõáéíóú"), words
            await desk.press("escape")


async def test_who_may_not_is_told_beside_the_key(work: Path) -> None:
    with open_office(work) as ctx:
        app = Console(Desk(ctx, who_acts(ctx, "fiscal"), "pt"), sending=False)
        async with piloted(app) as pilot:
            desk = Desktop(app, pilot)
            for way in PLACES:
                await desk.press(way.key)
                await desk.until(partial(at, app, way.name))
                refused = app.screen.FOR_ADMINS  # type: ignore[attr-defined]
                await desk.go("question_mark", see="Teclas desta tela")
                assert any("só administradores" in one for one in desk.listed) == bool(refused), way.name
                await desk.press("escape")


async def test_at_sixty_columns_enter_and_help_are_in_sight(work: Path) -> None:
    async with sitting(work, (60, 20)) as desk:
        for key in ("5", "7", "8", "0"):
            await desk.press(key)
            await desk.pilot.pause()
            told = desk.app.screen.query_one(Footer).text
            assert told.startswith(" Enter ")
            assert told.endswith("? ajuda")


async def test_the_mouse_is_turned_on_and_off_by_a_key(work: Path) -> None:
    """Over SSH it is off, so that the terminal selects text; someone may still want it."""

    class Driver:
        _mouse = False
        said = ""

        def _enable_mouse_support(self) -> None:
            self.said += "on" if self._mouse else ""

        def _disable_mouse_support(self) -> None:
            self.said += "off" if self._mouse else ""

    driver = Driver()
    assert toggle_mouse(driver)
    assert not toggle_mouse(driver)
    assert driver.said == "onoff"
    assert not toggle_mouse(None)
    async with sitting(work) as desk:
        await desk.press("f8")
        await desk.see("Mouse")
        await desk.go("question_mark", see="Teclas desta tela")
        await desk.type("mouse")
        await desk.until(lambda: len(desk.listed) == 1)


async def test_colours_change_over_a_dialog_and_while_one_types(work: Path) -> None:
    """A screen that cannot be read in the sun is one with a question on it as well; the key did nothing there."""
    async with sitting(work) as desk:
        await desk.go("7", see="60 de 60")
        await desk.go("n", see="Código do novo cliente")
        before = desk.app.theme
        await desk.press("f9")
        await desk.until(lambda: desk.app.theme != before)
        await desk.go("f1", see="Teclas desta tela")
        await desk.type("cores")
        await desk.until(lambda: len(desk.listed) == 1)
        await desk.press("enter")
        await desk.until(lambda: desk.app.theme == before)
        await desk.see("Código do novo cliente")


def test_no_dialog_is_without_the_keys_that_work_anywhere() -> None:
    wanted = {one.action for one in ANYWHERE}
    for kind in (one for one in _kinds() if issubclass(one, Dialog)):
        missing = wanted - {one.action for keys in kind._merge_bindings().key_to_bindings.values() for one in keys}
        assert not missing, kind


def test_what_has_no_meaning_is_no_help() -> None:
    assert all(isinstance(one, Text) and one.pt != one.en for one in TEXTUAL.values())
