"""What the invariants of payments are checked on: rows as they stand in the database, whoever wrote them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, Select, func, select

from bookkeeping import tables as bookkeeping_tables
from foundation.sql import Session
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import PartWay
from invoicing.documents import tables as document_tables
from invoicing.payment import standing_queries
from invoicing.payment import tables as payment_tables
from invoicing.payment.transfers import ProposalState
from operations.checks.invariant_queries import stream


def items(session: Session) -> Iterator[Row[Any]]:
    """Every item of a proposal, with the proposal's state, its attest, and the payment it led to."""
    item, proposal, attest = (
        payment_tables.payment_item,
        payment_tables.payment_proposal,
        payment_tables.attest,
    )
    dropped = payment_tables.attest_dropped
    paid, back = document_tables.payment, payment_tables.claim_settled
    # What was taken off stays so, also where another part of the claim is owed again and it is not settled.
    part = claim_tables.claim_part
    taken_off = (
        select(func.min(part.c.invoice_id))
        .where(
            part.c.invoice_id == item.c.invoice_id,
            part.c.how == PartWay.NETTED,
            part.c.reference == item.c.end_to_end,
        )
        .correlate(item)
        .scalar_subquery()
    )
    question = (
        select(
            item,
            proposal.c.state.label("proposal_state"),
            attest.c.by_person,
            attest.c.prepared_by.label("attest_prepared_by"),
            attest.c.invoice_id.label("attest_invoice_id"),
            dropped.c.attest_id.label("dropped"),
            paid.c.number.label("payment"),
            func.coalesce(back.c.invoice_id, taken_off).label("settled"),
        )
        .join(proposal, proposal.c.number == item.c.proposal)
        .outerjoin(attest, attest.c.id == item.c.attest_id)
        .outerjoin(dropped, dropped.c.attest_id == attest.c.id)
        .outerjoin(paid, (paid.c.invoice_id == item.c.invoice_id) & standing_queries.payment_stands())
        .outerjoin(back, (back.c.invoice_id == item.c.invoice_id) & standing_queries.settlement_stands())
    )
    return stream(session, question)


def voucher_sums(session: Session) -> Iterator[Row[Any]]:
    """What the rows of every voucher sum to."""
    voucher, part = bookkeeping_tables.voucher, bookkeeping_tables.voucher_row
    question: Select[Any] = (
        select(voucher.c.number, func.sum(part.c.amount, type_=part.c.amount.type).label("amount"))
        .outerjoin(part, part.c.voucher == voucher.c.number)
        .group_by(voucher.c.number)
    )
    yield from session.execute(question)


def files(session: Session) -> Iterator[Row[Any]]:
    """Every stored file with its bytes."""
    yield from session.execute(select(payment_tables.export_file).execution_options(yield_per=20))


def exported_proposals(session: Session) -> Iterator[str]:
    """The numbers of the proposals that went to the bank."""
    proposal = payment_tables.payment_proposal
    sent = (ProposalState.EXPORTED, ProposalState.PAID, ProposalState.REFUSED)
    yield from session.scalars(select(proposal.c.number).where(proposal.c.state.in_(sent)))
