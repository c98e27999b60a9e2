"""`malote completion`: the script by which a shell completes `malote`, from the commands' own grammar."""

from __future__ import annotations

import argparse
import re
from argparse import ArgumentParser
from pathlib import Path

from core.cli.call import DONE, Call
from core.domain.text import Text

SHELLS = ("bash", "zsh", "fish")
INSTALL = Text(
    """para instalar:
  bash  mkdir -p ~/.local/share/bash-completion/completions
        malote completion bash > ~/.local/share/bash-completion/completions/malote
  zsh   mkdir -p ~/.zfunc; malote completion zsh > ~/.zfunc/_malote      (com fpath+=~/.zfunc antes de compinit)
  fish  mkdir -p ~/.config/fish/completions; malote completion fish > ~/.config/fish/completions/malote.fish""",
    """to install it:
  bash  mkdir -p ~/.local/share/bash-completion/completions
        malote completion bash > ~/.local/share/bash-completion/completions/malote
  zsh   mkdir -p ~/.zfunc; malote completion zsh > ~/.zfunc/_malote      (with fpath+=~/.zfunc before compinit)
  fish  mkdir -p ~/.config/fish/completions; malote completion fish > ~/.config/fish/completions/malote.fish""",
)
IDS = {
    "task": "task",
    "tasks": "task",
    "template": "template",
    "client": "client",
    "employee": "employee",
    "actor": "employee",
    "document": "document",
    "delivery": "document",
    "confirm": "waiting",
    "discard": "waiting",
}
"""What an argument of that name is completed with: ids of the office."""
FILES = {"file", "protocol.to"}
FOLDERS = {"folder", "office"}
PREAMBLE = {
    "bash": """\
# $1: the word so far
{function}() {{
  malote __complete {kind} "$1" "${{COMP_WORDS[@]:0:COMP_CWORD}}" 2>/dev/null
}}
""",
    "zsh": """\
{function}() {{
  local -a found
  found=("${{(@f)$(malote __complete {kind} "${{(Q)PREFIX}}" "${{(@Q)${{(z)BUFFER}}}}" 2>/dev/null)}}")
  compadd -a found
}}
""",
    "fish": """\
function {function}
  malote __complete {kind} (commandline -ct) (commandline -opc) 2>/dev/null
end
""",
}
"""How each shell asks for ids; `_file_` in a function's name lets shtab's bash quote what it answers."""


def completion_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.epilog = INSTALL.text(lang)
    parser.add_argument("shell", choices=SHELLS)


def completion_command(call: Call) -> int:
    print(script(call.args.shell, call.lang))
    return DONE


def script(shell: str, lang: str) -> str:
    """The completion script for a shell of `SHELLS`."""
    import shtab

    from core.cli.parser import whole

    parser = whole(lang)
    kinds = sorted(set(IDS.values()))
    for command, action in _actions(parser):
        if isinstance(action.metavar, str):
            action.metavar = re.sub(
                r"""["'`$:\\\[\]]""", "", action.metavar
            )  # shtab puts it into zsh's quotes as it is
        if (kind := IDS.get(action.dest)) and not action.choices:
            action.complete = {shell: _call(shell, kind)}  # type: ignore[attr-defined] # shtab's way of being told
        elif action.dest in FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif action.dest in FILES or f"{command}.{action.dest}" in FILES or action.type is Path:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
    preamble = "\n".join(PREAMBLE[shell].format(function=_function(kind), kind=kind) for kind in kinds)
    return str(shtab.complete(parser, shell=shell, preamble=preamble))


def _actions(parser: ArgumentParser) -> list[tuple[str, argparse.Action]]:
    """Every argument, with the command that it is of ("" for those before any)."""
    found = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, own in action.choices.items():
                found += [(name, one) for one in own._actions]
        else:
            found.append(("", action))
    return found


def _function(kind: str) -> str:
    return f"_malote_file_{kind}"


def _call(shell: str, kind: str) -> str:
    return f"({_function(kind)})" if shell == "fish" else _function(kind)
