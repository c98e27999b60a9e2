"""The documentation, followed literally: each page's ```console blocks in a fresh home, with the real command.

`$ ` begins a command, `> ` goes on with it; `# saída N` or `# exit N` behind it is the status that it ends with (0
otherwise). Each of the lines below has to be in what it says; `…` stands for anything. A page that needs Apache
says so by `<!-- apache -->` before the block, which is skipped where Apache is not installed.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.integration.webdav_servers import PASSWORD, Setting, installed, serving

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"(?P<apache><!-- apache -->\n)?```console\n(?P<body>.*?)```", re.DOTALL)
STATUS = re.compile(r"\s+# (?:saída|exit) (\d)$")
END = "end-of-command-"
PAGES = sorted(
    path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if "```console" in path.read_text("utf-8")
)


@dataclass
class Step:
    """A command of a page, what it should say, and its exit status."""

    command: str
    status: int = 0
    said: list[str] = field(default_factory=list)


def steps(text: str, *, apache: bool) -> Iterator[Step]:
    for block in BLOCK.finditer(text):
        if block["apache"] and not apache:
            continue
        step: Step | None = None
        for line in block["body"].splitlines():
            if line.startswith("$ "):
                if step is not None:
                    yield step
                found = STATUS.search(line)
                step = Step(STATUS.sub("", line[2:]), int(found[1]) if found else 0)
            elif step is not None and line.startswith("> ") and not step.said:
                step.command += "\n" + line[2:]
            elif step is not None:
                step.said.append(line)
        if step is not None:
            yield step


def follow(page: str, home: Path) -> list[str]:
    """Follow a page; what did not come as it says."""
    with ExitStack() as stack:
        apache = installed("apache")
        text = (DOCS / page).read_text("utf-8")
        replaced = {
            "/srv/portal": str(home / "srv" / "portal"),
            "SENHA-DO-PORTAL": PASSWORD,
            "PORTAL-PASSWORD": PASSWORD,
        }
        if apache and "<!-- apache -->" in text:
            replaced["localhost:8080"] = f"localhost:{stack.enter_context(serving('apache', Setting('basic'))).port}"
        for before, after in replaced.items():
            text = text.replace(before, after)
        todo = list(steps(text, apache=apache))
        done = run([one.command for one in todo], home)
        return [
            f"{page}: {told}"
            for one, (said, status) in zip(todo, done, strict=True)
            for told in wrong(one, said, status)
        ]


def run(commands: list[str], home: Path) -> list[tuple[str, int]]:
    """Run commands in one shell, and give what each said and its exit status."""
    (home / "bin").mkdir()
    malote = home / "bin" / "malote"
    malote.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tui "$@"\n', encoding="utf-8")
    malote.chmod(0o755)
    script = "".join(f"{{\n{one}\n}} 2>&1\nprintf '%s\\n' \"{END}$?\"\n" for one in commands)
    environment = {"HOME": str(home), "PATH": f"{home / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    shell = subprocess.run(
        ["bash"],
        check=False,
        input=script,
        env={**environment, "LC_ALL": "C.UTF-8"},
        cwd=home,
        capture_output=True,
        text=True,
    )
    parts = re.split(rf"{END}(\d+)\n", shell.stdout)
    assert len(parts) == 2 * len(commands) + 1, (shell.stdout, shell.stderr)
    return [(parts[2 * n], int(parts[2 * n + 1])) for n in range(len(commands))]


def wrong(step: Step, said: str, status: int) -> Iterator[str]:
    if status != step.status:
        yield f"{step.command!r} ended with {status}, not {step.status}:\n{said}"
    lines = [" ".join(line.split()) for line in said.splitlines()]
    for expected in step.said:
        pattern = re.compile(".*".join(re.escape(part.strip()) for part in " ".join(expected.split()).split("…")))
        if not any(map(pattern.search, lines)):
            yield f"{step.command!r} did not say {expected!r}:\n{said}"


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """All pages, two at a time."""
    homes = {page: tmp_path_factory.mktemp("home") for page in PAGES}
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(PAGES, pool.map(partial(_follow, homes), PAGES), strict=True))


def _follow(homes: dict[str, Path], page: str) -> list[str]:
    return follow(page, homes[page])


@pytest.mark.parametrize("page", PAGES)
def test_whoever_follows_the_page_gets_there(page: str, followed: dict[str, list[str]]) -> None:
    """A new administrator copies the commands and believes what the page says comes of them."""
    assert followed[page] == []
    if "<!-- apache -->" in (DOCS / page).read_text("utf-8") and not installed("apache"):
        pytest.skip("apache is not installed: that recipe was left out")


@pytest.mark.parametrize(
    ("command", "said", "expected"),
    [("true", "um  dois\ntrês", []), ("true", "um …três", ["did not say"]), ("false", "um", ["ended with 1"])],
)
def test_what_does_not_come_is_told(command: str, said: str, expected: list[str], tmp_path: Path) -> None:
    """Otherwise the test above could not fail."""
    step = Step(f"printf 'um dois\\ntrês\\n'; {command}", said=said.splitlines())
    found = [told for out, status in run([step.command], tmp_path) for told in wrong(step, out, status)]
    assert len(found) == len(expected) and all(part in told for part, told in zip(expected, found, strict=True))


def test_every_page_s_links_lead_somewhere() -> None:
    """A dead link is a question without an answer."""
    assert [
        f"{path.relative_to(ROOT)}: {link}"
        for path in (*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "SECURITY.md")
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
        if "://" not in link and not (path.parent / link).exists()
    ] == []


def test_every_link_into_a_page_finds_its_heading() -> None:
    """A link that ends at the top of a page of 800 lines is a question without an answer, too."""
    pages = (*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "SECURITY.md")
    assert [
        f"{path.relative_to(ROOT)}: {link}#{heading}"
        for path in pages
        for link, heading in re.findall(r"\]\(([^)#\s]*)#([^)]*)\)", path.read_text("utf-8"))
        if "://" not in link and heading not in anchors(path.parent / link if link else path)
    ] == []


def anchors(page: Path) -> set[str]:
    """Where one can be led to on a page, as GitHub names its headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
