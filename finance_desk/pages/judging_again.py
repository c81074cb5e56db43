"""Judging again, by the policy that holds, what lies in question: how many and for how much, the press, the rows."""

import secrets
from collections.abc import Sequence

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.words import Names, supplier_name
from foundation.errors import NotThere
from foundation.identifiers import key_in
from foundation.money import Money, total
from foundation.text import Text
from invoicing.decisions.batch_store import BatchRowState, NoBatch
from invoicing.verdicts import judged_queries, rejudging
from orders.register import store as register_store
from orders.register.parties import Buyer
from orders.register.register import fingerprint
from web.access import signed_in
from web.csrf import form_of
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_AT_ONCE = 25
NAME = Text("Prövade igen")


@router.get("/finance/policies/again")
def again(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """What lies in question and would be accepted by the policy that holds now."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        found = rejudging.would_accept(session, register)
        return render(
            request,
            person,
            "desk/policy_again.html",
            found=found,
            sum=sum_of([each.amount_payable for each in found], register.buyer),
            mark=fingerprint(register.policy),
            key=secrets.token_urlsafe(16),
            supplier_name=lambda number: supplier_name(register, number),
        )


@router.post("/finance/policies/again")
def press(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Judge those that were shown."""
    form = form_of(request)
    ids = [key for each in form.getlist("id") if (key := key_in(str(each))) is not None]
    number = judge(request, person, ids, key=str(form.get("key", "")))
    return see_other(f"/finance/policies/again/{number}")


@router.get("/finance/policies/again/{number}")
def result(
    request: Request, number: int, person: Person = signed_in(_P.FINANCE, _P.BUYER_ADMIN, _P.AUDIT)
) -> Response:
    """What became of each row."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        try:
            found = rejudging.batch(session, number)
        except NoBatch as refusal:
            raise NotThere from refusal
        done = [row for row in found.rows if row.state is BatchRowState.DONE]
        return render(
            request,
            person,
            "desk/batch.html",
            batch=found,
            name=NAME,
            at_path=f"/finance/policies/again/{number}",
            names=Names(session, register.buyer),
            done=len(done),
            refused=sum(row.state is BatchRowState.REFUSED for row in found.rows),
            undone=0,
            sum=sum_of([row.amount for row in done], register.buyer),
            can_undo=0,
            policy=found.reason,
            may_act=person.may(_P.FINANCE),
            supplier_name=lambda each: supplier_name(register, each),
        )


@router.post("/finance/policies/again/{number}/continue")
def go_on(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Take the rows that are left of a batch broken off."""
    with database_of(request).reading() as session:
        try:
            rejudging.batch(session, number)
        except NoBatch as refusal:
            raise NotThere from refusal
    _go_on(request, number)
    return see_other(f"/finance/policies/again/{number}")


def judge(request: Request, person: Person, ids: list[int], *, key: str) -> int:
    """Judge these invoices again, a few in each transaction; the number of the batch."""
    database = database_of(request)
    with database.writing() as session:
        known = judged_queries.known(session, list(dict.fromkeys(ids)))
        register = register_store.load(session)
        number = rejudging.start(session, register, known, by=person.id, at=database.clock(), key=key)
    _go_on(request, number)
    return number


def sum_of(amounts: Sequence[Money], buyer: Buyer) -> Money:
    """The sum in the buyer's currency; what is in another is in question for that and counts on its own."""
    return total((each for each in amounts if each.currency == buyer.currency), currency=buyer.currency)


def _go_on(request: Request, number: int) -> None:
    left = 1
    while left:
        with database_of(request).writing() as session:
            register = register_store.load(session)
            left = rejudging.go_on(session, register, number, today=today_of(request), limit=_AT_ONCE)
