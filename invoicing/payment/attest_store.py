"""Attests as the database holds them: given, and dropped when their object changed; none is ever removed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import insert, select

from foundation.engines.many_rows import insert_rows
from foundation.sql import Session, among
from invoicing.payment import tables as payment_tables
from invoicing.payment.attest_rights import Granted
from invoicing.payment.payable import Payable
from invoicing.payment.proposal_store import ProposalItem

_ATTEST = payment_tables.attest


@dataclass(frozen=True, slots=True)
class Given:
    """What is attested of an item, and by whose right."""

    item: ProposalItem
    payable: Payable
    right: Granted


def add(session: Session, given: Sequence[Given], *, by: str, on: date, at: datetime) -> None:
    """Keep who attested what of a proposal, and by whose right."""
    rows = [
        {
            "invoice_id": each.item.invoice_id,
            "proposal": each.item.proposal,
            "prepared_by": each.item.prepared_by,
            "by_person": by,
            "right_id": each.right.right.id,
            "right_of": each.right.of,
            "on_day": on,
            "at": at,
            "amount": each.payable.amount.amount,
            "fingerprint": each.payable.fingerprint,
        }
        for each in given
    ]
    insert_rows(session, _ATTEST, rows)


def drop(session: Session, attest_id: int, *, reason: str, at: datetime) -> None:
    """Note that an attest counts no longer, and why."""
    session.execute(
        insert(payment_tables.attest_dropped), {"attest_id": attest_id, "at": at, "reason": reason}
    )


@dataclass(frozen=True, slots=True)
class Attest:
    """One attest: what was attested, by whom, and by whose right."""

    fingerprint: str
    by_person: str
    right_of: str

    def stands(self, payable: Payable, *, prepared_by: str) -> bool:
        """Whether it still counts: the same is to be paid, and neither has had a hand in it, not afterwards either."""
        barred = payable.subject(prepared_by).barred
        return self.fingerprint == payable.fingerprint and not {self.by_person, self.right_of} & barred


def given(session: Session, number: str, ids: Collection[int]) -> dict[int, Attest]:
    """These attests of a proposal, dropped ones too, each by its id."""
    question = select(_ATTEST).where(_ATTEST.c.proposal == number, among(session, _ATTEST.c.id, list(ids)))
    rows = session.execute(question)
    return {row.id: Attest(row.fingerprint, row.by_person, row.right_of) for row in rows}


@dataclass(frozen=True, slots=True)
class DocumentAttest:
    """An attest of one document: by whom, when and in which proposal; `dropped` says why it counts no longer."""

    proposal: str
    by_person: str
    on: date
    amount: Decimal
    dropped: str


def of_document(session: Session, invoice_id: int) -> Sequence[DocumentAttest]:
    """Every attest of a document there has been, the oldest first."""
    dropped = payment_tables.attest_dropped
    question = (
        select(_ATTEST, dropped.c.reason)
        .outerjoin(dropped, dropped.c.attest_id == _ATTEST.c.id)
        .where(_ATTEST.c.invoice_id == invoice_id)
        .order_by(_ATTEST.c.id)
    )
    return [
        DocumentAttest(row.proposal, row.by_person, row.on_day, row.amount, row.reason or "")
        for row in session.execute(question)
    ]
