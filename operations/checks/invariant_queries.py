"""What the invariants are checked on: rows as they stand in the database, streamed.

They stay rows. A value refuses what cannot be when it is made, and here just that is looked for.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, Table, func, select, type_coerce

from audit import tables as audit_tables
from bookkeeping import tables as bookkeeping_tables
from foundation import number_series
from foundation import tables as foundation_tables
from foundation.sql import Session
from invoicing.claims import tables as claim_tables
from invoicing.decisions import tables as decision_tables
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from invoicing.payment import standing_queries
from invoicing.payment import tables as payment_tables
from invoicing.responses import tables as response_tables
from operations.event_feed import tables as feed_tables
from operations.event_feed.telling import ALWAYS_TOLD
from orders import tables as order_tables
from orders.model import PlannedState
from orders.terms import ArticleKind
from peppol.exchange import tables as exchange_tables
from peppol.exchange.bodies import body_store


def outbound_events(session: Session) -> Iterator[Row[Any]]:
    """Every event of the feed that is kept, in order, with the row that the event before it of its chain tells of."""
    event, journal = feed_tables.outbound_event, foundation_tables.journal
    before = func.lag(event.c.journal_sequence).over(partition_by=journal.c.chain, order_by=event.c.sequence)
    question = select(event.c.sequence, event.c.journal_sequence, before.label("before"))
    question = question.outerjoin(journal, journal.c.sequence == event.c.journal_sequence)
    return stream(session, question.order_by(event.c.sequence))


def rows_told_without_number(session: Session) -> Iterator[int]:
    """The journal's rows whose events wait for their numbers."""
    yield from session.scalars(select(feed_tables.outbound_waiting.c.journal_sequence))


def journal_rows_always_told(session: Session) -> Iterator[Row[Any]]:
    """The journal's rows since the feed began whose action has an event whatever it is about."""
    journal, begins = foundation_tables.journal, select(feed_tables.outbound_feed.c.begins_after)
    question = select(journal.c.sequence, journal.c.action).where(
        journal.c.sequence > begins.scalar_subquery(), journal.c.action.in_(ALWAYS_TOLD)
    )
    return stream(session, question.order_by(journal.c.sequence))


def line_accounts(session: Session) -> Iterator[Row[Any]]:
    """Every order line's account beside what its order, its receipts and its accepted invoices come to."""
    account, line, receipt = order_tables.line_account, order_tables.order_line, order_tables.receipt
    received = (
        select(
            receipt.c.order_number,
            receipt.c.line_id,
            func.sum(receipt.c.amount, type_=receipt.c.amount.type).label("amount"),
        )
        .group_by(receipt.c.order_number, receipt.c.line_id)
        .subquery()
    )
    approved = _approved_per_line()
    on_line = (line.c.order_number == account.c.order_number) & (line.c.line_id == account.c.line_id)
    question = (
        select(
            account,
            line.c.amount.label("ordered"),
            received.c.amount.label("received"),
            approved.c.amount.label("approved"),
        )
        .join(line, on_line)
        .outerjoin(
            received,
            (received.c.order_number == account.c.order_number) & (received.c.line_id == account.c.line_id),
        )
        .outerjoin(
            approved,
            (approved.c.order_number == account.c.order_number) & (approved.c.line_id == account.c.line_id),
        )
    )
    return stream(session, question)


def _approved_per_line() -> Any:  # noqa: ANN401 - SQLAlchemy's subquery has no narrower name here
    part, invoice = document_tables.invoice_part, document_tables.invoice
    return (
        select(
            part.c.order_number,
            part.c.line_id,
            func.sum(part.c.amount_net - part.c.credited_net, type_=part.c.amount_net.type).label("amount"),
        )
        .join(invoice, invoice.c.id == part.c.invoice_id)
        .where(invoice.c.state.in_([InvoiceState.ACCEPTED, InvoiceState.PAID]))
        .group_by(part.c.order_number, part.c.line_id)
        .subquery()
    )


def approved_otherwise_than_received(session: Session) -> Iterator[Row[Any]]:
    """Invoices approved for another sum than their lines were received for, and the difference a person accepted."""
    account, part, invoice = order_tables.line_account, document_tables.invoice_part, document_tables.invoice
    taken, share = decision_tables.acceptance, order_tables.line_share
    # Of a line that is invoiced in parts, its own share.
    due = type_coerce(
        func.coalesce(share.c.amount, account.c.amount_received), account.c.amount_received.type
    )
    question: Select[Any] = (
        select(
            invoice.c.id,
            func.sum(part.c.amount_net - part.c.credited_net, type_=part.c.amount_net.type).label("approved"),
            func.sum(due, type_=account.c.amount_received.type).label("received"),
            func.max(taken.c.difference, type_=taken.c.difference.type).label("accepted"),
        )
        .join(part, part.c.invoice_id == invoice.c.id)
        .join(
            account, (account.c.order_number == part.c.order_number) & (account.c.line_id == part.c.line_id)
        )
        .outerjoin(
            share,
            (share.c.order_number == part.c.order_number)
            & (share.c.line_id == part.c.line_id)
            & (share.c.invoice_id == invoice.c.id),
        )
        .outerjoin(taken, (taken.c.invoice_id == invoice.c.id) & (taken.c.withdrawn == 0))
        .where(
            invoice.c.state.in_([InvoiceState.ACCEPTED, InvoiceState.PAID]),
            part.c.amount_net - part.c.credited_net != due,
            # What is credited whole lies on its line no more.
            part.c.amount_net != part.c.credited_net,
        )
        .group_by(invoice.c.id)
    )
    yield from session.execute(question).all()


def line_shares(session: Session) -> Iterator[Row[Any]]:
    """Every order line that is invoiced in parts, its account beside what its claimed shares come to."""
    account, share = order_tables.line_account, order_tables.line_share
    counted = (
        select(
            share.c.order_number,
            share.c.line_id,
            func.sum(share.c.quantity * share.c.claimed, type_=share.c.quantity.type).label("quantity"),
            func.sum(share.c.amount * share.c.claimed, type_=share.c.amount.type).label("amount"),
        )
        .group_by(share.c.order_number, share.c.line_id)
        .subquery()
    )
    question = (
        select(account, counted.c.quantity, counted.c.amount)
        .outerjoin(
            counted,
            (counted.c.order_number == account.c.order_number) & (counted.c.line_id == account.c.line_id),
        )
        .where(counted.c.line_id.is_not(None) | (account.c.quantity_shared > Decimal(0)))
    )
    return stream(session, question)


def order_sums(session: Session) -> Iterator[Row[Any]]:
    """Every order's amount beside the sum of its lines."""
    order, line = order_tables.purchase_order, order_tables.order_line
    question = (
        select(
            order.c.number, order.c.amount, func.sum(line.c.amount, type_=line.c.amount.type).label("lines")
        )
        .outerjoin(line, line.c.order_number == order.c.number)
        .group_by(order.c.number, order.c.amount)
    )
    return stream(session, question)


def basic_receipts(session: Session) -> Iterator[Row[Any]]:
    """The periods received on basic orders, by execution reference and first day."""
    receipt, account, order = order_tables.receipt, order_tables.line_account, order_tables.purchase_order
    question = (
        select(
            receipt.c.execution_reference,
            receipt.c.order_number,
            receipt.c.line_id,
            receipt.c.starts_on,
            receipt.c.ends_on,
        )
        .join(account, account.c.receipt_id == receipt.c.id)
        .join(order, order.c.number == receipt.c.order_number)
        .where(order.c.article == ArticleKind.BASIC, receipt.c.starts_on.is_not(None))
        .order_by(receipt.c.execution_reference, receipt.c.starts_on)
    )
    return stream(session, question)


def results_ordered_twice(session: Session) -> Iterator[Row[Any]]:
    """Stages of an outcome whose result is ordered more than once, but for what was revoked since."""
    order, plan = order_tables.purchase_order, order_tables.planned_order
    question = (
        select(order.c.execution_reference, order.c.stage, func.count().label("count"))
        .outerjoin(plan, plan.c.order_number == order.c.number)
        .where(
            order.c.article == ArticleKind.RESULT,
            func.coalesce(plan.c.state, "") != PlannedState.REVOKED,
        )
        .group_by(order.c.execution_reference, order.c.stage, func.coalesce(plan.c.outcome_number, 1))
        .having(func.count() > 1)
    )
    return stream(session, question)


def messages_in(session: Session) -> Iterator[tuple[Row[Any], bytes | None]]:
    """Every message to us, the document or answer it became, and the fingerprint of what was disposed of.

    Beside each its bytes that lie in the database, or None.
    """
    inbox, invoice, answer = exchange_tables.inbox, document_tables.invoice, response_tables.peer_answer
    gone = audit_tables.disposed_body
    question = (
        select(
            inbox,
            func.coalesce(invoice.c.id, answer.c.id).label("document_id"),
            gone.c.sha256.label("disposed"),
            body_store.IN.is_moved().label("is_moved"),
        )
        .outerjoin(gone, (gone.c.kind == "LETTER_IN") & (gone.c.item_id == inbox.c.id))
        .outerjoin(invoice, invoice.c.letter_id == inbox.c.id)
        .outerjoin(answer, answer.c.letter_id == inbox.c.id)
    )
    return body_store.beside_here(session, body_store.IN, _streamed(question))


def messages_out(session: Session) -> Iterator[tuple[Row[Any], bytes | None]]:
    """Every message of ours, and the fingerprint of what was disposed of; beside each its bytes here."""
    outbox, gone = exchange_tables.outbox, audit_tables.disposed_body
    question = select(
        outbox, gone.c.sha256.label("disposed"), body_store.OUT.is_moved().label("is_moved")
    ).outerjoin(gone, (gone.c.kind == "LETTER_OUT") & (gone.c.item_id == outbox.c.sequence))
    return body_store.beside_here(session, body_store.OUT, _streamed(question))


def orders_without_message(session: Session) -> Iterator[Row[Any]]:
    """Orders that no message was laid out for."""
    outbox, order = exchange_tables.outbox, order_tables.purchase_order
    without = select(order.c.number).where(
        order.c.number.not_in(select(outbox.c.document_id).where(outbox.c.kind == "order"))
    )
    return stream(session, without)


def credit_pairs(session: Session) -> Iterator[Row[Any]]:
    """Every paired invoice, and its credit note beside it."""
    pair, invoice = document_tables.credit_pair, document_tables.invoice
    credit = invoice.alias("credit")
    question = (
        select(
            invoice.c.id,
            invoice.c.number,
            invoice.c.state,
            invoice.c.supplier,
            (invoice.c.amount_payable - invoice.c.credited_payable).label("amount_payable"),
            credit.c.state.label("credit_state"),
            credit.c.supplier.label("credit_supplier"),
            credit.c.amount_payable.label("credit_amount"),
        )
        .join(pair, pair.c.invoice_id == invoice.c.id)
        .join(credit, credit.c.id == pair.c.credit_id)
    )
    return stream(session, question)


def credited_invoices(session: Session) -> Iterator[Row[Any]]:
    """The invoices that are credited."""
    invoice = document_tables.invoice
    return stream(session, select(invoice.c.id).where(invoice.c.state == InvoiceState.CREDITED))


def payments(session: Session) -> Iterator[Row[Any]]:
    """Every payment that stands, beside its invoice."""
    payment, invoice = document_tables.payment, document_tables.invoice
    to_pay = (invoice.c.amount_payable - invoice.c.credited_payable).label("amount_payable")
    question = select(payment, to_pay, invoice.c.state, invoice.c.document_type).join(
        invoice, invoice.c.id == payment.c.invoice_id
    )
    return stream(session, question.where(standing_queries.payment_stands()))


NUMBERED: Mapping[str, Table] = {
    number_series.ORDERS: order_tables.purchase_order,
    number_series.PAYMENTS: document_tables.payment,
    number_series.PROPOSALS: payment_tables.payment_proposal,
    number_series.VOUCHERS: bookkeeping_tables.voucher,
    number_series.CLAIMS: claim_tables.claim,
}
"""The tables whose rows have the numbers of a series."""


def numbers(session: Session, table: Table) -> Iterator[Row[Any]]:
    """The numbers of a series that are used, in order."""
    return stream(session, select(table.c.number).order_by(table.c.number))


def number_last_used(session: Session, table: Table) -> str | None:
    """The highest number of a series that is used."""
    used: str | None = session.scalar(select(func.max(table.c.number)))
    return used


def journal_actions(session: Session) -> Iterator[Row[Any]]:
    """What every row of the journal says was done to what, in order."""
    rows = foundation_tables.journal
    question = select(rows.c.subject, rows.c.action, rows.c.detail).order_by(rows.c.sequence)
    return stream(session, question)


def document_states(session: Session) -> Iterator[Row[Any]]:
    """The state of every document."""
    invoice = document_tables.invoice
    return stream(session, select(invoice.c.id, invoice.c.document_type, invoice.c.state))


def stream(session: Session, question: Select[Any]) -> Iterator[Row[Any]]:
    """The rows of a question, a few hundred at a time."""
    yield from session.execute(_streamed(question))


def _streamed(question: Select[Any]) -> Select[Any]:
    return question.execution_options(yield_per=500)
