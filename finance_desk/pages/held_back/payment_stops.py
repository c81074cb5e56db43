"""The page of payment stops: which suppliers are not paid, why, and the step that is left for a second person."""

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.paying_parts import READERS, people, supplier_names
from foundation.errors import NotThere
from foundation.text import Text
from invoicing.payment import payment_stop_store, payment_stops
from invoicing.payment.payment_stop_store import HOLDING, NoStop, StopReason
from invoicing.payment.payment_stops import StopRefused, StopStep
from orders.register import store as register_store
from web.access import instant_of, signed_in
from web.guards.form_fields import text_of
from web.pages import database_of, pages_router, render, see_other

_P = Permission
router = pages_router()

_SAID = {
    StopStep.CONFIRM: Text("Betalningsstoppet är bekräftat."),
    StopStep.REFUSE: Text("Betalningsstoppet är borttaget. Leverantören betalas som vanligt."),
    StopStep.ASK_LIFT: Text("Begärt. En annan person häver stoppet; till dess gäller det."),
    StopStep.LIFT: Text("Betalningsstoppet är hävt. Leverantören betalas som vanligt."),
    StopStep.KEEP: Text("Stoppet ligger kvar."),
}


@router.get("/finance/payments/stops")
def stops(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """Every stop, those that hold first."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        found = payment_stop_store.listed(session)
        names = people(session, register)
    suppliers = supplier_names(register)
    return render(
        request,
        person,
        "pay/stops.html",
        holding=[each for each in found if each.state in HOLDING],
        ended=[each for each in found if each.state not in HOLDING],
        people=names,
        suppliers=suppliers,
        choices=sorted(suppliers.items(), key=lambda each: each[1]),
        reasons=[(each.value, each.label) for each in StopReason],
        me=person.id,
        may_ask=person.may(_P.FINANCE),
        may_step=person.may(_P.FINANCE, _P.ATTEST),
    )


@router.post("/finance/payments/stops")
def ask(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Payments to a supplier stop at once; a second person confirms."""
    supplier, reason = text_of(request, "supplier"), text_of(request, "reason")
    if not supplier:
        raise StopRefused(Text("Välj vilken leverantör som inte ska betalas."))
    if reason not in StopReason.__members__:
        raise StopRefused(Text("Välj varför: konkurs, utmätning eller tvist."))
    with database_of(request).writing() as session:
        payment_stops.ask(
            session,
            register_store.load(session),
            supplier=supplier,
            reason=StopReason(reason),
            by=person.id,
            now=instant_of(request),
        )
    said = Text("Betalningsstoppet gäller nu. En annan person bekräftar det.")
    return see_other("/finance/payments/stops", said)


@router.post("/finance/payments/stops/{stop_id}/{what}")
def step(
    request: Request, stop_id: int, what: StopStep, person: Person = signed_in(_P.FINANCE, _P.ATTEST)
) -> Response:
    """The next step of a stop, by whoever may take it."""
    with database_of(request).writing() as session:
        try:
            payment_stops.step(session, stop_id, what, by=person.id)
        except NoStop:
            raise NotThere from None
    return see_other("/finance/payments/stops", _SAID[what])
