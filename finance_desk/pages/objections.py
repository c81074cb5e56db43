"""Suppliers' objections to orders: those that wait, the oldest first, and the buyer's answer to each.

Convention: an officer or a finance officer answers. An answer has a coded reason, which the supplier
reads on its order.
"""

from fastapi import Request, Response

from accounts import mailing
from accounts.identity import Permission, Person
from finance_desk.words import Names, supplier_name
from foundation.errors import NotThere
from foundation.text import CountedText, Text
from invoicing.responses import objections as order_objections
from invoicing.responses import store as response_store
from orders.objections import store as objection_store
from orders.objections.model import (
    ANSWER_WORDS,
    ANSWERS,
    REASON_WORDS,
    AnswerReason,
    ObjectionRefused,
    ObjectionState,
)
from orders.purchase_orders import line_store, order_store
from orders.register import store as register_store
from web import i18n
from web.access import signed_in
from web.csrf import form_of
from web.guards.form_fields import text_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router(prefix="/finance/objections")

_P = Permission
READS = (_P.OFFICER, _P.FINANCE, _P.AUDIT)
ANSWERS_IT = (_P.OFFICER, _P.FINANCE)
_SIZE = 50
_LEGENDS = {
    ObjectionState.STANDS: Text("Ordern gäller"),
    ObjectionState.CANCELLED: Text("Ordern återkallas"),
    ObjectionState.REPLACED: Text("Ordern ersätts av en annan"),
}


@router.get("")
def objections(request: Request, person: Person = signed_in(*READS)) -> Response:
    """Those that wait, or those that have ended."""
    waiting = request.query_params.get("part") != "ended"
    with database_of(request).reading() as session:
        register = register_store.load(session)
        page = Page.of(request, objection_store.count(session, waiting=waiting), size=_SIZE)
        rows = objection_store.listed(session, waiting=waiting, limit=page.size, offset=page.offset)
    return render(
        request,
        person,
        "desk/objections.html",
        rows=rows,
        page=page,
        waiting=waiting,
        today=today_of(request),
        reasons=REASON_WORDS,
        supplier_name=lambda number: supplier_name(register, number) or number,
    )


@router.get("/{objection_id}")
def one(request: Request, objection_id: int, person: Person = signed_in(*READS)) -> Response:
    """One objection, beside the order's lines, and the answer or the form for it."""
    return _one(request, person, objection_id)


@router.post("/{objection_id}")
def answer(request: Request, objection_id: int, person: Person = signed_in(*ANSWERS_IT)) -> Response:
    """Answer it."""
    form = form_of(request)
    to, _, reason = str(form.get("answer", "")).partition(" ")
    if to not in ObjectionState.__members__ or reason not in AnswerReason.__members__:
        return _one(request, person, objection_id, Text("Välj ett svar, och ett skäl som hör till svaret."))
    try:
        with database_of(request).writing() as session:
            objection = objection_store.by_id(session, objection_id)
            if objection is None:
                raise NotThere
            register = register_store.load(session)
            closed = order_objections.answer(
                session,
                register,
                objection,
                ObjectionState(to),
                AnswerReason(reason),
                replaced_by=text_of(request, "replaced_by"),
                by=person.id,
                today=today_of(request),
            )
            mailing.put_about_order(
                session,
                register.holder(objection.supplier, today_of(request)),
                "objection-answered",
                objection.order_number,
                at=database_of(request).clock(),
            )
    except ObjectionRefused as refused:
        return _one(request, person, objection_id, refused.text)
    said = CountedText(
        "Svaret är lämnat. %(count)s rad är återkallad.",
        "Svaret är lämnat. %(count)s rader är återkallade.",
        count=len(closed),
    )
    return see_other("/finance/objections", said if closed else Text("Svaret är lämnat. Ordern gäller."))


def _one(request: Request, person: Person, objection_id: int, wrong: Text | None = None) -> Response:
    with database_of(request).reading() as session:
        register = register_store.load(session)
        objection = objection_store.by_id(session, objection_id)
        if objection is None:
            raise NotThere
        kept = response_store.by_id(session, objection.answer_id) if objection.answer_id else None
        order = order_store.get(session, objection.order_number)
        accounts = {each.line_id: each for each in line_store.accounts(session, order.number)}
        return render(
            request,
            person,
            "desk/objection.html",
            422 if wrong else 200,
            objection=objection,
            order=order,
            accounts=accounts,
            kept=kept,
            points={each.line_id: each for each in objection.points},
            reasons=REASON_WORDS,
            answers=ANSWER_WORDS,
            choices_of=[
                (_LEGENDS[to], [(f"{to} {each}", ANSWER_WORDS[each]) for each in reasons])
                for to, reasons in ANSWERS.items()
            ],
            chosen=str(form_of(request).get("answer", "")) if wrong else "",
            errors=[("answer", wrong)] if wrong else [],
            may_answer=person.may(*ANSWERS_IT) and objection.is_open,
            price=lambda value: i18n.price(value, order.amount.currency, person.language),
            names=Names(session, register.buyer),
            supplier_name=supplier_name(register, objection.supplier) or objection.supplier,
        )
