"""The sample office through the command, as its people would: 42 real documents, each in its client's folder."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.integration import forked

OFFICE = Path(__file__).parent.parent / "data" / "office"


class Malote:
    """The command in its own process, on one office."""

    def __init__(self, office: Path):
        self._environment = {**os.environ, "MALOTE_OFFICE": str(office), "MALOTE_LANG": "pt"}
        self._environment.pop("MALOTE_EMPLOYEE", None)

    def run(self, *words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = forked.malote(words, self._environment)
        assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    def json(self, *words: str, status: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", status=status).stdout)


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    root = tmp_path / "portal"
    root.mkdir()
    return root


@pytest.fixture
def malote(tmp_path: Path, portal: Path) -> Malote:
    command = Malote(tmp_path / "escritorio")
    command.run("init", "--portal", f"dir://{portal}")
    return command


def rows(name: str) -> list[dict[str, str]]:
    with (OFFICE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected(truth: list[dict[str, str]]) -> dict[str, bytes]:
    """Path at the portal → bytes, from the truth table."""
    roots = {row["id"]: row["portal"] for row in rows("clients.csv")}
    return {
        "/".join([roots[row["client"]], *row["folder"].split(" > "), row["file"]]): (
            OFFICE / "documents" / row["file"]
        ).read_bytes()
        for row in truth
    }


def _lying(portal: Path) -> dict[str, bytes]:
    return {str(path.relative_to(portal)): path.read_bytes() for path in portal.rglob("*") if path.is_file()}


def documents_csv(folder: Path, truth: list[dict[str, str]]) -> None:
    folder.mkdir()
    with (folder / "documents.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["task", "template", "file", "origin"])
        writer.writerows([row["task"], row["template"], OFFICE / "documents" / row["file"], "manual"] for row in truth)


def test_every_document_lies_byte_for_byte_in_its_clients_folder(malote: Malote, portal: Path, tmp_path: Path) -> None:
    """What the program is for. A document elsewhere shows one company's papers to another."""
    truth = rows("truth.csv")
    malote.run("import", str(OFFICE))
    documents_csv(tmp_path / "mais", truth)
    malote.run("import", str(tmp_path / "mais"))
    assert malote.json("activate", "--standard-folders")["without_destination"] == []

    tasks = [row["task"] for row in truth]
    foreseen = malote.json("complete", *tasks, "--dry-run")
    assert {"/".join([*one["root"], *one["folder"], one["final_name"]]) for one in foreseen} == set(expected(truth))
    assert _lying(portal) == {}, "a dry run wrote to the portal"

    malote.run("complete", *tasks)
    assert malote.json("deliver")["outcomes"] == {"delivered": 42}
    assert _lying(portal) == expected(truth)

    again = malote.json("deliver")
    assert again["outcomes"] == {}
    malote.run("import", str(OFFICE))
    malote.run("import", str(tmp_path / "mais"))
    malote.run("complete", *tasks)
    assert malote.json("deliver")["outcomes"] == {}, "something went twice"
    assert _lying(portal) == expected(truth)
    status = malote.json("status")
    assert status["deliveries"]["delivered"] == 42
    assert status["tasks"] == {"open": 0, "completed": 42}
    assert status["priority"] == {"failed_tasks": 0}


def test_the_wrong_person_completes_and_the_permission_mends_it(malote: Malote, portal: Path) -> None:
    """What could not go says why and what to do, and goes by itself once the cause is mended."""
    malote.run("import", str(OFFICE))
    malote.run("activate", "--standard-folders")
    folha = str(OFFICE / "documents" / "doc_248931.pdf")
    refused = malote.run("attach", "T0009", folha, "--template", "folha_resumo", "--as", "fiscal", status=1)
    assert "Pessoal" in refused.stderr
    malote.run("attach", "T0009", folha, "--template", "folha_resumo", "--as", "pessoal")
    malote.run("complete", "T0009", "--as", "fiscal")
    malote.run("deliver", status=1)
    (error,) = malote.json("errors")
    assert (error["code"], error["task"], error["retry_at"]) == ("permission_denied", "T0009", None)
    assert "malote employee set fiscal --add-department Pessoal" in error["remedy"]
    assert malote.json("tasks", "T0009")["status"] == "completed"
    assert _lying(portal) == {}

    malote.run("employee", "set", "fiscal", "--add-department", "Pessoal")
    assert malote.json("deliver")["outcomes"] == {"delivered": 1}
    assert malote.json("errors") == []


def test_a_client_without_folder_waits_for_it(malote: Malote, portal: Path, tmp_path: Path) -> None:
    """An unlinked client's documents must neither go anywhere else nor be forgotten."""
    (tmp_path / "clients.csv").write_text("id,name,tax_id,portal\n9,Sem Pasta Ltda,,\n", encoding="utf-8")
    (tmp_path / "templates.csv").write_text("id,name,department,destination\ndas,DAS,Fiscal,Fiscal > DAS\n", "utf-8")
    (tmp_path / "tasks.csv").write_text("id,client,name,period,templates\nT,9,DAS,2026-10,das\n", encoding="utf-8")
    malote.run("import", str(tmp_path))
    malote.run("activate")
    malote.run("attach", "T", str(OFFICE / "documents" / "doc_248931.pdf"), "--template", "das")
    malote.run("complete", "T")
    malote.run("deliver", status=1)
    assert [one["code"] for one in malote.json("errors")] == ["client_not_linked"]
    malote.run("client", "set", "9", "--portal", "0009 - Sem Pasta Ltda")
    malote.run("deliver")
    assert list(_lying(portal)) == ["0009 - Sem Pasta Ltda/Fiscal/DAS/doc_248931.pdf"]
    explained = malote.run("explain", "T/doc_248931.pdf").stdout
    assert "0009 - Sem Pasta Ltda > Fiscal > DAS" in explained


def test_an_unreachable_portal_is_one_failure_and_loses_nothing(malote: Malote, portal: Path) -> None:
    """Forty-two failures for one unplugged disk would bury what really needs a hand."""
    malote.run("import", str(OFFICE))
    malote.run("activate", "--standard-folders")
    for task, file in (("T0001", "DAS - Simples Nacional 2026-10.pdf"), ("T0022", "doc_970452.pdf")):
        malote.run("attach", task, str(OFFICE / "documents" / file), "--template", "das")
        malote.run("complete", task)
    portal.rename(portal.with_name("longe"))
    malote.run("deliver", status=4)
    assert [one["code"] for one in malote.json("errors")] == ["portal_unreachable"]
    assert malote.json("status")["portal"]["reachable"] is False
    portal.with_name("longe").rename(portal)
    malote.run("deliver")
    assert len(_lying(portal)) == 2
    assert malote.json("errors") == []


def test_the_journal_tells_programs_what_happened(malote: Malote) -> None:
    """Other programs read these names: a renamed one breaks them silently."""
    malote.run("import", str(OFFICE))
    malote.run("activate", "--standard-folders")
    malote.run("attach", "T0001", str(OFFICE / "documents" / "DAS - Simples Nacional 2026-10.pdf"), "--template", "das")
    malote.run("complete", "T0001")
    malote.run("deliver")
    lines = [json.loads(line) for line in malote.run("log", "--json").stdout.splitlines()]
    assert [one["seq"] for one in lines] == sorted({one["seq"] for one in lines})
    fields = {
        "seq",
        "at",
        "level",
        "code",
        "actor",
        "delivery",
        "task",
        "client",
        "document",
        "folder",
        "name",
        "message",
    }
    assert all(fields <= one.keys() for one in lines)
    sent = next(one for one in lines if one["code"] == "delivered")
    assert (sent["task"], sent["folder"], sent["name"]) == (
        "T0001",
        ["Fiscal", "DAS"],
        "DAS - Simples Nacional 2026-10.pdf",
    )
    after = malote.run("log", "--json", "--since", str(sent["seq"])).stdout
    assert all(json.loads(line)["seq"] > sent["seq"] for line in after.splitlines())


@pytest.mark.parametrize("command", ["status", "tasks", "clients", "errors", "log", "complete T0001"])
def test_nobody_reads_or_acts_in_a_name_that_the_office_does_not_know(malote: Malote, command: str) -> None:
    """Who has misspelt their name would learn of it only when something refuses, and doubt what they had read."""
    refused = malote.run(*command.split(), "--as", "ninguem", status=1)
    assert "Não há funcionário ninguem." in refused.stderr and not refused.stdout


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["complete", "T0001"], 1),  # no document yet
        (["complete", "NADA"], 1),
        (["attach", "T0001", "/nao/existe.pdf", "--template", "das"], 1),
        (["map", "das", "--to", "../fora"], 2),
        (["undo"], 1),
        (["complete", "T0001", "--as", "ninguem"], 1),
        (["retry"], 2),
        (["frobnicar"], 2),
        (["explain", "T0001/nada.pdf"], 1),
    ],
)
def test_what_cannot_be_done_is_one_sentence(malote: Malote, words: list[str], status: int) -> None:
    """A traceback tells an accountant nothing."""
    malote.run("import", str(OFFICE))
    said = malote.run(*words, status=status).stderr
    assert said.strip()
    assert len(said.splitlines()) <= 3
