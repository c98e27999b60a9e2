"""Destinations: chosen by admins, undone by whoever chose, never over what someone else has decided since."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.domain.events import message
from core.domain.models import Client, DestinationSource, Employee, Names, Template
from core.domain.permissions import Actor
from core.office import Context, Refused, mapping
from core.office.log import codes_saying
from core.office.mapping import map_templates, redo, undo

START = datetime(2026, 11, 1, tzinfo=UTC)
DAS, GUIAS = ("Fiscal", "DAS"), ("Fiscal", "Guias")
ANA = Actor.employee(Employee(id="ana", name="Ana", admin=True), "ana")
LEO = Actor.employee(Employee(id="leo", name="Léo", admin=True), "leo")
EVA = Actor.employee(Employee(id="eva", name="Eva", departments=("Fiscal",)), "eva")
OWNER = Actor.outsider("dono")


@pytest.fixture
def ctx(ctx: Context) -> Context:
    """Its clock ticks at each look: no two of these steps fall into the same millisecond, as no person's do."""
    seconds = itertools.count()
    return replace(ctx, now=lambda: START + timedelta(seconds=next(seconds)))


@pytest.fixture(autouse=True)
def templates(ctx: Context) -> None:
    ctx.store.clients.save([Client(id="1", name="Alfa", portal=("Alfa",))])
    ctx.store.templates.save(
        [
            Template(id="das", name="DAS", department="Fiscal"),
            Template(id="guia", name="Guia do ISS", department="Fiscal"),
            Template(
                id="folha",
                name="Folha",
                department="Pessoal",
                destination=("Pessoal",),
                destination_source=DestinationSource.CSV,
            ),
        ]
    )


def destination(ctx: Context, key: str) -> tuple[Names | None, DestinationSource | None]:
    template = ctx.store.templates.get(key)
    assert template is not None
    return template.destination, template.destination_source


def codes(ctx: Context) -> list[str]:
    return [event.code for event in ctx.store.events_after(0)]


def test_many_templates_are_mapped_at_once(ctx: Context) -> None:
    change = map_templates(ctx, ANA, ["das", "guia", "das"], DAS)
    assert change is not None and [one.template for one in change.changes] == ["das", "guia"]
    assert destination(ctx, "das") == destination(ctx, "guia") == (DAS, DestinationSource.HAND)
    assert codes(ctx) == ["mapped", "mapped"]
    event = ctx.store.events_after(0)[0]
    assert (event.actor, event.folder, event.params["template_name"]) == ("ana", DAS, "DAS")


def test_an_unknown_template_leaves_all_as_they_were(ctx: Context) -> None:
    with pytest.raises(Refused, match="nenhum"):
        map_templates(ctx, ANA, ["das", "nenhum"], DAS)
    assert (destination(ctx, "das"), codes(ctx)) == ((None, None), [])


def test_choosing_what_is_chosen_already_is_no_change(ctx: Context) -> None:
    """It would otherwise bury the change that one wants to undo."""
    map_templates(ctx, ANA, ["das"], DAS)
    assert map_templates(ctx, ANA, ["das"], DAS) is None
    assert len(ctx.store.last_mapping_changes("ana")) == 1


def test_unmapping_is_a_choice_too(ctx: Context) -> None:
    map_templates(ctx, ANA, ["folha"], None)
    assert destination(ctx, "folha") == (None, DestinationSource.HAND)
    assert codes(ctx) == ["unmapped"]


def test_only_admins_map_and_undo(ctx: Context) -> None:
    with pytest.raises(Refused, match="administrador"):
        map_templates(ctx, EVA, ["das"], DAS)
    with pytest.raises(Refused, match="administrador"):
        undo(ctx, EVA)
    assert destination(ctx, "das") == (None, None)


def test_undoing_puts_back_what_was_there_and_where_it_came_from(ctx: Context) -> None:
    map_templates(ctx, ANA, ["das", "folha"], DAS)
    undo(ctx, ANA)
    assert destination(ctx, "das") == (None, None)
    assert destination(ctx, "folha") == (("Pessoal",), DestinationSource.CSV)
    assert codes(ctx)[2:] == ["mapping_undone", "mapping_undone"]


def test_undoing_a_first_folder_is_told_in_words(ctx: Context) -> None:
    """“pasta -” would read as a folder of that name."""
    map_templates(ctx, ANA, ["das"], DAS)
    undo(ctx, ANA)
    redo(ctx, ANA)
    *_, undone, redone = ctx.store.events_after(0)
    assert message(undone) == "DAS: desfeito, nenhuma pasta"
    assert message(undone, "en") == "DAS: undone, no folder"
    assert message(redone) == "DAS: refeito, pasta Fiscal > DAS"
    assert "mapping_undone" in codes_saying("nenhuma", "pt"), "searching for it would not find it"


def test_changes_are_undone_one_by_one_the_newest_first(ctx: Context) -> None:
    map_templates(ctx, ANA, ["das"], DAS)
    map_templates(ctx, ANA, ["das"], GUIAS)
    undo(ctx, ANA)
    assert destination(ctx, "das")[0] == DAS
    undo(ctx, ANA)
    assert destination(ctx, "das") == (None, None)
    with pytest.raises(Refused, match="desfazer"):
        undo(ctx, ANA)


def test_undoing_is_refused_when_altered_since_and_names_the_template(ctx: Context) -> None:
    """Someone else's later decision must not be lost to it, nor half of it taken back."""
    map_templates(ctx, ANA, ["das", "guia"], DAS)
    map_templates(ctx, LEO, ["guia"], GUIAS)
    with pytest.raises(Refused) as refused:
        undo(ctx, ANA)
    assert "Guia do ISS" in str(refused.value) and "Fiscal > Guias" in str(refused.value)
    assert refused.value.remedy is not None and "malote map guia" in refused.value.remedy.say("pt")
    assert destination(ctx, "das")[0] == DAS
    assert destination(ctx, "guia")[0] == GUIAS


def test_only_ones_own_changes_are_undone(ctx: Context) -> None:
    map_templates(ctx, ANA, ["das"], DAS)
    with pytest.raises(Refused, match="desfazer"):
        undo(ctx, LEO)
    map_templates(ctx, LEO, ["guia"], GUIAS)
    undo(ctx, ANA)
    assert (destination(ctx, "das")[0], destination(ctx, "guia")[0]) == (None, GUIAS)


def test_a_refused_undo_becomes_possible_when_the_alteration_is_undone(ctx: Context) -> None:
    map_templates(ctx, ANA, ["das"], DAS)
    map_templates(ctx, LEO, ["das"], GUIAS)
    undo(ctx, LEO)
    undo(ctx, ANA)
    assert destination(ctx, "das") == (None, None)


def test_templates_are_found_in_the_order_asked_for(ctx: Context) -> None:
    assert [one.id for one in mapping.find_templates(ctx, ["guia", "das", "guia"])] == ["guia", "das"]


def test_what_was_undone_can_be_redone_step_by_step(ctx: Context) -> None:
    map_templates(ctx, ANA, ["das", "folha"], DAS)
    map_templates(ctx, ANA, ["das"], GUIAS)
    undo(ctx, ANA)
    undo(ctx, ANA)
    redo(ctx, ANA)
    assert destination(ctx, "das") == destination(ctx, "folha") == (DAS, DestinationSource.HAND)
    redo(ctx, ANA)
    assert destination(ctx, "das")[0] == GUIAS
    assert codes(ctx)[-1] == "mapping_redone"
    with pytest.raises(Refused, match="refazer"):
        redo(ctx, ANA)
    undo(ctx, ANA)
    assert destination(ctx, "das")[0] == DAS, "what was redone could not be undone again"


def test_a_new_change_takes_the_place_of_what_could_be_redone(ctx: Context) -> None:
    """As in every editor: redoing something older would silently throw the newer decision away."""
    map_templates(ctx, ANA, ["das"], DAS)
    undo(ctx, ANA)
    map_templates(ctx, ANA, ["guia"], GUIAS)
    with pytest.raises(Refused, match="refazer"):
        redo(ctx, ANA)


def test_redoing_is_ones_own_and_refused_when_altered_since(ctx: Context) -> None:
    map_templates(ctx, ANA, ["das"], DAS)
    undo(ctx, ANA)
    with pytest.raises(Refused, match="refazer"):
        redo(ctx, LEO)
    map_templates(ctx, LEO, ["das"], GUIAS)
    with pytest.raises(Refused, match="leo mudou DAS depois, para Fiscal > Guias"):
        redo(ctx, ANA)
    assert destination(ctx, "das")[0] == GUIAS


def test_a_refusal_names_who_changed_it_last(ctx: Context) -> None:
    """So that one can ask them instead of overruling them."""
    map_templates(ctx, ANA, ["das"], DAS)
    map_templates(ctx, LEO, ["das"], GUIAS)
    map_templates(ctx, OWNER, ["das"], ("Outra",))
    with pytest.raises(Refused, match="dono mudou DAS depois, para Outra"):
        undo(ctx, ANA)
    map_templates(ctx, OWNER, ["das"], None)
    with pytest.raises(Refused, match="dono mudou DAS depois, para nenhuma pasta"):
        undo(ctx, ANA)


def test_a_choice_made_on_what_was_seen_does_not_overrule_what_came_since(ctx: Context) -> None:
    """Two people choose folders for the same templates: the later one is told, and nothing of the batch is done."""
    seen = {"das": None, "guia": None}
    map_templates(ctx, LEO, ["guia"], GUIAS)
    with pytest.raises(mapping.Altered, match="leo mudou Guia do ISS enquanto isso, para Fiscal > Guias") as caught:
        map_templates(ctx, ANA, ["das", "guia"], DAS, seen=seen)
    assert ([one.id for one in caught.value.templates], caught.value.who) == (["guia"], {"guia": "leo"})
    assert destination(ctx, "das")[0] is None
    assert map_templates(ctx, ANA, ["das", "guia"], GUIAS, seen=seen) is not None, "it has the chosen folder already"
    assert map_templates(ctx, ANA, ["das", "guia"], DAS, seen={"das": GUIAS, "guia": GUIAS}) is not None


def test_only_the_step_that_was_asked_about_is_undone_or_redone(ctx: Context) -> None:
    """Who sits at two consoles may change something at one while the other still asks."""
    asked = map_templates(ctx, ANA, ["das"], DAS)
    last = map_templates(ctx, ANA, ["guia"], GUIAS)
    assert asked is not None and last is not None
    with pytest.raises(Refused, match="já não é a mostrada"):
        undo(ctx, ANA, asked.id)
    undo(ctx, ANA, last.id)
    undo(ctx, ANA, asked.id)
    with pytest.raises(Refused, match="já não é a mostrada"):
        redo(ctx, ANA, last.id)
    redo(ctx, ANA, asked.id)
    assert (destination(ctx, "das")[0], destination(ctx, "guia")[0]) == (DAS, None)
