"""What is held back of all that has come to its day, a part at a time: each payable is looked at to know it.

A hundred thousand may wait and a few be held, so a page looks at so many and says where the next one goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from foundation.sql import Session
from invoicing.payment import payable_store
from invoicing.payment.payable import PayableKind, PaymentTerms
from orders.register.register import Register

LOOKED_AT_MOST: Final = 2000
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class HeldPart:
    """Some of what is held back, by arrival. `after` is where the next part goes on, 0 where all has been looked at."""

    rows: tuple[PaymentTerms, ...]
    after: int


def part(
    session: Session,
    register: Register,
    *,
    on: date,
    after: int = 0,
    rows_most: int = 50,
    looked_at_most: int = LOOKED_AT_MOST,
    wanted: Callable[[PaymentTerms], bool] = lambda each: bool(each.held_back),
) -> HeldPart:
    """The wanted ones that come after an invoice, at most so many, out of at most so many looked at."""
    rows: list[PaymentTerms] = []
    looked_at = 0
    while looked_at < looked_at_most:
        ids = payable_store.due_after(session, on=on, after=after, limit=_BATCH)
        keys = [(each, PayableKind.INVOICE) for each in ids]
        found = payable_store.terms(session, register, keys, pay_on=on)
        for key in keys:
            after = key[0]
            if key in found and wanted(found[key]):
                rows.append(found[key])
                if len(rows) == rows_most:
                    break
        if len(rows) == rows_most:
            break
        if len(ids) < _BATCH:
            return HeldPart(tuple(rows), 0)
        looked_at += len(ids)
    is_last = not payable_store.due_after(session, on=on, after=after, limit=1)
    return HeldPart(tuple(rows), 0 if is_last else after)
