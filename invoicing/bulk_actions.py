"""One press for many documents alike: simulated first, each row on its own, undone together.

`simulate` asks of each document whether the action may be taken and what follows; it changes nothing. `start`
keeps the batch under the button's key, so a second press finds the first. `go_on` takes the next rows, each
in a savepoint of its own: one that is refused says why and stops nothing. A batch broken off goes on where it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from invoicing import (
    exception_actions,
    exception_undo,
    responding,
    stored_exceptions,
    stored_facts,
    stored_invoices,
)
from invoicing import exception_tables as desk
from invoicing.desk_steps import Hand
from invoicing.exception_actions import OverLimit
from invoicing.exception_rules import Action, acceptable, at_stake, check_action
from invoicing.model import Held
from invoicing.response_documents import receiver_of
from orders import journal
from orders.contracts import Register
from orders.values import Money, Refused
from peppol.sql import Session, rows_changed

MOST = 500
#: What can be done to many at once; the rest needs a person's eye on each.
BULK = (Action.ASK_CREDIT, Action.ACCEPT, Action.ASK_SUPPLIER)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an action would come to for one document; `refusal` says why it may not be taken.

    `answer` is what leaves, `to` the endpoint it leaves for (empty: read in the portal), and `matches_at`
    what the supplier's next invoice of the line must come to, without VAT, to match by itself.
    """

    held: Held
    refusal: Refused | None
    answer: str = ""
    to: str = ""
    matches_at: Money | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row of a batch."""

    invoice_id: int
    number: str
    supplier: str
    amount: Money
    state: str
    action_id: int | None
    sentence: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """One press and its rows."""

    id: int
    kind: Action
    made_by: str
    made_at: datetime
    reason: str
    rows: tuple[Result, ...]

    @property
    def waiting(self) -> int:
        """How many rows are not taken yet."""
        return sum(row.state == "WAITING" for row in self.rows)


def simulate(
    session: Session, register: Register, kind: Action, ids: Sequence[int], *, by: str
) -> Sequence[Foreseen]:
    """What the action would come to for each document, in their order."""
    limit = stored_exceptions.limit_of(session, by)
    return [
        _foreseen(session, register, kind, stored_invoices.by_id(session, each), limit) for each in ids[:MOST]
    ]


def _foreseen(
    session: Session, register: Register, kind: Action, held: Held, limit: Money | None
) -> Foreseen:
    supplier = stored_facts.registered(register, held.supplier)
    try:
        check_action(kind, held)
        received = exception_actions.received_on(session, held) if kind is Action.ACCEPT else None
        if received is not None:
            match = stored_invoices.matches(session, held.id)[-1][1]
            stake = at_stake(held, received, acceptable(held, match))
            if limit is None or stake.amount > limit.amount:
                raise OverLimit(stake, limit)
    except Refused as refusal:
        return Foreseen(held, refusal)
    answer = {
        Action.ASK_CREDIT: responding.REJECTED,
        Action.ACCEPT: responding.APPROVED,
        Action.ASK_SUPPLIER: responding.UNDER_QUERY,
    }[kind]
    sends = supplier is not None and responding.may_follow(held.answered, answer)
    return Foreseen(
        held,
        None,
        answer if sends else "",
        receiver_of(supplier, held) if supplier is not None and supplier.answers else "",
        _received_or_none(session, held) if kind is Action.ASK_CREDIT else None,
    )


def _received_or_none(session: Session, held: Held) -> Money | None:
    try:
        received = exception_actions.received_on(session, held)
    except Refused:
        return None
    return None if received.is_zero else received


def start(
    session: Session, kind: Action, ids: Sequence[int], hand: Hand, *, key: str, reason: str = ""
) -> int:
    """Keep a batch under its key, with a row per document; the batch of an earlier press of the same button."""
    if kind not in BULK or not ids or len(ids) > MOST or not key:
        raise Refused(
            f"Välj mellan ett och {MOST} dokument och en åtgärd.",
            f"Choose between one and {MOST} documents and an action.",
        )
    row = {
        "idempotency_key": f"{hand.by} {key}"[:80],
        "kind": kind,
        "made_by": hand.by,
        "made_at": hand.now,
        "reason": reason,
    }
    table = desk.desk_batch
    try:
        with session.begin_nested():
            number: int = session.execute(insert(table).returning(table.c.id), row).scalar_one()
    except IntegrityError:
        same = table.c.idempotency_key == row["idempotency_key"]
        earlier: int = session.execute(select(table.c.id).where(same)).scalar_one()
        return earlier
    session.execute(
        insert(desk.desk_batch_row),
        [
            {"batch_id": number, "invoice_id": each, "position": place, "state": "WAITING"}
            for place, each in enumerate(dict.fromkeys(ids), 1)
        ],
    )
    journal.record(session, hand.by, "desk.batch", f"batch {number}", kind=kind, count=str(len(set(ids))))
    return number


def go_on(session: Session, register: Register, batch_id: int, hand: Hand, *, limit: int = 25) -> int:
    """Take the next rows of a batch; how many are left. Another press meanwhile waits for these."""
    table = desk.desk_batch
    head = session.execute(select(table).where(table.c.id == batch_id).with_for_update()).one()
    by = Hand(head.made_by, hand.now, hand.today, hand.hold, batch_id)
    for row in session.execute(_waiting(batch_id).limit(limit)).all():
        try:
            with journal.attempt(session):
                number = _take(session, register, Action(head.kind), row.invoice_id, by, head.reason)
                _set(session, batch_id, row.invoice_id, state="DONE", action_id=number)
        except Refused as refusal:
            told = {"sentence_sv": refusal.sentence_sv, "sentence_en": refusal.sentence}
            _set(session, batch_id, row.invoice_id, state="REFUSED", **told)
    return len(session.execute(_waiting(batch_id)).all())


def _take(
    session: Session, register: Register, kind: Action, invoice_id: int, hand: Hand, reason: str
) -> int:
    if kind is Action.ASK_CREDIT:
        return exception_actions.ask_credit(session, register, invoice_id, hand, reason=reason)
    if kind is Action.ACCEPT:
        return exception_actions.accept(session, register, invoice_id, hand, reason=reason)
    return exception_actions.ask_supplier(session, register, invoice_id, hand, text=reason)


def undo(session: Session, register: Register, batch_id: int, hand: Hand) -> tuple[int, int]:
    """Undo all of a batch that can be; how many were, and how many could not be."""
    undone = refused = 0
    for row in batch(session, batch_id).rows:
        if row.state != "DONE" or row.action_id is None:
            continue
        try:
            with journal.attempt(session):
                exception_undo.undo(session, register, row.action_id, hand)
                _set(session, batch_id, row.invoice_id, state="UNDONE")
            undone += 1
        except Refused as refusal:
            told = {"sentence_sv": refusal.sentence_sv, "sentence_en": refusal.sentence}
            _set(session, batch_id, row.invoice_id, state="DONE", **told)
            refused += 1
    journal.record(session, hand.by, "desk.batch.undone", f"batch {batch_id}", count=str(undone))
    return undone, refused


def batch(session: Session, batch_id: int) -> Batch:
    """A batch with its rows in their order. Raises Refused where there is none."""
    table = desk.desk_batch
    head = session.execute(select(table).where(table.c.id == batch_id)).one_or_none()
    if head is None:
        raise Refused("Det finns ingen sådan omgång.", "There is no such batch.")
    return Batch(
        head.id,
        Action(head.kind),
        head.made_by,
        head.made_at,
        head.reason,
        tuple(_results(session, batch_id)),
    )


def can_undo(session: Session, found: Batch) -> int:
    """How many rows of the batch could be undone now."""
    done = [row for row in found.rows if row.state == "DONE" and row.action_id is not None]
    return sum(
        exception_undo.can_undo(
            stored_exceptions.action(session, row.action_id or 0),
            stored_invoices.by_id(session, row.invoice_id).state,
            newest=True,
        )
        for row in done
    )


def _results(session: Session, batch_id: int) -> Iterator[Result]:
    for row in session.execute(_rows(batch_id)).all():
        held = stored_invoices.by_id(session, row.invoice_id)
        yield Result(
            held.id,
            held.number,
            held.supplier,
            held.amount_payable,
            row.state,
            row.action_id,
            (row.sentence_sv, row.sentence_en),
        )


def _rows(batch_id: int) -> Any:  # noqa: ANN401 - a select
    table = desk.desk_batch_row
    return select(table).where(table.c.batch_id == batch_id).order_by(table.c.position)


def _waiting(batch_id: int) -> Any:  # noqa: ANN401 - a select
    return _rows(batch_id).where(desk.desk_batch_row.c.state == "WAITING")


def _set(session: Session, batch_id: int, invoice_id: int, **values: object) -> None:
    table = desk.desk_batch_row
    this = (table.c.batch_id == batch_id) & (table.c.invoice_id == invoice_id)
    rows_changed(session, update(table).where(this).values(**values))
