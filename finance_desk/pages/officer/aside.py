"""What the officer is to look at beside the reports: approved months without a receipt, late interruptions, odd starts.

A month that is approved and not received on one of its lines is received here. A late interruption is shown with
what it would change; applying it puts invoices in question, and is finance's.
"""

from typing import Any

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.officer import tabs
from finance_desk.pages.queue import READERS as SEE_EVENTS
from finance_desk.words import supplier_name
from foundation.errors import Refused
from foundation.text import CountedText, JoinedText, Text
from operations import report_judging
from operations.report_judging import Hand, ReportKey
from orders.events import late_store
from orders.placements import start_queries
from orders.placements.waiting import kept_aside, unreceived_queries
from orders.register import store as register_store
from web.access import signed_in
from web.csrf import form_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router()
_SIZE = 25
_MOST = 100_000


@router.get(tabs.ASIDE)
def aside(request: Request, person: Person = signed_in(*tabs.READERS)) -> Response:
    """All three, each with what to do about it."""
    today = today_of(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        unreceived = unreceived_queries.listed(session, today=today, limit=_MOST)
        lines = Page.of(request, len(unreceived), size=_SIZE, name="lines")
        late = Page.of(request, late_store.count_interruptions(session), size=_SIZE, name="late")
        starts = Page.of(request, start_queries.many(session, today=today), size=_SIZE, name="starts")
        context: dict[str, Any] = {
            "unreceived": [
                (ReportKey(each.execution_reference, each.month, each.version), each)
                for each in lines.rows(unreceived)
            ],
            "late": kept_aside.late_interruptions_waiting(session, register, limit=_SIZE, offset=late.offset),
            "starts": start_queries.listed(session, today=today, limit=_SIZE, offset=starts.offset),
            "lines_page": lines,
            "late_page": late,
            "starts_page": starts,
            "tabs": tabs.tabs_of(session, tabs.ASIDE, today=today, unreceived=len(unreceived)),
        }
    return render(
        request,
        person,
        "desk/reports_aside.html",
        today=today,
        may_judge=person.may(Permission.OFFICER),
        sees_events=any(person.may(each) for each in SEE_EVENTS),
        supplier_name=lambda number: supplier_name(register, number) or number,
        **context,
    )


@router.post(tabs.ASIDE)
def receive(request: Request, person: Person = signed_in(Permission.OFFICER)) -> Response:
    """Receive the rest of the ticked months, which are approved."""
    form = form_of(request)
    keys = [ReportKey.parse(str(each)) for each in form.getlist("report")]
    if not keys:
        raise Refused(Text("Markera minst en månad i listan."))
    hand = Hand(person.id, database_of(request).clock(), today_of(request))
    with database_of(request).writing() as session:
        decided = report_judging.receive_rest(session, register_store.load(session), keys, hand)
    said: Text = CountedText(
        "%(count)s månad är inlevererad i sin helhet.",
        "%(count)s månader är inlevererade i sin helhet.",
        count=len(decided.done),
    )
    if decided.refused:
        key, refusal = decided.refused[0]
        failed = Text(
            "%(left)s gick inte, bland dem %(reference)s: %(refusal)s",
            left=len(decided.refused),
            reference=key.execution_reference,
            refusal=refusal.text,
        )
        said = JoinedText(" ", (said, failed))
    return see_other(tabs.ASIDE, said)
