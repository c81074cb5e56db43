"""The reference rate that late-payment interest follows: what holds, and the half-year that somebody enters."""

from datetime import date
from enum import StrEnum

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.paying_parts import READERS, amount_of, day_of, people
from foundation.errors import NotThere
from foundation.text import Text
from invoicing.claims import rate_store, rates
from invoicing.claims.interest import half_year_of
from invoicing.claims.rate_store import NoRate, RateState
from orders.register import store as register_store
from web.access import instant_of, signed_in
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_HERE = "/finance/payments/rates"


class RateStep(StrEnum):
    """What may be pressed about a rate that somebody entered."""

    CONFIRM = "confirm"
    REFUSE = "refuse"


@router.get("/finance/payments/rates")
def listed(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """The rate of every half-year that is known, the newest first, and what waits for a second person."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        entered = rate_store.listed(session)
        known = rate_store.in_force(session)
        names = people(session, register)
    now = half_year_of(today_of(request))
    return render(
        request,
        person,
        "pay/rates.html",
        known=sorted(known.items(), reverse=True),
        standing={each.valid_from: each for each in entered if each.state is RateState.STANDING},
        waiting=[each for each in entered if each.state is RateState.ASKED],
        lacking=None if now in known else now,
        newest=now,
        people=names,
        me=person.id,
        may_ask=person.may(_P.FINANCE),
        may_step=person.may(_P.FINANCE, _P.ATTEST),
    )


@router.post("/finance/payments/rates")
def ask(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The first person enters a rate."""
    valid_from: date = day_of(request, "valid_from")
    with database_of(request).writing() as session:
        rates.ask(
            session,
            valid_from=valid_from,
            percent=amount_of(request, "percent"),
            by=person.id,
            now=instant_of(request),
        )
    return see_other(_HERE, Text("Referensräntan är inskriven. En annan person bekräftar den."))


@router.post("/finance/payments/rates/{rate_id}/{what}")
def step(
    request: Request, rate_id: int, what: RateStep, person: Person = signed_in(_P.FINANCE, _P.ATTEST)
) -> Response:
    """The second person confirms it, or anybody takes it away."""
    with database_of(request).writing() as session:
        try:
            if what is RateStep.CONFIRM:
                rates.confirm(session, rate_id, by=person.id)
            else:
                rates.refuse(session, rate_id, by=person.id)
        except NoRate:
            raise NotThere from None
    said = (
        Text("Referensräntan gäller.") if what is RateStep.CONFIRM else Text("Referensräntan är borttagen.")
    )
    return see_other(_HERE, said)
