"""Placements by their execution reference: the list, one of them with its timeline, and who is its tutor.

Convention: a participant is an execution reference here, and neither level nor reason of an interruption is
shown. Whoever receives and assigns (ASSIGN) gives a tutor, one at a time or many from the list.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import Request, Response

from accounts import store as account_store
from accounts.identity import Permission, Person
from foundation.errors import NotThere
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from invoicing.portal_invoicing.scope import Scope
from operations.timeline import timeline
from operations.timeline.model import KIND_NAMES, Audience, TimelineEntry, TimelineKind
from orders.model import Placement, Report
from orders.placements import filing
from orders.placements import store as placement_store
from orders.placements.informative import informative_store
from orders.purchase_orders import order_store
from orders.tutors import tutor_store, unit_tutor_store
from orders.tutors import tutors as tutoring
from orders.tutors.tutors import TutorRefused
from supplier_portal import month_filing, outlook
from supplier_portal.charts import timeline_chart
from supplier_portal.charts.timeline_chart import PictureWords
from supplier_portal.outlook import LineOutlook
from supplier_portal.pages import query_params
from supplier_portal.pages import tutors as tutors_page
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries import placements as placement_queries
from supplier_portal.queries import planned_results, visits
from supplier_portal.queries import reports as report_queries
from supplier_portal.queries.placements import PlacementFilter, PlacementOrder, PlacementsAre
from web import report_words
from web.access import signed_in
from web.csrf import form_of
from web.lists import chips, sorting
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router()

_SEES = (Permission.ASSIGN, Permission.REPORT, Permission.VIEW)
_SIZE = 25
# The kinds whose state shows beside them, and what sort of state it is.
_STATE_KINDS = {
    TimelineKind.REPORT: "report",
    TimelineKind.SENT_BACK: "report",
    TimelineKind.INFORMATIVE: "informative",
    TimelineKind.OBJECTION: "objection",
    TimelineKind.OBJECTION_ANSWERED: "objection",
    TimelineKind.INVOICE: "invoice",
    TimelineKind.CREDIT_NOTE: "invoice",
}
_FALLS = frozenset({PlacementOrder.PERIOD, PlacementOrder.LAST_DAY})
_STATES = {
    PlacementsAre.ONGOING: Text("Pågår"),
    PlacementsAre.COMING: Text("Kommande"),
    PlacementsAre.TO_ASSIGN: Text("Saknar handledare"),
    PlacementsAre.INTERRUPTED: Text("Avbrutna"),
    PlacementsAre.NEWS: Text("Avbrott sedan förra besöket"),
    PlacementsAre.ENDED: Text("Avslutade"),
    PlacementsAre.CANCELLED: Text("Återkallade"),
}
Errors = Sequence[tuple[str, Text]]


@router.get("/placements")
def placements(request: Request, person: Person = signed_in(*_SEES)) -> Response:
    """The list with its filter."""
    return _list(request, person)


@router.post("/placements/tutors")
def assign_many(request: Request, person: Person = signed_in(Permission.ASSIGN)) -> Response:
    """Give the ticked placements a tutor; all of them or, where something is wrong, none."""
    form = form_of(request)
    chosen = [str(each) for each in form.getlist("reference")]
    code = str(form.get("tutor", ""))
    if not chosen:
        return _list(request, person, [("select", Text("Markera minst en placering."))], code=code)
    scope, today = query_params.scope_of(person), today_of(request)
    try:
        with database_of(request).writing() as session:
            if not placement_queries.all_within(session, scope, chosen):
                raise NotThere
            for reference in chosen:
                tutoring.assign(session, reference, code, by=person.id, today=today)
    except TutorRefused as refused:
        return _list(request, person, [("tutor", refused.text)], code=code, chosen=chosen)
    said = Text("%(code)s är nu handledare för %(count)s placeringar.", code=code.strip(), count=len(chosen))
    return see_other("/placements?state=to_assign", said)


@router.get("/placements/{reference:path}")
def placement(request: Request, reference: str, person: Person = signed_in(*_SEES)) -> Response:
    """One placement: periods, tutor, interruptions, months and the timeline."""
    return _one(request, person, reference)


@router.post("/placements/{reference:path}/tutor")
def assign(request: Request, reference: str, person: Person = signed_in(Permission.ASSIGN)) -> Response:
    """Give the placement a tutor, or another."""
    code = str(form_of(request).get("tutor", ""))
    with database_of(request).reading() as session:
        if placement_queries.find(session, query_params.scope_of(person), reference) is None:
            raise NotThere
    try:
        with database_of(request).writing() as session:
            changed = tutoring.assign(session, reference, code, by=person.id, today=today_of(request))
    except TutorRefused as refused:
        return _one(request, person, reference, [("tutor", refused.text)], code=code)
    said = Text("%(code)s är nu handledare.") if changed else Text("%(code)s är redan handledare.")
    return see_other(f"/placements/{reference}", said.with_values(code=code.strip()))


def _list(
    request: Request,
    person: Person,
    errors: Errors = (),
    *,
    code: str = "",
    chosen: Sequence[str] = (),
) -> Response:
    today = today_of(request)
    ordered = sorting.read(request.query_params, PlacementOrder, default=PlacementOrder.PERIOD, falls=_FALLS)
    is_sorted = bool(request.query_params.get("sort"))
    with database_of(request).reading() as session:
        visit = visits.latest(session, person.id)
        wanted = PlacementFilter(
            state=PlacementsAre.TO_ASSIGN
            if errors
            else query_params.choice_of(request, "state", PlacementsAre),
            unit=query_params.text_of(request, "unit"),
            month=query_params.month_of(request),
            text=query_params.text_of(request, "text"),
            since=visit.since if visit is not None else 0,
            order=ordered.column if is_sorted else None,
            falling=ordered.falling,
        )
        scope = query_params.scope_of(person)
        page = Page.of(request, placement_queries.count(session, scope, wanted, today=today), size=_SIZE)
        rows = placement_queries.listed(
            session, scope, wanted, today=today, limit=page.size, offset=page.offset
        )
        units = query_params.units_of(query_params.register_of(session), person)
        tutors = _choices(session, person, units)
    return render(
        request,
        person,
        "supplier/placements.html",
        422 if errors else 200,
        rows=rows,
        page=page,
        wanted=wanted,
        units=units,
        sorting=ordered,
        is_sorted=is_sorted,
        # Those that need a tutor stand by their last day to get one until somebody sorts them.
        sorts=sorting.headings(
            request,
            ordered if is_sorted or wanted.state is not PlacementsAre.TO_ASSIGN else None,
            PlacementOrder,
            falls=_FALLS,
        ),
        states=[(each.value, words) for each, words in _STATES.items()],
        chips=chips.chips(
            request,
            {
                "state": (Text("Läge"), _STATES[wanted.state] if wanted.state else ""),
                "unit": (Text("Enhet"), units.get(wanted.unit, wanted.unit)),
                "month": (Text("Månad"), wanted.month),
                "text": (Text("Referens"), wanted.text),
            },
        ),
        tutors=tutors,
        today=today,
        errors=errors,
        code=code,
        chosen=chosen,
        may_assign=person.may(Permission.ASSIGN) and wanted.state is PlacementsAre.TO_ASSIGN,
        late=placement_queries.late,
        may_see_tutors=person.may(*tutors_page.SEES),
    )


def _one(
    request: Request, person: Person, reference: str, errors: Errors = (), *, code: str = ""
) -> Response:
    scope, today = query_params.scope_of(person), today_of(request)
    with database_of(request).reading() as session:
        found = placement_queries.find(session, scope, reference)
        if found is None:
            raise NotThere
        register = query_params.register_of(session)
        happened = timeline.of_placement(
            session,
            register,
            found,
            Audience.SUPPLIER,
            suppliers=scope.suppliers,
            invoices_seen=scope.of_invoices(),
        )
        context: dict[str, Any] = {
            "placement": found,
            "stands": placement_queries.where_it_stands(found, today=today),
            "interruptions": placement_store.interruptions(session, reference),
            "assignments": tutor_store.history(session, reference),
            "tutor_has_left": _tutor_has_left(session, found),
            "assign_by": tutoring.last_day_to_assign(found.periods[0].decided_on, found.periods[0].start_by),
            "months": month_filing.months_of(session, found, today=today),
            "due": {
                str(each.month) for each in report_queries.due_of(session, scope, reference, today=today)
            },
            "tutors": _choices(session, person, {found.unit.id: found.unit.name}),
            "informative": informative_store.of_placement(session, reference),
            "end": outlook.end_of(found, register.service(found.service), today=today),
            "lines": _lines(session, scope, found, today=today),
            "planned": planned_results.of_placement(session, register, scope, reference),
        }
    return render(
        request,
        person,
        "supplier/placement.html",
        422 if errors else 200,
        today=today,
        errors=errors,
        code=code,
        may_assign=person.may(Permission.ASSIGN),
        may_report=person.may(Permission.REPORT),
        happenings=happened,
        kind_names=KIND_NAMES,
        informative_kinds=[(kind.value, words) for kind, words in report_words.INFORMATIVE.items()],
        informative_words=report_words.INFORMATIVE,
        state_kinds=_STATE_KINDS,
        legend=timeline_chart.legend(happened),
        **_drawn(person, happened, reference),
        **query_params.shown(person.language, register),
        **context,
    )


def _tutor_has_left(session: Session, placement: Placement) -> bool:
    """Whether the placement's tutor has been closed."""
    held = tutor_store.standing(session, [placement.execution_reference]).get(placement.execution_reference)
    tutor = unit_tutor_store.by_code(session, placement.unit.id, held.tutor) if held is not None else None
    return tutor is not None and not tutor.is_active


def _choices(session: Session, person: Person, units: Mapping[str, str]) -> list[tuple[str, str]]:
    """The tutors that may be chosen at these units: code, and code with what tells it from others."""
    names = {
        each.person.id: each.display_name
        for each in account_store.of_organisation(session, person.organisation)
    }
    told: dict[str, list[str]] = {}
    for each in unit_tutor_store.of_supplier(session, person.organisation, units):
        if each.is_active:
            known = [names[each.person]] if each.person in names else []
            told.setdefault(each.code, []).append(" ".join([*known, f"({units[each.unit_id]})"]))
    return [(code, f"{code} {', '.join(words)}") for code, words in sorted(told.items())]


def _lines(session: Session, scope: Scope, placement: Placement, *, today: date) -> list[LineOutlook]:
    """What may still come of each line of the placement's orders, the oldest order first."""
    reports: dict[Month, list[Report]] = {}
    for each in placement_store.reports(session, placement.execution_reference):
        reports.setdefault(each.month, []).append(each)
    newest = {month: held for month, all_ in reports.items() if (held := filing.standing_report(all_))}
    found: list[LineOutlook] = []
    for order in order_store.of_placement(session, placement.execution_reference):
        lines = order_queries.lines_of(session, scope, order.number)
        found += outlook.outlook(placement, order.article, order.number, lines, newest, today=today)
    return found


def _drawn(person: Person, happened: Sequence[TimelineEntry], reference: str) -> dict[str, Any]:
    language, say = person.language, query_params.say_of(person.language)
    description = Text(
        "%(count)s händelser från %(first)s till %(last)s. Samma händelser står som lista efter bilden.",
        count=len(happened),
        first=happened[0].on,
        last=happened[-1].on,
    )
    said = PictureWords(
        language=language,
        title=say(Text("Tidslinje för %(reference)s", reference=reference)),
        description=say(description),
        buyer=say(Text("Köparen")),
        supplier=say(Text("Ni")),
        short_month=query_params.short_month(language),
        amount=query_params.amount_of(language),
    )
    return {
        "timeline_wide": timeline_chart.wide(happened, said),
        "timeline_narrow": timeline_chart.narrow(happened, said),
    }
