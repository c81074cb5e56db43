"""The buyer's overview: what waits for this person, what is to be paid on which day, and delivered beside paid."""

from datetime import date, timedelta
from typing import Final

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk import waiting as desk_waiting
from finance_desk.charts import delivered_chart
from finance_desk.pages.paying_parts import READERS
from foundation.periods import Month, add_months
from foundation.sql import Session
from invoicing.payment import payable_store
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.statement import StatementKey
from orders.register import store as register_store
from web.access import signed_in
from web.pages import database_of, language_of, pages_router, render, today_of

router = pages_router()
_P = Permission
_ALL: Final = (*READERS, _P.OFFICER, _P.BUYER_ADMIN, _P.PROTECTED)
_MONTHS: Final = 12
_DAYS_AHEAD: Final = 30


@router.get("/finance/overview")
def overview(request: Request, person: Person = signed_in(*_ALL)) -> Response:
    """What to do now, by the person's permissions; amounts only for those who may read payments."""
    today, reads = today_of(request), person.may(*READERS)
    with database_of(request).reading() as session:
        waiting = [each for each in desk_waiting.waiting(session, person, today) if each.count]
        coming = payable_store.coming(session, until=today + timedelta(days=_DAYS_AHEAD)) if reads else []
        months = _months(session, today) if reads else []
    return render(
        request,
        person,
        "desk/overview.html",
        today=today,
        waiting=waiting,
        coming=coming,
        months=months,
        picture=delivered_chart.picture(months, language_of(request, person)) if months else None,
        reads=reads,
    )


def _months(session: Session, today: date) -> list[delivered_chart.DeliveredMonth]:
    first = Month.of(add_months(today.replace(day=1), 1 - _MONTHS))
    wanted = EntryFilter(until=Month.of(today), currency=register_store.currency(session))
    rows = entry_queries.statement(session, wanted, by=(StatementKey.MONTH,)).rows
    return [
        delivered_chart.DeliveredMonth(Month.parse(row.key[0]), row.received, row.paid)
        for row in rows
        if row.key[0] >= str(first)
    ]
