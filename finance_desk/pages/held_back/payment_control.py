"""The pages of payment control: what is stopped and may be released, what it goes by, and what a run came to."""

from datetime import timedelta
from typing import Any

from fastapi import Request, Response
from starlette.datastructures import UploadFile

from accounts.identity import Permission, Person
from finance_desk.pages.paying_parts import READERS, FormRefused, begun_after, people, supplier_names
from foundation.errors import NotThere
from foundation.text import Text
from invoicing.documents import store as document_store
from invoicing.payment import held_parts, proposal_store
from invoicing.payment_control import control_data_store, loading, releases, run_store
from invoicing.payment_control.control_data import DataKind
from invoicing.payment_control.controls import RELEASABLE, Control, ControlVerdict
from orders.register import store as register_store
from web.access import instant_of, signed_in
from web.csrf import form_of
from web.guards.form_fields import text_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

_P = Permission
router = pages_router()
# No term of payment is longer.
_AHEAD_DAYS = 366
_SIZE = 25


@router.get("/finance/payments/controls")
def controls(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """What a control stops of all that waits to be paid, and how old what it goes by is."""
    today = today_of(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        stopped = held_parts.part(
            session,
            register,
            on=today + timedelta(days=_AHEAD_DAYS),
            after=begun_after(request),
            rows_most=_SIZE,
            wanted=lambda each: any(row.stops for row in each.controls),
        )
        context: dict[str, Any] = {
            "stopped": stopped.rows,
            "after": stopped.after,
            "begun": begun_after(request),
            "standing": control_data_store.standing(session),
            "loads": control_data_store.loads(session),
            "people": people(session, register),
        }
    return render(
        request,
        person,
        "pay/controls.html",
        kinds=list(DataKind),
        registered=len(register.suppliers),
        old=today - timedelta(days=register.policy.payment_controls.data_days),
        rules=register.policy.payment_controls,
        releasable=RELEASABLE,
        may=person.may(_P.FINANCE),
        **context,
    )


@router.post("/finance/payments/controls")
def load(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """A file of control data is read in; the same file twice is one effect."""
    given = form_of(request).get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        raise FormRefused(Text("Välj en fil med kontrollunderlag."))
    with given.file as opened:
        body = opened.read(loading.BYTES_MAX + 1)
    with database_of(request).writing() as session:
        made, repeated = loading.take_in(
            session,
            register_store.load(session),
            body,
            source=text_of(request, "source"),
            by=person.id,
            now=instant_of(request),
        )
    if repeated:
        return see_other("/finance/payments/controls", Text("Filen är redan inläst; inget har ändrats."))
    said = Text(
        "%(rows)s rader är inlästa: %(taken)s gäller nu, %(older)s är äldre än det vi hade, och %(strangers)s gäller "
        "ingen av registrets leverantörer.",
        rows=made.rows,
        taken=made.taken,
        older=made.older,
        strangers=made.strangers,
    )
    return see_other("/finance/payments/controls", said)


@router.post("/finance/payments/controls/{invoice_id}/{control}")
def release(
    request: Request, invoice_id: int, control: Control, person: Person = signed_in(_P.FINANCE)
) -> Response:
    """A person lets a payment through one control, with a reason; another attests it."""
    with database_of(request).writing() as session:
        if document_store.find(session, invoice_id) is None:
            raise NotThere
        releases.release(
            session,
            register_store.load(session),
            invoice_id,
            control,
            reason=text_of(request, "reason"),
            by=person.id,
            now=instant_of(request),
            on=today_of(request),
        )
    said = Text(
        "%(control)s: släppt. Betalningen kan föreslås, och någon annan än du attesterar.",
        control=control.words,
    )
    return see_other("/finance/payments/controls", said)


@router.get("/finance/payments/proposals/{number}/controls")
def run(request: Request, number: str, person: Person = signed_in(*READERS)) -> Response:
    """What the controls of a proposal came to, when it was made and when its file was."""
    with database_of(request).reading() as session:
        try:
            proposal = proposal_store.get(session, number)
        except proposal_store.ProposalUnknown:
            raise NotThere from None
        runs = run_store.of_proposal(session, number)
        newest = runs[-1].id if runs else 0
        page = Page.of(request, run_store.count_told(session, newest), size=_SIZE)
        told = run_store.told_in(session, newest, limit=page.size, offset=page.offset)
        register = register_store.load(session)
        names = people(session, register)
    return render(
        request,
        person,
        "pay/control_run.html",
        proposal=proposal,
        runs=runs,
        told=told,
        page=page,
        controls=list(Control),
        verdicts=list(ControlVerdict),
        people=names,
        suppliers=supplier_names(register),
    )
