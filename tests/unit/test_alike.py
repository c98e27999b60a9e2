"""The library that finds texts alike is whole for everyone, however many threads want it first."""

from __future__ import annotations

import subprocess
import sys

SEARCHES = """
import sys
from threading import Barrier, Thread
from core.domain.alike import rapidfuzz
sys.setswitchinterval(1e-6)
ready, found = Barrier(8), []
def search():
    ready.wait()
    fuzz, process = rapidfuzz()
    found.append(process.extract("farm", ["farmacia"], scorer=fuzz.partial_ratio))
threads = [Thread(target=search) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
print(len(found))
"""


def test_the_first_search_of_several_threads_never_meets_half_a_module() -> None:
    """Otherwise the console would end in the middle of a typed name."""
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", SEARCHES], capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["8"], done.stderr
