"""Trying again what failed: one, several, or all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.office import sending
from core.office.words import QUEUED_AGAIN
from tui.screens.place import Place


def retry(place: Place[Any], deliveries: Sequence[str] | None) -> None:
    """Queue failed or waiting deliveries again; None for all."""
    desk = place.desk
    place.act(
        lambda: sending.retry(desk.ctx, desk.actor, deliveries),
        lambda count: place.notice("✓ " + desk.say(QUEUED_AGAIN, count=count), "good"),
    )
