"""Express at the console: what waits is seen with its evidence, and nothing goes to a client that nobody meant."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from core.domain.models import DeliveryStatus, Document
from core.office import Context, confirming, open_office
from core.office.tasks import complete_task, reopen_task
from core.office.unrecognised import DISCARDED, folder_of, waiting
from tests.console.conftest import Desktop, sitting
from tests.console.sample import AGENDA, BOLETO, OWNER, TWO_CLIENTS, leave_files
from tui.screens.confirm import Confirm
from tui.screens.confirm_client import ConfirmClient
from tui.screens.express_file import OneFile
from tui.screens.rule_trial import Trial
from tui.widgets.paper import Paper
from tui.widgets.rows import Rows

Size = tuple[int, int]
GUIA = "guia.txt"


@pytest.fixture
def left(work: Path) -> Path:
    """The office at work, with files that Express left to a person."""
    leave_files(work)
    return work


def documents(desk: Desktop, task: str) -> list[Document]:
    return [one for one in desk.app.desk.ctx.store.documents.of_task(task) if one.live]


def row_of(ctx: Context, name: str) -> str:
    return next(one.id for one in waiting(ctx) if one.file_name == name)


def marked(desk: Desktop) -> dict[str, str]:
    """What of the text stands out, with the words in the margin."""
    found = {}
    for parts in desk.app.screen.query_one(Paper).lines:
        for text, tone in parts:
            if tone == "evidence":
                found[text] = parts[0][0].strip()
    return found


async def at_file(desk: Desktop, name: str) -> None:
    await desk.go("6", see="Por que espera")
    await desk.until(lambda: any(one.startswith(name) for one in desk.listed))
    desk.rows.move(next(index for index, one in enumerate(desk.listed) if one.startswith(name)))
    await desk.press("enter")
    await desk.until(lambda: isinstance(desk.app.screen, OneFile))
    await desk.see(name)
    await desk.until(lambda: desk.app.screen.query_one(Paper).lines)


async def test_the_dashboard_leads_to_what_waits_and_why(left: Path, size: Size) -> None:
    """Files that nobody sees are documents that no client gets."""
    async with sitting(left, size) as desk:
        await desk.see("Arquivos que o Express não reconheceu")
        desk.rows.move(len(desk.listed) - 1)
        await desk.go("enter", see="Por que espera")
        await desk.until(lambda: len(desk.listed) == 4)
        assert [one.split("  ")[-1] for one in desk.listed] == [
            "de que cliente?",
            "que documento?",
            "tarefa concluída",
            "não se lê",
        ]
        assert "? 32 Engenharia Aurora" in desk.listed[0], "a guess looks like a certainty"
        await desk.see("De que cliente é? números de mais de um cliente")
        desk.rows.move(3)
        await desk.see("Está vazio.")


async def test_an_empty_queue_says_where_files_are_dropped(work: Path) -> None:
    async with sitting(work) as desk:
        await desk.go("6", see="Nada espera.")
        assert str(work / "inbox") in "".join(desk.text.split())
        await desk.go("c", see="nada nesta lista")


async def test_the_evidence_of_each_guess_stands_out_with_a_word_beside_it(left: Path, size: Size) -> None:
    """By colour alone, who has none would have to believe the program."""
    async with sitting(left, size) as desk:
        await at_file(desk, GUIA)
        await desk.until(lambda: "75.989.834/0001-70" in marked(desk))
        assert marked(desk)["75.989.834/0001-70"] == "cli"
        assert {"tem", "com"} <= set(marked(desk).values())
        await desk.press("down")
        await desk.until(lambda: "B9.U7Z.3KX/0001-54" in marked(desk))
        assert "75.989.834/0001-70" not in marked(desk)
        await desk.see("o CNPJ ou CPF B9.U7Z.3KX/0001-54 está no documento")


async def test_evidence_out_of_sight_comes_into_sight_once_the_cursor_rests(left: Path) -> None:
    """Who chooses between two clients has to see what speaks for the second one."""
    async with sitting(left) as desk:
        await at_file(desk, GUIA)
        await desk.until(lambda: "75.989.834/0001-70" in marked(desk))
        paper = desk.app.screen.query_one(Paper)
        paper.show(paper._text + "mais uma linha\n" * 60)
        paper.action_edge(1)
        assert "75.989.834/0001-70" not in marked(desk)
        await desk.press("down", "up")
        await desk.until(lambda: "75.989.834/0001-70" in marked(desk))


async def test_a_guess_is_chosen_and_one_key_attaches_to_the_task_shown(left: Path, size: Size) -> None:
    async with sitting(left, size) as desk:
        await at_file(desk, GUIA)
        await desk.see("Nenhuma tarefa aberta de Engenharia Aurora Ltda")
        await desk.press("c")
        assert isinstance(desk.app.screen, OneFile)
        await desk.press("down")
        await desk.go("enter", see="→ T0022 DAS - Simples Nacional · 10/2026 · Gráfica Aurora ME")
        await desk.see("A tarefa fica aberta: nada é enviado agora.")
        await desk.press("c")
        await desk.until(lambda: desk.app.here == "express")
        await desk.see("guia.txt: anexado à tarefa T0022")
        (document,) = documents(desk, "T0022")
        assert (document.client, document.template) == ("30", "das")
        await desk.until(lambda: len(desk.listed) == 3)
        assert "já foi decidido" not in desk.text
        assert not (folder_of(desk.app.desk.ctx) / GUIA).exists()


async def test_in_the_queue_confirming_asks_for_no_evidence_is_seen_there(left: Path) -> None:
    """A key held a moment too long must not attach the next file too."""
    async with sitting(left) as desk:
        await at_file(desk, GUIA)
        await desk.press("down", "enter")
        await desk.see("T0022")
        await desk.press("escape")
        await desk.until(lambda: "  30 Gráfica Aurora ME  " in desk.listed[0])
        assert desk.listed[0].endswith("a confirmar"), "it goes on asking for what was said"
        assert "De que cliente é?" not in desk.text
        await desk.press("c")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.press("c", "c")
        assert not documents(desk, "T0022")
        await desk.go("s", see="guia.txt: anexado à tarefa T0022")


async def test_into_a_completed_task_it_says_that_it_leaves_and_another_key_confirms(left: Path, size: Size) -> None:
    """What has gone to a client does not come back."""
    async with sitting(left, size) as desk:
        await at_file(desk, BOLETO)
        await desk.see("A tarefa já está concluída.", "1 envio sairá agora, e isso não se desfaz.")
        await desk.press("c")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.press("c", "enter")
        assert not documents(desk, "T0042"), "the key that asked also confirmed"
        await desk.go("s", see="anexado à tarefa T0042, na fila de envio")
        assert desk.app.desk.ctx.store.deliveries.of_task("T0042")[-1].status is DeliveryStatus.QUEUED


async def test_what_changes_between_the_question_and_its_answer_is_asked_about_anew(left: Path, other: Context) -> None:
    """A colleague completes the task while one still reads that nothing is sent: the yes was to something else."""
    async with sitting(left) as desk:
        await at_file(desk, GUIA)
        await desk.press("down", "enter")
        await desk.see("T0022")
        await desk.press("escape")
        await desk.until(lambda: "  30 Gráfica Aurora ME  " in desk.listed[0])
        await desk.go("c", see="A tarefa fica aberta: nada é enviado agora.")
        await asyncio.to_thread(complete_task, other, OWNER, "T0022", force=True)
        await desk.go("s", see="! gestora concluiu a tarefa T0022 depois da pergunta.")
        await desk.see("1 envio sairá agora, e isso não se desfaz.", "anexar e enviar")
        await desk.press("c", "enter")
        assert not documents(desk, "T0022"), "it was sent without being asked about"
        await asyncio.to_thread(reopen_task, other, OWNER, "T0022")
        await desk.go("s", see="! A tarefa T0022 foi reaberta depois da pergunta.")
        await desk.go("s", see="guia.txt: anexado à tarefa T0022")
        assert not desk.app.desk.ctx.store.deliveries.of_task("T0022")


async def test_client_template_and_task_are_found_though_mistyped(left: Path) -> None:
    async with sitting(left) as desk:
        await at_file(desk, "conferência 10.txt")
        await desk.see("nenhum palpite: t procura", "Não se sabe que documento é.")
        await desk.go("t", see="Que documento é conferência 10.txt?")
        await desk.type("simpels")
        await desk.until(lambda: desk.app.screen.query_one("#options", Rows).current == "das")
        await desk.go("enter", see="→ T0022 DAS - Simples Nacional")
        await desk.go("l", see="De que cliente é conferência 10.txt?")
        await desk.type("01815908")
        await desk.go("enter", see="Nenhuma tarefa aberta de Livraria Ipê S/A espera")
        await desk.see("escolhido aqui")
        await desk.go("l", see="De que cliente é")
        await desk.type("graficca auror")
        await desk.go("enter", see="→ T0022")
        await desk.go("a", see="A que tarefa de Gráfica Aurora ME anexar?")
        await desk.press("enter")
        await desk.go("c", see="conferência 10.txt: anexado à tarefa T0022")


async def test_another_client_s_number_is_shown_and_a_key_of_its_own_confirms(left: Path, size: Size) -> None:
    """The wrong payroll in the wrong folder is the accident that offices fear most."""
    async with sitting(left, size) as desk:
        await at_file(desk, "conferência 10.txt")
        await desk.go("l", see="De que cliente é")
        await desk.type("laticinios")
        await desk.press("enter")
        await desk.see("4 Laticínios")
        await desk.go("t", see="Que documento é")
        await desk.type("boleto de honor")
        await desk.press("enter")
        await desk.see("Nenhuma tarefa aberta")
        await desk.go("a", see="A que tarefa de")
        await desk.go("enter", see="→ T0042")
        await desk.press("c")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.press("s")
        await desk.until(lambda: isinstance(desk.app.screen, ConfirmClient))
        await desk.see("parece ser de outro cliente", "B9.U7Z.3KX/0001-54, de 30 Gráfica Aurora ME", "CNPJ B9.U7Z")
        await desk.press("s", "c", "enter")
        assert not documents(desk, "T0042")
        await desk.go("o", see="anexado à tarefa T0042")


async def test_remembering_shows_the_rule_tries_it_and_keeps_it(left: Path, size: Size) -> None:
    """A rule that also catches another template's documents would send those astray each month."""
    async with sitting(left, size) as desk:
        await at_file(desk, "conferência 10.txt")
        await desk.press("m")
        await desk.see("diga antes a tarefa")
        await desk.go("t", see="Que documento é")
        await desk.type("das simples")
        await desk.go("enter", see="→ T0022")
        await desk.press("m")
        await desk.until(lambda: isinstance(desk.app.screen, Trial))
        await desk.see(
            "“CONTROLE DE CONFERÊNCIA MENSAL”", "Não pega nenhum dos", "serve a 1:", "anexar conferência 10.txt"
        )
        assert not documents(desk, "T0022")
        await desk.press("e")
        await desk.go("enter", see="frases entre barras")
        await desk.press("ctrl+u")
        await desk.type("balancete")
        await desk.go("enter", see="t experimenta")
        await desk.go("t", see="também pega")
        await desk.see("Balancete Mensal: doc_229547.pdf", "salvar a regra, mesmo assim")
        await desk.go("s", see="regra guardada em DAS - Simples Nacional")
        template = desk.app.desk.ctx.store.templates.get("das")
        assert template is not None
        assert [one.all for one in template.rules] == [("balancete",)]
        assert documents(desk, "T0022")


async def test_esc_leads_out_of_express_also_after_one_file_was_looked_at(left: Path) -> None:
    """From the queue it led back to the file, also one that had been attached: nobody came out by Esc."""
    async with sitting(left) as desk:
        await at_file(desk, "conferência 10.txt")
        await desk.press("escape")
        await desk.until(lambda: desk.app.here == "express")
        await desk.press("escape")
        await desk.until(lambda: desk.app.here == "panel")
        await at_file(desk, "conferência 10.txt")
        await desk.go("t", see="Que documento é")
        await desk.type("das simples")
        await desk.go("enter", see="→ T0022")
        await desk.press("c")
        await desk.until(lambda: desk.app.here == "express")
        await desk.press("escape")
        await desk.until(lambda: desk.app.here == "panel")


async def test_what_is_discarded_is_kept_and_where_is_said(left: Path, size: Size) -> None:
    async with sitting(left, size) as desk:
        await at_file(desk, "vazio.pdf")
        await desk.see("Está vazio")
        await desk.go("d", see="Descartar vazio.pdf?")
        await desk.see(DISCARDED)
        await desk.go("s", see="vazio.pdf descartado; está em inbox/nao-reconhecidos/descartados/vazio.pdf")
        assert (folder_of(desk.app.desk.ctx) / DISCARDED / "vazio.pdf").exists()
        await desk.until(lambda: len(desk.listed) == 3)


async def test_what_another_has_settled_disappears_and_says_so(left: Path, other: Context) -> None:
    """Two people would otherwise decide twice about one file."""
    async with sitting(left) as desk:
        await desk.go("6", see="Por que espera")
        await desk.until(lambda: len(desk.listed) == 4)
        await asyncio.to_thread(confirming.discard, other, OWNER, row_of(other, "vazio.pdf"))
        await desk.see("vazio.pdf já foi decidido", "descartado")
        await desk.until(lambda: len(desk.listed) == 3)
        await at_file(desk, GUIA)
        await asyncio.to_thread(confirming.confirm, other, OWNER, row_of(other, GUIA), task="T0022", template="das")
        await desk.see("guia.txt já foi decidido", "confirmado à mão")
        await desk.go("c", see="este arquivo já foi decidido")
        await desk.press("escape")
        await desk.until(lambda: desk.app.here == "express")
        assert len(documents(desk, "T0022")) == 1


async def test_reading_that_takes_long_says_so_and_keys_work_meanwhile(
    left: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scanned book must not freeze the console."""
    release = threading.Event()
    real = confirming.text_of

    def slow(ctx: Context, key: str) -> object:
        release.wait(10)
        return real(ctx, key)

    monkeypatch.setattr("core.office.proposing.text_of", slow)
    async with sitting(left) as desk:
        await at_file(desk, GUIA)
        await desk.see("Lendo o texto do arquivo…")
        await desk.press("down")
        await desk.go("enter", see="→ T0022")
        await desk.press("c")  # nothing of the text is seen yet: it asks
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.press("escape")
        release.set()
        await desk.until(lambda: "B9.U7Z.3KX/0001-54" in marked(desk))


async def test_all_is_recognised_again_once_its_cause_is_mended(left: Path, other: Context) -> None:
    template = other.store.templates.get("das")
    assert template is not None
    async with sitting(left) as desk:
        await desk.go("6", see="Por que espera")
        await desk.until(lambda: len(desk.listed) == 4)
        rule = {"all": ("Controle de conferência mensal",)}
        mended = template.model_copy(update={"rules": (template.rules or ()) + (_rule(**rule),)})
        await asyncio.to_thread(other.store.templates.save, [mended])
        await desk.go("r", see="1 de 4 reconhecidos e anexados.")
        await desk.until(lambda: len(desk.listed) == 3)


def _rule(**fields: tuple[str, ...]) -> object:
    from core.domain.models import Rule

    return Rule.model_validate(fields)


async def test_it_is_there_in_english_too(left: Path) -> None:
    async with sitting(left, lang="en") as desk:
        await desk.go("6", see="Why it waits")
        await desk.see("whose?")
        await desk.go("enter", see="Engenharia Aurora")
        await desk.press("down")
        await desk.go("enter", see="The task stays open: nothing is sent now.")
        await desk.until(lambda: "per" in marked(desk).values())


def test_the_sample_s_files_are_of_clients_that_there_are(left: Path) -> None:
    """Else these tests would prove nothing."""
    with open_office(left) as ctx:
        numbers = {one.tax_id for one in ctx.store.clients.get_many(["30", "32"]).values()}
    bare = {"".join(sign for sign in one if sign.isalnum()) for one in ("75.989.834/0001-70", "B9.U7Z.3KX/0001-54")}
    assert numbers == bare
    assert "B9.U7Z.3KX/0001-54" in TWO_CLIENTS
    assert "B9.U7Z.3KX/0001-54" in AGENDA
