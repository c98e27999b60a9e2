"""Where one was, kept per login and person beside the office: there again, batch and all, after a lost connection."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from core.domain.permissions import Actor
from core.office import Context

LARGEST = 4_000_000
"""Bytes at most; what is larger is not kept."""


def file_of(ctx: Context, actor: Actor) -> Path:
    """Where someone's is kept, readable for the login alone: a fact of this host, not of the office."""
    login, person = quote(actor.login, safe=""), quote(actor.id, safe="")
    return ctx.folder / "host" / "consoles" / f"{login}@{person}.json"  # several people may share one login


def load(ctx: Context, actor: Actor) -> dict[str, Any]:
    """What was kept; nothing where nothing was, or it cannot be read."""
    path = file_of(ctx, actor)
    try:
        if path.stat().st_size > LARGEST:
            return {}
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def save(ctx: Context, actor: Actor, state: Mapping[str, Any]) -> None:
    """Keep it, whole or not at all; a disk that is full or not ours to write loses a convenience, nothing else."""
    text = json.dumps(state, ensure_ascii=False)
    path = file_of(ctx, actor)
    with suppress(OSError):
        if len(text) > LARGEST:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(mode=ctx.workers.stat().st_mode & 0o7777, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with open(temporary, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(text)
            temporary.rename(path)
        finally:
            temporary.unlink(missing_ok=True)
