"""Writes the generated pages from the code, so that no code, event or key is documented in two places.

python -m docs.generate
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from docs.reference import page

HERE = Path(__file__).parent
PAGES: dict[Path, Callable[[], str]] = {
    HERE / "referencia.md": partial(page, "pt"),
    HERE / "en" / "reference.md": partial(page, "en"),
}


def main() -> None:
    for path, made in PAGES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
