"""`malote` on a clock that a test sets while it runs: `python -m tests.faults.clocked WORDS`.

The file named by the environment holds how many seconds the clock is ahead; it is read at every look at the clock.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import core.office.context

AHEAD = "MALOTE_FAULTS_AHEAD"


def keep_to(file: Path) -> None:
    """Make this process's clock the one that `file` is ahead by."""
    real, real_ns = time.time, time.time_ns

    def ahead() -> float:
        return float(file.read_text())

    core.office.context.utc_now = lambda: datetime.fromtimestamp(real() + ahead(), UTC)
    time.time = lambda: real() + ahead()
    time.time_ns = lambda: real_ns() + int(ahead() * 1e9)


if __name__ == "__main__":
    from tui.__main__ import main

    keep_to(Path(os.environ[AHEAD]))
    sys.exit(main())
