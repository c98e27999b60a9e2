"""No name, no file's text and no server's words move the cursor, colour the screen or are read as markup."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from core.domain.express import Waiting
from core.domain.failures import FAILURES
from core.domain.models import Client, Employee, Event, Level, Task, Template
from core.office import Context
from core.office.unrecognised import folder_of, made
from core.ports import Repository
from tests.console.conftest import Desktop, sitting
from tests.console.pictures import strips
from tests.unit.test_neutral import OBEYED

T = TypeVar("T", Client, Template, Employee, Task)
EVIL = "\x1b[2J\x9b31m\u202efdp\u2066 [red]x[/red] "
"""Short, so that some of it is on the screen at 80 columns too."""
SCREENS = "1234567890"
WAYS: tuple[tuple[str, ...], ...] = (
    *((one,) for one in SCREENS),
    ("2", "d"),
    ("3", "enter"),
    ("4", "home", "enter"),
    ("4", "end", "enter"),
    ("5", "enter"),
    ("6", "enter"),
    ("7", "enter"),
    ("8", "enter"),
    ("ctrl+p",),
    ("question_mark",),
)


def spoil_names(repository: Repository[T]) -> None:
    repository.save([one.model_copy(update={"name": EVIL + one.name}) for one in repository.page(limit=1000)])


def spoil(ctx: Context) -> None:
    """Give everything that someone else names such a name, and have such things happen."""
    spoil_names(ctx.store.clients)
    spoil_names(ctx.store.templates)
    spoil_names(ctx.store.employees)
    spoil_names(ctx.store.tasks)
    told = dict.fromkeys(("detail", "why", "place", "template_name", "client_name", "employee", "task_name"), EVIL)
    codes = [("failed", failure) for failure in FAILURES] + [("kept_both", ""), ("attached", ""), ("mapped", "")]
    ctx.store.append(
        [
            Event(at=ctx.now(), code=code, level=Level.ERROR, name=EVIL, params={**told, "failure": failure})
            for code, failure in codes
        ]
    )
    (made(ctx, folder_of(ctx)) / "x.txt").write_text(EVIL * 20 + "\n", encoding="utf-8")
    row = Waiting(id="w", name="x.txt", file_name=EVIL, folders=(EVIL,), found_at=ctx.now(), doubt="client")
    ctx.store.waiting.save([row.model_copy(update={"params": {"reason": [EVIL, EVIL]}})])


def drawn(desk: Desktop) -> str:
    return "\n".join(strip.text for strip in strips(desk.app))


async def test_whatever_is_named_in_malice_is_shown_as_text(work: Path, other: Context) -> None:
    """A file's name could wipe the error that it causes, or look like another file."""
    spoil(other)
    read = ""
    for size in ((80, 24), (120, 40)):
        async with sitting(work, size) as desk:
            for keys in WAYS:
                await desk.press(*keys)
                await desk.pilot.pause(0.05)
                shown = drawn(desk)
                assert OBEYED.findall(shown) == [], (keys, shown)
                read += shown
                while len(desk.app.screen_stack) > 2:
                    await desk.press("escape")
    assert read.count("\\u001b[2J") > 50, "the names were hardly on any screen: the test would show nothing"
    assert "[red]x[/red]" in read, "names are text, and no markup"
