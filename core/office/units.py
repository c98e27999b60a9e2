"""A worker that the system keeps: systemd's user units for an office, and the line for cron."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from core.domain.text import InvalidValue, Text
from core.office.config import Config
from core.office.context import is_shared

SECRETS = "malote.env"
"""Beside `malote.toml`, 0600: MALOTE_PORTAL_PASSWORD=… for who has neither `password_file` nor a keyring."""
WRONG_SPAN = Text("{span} não é um intervalo: 15min, 1h…", "{span} is no interval: 15min, 1h…")
_SPAN = re.compile(r"([1-9]\d{0,3})(min|h)")


def unit_name(office: Path) -> str:
    """The units' name for an office: a folder's path as systemd escapes it (systemd-escape --path)."""
    inner = str(office).strip("/") or "-"
    escaped = "".join(
        "-" if sign == "/" else sign if sign.isascii() and (sign.isalnum() or sign in ":_.") else _escaped(sign)
        for sign in inner
    )
    return f"malote-{escaped}"


def _escaped(sign: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(sign))


def minutes(span: str) -> int:
    """Minutes of an interval as systemd writes it.

    Raises:
        InvalidValue: it is none.
    """
    found = _SPAN.fullmatch(span)
    if found is None:
        raise InvalidValue(WRONG_SPAN, span=span)
    return int(found[1]) * (60 if found[2] == "h" else 1)


def program() -> list[str]:
    """How this very program is started from anywhere."""
    script = Path(sys.executable).with_name("malote")
    return [str(script)] if os.access(script, os.X_OK) else [sys.executable, "-P", "-m", "tui"]


def service_unit(office: Path, config: Config, *, once: bool) -> str:
    """The service: `malote run` for as long as the machine is up, or (`once`, for a timer) `malote deliver`.

    No password is in it. Of a shared office the sandbox is left out: it would need a user namespace, in which the
    office's group is unknown and published documents could not be given to it.
    """
    words = [*program(), "--office", str(office), "deliver" if once else "run"]
    kind = ["Type=oneshot", "SuccessExitStatus=1"] if once else ["Type=simple", "Restart=on-failure", "RestartSec=30"]
    writable = [office, *_portal_folder(config)]
    sandbox = [
        "PrivateUsers=yes",
        "ProtectSystem=strict",
        "PrivateTmp=yes",
        "ReadWritePaths=" + " ".join(_quoted(f"-{path}") for path in writable),
    ]
    lines = [
        "[Unit]",
        f"Description=Malote: {_plain(config.office.name or office.name)}",
        "Documentation=man:malote(1)",
        "After=network-online.target",
        "",
        "[Service]",
        *kind,
        "ExecStart=" + " ".join(_quoted(word).replace("$", "$$") for word in words),
        *(() if once else ("RestartPreventExitStatus=2 3",)),  # wrong usage, an unusable office: for a person to mend
        f"EnvironmentFile=-{_plain(str(office / SECRETS)).replace('%', '%%')}",
        "UMask=0077",
        "NoNewPrivileges=yes",
        *(() if is_shared(office) else sandbox),
        "TimeoutStopSec=180",
    ]
    if not once:
        lines += ["", "[Install]", "WantedBy=default.target"]
    return "\n".join(lines) + "\n"


def timer_unit(office: Path, config: Config, span: str) -> str:
    """The timer that starts the service at intervals.

    Raises:
        InvalidValue: the interval is none.
    """
    minutes(span)
    return "\n".join(
        [
            "[Unit]",
            f"Description=Malote: {_plain(config.office.name or office.name)}, {span}",
            "",
            "[Timer]",
            "OnActiveSec=1min",
            f"OnUnitActiveSec={span}",
            "",
            "[Install]",
            "WantedBy=timers.target",
            "",
        ]
    )


def cron_line(office: Path, span: str) -> str:
    """The line for `crontab -e` that does what the timer does.

    Raises:
        InvalidValue: the interval is none, or cron cannot keep it.
    """
    every = minutes(span)
    hours, rest = divmod(every, 60)
    if every < 60 and 60 % every == 0:
        when = f"*/{every} * * * *"
    elif not rest and 24 % hours == 0:
        when = f"0 */{hours} * * *" if hours < 24 else "0 0 * * *"
    else:
        raise InvalidValue(WRONG_SPAN, span=span)
    command = shlex.join([*program(), "--office", str(office), "deliver"])
    return f"{when} " + command.replace("%", "\\%")


def _portal_folder(config: Config) -> list[Path]:
    parts = urlsplit(config.portal.url)
    return [Path(unquote(parts.path))] if parts.scheme == "dir" else []


def _quoted(word: str) -> str:
    """A word as systemd reads it (systemd.syntax, Quoting)."""
    inner = _plain(word).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{inner}"'


def _plain(text: str) -> str:
    """On one line: a unit file's next line would be another setting."""
    return re.sub(r"[\x00-\x1f\x7f]", "?", text)
