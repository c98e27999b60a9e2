"""`malote express`, without files: deciding about those that wait for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.cli.call import DONE, Call
from core.cli.express import NOTHING_WAITS, tell_next
from core.domain.lineage import Attached
from core.domain.models import rfc3339
from core.domain.text import Text, plain

if TYPE_CHECKING:
    from core.domain.express import Waiting
    from core.office import Context

WAITS = Text("{id}  {name}", "{id}  {name}")
GUESS = Text("    talvez: {guess} ({reason})", "    perhaps: {guess} ({reason})")
HOW = Text(
    "Para decidir: malote express --confirm ID --task TAREFA, ou --discard ID.",
    "To decide: malote express --confirm ID --task TASK, or --discard ID.",
)
ATTACHED = Text("{name} anexado à tarefa {task}.", "{name} attached to the task {task}.")
REMEMBERED = Text("Regra feita para {template}: {phrases}", "Rule made for {template}: {phrases}")
CATCHES = Text(
    "Atenção: a regra também serve a documentos de {template}: {files}",
    "Note that the rule also catches documents of {template}: {files}",
)
DISCARDED = Text("Descartado; está em {place}", "Discarded; it lies in {place}")


def list_command(call: Call) -> int:
    from core.office.unrecognised import waiting

    with call.reading() as ctx:
        rows = list(waiting(ctx))
        if call.json:
            call.dump([_waiting_json(one, call.lang) for one in rows])
            return DONE
        for one in rows:
            _show_waiting(call, ctx, one)
    call.tell(HOW if rows else NOTHING_WAITS)
    return DONE


def _show_waiting(call: Call, ctx: Context, row: Waiting) -> None:
    from core.domain.express import sentence

    reason = sentence(row.doubt, row.params).say(call.lang)
    call.print(call.say(WAITS, id=row.id, name=row.name))
    call.print(f"    {reason}")
    found = row.recognition
    names: dict[str, str] = {}
    names |= {key: one.name for key, one in ctx.store.clients.get_many(one.value for one in found.clients[:1]).items()}
    names |= {k: one.name for k, one in ctx.store.templates.get_many(one.value for one in found.templates[:1]).items()}
    for guesses in (found.clients, found.templates, found.periods):
        for guess in guesses[:1]:
            shown = f"{guess.value} {names.get(guess.value, '')}".strip()
            call.print(call.say(GUESS, guess=shown, reason=Text(*guess.reason).text(call.lang)))


def _waiting_json(row: Waiting, lang: str) -> dict[str, Any]:
    from core.domain.express import sentence

    found = row.recognition

    def guesses(some: Any) -> list[dict[str, Any]]:
        return [
            {"value": one.value, "confidence": round(one.confidence, 3), "reason": plain(Text(*one.reason).text(lang))}
            for one in some
        ]

    return {
        "id": row.id,
        "name": row.name,
        "file": row.file_name,
        "folders": list(row.folders),
        "size": row.size,
        "sha256": row.sha256 or None,
        "at": rfc3339(row.found_at),
        "doubt": row.doubt,
        "reason": plain(sentence(row.doubt, row.params).say(lang)),
        "client": found.client,
        "template": found.template,
        "period": found.period,
        "clients": guesses(found.clients),
        "templates": guesses(found.templates),
        "periods": guesses(found.periods),
    }


def confirm_command(call: Call) -> int:
    from core.office.confirming import confirm

    args = call.args
    with call.office() as (ctx, actor):
        done = confirm(
            ctx,
            actor,
            args.confirm,
            task=args.task,
            client=args.client,
            template=args.template,
            remember=args.remember,
            confirm_client=args.confirm_client,
        )
    document, rule = done.attached.document, done.rule
    if call.json:
        call.dump(
            {
                "document": document.id,
                "task": document.task,
                "client": document.client,
                "template": document.template,
                "name": document.name,
                "what": str(done.attached.what),
                "delivery": None if done.attached.delivery is None else done.attached.delivery.id,
                "completed": done.completed,
                "rule": None if rule is None else rule.model_dump(mode="json"),
                "catches": done.catches,
            }
        )
        return DONE
    if done.attached.what is Attached.SAME:
        from core.office.words import ATTACHED as SAID

        call.print(call.say(SAID[Attached.SAME], name=document.name))
    else:
        call.print(call.say(ATTACHED, name=document.name, task=document.task))
    for warning in done.attached.warnings:
        call.print(f"  {warning.say(call.lang)}")
    if rule is not None:
        call.print(call.say(REMEMBERED, template=document.template, phrases=" | ".join((*rule.all, *rule.any))))
    for other, files in done.catches.items():
        call.tell(CATCHES, template=other, files=", ".join(files[:5]))
    with call.reading() as ctx:
        tell_next(call, ctx, [document.task])
    return DONE


def discard_command(call: Call) -> int:
    from core.office.confirming import discard

    with call.office() as (ctx, actor):
        places = [discard(ctx, actor, key) for key in call.args.discard]
    if call.json:
        call.dump([str(place) for place in places])
        return DONE
    for place in places:
        call.print(call.say(DISCARDED, place=place))
    return DONE
