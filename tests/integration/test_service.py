"""The worker that the system keeps: a unit that systemd refuses, or that holds the password, is worse than none."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core.domain.text import InvalidValue
from core.office import create_office
from core.office.units import cron_line, minutes, unit_name

SYSTEMCTL = """#!/bin/sh
echo "$@" >> "{log}"
[ "$2" = is-active ] && echo active
exit {status}
"""


class Machine:
    """A home and a `systemctl` that writes down what it is asked, with an office whose name needs quoting."""

    def __init__(self, folder: Path):
        self.home, self.log = folder / "home", folder / "asked"
        self.office = folder / 'Escritório "Sol" 100%'
        self.portal = folder / "portal do sol"
        self.units = self.home / ".config" / "systemd" / "user"
        for one in (self.home, self.portal, folder / "bin"):
            one.mkdir()
        url = f"dir://{self.portal}".replace(" ", "%20")
        create_office(self.office, {"portal": {"url": url}, "office": {"name": "Sol & Mar"}})
        self._bin = folder / "bin"
        self.systemctl(0)

    def systemctl(self, status: int) -> None:
        file = self._bin / "systemctl"
        file.write_text(SYSTEMCTL.format(log=self.log, status=status))
        file.chmod(0o755)

    def run(self, *words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("MALOTE_", "XDG_"))}
        env |= {"HOME": str(self.home), "PATH": f"{self._bin}:{env['PATH']}", "MALOTE_PORTAL_PASSWORD": "segredo"}
        done = subprocess.run(
            [sys.executable, "-m", "tui", "--office", str(self.office), "service", *words],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, (done.stdout, done.stderr)
        return done

    def written(self) -> dict[str, str]:
        return {file.suffix: file.read_text() for file in self.units.iterdir()}

    def asked(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def verified(folder: Path, timer: bool) -> None:
    """systemd itself reads the units and finds nothing to object to."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    units = sorted(folder.glob("*.timer" if timer else "*.service"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", "--recursive-errors=no", *units],
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder.parents[3]), "SYSTEMD_UNIT_PATH": f"{folder}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    own = [line for line in done.stderr.splitlines() if "malote-" in line]
    assert not own, own


def test_install_keeps_a_worker_and_uninstall_takes_it_away(machine: Machine) -> None:
    machine.run("install", "--user")
    unit = machine.written()[".service"]
    assert set(machine.written()) == {".service"}
    assert "segredo" not in unit, "whoever reads the unit would know the portal's password"
    for setting in ("Restart=on-failure", "NoNewPrivileges=yes", "ProtectSystem=strict", "WantedBy=default.target"):
        assert setting in unit.splitlines()
    assert f'ReadWritePaths="-{machine.office}" "-{machine.portal}"'.replace('"Sol" 100%', '\\"Sol\\" 100%%') in unit
    name = f"{unit_name(machine.office)}.service"
    assert machine.asked() == ["--user daemon-reload", f"--user enable --now {name}"]
    verified(machine.units, timer=False)
    assert "active" in machine.run("status").stdout
    machine.run("uninstall")
    assert not list(machine.units.iterdir())
    machine.run("status", status=1)
    machine.run("uninstall", status=1)


def test_what_it_starts_is_this_program_on_this_office(machine: Machine) -> None:
    """A unit that starts nothing would look installed while no document leaves."""
    unit = machine.run("install", "--dry-run", "--timer", "15min").stdout
    start = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    words = shlex.split(start.removeprefix("ExecStart=").replace("%%", "%").replace("$$", "$"))
    assert Path(words[0]).is_absolute()
    done = subprocess.run(words, cwd="/", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Nada a enviar.\n"), done.stderr
    assert not machine.units.exists(), "a dry run writes nothing"


def test_a_timer_takes_the_place_of_a_worker_that_keeps_running(machine: Machine) -> None:
    machine.run("install", "--user")
    machine.run("install", "--user", "--timer", "15min")
    name = unit_name(machine.office)
    assert machine.asked()[2:] == [  # seen with systemd 252: the worker ran on, and the timer never fired
        f"--user disable --now {name}.service",
        "--user daemon-reload",
        f"--user enable --now {name}.timer",
    ]
    units = machine.written()
    assert "OnUnitActiveSec=15min" in units[".timer"] and "WantedBy" not in units[".service"]
    assert "Type=oneshot" in units[".service"]
    verified(machine.units, timer=True)
    machine.run("install", "--user")
    assert set(machine.written()) == {".service"}
    assert machine.asked()[5:7] == [f"--user disable --now {name}.timer", f"--user disable --now {name}.service"]
    machine.run("install", "--timer", "logo", status=2)


def test_without_a_systemd_that_answers_it_says_the_two_commands(machine: Machine) -> None:
    machine.systemctl(1)
    done = machine.run("install", "--user", status=1)  # nobody sends yet
    name = f"{unit_name(machine.office)}.service"
    assert f"systemctl --user daemon-reload\nsystemctl --user enable --now '{name}'\n" in done.stdout
    assert "loginctl enable-linger" in done.stderr
    assert "malote service install --cron" in done.stderr, "the way where there is no systemd at all"


def test_a_shared_office_runs_without_the_sandbox_that_would_hide_its_group(machine: Machine) -> None:
    machine.office.chmod(stat.S_IMODE(machine.office.stat().st_mode) | 0o2070)
    unit = machine.run("install", "--dry-run").stdout
    assert "PrivateUsers" not in unit and "NoNewPrivileges=yes" in unit


def test_each_office_has_units_of_its_own() -> None:
    assert unit_name(Path("/srv/a/escritorio")) == "malote-srv-a-escritorio"
    assert unit_name(Path("/srv/a-b")) != unit_name(Path("/srv/a/b"))
    assert unit_name(Path("/srv/São João")) == "malote-srv-S\\xc3\\xa3o\\x20Jo\\xc3\\xa3o"


def test_cron_is_told_only_what_it_can_keep(machine: Machine) -> None:
    line = machine.run("install", "--cron").stdout
    assert line.startswith("*/15 * * * * /") and "100\\%" in line and line.endswith(" deliver\n")
    assert cron_line(Path("/o"), "2h").startswith("0 */2 * * * ")
    assert minutes("1h") == 60
    for wrong in ("7min", "5h", "0min", "x"):
        with pytest.raises(InvalidValue):
            cron_line(Path("/o"), wrong)


def test_a_password_that_the_service_may_not_reach_is_named_with_what_to_do(machine: Machine) -> None:
    """Kept in the keyring it works for who installs the service, and is not there when the service asks at night."""
    assert "chaveiro" not in machine.run("install", "--user").stderr, "a folder asks for no password"
    config = machine.office / "malote.toml"
    config.write_text(re.sub(r"(?m)^url = .*", 'url = "webdav+https://eu@portal.example/"', config.read_text()))
    told = machine.run("install", "--user").stderr
    secrets = machine.office / "malote.env"
    assert "pode não alcançar a que está no chaveiro" in told
    assert "password_file (malote.toml)" in told and f"MALOTE_PORTAL_PASSWORD=… em {secrets} (0600)" in told
    cron = machine.run("install", "--cron")
    assert "chaveiro" in cron.stderr and "password_file (malote.toml)" in cron.stderr and "chaveiro" not in cron.stdout
    secrets.write_text("MALOTE_PORTAL_PASSWORD=segredo\n")
    assert "chaveiro" not in machine.run("install", "--user").stderr
    config.write_text(config.read_text().replace('# password_file = ""', 'password_file = "senha"'))
    assert "chaveiro" not in machine.run("install", "--cron").stderr
