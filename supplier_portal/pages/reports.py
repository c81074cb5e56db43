"""Filing the periodic reports: one month, or all that are due after a look at them; state, history, correction.

Convention: a form carries the version its report will get, so that a second press finds the first one's
report. What is filed goes through `orders.placements.filing`, the same use case as an event. A month says only which
kinds of activity there were, in codes: nothing about the participant.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from fastapi import Request, Response

from accounts import store as account_store
from accounts.identity import Permission, Person
from foundation import journal
from foundation.errors import NotThere, Refused
from foundation.periods import Month, PeriodRefused
from foundation.sql import Session
from foundation.text import CountedText, JoinedText, Text
from orders.model import Report, ReportState
from orders.placements import filing
from orders.placements import store as placement_store
from orders.placements.filing import MonthToFile
from orders.register.register import Register
from orders.register.service_terms import Service
from orders.terms import Activity
from supplier_portal import month_filing
from supplier_portal.pages import query_params
from supplier_portal.queries import placements as placement_queries
from supplier_portal.queries import reports as report_queries
from supplier_portal.queries.reports import ReportFilter, ReportOrder, ReportsAre
from web import report_words
from web.access import signed_in
from web.csrf import form_of
from web.lists import chips, sorting
from web.pages import Page, database_of, pages_router, render, see_other, today_of, whole_database_of

router = pages_router()

_SEES = (Permission.REPORT, Permission.VIEW)

_SIZE = 25
_MANY = 1_000
_FALLS = frozenset({ReportOrder.MONTH, ReportOrder.FILED})
_STATES = {
    ReportsAre.FILED: Text("Väntar på köparen"),
    ReportsAre.APPROVED: Text("Godkända"),
    ReportsAre.REJECTED: Text("Sända tillbaka"),
    ReportsAre.REVOKED: Text("Godkännandet återtaget"),
}
Errors = Sequence[tuple[str, Text]]


@router.get("/reports")
def reports(request: Request, person: Person = signed_in(*_SEES)) -> Response:
    """What is due, and what was filed."""
    scope, today = query_params.scope_of(person), today_of(request)
    ordered = sorting.read(request.query_params, ReportOrder, default=ReportOrder.MONTH, falls=_FALLS)
    wanted = ReportFilter(
        state=query_params.choice_of(request, "state", ReportsAre),
        month=query_params.month_of(request),
        unit=query_params.text_of(request, "unit"),
        reference=query_params.text_of(request, "reference"),
        order=ordered.column,
        falling=ordered.falling,
    )
    with database_of(request).reading() as session:
        register = query_params.register_of(session)
        page = Page.of(request, report_queries.count_filed(session, scope, wanted), size=_SIZE)
        context: dict[str, Any] = {
            "due": report_queries.due(
                session, scope, today=today, days=register.policy.days_until_report_reminder, limit=_SIZE
            ),
            "due_count": report_queries.count_due(session, scope, today=today),
            "with_buyer": report_queries.waiting_for_buyer(session, scope),
            "filed": report_queries.filed(session, scope, wanted, limit=page.size, offset=page.offset),
            "units": query_params.units_of(register, person),
            "approval": _approval(register),
            "may_file": person.may(Permission.REPORT),
        }
    units = context["units"]
    return render(
        request,
        person,
        "supplier/reports.html",
        today=today,
        wanted=wanted,
        page=page,
        sorting=ordered,
        sorts=sorting.headings(request, ordered, ReportOrder, falls=_FALLS),
        states=[(each.value, words) for each, words in _STATES.items()],
        chips=chips.chips(
            request,
            {
                "state": (Text("Läge"), _STATES[wanted.state] if wanted.state else ""),
                "month": (Text("Månad"), wanted.month),
                "reference": (Text("Referens"), wanted.reference),
                "unit": (Text("Enhet"), units.get(wanted.unit, wanted.unit)),
            },
        ),
        **context,
    )


@router.get("/reports/due")
def review(request: Request, person: Person = signed_in(Permission.REPORT)) -> Response:
    """All months that are due, to be looked at before they are filed with one press."""
    return _review(request, person)


@router.post("/reports/due")
def file_due(request: Request, person: Person = signed_in(Permission.REPORT)) -> Response:
    """File the ticked months, all in one step; the rest stay due."""
    form = form_of(request)
    chosen = [_to_file(str(each)) for each in form.getlist("due")]
    if not chosen:
        return _review(request, person, [("select", Text("Markera minst en månad att redovisa."))])
    ticked = form.getlist("activity")
    if form.get("confirmed") != "1":
        missing = [("confirmed", Text("Bekräfta att uppgifterna stämmer innan du lämnar redovisningarna."))]
        return _review(request, person, missing, chosen=form.getlist("due"), ticked=ticked)
    scope, fresh, refused = (
        query_params.scope_of(person),
        list[Report](),
        list[tuple[MonthToFile, Refused]](),
    )
    with database_of(request).writing() as session:
        references = [each.execution_reference for each in chosen]
        if not placement_queries.all_within(session, scope, references):
            raise NotThere
        for to_file in chosen:
            try:
                with journal.attempt(session):
                    month_filing.check_delivers(query_params.scope_of(person), to_file.month)
                    filed, first = filing.file_month(
                        session,
                        to_file,
                        activities=_ticked(session, to_file.execution_reference, ticked),
                        at=database_of(request).clock(),
                        by=person.id,
                    )
            except Refused as reason:
                # One that a colleague filed meanwhile keeps nobody from filing the others.
                refused.append((to_file, reason))
            else:
                fresh += [filed] if first else []
    return see_other("/reports", _said_of_many(len(fresh), _received(request, fresh), refused))


@router.get("/reports/{reference:path}/{month}")
def report(request: Request, reference: str, month: str, person: Person = signed_in(*_SEES)) -> Response:
    """One month of one placement: where it stands, its history, and the form to file or correct it."""
    return _month_page(request, person, reference, _month(month))


@router.post("/reports/{reference:path}/{month}")
def file_one(
    request: Request, reference: str, month: str, person: Person = signed_in(Permission.REPORT)
) -> Response:
    """File the month, or a correction of it."""
    form = form_of(request)
    to_file = MonthToFile(reference, _month(month), _version(str(form.get("version", ""))))
    if form.get("confirmed") != "1":
        missing = [("confirmed", Text("Bekräfta att uppgifterna stämmer innan du lämnar redovisningen."))]
        return _month_page(
            request, person, reference, to_file.month, missing, ticked=form.getlist("activity")
        )
    with database_of(request).writing() as session:
        if placement_queries.find(session, query_params.scope_of(person), reference) is None:
            raise NotThere
        month_filing.check_delivers(query_params.scope_of(person), to_file.month)
        filed, fresh = filing.file_month(
            session,
            to_file,
            activities=_ticked(session, reference, form.getlist("activity")),
            at=database_of(request).clock(),
            by=person.id,
        )
    received = _received(request, [filed] if fresh else [])
    return see_other(
        f"/reports/{reference}/{month}", _said_of_one(to_file.month, fresh=fresh, received=received)
    )


def _review(
    request: Request,
    person: Person,
    errors: Errors = (),
    *,
    chosen: Sequence[object] | None = None,
    ticked: Sequence[object] = (),
) -> Response:
    """The months that are due, all of them ticked, or those alone that were when the form came with an error."""
    today = today_of(request)
    with database_of(request).reading() as session:
        register = query_params.register_of(session)
        due = report_queries.due(
            session,
            query_params.scope_of(person),
            today=today,
            days=register.policy.days_until_report_reminder,
            unit=query_params.text_of(request, "unit"),
            limit=_MANY,
        )
        units = query_params.units_of(register, person)
        due_count = report_queries.count_due(
            session, query_params.scope_of(person), today=today, unit=query_params.text_of(request, "unit")
        )
        references = list(dict.fromkeys(each.execution_reference for each in due))
        last_days = placement_queries.last_days(session, references)
        services = [register.service(each) for each in placement_queries.services_of(session, references)]
    return render(
        request,
        person,
        "supplier/reports_due.html",
        422 if errors else 200,
        due=due,
        due_count=due_count,
        today=today,
        units=units,
        unit=query_params.text_of(request, "unit"),
        last_days=last_days,
        errors=errors,
        chosen=chosen,
        ticked=[str(each) for each in ticked],
        activity_options=_common(services),
        **query_params.shown(person.language, register),
    )


def _month_page(
    request: Request,
    person: Person,
    reference: str,
    month: Month,
    errors: Errors = (),
    *,
    ticked: Sequence[object] = (),
) -> Response:
    today = today_of(request)
    with database_of(request).reading() as session:
        placement = placement_queries.find(session, query_params.scope_of(person), reference)
        if placement is None:
            raise NotThere
        held = placement_store.reports(session, reference, month)
        lines = month_filing.lines_of(session, placement, month)
        register = query_params.register_of(session)
        policy, service = register.policy, register.service(placement.service)
        colleagues = account_store.of_organisation(session, person.organisation)
    if not held and not lines:
        raise NotThere
    newest = filing.standing_report(held)
    chosen = [str(each) for each in ticked] or [str(each) for each in (newest.activities if newest else ())]
    first = min((each.line.period.start for each in lines), default=month.period.start)
    return render(
        request,
        person,
        "supplier/report.html",
        422 if errors else 200,
        placement=placement,
        the_month=month,
        newest=newest,
        history=sorted(held, key=lambda each: -each.version),
        version=filing.next_version(held),
        lines=lines,
        ready=any(each.ready for each in lines),
        invoiced=any(each.account.invoice_id is not None for each in lines),
        last_day=placement.last_day_for(month.period),
        file_by=filing.file_by(month, days=policy.days_until_report_reminder),
        approval=register.report_approval(service.id).value,
        by_itself=newest is not None and newest.decided_by == journal.SYSTEM,
        today=today,
        standing=next((each for each in held if each.state is ReportState.APPROVED), None),
        names={each.person.id: each.display_name for each in colleagues},
        waited=(today - newest.filed_on).days if newest else 0,
        has_begun=first <= today,
        goes_on_until=_goes_on_until(placement.last_day_for(month.period), month, today),
        may_file=person.may(Permission.REPORT),
        is_correction=newest is not None,
        is_open=newest is None or newest.state in (ReportState.REJECTED, ReportState.REVOKED),
        errors=errors,
        chosen=chosen,
        rejection_of=lambda reason: report_words.rejection_of(service, reason),
        activity_name=service.activity_name,
        activity_options=[(each.code, each.name.text) for each in service.activities],
        **query_params.shown(person.language, register),
    )


def _goes_on_until(last_day: date | None, month: Month, today: date) -> date | None:
    """The day the month is delivered until, where it is still to come."""
    ends = min(last_day or month.period.end, month.period.end)
    return ends if ends >= today else None


def _to_file(text: str) -> MonthToFile:
    """A ticked month of the review page: reference, month and version with | between."""
    reference, month, version, *_ = [*text.split("|"), "", ""]
    return MonthToFile(reference, _month(month), _version(version))


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except PeriodRefused:
        raise NotThere from None


_LOOKED_AT_LATER = Text("Det som är lämnat prövas om en stund, och hur det går står här.")


def _version(text: str) -> int:
    if not text.isdecimal() or len(text) > 4 or not 1 <= int(text) <= 1000:
        raise NotThere
    return int(text)


def _approval(register: Register) -> str:
    """Who judges reports, where all services have the same; empty where it depends."""
    one, *others = dict.fromkeys(register.report_approval(each.id) for each in register.services)
    return "" if others else one.value


def _ticked(session: Session, reference: str, ticked: Sequence[object]) -> list[Activity]:
    return month_filing.known_activities(month_filing.service_of(session, reference), ticked)


def _received(request: Request, filed: Sequence[Report]) -> int | None:
    return month_filing.receive(whole_database_of(request), filed, today=today_of(request))


def _common(services: Sequence[Service]) -> list[tuple[str, Text]]:
    """The activities that may be ticked for all months at once: those every one of their services has."""
    if not services:
        return []
    first, *others = services
    return [
        (each.code, each.name.text)
        for each in first.activities
        if all(each.code in other.activity_codes for other in others)
    ]


def _said_of_one(month: Month, *, fresh: bool, received: int | None) -> Text:
    if not fresh:
        return Text("Redovisningen för %(month)s var redan lämnad. Inget har ändrats.", month=month)
    if received is None:
        return Text(
            "Redovisningen för %(month)s är lämnad. Den prövas om en stund, och hur det går står här.",
            month=month,
        )
    if received:
        return Text(
            "Redovisningen för %(month)s är lämnad, och månaden är inlevererad. Den kan faktureras nu.",
            month=month,
        )
    return Text(
        "Redovisningen för %(month)s är lämnad. När köparen har godkänt den kan månaden faktureras.",
        month=month,
    )


def _said_of_many(count: int, received: int | None, refused: Sequence[tuple[MonthToFile, Refused]]) -> Text:
    if not count and not refused:
        return Text("Redovisningarna var redan lämnade. Inget har ändrats.")
    filed: Text = CountedText(
        "%(count)s redovisning är lämnad.", "%(count)s redovisningar är lämnade.", count=count
    )
    if received is None:
        filed = JoinedText(" ", (filed, _LOOKED_AT_LATER))
        if not refused:
            return filed
    if received == count and not refused:
        then = CountedText(
            "Månaden är inlevererad och kan faktureras nu.",
            "Månaderna är inlevererade och kan faktureras nu.",
            count=count,
        )
        return JoinedText(" ", (filed, then))
    if received:
        at_once = CountedText(
            "%(count)s månad är inlevererad och kan faktureras nu.",
            "%(count)s månader är inlevererade och kan faktureras nu.",
            count=received,
        )
        filed = JoinedText(" ", (filed, at_once))
    if not refused:
        then = CountedText(
            "När köparen har godkänt den kan månaderna faktureras.",
            "När köparen har godkänt dem kan månaderna faktureras.",
            count=count,
        )
        return JoinedText(" ", (filed, then))
    (first, refusal), left = refused[0], len(refused)
    not_filed = Text(
        "%(left)s kunde inte lämnas, bland dem %(execution_reference)s: %(refusal)s",
        left=left,
        execution_reference=first.execution_reference,
        refusal=refusal.text,
    )
    return JoinedText(" ", (filed, not_filed))
