"""One press for many documents as the database holds it: the batch under its button's key, and what became of each row.

The key makes a second press of the same button find the first. A row waits until its turn, and is then DONE or
REFUSED with a sentence; a batch that was broken off goes on where it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, insert, select
from sqlalchemy.exc import IntegrityError

from foundation import journal, transitions
from foundation.engines.many_rows import insert_rows
from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text, WrittenText
from foundation.transitions import Transitions
from foundation.written.fitted import within
from invoicing.decisions import tables as decision_tables
from invoicing.documents import store as document_store
from invoicing.journal_actions import DeskAction, InvoicingSubject

MOST = 500


class BatchRowState(StrEnum):
    """What became of one row of a batch."""

    WAITING = "WAITING"
    DONE = "DONE"
    REFUSED = "REFUSED"
    UNDONE = "UNDONE"


BATCH_ROW_WORDS: Final[Mapping[BatchRowState, Text]] = {
    BatchRowState.WAITING: Text("Väntar"),
    BatchRowState.DONE: Text("Genomförd"),
    BatchRowState.REFUSED: Text("Gick inte"),
    BatchRowState.UNDONE: Text("Ångrad"),
}
"""What people call each state."""


BATCH_ROW_FOLLOWS = Transitions(
    {
        BatchRowState.WAITING: {BatchRowState.DONE, BatchRowState.REFUSED},
        # What could not be taken back stays done, with the reason.
        BatchRowState.DONE: {BatchRowState.DONE, BatchRowState.UNDONE},
    },
    ends={BatchRowState.REFUSED, BatchRowState.UNDONE},
    words=BATCH_ROW_WORDS,
)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of one row of a batch."""

    invoice_id: int
    number: str
    supplier: str
    amount: Money
    state: BatchRowState
    action_id: int | None
    sentence: Text


@dataclass(frozen=True, slots=True)
class ActionBatch:
    """One press and its rows. `kind` is what was pressed."""

    id: int
    kind: str
    made_by: str
    made_at: datetime
    reason: str
    rows: tuple[BatchResult, ...]

    @property
    def waiting(self) -> int:
        """How many rows are not taken yet."""
        return sum(row.state is BatchRowState.WAITING for row in self.rows)


class NoBatch(Refused):
    """There is no such batch."""

    def __init__(self) -> None:
        super().__init__(Text("Det finns ingen sådan omgång."))


def keep(
    session: Session, kind: str, ids: Sequence[int], *, by: str, at: datetime, key: str, reason: str = ""
) -> int:
    """Keep a batch under its key, with a row per document; the batch of an earlier press of the same button."""
    row = {
        "idempotency_key": within(f"{by} {key}", 80),
        "kind": kind,
        "made_by": by,
        "made_at": at,
        "reason": reason,
    }
    table = decision_tables.desk_batch
    try:
        with session.begin_nested():
            number: int = session.execute(insert(table).returning(table.c.id), row).scalar_one()
    except IntegrityError:
        same = table.c.idempotency_key == row["idempotency_key"]
        earlier: int = session.execute(select(table.c.id).where(same)).scalar_one()
        return earlier
    insert_rows(
        session,
        decision_tables.desk_batch_row,
        [
            {"batch_id": number, "invoice_id": each, "position": place, "state": BatchRowState.WAITING}
            for place, each in enumerate(dict.fromkeys(ids), 1)
        ],
    )
    subject = InvoicingSubject.BATCH.of(number)
    journal.record(session, by, DeskAction.BATCH, subject, kind=kind, count=str(len(set(ids))))
    return number


def named(session: Session, batch_id: int, *kinds: str) -> ActionBatch:
    """A batch of one of these kinds, with its rows in their order. Raises NoBatch."""
    table = decision_tables.desk_batch
    head = session.execute(select(table).where(table.c.id == batch_id)).one_or_none()
    if head is None or head.kind not in kinds:
        raise NoBatch
    rows = session.execute(_rows(batch_id)).all()
    invoice = document_store.by_ids(session, [row.invoice_id for row in rows])
    return ActionBatch(
        id=head.id,
        kind=head.kind,
        made_by=head.made_by,
        made_at=head.made_at,
        reason=head.reason,
        rows=tuple(
            BatchResult(
                invoice_id=one.id,
                number=one.number,
                supplier=one.supplier,
                amount=one.amount_payable,
                state=BatchRowState(row.state),
                action_id=row.action_id,
                sentence=WrittenText(row.sentence_sv, row.sentence_en),
            )
            for row, one in zip(rows, invoice, strict=True)
        ),
    )


def locked(session: Session, batch_id: int) -> Row[Any]:
    """The batch alone; another press meanwhile waits."""
    table = decision_tables.desk_batch
    return session.execute(select(table).where(table.c.id == batch_id).with_for_update()).one()


def waiting(session: Session, batch_id: int, *, limit: int | None = None) -> Sequence[int]:
    """The documents whose turn has not come, in order."""
    question = _rows(batch_id).where(decision_tables.desk_batch_row.c.state == BatchRowState.WAITING)
    return [row.invoice_id for row in session.execute(question.limit(limit) if limit else question)]


def done(session: Session, batch_id: int, invoice_id: int, *, action_id: int | None = None) -> None:
    """The row came to what it was pressed for."""
    _move(session, batch_id, invoice_id, BatchRowState.DONE, action_id=action_id)


def undone(session: Session, batch_id: int, invoice_id: int) -> None:
    """The row was taken back."""
    _move(session, batch_id, invoice_id, BatchRowState.UNDONE)


def refused(
    session: Session,
    batch_id: int,
    invoice_id: int,
    refusal: Refused,
    *,
    state: BatchRowState = BatchRowState.REFUSED,
) -> None:
    """The row could not be taken, or where it is DONE already not taken back; why is kept."""
    told = {"sentence_sv": refusal.text.sv, "sentence_en": refusal.text.en}
    _move(session, batch_id, invoice_id, state, **told)


def _rows(batch_id: int) -> Any:  # noqa: ANN401 - a select
    table = decision_tables.desk_batch_row
    return select(table).where(table.c.batch_id == batch_id).order_by(table.c.position)


def _move(session: Session, batch_id: int, invoice_id: int, to: BatchRowState, **values: object) -> None:
    table = decision_tables.desk_batch_row
    this = (table.c.batch_id == batch_id) & (table.c.invoice_id == invoice_id)
    transitions.move_all(session, table.c.state, this, BATCH_ROW_FOLLOWS, to=to, values=values)
