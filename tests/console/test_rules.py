"""A template's rules at the console: seen, tried before they are saved, changed and removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.models import Rule, RuleSource, Template
from core.office import Context, rules
from tests.console.conftest import Desktop, sitting
from tests.console.sample import AGENDA, OWNER, leave_files
from tui.screens.rule_edit import RuleEdit
from tui.screens.rule_trial import Trial

Size = tuple[int, int]


def das(desk: Desktop) -> Template:
    found = desk.app.desk.ctx.store.templates.get("das")
    assert found is not None
    return found


async def at_rules(desk: Desktop, typed: str, name: str) -> None:
    await desk.press("2", "slash")
    await desk.type(typed)
    await desk.press("enter")
    await desk.go("e", see=f"Regras do Express para {name}")


async def test_a_rule_is_added_tried_on_what_waits_and_on_a_file_and_saved(
    work: Path, tmp_path: Path, size: Size
) -> None:
    leave_files(work)
    path = tmp_path / "outro.txt"
    path.write_text(AGENDA, encoding="utf-8")
    async with sitting(work, size) as desk:
        await at_rules(desk, "das simples", "DAS - Simples Nacional")
        await desk.until(lambda: desk.listed)
        assert all(one.startswith("catálogo") for one in desk.listed)
        await desk.go("d", see="a regra é do catálogo")
        await desk.press("n")
        await desk.until(lambda: isinstance(desk.app.screen, RuleEdit))
        await desk.go("t", see="A regra não diz o que precisa haver no documento.")
        await desk.go("enter", see="frases entre barras")
        await desk.type("!")
        await desk.go("enter", see="não tem letra nem número")
        await desk.press("backspace")
        await desk.type("conferencia mensal")
        await desk.go("enter", see="t experimenta")
        await desk.press("t")
        await desk.until(lambda: isinstance(desk.app.screen, Trial))
        await desk.see("Não pega nenhum dos", "Dos 4 que esperam, serve a 1:", "conferência 10.txt")
        await desk.go("a", see="Em que arquivos experimentar?")
        await desk.type(str(path))
        await desk.go("enter", see="✓ outro.txt: serve")
        assert not das(desk).rules, "saved before it was wanted"
        await desk.go("s", see="Regra salva")
        assert [one.all for one in das(desk).rules] == [("conferencia mensal",)]
        await desk.until(lambda: desk.listed[0].startswith("à mão"))


async def test_a_rule_that_catches_another_template_s_known_files_says_so(work: Path) -> None:
    """Else it would be found out by the client who gets them."""
    async with sitting(work) as desk:
        await at_rules(desk, "das simples", "DAS - Simples Nacional")
        await desk.press("n", "enter")
        await desk.see("frases entre barras")
        await desk.type("balancete")
        await desk.go("enter", see="t experimenta")
        await desk.go("t", see="! A regra também pega")
        await desk.see("Balancete Mensal: doc_229547.pdf", "salvar a regra, mesmo assim")
        await desk.press("escape")
        assert not das(desk).rules


async def test_a_catalogue_s_rule_is_copied_and_one_s_own_changed_and_removed(work: Path, other: Context) -> None:
    rules.save_rules(other, OWNER, "das", [Rule(all=("uma coisa",), source=RuleSource.CSV)])
    async with sitting(work) as desk:
        await at_rules(desk, "das simples", "DAS - Simples Nacional")
        await desk.until(lambda: desk.listed and desk.listed[0].startswith("rules.csv"))
        await desk.go("enter", see="uma coisa")
        await desk.press("down", "down", "down")
        await desk.go("enter", see="Como em *balancete*.pdf")
        await desk.type("*das*")
        await desk.go("enter", see="t experimenta")
        await desk.go("t", see="s  salvar a regra")
        await desk.go("s", see="Regra salva")
        assert [(one.all, one.file_name, one.source) for one in das(desk).rules] == [
            (("uma coisa",), "*das*", RuleSource.HAND)
        ]
        await desk.go("d", see="Remover esta regra")
        await desk.press("d")
        assert das(desk).rules
        await desk.go("s", see="Regra removida.")
        assert not das(desk).rules
        before = das(desk).validate_period
        await desk.go("v", see="valida pela competência")
        await desk.until(lambda: das(desk).validate_period is not before)


async def test_a_template_without_rules_says_what_gives_it_some(work: Path, other: Context) -> None:
    other.store.templates.save([Template(id="xyz", name="Coisa da Casa", department="Fiscal")])
    async with sitting(work) as desk:
        await at_rules(desk, "coisa da casa", "Coisa da Casa")
        await desk.see("Nenhuma regra: o Express não reconhece este documento. n faz uma")


@pytest.mark.parametrize("lang", ["pt", "en"])
async def test_in_both_languages(work: Path, lang: str) -> None:
    async with sitting(work, lang=lang) as desk:
        await desk.press("2", "e")
        await desk.see("Regras do Express para" if lang == "pt" else "Express's rules for")
        await desk.press("n")
        await desk.see("Todas estas frases" if lang == "pt" else "All these phrases")
