"""Attests as the database holds them: given, and dropped when their object changed; none is ever removed."""

from datetime import date, datetime

from sqlalchemy import insert, select

from foundation.sql import Session
from invoicing.payment import tables as payment_tables
from invoicing.payment.attest_rights import Granted
from invoicing.payment.payable import Payable
from invoicing.payment.proposal_store import ProposalItem

_ATTEST = payment_tables.attest


def add(
    session: Session, item: ProposalItem, payable: Payable, right: Granted, *, by: str, on: date, at: datetime
) -> int:
    """Keep who attested what of a proposal, and by whose right; its row id."""
    row = {
        "invoice_id": item.invoice_id,
        "proposal": item.proposal,
        "prepared_by": item.prepared_by,
        "by_person": by,
        "right_id": right.right.id,
        "right_of": right.of,
        "on_day": on,
        "at": at,
        "amount": payable.amount.amount,
        "fingerprint": payable.fingerprint,
    }
    attest_id: int = session.execute(insert(_ATTEST).returning(_ATTEST.c.id), row).scalar_one()
    return attest_id


def drop(session: Session, attest_id: int, *, reason: str, at: datetime) -> None:
    """Note that an attest counts no longer, and why."""
    session.execute(
        insert(payment_tables.attest_dropped), {"attest_id": attest_id, "at": at, "reason": reason}
    )


def fingerprints(session: Session, number: str) -> dict[int, str]:
    """What was attested of a proposal, each by the id of its attest."""
    rows = session.execute(select(_ATTEST.c.id, _ATTEST.c.fingerprint).where(_ATTEST.c.proposal == number))
    return {row.id: row.fingerprint for row in rows}
