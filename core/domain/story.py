"""One document's story, read from its events alone: where it is, why there, what comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from shlex import quote

from core.domain.failures import FAILURES
from core.domain.figures import dated_text, kept_text
from core.domain.models import Event
from core.domain.text import Sentence, Text

PLACED = ("delivered", "replaced", "already_there", "kept_both")
TURNS = (
    *PLACED,
    *("attached", "version_attached", "queued", "requeued", "waiting", "failed", "skipped", "removed"),
    *("reopened", "taken_over"),
)
"""The events after which something else comes next."""

NOWHERE = Text("ainda não está no portal", "not at the portal yet")
AT = Text("{place} (desde {at})", "{place} (since {at})")
NO_REASON = Text("-", "-")
BY_TEMPLATE = Text(
    "o template {template_name} vai para {destination}, e o nome estava livre",
    "the template {template_name} goes to {destination}, and the name was free",
)
REPLACED = Text(
    "o template {template_name} vai para {destination}; tomou o lugar da versão anterior, ainda não vista",
    "the template {template_name} goes to {destination}; it took the earlier version's place, not yet seen",
)
ALREADY = Text(
    "o template {template_name} vai para {destination}, e lá já estavam exatamente estes bytes",
    "the template {template_name} goes to {destination}, and these very bytes lay there",
)
BESIDE = Text("{wanted} já existia ({why}); nada foi tocado", "{wanted} existed ({why}); nothing was touched")
WHY = {"delivered": BY_TEMPLATE, "replaced": REPLACED, "already_there": ALREADY, "kept_both": BESIDE}

NOTHING = Text("nada: está entregue; uma nova versão será enviada ao ser anexada", "nothing: it is delivered")
ON_COMPLETION = Text("espera: só sai quando a tarefa for concluída", "waits: it leaves once its task is completed")
AGAIN_ON_COMPLETION = Text(
    "espera a tarefa ser concluída de novo (malote complete {task})",
    "waits until the task is completed again (malote complete {task})",
)
DUE = Text("sai no próximo envio (malote deliver)", "leaves with the next sending (malote deliver)")
ON_REQUEST = Text(
    "concluído com a integração inativa: só sai a pedido (malote activate --send-pending)",
    "completed while inactive: leaves on request only (malote activate --send-pending)",
)
RETRIED = Text("nova tentativa em {retry_at}", "tried again at {retry_at}")
NEVER = Text("nada: não será enviado", "nothing: it is not sent")
ENDED = Text("nada: foi removido", "nothing: it was removed")


def where(events: Sequence[Event]) -> Sentence:
    """Where the last version that reached the portal lies."""
    placed = _last(events, PLACED)
    if placed is None:
        return Sentence(NOWHERE)
    return Sentence(AT, {"place": placed.params["place"], "at": dated_text(placed.at, "%d/%m/%Y %H:%M")})


def why(events: Sequence[Event]) -> Sentence:
    """Why it lies there."""
    placed = _last(events, PLACED)
    if placed is None:
        return Sentence(NO_REASON)
    return Sentence(_both(WHY[placed.code], placed))


def what_next(events: Sequence[Event]) -> Sentence:
    """What happens next, and who makes it happen."""
    turn = _last(events, ("removed",)) or _last(events, TURNS)  # nothing comes after a removal
    match turn.code if turn else "":
        case "queued" | "requeued" | "taken_over":
            assert turn is not None
            match turn.params.get("hold"):
                case "inactive":
                    return Sentence(ON_REQUEST)
                case "reopened":
                    return Sentence(AGAIN_ON_COMPLETION, {"task": quote(turn.task or "")})
            return Sentence(DUE)
        case "reopened":
            assert turn is not None
            delivered = _last(events, (*PLACED, "version_attached", "queued", "requeued"))
            done = delivered is not None and delivered.code in PLACED
            return Sentence(NOTHING) if done else Sentence(AGAIN_ON_COMPLETION, {"task": quote(turn.task or "")})
        case "waiting":
            assert turn is not None
            return Sentence(RETRIED, {"retry_at": kept_text(turn.params["retry_at"], "%d/%m/%Y %H:%M:%S")})
        case "failed":
            assert turn is not None
            return Sentence(_both(FAILURES[turn.params["failure"]].remedy, turn))
        case "skipped":
            return Sentence(NEVER)
        case "removed":
            return Sentence(ENDED)
        case "attached" | "version_attached":
            return Sentence(ON_COMPLETION)
    return Sentence(NOTHING)


def _last(events: Sequence[Event], codes: Sequence[str]) -> Event | None:
    return next((event for event in reversed(events) if event.code in codes), None)


def _both(text: Text, event: Event) -> Text:
    """The text filled in both languages, whatever an older event's params lack; braces in names are kept."""

    def fill(lang: str) -> str:
        params: dict[str, object] = defaultdict(str, event.params)
        params |= {key: Text(*value).text(lang) for key, value in event.params.items() if isinstance(value, list)}
        return text.text(lang).format_map(params).replace("{", "{{").replace("}", "}}")

    return Text(fill("pt"), fill("en"))
