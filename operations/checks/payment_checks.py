"""What must hold of proposals, attests, vouchers and stored files, checked on a live database.

Part of `billing check`, under the invariant "payments". The database's own constraints forbid most of it; here
it is asked once more of what stands there, whoever wrote it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from foundation.sql import Session
from invoicing.payment.transfers import SENT, ItemState, ProposalState
from operations.checks import payment_check_queries

Findings = Iterator[tuple[str, str]]

# Which items a proposal may hold in each of its states, besides those that are out of it.
_MAY_HOLD = {
    ProposalState.DRAFT: {ItemState.PROPOSED, ItemState.ATTESTED},
    ProposalState.ATTESTED: {ItemState.ATTESTED},
    ProposalState.EXPORTED: set(SENT),
    ProposalState.PAID: set(SENT) - {ItemState.EXPORTED},
    ProposalState.REFUSED: {ItemState.REFUSED, ItemState.RETURNED},
    ProposalState.WITHDRAWN: set[ItemState](),
}


def broken(session: Session) -> Findings:
    """Everything that does not hold."""
    yield from _items(session)
    yield from _vouchers(session)
    yield from _files(session)


def _items(session: Session) -> Findings:
    """Two people for each item, one attest that stands, states that fit, and a payment for each that is paid."""
    for row in payment_check_queries.items(session):
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
    for row in payment_check_queries.voucher_sums(session):
        if row.amount is None or row.amount != Decimal(0):
            yield f"voucher {row.number}", f"its rows sum to {row.amount}"


def _files(session: Session) -> Findings:
    """Every stored file still has its sha256, and what is exported has its file."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in payment_check_queries.files(session):
        kinds[row.about].add(row.kind)
        if hashlib.sha256(bytes(row.body)).hexdigest() != row.sha256:
            yield f"file {row.name}", "its bytes no longer have the sha256 they left with"
    for number in payment_check_queries.exported_proposals(session):
        if "PAIN001" not in kinds[number]:
            yield f"proposal {number}", "it is exported and has no file"
