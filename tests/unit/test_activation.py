"""Activation: nothing is sent before someone has looked at the mapping, and what someone chose is never overwritten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.domain.models import DestinationSource, Employee, Template
from core.domain.permissions import Actor
from core.office import Context, Refused, activation, documents
from core.office.mapping import map_templates, undo
from core.office.tasks import complete_task, reopen_task
from tests.office_setup import OWNER, Bench, bench, quick_folder

EVA = Actor.employee(Employee(id="eva", name="Eva", departments=("Fiscal",)), "eva")
STANDARD_DAS = ("Fiscal", "DAS")


@pytest.fixture(autouse=True)
def templates(ctx: Context) -> None:
    ctx.store.templates.save(
        [
            Template(id="das", name="DAS", department="Fiscal"),
            Template(id="folha", name="Resumo da Folha", department="Pessoal"),
            Template(id="silent", name="Balancete", department="Contábil", send=False),
            Template(id="strange", name="Coisa que ninguém conhece", department="Fiscal"),
        ]
    )


def template(ctx: Context, key: str) -> Template:
    found = ctx.store.templates.get(key)
    assert found is not None
    return found


def test_a_new_office_is_inactive(ctx: Context) -> None:
    assert not ctx.store.integration().active


def test_the_preview_changes_nothing_and_tells_all(ctx: Context) -> None:
    seen = activation.preview(ctx, standard_folders=True)
    assert {one.id: one.destination for one in seen.configured} == {
        "das": STANDARD_DAS,
        "folha": ("Pessoal", "Resumo Mensal"),
    }
    assert [one.id for one in seen.without_destination] == ["strange"]
    assert (template(ctx, "das").destination, ctx.store.events_after(0)) == (None, [])
    assert activation.preview(ctx, standard_folders=False).configured == ()


def test_activating_with_standard_folders_does_what_the_preview_said(ctx: Context) -> None:
    seen = activation.preview(ctx, standard_folders=True)
    done = activation.activate(ctx, OWNER, standard_folders=True)
    assert done.preview == seen
    assert (done.integration.active, done.integration.standard_folders, done.integration.by) == (True, True, OWNER.id)
    assert template(ctx, "das").destination == STANDARD_DAS
    assert template(ctx, "das").destination_source is DestinationSource.STANDARD
    assert template(ctx, "silent").destination is None
    assert [event.code for event in ctx.store.events_after(0)] == ["activated", "mapped", "mapped"]


def test_activating_without_them_maps_nothing(ctx: Context) -> None:
    activation.activate(ctx, OWNER)
    assert template(ctx, "das").destination is None


@pytest.mark.parametrize("source", [DestinationSource.HAND, DestinationSource.CSV])
def test_what_someone_chose_is_never_overwritten(ctx: Context, source: DestinationSource) -> None:
    chosen = template(ctx, "das").model_copy(update={"destination": ("Impostos",), "destination_source": source})
    ctx.store.templates.save([chosen])
    activation.activate(ctx, OWNER, standard_folders=True)
    assert template(ctx, "das") == chosen


def test_choosing_to_have_none_is_a_choice(ctx: Context) -> None:
    map_templates(ctx, OWNER, ["das"], STANDARD_DAS)
    map_templates(ctx, OWNER, ["das"], None)
    activation.activate(ctx, OWNER, standard_folders=True)
    assert template(ctx, "das").destination is None


def test_standard_folders_can_be_undone(ctx: Context) -> None:
    activation.activate(ctx, OWNER, standard_folders=True)
    undo(ctx, OWNER)
    assert (template(ctx, "das").destination, template(ctx, "folha").destination) == (None, None)


def test_activating_again_edits_the_options_and_keeps_since(ctx: Context) -> None:
    activation.activate(ctx, OWNER)
    first = ctx.store.integration()
    again = activation.activate(ctx, OWNER, standard_folders=True).integration
    assert (again.since, again.by, again.standard_folders) == (first.since, first.by, True)
    assert template(ctx, "das").destination == STANDARD_DAS
    assert activation.activate(ctx, OWNER).integration.standard_folders, "what is not said stays"
    assert not activation.activate(ctx, OWNER, standard_folders=False).integration.standard_folders
    assert template(ctx, "das").destination == STANDARD_DAS
    assert [event.code for event in ctx.store.events_after(0)].count("activated") == 1


def test_standard_folders_can_be_preferred_before_activation(ctx: Context) -> None:
    activation.prefer_standard_folders(ctx, OWNER)
    assert not ctx.store.integration().active
    activation.activate(ctx, OWNER)
    assert template(ctx, "das").destination == STANDARD_DAS


def test_deactivating_is_told_once(ctx: Context) -> None:
    activation.deactivate(ctx, OWNER)
    activation.activate(ctx, OWNER)
    activation.deactivate(ctx, OWNER)
    activation.deactivate(ctx, OWNER)
    assert not ctx.store.integration().active
    assert [event.code for event in ctx.store.events_after(0)] == ["activated", "deactivated"]


def test_only_admins_activate(ctx: Context) -> None:
    for act in (activation.activate, activation.deactivate, activation.prefer_standard_folders):
        with pytest.raises(Refused, match="administrador"):
            act(ctx, EVA)
    assert not ctx.store.integration().active


# --- what was completed meanwhile


@pytest.fixture
def inactive() -> Iterator[Bench]:
    with quick_folder() as folder, bench(folder, active=False) as made:
        yield made


def test_what_waits_is_counted_and_sent_only_on_request(inactive: Bench) -> None:
    """An office that activates late must not pour a year of finished tasks into its clients' portals unasked."""
    ctx = inactive.ctx
    for name in ("a.pdf", "b.pdf"):
        inactive.attach(name=name)
    complete_task(ctx, OWNER, "t1")
    assert activation.preview(ctx, standard_folders=False).pending == 2
    done = activation.activate(ctx, OWNER)
    assert (done.preview.pending, done.queued) == (2, 0)
    inactive.deliver()
    assert inactive.tree == {}
    inactive.send("t3", "c.pdf")
    assert set(inactive.tree) == {"Beta/Fiscal/DAS/c.pdf"}, "what is completed now goes at once"
    assert activation.activate(ctx, OWNER, send_pending=True).queued == 2
    inactive.deliver()
    assert len(inactive.tree) == 3


def test_what_waits_can_be_asked_for_task_by_task(inactive: Bench) -> None:
    """Completing a completed task queues what is unsent."""
    inactive.attach()
    complete_task(inactive.ctx, OWNER, "t1")
    activation.activate(inactive.ctx, OWNER)
    assert len(complete_task(inactive.ctx, OWNER, "t1").queued) == 1
    inactive.deliver()
    assert len(inactive.tree) == 1


def test_pending_of_a_reopened_task_waits_for_its_completion(inactive: Bench) -> None:
    inactive.attach()
    complete_task(inactive.ctx, OWNER, "t1")
    reopen_task(inactive.ctx, OWNER, "t1")
    assert activation.activate(inactive.ctx, OWNER, send_pending=True).queued == 0
    inactive.deliver()
    assert inactive.tree == {}


def test_a_removed_document_no_longer_waits(inactive: Bench) -> None:
    document = inactive.attach().document
    complete_task(inactive.ctx, OWNER, "t1")
    documents.remove_document(inactive.ctx, OWNER, document.id)
    assert activation.activate(inactive.ctx, OWNER, send_pending=True).queued == 0
