"""What a supplier is to be told of by mail about its documents: laid down where it happens, taken away when told.

Convention: a notice is written in the transaction of what it tells of; who is mailed is for the job that tells.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select

from foundation import written_together
from foundation.engines.many_rows import insert_rows
from foundation.sql import Session, among
from invoicing.documents.tables import supplier_notice


class NoticeKind(StrEnum):
    """What has happened; the values are the templates of the mails."""

    IN_QUESTION = "invoice-in-question"
    PAID = "invoice-paid"
    QUESTION = "invoice-question"
    REQUEST_WITHDRAWN = "credit-request-withdrawn"
    CLAIM_LETTER = "claim-letter"
    CLAIM_ANSWERED = "claim-answered"
    CLAIM_WITHDRAWN = "claim-withdrawn"


@dataclass(frozen=True, slots=True)
class SupplierNotice:
    """Something a supplier has not been told of yet."""

    id: int
    invoice_id: int
    kind: NoticeKind


def lay(session: Session, invoice_id: int, kind: NoticeKind) -> None:
    """Let the document's supplier be told."""
    written_together.write(session, _lay_all, {"invoice_id": invoice_id, "kind": kind}, into=supplier_notice)


def _lay_all(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    insert_rows(session, supplier_notice, rows)


def take(session: Session, *, limit: int) -> Sequence[SupplierNotice]:
    """Take away the oldest notices, to tell them in this transaction."""
    question = select(supplier_notice).order_by(supplier_notice.c.id).limit(limit)
    taken = [
        SupplierNotice(row.id, row.invoice_id, NoticeKind(row.kind)) for row in session.execute(question)
    ]
    if taken:
        session.execute(delete(supplier_notice).where(supplier_notice.c.id.in_([each.id for each in taken])))
    return taken


def take_about(session: Session, invoice_ids: Collection[int], kind: NoticeKind) -> Sequence[int]:
    """Take away every notice of that kind about those documents; the documents they are about, each once."""
    gone = delete(supplier_notice).where(
        among(session, supplier_notice.c.invoice_id, invoice_ids), supplier_notice.c.kind == kind
    )
    return sorted(set(session.scalars(gone.returning(supplier_notice.c.invoice_id))))
