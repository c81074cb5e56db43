"""The officer's worklist: filed reports with what is odd about each, approved or sent back, one or many.

What may be pressed is the officer's alone; finance and auditors read. A report is decided by the same use case as
an event of the decision systems (`operations.report_judging`), and an approval can be undone until it is invoiced.
"""

from collections.abc import Sequence
from typing import Any

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.officer import tabs
from finance_desk.words import Names, supplier_name
from foundation.errors import Refused
from foundation.periods import Month, PeriodRefused
from foundation.text import CountedText, JoinedText, Text
from operations import report_judging
from operations.report_judging import Decided, Hand, ReportKey
from orders.model import ReportState
from orders.placements import filed_queries
from orders.placements.filed_queries import FiledFilter
from orders.placements.informative import informative_store
from orders.placements.report_checks import ODDITY_WORDS, ReportFacts, oddities
from orders.register import store as register_store
from orders.register.register import Register
from orders.register.report_approval import ReportApproval
from orders.register.service_names import rejection_sentences
from orders.terms import RejectionReason
from web import report_words
from web.access import signed_in
from web.csrf import form_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_SIZE = 25
_MOST = 500
_PRESSED = ("approve", "reject", "undo", "revoke")
_WITH_REASON = ("reject", "revoke")


@router.get("/finance/reports")
def worklist(request: Request, person: Person = signed_in(*tabs.READERS)) -> Response:
    """The reports that wait, the oldest first, or those that were judged, the newest first."""
    today, wanted = today_of(request), _wanted(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        days = register.policy.days_until_report_reminder
        page = Page.of(request, filed_queries.count(session, wanted), size=_SIZE)
        found = filed_queries.filed(session, wanted, days=days, limit=page.size, offset=page.offset)
        waiting = filed_queries.suppliers(session)
        context: dict[str, Any] = {
            "names": Names(session, register.buyer),
            "tabs": tabs.tabs_of(session, wanted.state, today=today),
            "unread": informative_store.unread_by_placement(
                session, [each.report.execution_reference for each in found]
            ),
            "suppliers": [
                (number, supplier_name(register, number) or number)
                for number in dict.fromkeys(supplier for supplier, _ in waiting)
            ],
            "units": _units(register, waiting, wanted),
        }
    approvals = list(dict.fromkeys(register.report_approval(each.id) for each in register.services))
    approval, *others = approvals
    return render(
        request,
        person,
        "desk/reports.html",
        rows=[(ReportKey.of(each.report), each, _odd(each, request)) for each in found],
        wanted=wanted,
        page=page,
        today=today,
        may_judge=person.may(_P.OFFICER) and any(each is not ReportApproval.OUTSIDE for each in approvals),
        approval=approval.value if not others else "",
        several_services=len(register.services) > 1,
        service_of=lambda placement: register.service(placement.service),
        supplier_name=lambda number: supplier_name(register, number) or number,
        rejection_of=report_words.rejection_of,
        reasons=list(rejection_sentences(register.services).items()),
        **context,
    )


@router.post("/finance/reports")
def press(request: Request, person: Person = signed_in(_P.OFFICER)) -> Response:
    """Approve the ticked reports, send them back, undo their approval, or revoke it though it is invoiced."""
    form = form_of(request)
    keys = [ReportKey.parse(str(each)) for each in form.getlist("report")]
    pressed, reason = str(form.get("press", "")), str(form.get("reason", ""))
    if len(keys) > _MOST:
        raise Refused(Text("Högst %(count)s redovisningar avgörs åt gången. Markera färre.", count=_MOST))
    if not keys or pressed not in _PRESSED:
        raise Refused(Text("Markera minst en redovisning i listan."))
    hand = Hand(person.id, database_of(request).clock(), today_of(request))
    with database_of(request).writing() as session:
        register = register_store.load(session)
        if pressed in _WITH_REASON and reason not in rejection_sentences(register.services):
            raise Refused(Text("Välj skälet som leverantören ska läsa."))
        match pressed:
            case "approve":
                decided = report_judging.approve(session, register, keys, hand)
            case "reject":
                decided = report_judging.reject(session, register, keys, hand, reason=RejectionReason(reason))
            case "revoke":
                decided = report_judging.revoke(session, register, keys, hand, reason=RejectionReason(reason))
            case _:
                decided = report_judging.undo(session, register, keys, hand)
    return see_other(str(form.get("back", "/finance/reports")), _said(pressed, decided))


def _odd(facts: ReportFacts, request: Request) -> Sequence[Text]:
    return [ODDITY_WORDS[each] for each in oddities(facts, today=today_of(request))]


def _wanted(request: Request) -> FiledFilter:
    asked = request.query_params
    state = asked.get("part", ReportState.FILED)
    try:
        month = Month.parse(asked["month"]) if asked.get("month") else None
    except PeriodRefused:
        month = None
    return FiledFilter(
        state=ReportState(state) if state in tabs.REPORT_PARTS else ReportState.FILED,
        supplier=asked.get("supplier", "")[:20],
        unit=asked.get("unit", "")[:60],
        month=month,
        reference=asked.get("reference", "")[:60].strip(),
    )


def _units(
    register: Register, waiting: Sequence[tuple[str, str]], wanted: FiledFilter
) -> Sequence[tuple[str, str]]:
    known = {each.id: each.name for each in register.units}
    return [
        (unit, f"{unit} {known.get(unit, '')}".strip())
        for supplier, unit in waiting
        if wanted.supplier in ("", supplier)
    ]


def _said(pressed: str, decided: Decided) -> Text:
    many = len(decided.done)
    done = {
        "approve": CountedText(
            "%(count)s redovisning är godkänd och inlevererad.",
            "%(count)s redovisningar är godkända och inlevererade.",
            count=many,
        ),
        "reject": CountedText(
            "%(count)s redovisning är sänd tillbaka.",
            "%(count)s redovisningar är sända tillbaka.",
            count=many,
        ),
        "undo": CountedText(
            "%(count)s godkännande är tillbakataget.",
            "%(count)s godkännanden är tillbakatagna.",
            count=many,
        ),
        "revoke": CountedText(
            "%(count)s godkännande är återtaget. Fakturor på månaden är i fråga, betalda begärs krediterade.",
            "%(count)s godkännanden är återtagna. Fakturor på månaderna är i fråga, betalda begärs krediterade.",
            count=many,
        ),
    }[pressed]
    if not decided.refused:
        return done
    (key, refusal), left = decided.refused[0], len(decided.refused)
    failed = Text(
        "%(left)s gick inte, bland dem %(reference)s: %(refusal)s",
        left=left,
        reference=key.execution_reference,
        refusal=refusal.text,
    )
    return JoinedText(" ", (done, failed))
