"""What is a legal name at a portal: one component of a path, a folder's or a file's.

Clients open the portal from Windows, macOS and telephones, so a name has to be legal on all of them: in Unicode NFC,
not empty, at most 255 bytes in UTF-8, without separators, control or bidirectional characters, without a space at
either end or a dot at the end, and none of the names that Windows keeps for devices.

Names that people choose (destinations, clients' roots) are REFUSED with a sentence when they are not legal: who chose
can choose again. Names of files are REWRITTEN with a warning: files come from elsewhere under any name, and a document
must not stay behind for it. NFC alone is no warning: nobody can see it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import TypeVar

from core.domain.text import InvalidValue, Sentence, Text

K = TypeVar("K")

MAX_BYTES = 255
MAX_DEPTH = 16
"""Levels of a client's root, and of a destination: more is a mistake, and paths have bounds too."""
SCRATCH_FOLDER = ".malote"
"""At the portal's root this folder, in any case, is ours (the design's section 5): no client's root begins with it."""
FALLBACK = "documento"

_SEPARATOR = re.compile(r"[/\\]")
# Cc, the bidirectional controls, line and paragraph separators, surrogates
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_DEVICE = re.compile(r"(CON|PRN|AUX|NUL|(?:COM|LPT)[0-9¹²³]) *(?=\.|$)", re.IGNORECASE)
# Letters must be among its signs: the end of "Balancete 10.2026" or of "Sr. Silva" is none
_EXTENSION = re.compile(r"\.(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,16}$")
_LEVELS = re.compile(r"/| > ")

_EMPTY = Text("Há um nome vazio.", "A name is empty.")
_DOTS = Text("O nome {name} não pode ser usado.", "The name {name} cannot be used.")
_SEPARATED = Text("O nome {name} contém / ou \\.", "The name {name} contains / or \\.")
_CONTROLLED = Text(
    "O nome {name} contém caracteres invisíveis de controle.", "The name {name} contains invisible control characters."
)
_SPACED = Text("O nome {name} começa ou termina com espaço.", "The name {name} begins or ends with a space.")
_DOTTED = Text("O nome {name} termina com ponto.", "The name {name} ends with a dot.")
_RESERVED = Text("O nome {name} é reservado pelo Windows.", "Windows reserves the name {name}.")
_LONG = Text("O nome {name} é longo demais: {size} bytes; cabem 255.", "{name} is too long: {size} bytes; 255 fit.")
_OURS = Text(
    "A pasta {name} é do próprio Malote e não pode ser de um cliente.",
    "The folder {name} is Malote's own and cannot be a client's.",
)
_DEEP = Text("São {depth} níveis de pastas; cabem {most}.", "There are {depth} levels of folders; {most} fit.")

_WAS_CONTROLLED = Text("caracteres invisíveis de controle retirados", "invisible control characters removed")
_WAS_SEPARATED = Text("/ e \\ trocados por -", "/ and \\ replaced by -")
_WAS_TRIMMED = Text("espaços ou pontos das pontas retirados", "spaces or dots at its ends removed")
_WAS_LONG = Text("nome longo demais encurtado", "shortened, as it was too long")
_WAS_RESERVED = Text("nome reservado pelo Windows completado com _", "_ added, as Windows reserves the name")
_WAS_EMPTY = Text("não sobrou nome; virou {name}", "no name was left; it became {name}")


class IllegalName(InvalidValue):
    """A name that the portal cannot hold; `sentence` says why."""

    def __init__(self, text: Text, name: str, **params: object):
        # what a terminal or UTF-8 could not show is shown as an escape
        shown = _CONTROL.sub(lambda sign: ascii(sign[0])[1:-1], name)
        super().__init__(text, name=shown if len(shown) <= 80 else shown[:79] + "…", **params)
        self.name = name


def legal_name(name: str) -> str:
    """Check one name that a person chose.

    Returns:
        The name in NFC.

    Raises:
        IllegalName: the portal cannot hold it.
    """
    name = unicodedata.normalize("NFC", name)
    fault, size = None, 0
    if _CONTROL.search(name):
        fault = _CONTROLLED
    elif not _visible(name):
        fault = _EMPTY
    elif name in (".", ".."):
        fault = _DOTS
    elif _SEPARATOR.search(name):
        fault = _SEPARATED
    elif name != name.strip():
        fault = _SPACED
    elif name.endswith("."):
        fault = _DOTTED
    elif _DEVICE.match(name):
        fault = _RESERVED
    elif (size := len(name.encode())) > MAX_BYTES:
        fault = _LONG
    if fault is not None:
        raise IllegalName(fault, name, size=size)
    return name


def legal_file_name(name: str) -> tuple[str, tuple[Sentence, ...]]:
    """Rewrite a file's name so that the portal can hold it; the same name always becomes the same.

    Returns:
        The legal name, and what was done to it beyond NFC: nothing for a legal one.
    """
    done: list[Sentence] = []

    def step(new: str, text: Text, **params: object) -> str:
        if new != name:
            done.append(Sentence(text, params))
        return new

    name = unicodedata.normalize("NFC", name)
    # again NFC: what is removed may have kept a letter and its accent apart
    name = step(unicodedata.normalize("NFC", _CONTROL.sub("", name)), _WAS_CONTROLLED)
    name = step(_SEPARATOR.sub("-", name), _WAS_SEPARATED)
    name = step(_trim(name), _WAS_TRIMMED)
    name = step(name if _visible(name) else FALLBACK, _WAS_EMPTY, name=FALLBACK)
    name = step(_fit(name), _WAS_LONG)
    name = step(_fit(_DEVICE.sub(r"\1_", name, count=1) if _DEVICE.match(name) else name), _WAS_RESERVED)
    return name, tuple(done)


def split_extension(name: str) -> tuple[str, str]:
    """Stem and extension: the last suffix only (`x.tar.gz` gives `.gz`); a name like `.pdf` is all stem."""
    found = _EXTENSION.search(name)
    if found is None or not name[: found.start()].strip("."):
        return name, ""
    return name[: found.start()], found[0]


def numbered(name: str, n: int) -> str:
    """The n-th name beside a legal name: `DAS_Janeiro (1).pdf`; a long stem is shortened to stay legal."""
    return _fit(name, f" ({n})")


def next_free(name: str, taken: Collection[str]) -> str:
    """The first numbered name, from 1 on, that is not taken; names are compared exactly, in NFC."""
    name = unicodedata.normalize("NFC", name)
    barred = {unicodedata.normalize("NFC", other) for other in taken} | {name}
    n = 1
    while (candidate := numbered(name, n)) in barred:
        n += 1
    return candidate


def fold_root(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Fold a root so that two which some file system or server would take for one become equal.

    Case and the forms of signs are folded (Unicode's compatibility caseless match, D146): `FARMÁCIA` and a decomposed
    `farmácia` meet, `farmacia` without the accent is another folder. Trailing dots and spaces, which Windows drops,
    cannot occur.
    """
    return tuple(_caseless(part) for part in parts)


def parse_root(text: str) -> tuple[str, ...]:
    """Read a client's root folder; `/` or ` > ` separates its levels, spaces around them do not count.

    Raises:
        IllegalName: it is empty, a level is no legal name, or it lies in `.malote`.
    """
    parts = tuple(legal_name(level.strip(" ")) for level in _LEVELS.split(text))
    check_depth(parts)
    if _caseless(parts[0]) == SCRATCH_FOLDER:
        raise IllegalName(_OURS, parts[0])
    return parts


def check_depth(levels: tuple[str, ...]) -> None:
    """Raise IllegalName for more levels than `MAX_DEPTH`."""
    if len(levels) > MAX_DEPTH:
        raise IllegalName(_DEEP, "/".join(levels), depth=len(levels), most=MAX_DEPTH)


def roots_meet(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether two roots are the same or one lies inside the other, folded; an empty root (not linked) meets none."""
    shared = min(len(a), len(b))
    return shared > 0 and fold_root(a[:shared]) == fold_root(b[:shared])


def meeting_roots(roots: Iterable[tuple[K, tuple[str, ...]]]) -> list[tuple[K, K]]:
    """Find the roots that meet, in one pass over their levels (section 2.9).

    Args:
        roots: key and root of each client; empty roots are passed over.

    Returns:
        Pairs in the order of `roots`: of equal roots each later one with the first, of nested ones the outer one first.
        Empty exactly when no two roots meet.
    """
    folded = [(key, fold_root(root)) for key, root in roots if root]
    first: dict[tuple[str, ...], K] = {}
    for key, root in folded:
        first.setdefault(root, key)
    pairs: list[tuple[K, K]] = []
    seen: set[tuple[str, ...]] = set()
    for key, root in folded:
        if root in seen:
            pairs.append((first[root], key))
        seen.add(root)
        pairs += [(first[root[:n]], key) for n in range(1, len(root)) if root[:n] in first]
    return pairs


def _visible(name: str) -> bool:
    return any(not sign.isspace() and unicodedata.category(sign) != "Cf" for sign in name)


def _trim(name: str) -> str:
    previous = None
    while previous != name:
        previous, name = name, name.strip().rstrip(".")
    return name


def _caseless(name: str) -> str:
    if name.isascii():
        return name.casefold()
    name = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", name).casefold())
    return unicodedata.normalize("NFKD", name.casefold())


def _fit(name: str, insert: str = "") -> str:
    """Put `insert` between stem and extension, and shorten the stem, between characters, to what then fits."""
    stem, extension = split_extension(name)
    tail = insert + extension
    room = MAX_BYTES - len(tail.encode())
    if len(stem.encode()) > room:
        longer = stem
        stem = stem.encode()[:room].decode(errors="ignore")
        # an accent that has no composed form stays with its letter
        while len(stem) > 1 and unicodedata.combining(longer[len(stem)]):
            stem = stem[:-1]
        stem = _trim(stem)
        stem = stem if _visible(stem) else FALLBACK
    return stem + tail
