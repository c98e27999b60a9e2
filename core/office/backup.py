"""A copy of an office in one file, consistent while others work, and an office made of one again.

The copy is a tar: `malote.toml`, `state.db` (one committed state), `spool/…` (every file's bytes that this state may
need), `inbox/…`, and last `SHA256SUMS`, without which a copy is not whole. No password, no fact of this host, nothing
of the portal. The spool only ever gains bytes that a state refers to, and lets them go long after: so it is read after
the state.

Both work in a folder of their own, beside what they make, which they lock: what one left that was killed is removed by
the next.
"""

from __future__ import annotations

import fcntl
import grp
import hashlib
import io
import lzma
import os
import re
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from core.domain.reasons import reason_of
from core.domain.text import Text
from core.office.config import FILE
from core.office.context import EXISTS, NO_ACCESS, NO_GROUP, Context, group_remedy, is_shared, open_office
from core.office.errors import OfficeUnusable, Refused
from core.store.engine import StoreError

STATE, SPOOL, INBOX, SUMS = "state.db", "spool", "inbox", "SHA256SUMS"
BLOB = re.compile(r"spool/([0-9a-f]{2})/([0-9a-f]{62})")
PREFIX, LOCK = ".malote-", ".lock"
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
NO_ROOM = Text("o disco está cheio", "the disk is full")
LACKS = Text("falta {name}", "{name} is missing")
CUT = Text("está incompleta ou danificada", "it is incomplete or damaged")
WRONG_BYTES = Text("o conteúdo de {name} não confere", "the bytes of {name} are not what they should be")
OTHER_FOLDER = Text(
    "Escolha outra pasta com --office, ou mude a que existe de lugar antes.",
    "Choose another folder with --office, or move the one that exists away first.",
)

Progress = Callable[[int, int], None]
DECOMPRESSING = (zlib.error, lzma.LZMAError)
"""What a damaged compressed backup raises beside tar's own."""


def _quietly(done: int, total: int) -> None: ...


class Restored(NamedTuple):
    """What came of a restoring: how many documents' bytes, and the group that shared the office, empty for none."""

    documents: int
    group: str


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
    if os.path.lexists(file):
        raise Refused(TAKEN, OTHER_NAME, file=file)
    try:
        with _workplace(file.parent) as place:
            count = _pack(ctx, place, progress)
            _publish(place / "tar", file)
            return count
    except FileExistsError:
        raise Refused(TAKEN, OTHER_NAME, file=file) from None
    except StoreError as error:
        if error.code != "disk_full":
            raise
        raise OfficeUnusable(NOT_WRITTEN, ELSEWHERE, file=file, reason=NO_ROOM) from None  # it is the backup's disk
    except OSError as error:
        raise OfficeUnusable(NOT_WRITTEN, file=file, reason=reason_of(error)) from None


def _pack(ctx: Context, place: Path, progress: Progress) -> int:
    """Write the tar; returns how many documents' bytes are in it."""
    sums: list[str] = []
    group = _group_of(ctx.folder) if is_shared(ctx.folder) else ""
    with _new(place / "tar") as out:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, ctx.folder / FILE, FILE, sums, group)
            ctx.store.copy_to(place / STATE)
            _add(tar, place / STATE, STATE, sums)
            (place / STATE).unlink()
            files = [*_files(ctx.folder, SPOOL), *_files(ctx.folder, INBOX)]
            count = 0
            for number, path in enumerate(files):
                progress(number, len(files))
                name = path.relative_to(ctx.folder).as_posix()
                with suppress(FileNotFoundError):  # let go meanwhile: nothing needed it, or Express took it
                    if BLOB.fullmatch(name):
                        _add(tar, path, name, sums)
                        count += 1
                    elif (still := _still(path, place / "file")) is not None:
                        _add(tar, still, name, sums)
            progress(len(files), len(files))
            listed = "".join(sums).encode("utf-8", "surrogateescape")
            tar.addfile(_member(SUMS, len(listed)), io.BytesIO(listed))
        out.flush()
        os.fsync(out.fileno())
    return count


def _still(path: Path, copy: Path) -> Path | None:
    """A copy of a file that nobody was writing while it was made; of an inbox, where half files lie for a moment."""
    before = path.stat()
    shutil.copyfile(path, copy)
    after = path.stat()
    is_same = (before.st_size, before.st_mtime_ns, before.st_ino) == (after.st_size, after.st_mtime_ns, after.st_ino)
    return copy if is_same else None


def _add(tar: tarfile.TarFile, path: Path, name: str, sums: list[str], group: str = "") -> None:
    """Put a file in, and its sum on the list; nothing of its owner and its times, but a shared office's group."""
    with path.open("rb") as source:
        read = _Summed(source)
        tar.addfile(_member(name, os.fstat(source.fileno()).st_size, group), read)
    sums.append(_sum(read.digest.hexdigest(), name))


def _sum(digest: str, name: str) -> str:
    """A line as sha256sum writes and reads it."""
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{chr(92) if escaped != name else ''}{digest}  {escaped}\n"


def _member(name: str, size: int, group: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.gname = size, 0o660 if group else 0o600, group
    return member


def _group_of(folder: Path) -> str:
    number = folder.stat().st_gid
    with suppress(KeyError):
        return grp.getgrgid(number).gr_name
    return str(number)


class _Summed(io.RawIOBase):
    """A file whose sum is taken while it is read."""

    def __init__(self, source: IO[bytes]):
        self.digest = hashlib.sha256()
        self._source = source

    def read(self, size: int = -1) -> bytes:
        chunk = self._source.read(size)
        self.digest.update(chunk)
        return chunk


def restore(folder: Path, file: Path, progress: Progress = _quietly, *, group: str | None = None) -> Restored:
    """Make an office of a backup, in a folder where there is none; all of it or nothing.

    What was delivered after the backup was made is found at the portal by its bytes, and is not sent again.

    Args:
        group: whose members share the office; by default it is its owner's alone.

    Raises:
        Refused: there is an office already, the group is unknown, or the file is no whole backup of a usable office.
        OfficeUnusable: the file cannot be read, or the folder cannot be made.
    """
    folder = folder.resolve()
    if (folder / FILE).exists():
        raise Refused(EXISTS, OTHER_FOLDER, folder=folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _workplace(folder.parent) as work:
            place = work / "office"
            place.mkdir(0o700)
            restored = _unpack(file, place, progress)
            _shape(place, group)
            _look_at_state(file, place)
            for path in (*place.rglob("*"), place):
                _make_durable(path)
            place.rename(folder)  # over an empty folder too, and over nothing else
            _make_durable(folder.parent)
    except LookupError:
        raise Refused(NO_GROUP, group=group) from None
    except OSError as error:
        remedy = group_remedy(error, group)
        raise OfficeUnusable(NO_ACCESS, remedy, folder=folder, reason=reason_of(error), group=group) from None
    return restored


def _look_at_state(file: Path, place: Path) -> None:
    try:
        with open_office(place) as ctx:
            ctx.store.check()
    except OfficeUnusable as error:
        reason = Text(*(error.sentence.say(lang).strip().rstrip(".") for lang in ("pt", "en")))
        raise Refused(NO_BACKUP, USE_ANOTHER, file=file, reason=reason) from None


def _shape(place: Path, group: str | None) -> None:
    """Give an office's folder all of its folders, and the modes that `init` gives them."""
    for name in (SPOOL, INBOX, "host", "host/workers"):
        (place / name).mkdir(exist_ok=True)
    for path in (place, *place.rglob("*")):
        if group is not None:
            shutil.chown(path, group=group)
        path.chmod((0o2770 if group else 0o700) if path.is_dir() else (0o660 if group else 0o600))


def _unpack(file: Path, place: Path, progress: Progress) -> Restored:
    """Copy the members that a backup may hold; whatever else is in it ends this, before anything else is written."""
    try:
        source = file.open("rb")
        source.read(1)
        source.seek(0)
    except OSError as error:
        raise OfficeUnusable(NOT_READ, USE_ANOTHER, file=file, reason=reason_of(error)) from None
    count, group, sums, listed = 0, "", list[str](), None
    try:
        with source, tarfile.open(fileobj=source, mode="r:*") as tar:
            for number, member in enumerate(tar, 1):
                progress(number, 0)
                name, content = _safe(file, member), tar.extractfile(member)
                if content is None or listed is not None:
                    raise _no_backup(file, ODD_MEMBER, name)
                if member.name == SUMS:
                    listed = content.read(sum(map(len, sums)) * 4 + 1)  # what is longer is not the same
                    continue
                digest = _copy(content, place / name)
                sums.append(_sum(digest, member.name))
                if member.name == FILE:
                    group = member.gname
                if found := BLOB.fullmatch(member.name):
                    count += 1
                    if digest != found[1] + found[2]:
                        raise _no_backup(file, WRONG_BYTES, name)
    except (tarfile.TarError, EOFError, FileExistsError, NotADirectoryError, ValueError, *DECOMPRESSING):
        raise _no_backup(file, CUT) from None
    for needed in (FILE, STATE):
        if not (place / needed).exists():
            raise _no_backup(file, LACKS, needed)
    if listed is None:
        raise _no_backup(file, LACKS, SUMS)
    if listed != "".join(sums).encode("utf-8", "surrogateescape"):
        raise _no_backup(file, CUT)
    return Restored(count, group)


def _safe(file: Path, member: tarfile.TarInfo) -> PurePosixPath:
    """The member's path, if it is one of a backup's: no link, no device, and nothing outside the office."""
    name = PurePosixPath(member.name)
    is_known = (
        member.name in {FILE, STATE, SUMS}
        or BLOB.fullmatch(member.name) is not None
        or (name.parts[:1] == (INBOX,) and len(name.parts) > 1 and ".." not in name.parts)
    )
    if not member.isreg() or member.issparse() or not is_known:  # holes: no bytes in the tar, and a full disk
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
def _workplace(parent: Path) -> Iterator[Path]:
    """A locked folder of our own in `parent`; those that the killed left there are removed."""
    for left in parent.glob(f"{PREFIX}*/{LOCK}"):
        with suppress(OSError):  # another login's, or somebody's who lives
            descriptor = os.open(left, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left.parent)
            finally:
                os.close(descriptor)
    place = Path(tempfile.mkdtemp(dir=parent, prefix=PREFIX))
    try:
        with _new(place / LOCK) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _publish(whole: Path, file: Path) -> None:
    """Give a file that is whole and on disk its name, where nothing has that name."""
    try:
        os.link(whole, file)
    except FileExistsError:
        raise
    except OSError:  # FAT and some shares have no links
        if os.path.lexists(file):
            raise FileExistsError from None
        whole.rename(file)
    _make_durable(file.parent)


def _new(path: Path) -> IO[bytes]:
    """A new file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError) if path.is_dir() else nullcontext():  # some shares cannot do so with folders
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
