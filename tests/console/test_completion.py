"""The summary before completing, while others change what it is of; the messages say what would be lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from core.domain.models import TaskStatus
from core.domain.text import Text
from core.office import Context, Refused, documents, mapping
from core.office.foresight import foresee
from tests.console.conftest import sitting
from tests.console.sample import OWNER
from tui.screens import completing, completion

Size = tuple[int, int]


async def test_what_another_changes_while_completing_asks_is_looked_at_anew(
    work: Path, other: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The yes was to another folder, or to fewer documents: what has gone to a client does not come back."""
    monkeypatch.setattr(completion, "TO_READ", 600.0)
    async with sitting(work) as desk:
        await desk.press("3", "slash", *"T0004", "enter", "c")
        await desk.see("Fiscal > ISS", "1 envio sairá agora")
        task = other.store.tasks.get("T0004")
        assert task is not None
        await asyncio.to_thread(mapping.map_templates, other, OWNER, task.templates, ("De", "Outro"))
        await desk.see("De > Outro", "Algo mudou nestas tarefas ou pastas; olhado de novo às")
        await desk.press("s")
        now = other.store.tasks.get("T0004")
        assert now is not None and now.status is TaskStatus.OPEN, "it was sent to where nobody was told"
        desk.app.screen._readable = 0.0  # a moment later
        await desk.go("s", see="T0004 concluída; documentos na fila: 1.")


async def test_a_failure_to_come_is_read_to_its_end(work: Path, other: Context, tmp_path: Path, size: Size) -> None:
    """The line had room for it: where it would have lain, there is nothing to say."""
    file = tmp_path / f"{'Balancete analítico com notas ' * 4}.pdf"
    file.write_bytes(b"%PDF-1.4")
    documents.attach_files(other, OWNER, "T0004", [file], "balancete")
    async with sitting(work, size) as desk:
        await desk.press("3", "slash", *"T0004", "enter", "c", "down")
        await desk.see("vai falhar: O template Balancete Mensal não tem pasta de destino. → Escolha a pasta")
        await desk.see("Templates (2).")
        assert "vai falhar: O template Balancete Mensal não tem pa" in desk.rows.text


async def test_what_changes_while_the_portal_is_looked_at_for_completion_is_not_missed(
    work: Path, other: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow portal is looked at for minutes: what someone changes then was in no summary, and was not told either."""
    changed: list[object] = []

    def slow(*args: Any) -> Any:
        found = foresee(*args)
        if not changed:
            changed.append(mapping.map_templates(other, OWNER, found_template(other), ("De", "Outro")))
        return found

    monkeypatch.setattr(completing, "foresee", slow)
    async with sitting(work) as desk:
        await desk.press("3", "slash", *"T0004", "enter", "c")
        await desk.see("De > Outro", "olhado de novo às")


def found_template(ctx: Context) -> Sequence[str]:
    task = ctx.store.tasks.get("T0004")
    assert task is not None
    return task.templates


async def test_a_look_that_fails_leaves_the_summary_to_be_asked_anew(
    work: Path, other: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no longer so must not be confirmed because the portal went away just then."""
    async with sitting(work) as desk:
        await desk.press("3", "slash", *"T0004", "enter", "c")
        await desk.see("Fiscal > ISS", "1 envio sairá agora")

        def fails(*_: Any) -> Any:
            raise Refused(Text("não", "no"))

        monkeypatch.setattr(completion, "foresee", fails)
        await asyncio.to_thread(mapping.map_templates, other, OWNER, found_template(other), ("De", "Outro"))
        await desk.see("Algo mudou agora nestas tarefas ou pastas: s olha de novo")
        monkeypatch.setattr(completion, "foresee", foresee)
        await desk.go("s", see="De > Outro")
        now = other.store.tasks.get("T0004")
        assert now is not None and now.status is TaskStatus.OPEN
