"""From what a file says to whose it is, what it is and for which period: with reasons, and certain only where it is.

Rules of the office come before the catalogue's; of several that fit, the more specific one wins, then the one whose
label stands before a client's number; what remains tied is for a person. A folder of the inbox that names a template
decides a tie, and speaks alone only for a template without rules; one that names a client decides nothing, but a
document that contradicts it goes to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.domain.models import PeriodOf, Rule
from core.domain.recognition import Guess, Reading, Recognition
from core.domain.tax_ids import format_tax_id
from core.domain.text import Text, fold
from core.express.folding import Folded, fold_text
from core.express.known import Known, client_of_folder, fits, template_of_folder
from core.express.names import alike, is_named, named_in
from core.express.periods import PeriodAt, agreed, periods_in
from core.express.rules import Fit, most_specific, outdoes
from core.express.whose import Numbers, Verdict, numbers_on, verdict

_GUESSES = 5

BY_NUMBER = Text("o CNPJ ou CPF {number} está no documento", "the CNPJ or CPF {number} is on the document")
BY_LABEL = Text(
    "{number} está depois de {labels}, que nomeia o cliente", "{number} stands behind {labels}, which names the client"
)
BY_ROOT = Text(
    "a raiz {number} é a do cliente: talvez uma filial", "the root {number} is the client's: perhaps a branch"
)
BY_NAME = Text("o nome parece o do cliente ({score} de 100)", "the name resembles the client's ({score} of 100)")
BY_FOLDER = Text("estava na pasta {folder}", "it lay in the folder {folder}")
BY_PHRASES = Text("encontrado: {phrases}", "found: {phrases}")
BY_FILE_NAME = Text("pelo nome do arquivo", "by the file's name")
NEAR_LABEL = Text("depois de {label}", "behind {label}")
ONLY_ONE = Text("no texto, sem rótulo", "in the text, without a label")

NO_NUMBER = Text("nenhum CNPJ ou CPF completo de cliente", "no client's full CNPJ or CPF")
SEVERAL_CLIENTS = Text("números de mais de um cliente: {clients}", "numbers of more than one client: {clients}")
OTHER_LABELLED = Text(
    "o rótulo do cliente aponta um número que não é de cliente",
    "the client's label points to a number that is no client's",
)
OTHER_NAME = Text(
    "o número é de {client}, mas o nome no documento é de {other}",
    "the number is {client}'s, but the name on the document is {other}'s",
)
OTHER_FOLDER = Text(
    "o documento é de {client}, mas a pasta é de {other}", "the document is {client}'s, but the folder is {other}'s"
)
NO_TEMPLATE = Text("nenhum template reconhecido", "no template recognised")
SEVERAL_TEMPLATES = Text("serve a mais de um template: {templates}", "fits more than one template: {templates}")
SEVERAL_DOCUMENTS = Text(
    "mais de um documento no arquivo: {templates}", "more than one document in the file: {templates}"
)
TEMPLATE_FOLDER = Text("a pasta é de outro template: {template}", "the folder is another template's: {template}")
NO_PERIOD = Text("nenhuma competência clara", "no clear period")
SEVERAL_PERIODS = Text("mais de uma competência possível: {periods}", "more than one possible period: {periods}")


class _What(NamedTuple):
    """The template that is certain, if one is, with the fit that says so, and all that came into question."""

    template: str | None
    fit: Fit | None
    verdict: Verdict
    guesses: tuple[Guess, ...]
    trouble: tuple[str, str] | None


def recognise(reading: Reading, file_name: str, folder_names: Sequence[str], known: Known) -> Recognition:
    """Conclude from a reading whose, what and when its document is.

    Args:
        folder_names: the inbox's subfolders that the file lay in, outermost first.

    Returns:
        Guesses in order, best first; `client`, `template` and `period` only where they are certain.
    """
    folded, name = fold_text(reading.text), fold(file_name)
    numbers = numbers_on(reading, known)
    what = _what(reading, folded, name, folder_names, numbers, known)
    client, clients, client_trouble = _whose(folded, folder_names, numbers, what.verdict, known)
    rule = what.fit.rule.rule if what.fit else None
    said, periods, period_trouble, needed = _when(reading, folded, file_name, what.template, rule, known)
    troubles = [one for one in (client_trouble, what.trouble, period_trouble) if one]
    reasons = troubles or [guesses[0].reason for guesses in (clients, what.guesses, periods) if guesses]
    return Recognition(
        client=client,
        template=what.template,
        period=said[0] if len(said) == 1 else None,
        period_needed=needed,
        period_options=said if len(said) > 1 else (),
        clients=clients,
        templates=what.guesses,
        periods=periods,
        reason=("; ".join(pt for pt, _ in reasons), "; ".join(en for _, en in reasons)),
    )


def _what(reading: Reading, folded: Folded, name: str, folders: Sequence[str], numbers: Numbers, known: Known) -> _What:
    found = fits(known, folded, name)
    best: dict[str, Fit] = {}
    for template, its in most_specific(found):
        best.setdefault(template, its)
    verdicts = {template: verdict(reading, folded, numbers, its.rule.rule, known) for template, its in best.items()}
    by_folder = next((one for folder in reversed(folders) if (one := template_of_folder(known, folder))), None)
    chosen = list(best)
    if len(chosen) > 1:
        chosen = [one for one in chosen if not verdicts[one].against] or chosen
    if len(chosen) > 1 and len(numbers.clients) == 1:  # between two clients, the paper may be either one's
        chosen = [one for one in chosen if verdicts[one].by_label] or chosen
    if len(chosen) > 1 and by_folder in chosen:
        chosen = [by_folder]
    guesses = _template_guesses(found, best, chosen, by_folder, folders, known)
    if not best:
        general = verdict(reading, folded, numbers, None, known)
        if by_folder and by_folder not in known.ruled:
            return _What(by_folder, None, general, guesses, None)
        return _What(None, None, general, guesses, _say(NO_TEMPLATE))
    if len(chosen) > 1:
        names = ", ".join(known.called[one] for one in chosen)
        agreed_on = {verdicts[one].client for one in chosen}
        shared = verdicts[chosen[0]] if len(agreed_on) == 1 else Verdict(None)
        return _What(None, best[chosen[0]], shared, guesses, _say(SEVERAL_TEMPLATES, templates=names))
    template = chosen[0]
    trouble = None
    others = _other_documents(reading, best[template], template, name, known)
    if others:
        listed = ", ".join(known.called[one] for one in (template, *others))
        trouble = _say(SEVERAL_DOCUMENTS, templates=listed)
    elif by_folder and by_folder != template:
        trouble = _say(TEMPLATE_FOLDER, template=known.called[by_folder])
    return _What(None if trouble else template, best[template], verdicts[template], guesses, trouble)


def _other_documents(reading: Reading, chosen: Fit, template: str, name: str, known: Known) -> list[str]:
    """Templates that a single page is of, and the chosen rule does not contain: documents bound into one file."""
    if len(reading.pages) < 2:
        return []
    others: dict[str, None] = {}
    for page in reading.pages:
        found = [pair for pair in fits(known, fold_text(page), name) if pair[1].spans]
        best = most_specific(found)
        if best and not any(one == template for one, _ in found):
            others.update((one, None) for one, its in best[:1] if not outdoes(chosen, its))
    return list(others)


def _template_guesses(
    found: Sequence[tuple[str, Fit]],
    best: dict[str, Fit],
    chosen: Sequence[str],
    by_folder: str | None,
    folders: Sequence[str],
    known: Known,
) -> tuple[Guess, ...]:
    guesses = []
    heaviest: dict[str, Fit] = {}
    for template, one in found:
        if template not in heaviest or heaviest[template].weight < one.weight:
            heaviest[template] = one
    for template, one in sorted(heaviest.items(), key=lambda pair: (-pair[1].weight, pair[0])):
        sure = 0.98 if chosen == [template] else 0.6 if template in chosen else 0.4 if template in best else 0.2
        phrases = dict.fromkeys(each.text for each in (*one.rule.all, *one.rule.any) if each.compact in one.phrases)
        reason = _say(BY_PHRASES, phrases=", ".join(phrases)) if phrases else _say(BY_FILE_NAME)
        guesses.append(Guess(value=template, confidence=sure, reason=reason, spans=one.spans))
    if by_folder and by_folder not in heaviest:
        reason = _say(BY_FOLDER, folder=folders[-1])
        guesses.append(Guess(value=by_folder, confidence=0.9 if not found else 0.3, reason=reason))
    return _ordered(guesses)


def _whose(
    folded: Folded, folders: Sequence[str], numbers: Numbers, decided: Verdict, known: Known
) -> tuple[str | None, tuple[Guess, ...], tuple[str, str] | None]:
    in_folder = next((one for folder in reversed(folders) if (one := client_of_folder(known, folder))), None)
    guesses = _client_guesses(folded, folders, in_folder, numbers, decided, known)
    client = decided.client
    if client is None:
        if decided.against:
            return None, guesses, _say(OTHER_LABELLED)
        if numbers.clients:
            names = ", ".join(known.clients[one].name for one in numbers.clients)
            return None, guesses, _say(SEVERAL_CLIENTS, clients=names)
        return None, guesses, _say(NO_NUMBER)
    if in_folder and in_folder != client:
        this, other = known.clients[client].name, known.clients[in_folder].name
        return None, guesses, _say(OTHER_FOLDER, client=this, other=other)
    named = {} if is_named(folded, known.clients[client]) else named_in(folded, known.names)
    others = [one for one in named if one not in numbers.clients]
    if others:
        this, other = known.clients[client].name, known.clients[others[0]].name
        spans = (folded.span(*named[others[0]]),)
        guess = Guess(value=others[0], confidence=0.5, reason=_say(BY_NAME, score=100), spans=spans)
        return None, _ordered([*guesses, guess]), _say(OTHER_NAME, client=this, other=other)
    return client, guesses, None


def _client_guesses(
    folded: Folded, folders: Sequence[str], in_folder: str | None, numbers: Numbers, decided: Verdict, known: Known
) -> tuple[Guess, ...]:
    guesses = []
    for client, places in numbers.clients.items():
        number = format_tax_id(places[0].tax_id)
        sure = 0.99 if client == decided.client else 0.6 if in_folder == client else 0.5
        reason = _say(BY_NUMBER, number=number)
        spans = tuple(at.span for at in places if at.span.end)
        guesses.append(Guess(value=client, confidence=sure, reason=reason, spans=spans))
    if in_folder and in_folder not in numbers.clients:
        guesses.append(Guess(value=in_folder, confidence=0.55, reason=_say(BY_FOLDER, folder=folders[-1])))
    if not numbers.clients:
        for at in numbers.all:
            for client in known.by_root.get(at.tax_id[:8], ()) if _may_be_branch(at.tax_id, known) else ():
                reason = _say(BY_ROOT, number=format_tax_id(at.tax_id)[:10])
                guesses.append(Guess(value=client, confidence=0.5, reason=reason, spans=(at.span,)))
        for named in alike(folded, known.names)[:_GUESSES]:
            reason, span = _say(BY_NAME, score=round(named.score)), folded.span(named.start, named.end)
            guesses.append(Guess(value=named.client, confidence=named.score / 250, reason=reason, spans=(span,)))
    return _ordered(guesses)


def _may_be_branch(number: str, known: Known) -> bool:
    return len(number) == 14 and number not in known.own


def _when(
    reading: Reading, folded: Folded, file_name: str, template: str | None, rule: Rule | None, known: Known
) -> tuple[tuple[str, ...], tuple[Guess, ...], tuple[str, str] | None, bool]:
    of = rule.period_of if rule else PeriodOf.MONTH
    needed = of is not PeriodOf.NONE and (template is None or known.templates[template].validate_period)
    found = periods_in(folded, rule.period_after if rule else (), of)
    if reading.issued and not (found and found[0].rank == 3):
        month = f"{reading.issued:%Y-%m}"
        found = [PeriodAt(month, 0, 0, 2, "dhEmi"), *(at for at in found if at.rank < 2 and at.period != month)]
    said = agreed(found)
    guesses = [_period_guess(at, said, folded) for at in found]
    for at in () if said else periods_in(fold_text(" ".join(file_name.replace("_", " ").split())), (), of):
        if all(guess.value != at.period for guess in guesses):
            guesses.append(Guess(value=at.period, confidence=0.3, reason=_say(BY_FILE_NAME)))
    ordered = _ordered(guesses)
    if len(said) == 1 or not needed:
        return said, ordered, None, needed
    listed = ", ".join(guess.value for guess in ordered)
    return said, ordered, _say(SEVERAL_PERIODS, periods=listed) if ordered else _say(NO_PERIOD), needed


def _period_guess(at: PeriodAt, said: Sequence[str], folded: Folded) -> Guess:
    sure = (0.0, 0.8, 0.95, 0.97)[at.rank] if at.period in said else (0.0, 0.2, 0.4, 0.5)[at.rank]
    reason = _say(NEAR_LABEL, label=at.label) if at.label else _say(ONLY_ONE)
    spans = (folded.span(at.start, at.end),) if at.end else ()
    return Guess(
        value=at.period, confidence=sure / len(said) if at.period in said else sure, reason=reason, spans=spans
    )


def _ordered(guesses: Sequence[Guess]) -> tuple[Guess, ...]:
    """Best first, each value once, and not too many."""
    best: dict[str, Guess] = {}
    for guess in sorted(guesses, key=lambda one: -one.confidence):
        best.setdefault(guess.value, guess)
    return tuple(best.values())[:_GUESSES]


def _say(text: Text, **params: object) -> tuple[str, str]:
    return text.pt.format(**params), text.en.format(**params)
