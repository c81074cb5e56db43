"""What the finance desk has decided about documents, as the database holds it: acceptances, links, actions, limits.

Everything is a row that is withdrawn or undone, never removed. At most one acceptance and one link stand
on a document: the database refuses a second one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, insert, select, update

from foundation import journal, leases, transitions
from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session, rows_changed
from foundation.text import Text
from invoicing.decisions import tables as decision_tables
from invoicing.decisions.rules import (
    ACTION_FOLLOWS,
    Acceptance,
    Action,
    ActionState,
    LineLink,
    LinkedLine,
    as_linked,
)
from invoicing.documents import partial_credit_store
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.journal_actions import DeskAction, InvoicingSubject
from invoicing.matching.credit_notes.credited_lines import less_credited
from invoicing.matching.deviations import Deviation
from invoicing.model import InvoiceContent, InvoiceState, SupplierInvoice
from orders.register import store as register_store

_DEVIATIONS = TypeAdapter(tuple[Deviation, ...])


class NoSuchAction(Refused):
    """Nobody has taken an action with this number."""

    def __init__(self) -> None:
        super().__init__(Text("Åtgärden finns inte."))


@dataclass(frozen=True, slots=True)
class Done:
    """Something a person did to a document. `answer` leaves at `answers_at` while `state` is PENDING."""

    id: int
    invoice_id: int
    batch_id: int | None
    kind: Action
    made_by: str
    made_at: datetime
    reason: str
    state_before: InvoiceState
    state_after: InvoiceState
    answer: str
    answers_at: datetime | None
    state: ActionState
    undone_by: str
    undone_at: datetime | None
    detail: Mapping[str, Any]


def acceptance_of(session: Session, invoice_id: int, *, currency: str) -> Acceptance | None:
    """What a person has accepted of the document, or None."""
    row = session.execute(_ACCEPTED, {"invoice": invoice_id}).one_or_none()
    if row is None:
        return None
    return Acceptance(
        id=row.id,
        accepted_by=row.accepted_by,
        reason=row.reason,
        difference=Money(row.difference, currency),
        deviations=_DEVIATIONS.validate_json(row.deviations),
    )


def add_acceptance(
    session: Session,
    held: SupplierInvoice,
    *,
    by: str,
    on: date,
    reason: str,
    difference: Money,
    at_stake: Money,
    deviations: tuple[Deviation, ...],
) -> int:
    """Let an acceptance stand instead of an earlier one."""
    withdraw_acceptance(session, held.id)
    key: int = session.execute(
        insert(decision_tables.acceptance).returning(decision_tables.acceptance.c.id),
        {
            "invoice_id": held.id,
            "accepted_by": by,
            "accepted_on": on,
            "reason": reason,
            "difference": difference.amount,
            "at_stake": at_stake.amount,
            "deviations": _DEVIATIONS.dump_json(deviations).decode(),
        },
    ).scalar_one()
    return key


def withdraw_acceptance(session: Session, invoice_id: int) -> None:
    """No acceptance stands on the document any more."""
    _withdraw(session, decision_tables.acceptance, invoice_id)


def link_of(session: Session, invoice_id: int) -> LineLink | None:
    """How a person says the document is meant, or None."""
    row = session.execute(_LINKED, {"invoice": invoice_id}).one_or_none()
    if row is None:
        return None
    return LineLink(
        id=row.id,
        linked_by=row.linked_by,
        reason=row.reason,
        order_number=row.order_number,
        line_id=row.line_id,
        credited_number=row.credited_number,
        lines=_linked_lines(session, row.id),
    )


def _linked_lines(session: Session, link_id: int) -> tuple[LinkedLine, ...]:
    table = decision_tables.linked_line
    question = select(table).where(table.c.link_id == link_id).order_by(table.c.position)
    return tuple(
        LinkedLine(row.invoice_line, row.order_number, row.line_id) for row in session.execute(question)
    )


def credits_linked_to(session: Session, supplier: str, number: str) -> Sequence[int]:
    """The supplier's credit notes that a person says credit this invoice and that are not settled, oldest first."""
    link, credit = decision_tables.line_link, document_tables.invoice
    question = (
        select(credit.c.id)
        .join(link, link.c.invoice_id == credit.c.id)
        .where(
            link.c.withdrawn == 0,
            link.c.credited_number == number,
            credit.c.supplier == supplier,
            credit.c.state.in_((InvoiceState.PARKED, InvoiceState.IN_QUESTION)),
        )
        .order_by(credit.c.id)
    )
    return list(session.scalars(question))


def add_link(
    session: Session,
    invoice_id: int,
    *,
    by: str,
    on: date,
    reason: str,
    order_number: str = "",
    line_id: str = "",
    credited_number: str = "",
    lines: Sequence[LinkedLine] = (),
) -> int:
    """Let a link stand instead of an earlier one."""
    _withdraw(session, decision_tables.line_link, invoice_id)
    key: int = session.execute(
        insert(decision_tables.line_link).returning(decision_tables.line_link.c.id),
        {
            "invoice_id": invoice_id,
            "linked_by": by,
            "linked_on": on,
            "reason": reason,
            "order_number": order_number,
            "line_id": line_id,
            "credited_number": credited_number,
        },
    ).scalar_one()
    if lines:
        session.execute(
            insert(decision_tables.linked_line),
            [
                {
                    "link_id": key,
                    "position": position,
                    "invoice_line": each.invoice_line,
                    "order_number": each.order_number,
                    "line_id": each.line_id,
                }
                for position, each in enumerate(lines, 1)
            ],
        )
    return key


def restore_link(session: Session, invoice_id: int, link_id: int | None) -> None:
    """Withdraw the standing link, and let the earlier one stand again where there was one."""
    _withdraw(session, decision_tables.line_link, invoice_id)
    if link_id is not None:
        session.execute(
            update(decision_tables.line_link)
            .where(decision_tables.line_link.c.id == link_id)
            .values(withdrawn=0)
        )


def _withdraw(session: Session, table: Any, invoice_id: int) -> None:  # noqa: ANN401 - either of two tables
    session.execute(
        update(table).where(table.c.invoice_id == invoice_id, table.c.withdrawn == 0).values(withdrawn=1)
    )


def as_judged(session: Session, invoice_id: int) -> InvoiceContent:
    """The document as it is to be judged: as a person has linked it, or as it was read, less what is credited of it."""
    meant = as_linked(document_store.content(session, invoice_id), link_of(session, invoice_id))
    return less_credited(meant, partial_credit_store.of_invoice(session, invoice_id))


def add_action(
    session: Session,
    held: SupplierInvoice,
    kind: Action,
    *,
    by: str,
    at: datetime,
    reason: str,
    state_before: InvoiceState,
    state_after: InvoiceState,
    answer: str = "",
    answers_at: datetime | None = None,
    batch_id: int | None = None,
    **detail: object,
) -> int:
    """Note what a person did. PENDING until `answers_at`, when its answer leaves; without that, STANDING."""
    key: int = session.execute(
        insert(decision_tables.desk_action).returning(decision_tables.desk_action.c.id),
        {
            "invoice_id": held.id,
            "batch_id": batch_id,
            "kind": kind,
            "made_by": by,
            "made_at": at,
            "reason": reason,
            "state_before": state_before,
            "state_after": state_after,
            "answer": answer,
            "answers_at": answers_at,
            "state": ActionState.PENDING if answers_at else ActionState.STANDING,
            "detail": json.dumps(detail, ensure_ascii=False, sort_keys=True),
        },
    ).scalar_one()
    return key


def action(session: Session, action_id: int, *, lock: bool = False) -> Done:
    """One action; raises NoSuchAction."""
    question = select(decision_tables.desk_action).where(decision_tables.desk_action.c.id == action_id)
    row = session.execute(question.with_for_update() if lock else question).one_or_none()
    if row is None:
        raise NoSuchAction
    return _done(row)


def actions_of(session: Session, invoice_id: int) -> Sequence[Done]:
    """What people have done to a document, newest first."""
    table = decision_tables.desk_action
    question = select(table).where(table.c.invoice_id == invoice_id).order_by(table.c.id.desc())
    return [_done(row) for row in session.execute(question)]


def begin_holds_anew(session: Session, *, now: datetime, hold: timedelta) -> int:
    """Let the time for second thoughts begin now for what was done by a clock that was ahead; how many there were."""
    table = decision_tables.desk_action
    ahead = (table.c.state == ActionState.PENDING) & (table.c.answers_at > now + hold + leases.SLACK)
    return rows_changed(session, update(table).where(ahead).values(answers_at=now + hold))


def actions_to_answer(session: Session, *, now: datetime, limit: int) -> Sequence[Done]:
    """The actions whose answer is to leave now, oldest first; each worker gets its own on PostgreSQL."""
    table = decision_tables.desk_action
    question = (
        select(table)
        .where(table.c.state == ActionState.PENDING, table.c.answers_at <= now)
        .order_by(table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_done(row) for row in session.execute(question)]


def holds_back(session: Session, invoice_id: int, *, but_not: int = 0) -> bool:
    """Whether something a person did to the document has not come to its end yet."""
    table = decision_tables.desk_action
    pending = (table.c.state == ActionState.PENDING) & (table.c.id != but_not)
    of_document = table.c.invoice_id == invoice_id
    return session.execute(select(table.c.id).where(of_document, pending).limit(1)).one_or_none() is not None


def settle_action(
    session: Session, done: Done, to: ActionState, *, by: str = "", at: datetime | None = None
) -> None:
    """Let an action be SENT, STANDING, LAPSED or UNDONE; refused where somebody else was first."""
    table = decision_tables.desk_action
    transitions.move(
        session,
        table.c.state,
        table.c.id == done.id,
        ACTION_FOLLOWS,
        name=Text("Åtgärd %(action_id)s", action_id=done.id),
        was=done.state,
        to=to,
        values={"undone_by": by, "undone_at": at} if by else {},
    )


def limit_of(session: Session, person: str, *, currency: str = "") -> Money | None:
    """How large a difference the person may accept alone, in the buyer's currency; None: nothing."""
    table = decision_tables.accept_limit
    found = session.scalar(select(table.c.limit_amount).where(table.c.person == person))
    return Money(found, currency or register_store.currency(session)) if found is not None else None


def set_limit(session: Session, person: str, limit: Money, *, by: str, on: date) -> None:
    """Give a person a limit. Nobody sets their own."""
    if by == person:
        raise Refused(Text("Ingen sätter sin egen gräns. Be en annan administratör."))
    table = decision_tables.accept_limit
    values = {"limit_amount": limit.amount, "set_by": by, "set_on": on}
    if not rows_changed(session, update(table).where(table.c.person == person).values(**values)):
        session.execute(insert(table), {"person": person, **values})
    subject = InvoicingSubject.PERSON.of(person)
    journal.record(session, by, DeskAction.LIMIT_SET, subject, limit=str(limit.amount), kind="ACCEPT")


def _done(row: Row[Any]) -> Done:
    return Done(
        id=row.id,
        invoice_id=row.invoice_id,
        batch_id=row.batch_id,
        kind=Action(row.kind),
        made_by=row.made_by,
        made_at=row.made_at,
        reason=row.reason,
        state_before=InvoiceState(row.state_before),
        state_after=InvoiceState(row.state_after),
        answer=row.answer,
        answers_at=row.answers_at,
        state=ActionState(row.state),
        undone_by=row.undone_by,
        undone_at=row.undone_at,
        detail=json.loads(row.detail),
    )


_ACCEPTED = select(decision_tables.acceptance).where(
    decision_tables.acceptance.c.invoice_id == bindparam("invoice"),
    decision_tables.acceptance.c.withdrawn == 0,
)
_LINKED = select(decision_tables.line_link).where(
    decision_tables.line_link.c.invoice_id == bindparam("invoice"), decision_tables.line_link.c.withdrawn == 0
)
