"""A client's protocol of delivery: asks of which period, and where to write it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from core.domain.models import Client
from core.domain.names import legal_file_name
from core.domain.periods import parse_period
from core.domain.text import Text
from core.office import protocol as protocols
from core.office import protocol_files
from core.office.errors import Refused
from core.office.protocol import Protocol
from tui.screens.ask import Ask
from tui.screens.log_dialogs import SaveTo
from tui.screens.place import Place
from tui.work import in_thread

WHICH = Text("Protocolo de entrega de {client}: qual competência?", "Proof of delivery of {client}: which period?")
FORM = Text("Mês (2026-10) ou ano (2026, com os meses dele).", "A month (2026-10), or a year (2026) with its months.")
FORMS = Text(
    "O nome do arquivo diz a forma: .pdf para o cliente, .csv, .json.", "The file's ending says how: .pdf, .csv, .json."
)
ABOUT = Text("entregas: {count}", "deliveries: {count}")
SAVED = Text("✓ Protocolo salvo em {file}. Entregas: {count}.", "✓ Proof saved to {file}. Deliveries: {count}.")


def ask_protocol(place: Place[Any], client: Client) -> None:
    """Ask of which period, then where to write, and write."""
    desk = place.desk
    title = desk.say(WHICH, client=f"{client.id} {client.name}")
    last = _last_month(desk.ctx.now().astimezone().date())

    def read(period: str) -> Protocol:
        found = protocols.gather(desk.ctx, desk.actor, client.id, period)
        if not found.entries:
            lacks = " ".join(protocols.what_lacks(found, desk.lang))
            nothing = Text(*(f"{one} {{lacks}}" for one in protocols.NOTHING))
            raise Refused(nothing, client=f"{client.id} {client.name}", period=period, lacks=lacks)
        return found

    def chosen(typed: str | None) -> None:
        if typed:
            place.act(lambda: read(parse_period(typed)), lambda found: _save(place, found))

    ask = Ask(desk, title, last, parse_period, about=[desk.say(FORM)])
    place.console.open(ask, chosen)


def _save(place: Place[Any], found: Protocol) -> None:
    desk = place.desk
    lacking: list[str] = []

    async def write(file: Path, told: Callable[[int], None]) -> None:
        def do() -> None:
            checked = protocols.check(desk.ctx, found, told)
            protocol_files.write(checked, file, desk.lang)
            lacking[:] = protocols.what_lacks(checked, desk.lang)

        await in_thread(do)

    def saved(file: Path | None) -> None:
        if file is not None:
            words = [desk.say(SAVED, count=len(found.entries), file=file), *lacking]
            place.notice(" ".join(words), "warning" if lacking else "good")

    name, _ = legal_file_name(f"protocolo-{found.client.id}-{found.period}.pdf".replace("/", "-"))
    about = f"{desk.say(ABOUT, count=len(found.entries))}. {desk.say(FORMS)}"
    place.console.open(SaveTo(desk, name, write, len(found.entries), about), saved)


def _last_month(today: date) -> str:
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
