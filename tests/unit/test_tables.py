"""Reading CSV files as spreadsheets write them: what is misread here goes to the wrong client."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.office.tables import BadTable, Problem, Row, decode, read_table

HEADER = ["id", "nome", "observação"]


def read(tmp_path: Path, data: bytes | str) -> list[Row]:
    path = tmp_path / "t.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_table(path).rows


def problem(tmp_path: Path, data: bytes | str) -> Problem:
    with pytest.raises(BadTable) as caught:
        read(tmp_path, data)
    return caught.value.problems[0]


# --- whatever csv.writer writes is read back

ENCODINGS = {"utf-8": "utf-8", "utf-8-sig": "utf-8-sig", "utf-16": "utf-16", "cp1252": "cp1252"}
LATIN = "aZ09 ;,\t\"'=-.\r\nçãéÉº“”–€"
WIDE = LATIN + "日本😀\u2028"


@st.composite
def written(draw: st.DrawFn) -> tuple[bytes, list[tuple[int, list[str]]]]:
    """A file's bytes, and the rows that it holds with the lines on which they begin."""
    encoding = draw(st.sampled_from(list(ENCODINGS)))
    cells = st.text(st.sampled_from(LATIN if encoding == "cp1252" else WIDE), max_size=8)
    rows = draw(st.lists(st.tuples(cells, cells, cells).map(list), max_size=6))
    separator, end = draw(st.sampled_from(",;\t")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    says_so = draw(st.booleans())
    out = io.StringIO()
    out.write(f"sep={separator}{end}" if says_so else "")
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL)
    expected = []
    for row in [HEADER, *rows]:
        before = out.getvalue()
        writer.writerow(row)
        if any(cell.strip() for cell in row):
            expected.append((1 + len(before.replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1, row))
    data = out.getvalue().encode(encoding)
    if encoding == "cp1252":  # `ã––` is a whole character of UTF-8 as well: what is meant, nobody can tell
        assume(not re.search("[^\0-\x7f\udc80-\udcff]", data.decode("utf-8", "surrogateescape")))
    return data, expected


@given(written())
def test_every_dialect_and_encoding_is_read_back_with_the_lines_of_its_rows(
    tmp_path_factory: pytest.TempPathFactory, file: tuple[bytes, list[tuple[int, list[str]]]]
) -> None:
    data, expected = file
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    table = read_table(path)
    assert [(row.line, row.cells) for row in (table.header, *table.rows)] == expected


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_a_table_or_problems(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """A broken file must be told as such: a traceback tells an accountant nothing."""
    path = tmp_path_factory.getbasetemp() / "bytes.csv"
    path.write_bytes(data)
    try:
        table = read_table(path)
    except BadTable as error:
        assert error.problems
        assert all(one.say("pt").isprintable() and one.say("en").isprintable() for one in error.problems)
    else:
        assert all(any(map(str.strip, row.cells)) for row in table.rows)


# --- encodings


def test_windows_1252_with_its_own_signs(tmp_path: Path) -> None:
    assert read(tmp_path, "id;nome\n1;“São João” – €\n".encode("cp1252"))[0].cells == ["1", "“São João” – €"]


def test_excels_unicode_text(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xff\xfe" + "id\tnome\r\n0012\tSão\r\n".encode("utf-16-le"))[0].cells == ["0012", "São"]


def test_damaged_utf_8_is_not_taken_for_windows_1252(tmp_path: Path) -> None:
    """One bad byte would otherwise turn every accent of the file into two wrong letters."""
    found = problem(tmp_path, "id,nome\n1,São\n2,Ação\n3,X".encode() + b"\xff\n")
    assert (found.line, found.column, found.value) == (4, "nome", r"X\xff")
    assert decode("Ação".encode()) == "Ação"


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"id,nome\n1,a\n2,b\x00c\n", 3, "nome"),
        (b"\xef\xbb\xbfid,nome\n1,\xe9\n", 2, "nome"),
        (b"\xff\xfe" + "id\tnome\n1\t".encode("utf-16-le") + b"\x00\xd8a\x00", 2, "nome"),
        (b"\xff\xfe" + "id\tnome\n1\tx".encode("utf-16-le") + b"\x41", 2, "nome"),
        (b"id;nome\n1;\xe7\x81\n", 2, "nome"),  # 0x81 is nothing in Windows-1252
        (b"id,n\x00me\n1,a\n", 1, 2),
    ],
)
def test_bytes_that_are_no_text_are_told_with_their_place(
    tmp_path: Path, data: bytes, line: int, column: object
) -> None:
    found = problem(tmp_path, data)
    assert (found.line, found.column) == (line, column)
    found.value.encode()  # can be written out


# --- separators


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("id;nome\n1;a,b,c,d\n", ["1", "a,b,c,d"]),
        ("id,nome\n1,a;b;c;d\n", ["1", "a;b;c;d"]),
        ("id\tnome\n1\ta;b,c\n", ["1", "a;b,c"]),
        ('id;"nome, razão, social"\n1;a\n', ["1", "a"]),
        ("id\n1\n", ["1"]),
        ("sep=|\nid|nome\n1|a;b,c\n", ["1", "a;b,c"]),
        ('"sep=;"\r\nid;nome\r\n1;a\r\n', ["1", "a"]),
        ("\n\nid;nome\n1;a\n", ["1", "a"]),
    ],
)
def test_the_separator_is_the_headers(tmp_path: Path, text: str, cells: list[str]) -> None:
    assert read(tmp_path, text)[0].cells == cells


def test_blank_lines_and_trailing_empty_columns_are_nothing_but_count_as_lines(tmp_path: Path) -> None:
    rows = read(tmp_path, "sep=;\nid;nome;;\n\n1;a;;;;;\n;;;\n  \n2;b\n")
    assert rows == [
        (
            4,
            [
                "1",
                "a",
            ],
        ),
        (7, ["2", "b"]),
    ]


def test_a_cell_begins_on_the_physical_line_after_the_line_breaks_before_it(tmp_path: Path) -> None:
    row = read(tmp_path, 'id,nome,x\r\n1,"a\r\nb\nc\rd",z\r\n')[0]
    assert row.line == 2
    assert (row.line_of(1), row.line_of(2)) == (2, 5)


# --- what is no table


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('id,nome\n1,a\n2,"b\n3,c\n', 3, "nome"),  # never closed
        ('id,nome\n1,"a"b\n', 2, "nome"),  # closed too early
        ('id,nome,x\n1,"a\nb","c"d\n', 3, "x"),  # in a row over two lines
        ('id,nome\n1,"a\n2,"b"\n', 2, "nome"),  # swallows the next row
        ("id,nome\n1," + "x" * 200_000 + "\n", 2, "nome"),
        ('id,nome\n1,"' + "x" * 200_000 + '"\n', 2, "nome"),
        ("id,nome\n1,a,,b\n", 2, 4),
        ("", 1, 1),
        (";;\n\n", 1, 1),
    ],
)
def test_broken_rows_are_told_with_line_and_column(tmp_path: Path, text: str, line: int, column: object) -> None:
    found = problem(tmp_path, text)
    assert (found.line, found.column) == (line, column)


def test_files_that_are_none_are_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for path in (tmp_path / "folder.csv", tmp_path / "none.csv"):
        with pytest.raises(BadTable) as caught:
            read_table(path)
        assert caught.value.problems[0].say() == f"{path.name}: Não é um arquivo"
    assert "pasta de trabalho" in problem(tmp_path, b"PK\x03\x04rest").say()


def test_a_problem_reads_as_a_sentence_with_its_place_and_value() -> None:
    from core.domain.text import Text

    text = Text("CNPJ inválido", "Not a CNPJ")
    one = Problem("clients.csv", 7, "tax_id", "12.345\n" + "9" * 80, text)
    assert one.say() == 'clients.csv, linha 7, coluna tax_id: CNPJ inválido: "12.345\\n' + "9" * 52 + '…"'
    assert one.say("en").startswith("clients.csv, line 7, column tax_id: Not a CNPJ: ")


def test_a_file_beyond_the_bound_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.office.tables.MAX_BYTES", 1 << 20)
    assert problem(tmp_path, b"id\n" + b"x" * (1 << 20)).say() == "t.csv: O arquivo é grande demais: cabem 1 MB"
