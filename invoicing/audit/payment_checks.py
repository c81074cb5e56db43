"""What must hold of proposals, attests, vouchers and stored files, checked on a live database.

Part of `billing check`, under the invariant "payments". The database's own constraints forbid most of it; here
it is asked once more of what stands there, whoever wrote it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import func, select

from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.payment import tables as payment_tables
from invoicing.payment.transfers import ItemState, ProposalState

Findings = Iterator[tuple[str, str]]

_PROPOSAL, _ITEM, _ATTEST = (
    payment_tables.payment_proposal,
    payment_tables.payment_item,
    payment_tables.attest,
)
# Which items a proposal may hold in each of its states, besides those that are out of it.
_MAY_HOLD = {
    ProposalState.DRAFT: {ItemState.PROPOSED, ItemState.ATTESTED},
    ProposalState.ATTESTED: {ItemState.ATTESTED},
    ProposalState.EXPORTED: {ItemState.EXPORTED, ItemState.PAID, ItemState.RETURNED},
    ProposalState.PAID: {ItemState.PAID, ItemState.RETURNED},
    ProposalState.WITHDRAWN: set[ItemState](),
}


def broken(session: Session) -> Findings:
    """Everything that does not hold."""
    yield from _items(session)
    yield from _vouchers(session)
    yield from _files(session)


def _items(session: Session) -> Findings:
    """Two people for each item, one attest that stands, states that fit, and a payment for each that is paid."""
    dropped = payment_tables.attest_dropped
    question = (
        select(
            _ITEM,
            _PROPOSAL.c.state.label("proposal_state"),
            _ATTEST.c.by_person,
            _ATTEST.c.prepared_by.label("attest_prepared_by"),
            _ATTEST.c.invoice_id.label("attest_invoice_id"),
            dropped.c.attest_id.label("dropped"),
            document_tables.payment.c.number.label("payment"),
            payment_tables.claim_settled.c.invoice_id.label("settled"),
        )
        .join(_PROPOSAL, _PROPOSAL.c.number == _ITEM.c.proposal)
        .outerjoin(_ATTEST, _ATTEST.c.id == _ITEM.c.attest_id)
        .outerjoin(dropped, dropped.c.attest_id == _ATTEST.c.id)
        .outerjoin(document_tables.payment, document_tables.payment.c.invoice_id == _ITEM.c.invoice_id)
        .outerjoin(
            payment_tables.claim_settled, payment_tables.claim_settled.c.invoice_id == _ITEM.c.invoice_id
        )
    )
    for row in session.execute(question.execution_options(yield_per=500)):
        subject = f"item {row.id} of proposal {row.proposal}"
        state = ItemState(row.state)
        if state is not ItemState.TAKEN_OUT and state not in _MAY_HOLD[ProposalState(row.proposal_state)]:
            yield subject, f"it is {state} in a proposal that is {row.proposal_state}"
        if state in (ItemState.ATTESTED, ItemState.EXPORTED, ItemState.PAID):
            if row.by_person is None or row.dropped is not None:
                yield subject, f"it is {state} without an attest that stands"
            elif (
                row.by_person in (row.prepared_by, row.attest_prepared_by)
                or row.by_person != row.attested_by
                or row.attest_invoice_id != row.invoice_id
            ):
                yield subject, "its attest is not another person's, or not of this invoice"
        if state is ItemState.PAID:
            settled = row.payment if row.kind == "INVOICE" else row.settled
            if settled is None:
                yield subject, "it is paid and has no payment"


def _vouchers(session: Session) -> Findings:
    """Every voucher has rows and balances."""
    voucher, part = payment_tables.voucher, payment_tables.voucher_row
    question = (
        select(voucher.c.number, func.sum(part.c.amount, type_=part.c.amount.type).label("amount"))
        .outerjoin(part, part.c.voucher == voucher.c.number)
        .group_by(voucher.c.number)
    )
    for row in session.execute(question):
        if row.amount is None or row.amount != Decimal(0):
            yield f"voucher {row.number}", f"its rows sum to {row.amount}"


def _files(session: Session) -> Findings:
    """Every stored file still has its sha256, and what is exported has its file."""
    file = payment_tables.export_file
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in session.execute(select(file).execution_options(yield_per=20)):
        kinds[row.about].add(row.kind)
        if hashlib.sha256(bytes(row.body)).hexdigest() != row.sha256:
            yield f"file {row.name}", "its bytes no longer have the sha256 they left with"
    sent = (ProposalState.EXPORTED, ProposalState.PAID)
    for number in session.scalars(select(_PROPOSAL.c.number).where(_PROPOSAL.c.state.in_(sent))):
        if "PAIN001" not in kinds[number]:
            yield f"proposal {number}", "it is exported and has no file"
