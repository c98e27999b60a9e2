"""Writes the generated pages from the code, so that no code, event or key is documented in two places.

python -m docs.generate
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from docs.manual import manual
from docs.reference import page

HERE = Path(__file__).parent
CODE = re.compile(r"(?<=<!-- )(docs/examples/\w+\.py)( -->\n```python\n).*?(?=```)", re.DOTALL)


def with_code(path: Path) -> str:
    """A page with the code that it shows put in anew: what readers copy is what the tests run."""

    def shown(place: re.Match[str]) -> str:
        return place[1] + place[2] + (HERE.parent / place[1]).read_text(encoding="utf-8")

    return CODE.sub(shown, path.read_text(encoding="utf-8"))


PAGES: dict[Path, Callable[[], str]] = {
    HERE / "referencia.md": partial(page, "pt"),
    HERE / "en" / "reference.md": partial(page, "en"),
    HERE / "malote.1": partial(manual, "pt"),
    HERE / "malote.en.1": partial(manual, "en"),
    **{path: partial(with_code, path) for path in (HERE / "adaptador.md", HERE / "en" / "portal-adapter.md")},
}


def main() -> None:
    for path, made in PAGES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
