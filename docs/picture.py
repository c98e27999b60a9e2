"""Draws docs/demo.svg from a real run of the demonstration, and docs/screens/*.svg from the console itself.

python -m docs.picture
"""

from __future__ import annotations

import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.console.pictures import draw

PICTURE = Path(__file__).parent / "demo.svg"
SCREENS = Path(__file__).parent / "screens"
SHOWN = (
    *("painel", "templates", "pasta-de-destino", "tarefas", "tarefa", "concluir", "registro", "erros"),
    *("express", "clientes", "funcionarios", "ativacao", "configuracoes"),
)
"""The screens that the documentation shows; see `tests.console.pictures`."""


def main() -> None:
    draw(SCREENS, SHOWN, [(80, 24)], suffix=False)
    demonstration()


def demonstration() -> None:
    """The demonstration's own words."""
    words = [sys.executable, "-m", "tui", "demo", "--headless"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    shown = re.sub(r"/\S*/malote-demo-\w+", "/tmp/malote-demo", done.stdout)
    console = Console(record=True, width=112, file=StringIO())
    console.print("[b]$ malote demo --headless[/b]", highlight=False)
    for line in shown.splitlines():
        style = "green" if "✓" in line else "bold red" if "✗" in line else "" if line.startswith(" ") else "bold"
        console.print(Text(line, style=style), soft_wrap=False)
    drawn = console.export_svg(title="malote demo --headless", unique_id="demo")
    PICTURE.write_text(re.sub(r"@font-face {.*?}", "", drawn, flags=re.DOTALL), encoding="utf-8")  # no fetched fonts


if __name__ == "__main__":
    main()
