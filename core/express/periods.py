"""A document's period (competência): in which forms it is written, beside which labels, and what is none of it.

Months stand as `10/2026`, `outubro de 2026`, `out/26`, `2026-10`, as a span of days `01/10/2026 a 31/10/2026`, as a
quarter; years as `ano-calendário de 2026`. A single day counts only behind a label that says it is a period's: due
dates, dates of issue, payment and birth are none, and where a label of those stands before a month, neither is that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from core.domain.models import PeriodOf
from core.domain.periods import MONTHS, month_number
from core.domain.text import words
from core.express.folding import Folded
from core.express.labels import LabelAt, Labels, labels, labels_in

# what begins with a sign itself, what may not precede it behind that, is found faster
_NUMBERS = re.compile(
    r"([0-9](?<![0-9a-z/.,-][0-9])[0-9]?)(?: ?[/.-] ?([0-9]{1,2}))? ?[/.-] ?(20[0-9]{2}|(?<=/)[0-9]{2})"
    r"(?![0-9a-z]|[/.,-][0-9])"
)
_ISO = re.compile(r"(20(?<![0-9a-z/.,-]20)[0-9]{2})-([0-9]{2})(?:-([0-9]{2}))?(?![0-9-])")
_DAY = re.compile(r"(?<![0-9/.,-])[0-9]{1,2}o?\s(?:de\s)?\Z")
_NAMED = re.compile(
    rf"(?P<m>{'|'.join(f'{name}(?<![a-z]{name})' for name in (*MONTHS, *(month[:3] for month in MONTHS)))})"
    r"\.?(?:\s{0,2}(?:/|-|\bde\b|,)\s{0,2}|\s)(?P<y>20[0-9]{2}|(?<=[/-])[0-9]{2})(?![0-9/-]|[.,][0-9])"
)
_QUARTER = re.compile(r"(?<![0-9])(?P<q>[1-4])o?\.? ?trim(?:estre|\.)?\s?(?:/|-|de|\s)\s?(?P<y>20[0-9]{2})(?![0-9])")
_YEAR = re.compile(r"ano[- ]?(?:calendario|base)(?:\s|:|\bde\b|\(|-)*(?P<y>20[0-9]{2})(?![0-9])")
_BARE_YEAR = re.compile(r"(?P<y>20(?<![0-9/.,-]20)[0-9]{2})(?![0-9/-]|[.,][0-9])")
_UNTIL = re.compile(r"\s*(?:a|ate|e|-|a\s+dia|ate\s+o\s+dia)\s*")
_FROM_DAY = re.compile(r"(?<![0-9/])[0-9]{1,2}\s+(?:a|ate)\s+\Z")
_NAMES = frozenset(MONTHS) | {month[:3] for month in MONTHS}
_FAR, _REACH, _CLOSE, _MOST = 110, 48, 16, 400

LABELS = (
    *("competencia", "periodo de apuracao", "periodo apuracao", "periodo da apuracao", "pa", "apuracao", "periodo"),
    *("mes de referencia", "mes referencia", "mes ano", "mes de competencia", "referencia", "ref", "mes base"),
    *("referente a", "referente ao", "referente", "referente ao mes", "referente ao mes de", "no mes de", "mes de"),
    *("periodo da escrituracao", "periodo de referencia", "ano calendario", "ano base", "folha mensal"),
    *("folha de pagamento", "relativo a", "relativa a", "relativo ao mes", "mes ano de referencia", "comp"),
)
"""Behind these stands the period."""
OTHERS = (
    *("vencimento", "vencto", "venc", "vcto", "pagar ate", "pagar este documento ate", "pagavel ate", "data", "hora"),
    *("data de vencimento", "data do vencimento", "data limite", "limite", "emissao", "emitida", "emitido", "validade"),
    *("emitido em", "emitida em", "impresso em", "impressao", "valida ate", "valido ate", "valido para", "nascimento"),
    *("data de emissao", "data da emissao", "data de pagamento", "data do pagamento", "data pagamento", "pagamento em"),
    *("pago em", "pagamento ate", "data de credito", "periodo aquisitivo", "demissao", "afastamento", "desligamento"),
    *("data de nascimento", "data de admissao", "admissao", "admitido em", "data de afastamento", "dispensa", "nasc"),
    *("abertura", "data de abertura", "inicio", "desde", "protocolo", "transmitido em", "transmissao", "recebido em"),
    *("recebida em", "recepcao", "registro", "exercicio", "assinado em", "processamento", "data do documento"),
    *("data do processamento", "gerado em", "versao", "lei", "in rfb", "decreto", "portaria", "resolucao", "contrato"),
    *(
        "processo",
        "retorno",
        "data de retorno",
        "concessao",
        "atualizado em",
        "consulta",
        "data da consulta",
        "parcela",
    ),
    *("fatura", "duplicata", "fatura duplicata", "data da saida", "data de saida", "data da entrada", "data saida"),
)
"""Behind these stand other dates."""


_RANKS = {"other": -1, "period": 2, "own": 3}
_KINDS = {
    **{words(f"data {link} {label}"): "other" for label in OTHERS for link in ("de", "da", "do")},
    **{words(label): "other" for label in OTHERS},
    **{words(label): "period" for label in LABELS},
}


class PeriodAt(NamedTuple):
    """A period that stands in the folded text from `start` to `end`.

    `rank` is 3 behind a label of the rule, 2 behind a general one, 1 without; `certain` is false of what can be read
    in more than one way, which are then all told.
    """

    period: str
    start: int
    end: int
    rank: int
    label: str = ""
    certain: bool = True


class Dated(NamedTuple):
    """An expression of time: its first and last month (or a year twice), and how it is written."""

    first: str
    last: str
    start: int
    end: int
    form: str  # day, month, short (10/26), span, quarter, year, bare (a year by itself)


def periods_in(folded: Folded, after: Iterable[str] = (), of: PeriodOf = PeriodOf.MONTH) -> list[PeriodAt]:
    """The periods in a document, best first, each once.

    Args:
        after: the rule's own labels; behind them a single day counts as well, and a year by itself.
        of: which of a longer time's months is meant, or the year.
    """
    found: dict[str, PeriodAt] = {}
    for dated, label, rank in _labelled(folded, _labels(tuple(after)), expressions(folded, bool(after))):
        for period, certain in _read(dated, of):
            at = PeriodAt(period, dated.start, dated.end, rank, label, certain)
            best = found.get(period)
            if best is None or (at.rank, at.certain) > (best.rank, best.certain):
                found[period] = at
    return sorted(found.values(), key=lambda at: (-at.rank, not at.certain, at.start))


def agreed(periods: Sequence[PeriodAt]) -> tuple[str, ...]:
    """What a document's best evidence says: one period, or the two ways to read one place (2026-12 and 2026), or none.

    Args:
        periods: as `periods_in` returns them.
    """
    best = [at for at in periods if at.rank == periods[0].rank]
    if len(best) == 1 or (best and all((at.start, at.certain) == (best[0].start, False) for at in best)):
        return tuple(at.period for at in best) if best[0].certain or len(best) > 1 else ()
    return ()


@lru_cache(maxsize=1024)
def _labels(after: tuple[str, ...]) -> Labels:
    return labels(_KINDS | {words(label): "own" for label in after})


def expressions(folded: Folded, bare_years: bool) -> list[Dated]:
    """Every expression of time in order, none inside another, days that make a span put together.

    Args:
        bare_years: whether a year by itself is one, too.
    """
    flat = folded.flat
    found: list[Dated] = []
    for match in _NUMBERS.finditer(flat):
        first, second, year = match.groups()
        found += _numbers(year, second or first, first if second else None, *match.span(), flat)
    for match in _ISO.finditer(flat) if "-" in flat else ():
        year, month, day = match.groups()
        found += _numbers(year, month, day, *match.span(), flat)
    if folded.words & _NAMES or folded.origins:
        found += _named(flat)
    if "trim" in folded.compact:
        for match in _QUARTER.finditer(flat):
            last = 3 * int(match["q"])
            found.append(_of(match["y"], last - 2, match["y"], last, *match.span(), "quarter"))
    if "ano" in folded.compact:
        found += [Dated(match["y"], match["y"], *match.span(), "year") for match in _YEAR.finditer(flat)]
    if bare_years:
        found += [Dated(match["y"], match["y"], *match.span(), "bare") for match in _BARE_YEAR.finditer(flat)]
    found.sort(key=lambda one: (one.start, -one.end))
    apart: list[Dated] = []
    for one in found[:_MOST]:
        if apart and one.start < apart[-1].end:
            continue
        before = apart[-1] if apart else None
        if before and before.form == one.form in ("day", "month") and _UNTIL.fullmatch(flat, before.end, one.start):
            if before.first <= one.last:
                apart[-1] = Dated(before.first, one.last, before.start, one.end, "span")
            continue
        apart.append(one)
    return apart


def _of(year: str, month: int, last_year: str, last_month: int, start: int, end: int, form: str) -> Dated:
    return Dated(f"{year}-{month:02}", f"{last_year}-{last_month:02}", start, end, form)


def _numbers(year: str, month_: str, day: str | None, start: int, end: int, flat: str) -> Iterator[Dated]:
    month = int(month_)
    if 1 <= month <= 12 and not (day and not 1 <= int(day) <= 31):
        form = "day" if day else "month" if len(year) == 4 else "short"
        if form == "day" and _FROM_DAY.search(flat, max(0, start - 12), start):
            form = "span"
        year = year if len(year) == 4 else f"20{year}"
        yield _of(year, month, year, month, start, end, form)


def _named(flat: str) -> Iterator[Dated]:
    last = 0
    for match in _NAMED.finditer(flat):
        start, end = match.span()
        day = _DAY.search(flat, max(last, start - len("31o de ")), start)
        last = end
        month, year = month_number(match["m"]), match["y"] if len(match["y"]) == 4 else f"20{match['y']}"
        if month is None:
            continue
        form = "month"
        if day:
            start = day.start()
            form = "span" if _FROM_DAY.search(flat, max(0, start - 12), start) else "day"
        yield _of(year, month, year, month, start, end, form)


def _labelled(folded: Folded, sought: Labels, expressions: Sequence[Dated]) -> Iterator[tuple[Dated, str, int]]:
    """Expressions with the label before them; those that are no period's are left out.

    Where several labels stand in one row and as many dates below, the first label is the first date's, and so on;
    where they are not as many, a day or a span of days is nobody's, and a month is the period's: due dates have days.
    """
    flat = folded.flat
    befores = [
        labels_in(folded, max(expressions[at - 1].end if at else 0, one.start - 200), one.start, sought)
        for at, one in enumerate(expressions)
    ]
    row: list[LabelAt] = []
    for at, dated in enumerate(expressions):
        before = befores[at]
        if row and not before:
            yield from _kept(dated, row.pop(0), 0)
            continue
        row = []
        if not before:
            yield from _kept(dated, None, 0)
            continue
        nearest = before[-1]
        if dated.form == "day" and "\n" in flat[nearest.end : dated.start] and _followed(folded, dated.end, sought):
            continue
        if len(before) > 1 and "\n" in flat[nearest.end : dated.start] and len(before) == _following(befores, at):
            row = list(before)
            yield from _kept(dated, row.pop(0), 0)
        elif _mixed(before if dated.form in ("month", "quarter", "year") else _pile(flat, before)):
            if dated.form in ("month", "quarter", "year"):
                nearest = max(
                    (one for one in before if one.kind != "other"), key=lambda one: (one.kind == "own", one.end)
                )
                yield from _kept(dated, nearest, dated.start - nearest.end)
        else:
            yield from _kept(dated, nearest, dated.start - nearest.end)


def _pile(flat: str, before: Sequence[LabelAt]) -> Sequence[LabelAt]:
    """The last labels that stand together: in one line, or with hardly a word between them."""
    first = len(before) - 1
    while first and (before[first].apart <= 2 or "\n" not in flat[before[first - 1].end : before[first].start]):
        first -= 1
    return before[first:]


def _mixed(labels_: Sequence[LabelAt]) -> bool:
    """Whether some are a period's and some another date's."""
    return len({one.kind == "other" for one in labels_}) > 1


def _followed(folded: Folded, end: int, sought: Labels) -> bool:
    """Whether the label of another date stands right behind a date: on pages turned over, labels come after."""
    line = folded.flat.find("\n", end)
    after = labels_in(folded, end, min(end + 40, line if line >= 0 else len(folded.flat)), sought)
    return bool(after) and after[0].kind == "other" and after[0].start - end <= 2


def _following(befores: Sequence[Sequence[LabelAt]], at: int) -> int:
    """How many expressions share the labels before one: it and those that follow without a label of their own."""
    count = 1
    while at + count < len(befores) and not befores[at + count]:
        count += 1
    return count


def _kept(dated: Dated, label: LabelAt | None, distance: int) -> Iterator[tuple[Dated, str, int]]:
    """An expression with its label and rank, if it may be a period."""
    by_itself = dated.form in ("month", "span", "quarter")
    rank = _RANKS[label.kind] if label and distance <= (_FAR if by_itself or label.kind == "own" else _REACH) else 0
    if rank < 0 and by_itself and distance > _CLOSE:
        rank = 0
    name = " ".join(label.words) if label and rank > 0 else ""
    if dated.form == "year" and rank < 2:
        name, rank = "ano-calendario", 2
    rank = rank or int(by_itself)
    if rank >= (3 if dated.form == "bare" else 2 if dated.form in ("day", "short") else 1):
        yield dated, name, rank


def _read(dated: Dated, of: PeriodOf) -> list[tuple[str, bool]]:
    """What an expression says: periods, and whether that is the only way to read it."""
    first, last, year = dated.first, dated.last, dated.last[:4]
    if dated.form in ("year", "bare"):
        return [(year, True)]
    if of is PeriodOf.YEAR:
        return [(year, first != last or dated.form == "day")] if first[:4] == year else []
    if of is PeriodOf.FIRST:
        return [(first, True)]
    whole_year = last.endswith("-12") and first == f"{year}-01"
    if whole_year or (of is PeriodOf.LAST and last.endswith("-12") and dated.form == "day"):
        return [(last, False), (year, False)]
    return [(last, of is PeriodOf.LAST or first == last or dated.form == "quarter")]
