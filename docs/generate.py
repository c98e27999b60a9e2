"""Writes docs/referencia.md from the code, so that no code, event or key is documented in two places.

python -m docs.generate
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from core.catalog import standard_templates
from core.cli.commands import COMMANDS
from core.domain.events import EVENTS
from core.domain.failures import FAILURES, Retry
from core.office.config import sections
from tui.keymap import named
from tui.keys import shown

PAGE = Path(__file__).parent / "referencia.md"


class _Named(defaultdict[str, str]):
    """Shows a sentence's parameters by their names."""

    def __missing__(self, key: str) -> str:
        return f"‹{key}›"


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            "# Referência",
            "",
            "Gerada do código por `python -m docs.generate`; não edite.",
            "",
            *_section(
                "Comandos", ("comando", "para quê"), [(f"`malote {n}`", c.summary.pt) for n, c in COMMANDS.items()]
            ),
            *_section("Configuração (`malote.toml`)", ("seção", "chave", "padrão", "significado"), _keys()),
            'As teclas do console mudam em `[keys]`, pelo nome: `"templates.map_marked" = "b"`. Um nome que não há, ou',
            "uma tecla que ali já é de outra coisa, é dito ao abrir o console, com a linha, e fica o padrão.",
            "",
            *_section("Teclas (`[keys]`)", ("nome", "padrão", "o que faz"), _bindings()),
            *_section(
                "Falhas",
                ("código", "o que aconteceu", "tenta sozinho", "como resolver"),
                [
                    (
                        f"`{code}`",
                        one.sentence.pt.format_map(_Named()).strip(),
                        _retry(one.retry),
                        one.remedy.pt.format_map(_Named()),
                    )
                    for code, one in FAILURES.items()
                ],
            ),
            *_section(
                "Eventos",
                ("código", "nível", "frase"),
                [(f"`{c}`", kind.level.value, kind.sentence.pt.format_map(_Named())) for c, kind in EVENTS.items()],
            ),
            *_section(
                "Templates padrão",
                ("id", "nome", "departamento", "pasta"),
                [(f"`{one.id}`", one.name, one.department, " > ".join(one.folder)) for one in standard_templates()],
            ),
        ]
    )


def _keys() -> Iterable[tuple[str, ...]]:
    for name, section in sections().items():
        for key, field in section.model_fields.items():
            default = "(obrigatória)" if field.is_required() else f"`{field.default}`" if field.default else ""
            yield f"`[{name}]`", f"`{key}`", default, field.description or ""


def _bindings() -> Iterable[tuple[str, ...]]:
    for name, one in sorted(named().items()):
        keys = " ".join(f"`{shown(key.strip(), 'pt')}`" for key in one.keys.split(","))
        yield f"`{name}`", keys, one.meaning.pt


def _retry(retry: Retry | None) -> str:
    if retry is None:
        return "não"
    if retry.tries is not None:
        return f"{retry.tries} vezes"
    return "de hora em hora" if retry.growth == 1 or retry.first == retry.most else "sim, em esperas crescentes"


def _section(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [
        f"## {title}",
        "",
        "| " + " | ".join(heads) + " |",
        "|" + " --- |" * len(heads),
        *("| " + " | ".join(row) + " |" for row in cells),
        "",
    ]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
