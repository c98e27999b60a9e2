"""What is written to the terminal: enough for it to show what is wanted, and no more; a bad line pays for each byte."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.painter import Frame

WIDTH = 24
STYLES = tuple(
    map(Style.parse, ("none", "#d6d8d3 on #16191b", "bold #7aa2c9 on #16191b", "#f2f4ef on #2f4250", "red", "reverse"))
)
SEQUENCE = re.compile(r"\x1b\[([0-9;]*)([HCmKX])|(.)", re.DOTALL)
Lines = dict[int, Strip]
Shown = dict[tuple[int, int], tuple[str, frozenset[str]]]


def strip(*parts: tuple[str, Style]) -> Strip:
    return Strip([Segment(text, style) for text, style in parts])


def written(frame: Frame, *lines: Strip) -> str:
    return frame.write(dict(enumerate(lines)), ColorSystem.TRUECOLOR)


def terminal(text: str, shown: Shown) -> None:  # noqa: PLR0912 - a case a code
    """A terminal, as far as it is needed here; a blank has no colour but its background's."""
    x = y = 0
    colors, signs = {"38": "", "48": ""}, set[str]()
    for codes, what, sign in SEQUENCE.findall(text):
        match what:
            case "H":
                y, x = (int(one) - 1 for one in codes.split(";"))
            case "C":
                x += int(codes)
            case "K" | "X":
                for at in range(x, WIDTH if what == "K" else x + int(codes)):
                    shown[y, at] = " ", frozenset({f"48 {colors['48']}"})
            case "m":
                parts = codes.split(";")
                while parts:
                    code = parts.pop(0)
                    if code in ("38", "48"):
                        colors[code] = ";".join(parts[:4])
                        del parts[:4]
                    elif code in ("39", "49"):
                        colors[f"{code[0]}8"] = ""
                    elif code == "0":
                        colors, signs = {"38": "", "48": ""}, set()
                    elif code.startswith("2"):
                        signs -= {code[1], "1" if code == "22" else ""}
                    elif code.startswith("3"):
                        colors["38"] = code
                    else:
                        signs.add(code)
            case _:
                look = {f"48 {colors['48']}", *(signs & {"4", "7", "9"})}
                if sign != " " or "7" in signs:
                    look |= {f"38 {colors['38']}", *signs}
                shown[y, x] = sign, frozenset(look)
                x += 1


@st.composite
def lines(draw: st.DrawFn) -> Strip:
    text = draw(st.text("aç ·▸✓", min_size=WIDTH, max_size=WIDTH))
    first, last = sorted((draw(st.integers(0, WIDTH)), draw(st.integers(0, WIDTH))))
    text = text[:first] + " " * (last - first) + text[last:]
    cuts = sorted({0, WIDTH, *draw(st.lists(st.integers(1, WIDTH - 1), max_size=4))})
    parts = [text[start:end] for start, end in pairwise(cuts)]
    return strip(*((part, draw(st.sampled_from(STYLES))) for part in parts))


@given(st.lists(st.lists(lines(), min_size=2, max_size=2), min_size=1, max_size=5), st.booleans())
def test_the_terminal_shows_what_is_wanted_whatever_it_showed_before(
    frames: Sequence[Sequence[Strip]], erasing: bool
) -> None:
    """Cells left out or erased wrongly would leave what nobody wants on the screen."""
    frame, shown = Frame(erasing=erasing), Shown()
    for wanted in frames:
        terminal(written(frame, *wanted), shown)
        anew = Shown()
        terminal(written(Frame(erasing=False), *wanted), anew)
        assert shown == anew


def test_only_cells_that_differ_are_written() -> None:
    frame, normal = Frame(), STYLES[1]
    written(frame, strip(("1.004.512 linhas", normal)))
    assert written(frame, strip(("1.004.513 linhas", normal))).count("\x1b[1;9H") == 1
    assert re.sub(r"\x1b\[[0-9;]*[Hm]", "", written(frame, strip(("1.004.514 linhas", normal)))) == "4"
    assert written(frame, strip(("1.004.514 linhas", normal))) == ""


def test_wide_signs_write_the_whole_line() -> None:
    """Half a wide sign would be left beside what replaces the other half."""
    frame = Frame()
    written(frame, strip(("文 a", STYLES[0])))
    assert written(frame, strip(("文 b", STYLES[0]))) == "\x1b[1;1H文 b"


def test_after_a_resize_all_is_written_again() -> None:
    frame = Frame()
    first = written(frame, strip(("texto", STYLES[1])))
    frame.forget()
    assert written(frame, strip(("texto", STYLES[1]))) == first


def test_without_colours_no_colour_is_told() -> None:
    """`NO_COLOR` promises it."""
    bold, reverse = Style(bold=True), Style(reverse=True)
    told = written(Frame(), strip(("a", bold), ("b", reverse), ("c ", Style()), ("d", bold)))
    assert told == "\x1b[1;1H\x1b[1ma\x1b[22;7mb\x1b[27mc \x1b[1md\x1b[0m"
