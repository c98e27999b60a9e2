"""Files made to do harm, or damaged: the program goes on, its memory stays bounded, and each has a reason.

Were it otherwise, one bad file in the inbox would stop the whole office's deliveries.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import pdf_files
from tests.faults.process import REPOSITORY
from tests.faults.program import seeded

SAMPLE = sorted((REPOSITORY / "tests/data/office/documents").iterdir())
MEMORY = 200 << 20
READ = """
import json, os, resource, sys
from pathlib import Path
from core.express.reading.limits import Limits, Unreadable
from core.express.reading.pool import Readers

folder, limits = Path(os.fsdecode(sys.argv[1])), Limits(*json.loads(sys.argv[2]))
said = {}
with Readers(2, limits) as readers:
    for path, found in readers.read_all(sorted(folder.iterdir())):
        said[path.name] = found.code if isinstance(found, Unreadable) else "read"
ours = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:"))
theirs = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"said": said, "ours": ours << 10, "theirs": theirs << 10}))
"""


def read_folder(folder: Path, memory: int = MEMORY, seconds: float = 10.0) -> dict[str, str]:
    """What is said of each file of a folder, read by a program of its own, whose memory is held to its bounds."""
    done = subprocess.run(
        [sys.executable, "-c", READ, os.fsencode(folder), json.dumps([seconds, memory])],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)
    print(found)
    # of the bound on their address space the reading processes use the less; the program itself holds texts only
    assert found["theirs"] <= memory
    assert found["ours"] <= 120 << 20
    said: dict[str, str] = found["said"]
    assert len(said) == len(list(folder.iterdir()))
    return said


def write_hostile(folder: Path, size: int) -> dict[str, set[str]]:
    """Write the files that are made to do harm.

    Args:
        size: bytes that the bombs unfold to.

    Returns:
        Name to what may be said of it.
    """
    beyond = {"too_much_memory", "too_slow", "no_text"}
    flate = pdf_files.FLATE
    zeros = pdf_files.bomb(bytes(1 << 20), size)
    twice = zlib.compress(zeros)
    deep = b"[" * 200_000 + b"]" * 200_000
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    files: dict[str, tuple[bytes, set[str]]] = {
        "zeros.pdf": (pdf_files.of_streams([zeros], flate), beyond),
        "zeros-twice.pdf": (
            pdf_files.of_streams([twice], b"/Filter [/FlateDecode /FlateDecode]"),
            beyond,
        ),
        "text.pdf": (
            pdf_files.of_streams([pdf_files.bomb(b"BT /F1 9 Tf 9 9 Td (AAAA) Tj ET\n" * 30_000, size)], flate),
            {*beyond, "read"},
        ),
        "states.pdf": (pdf_files.of_streams([b"q " * 2_000_000]), beyond),
        "nested-operands.pdf": (pdf_files.of_streams([deep + b" TJ"]), beyond),
        "nested-entries.pdf": (pdf_files.of_streams([b""], page=b"/X " + deep), {*beyond, "broken"}),
        "nested-dictionaries.pdf": (
            pdf_files.of_streams([b""], page=b"/X " + b"<</A" * 100_000 + b" 1" + b">>" * 100_000),
            {*beyond, "broken"},
        ),
        "pages-within-pages.pdf": (
            pdf_files.written([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 9 >>"]),
            {"broken", "no_text"},
        ),
        "many-pages.pdf": (
            pdf_files.written(
                [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 2147483647 >>", b"<<>>"]
            ),
            {"broken", "no_text"},
        ),
        "huge-page.pdf": (pdf_files.of_streams([b""], page=b"/UserUnit 1e9 /MediaBox [0 0 1e30 1e30]"), {"no_text"}),
        "entities.xml": (f'<!DOCTYPE a [<!ENTITY e0 "ha">{entities}]><a>&e11;</a>'.encode(), {"unsafe_xml"}),
        "spaces.xml": (b"<a>" + b" " * (40 << 20) + b"</a>", {"read"}),
        "attribute.xml": (b"<a b='" + b"x" * (40 << 20) + b"'>x</a>", {"read", "too_much_memory"}),
        "name.xml": (b"<" + b"a" * (40 << 20) + b">x", {"broken", "truncated", "too_much_memory"}),
        "nested.xml": (b"<a>" * 100_000 + b"</a>" * 100_000, {"unsafe_xml"}),
        "one-line.txt": (b"x" * (40 << 20), {"read"}),
        "empty.pdf": (b"", {"empty"}),
        "linha\nquebrada\r\n.pdf": (b"", {"empty"}),
        "n" * 251 + ".pdf": (pdf_files.of_text(("nome longo",)), {"read"}),
        os.fsdecode(b"latin-\xe7\xe3o.pdf"): (pdf_files.of_text(("nome",)), {"read"}),
        "bom.pdf": (SAMPLE[0].read_bytes(), {"read"}),
    }
    for name, (data, _) in files.items():
        (folder / name).write_bytes(data)
    for name, kind in (("sparse.pdf", b"%PDF-1.4\n"), ("sparse.xml", b"<a>"), ("sparse", b"")):
        (folder / name).write_bytes(kind)
        os.truncate(folder / name, 1 << 31)
    os.mkfifo(folder / "fifo.pdf")
    (folder / "link.pdf").symlink_to("/dev/zero")
    (folder / "folder.pdf").mkdir()
    sparse = {name: {"too_large"} for name in ("sparse.pdf", "sparse.xml", "sparse")}
    odd = {name: {"not_a_file"} for name in ("fifo.pdf", "link.pdf", "folder.pdf")}
    return {name: allowed for name, (_, allowed) in files.items()} | sparse | odd


def test_files_made_to_do_harm_have_their_reason(tmp_path: Path) -> None:
    allowed = write_hostile(tmp_path, 300 << 20)
    said = read_folder(tmp_path)
    assert {name: code for name, code in said.items() if code not in allowed[name]} == {}
    assert said["zeros.pdf"] == said["zeros-twice.pdf"] == "too_much_memory"


@pytest.mark.soak
def test_so_have_great_ones_under_the_bounds_of_every_day(tmp_path: Path) -> None:
    allowed = write_hostile(tmp_path, 1 << 30)
    said = read_folder(tmp_path, memory=512 << 20, seconds=15)
    assert {name: code for name, code in said.items() if code not in allowed[name]} == {}


def flipped(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 30)):
        data[chance.randrange(len(data))] = chance.randrange(256)


def cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def dropped(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.randint(1, 200)]


def doubled(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    data[start:start] = data[start : start + chance.randint(1, 400)] * chance.choice((1, 2, 50))


def spliced(data: bytearray, chance: random.Random) -> None:
    other = chance.choice(SAMPLE).read_bytes()
    start = chance.randrange(len(data))
    data[start : start + 300] = other[start : start + 300]


def numbered(data: bytearray, chance: random.Random) -> None:
    """Another number where one stands: lengths, offsets, references, sizes."""
    digits = [at for at in range(1, len(data)) if chr(data[at]).isdigit() and not chr(data[at - 1]).isdigit()]
    at = chance.choice(digits or [0])
    data[at : at + 1] = chance.choice((b"0", b"-1", b"4294967296", b"99999999999999999999", b"2147483647", b"1e38"))


def worded(data: bytearray, chance: random.Random) -> None:
    """Another word of the format's in the place of one."""
    words: tuple[bytes, ...] = (
        b"/Pages",
        b"/Page",
        b"/Kids",
        b"/Contents",
        b"/Parent",
        b"/FlateDecode",
        b"/ASCII85Decode",
        b"/Font",
    )
    words += (b"/LZWDecode", b"/RunLengthDecode", b"/DCTDecode", b"/JBIG2Decode", b"/Type", b"obj", b"stream", b"xref")
    old, new = chance.sample(words, 2)
    at = data.find(old, chance.randrange(len(data)))
    if at >= 0:
        data[at : at + len(old)] = new


DAMAGE: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flipped, cut, dropped, doubled, spliced, numbered, numbered, worded,
)  # fmt: skip


def damaged(chance: random.Random, count: int) -> Iterator[bytes]:
    """Real documents, and some that are not compressed, each damaged once or a few times."""
    plain = [pdf_files.of_text([f"Competência 10/2026 CNPJ 01.815.908/0001-16 ({n})"] * n) for n in (1, 9, 70)]
    sources = [path.read_bytes() for path in SAMPLE] + plain * 8
    for _ in range(count):
        data = bytearray(chance.choice(sources))
        for damage in chance.choices(DAMAGE, k=chance.randint(1, 3)):
            damage(data, chance)
            data = data or bytearray(b"%PDF-")
        yield bytes(data)


def survive_damage(folder: Path, count: int, memory: int) -> None:
    for number, data in enumerate(damaged(seeded(), count)):
        (folder / f"{number:06}.pdf").write_bytes(data)
    (folder / "intacto.pdf").write_bytes(SAMPLE[0].read_bytes())
    said = read_folder(folder, memory=memory)
    assert said["intacto.pdf"] == "read"
    assert {"read", "truncated"} < set(said.values())


def test_damaged_documents_have_their_reason(tmp_path: Path) -> None:
    survive_damage(tmp_path, 300, MEMORY)


@pytest.mark.soak
def test_so_have_very_many(tmp_path: Path) -> None:
    survive_damage(tmp_path, 20_000, 512 << 20)
