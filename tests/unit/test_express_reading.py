"""What a file says, by its content: were it misread, a document would go to the wrong client, or to nobody."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from core.domain.recognition import FileKind
from core.express.reading import pdf
from core.express.reading.limits import DEFAULT, Limits, Unreadable
from core.express.reading.pool import read
from core.express.reading.reasons import UNREADABLE
from tests import pdf_files

DAS = ("Documento de Arrecadação", "CNPJ 01.815.908/0001-", "16")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
XML = b"<nota><valor>10</valor></nota>"


def why(path: Path, limits: Limits = DEFAULT) -> str:
    with pytest.raises(Unreadable) as refused:
        read(path, limits)
    assert refused.value.sentence in {sentence for sentence, _ in UNREADABLE.values()}
    return refused.value.code


def file(folder: Path, data: bytes, name: str = "arquivo") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    reading = read(file(tmp_path, pdf_files.of_text(DAS, ("segunda",))))
    assert (reading.kind, reading.pages) == (FileKind.PDF, ("\n".join(DAS), "segunda"))


def test_a_word_broken_over_lines_is_whole(tmp_path: Path) -> None:
    assert read(file(tmp_path, pdf_files.of_text(("Marce-", "naria")))).text == "Marcenaria"


def test_of_a_long_pdf_the_first_and_the_last_pages_are_looked_at(tmp_path: Path) -> None:
    path = file(tmp_path, pdf_files.of_text(*([str(number)] for number in range(40))))
    assert read(path, Limits(first_pages=3, last_pages=2)).pages == ("0", "1", "2", "38", "39")
    assert len(read(path, Limits(first_pages=39, last_pages=2)).pages) == 40


def test_no_more_text_is_kept_than_asked_for(tmp_path: Path) -> None:
    text = read(file(tmp_path, pdf_files.of_text(["a" * 80] * 40, ["b"])), Limits(text=100)).text
    assert "a" * 80 in text
    assert len(text) <= 101
    assert len(read(file(tmp_path, b"palavra " * 100), Limits(text=100)).text) == 100


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t", "no_text"),
        (pdf_files.encrypted(), "encrypted"),
        (pdf_files.of_text(DAS)[:-60], "truncated"),
        (pdf_files.of_text(DAS)[:200], "truncated"),
        (b"%PDF-1.4\nnada\n%%EOF\n", "broken"),
        (pdf_files.of_streams([]), "broken"),
        (pdf_files.of_streams([b""]), "no_text"),
        (pdf_files.of_picture(bytes(100), 10, 10), "no_text"),
        (PNG, "no_text"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "no_text"),
        (b"II*\0" + bytes(50), "no_text"),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(50), "no_text"),
        (b"PK\x03\x04" + bytes(26) + b"nota.pdf", "packed"),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", "unknown_format"),
        (bytes(5000), "unknown_format"),
        (bytes(range(1, 256)) * 20, "unknown_format"),
        (b"<!DOCTYPE html><html><p>CNPJ</p></html>", "unknown_format"),
        (XML[:-4], "truncated"),
        (b"<a><b></a>", "broken"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "unsafe_xml"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, data: bytes, code: str) -> None:
    assert why(file(tmp_path, data, "nome.pdf")) == code


def test_the_kind_is_the_contents_not_the_names(tmp_path: Path) -> None:
    assert read(file(tmp_path, XML, "nota.pdf")).kind is FileKind.XML
    assert read(file(tmp_path, b"\n" + pdf_files.of_text(DAS), "guia.txt")).kind is FileKind.PDF
    assert read(file(tmp_path, b"CNPJ;valor", "planilha.xml")).kind is FileKind.TEXT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_is_read_in_the_encodings_of_accounting_programs(tmp_path: Path, encoding: str) -> None:
    text = "Competência;Razão social\n10/2026;Ação – Comércio Ltda\n"
    assert read(file(tmp_path, text.encode(encoding))).text == text


def test_text_cut_in_the_middle_of_a_letter_is_still_utf8(tmp_path: Path) -> None:
    assert read(file(tmp_path, "çã".encode() * 100), Limits(text=7)).text == "çãçãçãç"


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    """A FIFO would hold up the inbox for ever; a link could point to anyone's file."""
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to(file(tmp_path, b"texto"))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        for name in ("fifo", "link", "socket", ".", "/dev/null", "/dev/zero"):
            assert why(tmp_path / name) == "not_a_file"
    assert why(tmp_path / "outro") == "missing"
    assert why(tmp_path / ("a" * 300)) == "missing"
    assert why(Path("a\0b")) == "missing"


def test_a_file_that_may_not_be_read_says_so() -> None:
    """Where root asks, which reads everything, somebody else does."""
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = file(Path(folder), b"texto")
        path.chmod(0)
        os.seteuid(user or 65534)
        try:
            assert why(path) == "forbidden"
        finally:
            os.seteuid(user)


def test_a_file_over_the_limit_is_not_opened_to_its_end(tmp_path: Path) -> None:
    path = file(tmp_path, b"texto")
    os.truncate(path, 1 << 31)
    assert why(path) == "too_large"


def scanned(folder: Path) -> Path:
    """A scan of the DAS."""
    with pdf.opened(pdf_files.of_text(DAS)) as document:
        head, _, grey = pdf.picture(document, 0).partition(b"\n")
    width, height = map(int, head.split()[1:3])
    return file(folder, pdf_files.of_picture(grey, width, height), "digitalizado.pdf")


def languages() -> str:
    program = shutil.which("tesseract")
    return (
        subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False).stdout if program else ""
    )


@pytest.mark.skipif("por" not in languages().split(), reason="Tesseract is not installed with its Portuguese")
def test_a_scan_is_recognised_where_asked_for(tmp_path: Path) -> None:
    path = scanned(tmp_path)
    assert why(path) == "no_text"
    assert "01.815.908/0001-" in read(path, Limits(ocr=True)).text


def fake_tesseract(folder: Path, script: str) -> None:
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_ocr_looks_at_pages_without_text_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    fake_tesseract(tmp_path, "cat >/dev/null; echo lido")
    typed = "Este texto foi digitado e tem mais de quarenta letras no total"
    path = file(tmp_path, pdf_files.of_streams([pdf_files.shown(typed), b"", b"", b""]))
    assert read(path, Limits(ocr=True, ocr_pages=2)).pages == (typed, "\nlido\n", "\nlido\n", "")
    assert read(file(tmp_path, PNG), Limits(ocr=True)).text == "lido\n"


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("cat >/dev/null; echo Error opening data file por.traineddata >&2; exit 1", "ocr_missing"),
        ("cat >/dev/null; exit 1", "broken"),
        ("cat >/dev/null; exec sleep 100", "too_slow"),
        ("cat >/dev/null", "no_text"),
    ],
)
def test_where_ocr_does_not_help_it_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, code: str
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    fake_tesseract(tmp_path, script)
    assert why(file(tmp_path, PNG), Limits(ocr=True, ocr_seconds=0.3)) == code
    typed = pdf_files.of_streams([pdf_files.shown("digitado"), b""])
    assert read(file(tmp_path, typed), Limits(ocr=True, ocr_seconds=0.3)).pages[0].strip() == "digitado"


def test_without_tesseract_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert why(file(tmp_path, PNG), Limits(ocr=True)) == "ocr_missing"
