"""The rules by which Express knows a template's documents: seeing, trying and changing an office's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.catalog import rules_for
from core.domain.models import Document, Rule, Template
from core.domain.permissions import Actor
from core.domain.recognition import Reading, Span
from core.domain.text import InvalidValue, Text, words
from core.express.reading.limits import Unreadable
from core.express.rules import Sample, also_catches, matches
from core.office.actors import require_department
from core.office.context import Context
from core.office.errors import Refused
from core.office.mapping import find_templates
from core.office.queue import event
from core.office.reading import readers_of
from core.office.views import every

SAMPLES = 200
"""Known documents of other templates that a rule is tried on, at most; the last ones of each."""

NO_CONDITION = Text(
    "A regra não diz o que precisa haver no documento.", "The rule does not say what has to be on the document."
)
SAY_SOMETHING = Text(
    "Dê ao menos uma frase (todas ou alguma) ou um padrão do nome do arquivo.",
    "Give at least one phrase (all or any) or a pattern of the file's name.",
)


@dataclass(frozen=True)
class Rules:
    """A template's rules: its own, tried first, and the catalogue's."""

    own: tuple[Rule, ...]
    standard: tuple[Rule, ...]
    validate_period: bool


@dataclass(frozen=True)
class Trial:
    """What a rule makes of a file: where its phrases stand in the reading's text, None where it does not fit."""

    file: Path
    reading: Reading | Unreadable
    spans: tuple[Span, ...] | None


def rules_of(ctx: Context, template: str) -> Rules:
    """A template's rules.

    Raises:
        Refused: it is unknown.
    """
    (found,) = find_templates(ctx, [template])
    return Rules(found.rules, rules_for(found.name, found.department), found.validate_period)


def check_rule(rule: Rule) -> InvalidValue | None:
    """What is wrong with a rule, if anything: one without a condition would fit nothing."""
    if rule.file_name.strip() or any(map(words, (*rule.all, *rule.any))):
        return None
    return InvalidValue(NO_CONDITION)


def save_rules(
    ctx: Context, actor: Actor, template: str, rules: Sequence[Rule], *, validate_period: bool | None = None
) -> Template:
    """Give a template its own rules, in place of those that it has.

    Args:
        validate_period: whether a document's period must be its task's; None leaves that as it is.

    Raises:
        Refused: the template is unknown, the actor may not handle its department, or a rule has no condition.
    """
    if any(check_rule(one) is not None for one in rules):
        raise Refused(NO_CONDITION, SAY_SOMETHING)
    with ctx.store.transaction():
        (before,) = find_templates(ctx, [template])
        require_department(actor, before)
        update: dict[str, object] = {"rules": tuple(dict.fromkeys(rules))}
        if validate_period is not None:
            update["validate_period"] = validate_period
        after = before.model_copy(update=update)
        if after != before:
            store_rules(ctx, actor, [after])
        return after


def store_rules(ctx: Context, actor: Actor, changed: Sequence[Template]) -> None:
    """Keep templates whose rules have changed, and say so; in the caller's transaction."""
    ctx.store.templates.save(changed)
    ctx.store.append(
        [
            event(ctx, actor, "express_rules", params={"template_name": one.name, "count": len(one.rules)})
            for one in changed
        ]
    )


def try_rule(ctx: Context, rule: Rule, files: Iterable[Path]) -> Iterator[Trial]:
    """Try a rule on files before it is saved."""
    with readers_of(ctx) as readers, closing(readers.read_all(files)) as read:
        for path, reading in read:
            spans = None if isinstance(reading, Unreadable) else matches(rule, reading, path.name)
            yield Trial(path, reading, spans)


def other_templates(ctx: Context, rule: Rule, template: str, most: int = SAMPLES) -> dict[str, list[str]]:
    """Which other templates' known documents a rule would also catch: those attached lately, so many at most.

    Returns:
        Those templates' ids, each with the names of the files caught.
    """
    return also_catches(rule, template, samples(ctx, template, most))


def samples(ctx: Context, template: str, most: int = SAMPLES) -> Iterator[Sample]:
    """Documents attached under other templates, the last of each one first, as far as their bytes are kept."""
    by_template: dict[str, list[Document]] = {}
    for document in every(ctx.store.documents):
        if document.live and document.template != template:
            by_template.setdefault(document.template, []).append(document)
    share = max(most // max(len(by_template), 1), 1)
    chosen = [one for found in by_template.values() for one in found[-share:]][:most]
    paths = {path: one for one in chosen if (path := ctx.blobs.path(one.sha256)).exists()}
    with readers_of(ctx) as readers, closing(readers.read_all(paths)) as read:
        for path, reading in read:
            if not isinstance(reading, Unreadable):
                yield Sample(paths[path].template, paths[path].source_name, reading)
