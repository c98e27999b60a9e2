"""How well and how fast Express recognises; what it got wrong: `python -m benchmarks.express [COUNT [SEED]]`.

Generated documents (see `express_documents`), read with PDFium, against an office of 1,000 clients with all standard
templates: right, asked and wrong by form and by layout, how often the best guess of each confidence is right, and the
milliseconds of `recognise` alone beside those of extraction.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.express_documents import Generated, documents, office, tasks
from benchmarks.figures import Figure, table
from core.domain.recognition import FileKind, Reading, Recognition
from core.express.known import prepare
from core.express.reading import pdf
from core.express.reading.limits import Limits
from core.express.recognise import recognise

SEED = 2026
ONE_SIDED = frozenset({"nfse_tomadas", "nfe_entradas"})
"""Half of the documents go to an office without these: there a note between two clients is the issuer's."""


class Result(NamedTuple):
    made: Generated
    reading: Reading
    said: Recognition
    tasks: frozenset[tuple[str, str, str]]

    @property
    def period(self) -> str | None:
        """The period said, or that one of two readings for which there is an open task."""
        open_ = [one for one in self.said.period_options if (self.said.client, self.said.template, one) in self.tasks]
        return open_[0] if len(open_) == 1 else self.said.period

    @property
    def wrong_client(self) -> bool:
        return self.said.client is not None and self.said.client != self.made.client

    @property
    def certain(self) -> bool:
        said = self.said
        return bool(said.client and said.template and (self.period or not said.period_needed))

    @property
    def right(self) -> bool:
        """In client, template and period; where only a person can know, that it was asked."""
        made, said = self.made, self.said
        if made.client is None:
            return not self.certain
        return (
            self.certain
            and (said.client, said.template) == (made.client, made.template)
            and (self.period == made.period or not said.period_needed)
        )


def read(data: bytes) -> Reading:
    """What the product's reader makes of a PDF, without its process around it."""
    with pdf.opened(data) as document:
        return Reading(kind=FileKind.PDF, pages=tuple(pdf.pages(document, Limits())))


class Measured(NamedTuple):
    results: list[Result]
    extraction: float  # seconds of processor time
    recognition: float


def run(seed: int, count: int, without: frozenset[str] = frozenset()) -> Measured:
    """Recognise generated documents, for an office without some of the standard templates."""
    of = office(random.Random(seed), without=without)
    known = prepare(of.clients, of.templates, [of.own])
    made = list(documents(seed, count, of))
    open_ = frozenset((task.client, task.templates[0], task.period) for task in tasks(of, made).values())
    results = []
    extraction = recognition = 0.0
    for one in made:
        started = time.process_time()
        reading = read(one.data)
        read_at = time.process_time()
        said = recognise(reading, one.name, (), known)
        extraction += read_at - started
        recognition += time.process_time() - read_at
        results.append(Result(one, reading, said, open_))
    return Measured(results, extraction, recognition)


def measure(quick: bool) -> Iterator[Figure]:
    """Right, asked and wrong over two offices, and what recognising costs."""
    count = 212 if quick else 1_080
    yield from judged((run(SEED, count // 2), run(SEED + 1, count // 2, ONE_SIDED)))


def judged(half: tuple[Measured, Measured]) -> Iterator[Figure]:
    """The figures of two runs together."""
    results = [one for measured in half for one in measured.results]
    knowable = [one for one in results if one.made.client]
    found = sum(
        one.right and (one.said.client, one.said.template, one.period or one.made.period or "2026") in one.tasks
        for one in knowable
    )
    of, asked = len(knowable), sum(not one.certain for one in knowable)
    unknowable = [one for one in results if not one.made.client]
    right = f"right in client, template, period and task, of {of:,} generated documents that can be known"
    yield Figure(right, 100 * found / of, "%", least=98)
    yield Figure("of them asked", asked, "documents")
    yield Figure(
        "of them certain of something wrong", sum(one.certain and not one.right for one in knowable), "documents"
    )
    yield Figure("of them given to a wrong client", sum(one.wrong_client for one in knowable), "documents", most=0)
    yield Figure(
        f"asked, of {len(unknowable)} that only a person can know",
        sum(one.right for one in unknowable),
        "documents",
        least=len(unknowable),
    )
    for what in ("extraction", "recognition"):
        cost = sum(getattr(one, what) for one in half) / len(results) * 1e3
        yield Figure(f"{what}, processor time a document", cost, "ms")


def main() -> None:
    """Print which forms and layouts are asked or wrong, and what a confidence is worth."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1080
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    half = run(seed, count // 2), run(seed + 1, count - count // 2, ONE_SIDED)
    for line in table(list(judged(half))):
        print(line)
    results = [one for measured in half for one in measured.results]
    _confusions(results)
    _calibration(results)


def _confusions(results: list[Result]) -> None:
    by_form: dict[str, Counter[str]] = defaultdict(Counter)
    by_layout: dict[str, Counter[str]] = defaultdict(Counter)
    for one in results:
        outcome = "right" if one.right else "wrong" if one.certain else "asked"
        by_form[one.made.form][outcome] += 1
        for word in one.made.layout.split():
            by_layout[word][outcome] += 1
    for title, counted in (("form", by_form), ("layout", by_layout)):
        print(f"\n{title:20}{'right':>8}{'asked':>8}{'wrong':>8}")
        for name, counts in sorted(counted.items()):
            if title == "layout" or counts["asked"] or counts["wrong"]:
                print(f"{name:20}{counts['right']:8}{counts['asked']:8}{counts['wrong']:8}")
    print("\nnot right:")
    for one in results:
        if not one.right:
            said, made = one.said, one.made
            truth = f"{made.client}/{made.template}/{made.period}"
            print(
                f"  {made.form} [{made.layout}] {truth} said {said.client}/{said.template}/{one.period}"
                f": {said.reason[0][:140]}"
            )


def _calibration(results: list[Result]) -> None:
    buckets: dict[tuple[str, float], list[bool]] = defaultdict(list)
    for one in results:
        if one.made.client:
            for what, guesses, truth in (
                ("client", one.said.clients, one.made.client),
                ("template", one.said.templates, one.made.template),
                ("period", one.said.periods, one.made.period),
            ):
                if guesses and truth:
                    buckets[what, round(guesses[0].confidence, 2)].append(guesses[0].value == truth)
    print(f"\n{'best guess':12}{'confidence':>12}{'right':>9}{'of':>7}")
    for (what, confidence), hits in sorted(buckets.items()):
        print(f"{what:12}{confidence:12.2f}{sum(hits) / len(hits):9.1%}{len(hits):7}")


if __name__ == "__main__":
    main()
