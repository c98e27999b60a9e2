"""Trying a rule before it is kept: what else it would catch, and which of the files that wait it would know."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.domain.models import Rule
from core.express.reading.limits import Unreadable
from core.express.rules import matches
from core.office.confirming import path_of
from core.office.context import Context
from core.office.reading import readers_of
from core.office.rules import SAMPLES, samples
from core.office.unrecognised import waiting
from core.office.views import template_names

WAITING = 100
"""Files that wait on which a rule is tried, at most: the oldest."""


@dataclass(frozen=True)
class OnFile:
    """What a rule makes of one file: whether it fits, or why the file cannot be read."""

    name: str
    fits: bool
    why: tuple[str, str] | None = None  # in both languages


@dataclass(frozen=True)
class TriedOut:
    """What came of trying a rule.

    Args:
        others: the known files of other templates that it would also catch, by the template's name.
        known: on how many known files of other templates it was tried.
        waiting: the files that wait, each with whether it fits.
        files: those that were asked for besides.
    """

    rule: Rule
    others: dict[str, list[str]]
    known: int
    waiting: tuple[OnFile, ...]
    files: tuple[OnFile, ...] = ()


def try_out(
    ctx: Context, rule: Rule, template: str, files: tuple[Path, ...], step: Callable[[int, int], None]
) -> TriedOut:
    """Try a rule on the other templates' known files, on what waits, and on some files.

    Args:
        template: the id of the template that the rule is for.
        step: told how many files of how many are done; what it raises ends it.
    """
    rows = list(islice(waiting(ctx), WAITING))
    total = min(SAMPLES, ctx.store.documents.count()) + len(rows) + len(files)
    others: dict[str, list[str]] = {}
    known = 0
    for known, one in enumerate(samples(ctx, template), 1):
        step(known, total)
        if matches(rule, one.reading, one.file_name) is not None:
            others.setdefault(one.template, []).append(one.file_name)
    names = template_names(ctx)
    paths = {path_of(ctx, row): row.file_name for row in rows} | {path: path.name for path in files}
    tried: dict[Path, OnFile] = {}
    with readers_of(ctx) as readers, closing(readers.read_all(paths)) as read:
        for path, reading in read:
            name = paths[path]
            if isinstance(reading, Unreadable):
                tried[path] = OnFile(name, fits=False, why=(reading.sentence.pt, reading.sentence.en))
            else:
                tried[path] = OnFile(name, fits=matches(rule, reading, name) is not None)
            step(known + len(tried), total)
    return TriedOut(
        rule,
        {names.get(key, key): caught for key, caught in others.items()},
        known,
        tuple(tried[path] for row in rows if (path := path_of(ctx, row)) in tried),
        tuple(tried[path] for path in files if path in tried),
    )
