"""Play simulated houses by their seeds: `python -m tests.bar.simulation --first 1 --seeds 300`.

Prints one line a run, with the number of its trace and the head of its journal, and ends with 1 where a promise was
broken. `--trace` prints all that happened.
"""

import argparse
import logging
import sys

import structlog

from tests.bar.simulation.running import run
from tests.support.stories.crashing import quick_folder


def main(arguments: list[str]) -> int:
    """Play the runs that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bar.simulation")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="so many runs")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--trace", action="store_true", help="print all that happened")
    given = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    is_broken = False
    with quick_folder() as folder:
        for seed in range(given.first, given.first + given.seeds):
            came = run(f"sqlite:///{folder}/{seed}.sqlite", seed=seed, steps=given.steps)
            met = ", ".join(f"{what} {count}" for what, count in sorted(came.met.items()))
            print(f"{seed}  {came.digest[:16]}  {came.head[:16]}  {came.kills} kills; {met}")
            print(*(f"  BROKEN {each}" for each in came.broken), sep="\n", end="")
            if given.trace:
                print(*came.trace, sep="\n")
            is_broken = is_broken or bool(came.broken)
    return int(is_broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
