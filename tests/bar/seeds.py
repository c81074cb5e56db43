"""The number all chance of the bar comes from: the same number, the same run."""

import os
import random
from typing import Final

VARIABLE: Final = "BAR_SEED"
USUAL: Final = 20_261_121


def seed() -> int:
    """The seed of this run: `--seed` of `python -m tests.bar.run`, which is printed with the figures."""
    return int(os.environ.get(VARIABLE, str(USUAL)))


def chance(*about: object) -> random.Random:
    """Chance of its own for one experiment, so that no other one moves it."""
    return random.Random("/".join(map(str, (seed(), *about))))  # noqa: S311 - chance, not secrecy
