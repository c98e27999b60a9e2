"""A copy of an office in one file, consistent while others work, and an office made of one again.

The copy is a tar: `malote.toml`, `state.db` (one committed state), `spool/…` (every file's bytes that this state may
need) and `inbox/…`. No password, no fact of this host, nothing of the portal. The spool only ever gains bytes that a
state refers to, and lets them go long after: so it is read after the state.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from core.domain.text import Text
from core.office.config import FILE
from core.office.context import EXISTS, NO_ACCESS, Context, open_office
from core.office.errors import OfficeUnusable, Refused

STATE, SPOOL, INBOX = "state.db", "spool", "inbox"
BLOB = re.compile(r"spool/([0-9a-f]{2})/([0-9a-f]{62})")
CHUNK = 1 << 20

TAKEN = Text("{file} já existe.", "{file} exists already.")
OTHER_NAME = Text("Escolha outro nome para a cópia.", "Choose another name for the backup.")
INSIDE = Text(
    "A cópia não pode ficar dentro da pasta do escritório.", "The backup cannot lie inside the office's folder."
)
ELSEWHERE = Text("Guarde-a em outro disco ou computador.", "Keep it on another disk or machine.")
NOT_WRITTEN = Text("{file} não pôde ser gravado: {reason}.", "{file} could not be written: {reason}.")
NOT_READ = Text("{file} não pode ser lido: {reason}.", "{file} cannot be read: {reason}.")
NO_BACKUP = Text(
    "{file} não é uma cópia inteira de um escritório do Malote: {reason}. Nada foi criado.",
    "{file} is no whole backup of an office of Malote: {reason}. Nothing was made.",
)
USE_ANOTHER = Text("Use outra cópia.", "Use another backup.")
ODD_MEMBER = Text("contém {name}, que não se espera nela", "it holds {name}, which is not expected in one")
LACKS = Text("falta {name}", "{name} is missing")
CUT = Text("está incompleta ou danificada", "it is incomplete or damaged")
WRONG_BYTES = Text("o conteúdo de {name} não confere", "the bytes of {name} are not what they should be")
OTHER_FOLDER = Text(
    "Escolha outra pasta com --office, ou mude a que existe de lugar antes.",
    "Choose another folder with --office, or move the one that exists away first.",
)

Progress = Callable[[int, int], None]


def _quietly(done: int, total: int) -> None: ...


def back_up(ctx: Context, file: Path, progress: Progress = _quietly) -> int:
    """Write the office as it is now into one new file, readable by its owner alone.

    Args:
        progress: told of files copied, and files in all.

    Returns:
        How many documents' bytes are in it.

    Raises:
        Refused: the file exists, or would lie inside the office.
        OfficeUnusable: it cannot be written.
    """
    if file.resolve().is_relative_to(ctx.folder.resolve()):
        raise Refused(INSIDE, ELSEWHERE)
    if file.exists():
        raise Refused(TAKEN, OTHER_NAME, file=file)
    try:
        with _written_whole(file) as out, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            tar.add(ctx.folder / FILE, FILE)
            with tempfile.TemporaryDirectory(dir=file.parent, prefix=".malote-") as place:
                ctx.store.copy_to(Path(place) / STATE)
                tar.add(Path(place) / STATE, STATE)
            files = [*_files(ctx.folder, SPOOL), *_files(ctx.folder, INBOX)]
            for number, path in enumerate(files):
                progress(number, len(files))
                try:
                    tar.add(path, path.relative_to(ctx.folder).as_posix(), recursive=False)
                except FileNotFoundError:
                    continue  # let go meanwhile: nothing needed it, or Express took it
            progress(len(files), len(files))
            return sum(1 for path in files if BLOB.fullmatch(path.relative_to(ctx.folder).as_posix()))
    except OSError as error:
        raise OfficeUnusable(NOT_WRITTEN, file=file, reason=error.strerror or error) from None


def restore(folder: Path, file: Path, progress: Progress = _quietly) -> int:
    """Make an office of a backup, in a folder where there is none; all of it or nothing.

    What was delivered after the backup was made is found at the portal by its bytes, and is not sent again.

    Returns:
        How many documents' bytes it holds.

    Raises:
        Refused: there is an office already, or the file is no whole backup.
        OfficeUnusable: the file cannot be read, the folder cannot be made, or its state cannot be used.
    """
    if (folder / FILE).exists():
        raise Refused(EXISTS, OTHER_FOLDER, folder=folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            folder.rmdir()  # an empty one may be there
        place = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".malote-"))
    except OSError as error:
        raise OfficeUnusable(NO_ACCESS, folder=folder, reason=error.strerror) from None
    try:
        count = _unpack(file, place, progress)
        for name in (SPOOL, INBOX, "host", "host/workers"):
            (place / name).mkdir(exist_ok=True)
        for path in place.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        with open_office(place) as ctx:
            ctx.store.check()
        for path in (place, *place.rglob("*")):
            _make_durable(path)
        place.rename(folder)
        _make_durable(folder.parent)
    except OSError as error:
        raise OfficeUnusable(NO_ACCESS, folder=folder, reason=error.strerror or error) from None
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return count


def _unpack(file: Path, place: Path, progress: Progress) -> int:
    """Copy the members that a backup may hold; whatever else is in it ends this, before anything else is written."""
    count = 0
    try:
        with tarfile.open(file, "r:*") as tar:
            for number, member in enumerate(tar, 1):
                progress(number, 0)
                name, source = _safe(file, member), tar.extractfile(member)
                if source is None:
                    raise _no_backup(file, ODD_MEMBER, name)
                digest = _copy(source, place / name)
                if found := BLOB.fullmatch(str(name)):
                    count += 1
                    if digest != found[1] + found[2]:
                        raise _no_backup(file, WRONG_BYTES, name)
    except (tarfile.TarError, EOFError):
        raise _no_backup(file, CUT) from None
    except FileNotFoundError:
        raise OfficeUnusable(NOT_READ, file=file, reason="não existe / it does not exist") from None
    for needed in (FILE, STATE):
        if not (place / needed).exists():
            raise _no_backup(file, LACKS, needed)
    return count


def _safe(file: Path, member: tarfile.TarInfo) -> PurePosixPath:
    """The member's path, if it is one of a backup's: no link, no device, and nothing outside the office."""
    name = PurePosixPath(member.name)
    is_known = (
        member.name in {FILE, STATE}
        or BLOB.fullmatch(member.name) is not None
        or (name.parts[:1] == (INBOX,) and len(name.parts) > 1 and ".." not in name.parts)
    )
    if not member.isreg() or not is_known:
        raise _no_backup(file, ODD_MEMBER, member.name)
    return name


def _no_backup(file: Path, why: Text, name: object = "") -> Refused:
    return Refused(NO_BACKUP, USE_ANOTHER, file=file, reason=Text(*(one.format(name=name) for one in why)))


def _copy(source: IO[bytes], target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with _new(target) as out:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


def _files(folder: Path, below: str) -> Iterator[Path]:
    """The regular files below a folder of the office, without what is just being written."""
    for path in sorted((folder / below).rglob("*")):
        relative = path.relative_to(folder).as_posix()
        if path.is_file() and not path.is_symlink() and (below != SPOOL or BLOB.fullmatch(relative)):
            yield path


@contextmanager
def _written_whole(file: Path) -> Iterator[IO[bytes]]:
    """A new file that has its name only once it is whole and on disk."""
    temporary = file.with_name(f".{file.name}.part")
    try:
        temporary.unlink(missing_ok=True)  # of a backup that was killed
        with _new(temporary) as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.link(temporary, file)  # refuses where somebody has made one of that name meanwhile
        _make_durable(file.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _new(path: Path) -> IO[bytes]:
    """A new file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
