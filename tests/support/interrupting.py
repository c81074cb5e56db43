"""Programs that a test ends with Ctrl-C: SIGINT reaches them however the test run itself was started.

Whoever starts a run in the background of a script, or after `trap '' INT`, has SIGINT ignored. Every program
started from there inherits that, and Python then leaves it so: right for the product, but no test of Ctrl-C.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def heeding_interrupts() -> Iterator[None]:
    """Programs started in the block end by SIGINT, as those started from a terminal."""
    # What a process handles itself, its children meet with the system's own answer, which is to end.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
