"""Audit: searching the journal, handing out a complete case, and keeping and disposing by two people.

The auditor reads everything here and changes nothing. Handing a case out is noted in the journal with the
fingerprint of what was handed out; that row is the only thing it leaves behind.
"""

from datetime import date, datetime
from urllib.parse import quote

from fastapi import Request, Response

from accounts.identity import Permission, Person
from audit import cases as audit_cases
from audit import disposal_store, journal_queries, legal_hold_store, retention, retention_periods
from audit.cases import NoCase
from audit.journal_queries import Sought
from audit.retention_periods import Times
from finance_desk.journal_subjects import subject_name
from finance_desk.journal_words import action_name, details
from finance_desk.words import Names
from foundation import journal, journal_anchor
from foundation.errors import NotThere, Refused
from foundation.identifiers import key_in
from foundation.journal_chains import root_store
from foundation.text import Text
from invoicing.decisions import protected_store
from invoicing.documents import store as document_store
from invoicing.journal_actions import InvoicingSubject
from operations.background import asking, journal_work, task_store
from operations.machine import clock_trust
from operations.settings import Settings
from orders.register import store as register_store
from peppol.exchange.bodies import object_store
from web.access import instant_of, signed_in
from web.csrf import form_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_READERS = (_P.AUDIT, _P.FINANCE)
_KEEPERS = (_P.FINANCE, _P.BUYER_ADMIN)


@router.get("/finance/audit")
def search(request: Request, person: Person = signed_in(*_READERS)) -> Response:
    """The journal, searched."""
    asked = request.query_params
    sought = Sought(
        text=asked.get("q", "").strip(),
        actor=asked.get("actor", "").strip(),
        action=asked.get("action", "").strip(),
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
    )
    with database_of(request).reading() as session:
        register = register_store.load(session)
        _, many = journal_queries.search(session, sought, limit=0)
        page = Page.of(request, many, size=100)
        rows, _ = journal_queries.search(session, sought, limit=page.size, offset=page.offset)
        names = Names(session, register.buyer)
        numbers = {row.subject: key for row in rows if (key := _document_key(row.subject)) is not None}
        apart = protected_store.among(session, list(numbers.values()))
        named = {
            each.id: each.number
            for each in document_store.by_ids(session, sorted(set(numbers.values()) - apart))
        }
        documents = (
            list(document_store.listed(session, execution_reference=sought.text)) if sought.text else []
        )
        return render(
            request,
            person,
            "desk/audit.html",
            sought=sought,
            rows=rows,
            page=page,
            names=names,
            action_name=action_name,
            subject_name=subject_name,
            details=details,
            at=datetime.fromisoformat,
            documents=documents,
            head=journal_anchor.newest(session),
            links={subject: f"/finance/documents/{key}" for subject, key in numbers.items()},
            document_numbers={subject: named[key] for subject, key in numbers.items() if key in named},
        )


@router.get(journal_work.PAGE)
def verify(request: Request, person: Person = signed_in(*_READERS)) -> Response:
    """Whether all chains are whole: walked now, or what came of the last walk where they are long."""
    with database_of(request).reading() as session:
        rows = journal_queries.count(session)
        is_short = rows <= journal_work.AT_ONCE
        return render(
            request,
            person,
            "desk/audit_verify.html",
            broken=list(journal.verify(session)) if is_short else [],
            is_walked=is_short,
            walk=None if is_short else task_store.latest(session, journal_work.ABOUT),
            rows=rows,
            head=journal_anchor.newest(session),
            moved=root_store.count_moved(session),
        )


@router.post(journal_work.PAGE)
def walk(request: Request, person: Person = signed_in(*_READERS)) -> Response:
    """Let all chains be walked behind the page."""
    permission = _P.AUDIT if person.may(_P.AUDIT) else _P.FINANCE
    with database_of(request).writing() as session:
        number = asking.to_verify(session, by=person.id, at=instant_of(request), permission=permission)
    return see_other(f"/finance/payments/tasks/{number}", Text("Kedjorna gås igenom."))


@router.get("/finance/audit/case/{reference}")
def case(request: Request, reference: str, person: Person = signed_in(*_READERS)) -> Response:
    """The complete case as a ZIP that verifies by itself."""
    with database_of(request).writing() as session:
        try:
            may = person.may(_P.PROTECTED)
            body = audit_cases.export(session, reference, by=person.id, may_see_protected=may)
        except NoCase as refusal:
            raise NotThere from refusal
    named = {"Content-Disposition": f"attachment; filename*=UTF-8''case-{quote(reference, safe='')}.zip"}
    return Response(body, media_type="application/zip", headers=named)


@router.get("/finance/audit/retention")
def keeping(request: Request, person: Person = signed_in(*_READERS, _P.BUYER_ADMIN)) -> Response:
    """What is kept longer, what may be disposed of, and what was."""
    today = today_of(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        return render(
            request,
            person,
            "desk/retention.html",
            holds=legal_hold_store.newest_first(session),
            due=retention.due(session, today=today, times=_times(request)),
            times=_times(request),
            stray=retention_periods.named,
            disposals=disposal_store.newest_first(session),
            names=Names(session, register.buyer),
            years=retention_periods.YEARS,
            storage=object_store.figures(session),
            may_keep=person.may(*_KEEPERS),
        )


@router.post("/finance/audit/holds")
def hold(request: Request, person: Person = signed_in(*_KEEPERS)) -> Response:
    """Place a legal hold on a case."""
    form = form_of(request)
    with database_of(request).writing() as session:
        reference, reason = str(form.get("reference", "")).strip(), str(form.get("reason", ""))
        retention.hold(session, reference, by=person.id, on=today_of(request), reason=reason)
    return see_other("/finance/audit/retention", Text("Ärendet bevaras."))


@router.post("/finance/audit/holds/{number}/lift")
def lift(request: Request, number: int, person: Person = signed_in(*_KEEPERS)) -> Response:
    """Let a legal hold end."""
    with database_of(request).writing() as session:
        if all(each.id != number for each in legal_hold_store.newest_first(session)):
            raise NotThere
        retention.lift(session, number, by=person.id, on=today_of(request))
    return see_other("/finance/audit/retention", Text("Bevarandekravet är hävt."))


@router.post("/finance/audit/disposals")
def propose(request: Request, person: Person = signed_in(*_KEEPERS)) -> Response:
    """Propose to dispose of what may be disposed of."""
    with database_of(request).writing() as session:
        retention.propose(session, by=person.id, on=today_of(request), times=_times(request))
    return see_other("/finance/audit/retention", Text("Föreslaget. En annan person bekräftar."))


@router.post("/finance/audit/disposals/{number}/{answer}")
def answer(request: Request, number: int, answer: str, person: Person = signed_in(*_KEEPERS)) -> Response:
    """Another person confirms a disposal, or anybody takes the proposal back."""
    if answer == "confirm":
        clock_trust.require_belief(database_of(request))
    with database_of(request).writing() as session:
        if all(each.id != number for each in disposal_store.newest_first(session)):
            raise NotThere
        match answer:
            case "confirm":
                retention.confirm(session, number, by=person.id, on=today_of(request), times=_times(request))
                said = Text("Gallrat. Protokollet är sparat.")
            case "withdraw":
                retention.withdraw(session, number, by=person.id)
                said = Text("Förslaget är tillbakataget.")
            case _:
                raise NotThere
    return see_other("/finance/audit/retention", said)


def _times(request: Request) -> Times:
    """How long what never became accounting material is kept here."""
    settings: Settings = request.app.state.settings
    return Times(settings.keep_refused_months, settings.keep_unsent_months)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused(Text("Ange en dag som 2026-11-21.")) from error


def _document_key(subject: str) -> int | None:
    """Which invoice or credit note a subject of the journal is; None where it is another thing."""
    kind, _, number = subject.rpartition(" ")
    if kind in (InvoicingSubject.INVOICE, InvoicingSubject.CREDIT_NOTE):
        return key_in(number)
    return None
