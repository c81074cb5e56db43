"""How much has happened by a day and has no voucher yet: counted, where nobody needs to see the vouchers."""

from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select

from bookkeeping import month_closing_store, unbooked_queries
from bookkeeping.voucher_making import Coders
from foundation.sql import Session


def count(session: Session, coders: Coders, *, until: date) -> int:
    """The vouchers that booking now would write with an accounting date up to and with that day: `booking.unbooked`."""
    closed_to = month_closing_store.closed_to(session)
    if closed_to is not None and until <= closed_to:
        # What happened then is booked on the first open day, which is later.
        return 0
    since = coders.rules.arrivals_from if coders.rules else None
    dated = [
        *([(unbooked_queries.of_arrivals(session, since), ("received_on",))] if since else []),
        (unbooked_queries.of_invoices(), ("approved_on", "paid_on")),
        (unbooked_queries.of_partial_credits(), ("settled_on",)),
        (unbooked_queries.of_credits(session, since), ("settled_on",)),
        (unbooked_queries.of_payments(), ("paid_on",)),
        (unbooked_queries.of_given_back(), ("on_day",)),
        (unbooked_queries.of_payments_returned(), ("returned_on",)),
    ]
    return sum(_count(session, question, days, until) for question, days in dated)


def _count(session: Session, question: Select[Any], days: tuple[str, ...], until: date) -> int:
    source = question.subquery()
    happened = or_(*(source.c[day] <= until for day in days))
    return session.execute(select(func.count()).select_from(source).where(happened)).scalar_one()
