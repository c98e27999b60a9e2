"""`malote service`: let the system keep a worker for this office."""

from __future__ import annotations

import os
import shutil
import subprocess
from argparse import ArgumentParser
from pathlib import Path
from shlex import quote

from core.cli.call import DONE, NOT_ALL, Call
from core.domain.text import Text
from core.office.config import FILE, Config, read_config
from core.office.context import MAKE_ONE, NO_OFFICE
from core.office.errors import OfficeUnusable
from core.office.units import SECRETS, cron_line, service_unit, timer_unit, unit_name

WRITTEN = Text("Gravado: {file}", "Written: {file}")
REMOVED = Text("Removido: {file}", "Removed: {file}")
NONE_THERE = Text("Este escritório não tem serviço.", "There is no service for this office.")
RUNS = Text("Em funcionamento: {unit}", "Working: {unit}")
BY_HAND = Text(
    "O systemd do usuário não respondeu. Rode (sem systemd, pelo cron: malote service install --cron):",
    "The user's systemd did not answer. Run (without systemd, by cron: malote service install --cron):",
)
LINGER = Text(
    "Para que funcione também sem ninguém conectado: loginctl enable-linger",
    "For it to work with nobody logged in as well: loginctl enable-linger",
)
PASSWORD = Text(
    "A senha do portal nunca fica na unidade, e o serviço, sem a sua sessão aberta, pode não alcançar a que está no "
    "chaveiro do sistema. Deixe-a em password_file (malote.toml), ou como MALOTE_PORTAL_PASSWORD=… em {file} (0600).",
    "The portal's password is never in the unit, and the service, without a session of yours, may not reach the one "
    "in the system's keyring. Put it in password_file (malote.toml), or as MALOTE_PORTAL_PASSWORD=… in {file} (0600).",
)
PASSWORD_FOR_CRON = Text(
    "O cron não tem a sua sessão: pode não alcançar a senha do portal que está no chaveiro do sistema, nem a de "
    "MALOTE_PORTAL_PASSWORD neste terminal. Deixe-a em password_file (malote.toml).",
    "Cron has no session of yours: it may not reach the portal's password in the system's keyring, nor that of "
    "MALOTE_PORTAL_PASSWORD in this terminal. Put it in password_file (malote.toml).",
)
STATE = Text("{unit}: {state}", "{unit}: {state}")
STOPPING = 200.0
"""Seconds for systemd to answer: a unit that is stopped may first end what it sends (its `TimeoutStopSec`, 180)."""
UNKNOWN = Text("instalado; o systemd do usuário não respondeu", "installed; the user's systemd did not answer")


def service_arguments(parser: ArgumentParser, lang: str) -> None:
    parser.epilog = Text(
        "exemplos:\n  malote service install --user                malote run, sempre\n"
        "  malote service install --user --timer 15min  malote deliver, de tempo em tempo\n"
        "  malote service install --cron                a linha para o crontab",
        "examples:\n  malote service install --user                malote run, always\n"
        "  malote service install --user --timer 15min  malote deliver, at intervals\n"
        "  malote service install --cron                the line for crontab",
    ).text(lang)
    parser.add_argument("action", choices=("install", "uninstall", "status"))
    parser.add_argument(
        "--user",
        action="store_true",
        help=Text("do seu usuário (o único modo)", "your own user's (the only way)").text(lang),
    )
    parser.add_argument(
        "--timer",
        metavar="15min",
        help=Text("envia de tempo em tempo, em vez de sempre", "send at intervals instead of always").text(lang),
    )
    parser.add_argument(
        "--cron", action="store_true", help=Text("só mostra a linha do cron", "only show cron's line").text(lang)
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=Text("só mostra o que gravaria", "only show what it would write").text(lang),
    )


def service_command(call: Call) -> int:
    if not (call.folder / FILE).exists():
        raise OfficeUnusable(NO_OFFICE, MAKE_ONE, folder=call.folder, folder_q=quote(str(call.folder)))
    do = {"install": _install, "uninstall": _uninstall, "status": _status}[call.args.action]
    return do(call)


def _units(call: Call, config: Config) -> dict[Path, str]:
    """The files to write, the one that is enabled last."""
    name, span = unit_name(call.folder), call.args.timer
    units = {_place() / f"{name}.service": service_unit(call.folder, config, once=bool(span))}
    if span:
        units[_place() / f"{name}.timer"] = timer_unit(call.folder, config, span)
    return units


def _install(call: Call) -> int:
    config = read_config(call.folder)
    if call.args.cron:
        call.print(cron_line(call.folder, call.args.timer or "15min"))
        if _asks_password(config):
            call.tell(PASSWORD_FOR_CRON)
        return DONE
    units = _units(call, config)
    if call.args.dry_run:
        for file, text in units.items():
            call.print(f"# {file}")
            for line in text.splitlines():
                call.print(line)
        return DONE
    for file in _present(call):  # what runs does as its old unit says, and what starts at the next boot stays so
        _systemctl("disable", "--now", file.name)
        if file not in units:
            file.unlink()
    for file, text in units.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        call.print(call.say(WRITTEN, file=file))
    wanted = list(units)[-1].name
    works = _systemctl("daemon-reload") is not None and _systemctl("enable", "--now", wanted) is not None
    if works:
        call.print(call.say(RUNS, unit=wanted))
    else:
        call.tell(BY_HAND)
        call.print("systemctl --user daemon-reload")
        call.print(f"systemctl --user enable --now '{wanted}'")
    call.tell(LINGER)
    secrets = call.folder / SECRETS
    if _asks_password(config) and not secrets.exists():
        call.tell(PASSWORD, file=secrets)
    return DONE if works else NOT_ALL


def _asks_password(config: Config) -> bool:
    """Whether the portal needs a password that is not where whatever process finds it."""
    return not config.portal.url.startswith("dir:") and not config.portal.password_file


def _uninstall(call: Call) -> int:
    present = _present(call)
    if not present:
        call.tell(NONE_THERE)
        return NOT_ALL
    for file in present:
        if call.args.dry_run:
            call.print(str(file))
            continue
        _systemctl("disable", "--now", file.name)
        file.unlink()
        call.print(call.say(REMOVED, file=file))
    if not call.args.dry_run:
        _systemctl("daemon-reload")
    return DONE


def _status(call: Call) -> int:
    """0 where it is installed and works, 1 otherwise."""
    present = _present(call)
    wanted = present[0].name if present else None
    state = (_systemctl("is-active", wanted, said=True) or "").strip() if wanted else ""
    if call.json:
        call.dump({"unit": wanted, "files": [str(one) for one in present], "state": state or None})
    elif wanted:
        call.print(call.say(STATE, unit=wanted, state=state or call.say(UNKNOWN)))
    else:
        call.tell(NONE_THERE)
    return DONE if state == "active" else NOT_ALL


def _place() -> Path:
    """Where systemd looks for a user's own units (systemd.unit, table 2)."""
    home = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "systemd" / "user"


def _present(call: Call) -> list[Path]:
    """The office's unit files that are there, a timer first: it would start its service again."""
    name = unit_name(call.folder)
    return [file for kind in ("timer", "service") if (file := _place() / f"{name}.{kind}").exists()]


def _systemctl(*words: str, said: bool = False) -> str | None:
    """Ask the user's systemd; what it said, or None where there is none or (unless only asked) it refused."""
    program = shutil.which("systemctl")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "--user", *words], capture_output=True, text=True, check=False, timeout=STOPPING
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if said or done.returncode == 0 else None
