"""How a process that lives long keeps its memory: what it loaded at its start stays, and is not gone through again.

The collector of reference cycles walks everything alive every few hundred requests or messages, a third of a second
in which nothing else happens in the process. What is loaded by the time `settle` is called lives as long as the
process, so it is set aside; the little that comes and goes afterwards is looked through as before, less often.
"""

import gc


def look_seldom() -> None:
    """Call before much is loaded: what is being loaded stays, and need not be looked through meanwhile."""
    gc.set_threshold(20_000, 20, 20)


def settle() -> None:
    """Call once everything is loaded and before the work begins."""
    gc.collect()
    gc.freeze()
    look_seldom()
