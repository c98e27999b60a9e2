"""Text of pictures through Tesseract, where it is installed with its Portuguese."""

from __future__ import annotations

import shutil
import subprocess
import time

from core.express.reading.limits import Unreadable

_LANGUAGE = "por"


def recognise(picture: bytes, until: float) -> str:
    """Recognise one picture (PNM, PNG, JPEG, TIFF, WebP…), which it is handed over a pipe.

    Args:
        until: when it must have ended, on `time.monotonic`.

    Raises:
        Unreadable: Tesseract or its Portuguese is missing, it takes too long, or it cannot read the picture.
    """
    program = shutil.which("tesseract")
    if program is None:
        raise Unreadable("ocr_missing")
    try:
        done = subprocess.run(
            [program, "stdin", "stdout", "-l", _LANGUAGE],
            input=picture,
            capture_output=True,
            timeout=max(until - time.monotonic(), 0.1),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("too_slow") from None
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "ignore")
    missing = b"loading language" in done.stderr or b"traineddata" in done.stderr
    raise Unreadable("ocr_missing" if missing else "broken")
