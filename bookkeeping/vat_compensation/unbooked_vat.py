"""The vouchers of one month that bring or take back VAT and are not booked yet, without making all that is unbooked."""

from datetime import date, timedelta

from bookkeeping import booked_queries, booking, month_closing_store, unbooked_queries, voucher_making
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.vat_compensation import unbooked_vat_queries, vat_queries
from bookkeeping.voucher_making import Coders, Unbooked
from bookkeeping.vouchers import Voucher
from foundation.periods import Month
from foundation.sql import Session


def unbooked(session: Session, accounts: LedgerAccounts, month: Month) -> list[Voucher]:
    """Of `booking.unbooked` those that bring or take back VAT and would be booked in the month, in the same order.

    Of the invoices they are about all is made that is unbooked, whenever it happened: a credit takes back what the
    approval before it brought.
    """
    coders, closed_to = Coders.of(session, accounts), month_closing_store.closed_to(session)
    since = coders.rules.arrivals_from if coders.rules else None
    first, last = _days(month, closed_to)
    only = unbooked_vat_queries.invoices(session, since, first, last)
    found = Unbooked(
        unbooked_queries.arrivals(session, since, only) if since else (),
        unbooked_queries.invoices(session, only),
        unbooked_queries.partial_credits(session, only),
        unbooked_queries.credits(session, since, only),
    )
    made = voucher_making.vouchers_of(found, booked_queries.booked(session, only), coders)
    return [
        each
        for each in booking.dated(session, made, closed_to)
        if each.kind in vat_queries.KINDS and month.period.contains(each.booked_on)
    ]


def _days(month: Month, closed_to: date | None) -> tuple[date | None, date]:
    """From which day to which something happened that is booked in the month; None: whenever before. Pure."""
    # What happened in a closed month is booked on the first day after it.
    takes_earlier = closed_to is not None and month.period.contains(closed_to + timedelta(days=1))
    return None if takes_earlier else month.period.start, month.period.end
