"""Many documents alike with one press: what would happen, the press, the result row by row, and undoing it.

The simulation hands out the button's key; whoever presses twice comes to the same batch. Rows are taken in
transactions of a few, so a batch broken off shows what is left and goes on from there.
"""

import secrets
from collections.abc import Sequence

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.exception import hand_of
from finance_desk.pages.judging_again import sum_of
from finance_desk.pages.queue import READERS
from finance_desk.words import Names, may_act, supplier_name
from foundation.errors import NotThere, Refused
from foundation.identifiers import key_in
from foundation.sql import Session
from foundation.text import NO_TEXT, JoinedText, Text
from invoicing.decisions import protected_store
from invoicing.decisions.batch_store import MOST, ActionBatch, BatchRowState
from invoicing.decisions.rules import Action, name_of
from invoicing.exceptions import bulk_actions, queue_queries
from invoicing.exceptions.bulk_actions import BULK
from invoicing.exceptions.queue import QueueFilter, QueuePart
from invoicing.exceptions.steps import HOLD
from orders.register import store as register_store
from web.access import signed_in
from web.csrf import form_of
from web.guards.own_paths import page_before
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_AT_ONCE = 25
_NONE_CHOSEN = Text("Välj minst en rad i kön.")


@router.get("/finance/bulk")
def simulate(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """What the press would do."""
    asked = request.query_params
    kind = _kind(asked.get("kind", Action.ASK_CREDIT))
    if not (asked.get("all") or asked.getlist("id")):
        return see_other(page_before(request) or "/finance", _NONE_CHOSEN, is_short=True)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        ids = _chosen(request, session)
        foreseen = bulk_actions.simulate(session, register, kind, ids, by=person.id)
        good = [each for each in foreseen if each.refusal is None]
        next_ones = [each.matches_at for each in good if each.matches_at is not None]
        return render(
            request,
            person,
            "desk/bulk.html",
            kind=kind.value,
            name=name_of(kind),
            foreseen=foreseen,
            good=good,
            bad=[each for each in foreseen if each.refusal is not None],
            sum=sum_of([each.invoice.amount_payable for each in good], register.buyer),
            sent=sum(bool(each.answer) for each in good),
            by_peppol=sum(bool(each.answer and each.to) for each in good),
            in_portal=sum(bool(each.answer and not each.to) for each in good),
            will_match=len(next_ones),
            matches_at=sum_of(next_ones, register.buyer),
            supplier_name=lambda number: supplier_name(register, number),
            key=secrets.token_urlsafe(16),
            minutes=int(HOLD.total_seconds() // 60),
        )


@router.post("/finance/bulk")
def press(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The one press."""
    form = form_of(request)
    kind = _kind(str(form.get("kind", "")))
    ids = _numbers([str(each) for each in form.getlist("id")])
    actor = hand_of(request, person)
    with database_of(request).writing() as session:
        number = bulk_actions.start(
            session,
            kind,
            ids,
            actor,
            key=str(form.get("key", "")),
            reason=str(form.get("reason", "")).strip(),
        )
    _go_on(request, person, number)
    return see_other(f"/finance/bulk/{number}")


@router.get("/finance/bulk/{number}")
def result(request: Request, number: int, person: Person = signed_in(*READERS)) -> Response:
    """What became of each row."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        found = _batch(session, number)
        done = [row for row in found.rows if row.state is BatchRowState.DONE]
        return render(
            request,
            person,
            "desk/batch.html",
            batch=found,
            name=name_of(Action(found.kind)),
            at_path=f"/finance/bulk/{number}",
            names=Names(session, register.buyer),
            done=len(done),
            refused=sum(row.state is BatchRowState.REFUSED for row in found.rows),
            undone=sum(row.state is BatchRowState.UNDONE for row in found.rows),
            sum=sum_of([row.amount for row in done], register.buyer),
            can_undo=bulk_actions.can_undo(session, found),
            may_act=may_act(person),
            supplier_name=lambda each: supplier_name(register, each),
        )


@router.post("/finance/bulk/{number}/continue")
def go_on(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Take the rows that are left of a batch broken off."""
    with database_of(request).reading() as session:
        _batch(session, number)
    _go_on(request, person, number)
    return see_other(f"/finance/bulk/{number}")


@router.post("/finance/bulk/{number}/undo")
def undo(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Undo all of a batch that can be."""
    with database_of(request).writing() as session:
        _batch(session, number)
        register = register_store.load(session)
        undone, refused = bulk_actions.undo(session, register, number, hand_of(request, person))
    left = Text("%(refused)s gick inte.", refused=refused) if refused else NO_TEXT
    said = JoinedText(" ", (Text("%(undone)s ångrade.", undone=undone), left))
    return see_other(f"/finance/bulk/{number}", said)


def _go_on(request: Request, person: Person, number: int) -> None:
    left = 1
    while left:
        with database_of(request).writing() as session:
            register = register_store.load(session)
            actor = hand_of(request, person)
            left = bulk_actions.go_on(session, register, number, actor, limit=_AT_ONCE)


def _chosen(request: Request, session: Session) -> Sequence[int]:
    """The rows ticked, or all alike: of one cause, and of the supplier and month where they are given."""
    asked = request.query_params
    if asked.get("all") and asked.get("cause"):
        wanted = QueueFilter(
            part=QueuePart.EXCEPTIONS,
            cause=asked["cause"],
            supplier=asked.get("supplier", ""),
            month=asked.get("month", ""),
        )
        found = queue_queries.items(session, wanted, today=today_of(request), limit=MOST)
        ids: Sequence[int] = [each.id for each in found]
    else:
        ids = _numbers(asked.getlist("id"))
    hidden = protected_store.among(session, ids)
    known = [each for each in ids if each not in hidden and queue_queries.item(session, each) is not None]
    if not known:
        raise Refused(_NONE_CHOSEN)
    if len(known) > MOST:
        raise Refused(
            Text("Välj högst %(most)s rader åt gången: %(count)s är valda.", most=MOST, count=len(known))
        )
    return known


def _numbers(texts: Sequence[str]) -> list[int]:
    return [key for each in dict.fromkeys(texts) if (key := key_in(each)) is not None]


def _kind(text: str) -> Action:
    if text not in BULK:
        raise NotThere
    return Action(text)


def _batch(session: Session, number: int) -> ActionBatch:
    try:
        return bulk_actions.batch(session, number)
    except Refused as refusal:
        raise NotThere from refusal
