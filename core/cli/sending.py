"""`malote deliver`, `run`, `retry`."""

from __future__ import annotations

import asyncio
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from core.cli.call import DONE, NOT_ALL, PORTAL, USAGE, Call
from core.delivery.settling import Settlement
from core.delivery.worker import Summary, Worker
from core.domain.events import message
from core.domain.models import Event, Hold, rfc3339
from core.domain.text import Text, plain
from core.office import Context, sending
from core.office.health import told
from core.office.words import QUEUED_AGAIN

OUTCOMES = {
    "delivered": Text("enviados", "delivered"),
    "replaced": Text("substituídos", "replaced"),
    "kept_both": Text("mantidos ao lado", "kept beside"),
    "already_there": Text("já estavam lá", "already there"),
    "skipped": Text("não enviados", "skipped"),
    "cancelled": Text("cancelados", "cancelled"),
    "failed": Text("com falha", "failed"),
    "queued": Text("a tentar de novo", "to be tried again"),
}
STILL_WAITING = Text("Ainda na fila: {count}.", "Still queued: {count}.")
NOTHING = Text("Nada a enviar.", "Nothing to send.")
INACTIVE = Text(
    "A integração está inativa: {count} envios esperam. Ative com: malote activate.",
    "The integration is inactive: {count} deliveries wait. Activate it: malote activate.",
)
SEE_ERRORS = Text("Para ver o que falhou e como resolver: malote errors.", "To see what failed: malote errors.")
ON_REQUEST = Text(
    "{count} envios concluídos com a integração inativa só saem a pedido: malote activate --send-pending.",
    "{count} deliveries completed while inactive leave on request only: malote activate --send-pending.",
)
SENDING = Text("Enviando", "Sending")
STOPPING = Text("Terminando o que está em andamento…", "Finishing what is in flight…")
RUNNING = Text(
    "Enviando o que chegar, e de olho na caixa de entrada; Ctrl-C para parar.",
    "Sending whatever comes, and watching the inbox; Ctrl-C stops it.",
)
WHICH = Text(
    "Diga quais envios, ou todos: malote retry ENVIO …, ou malote retry --all.",
    "Name the deliveries, or all: malote retry DELIVERY …, or malote retry --all.",
)
PATIENCE = 3600.0
"""Seconds: nobody watches `run`, so it outlasts a process that was stopped while it was its turn to write."""


def deliver_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.epilog = Text(
        "saída: 0 tudo enviado; 1 algo falhou ou espera; 4 o portal não responde",
        "exit: 0 all sent; 1 something failed or waits; 4 the portal cannot be reached",
    ).text(lang)


def deliver_command(call: Call) -> int:
    with call.reading() as ctx:
        before = ctx.store.deliveries.counts()["queued"] - sum(ctx.store.deliveries.held_counts().values())
        with _progress(call, before) as report:
            summary = sending.deliver(ctx, report, lambda worker: _stop_on_signals(call, worker))
        return _conclude(call, ctx, summary)


def run_arguments(parser: ArgumentParser, lang: str) -> None:
    pass


def run_command(call: Call) -> int:
    def started(worker: Worker) -> None:
        _stop_on_signals(call, worker)
        call.tell(RUNNING)

    with call.reading(wait=PATIENCE) as ctx:
        sending.run(ctx, lambda one: _line(call, one), started, lambda one: _event(call, one), call.complain)
    return DONE


def retry_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.add_argument(
        "delivery",
        nargs="*",
        metavar=Text("ENVIO", "DELIVERY").text(lang),
        help=Text("código do envio, ou TAREFA/NOME DO ARQUIVO", "the delivery's id, or TASK/FILE NAME").text(lang),
    )
    parser.add_argument("--all", action="store_true", help=Text("todos", "all of them").text(lang))


def retry_command(call: Call) -> int:
    args = call.args
    if bool(args.delivery) == args.all:
        call.tell(WHICH)
        return USAGE
    with call.office() as (ctx, actor):
        count = sending.retry(ctx, actor, None if args.all else args.delivery)
    if call.json:
        call.dump({"queued": count})
    else:
        call.print(call.say(QUEUED_AGAIN, count=count))
    return DONE


def _conclude(call: Call, ctx: Context, summary: Summary) -> int:
    counts, held = ctx.store.deliveries.counts(), ctx.store.deliveries.held_counts()
    active = ctx.store.integration().active
    on_request = held.get(Hold.INACTIVE, 0)
    waiting = counts["queued"] - held.get(Hold.REOPENED, 0) - (on_request if active else 0)
    paused = summary.paused
    if call.json:
        call.dump(_json(summary, waiting, counts["failed"]))
    else:
        done = [f"{call.say(OUTCOMES[code])}: {count}" for code, count in sorted(summary.outcomes.items())]
        if done or not waiting:
            call.print("; ".join(done) + "." if done else call.say(NOTHING))
        if waiting:
            call.print(call.say(STILL_WAITING, count=waiting))
    if not active and waiting:
        call.tell(INACTIVE, count=waiting)
    elif on_request:
        call.tell(ON_REQUEST, count=on_request)
    if paused is not None:
        call.tell(Text("{what}", "{what}"), what=told(paused).say(call.lang).strip())
    if counts["failed"] or paused:
        call.tell(SEE_ERRORS)
    if paused is not None and not summary.outcomes:
        return PORTAL
    return NOT_ALL if counts["failed"] or waiting else DONE


def _json(summary: Summary, waiting: int, failed: int) -> dict[str, Any]:
    pause = summary.paused
    return {
        "outcomes": dict(summary.outcomes),
        "waiting": waiting,
        "failed": failed,
        "paused": pause
        and {"code": pause.code, "retry_at": None if pause.retry_at is None else rfc3339(pause.retry_at)},
    }


@contextmanager
def _progress(call: Call, total: int) -> Iterator[Callable[[Settlement], None]]:
    """A bar on a terminal, lines otherwise; on stderr."""
    if not sys.stderr.isatty() or not total:
        yield lambda one: _line(call, one)
        return
    from rich.console import Console  # for terminals only
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(call.say(SENDING)), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), refresh_per_second=4) as progress:
        bar = progress.add_task("", total=total)

        causes: set[tuple[str | None, str]] = set()

        def report(one: Settlement) -> None:
            progress.advance(bar)
            cause = (one.delivery.failure, one.delivery.template)
            if one.delivery.failure and cause not in causes:  # once, or the screen tells nothing else
                causes.add(cause)
                progress.console.print(_told(call, one), markup=False, highlight=False)

        yield report


def _line(call: Call, one: Settlement) -> None:
    if one.events:
        sys.stderr.write(_told(call, one) + "\n")


def _event(call: Call, event: Event) -> None:
    where = event.task or ""
    sys.stderr.write(plain(f"{where}  {message(event, call.lang)}".lstrip()) + "\n")


def _told(call: Call, one: Settlement) -> str:
    return plain(f"{one.delivery.task}  {message(one.events[0], call.lang)}" if one.events else one.delivery.task)


def _stop_on_signals(call: Call, worker: Worker) -> None:
    """The first SIGINT or SIGTERM finishes what is in flight; a second SIGINT ends at once, as a crash would."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        call.tell(STOPPING)
        worker.stopping.set()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
