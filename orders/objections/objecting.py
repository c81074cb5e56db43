"""A supplier objects to an order, takes that back, and the buyer answers.

One objection at a time waits for an order (a unique key says so). A later Order Response takes the place of what was
said before, as the last word of a supplier's holds.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.exc import IntegrityError

from foundation import journal
from foundation.sql import Session
from foundation.text import Text
from orders.journal_actions import ObjectionAction, OrdersSubject
from orders.model import LineAccount, LineState, Order
from orders.objections import store as objection_store
from orders.objections.model import (
    ANSWERS,
    PRESSED,
    WITH_VALUE,
    AnswerReason,
    Objection,
    ObjectionChannel,
    ObjectionPoint,
    ObjectionRefused,
    ObjectionState,
)
from orders.placements.journal import note_decision
from orders.purchase_orders import line_store, order_store
from orders.register.register import Register


def press(session: Session, order: Order, points: Sequence[ObjectionPoint], *, by: str, today: date) -> int:
    """Object to an order in the portal; the objection's number. Raises ObjectionRefused."""
    _check_points(order, points)
    if not _left(line_store.accounts(session, order.number)):
        raise ObjectionRefused(
            Text(
                "Allt på order %(number)s är levererat, fakturerat eller stängt. Gäller det en faktura: svara på "
                "den i stället.",
                number=order.number,
            )
        )
    return _add(session, order, points, ObjectionChannel.PORTAL, None, by=by, today=today)


def answered_by_peer(
    session: Session,
    order: Order,
    points: Sequence[ObjectionPoint],
    *,
    accepts: bool,
    answer_id: int,
    today: date,
) -> Objection | None:
    """What an Order Response says of an order; the objection whose place it takes, now withdrawn, or None.

    New points take the place of what was said before. Without any, a response that accepts the order takes an
    earlier response's back, and never what a person said in the portal.
    """
    earlier = objection_store.open_of(session, order.number)
    if earlier is not None and not points and (not accepts or earlier.channel is ObjectionChannel.PORTAL):
        return None
    if earlier is not None:
        withdraw(session, earlier, by=journal.SYSTEM, today=today)
    if points:
        _add(session, order, points, ObjectionChannel.PEPPOL, answer_id, by=journal.SYSTEM, today=today)
    return earlier


def withdraw(session: Session, objection: Objection, *, by: str, today: date) -> None:
    """The supplier takes its objection back: the order stands. Raises StepRefused once it is answered."""
    objection_store.end(session, objection, ObjectionState.WITHDRAWN, by=by, on=today)
    _note(
        session,
        ObjectionAction.WITHDRAWN,
        objection.id,
        objection.order_number,
        objection.execution_reference,
        by,
    )


def answer(
    session: Session,
    register: Register,
    objection: Objection,
    to: ObjectionState,
    reason: AnswerReason,
    *,
    replaced_by: str = "",
    by: str,
    today: date,
) -> list[str]:
    """The buyer's answer; the ids of the lines that are cancelled by it. Raises ObjectionRefused and StepRefused.

    Cancelling closes what nobody has delivered or invoiced; what is received stays, since it was done.
    """
    if reason not in ANSWERS.get(to, ()):
        raise ObjectionRefused(Text("Välj ett svar, och ett skäl som hör till svaret."))
    order = order_store.get(session, objection.order_number)
    _check_replacement(session, register, order, to, replaced_by, today=today)
    objection_store.end(session, objection, to, by=by, on=today, reason=reason, replaced_by=replaced_by)
    closed = _cancel(session, order, today=today) if to is not ObjectionState.STANDS else []
    journal.record(
        session,
        by,
        ObjectionAction.ANSWERED,
        OrdersSubject.OBJECTION.of(objection.id),
        execution_reference=objection.execution_reference,
        order=order.number,
        answer=to.value,
        reason=reason.value,
        lines=" ".join(closed) or "-",
    )
    note_decision(session, objection.execution_reference, ObjectionAction.ANSWERED, by=by)
    return closed


def _check_points(order: Order, points: Sequence[ObjectionPoint]) -> None:
    if not points:
        raise ObjectionRefused(Text("Välj vad som är fel, för hela ordern eller för en rad."))
    known = {"", *(line.line_id for line in order.lines)}
    for each in points:
        if each.line_id not in known or each.reason not in PRESSED:
            raise ObjectionRefused(Text("Välj rad och skäl i listan."))
        if each.expected is not None and (each.reason not in WITH_VALUE or not each.line_id):
            raise ObjectionRefused(Text("Rätt värde kan anges för pris och antal på en rad."))


def _check_replacement(
    session: Session, register: Register, order: Order, to: ObjectionState, replaced_by: str, *, today: date
) -> None:
    if to is not ObjectionState.REPLACED:
        if replaced_by:
            raise ObjectionRefused(Text("Ett nytt ordernummer anges bara när ordern ersätts."))
        return
    other = order_store.find(session, replaced_by)
    # Of whoever stands in the supplier's place: what is ordered after a takeover is ordered of the successor (E-33).
    if (
        other is None
        or other.number == order.number
        or register.holder(other.supplier, today) != register.holder(order.supplier, today)
    ):
        raise ObjectionRefused(
            Text("Skriv numret på den order som gäller i stället: en annan order till samma leverantör.")
        )


def _cancel(session: Session, order: Order, *, today: date) -> list[str]:
    line_store.lock_lines(session, order.number)
    left = _left(line_store.accounts(session, order.number))
    if not left:
        raise ObjectionRefused(
            Text(
                "Allt på order %(number)s är redan levererat, fakturerat eller stängt, så inget kan återkallas. Svara "
                "att ordern gäller.",
                number=order.number,
            )
        )
    line_store.close_lines(session, order.number, left, LineState.CANCELLED, on=today)
    return left


def _left(accounts: Sequence[LineAccount]) -> list[str]:
    """The lines that nobody has delivered, invoiced or closed."""
    return [
        each.line_id
        for each in accounts
        if each.state is LineState.OPEN and each.receipt_id is None and each.invoice_id is None
    ]


def _add(
    session: Session,
    order: Order,
    points: Sequence[ObjectionPoint],
    channel: ObjectionChannel,
    answer_id: int | None,
    *,
    by: str,
    today: date,
) -> int:
    try:
        with journal.attempt(session):
            key = objection_store.add(
                session, order.number, points, channel=channel, answer_id=answer_id, by=by, on=today
            )
    except IntegrityError:
        raise ObjectionRefused(
            Text("Ni har redan en invändning mot ordern som väntar på svar. Ta tillbaka den först.")
        ) from None
    _note(session, ObjectionAction.MADE, key, order.number, order.execution_reference, by)
    return key


def _note(
    session: Session, action: ObjectionAction, key: int, order_number: str, reference: str, by: str
) -> None:
    subject = OrdersSubject.OBJECTION.of(key)
    journal.record(session, by, action, subject, execution_reference=reference, order=order_number)
