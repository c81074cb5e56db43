"""What the invariants of claims are checked on: rows as they stand in the database, whoever wrote them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, func, select

from foundation.sql import Session
from invoicing.claims import part_queries
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import ClaimState
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from invoicing.payment import standing_queries
from invoicing.payment import tables as payment_tables
from operations.checks.invariant_queries import stream

_CLAIM, _PART = claim_tables.claim, claim_tables.claim_part
_INVOICE, _PAYMENT = document_tables.invoice, document_tables.payment


def claims(session: Session) -> Iterator[Row[Any]]:
    """Every claim with what was paid, what was given back of it, and what the books say is back."""
    settled = payment_tables.claim_settled
    given_back = (
        select(func.sum(part_queries.signed(_PART.c.amount), type_=_PART.c.amount.type))
        .where(_PART.c.claim == _CLAIM.c.number, part_queries.counts())
        .scalar_subquery()
    )
    question = (
        select(
            _CLAIM.c.number,
            _CLAIM.c.state,
            _CLAIM.c.amount,
            _PAYMENT.c.amount.label("paid"),
            settled.c.amount.label("settled"),
            given_back.label("given_back"),
        )
        .select_from(_CLAIM)
        .outerjoin(
            _PAYMENT, (_PAYMENT.c.invoice_id == _CLAIM.c.invoice_id) & standing_queries.payment_stands()
        )
        .outerjoin(
            settled, (settled.c.invoice_id == _CLAIM.c.invoice_id) & standing_queries.settlement_stands()
        )
    )
    return stream(session, question)


def owed_and_not_claimed(session: Session) -> Iterator[int]:
    """The paid and credited invoices of which there is no claim."""
    claimed = select(_CLAIM.c.invoice_id).where(
        _CLAIM.c.state.not_in((ClaimState.ASKED, ClaimState.WITHDRAWN))
    )
    yield from session.scalars(
        select(_INVOICE.c.id).where(
            _INVOICE.c.state == InvoiceState.CREDITED,
            _INVOICE.c.paid_on.is_not(None),
            _INVOICE.c.id.not_in(claimed),
        )
    )
