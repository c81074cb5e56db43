"""The invariants of the books, checked on a live database; each break names what and where.

`check` walks everything once, streaming, and yields nothing when all is well. It is run by
`billing check`, at the end of the demo and after every test story.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Table, func, select

from foundation import append_only, journal, number_series
from foundation import tables as foundation_tables
from foundation.sql import Session
from invoicing.audit import payment_checks, portal_checks
from invoicing.audit import tables as audit_tables
from invoicing.audit.payment_checks import Findings
from invoicing.decisions import tables as decision_tables
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState
from invoicing.payment import tables as payment_tables
from invoicing.responses import tables as response_tables
from orders import tables as order_tables
from orders.terms import Article
from peppol.exchange import outbox as exchange_outbox
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState

_BATCH = 500


@dataclass(frozen=True, slots=True)
class BrokenInvariant:
    """One thing that does not hold: which invariant, about what, and how."""

    invariant: str
    subject: str
    sentence: str


def check(session: Session) -> Iterator[BrokenInvariant]:
    """Every invariant, one after the other."""
    for name, rule in INVARIANTS.items():
        for subject, sentence in rule(session):
            yield BrokenInvariant(name, subject, sentence)


def _accounts(session: Session) -> Findings:
    """Per order line: 0 <= claimed <= received <= ordered, and each number is the sum of its documents."""
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
    for row in _stream(session, question):
        subject = f"order line {row.order_number}/{row.line_id}"
        if not 0 <= row.amount_claimed <= row.amount_received <= row.amount_ordered:
            yield (
                subject,
                (
                    f"claimed {row.amount_claimed}, received {row.amount_received}, ordered {row.amount_ordered} "
                    "do not follow each other"
                ),
            )
        if row.amount_ordered != row.ordered:
            yield subject, f"its account says {row.amount_ordered} ordered, the order says {row.ordered}"
        if row.amount_received != (row.received or 0):
            yield (
                subject,
                f"its account says {row.amount_received} received, its receipts sum to {row.received or 0}",
            )
        if row.amount_claimed > row.amount_received or bool(row.amount_claimed) != bool(row.approved):
            yield (
                subject,
                f"its account says {row.amount_claimed} claimed, accepted invoices say {row.approved or 0}",
            )


def _approved_per_line() -> Any:  # noqa: ANN401 - SQLAlchemy's subquery has no narrower name here
    part, invoice = document_tables.invoice_part, document_tables.invoice
    return (
        select(
            part.c.order_number,
            part.c.line_id,
            func.sum(part.c.amount_net, type_=part.c.amount_net.type).label("amount"),
        )
        .join(invoice, invoice.c.id == part.c.invoice_id)
        .where(invoice.c.state.in_([InvoiceState.ACCEPTED, InvoiceState.PAID]))
        .group_by(part.c.order_number, part.c.line_id)
        .subquery()
    )


def _differences(session: Session) -> Findings:
    """What is approved differs from what is received only by rounding, a tolerance, or a person's acceptance."""
    account, part, invoice = order_tables.line_account, document_tables.invoice_part, document_tables.invoice
    taken = decision_tables.acceptance
    question = (
        select(
            invoice.c.id,
            func.sum(part.c.amount_net, type_=part.c.amount_net.type).label("approved"),
            func.sum(account.c.amount_received, type_=account.c.amount_received.type).label("received"),
            func.max(taken.c.difference, type_=taken.c.difference.type).label("accepted"),
        )
        .join(part, part.c.invoice_id == invoice.c.id)
        .join(
            account, (account.c.order_number == part.c.order_number) & (account.c.line_id == part.c.line_id)
        )
        .outerjoin(taken, (taken.c.invoice_id == invoice.c.id) & (taken.c.withdrawn == 0))
        .where(
            invoice.c.state.in_([InvoiceState.ACCEPTED, InvoiceState.PAID]),
            part.c.amount_net != account.c.amount_received,
        )
        .group_by(invoice.c.id)
    )
    for row in session.execute(question).all():
        difference = row.approved - row.received
        if row.accepted == difference or abs(difference) <= _ROUNDING or _tolerated(session, row.id):
            continue
        yield (
            f"invoice {row.id}",
            f"it is approved with {difference} more than received, and nobody accepted that",
        )


_ROUNDING = Decimal("1.00")


def _tolerated(session: Session, invoice_id: int) -> bool:
    judged = document_store.matches(session, invoice_id)[-1][1]
    return any(each.variant == "tolerated" for each in judged.deviations)


def _append_only(session: Session) -> Findings:
    """The database itself refuses to change or remove what is only ever added."""
    standing = append_only.standing(session)
    for table in append_only.PROTECTED:
        if table not in standing:
            yield f"table {table}", "its triggers against change and removal are missing"


def _order_sums(session: Session) -> Findings:
    """An order's amount is the sum of its lines."""
    order, line = order_tables.purchase_order, order_tables.order_line
    question = (
        select(
            order.c.number, order.c.amount, func.sum(line.c.amount, type_=line.c.amount.type).label("lines")
        )
        .outerjoin(line, line.c.order_number == order.c.number)
        .group_by(order.c.number, order.c.amount)
    )
    for row in _stream(session, question):
        if row.amount != row.lines:
            yield f"order {row.number}", f"its amount is {row.amount}, its lines sum to {row.lines or 0}"


def _days_received_once(session: Session) -> Findings:
    """No calendar day of an execution reference is received twice."""
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
        .where(order.c.article == Article.BASIC, receipt.c.starts_on.is_not(None))
        .order_by(receipt.c.execution_reference, receipt.c.starts_on)
    )
    reference, until, earlier = "", date.min, ""
    for row in _stream(session, question):
        if row.execution_reference == reference and row.starts_on <= until:
            yield (
                f"execution reference {reference}",
                f"{row.starts_on} is received on {earlier} and on {row.order_number}/{row.line_id}",
            )
        if row.execution_reference != reference or row.ends_on > until:
            reference, until, earlier = (
                row.execution_reference,
                row.ends_on,
                f"{row.order_number}/{row.line_id}",
            )


def _results_once(session: Session) -> Findings:
    """At most one R1 and one R2 on an execution reference."""
    order = order_tables.purchase_order
    question = (
        select(order.c.execution_reference, order.c.stage, func.count().label("count"))
        .where(order.c.article == Article.RESULT)
        .group_by(order.c.execution_reference, order.c.stage)
        .having(func.count() > 1)
    )
    for row in _stream(session, question):
        yield f"execution reference {row.execution_reference}", f"{row.stage} is ordered {row.count} times"


def _messages_in(session: Session) -> Findings:
    """Every message to us is in exactly one known state, and its bytes have their sha256."""
    inbox, invoice, answer = exchange_tables.inbox, document_tables.invoice, response_tables.peer_answer
    gone = audit_tables.disposed_body
    question = (
        select(
            inbox,
            func.coalesce(invoice.c.id, answer.c.id).label("document_id"),
            gone.c.sha256.label("disposed"),
        )
        .outerjoin(gone, (gone.c.kind == "LETTER_IN") & (gone.c.item_id == inbox.c.id))
        .outerjoin(invoice, invoice.c.letter_id == inbox.c.id)
        .outerjoin(answer, answer.c.letter_id == inbox.c.id)
    )
    states = {state.value for state in InState}
    for row in _stream(session, question):
        subject = f"letter in {row.id}"
        if row.state not in states:
            yield subject, f"its state {row.state} does not exist"
        # The bytes of a repeat are those of the message it repeats, unless its envelope differs.
        kept = row.body or (row.state != InState.REPEAT and row.disposed != row.sha256)
        if kept and exchange_outbox.sha256_of(row.body) != row.sha256:
            yield subject, "its bytes no longer have the sha256 they came with"
        if (row.state == InState.HANDLED) != (row.document_id is not None):
            yield subject, f"it is {row.state}, and document {row.document_id} stands in the books"
    yield from portal_checks.bytes_left_as_kept(session)


def _messages_out(session: Session) -> Findings:
    """Every message of ours still has the bytes it was laid out with, and every order has its message."""
    outbox, order = exchange_tables.outbox, order_tables.purchase_order
    gone = audit_tables.disposed_body
    question = select(outbox, gone.c.sha256.label("disposed")).outerjoin(
        gone, (gone.c.kind == "LETTER_OUT") & (gone.c.item_id == outbox.c.sequence)
    )
    for row in _stream(session, question):
        if (row.body or row.disposed != row.sha256) and exchange_outbox.sha256_of(row.body) != row.sha256:
            yield (
                f"letter out {row.instance_id}",
                "its bytes no longer have the sha256 they were laid out with",
            )
    without = select(order.c.number).where(
        order.c.number.not_in(select(outbox.c.document_id).where(outbox.c.kind == "order"))
    )
    for row in _stream(session, without):
        yield f"order {row.number}", "it has no message"


def _credits(session: Session) -> Findings:
    """A pair is a settled credit note and a credited invoice of the same supplier and sum; no other is settled."""
    pair, invoice = document_tables.credit_pair, document_tables.invoice
    credit = invoice.alias("credit")
    question = (
        select(
            invoice.c.id,
            invoice.c.number,
            invoice.c.state,
            invoice.c.supplier,
            invoice.c.amount_payable,
            credit.c.state.label("credit_state"),
            credit.c.supplier.label("credit_supplier"),
            credit.c.amount_payable.label("credit_amount"),
        )
        .join(pair, pair.c.invoice_id == invoice.c.id)
        .join(credit, credit.c.id == pair.c.credit_id)
    )
    paired = set()
    for row in _stream(session, question):
        paired.add(row.id)
        if row.state != InvoiceState.CREDITED or row.credit_state != InvoiceState.SETTLED:
            yield (
                f"invoice {row.id}",
                f"it is paired, but is {row.state} and its credit note {row.credit_state}",
            )
        if row.supplier != row.credit_supplier or row.amount_payable != row.credit_amount:
            yield f"invoice {row.id}", f"it is {row.amount_payable}, its credit note {row.credit_amount}"
    for row in _stream(session, select(invoice.c.id).where(invoice.c.state == InvoiceState.CREDITED)):
        if row.id not in paired:
            yield f"invoice {row.id}", "it is credited and has no credit note"


def _payments(session: Session) -> Findings:
    """A payment is of the invoice's own sum, by two people, and of an accepted invoice."""
    payment, invoice = document_tables.payment, document_tables.invoice
    question = select(payment, invoice.c.amount_payable, invoice.c.state, invoice.c.document_type).join(
        invoice, invoice.c.id == payment.c.invoice_id
    )
    for row in _stream(session, question):
        subject = f"payment {row.number}"
        if row.amount != row.amount_payable or row.document_type != DocumentType.INVOICE:
            yield subject, f"it is {row.amount}, the invoice is {row.amount_payable}"
        if row.prepared_by == row.attested_by:
            yield subject, "one person prepared and attested it"
        if row.state not in _AFTER_PAYMENT:
            yield subject, f"its invoice is {row.state}"
    yield from payment_checks.broken(session)


_AFTER_PAYMENT = (
    InvoiceState.PAID,
    InvoiceState.IN_QUESTION,
    InvoiceState.CREDIT_REQUESTED,
    InvoiceState.CREDITED,
)


def _series(session: Session) -> Findings:
    """Number series have no gaps."""
    ranges = number_series.ranges(session)
    numbered: tuple[tuple[str, Table], ...] = (
        (number_series.ORDERS, order_tables.purchase_order),
        (number_series.PAYMENTS, document_tables.payment),
        (number_series.PROPOSALS, payment_tables.payment_proposal),
        (number_series.VOUCHERS, payment_tables.voucher),
    )
    for name, table in numbered:
        first, last = ranges.get(name, (1, 0))
        expected = first
        for row in _stream(session, select(table.c.number).order_by(table.c.number)):
            if int(row.number) != expected:
                yield f"series {name}", f"{expected} is missing: the next number used is {row.number}"
                expected = int(row.number)
            expected += 1
        if expected != last + 1:
            yield f"series {name}", f"the series stands at {last}, the last number used is {expected - 1}"
    yield from portal_checks.own_series_without_gaps(session)


def _journal(session: Session) -> Findings:
    """The chain verifies."""
    for broken in journal.verify(session):
        yield f"journal row {broken.sequence}", broken.sentence


def _states_journalled(session: Session) -> Findings:
    """The last journal row of every document says the state it is in."""
    written: dict[str, str] = {}
    rows = foundation_tables.journal
    question = select(rows.c.subject, rows.c.action, rows.c.detail).order_by(rows.c.sequence)
    for row in _stream(session, question):
        detail = json.loads(row.detail)
        state = detail.get("state") or _STATE_BY_ACTION.get(row.action)
        if state:
            written[row.subject] = state
    invoice = document_tables.invoice
    for row in _stream(session, select(invoice.c.id, invoice.c.document_type, invoice.c.state)):
        subject = f"{row.document_type.lower()} {row.id}"
        if written.get(subject) != row.state:
            yield subject, f"it is {row.state}, the journal says {written.get(subject, 'nothing')}"


_STATE_BY_ACTION = {
    "invoice.credited": InvoiceState.CREDITED,
    "credit.settled": InvoiceState.SETTLED,
    "credit.requested": InvoiceState.CREDIT_REQUESTED,
    "invoice.paid": InvoiceState.PAID,
}

INVARIANTS: dict[str, Callable[[Session], Findings]] = {
    "line accounts": _accounts,
    "differences accepted": _differences,
    "append-only tables": _append_only,
    "order sums": _order_sums,
    "days received once": _days_received_once,
    "results once": _results_once,
    "messages in": _messages_in,
    "messages out": _messages_out,
    "credit pairs": _credits,
    "payments": _payments,
    "number series": _series,
    "journal chain": _journal,
    "states journalled": _states_journalled,
}


def _stream(session: Session, question: Any) -> Iterator[Row[Any]]:  # noqa: ANN401 - any select
    yield from session.execute(question.execution_options(yield_per=_BATCH))
