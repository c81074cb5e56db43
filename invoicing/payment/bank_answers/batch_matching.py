"""Which payments a line of the account is for, where the bank names only the file they were sent in. Pure.

Each payment is booked whole. So the line is for all of the file where it has their sum; and for some of them where only
one choice of them has it. Where several have, nobody can tell, and a person asks the bank.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final

_TRIED_MAX: Final = 14  # payments of which every choice is tried: 16,384


@dataclass(frozen=True, slots=True)
class SentTransfer:
    """A transfer of a file of ours: its end-to-end id, its amount above zero, and whether the bank may have paid it."""

    end_to_end: str
    amount: Decimal
    is_live: bool


def chosen(sent: Sequence[SentTransfer], amount: Decimal, *, count: int) -> tuple[str, ...]:
    """The ids of the transfers that make up `amount`; none where none do, or where it cannot be told which.

    `count` is how many the bank says they are, 0 where it does not. What the bank refused or gave back counts only
    where what it may have paid does not explain the amount: it books a file whole, and gives a part of it back.

    >>> three = [SentTransfer(name, Decimal(each), True) for name, each in (("A", 100), ("B", 100), ("C", 50))]
    >>> chosen(three, Decimal(250), count=0), chosen(three, Decimal(200), count=0)
    (('A', 'B', 'C'), ('A', 'B'))
    >>> chosen(three, Decimal(100), count=1)
    ()
    """
    live = [each for each in sent if each.is_live]
    return _only_choice(live, amount, count) or _only_choice(sent, amount, count)


def _only_choice(sent: Sequence[SentTransfer], amount: Decimal, count: int) -> tuple[str, ...]:
    if sent and sum(each.amount for each in sent) == amount:
        return tuple(each.end_to_end for each in sent)
    if len(sent) > _TRIED_MAX:
        return ()
    sizes = [count] if count else range(1, len(sent))
    found = [
        choice
        for size in sizes
        for choice in combinations(sent, size)
        if sum(each.amount for each in choice) == amount
    ]
    return tuple(each.end_to_end for each in found[0]) if len(found) == 1 else ()
