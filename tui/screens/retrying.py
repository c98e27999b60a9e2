"""Trying again what failed: one, several, or all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.domain.text import Text
from core.office import sending
from core.office.words import QUEUED_AGAIN
from tui.screens.place import Place

NOTHING_FAILED = Text(
    "Nada a reenviar: nenhum envio falhou nem espera.", "Nothing to send again: none failed, none waits."
)


def retry(place: Place[Any], deliveries: Sequence[str] | None) -> None:
    """Queue failed or waiting deliveries again; None for all."""
    desk = place.desk

    def done(count: int) -> None:
        if count:
            place.notice("✓ " + desk.say(QUEUED_AGAIN, count=count), "good")
        else:
            place.notice(desk.say(NOTHING_FAILED), "muted")

    place.act(lambda: sending.retry(desk.ctx, desk.actor, deliveries), done)
