"""What must hold of claims on suppliers: each krona paid and credited is claimed once, and given back once or given up.

Part of the invariants that `invariants.py` goes through, under "payments".
"""

from decimal import Decimal

from foundation.sql import Session
from invoicing.claims.claim_states import OPEN, ClaimState
from operations.checks import claim_check_queries
from operations.checks.payment_checks import Findings

_NIL = Decimal("0.00")


def broken(session: Session) -> Findings:
    """Everything that does not hold."""
    for invoice_id in claim_check_queries.owed_and_not_claimed(session):
        yield f"document {invoice_id}", "it was paid and credited, and nobody claims it back"
    for row in claim_check_queries.claims(session):
        subject, state = f"claim {row.number}", ClaimState(row.state)
        back = row.given_back or _NIL
        if state is not ClaimState.WITHDRAWN and row.paid != row.amount:
            yield subject, f"it is for {row.amount}, and {row.paid} was paid"
        if state in OPEN and back >= row.amount:
            yield subject, f"it is {state}, and all of it is given back"
        has_ended = state in (ClaimState.SETTLED, ClaimState.WRITTEN_OFF)
        if has_ended and (back != row.amount or row.settled != row.amount):
            yield subject, f"it is {state} with {back} of {row.amount}, and the books have {row.settled}"
        if state in (ClaimState.ASKED, *OPEN) and row.settled is not None:
            yield subject, f"it is {state}, and the books say that it is given back"
