"""Run one command: from its words to its exit status; what goes wrong is one sentence and what to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from core.cli.call import DONE, NOT_ALL, PORTAL, UNUSABLE, USAGE, Call, language
from core.cli.parser import parse
from core.domain.reasons import reason_of
from core.domain.text import InvalidValue, Text

INTERRUPTED = Text("Interrompido.", "Interrupted.")
DISK = Text("Não foi possível: {reason}{file}.", "It could not be done: {reason}{file}.")


def main(argv: Sequence[str]) -> int:
    """Run a command line; returns the exit status (the design's section 6)."""
    if sys.stdout is None or sys.stderr is None:  # closed by who called
        sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
        sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    lang = language(argv)
    run, args = parse(argv, lang)
    if run is None:
        parse(["--help"], lang)
    assert run is not None
    call = Call(args, lang)
    try:
        status = run(call)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        call.tell(INTERRUPTED)
        return 130
    except InvalidValue as error:
        call.tell(error.text, **error.params)
        return USAGE
    except OSError as error:
        call.tell(DISK, reason=reason_of(error), file=f" ({error.filename})" if error.filename else "")
        return UNUSABLE
    except Exception as error:
        return _refused(call, error)
    return status


def _refused(call: Call, error: Exception) -> int:
    """The office's own errors as sentences; anything else is a bug, and its traceback belongs to us: unless the state
    is damaged, which may end in anything."""
    from core.office.context import damage_of
    from core.office.errors import OfficeError, OfficeUnusable, PortalUnusable  # only when it went wrong
    from core.office.health import portal_unusable
    from core.ports import PortalFault

    if isinstance(error, PortalFault):
        error = portal_unusable(error)
    if not isinstance(error, OfficeError):
        damage = damage_of(call.folder)
        if damage is None:
            raise error
        error = damage
    call.complain(error)
    kinds = ((OfficeUnusable, UNUSABLE), (PortalUnusable, PORTAL))
    return next((code for kind, code in kinds if isinstance(error, kind)), NOT_ALL)
