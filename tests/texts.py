"""What the program says, read from its source: its texts in both languages, and the literals that are none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from core.domain.text import Text

ROOT = Path(__file__).parents[1]
PORTUGUESE = re.compile(
    r"\w*[ãõçáéíóúâêôà]\w*|\b(?:nenhuma?|pastas?|clientes?|tarefas?|envios?|arquivos?|senha|erros?|falhas?|para|com|sem"
    r"|uma|dos|das|quem|anexar|concluir|voltar|sair|ajuda|linhas?|nome|nov[ao]s?|todos)\b",
    re.IGNORECASE,
)
"""Words that no English text has."""


@cache
def _sources() -> dict[str, ast.Module]:
    files = (file for folder in ("core", "tui") for file in sorted((ROOT / folder).rglob("*.py")))
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def _called(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def texts() -> list[Text]:
    """Every text of the program that is written out, once."""
    found: dict[Text, None] = {}
    for tree in _sources().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node, "Text") and len(node.args) == 2:
                words = [one.value for one in node.args if isinstance(one, ast.Constant)]
                if len(words) == 2 and all(isinstance(one, str) for one in words):
                    found[Text(*map(str, words))] = None
    return list(found)


def literals() -> Iterator[tuple[str, int, str]]:
    """Literals with Portuguese words in them that belong to no text: file, line, value."""
    for path, tree in _sources().items():
        known = {
            id(one) for node in ast.walk(tree) if _called(node, "Text", "setting", "Field") for one in ast.walk(node)
        }
        known |= {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or id(node) in known:
                continue
            if isinstance(node.value, str) and PORTUGUESE.search(node.value):
                yield path, node.lineno, node.value
