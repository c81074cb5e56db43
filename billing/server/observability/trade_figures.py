"""Figures of the trade itself: what was judged how and is open, payments on their way, and how large the books are.

Asked of indexes over what is open, so that books of many years answer as fast as new ones.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from prometheus_client.core import Metric

from billing.server import metric_queries
from billing.server.observability.metric_families import by, one, with_zeros
from foundation.sql import Session
from invoicing.model import InvoiceState
from invoicing.payment.transfers import ProposalState
from operations.background.tasks import TaskState
from operations.exchange_queries import ReceiverStanding

INVOICES: Final = (
    InvoiceState.ACCEPTED,
    InvoiceState.IN_QUESTION,
    InvoiceState.PARKED,
    InvoiceState.ON_HOLD,
    InvoiceState.PARTLY_ACCEPTED,
    InvoiceState.CREDIT_REQUESTED,
)
"""The states of documents that something is still to follow from."""

PROPOSALS: Final = (ProposalState.DRAFT, ProposalState.ATTESTED, ProposalState.EXPORTED)
TASKS: Final = (TaskState.WAITING, TaskState.STUCK)


def figures(session: Session) -> Iterator[Metric]:
    """All of them, from one view of the books."""
    yield by(
        "billing_invoices_open",
        "Invoices and credit notes that something is to follow from, by how they stand.",
        "state",
        with_zeros(metric_queries.invoices_open(session, INVOICES), INVOICES),
    )
    yield by(
        "billing_payment_proposals_open",
        "Payment proposals that are not done, by state.",
        "state",
        with_zeros(metric_queries.proposals_open(session, PROPOSALS), PROPOSALS),
    )
    yield by(
        "billing_background_tasks_open",
        "Pieces of background work that are not done, by state.",
        "state",
        with_zeros(metric_queries.tasks_open(session, TASKS), TASKS),
    )
    yield one(
        "billing_events_unappliable",
        "Events of decision systems that could not be applied.",
        metric_queries.events_unappliable(session),
    )
    yield one("billing_database_bytes", "How large the books are.", metric_queries.database_bytes(session))


def receivers(every: Sequence[ReceiverStanding]) -> Iterator[Metric]:
    """How sending goes receiver by receiver, without saying whom."""
    yield by(
        "billing_receivers_open",
        "Receivers with messages of ours that are not through, by state.",
        "state",
        [
            ("waiting", sum(each.waiting > 0 for each in every)),
            ("stuck", sum(each.stuck > 0 for each in every)),
            ("rejected", sum(each.rejected > 0 for each in every)),
        ],
    )
    yield one(
        "billing_receiver_waiting_most",
        "Messages that wait for the one receiver with most of them.",
        max((each.waiting for each in every), default=0),
    )
