"""What the operating system's errors mean for a delivery (the design's section 2.8), in one place."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from core.domain.reasons import reason_of
from core.domain.text import Text, both
from core.ports import PortalFault

CODES: dict[int, str] = {
    errno.ENOSPC: "portal_full",
    errno.EDQUOT: "portal_full",
    errno.EFBIG: "file_too_large",
    errno.EACCES: "portal_forbidden",
    errno.EPERM: "portal_forbidden",
    errno.EROFS: "portal_forbidden",
    errno.ENAMETOOLONG: "name_invalid",
    errno.EILSEQ: "name_invalid",
    errno.EINVAL: "name_invalid",  # what FAT says to a name with a question mark
    errno.ELOOP: "name_invalid",
    errno.ENOTDIR: "name_invalid",
    errno.ESTALE: "portal_unreachable",
    errno.ENOTCONN: "portal_unreachable",
    errno.ETIMEDOUT: "portal_unreachable",
    errno.EHOSTDOWN: "portal_unreachable",
    errno.EMFILE: "portal_unreachable",  # it is we who have no handle or memory left: all sending waits a while
    errno.ENFILE: "portal_unreachable",
    errno.ENOMEM: "portal_unreachable",
    errno.EAGAIN: "portal_busy",  # someone's lease (Samba's oplock, for one)
    errno.EBUSY: "portal_busy",
}

REFUSED = Text("{why}{where}", "{why}{where}")
NO_CLIENT = Text("sem pasta de cliente", "no client's folder")
VANISHES = Text("a pasta desaparece a cada tentativa", "the folder keeps vanishing")
NOT_A_FOLDER = Text("“{name}” é um link ou arquivo, não uma pasta", "“{name}” is a link or file, not a folder")


@contextmanager
def os_errors_as_faults(*, unknown: bool = False) -> Iterator[None]:
    """Turn an OSError into the PortalFault that it means.

    Args:
        unknown: whether, at this point, the request may have taken effect all the same.
    """
    try:
        yield
    except OSError as error:
        code = CODES.get(error.errno or 0, "portal_error")
        where = f": {error.filename}" if isinstance(error.filename, str) else ""
        raise PortalFault(code, both(REFUSED, why=reason_of(error), where=where), unknown=unknown) from error


def not_a_folder(name: str) -> PortalFault:
    return PortalFault("name_invalid", both(NOT_A_FOLDER, name=name))


def source_unreadable(error: OSError) -> PortalFault:
    code = "portal_unreachable" if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM) else "file_missing"
    return PortalFault(code, both(reason_of(error)))
