"""Which invoices have something with VAT that happened on some days and has no voucher yet."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, or_, select, true

from bookkeeping import unbooked_queries
from foundation.sql import Session


def invoices(session: Session, since: date | None, first: date | None, last: date) -> Sequence[int]:
    """The invoices with something of it from `first` to `last`, and maybe some that have nothing of it then.

    `first` is None where all that came before is meant too; `since` as for `unbooked_queries.credits`.
    """
    found = set[int]()
    for question, about, days in (
        (unbooked_queries.of_invoices(), "id", ("approved_on", "paid_on")),
        (unbooked_queries.of_partial_credits(), "invoice_id", ("settled_on",)),
        (unbooked_queries.of_credits(session, since), "id", ("settled_on",)),
    ):
        source = question.subquery()
        happened = [
            and_(source.c[day] <= last, source.c[day] >= first if first is not None else true())
            for day in days
        ]
        found |= set(session.scalars(select(source.c[about]).where(or_(*happened))))
    return sorted(found)
