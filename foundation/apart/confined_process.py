"""The other side of `confined`: a process that does one piece of work after the other, each within its allowance.

The limits are the system's (setrlimit), so that they hold inside libraries written in C too. The process ends with
whoever started it: its way to it closes then.
"""

import os
import resource
import signal
import sys
import time
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Final

from foundation import gc_tuning
from foundation.apart.confined import Allowance, Done, Job, answered
from foundation.errors import place_of
from foundation.observability import tracing

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
# A process that has grown so large gives its memory back by making room for another.
_GROWN_BYTES: Final = 500_000_000
# Whoever answers people goes before it.
_NICENESS: Final = 5


def main(descriptor: int) -> None:
    """Work until the other side closes."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(_NICENESS)
    gc_tuning.look_seldom()
    with Connection(descriptor) as connection:
        while True:
            try:
                job: Job = connection.recv()
            except (EOFError, ConnectionResetError):  # the latter where it left with an answer unread
                return
            answered(connection, _done(job))


def _done(job: Job) -> Done:
    work, arguments, allowance, is_watched = job
    noting = tracing.Noting()
    tracing.use(noting if is_watched else None)
    before = time.process_time()
    try:
        if allowance is None:  # it is only prepared
            work(*arguments)
            gc_tuning.settle()
            return Done()
        _confine(allowance)
        outcome = work(*arguments)
    except MemoryError:
        done = Done(out_of_memory=True)
    except Exception as error:
        done = Done(error=f"{type(error).__name__} {place_of(error)}")
    else:
        done = Done(outcome)
    _release()
    spent = time.process_time() - before
    return replace(done, tired=_has_grown(), cpu_seconds=spent, spans=noting.spans)


def _confine(allowance: Allowance) -> None:
    """Put the limits where this process stands now and its allowance beyond; they can be put further on again."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime) + 1 + allowance.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, resource.RLIM_INFINITY))
    memory = _pages(0) * _PAGE + allowance.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))


def _release() -> None:
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_AS, unlimited)
    resource.setrlimit(resource.RLIMIT_CPU, unlimited)


def _has_grown() -> bool:
    return _pages(1) * _PAGE > _GROWN_BYTES


def _pages(which: int) -> int:
    """Memory of this process in pages: 0 what it has mapped, 1 what of it is there."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[which])


if __name__ == "__main__":
    main(int(sys.argv[1]))
