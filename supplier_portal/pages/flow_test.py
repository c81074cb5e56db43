"""The test bench: sample orders to read, test documents to try, and the steps to live; the administrator confirms.

Convention: nothing here touches real figures; the pages say so. Documents are judged by the very functions that
judge real ones, against sample orders of the supplier's own.
"""

from fastapi import Request, Response

from accounts import mailing
from accounts.identity import Permission, Person
from foundation.errors import NotThere
from foundation.text import Text
from invoicing.documents import view as document_view
from invoicing.flow_test import flow_test, flow_test_store, often_forgotten, sample_orders
from invoicing.flow_test.flow_test import BenchRefused, Shown
from invoicing.flow_test.flow_test_store import FlowStep
from invoicing.flow_test.sample_orders import NoSamples
from invoicing.portal_invoicing.uploads import UploadRefused
from orders.register import store as register_store
from peppol.validation import apart
from supplier_portal.pages.forms import SEES, actor_of, as_xml
from supplier_portal.pages.uploads import file_of
from web.access import signed_in
from web.costly import COSTLY
from web.csrf import form_of
from web.guards.form_fields import text_of
from web.pages import database_of, language_of, pages_router, render, see_other, today_of
from web.validation_report import reported
from web.verdict_view import verdict_view

router = pages_router()

_TRIES = (Permission.REPORT, Permission.ADMINISTER)

STEPS = tuple(FlowStep)


@router.get("/test-bench")
def overview(request: Request, person: Person = signed_in(*SEES)) -> Response:
    """Where the supplier stands, its sample orders, and what it tried."""
    return _bench(request, person, ())


@router.get("/test-bench/orders/{number}/xml")
def sample_order(request: Request, number: str, person: Person = signed_in(*SEES)) -> Response:
    """One of the supplier's sample orders, as a real one would come."""
    actor = actor_of(person)
    with database_of(request).reading() as session:
        register = register_store.load(session)
    sample = sample_orders.samples(register, actor.supplier).get(number)
    if sample is None:
        raise NotThere
    return as_xml(sample.body, number)


@router.post("/test-bench/upload", dependencies=COSTLY)
def try_out(request: Request, person: Person = signed_in(*_TRIES)) -> Response:
    """Try a test invoice or credit note."""
    actor = actor_of(person)
    try:
        with database_of(request).writing() as session:
            key = flow_test.try_out(
                session,
                register_store.load(session),
                actor,
                file_of(request),
                now=database_of(request).clock(),
                today=today_of(request),
            )
    except (BenchRefused, UploadRefused) as refused:
        return _bench(request, person, (("file", refused.text),), status=422)
    return see_other(f"/test-bench/documents/{key}")


@router.get("/test-bench/documents/{document_id:int}", dependencies=COSTLY)
def document(request: Request, document_id: int, person: Person = signed_in(*SEES)) -> Response:
    """What came of a test document: the rules, and the match against the sample order."""
    language, today = language_of(request, person), today_of(request)
    shown = _shown(request, person, document_id)
    report = apart.validate_message(shown.body, on=today)
    invoice = shown.reading.invoice
    return render(
        request,
        person,
        "flip/bench_document.html",
        shown=shown,
        report=reported(report, file="", language=language),
        reason=shown.reading.reason_text,
        foreign=invoice is not None and flow_test.is_foreign(invoice, person.organisation),
        paper_shown=document_view.paper_of(shown.body) if shown.match is not None else None,
        verdict_shown=verdict_view(shown.match) if shown.match is not None else None,
    )


@router.get("/test-bench/documents/{document_id:int}/xml", dependencies=COSTLY)
def document_xml(request: Request, document_id: int, person: Person = signed_in(*SEES)) -> Response:
    """A test document's bytes as they came."""
    return as_xml(_shown(request, person, document_id).body, f"test-{document_id}")


@router.post("/test-bench/ask")
def ask(request: Request, person: Person = signed_in(*_TRIES)) -> Response:
    """Say that the step is done."""
    with database_of(request).writing() as session:
        flow_test.ask(session, actor_of(person), now=database_of(request).clock())
    return see_other("/test-bench", Text("Steget är anmält som klart."))


# The administrator's page -----------------------------------------------------------------------------


@router.get("/admin/test-bench")
def waiting(request: Request, person: Person = signed_in(Permission.BUYER_ADMIN)) -> Response:
    """Every supplier on its way, those who wait for a confirmation first."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        flows = flow_test_store.flows(session)
        tried = {each.supplier: flow_test_store.tried_by(session, each.supplier) for each in flows}
    names = {each.organisation_number: each.name for each in register.suppliers}
    return render(
        request, person, "flip/bench_admin.html", flows=flows, tried=tried, names=names, steps=STEPS
    )


@router.post("/admin/test-bench/{supplier}")
def decide(request: Request, supplier: str, person: Person = signed_in(Permission.BUYER_ADMIN)) -> Response:
    """Confirm the step a supplier asked about, or send it back with what is missing."""
    step = next((each for each in FlowStep if each.value == text_of(request, "step")), None)
    if step is None:
        raise NotThere
    now = database_of(request).clock()
    with database_of(request).writing() as session:
        if form_of(request).get("what") == "confirm":
            flow_test.confirm(session, supplier, step, by=person.id, now=now)
            said = Text("Steget är bekräftat.")
        else:
            note = text_of(request, "note")
            flow_test.send_back(session, supplier, step, by=person.id, note=note, now=now)
            said = Text("Leverantören ser vad som saknas.")
        mailing.put_to_supplier(
            session, supplier, "test-level", about=f"test bench {step}", at=now, permissions=_TRIES
        )
    return see_other("/admin/test-bench", said)


def _bench(
    request: Request, person: Person, errors: tuple[tuple[str, Text], ...], *, status: int = 200
) -> Response:
    actor = actor_of(person)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        flow = flow_test_store.flow_of(session, actor.supplier)
        tried = flow_test_store.tried_by(session, actor.supplier, limit=30)
    try:
        samples = list(sample_orders.samples(register, actor.supplier).values())
        no_samples = None
    except NoSamples as refused:
        samples, no_samples = [], refused.text
    return render(
        request,
        person,
        "flip/bench.html",
        status,
        flow=flow,
        place=STEPS.index(flow.step),
        missing=flow_test.lacks(flow, tried),
        samples=samples,
        forgotten=often_forgotten.points(samples[0], register.supplier(actor.supplier)) if samples else (),
        no_samples=no_samples,
        tried=tried,
        errors=errors,
        may_try=person.may(*_TRIES),
    )


def _shown(request: Request, person: Person, document_id: int) -> Shown:
    with database_of(request).reading() as session:
        register = register_store.load(session)
        shown = flow_test.show(
            session, register, actor_of(person).supplier, document_id, today=today_of(request)
        )
    if shown is None:
        raise NotThere
    return shown
