"""Ctrl-Z, fg, signals and a lost line, under a shell in a real tmux: what the shell gets back is as it was."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
from pathlib import Path

import pytest

from tests.console.panes import Open, Pane, console, eventually


@pytest.fixture
def shell(pane: Open) -> Pane:
    """A shell that leaves the terminal's settings as it finds them; bash would hide what we leave behind."""
    one = pane([shutil.which("dash") or "sh", "-i"], ENV="", HISTFILE="")
    one.type("PS1='pronto> '; clear")
    one.press("Enter")
    eventually(lambda: one.text.strip() == "pronto>", lambda: one.text)
    return one


def run(shell: Pane, *words: str) -> None:
    shell.type(shlex.join(words))
    shell.press("Enter")


def start(shell: Pane, office: Path) -> int:
    """Start a console in the foreground; returns its process id."""
    run(shell, *console(office))
    shell.see("Prioridade", "? ajuda", "Portal ●")
    (pid,) = children(int(shell.tell("pane_pid")[0]))
    return pid


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def state(pid: int) -> str:
    """A process's state, as `ps` shows it; Z for one that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # gone before it was opened, or since
        return "Z"


def check_usable(shell: Pane, sign: str) -> None:
    """What is typed is echoed, and done."""
    run(shell, "echo", f"{sign}a{sign}")
    eventually(lambda: shell.text.count(f"{sign}a{sign}") >= 2, lambda: shell.text)


def test_ctrl_z_gives_the_terminal_back_and_fg_paints_at_once(shell: Pane, work: Path) -> None:
    modes, settings = shell.modes, shell.settings
    pid = start(shell, work)
    shell.go("2", see="21 de 21")
    shell.press("Down", "Down", "Space")
    shell.see("1 selecionado")
    screen, running = shell.settled(), shell.modes
    assert running != modes
    for sign in "XY":
        shell.press("C-z")
        eventually(lambda: shell.modes == modes, lambda: f"{shell.modes}")
        eventually(lambda: state(pid) == "T")
        assert shell.settings == settings
        assert "Pasta de destino" not in shell.text
        check_usable(shell, sign)
        run(shell, "fg")
        eventually(lambda: shell.text == screen, lambda: shell.text)
        eventually(lambda: shell.modes == running, lambda: f"{shell.modes}")
    shell.press("q")
    eventually(lambda: shell.modes == modes)
    assert shell.settings == settings
    check_usable(shell, "Z")


def test_what_is_half_typed_in_a_dialog_is_there_after_fg_and_in_the_terminal_s_new_size(
    shell: Pane, work: Path
) -> None:
    start(shell, work)
    shell.go("2", see="21 de 21")
    shell.go("d", see="7 pastas")
    shell.type("Novo > Lu")
    shell.see("Novo > Lu")
    shell.press("C-z")
    shell.see_no_more("Novo > Lu")
    shell.resize(60, 20)
    run(shell, "fg")
    shell.see("Novo > Lu")
    eventually(lambda: "Enter confirmar" in shell.lines[19], lambda: shell.text)
    shell.type("gar")
    shell.go("Enter", see="→ Novo > Lugar")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("keys", [(), ("2", "d")], ids=["", "dialog"])
def test_a_signal_gives_the_terminal_back(
    shell: Pane, work: Path, number: signal.Signals, keys: tuple[str, ...]
) -> None:
    """Line settings, alternate screen, mouse, cursor."""
    modes, settings = shell.modes, shell.settings
    pid = start(shell, work)
    shell.press(*keys)
    shell.settled()
    os.kill(pid, number)
    eventually(lambda: state(pid) == "Z")
    eventually(lambda: shell.modes == modes, lambda: f"{shell.modes}")
    assert shell.settings == settings
    check_usable(shell, "X")
    assert "Traceback" not in shell.text


def test_the_first_start_gives_the_terminal_back_too(shell: Pane, tmp_path: Path) -> None:
    """Where there is no office yet: stopped, continued, and ended by a signal."""
    modes, settings = shell.modes, shell.settings
    run(shell, *console(tmp_path / "none"))
    shell.see("Novo escritório em")
    shell.type("/srv")
    shell.see("/srv")
    screen = shell.settled()
    (pid,) = children(int(shell.tell("pane_pid")[0]))
    shell.press("C-z")
    eventually(lambda: state(pid) == "T" and shell.modes == modes, lambda: f"{state(pid)} {shell.modes}")
    assert shell.settings == settings
    run(shell, "fg")
    eventually(lambda: shell.text == screen, lambda: shell.text)
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: state(pid) == "Z" and shell.modes == modes, lambda: f"{state(pid)} {shell.modes}")
    assert shell.settings == settings


def test_what_is_ended_while_it_is_stopped_gives_the_terminal_back(shell: Pane, work: Path) -> None:
    """`kill` reaches it once it goes on."""
    modes, settings = shell.modes, shell.settings
    pid = start(shell, work)
    shell.press("C-z")
    eventually(lambda: state(pid) == "T" and shell.modes == modes)
    os.kill(pid, signal.SIGTERM)
    run(shell, "fg")
    eventually(lambda: state(pid) == "Z" and shell.modes == modes, lambda: f"{state(pid)} {shell.modes}")
    assert shell.settings == settings
    check_usable(shell, "X")


@pytest.mark.parametrize("stopped", [False, True], ids=["running", "stopped"])
def test_a_lost_line_leaves_no_process_and_one_finds_ones_place_again(
    shell: Pane, pane: Open, work: Path, stopped: bool
) -> None:
    """What nobody looks at any more must not run for ever, nor hold the office."""
    pid = start(shell, work)
    shell.go("2", see="21 de 21")
    shell.press("/")
    shell.type("balan")
    shell.see("3 de 21")
    shell.press("Enter", "Space")
    shell.see("1 selecionado")
    if stopped:
        shell.press("C-z")
        eventually(lambda: state(pid) == "T")
    shell.close()
    eventually(lambda: state(pid) == "Z", lambda: state(pid))
    again = pane(console(work))
    again.see("3 de 21 · 1 selecionado")
