"""An office on disk, opened: what every use case is handed. The composition root of the engine."""

from __future__ import annotations

import errno
import random
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from core.blobs import BlobDirectory
from core.domain.reasons import reason_of
from core.domain.text import InvalidValue, Text
from core.office.config import FILE, Config, read_config, write_config, wrong_value
from core.office.errors import OfficeUnusable, Refused
from core.store import open_store
from core.store.engine import StoreError

if TYPE_CHECKING:
    from core.ports import Blobs, Portal, Store

NO_OFFICE = Text("Não há escritório em {folder}.", "There is no office in {folder}.")
MAKE_ONE = Text(
    "Crie um com: malote --office {folder_q} init --portal URL (ou veja antes: malote demo).",
    "Make one with: malote --office {folder_q} init --portal URL (or look first: malote demo).",
)
EXISTS = Text("Já há um escritório em {folder}.", "There is an office in {folder} already.")
USE_IT = Text(
    "Use-o (malote --office {folder_q} status; o portal está em {folder}/malote.toml), ou diga outra pasta: "
    "malote --office PASTA init.",
    "Use it (malote --office {folder_q} status; its portal is in {folder}/malote.toml), or name another folder: "
    "malote --office FOLDER init.",
)
NO_GROUP = Text("O grupo {group} não existe neste computador.", "There is no group {group} on this machine.")
NO_STATE = Text(
    "{file} não existe ou está vazio: o estado do escritório se perdeu.",
    "{file} is missing or empty: the office's state is lost.",
)
NO_ACCESS = Text("{folder} não pode ser usado: {reason}.", "{folder} cannot be used: {reason}.")
JOIN_GROUP = Text(
    "Quem cria o escritório precisa ser do grupo {group}: sudo usermod -aG {group} USUÁRIO, e entrar de novo.",
    "Who makes the office has to be of the group {group}: sudo usermod -aG {group} USER, then log in again.",
)

STORE_ERRORS: dict[str, tuple[Text, Text]] = {
    "not_ours": (
        Text("{file} não é um arquivo do Malote; nada foi alterado.", "{file} is not Malote's; nothing was changed."),
        Text("Confira --office ou MALOTE_OFFICE.", "Look at --office or MALOTE_OFFICE."),
    ),
    "newer_version": (
        Text("{file} é de uma versão mais nova do Malote.", "{file} is from a newer version of Malote."),
        Text("Atualize o Malote neste computador.", "Update Malote on this machine."),
    ),
    "read_only": (
        Text("{file} não pode ser gravado por este usuário.", "{file} cannot be written by this user."),
        Text(
            "Entre como o dono do escritório, ou peça para entrar no grupo dele.",
            "Log in as the office's owner, or ask to be put into its group.",
        ),
    ),
    "damaged": (
        Text("{file} está danificado ({reason}).", "{file} is damaged ({reason})."),
        Text("Volte a última cópia de segurança da pasta do escritório.", "Restore the office's last backup."),
    ),
    "disk_full": (
        Text("Não há espaço no disco de {file}; nada foi perdido.", "The disk of {file} is full; nothing was lost."),
        Text("Libere espaço e repita o comando.", "Make room and repeat the command."),
    ),
    "io_error": (
        Text(
            "O sistema não conseguiu ler ou gravar {file} ({reason}).", "{file} cannot be read or written ({reason})."
        ),
        Text("Confira o disco e tente de novo.", "Look at the disk and try again."),
    ),
    "busy": (
        Text("Outro processo está gravando em {file} há tempo demais.", "Another process keeps writing to {file}."),
        Text("Repita em instantes; veja quem usa o escritório.", "Try again shortly; see who uses the office."),
    ),
}


SHARED_PORTAL = {"file_mode": "0664", "folder_mode": "2775"}
"""How a shared office publishes: one login's folders have to take another's documents."""


@dataclass(frozen=True)
class Context:
    """What use cases work with."""

    folder: Path
    config: Config
    store: Store
    blobs: Blobs
    portal: Callable[[], Portal]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    jitter: Callable[[], float]

    @property
    def workers(self) -> Path:
        """Where workers of this host prove that they live."""
        return self.folder / "host" / "workers"

    @property
    def name(self) -> str:
        return self.config.office.name or self.folder.name


def uuid7() -> str:
    """A new UUIDv7 (RFC 9562, 5.7): sorts by the time of its making."""
    milliseconds = time.time_ns() // 1_000_000
    bits = (milliseconds & (1 << 48) - 1) << 80 | random.SystemRandom().getrandbits(80)
    bits = bits & ~(0xF << 76) | 7 << 76
    return str(uuid.UUID(int=bits & ~(0x3 << 62) | 0x2 << 62))


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_office(
    folder: Path, values: dict[str, dict[str, Any]], group: str | None = None, *, lang: str = "pt"
) -> None:
    """Make an office's folder: configuration, state, spool and inbox; for its owner alone or for a group too.

    Args:
        values: what of the configuration is not as by default, section by section.
        group: whose members share the office.
        lang: of the explanations in the configuration.

    Raises:
        OfficeError: there is an office already, the group is unknown, or the folder cannot be made.
    """
    if (folder / FILE).exists():
        raise Refused(EXISTS, USE_IT, folder=folder, folder_q=quote(str(folder)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if group is not None:
            shutil.chown(folder, group=group)
            values = {**values, "portal": {**SHARED_PORTAL, **values.get("portal", {})}}
        folder_mode = 0o2770 if group else 0o700
        for path in (folder, *(folder / name for name in ("spool", "inbox", "host", "host/workers"))):
            path.mkdir(exist_ok=True)
            path.chmod(folder_mode)
        open_store(folder / "state.db", mode=_file_mode(folder)).close()
        write_config(folder, values, _file_mode(folder), lang)  # last: without it there is no office
    except LookupError:
        raise Refused(NO_GROUP, group=group) from None
    except OSError as error:
        remedy = group_remedy(error, group)
        raise OfficeUnusable(NO_ACCESS, remedy, folder=folder, reason=reason_of(error), group=group) from None
    except StoreError as error:
        raise unusable(folder, error) from None


def group_remedy(error: OSError, group: str | None) -> Text | None:
    """What to do about a folder that could not be given to a group: only its members can give it (chown(2), EPERM)."""
    return JOIN_GROUP if group is not None and error.errno == errno.EPERM else None


@contextmanager
def open_office(folder: Path, *, wait: float = 10.0) -> Iterator[Context]:
    """Open an office for the length of the block.

    Args:
        wait: seconds that a change waits while another process is writing.

    Raises:
        OfficeUnusable: there is none, or its configuration or state cannot be used.
    """
    try:
        if not (folder / FILE).exists():
            raise OfficeUnusable(NO_OFFICE, MAKE_ONE, folder=folder, folder_q=quote(str(folder)))
        config = read_config(folder)
        state = folder / "state.db"
        if not state.exists() or not state.stat().st_size:  # the store would make a new one, as if nothing had been
            raise OfficeUnusable(NO_STATE, STORE_ERRORS["damaged"][1], file=state)
        mode, folder_mode = _file_mode(folder), folder.stat().st_mode & 0o7777
        store = open_store(state, wait=wait, mode=mode)
    except OSError as error:
        raise OfficeUnusable(NO_ACCESS, folder=folder, reason=reason_of(error)) from None
    except StoreError as error:
        raise unusable(folder, error) from None
    try:
        yield Context(
            folder=folder,
            config=config,
            store=store,
            blobs=BlobDirectory(folder / "spool", mode=mode, folder_mode=folder_mode),
            portal=lambda: _open_portal(folder, config),
            now=utc_now,
            new_id=uuid7,
            jitter=random.random,
        )
    except StoreError as error:
        raise unusable(folder, error) from None
    finally:
        store.close()


def damage_of(folder: Path) -> OfficeUnusable | None:
    """What is wrong with an office's state, read whole; None where nothing is, or there is no office."""
    try:
        with open_office(folder) as ctx:
            ctx.store.check()
    except OfficeUnusable as error:
        return error
    except OSError:
        return None
    except Exception as error:  # a damaged schema, in which SQLite finds functions and names that there are not
        return unusable(folder, StoreError("damaged", str(error)))
    return None


def _open_portal(folder: Path, config: Config) -> Portal:
    try:
        return portal_of(folder, config)
    except InvalidValue as error:
        raise wrong_value(folder, ("portal", "url"), error.sentence) from None


def portal_of(folder: Path, config: Config) -> Portal:
    """The portal that a configuration names; nothing is asked of it yet.

    Raises:
        InvalidValue: there can be no such portal.
    """
    from core.portal import PortalOptions, open_portal  # noqa: PLC0415 - short commands need no portal

    portal = config.portal

    def file(name: str) -> Path | None:
        return folder / name if name else None

    options = PortalOptions(
        file_mode=int(portal.file_mode, 8),
        folder_mode=int(portal.folder_mode, 8),
        group=folder.stat().st_gid if is_shared(folder) else None,
        exclusive=portal.exclusive,
        timeout=portal.timeout,
        insecure=portal.insecure,
        password_file=file(portal.password_file),
        ca_file=file(portal.ca_file),
        certificate=file(portal.certificate),
        key=file(portal.key),
        facts=folder / "host",
    )
    return open_portal(portal.url, options)


def is_shared(folder: Path) -> bool:
    """Whether a group's members share the office (`init --group`)."""
    return bool(folder.stat().st_mode & 0o020)


def _file_mode(folder: Path) -> int:
    return 0o660 if is_shared(folder) else 0o600


def unusable(folder: Path, error: StoreError) -> OfficeUnusable:
    """The engine's error as a sentence with its remedy."""
    text, remedy = STORE_ERRORS.get(error.code, STORE_ERRORS["io_error"])
    file = folder / "state.db"
    reason: Text | str = error.detail.removeprefix(f"{file}: ").split("\n")[0]
    cause = error.__context__
    if isinstance(cause, OSError) and cause.strerror == reason:
        reason = reason_of(cause)
    return OfficeUnusable(text, remedy, file=file, reason=reason)
