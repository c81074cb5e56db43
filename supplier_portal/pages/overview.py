"""The front page: what waits for a supplier, each number a link to its list; staff go on to their first page."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from fastapi import Request, Response
from markupsafe import Markup

from accounts.identity import Permission, Person
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing import refused_message_queries
from invoicing.portal_invoicing.queries import InvoiceFilter, ReadyFilter
from invoicing.portal_invoicing.scope import Scope
from orders.placements.filing import file_by
from supplier_portal.charts import month_chart
from supplier_portal.charts.month_chart import ChartWords
from supplier_portal.pages import query_params
from supplier_portal.pages.forms import SENDS, actor_of
from supplier_portal.queries import placements as placement_queries
from supplier_portal.queries import reports as report_queries
from supplier_portal.queries import visits
from supplier_portal.queries import waiting as waiting_queries
from supplier_portal.queries.placements import PlacementFilter, PlacementsAre
from supplier_portal.queries.visits import Visit
from supplier_portal.queries.waiting import MonthSums
from web.access import instant_of, signed_in
from web.navigation import start_of
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router()

_MONTHS = 12
_REFUSED_SHOWN = timedelta(days=30)
"""What was refused longer ago is in its list and no longer news."""
_FIRST = 5
"""So many lines to invoice stand here themselves, and so many invoices of each state; the others in their list."""


@router.get("/")
def overview(request: Request, person: Person = signed_in()) -> Response:
    """What waits for me."""
    if person.is_buyer:
        return see_other(start_of(person))
    if not person.may(Permission.ASSIGN, Permission.REPORT, Permission.VIEW):
        return render(request, person, "supplier/overview_administer.html")
    scope, today = query_params.scope_of(person), today_of(request)
    visit = _visit(request, person)
    with database_of(request).reading() as session:
        months = _months(session, scope, today)
        waiting = _waiting(session, scope, visit, today=today)
        first = _first(session, person, waiting)
    return render(
        request,
        person,
        "supplier/overview.html",
        months=months,
        chart=_chart(person, months),
        before_at=visit.before_at,
        today=today,
        may_report=person.may(Permission.REPORT),
        may_assign=person.may(Permission.ASSIGN),
        waiting=waiting,
        **first,
    )


def _visit(request: Request, person: Person) -> Visit:
    """The visit that goes on; the first look in an hour begins a new one."""
    database, now = database_of(request), instant_of(request)
    with database.reading() as session:
        current = visits.is_current(session, person.id, now=now)
    if current is not None:
        return current
    with database.writing() as session:
        return visits.begin(session, person.id, now=now)


def _waiting(session: Session, scope: Scope, visit: Visit, *, today: date) -> dict[str, Any]:
    days = query_params.register_of(session).policy.days_until_report_reminder
    to_assign = PlacementFilter(PlacementsAre.TO_ASSIGN)
    months_due, first_month = report_queries.waiting_months(session, scope, today=today)
    return {
        "reports_due": months_due,
        "report_by": file_by(first_month, days=days) if first_month else None,
        "to_invoice": waiting_queries.to_invoice(session, scope),
        "questioned": waiting_queries.questioned(session, scope),
        "refused": refused_message_queries.fresh(session, scope, since=today - _REFUSED_SHOWN),
        "being_mended": refused_message_queries.being_mended(session, scope),
        "interruptions": placement_queries.new_interruptions(session, scope, since=visit.since),
        "to_assign": placement_queries.count(session, scope, to_assign, today=today),
        "assign_by": placement_queries.first_to_assign(session, scope, today=today),
    }


def _first(session: Session, person: Person, waiting: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody who invoices begins with, to be opened at once: lines by their month, invoices as they came."""
    if not person.may(SENDS):
        return {"ready": (), "first_of": {}}
    actor = actor_of(person)
    states = [each.state for each in waiting["questioned"]]
    return {
        "ready": portal_queries.ready_among(session, actor, ReadyFilter(), limit=_FIRST),
        "first_of": {
            state: portal_queries.following(session, actor, InvoiceFilter(state=state), limit=_FIRST)
            for state in states
        },
    }


def _months(session: Session, scope: Scope, today: date) -> list[MonthSums]:
    last = Month.of(today)
    first = waiting_queries.months_back(last, _MONTHS)
    return waiting_queries.by_month(session, scope, first=first, last=last)


def _chart(person: Person, months: Sequence[MonthSums]) -> tuple[Markup, Markup]:
    """The chart, wide and narrow."""
    language = person.language
    say, amount = query_params.say_of(language), query_params.amount_of(language)
    full_month = query_params.full_month(language)
    largest = max(months, key=lambda each: each.ordered.amount)
    description = Text(
        "Mest beställt är det i %(month)s: %(amount)s. Alla tal står i tabellen under bilden.",
        month=full_month(largest.month),
        amount=amount(largest.ordered),
    )
    names = (Text("Beställt"), Text("Levererat"), Text("Fakturerat"), Text("Betalt"))
    said = ChartWords(
        title=say(Text("Beställt, levererat, fakturerat och betalt per månad, utan moms")),
        description=say(description),
        names=[say(each) for each in names],
        month=full_month,
        short_month=query_params.short_month(language),
        amount=amount,
    )
    return month_chart.wide(months, said), month_chart.narrow(months, said)
