"""The list, the footer and the listing behind them, apart from any office."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult

from core.domain.text import plain
from tests.console.conftest import sitting
from tests.console.piloted import piloted
from tui.listing import Listing
from tui.places import PLACES
from tui.screens.pick import Pick
from tui.widgets.frame import Footer, Notice
from tui.widgets.lines import Lines, fit, spread, wrapped
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.typed import Typed


@dataclass(frozen=True)
class Thing:
    id: str
    name: str


def listing(names: list[str]) -> Listing[Thing]:
    made: Listing[Thing] = Listing((lambda one: one.name,), lambda one: Row(one.id, (one.name,)))
    made.set(Thing(str(number), name) for number, name in enumerate(names))
    return made


NAMES = st.lists(st.text("aáãbcç ", max_size=4), max_size=12)
STEPS = st.lists(st.sampled_from(("filter", "sort", "all", "invert", "none", "toggle", "to", "set")), max_size=12)


@given(NAMES, STEPS, st.data())
def test_marks_hold_by_id_whatever_is_filtered_or_sorted(
    names: list[str], steps: list[str], data: st.DataObject
) -> None:
    """A batch is what was marked, no more and no less."""
    made = listing(names)
    expected: set[str] = set()
    for step in steps:
        shown = [one.id for one in made]
        match step:
            case "filter":
                made.needle = data.draw(st.sampled_from(("", "a", "ã", "c")))
                made.arrange()
            case "sort":
                made.next_sort()
            case "all":
                made.mark_all()
                expected |= set(shown)
            case "invert":
                made.invert()
                expected ^= set(shown)
            case "none":
                made.mark_none()
                expected = set()
            case "toggle" if shown:
                key = data.draw(st.sampled_from(shown))
                made.toggle(key)
                expected ^= {key}
            case "to" if shown:
                key = data.draw(st.sampled_from(shown))
                anchor = made.index(made.anchor)
                start, end = shown.index(key) if anchor is None else anchor, shown.index(key)
                made.mark_to(key)
                expected |= set(shown[min(start, end) : max(start, end) + 1])
            case "set":
                made.set(Thing(str(number), name) for number, name in enumerate(names))
        assert set(made.marked) == expected
        assert made.hidden_marks == len(expected - {one.id for one in made})


def test_accents_do_not_matter_to_filter_and_order() -> None:
    made = listing(["Órgão", "balanço", "Alvará", "orgao"])
    made.needle = "ORGAO"
    made.arrange()
    assert [one.name for one in made] == ["Órgão", "orgao"]
    made.needle = ""
    made.sort = (0, False)
    made.arrange()
    assert [one.name for one in made] == ["Alvará", "balanço", "Órgão", "orgao"]


def test_sorting_goes_through_every_column_and_back_to_none() -> None:
    made = listing(["b", "a"])
    orders = []
    for _ in range(3):
        made.next_sort()
        orders.append([one.name for one in made])
    assert orders == [["a", "b"], ["b", "a"], ["b", "a"]]
    assert made.sort is None


def test_undoing_marks_goes_back_step_by_step() -> None:
    made = listing(["a", "b"])
    made.toggle("0")
    made.mark_all()
    assert made.undo_marks()
    assert set(made.marked) == {"0"}
    assert made.undo_marks()
    assert not made.undo_marks()


class Million:
    """A million rows; counts how many were asked for."""

    asked = 0

    def __len__(self) -> int:
        return 1_000_000

    def row(self, index: int) -> Row:
        self.asked += 1
        return Row(str(index), (f"row {index}",))


class ListApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Rows([Column("Name", 10, 1)])

    lang = "pt"


async def test_a_million_rows_cost_what_the_screen_holds() -> None:
    app, source = ListApp(), Million()
    async with piloted(app, (40, 20)) as pilot:
        rows = app.query_one(Rows)
        rows.styles.height = 20
        await pilot.pause()
        rows.show(source)
        for keys in (["end"], ["home"], ["pagedown"] * 3, ["down"] * 30, ["up"] * 5):
            source.asked = 0
            await pilot.press(*keys)
            assert source.asked <= 25 * len(keys)
        assert rows.current == str(rows.cursor)


async def test_the_cursor_is_always_on_the_screen() -> None:
    app = ListApp()
    async with piloted(app, (40, 20)) as pilot:
        rows = app.query_one(Rows)
        rows.styles.height = 20
        await pilot.pause()
        rows.show(Million())
        for index in (0, 999_999, 500_000, 500_018, 500_019, 499_980, 3, 21):
            rows.move(index)
            await pilot.pause()
            assert f"row {index}" in rows.text


async def test_every_line_shows_the_row_that_is_there() -> None:
    """A line left over from before would have another task completed than the one that is read."""
    app = ListApp()
    async with piloted(app, (40, 20)) as pilot:
        rows = app.query_one(Rows)
        rows.styles.height = 20
        await pilot.pause()
        rows.show(Million())
        for keys in (["pagedown"], ["pagedown"] * 2, ["down"] * 12, ["up"] * 15, ["pageup"], ["end"], ["pageup"]):
            await pilot.press(*keys)
            await pilot.pause()
            shown = range(rows.top, rows.top + rows.height)
            assert rows.cursor in shown
            assert [line.split()[-1] for line in rows.text.splitlines() if "row" in line] == [str(one) for one in shown]


@given(st.text(max_size=30), st.integers(1, 20))
def test_fitted_text_has_exactly_its_cells(text: str, width: int) -> None:
    """Anything else would push what stands beside it out of its column, or move the cursor."""
    shown = fit(text, width)
    assert plain(shown) == shown
    assert cell_len(shown) == width


@given(st.text("abc ", max_size=60), st.integers(12, 40))
def test_wrapped_lines_are_never_wider_than_there_is_room(text: str, width: int) -> None:
    for most in (None, 2):
        lines = wrapped(text, width, most=most)
        assert most is None or len(lines) <= most
        assert all(sum(cell_len(part) for part, _ in one) <= width for one in lines)


def test_what_cannot_be_shown_is_cut_on_the_left_part_only() -> None:
    assert spread([("a long left part", "")], [("right", "")], 10)[0] == ("a lo…", "")
    assert spread([("a", "")], [("right", "")], 10)[1] == ("    ", "")


async def test_a_line_that_is_cut_says_so(work: Path) -> None:
    """Half a sentence reads as a whole one, and says something else."""
    async with sitting(work, (60, 24)) as desk:
        lines = desk.app.screen.query_one("#numbers", Lines)
        assert lines.strip((("a" * 61, ""),)).text == "a" * 59 + "…"
        assert lines.strip((("a" * 60 + "  ", ""),)).text == "a" * 60


async def test_a_long_notice_is_read_to_its_end(work: Path) -> None:
    """What is to be done stands at a sentence's end, and that was cut where the screen ended."""
    said = "Nenhuma tarefa aberta de Marcenaria São Bento ME espera Recibo EFD ICMS/IPI de 2026-10: escolha outra."
    async with sitting(work) as desk:
        notice = desk.app.screen.query_one(Notice)
        notice.say(said)
        await desk.until(lambda: notice.size.height == 2)
        assert " ".join(notice.text.split()) == said
        assert all(cell_len(one) <= 80 for one in notice.text.splitlines())
        notice.say("Pronto.")
        await desk.until(lambda: notice.size.height == 1)


async def test_a_notice_does_not_outlive_what_it_is_about(work: Path) -> None:
    """It would be taken for what came of the next thing that one does."""
    async with sitting(work) as desk:
        await desk.go("3", see="37 de 42")
        tasks = desk.app.screen
        notice = tasks.query_one(Notice)
        tasks.notice("✓ feito", "good")
        await desk.go("2", see="21 de 21")
        await desk.until(lambda: not notice.text, "nothing in the notice")
        await desk.go("3", see="37 de 42")
        tasks.notice("✗ falhou", "error")
        await desk.go("2", see="21 de 21")
        await desk.go("3", see="✗ falhou")
        await desk.press("p")
        await desk.until(lambda: isinstance(desk.app.screen, Pick))
        assert not notice.text


@pytest.mark.parametrize("width", [60, 80, 120, 200])
async def test_the_footer_has_whole_entries_help_and_how_many_more(work: Path, width: int) -> None:
    """At 60 columns too: Enter first where there is anything, `?` last, and *+5* for the rest."""
    async with sitting(work, (width, 20)) as desk:
        for way in PLACES:
            await desk.press(way.key)
            await desk.until(lambda way=way: desk.app.here == way.name)
            footer = desk.app.screen.query_one(Footer)
            if len(desk.rows.source):
                await desk.until(lambda footer=footer: footer.text.startswith(" Enter "))
            told = footer.text
            assert told.endswith("? ajuda")
            assert "…" not in told
            assert cell_len(told) <= width
        await desk.press("2")
        assert ("+" in desk.app.screen.query_one(Footer).text) == (width < 200)


async def test_no_line_is_ever_wider_than_the_terminal(work: Path) -> None:
    """From 200×60 to 60×20 and back: nothing wraps, overlaps or stays."""
    async with sitting(work, (200, 60)) as desk:
        for size in ((60, 20), (200, 60), (80, 24)):
            await desk.pilot.resize_terminal(*size)
            for way in PLACES:
                await desk.press(way.key)
                await desk.until(lambda way=way: desk.app.here == way.name)
                for widget in desk.app.screen.query(Lines):
                    strips = [widget.render_line(y) for y in range(widget.size.height)]
                    assert all(strip.cell_length == widget.size.width for strip in strips), (way.name, size, widget)
                found = map(desk.app.screen.find_widget, desk.app.screen.query(Lines))
                regions = [one.visible_region for one in found if one.visible_region.area]
                for index, one in enumerate(regions):
                    assert not any(one.overlaps(other) for other in regions[index + 1 :]), (way.name, size)


async def test_a_name_cannot_move_the_cursor_or_colour_the_screen(work: Path) -> None:
    async with sitting(work) as desk:
        store = desk.app.desk.ctx.store
        wicked = [
            one.model_copy(update={"name": "evil \x1b[2J\x1b]0;x\x07 \u202e name"})
            for one in store.templates.get_many(["das"]).values()
        ]
        store.templates.save(wicked)
        await desk.press("2", "f5", "slash", *"evil")
        await desk.see("evil \\u001b[2J")
        strips = [desk.rows.render_line(y) for y in range(desk.rows.size.height)]
        assert not any(sign in strip.text for strip in strips for sign in ("\x1b", "\x07", "\u202e"))


async def test_typing_a_number_into_the_filter_goes_nowhere(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.press("2", "slash", "1", "3", "q", "question_mark")
        assert desk.app.here == "templates"
        assert desk.app.screen.query_one(Typed).value == "13q?"
        await desk.press("escape")
        await desk.see("21 de 21")
