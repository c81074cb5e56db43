"""The invariants of the books, checked on a live database; each break names what and where.

`check` walks everything once, streaming, and yields nothing when all is well. It is run by
`billing check`, at the end of the demo and after every test story.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from foundation import append_only, journal, number_series
from foundation.engines import partitions
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.journal_actions import DocumentAction, document_subject
from invoicing.model import DocumentType, InvoiceState
from invoicing.reconciliation import sum_keeping
from operations.checks import (
    approval_checks,
    claim_checks,
    document_checks,
    invariant_queries,
    payment_checks,
    portal_checks,
)
from operations.checks.payment_checks import Findings
from operations.event_feed import store as feed_store
from orders.register import store as register_store
from peppol.exchange import outbox as exchange_outbox
from peppol.exchange.tables import InState


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
    for row in invariant_queries.line_accounts(session):
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


def _shares(session: Session) -> Findings:
    """What invoices claim of a line in parts is what its account counts, and never more than was received."""
    for row in invariant_queries.line_shares(session):
        counted, claimed = (row.quantity_shared, row.amount_claimed), (row.quantity, row.amount)
        if counted != claimed or row.quantity_shared > row.quantity_received:
            yield (
                f"order line {row.order_number}/{row.line_id}",
                f"its account counts {counted} of {row.quantity_received}, its shares come to {claimed}",
            )


def _differences(session: Session) -> Findings:
    """What is approved differs from what is received only by rounding, a tolerance, or a person's acceptance."""
    for row in invariant_queries.approved_otherwise_than_received(session):
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


def _partitions(session: Session) -> Findings:
    """Every row of a divided table lies in a partition that was made for it, and one more stands ready."""
    for division in partitions.DIVIDED.values():
        found = partitions.standing(session, division)
        if found is None:
            continue
        if found.default_rows:
            yield (
                f"table {division.table}",
                f"{found.default_rows} rows lie in {found.default}, for which no partition was made: run billing init",
            )
        if not found.default or not found.ready(division):
            yield (
                f"table {division.table}",
                "no partition stands ready for the rows to come: run billing init",
            )


def _order_sums(session: Session) -> Findings:
    """An order's amount is the sum of its lines."""
    for row in invariant_queries.order_sums(session):
        if row.amount != row.lines:
            yield f"order {row.number}", f"its amount is {row.amount}, its lines sum to {row.lines or 0}"


def _days_received_once(session: Session) -> Findings:
    """No calendar day of an execution reference is received twice."""
    reference, until, earlier = "", date.min, ""
    for row in invariant_queries.basic_receipts(session):
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
    """At most one R1 and one R2 of an outcome; what was revoked counts no more."""
    for row in invariant_queries.results_ordered_twice(session):
        yield f"execution reference {row.execution_reference}", f"{row.stage} is ordered {row.count} times"


def _messages_in(session: Session) -> Findings:
    """Every message to us is in exactly one known state, and its bytes have their sha256."""
    states = {state.value for state in InState}
    for row, body in invariant_queries.messages_in(session):
        subject = f"letter in {row.id}"
        if row.state not in states:
            yield subject, f"its state {row.state} does not exist"
        # The bytes of a repeat are those of the message it repeats, unless its envelope differs.
        is_kept = row.state != InState.REPEAT and row.disposed != row.sha256 and not row.is_moved
        if body is None and is_kept:
            yield subject, "it has no bytes"
        if body is not None and exchange_outbox.sha256_of(body) != row.sha256:
            yield subject, "its bytes no longer have the sha256 they came with"
        if (row.state == InState.HANDLED) != (row.document_id is not None):
            yield subject, f"it is {row.state}, and document {row.document_id} stands in the books"
    yield from portal_checks.bytes_left_as_kept(session)


def _messages_out(session: Session) -> Findings:
    """Every message of ours still has the bytes it was laid out with, and every order has its message."""
    for row, body in invariant_queries.messages_out(session):
        subject = f"letter out {row.instance_id}"
        if body is None and row.disposed != row.sha256 and not row.is_moved:
            yield subject, "it has no bytes"
        if body is not None and exchange_outbox.sha256_of(body) != row.sha256:
            yield subject, "its bytes no longer have the sha256 they were laid out with"
    for row in invariant_queries.orders_without_message(session):
        yield f"order {row.number}", "it has no message"


def _credits(session: Session) -> Findings:
    """A pair is a settled credit note and a credited invoice of the same sum; no other is settled.

    Both are the same supplier's, or the credit note is by one that has taken the invoice's supplier over (E-33).
    """
    paired = set()
    register = register_store.newest(session)
    for row in invariant_queries.credit_pairs(session):
        paired.add(row.id)
        if row.state != InvoiceState.CREDITED or row.credit_state != InvoiceState.SETTLED:
            yield (
                f"invoice {row.id}",
                f"it is paired, but is {row.state} and its credit note {row.credit_state}",
            )
        if row.amount_payable != row.credit_amount:
            yield f"invoice {row.id}", f"it is {row.amount_payable}, its credit note {row.credit_amount}"
        same = row.supplier == row.credit_supplier
        if not same and (register is None or register.tenure(row.supplier, row.credit_supplier) is None):
            yield f"invoice {row.id}", "its credit note is another supplier's"
    for row in invariant_queries.credited_invoices(session):
        if row.id not in paired:
            yield f"invoice {row.id}", "it is credited and has no credit note"


def _payments(session: Session) -> Findings:
    """A payment is of the invoice's own sum, by two people, and of an accepted invoice."""
    for row in invariant_queries.payments(session):
        subject = f"payment {row.number}"
        if row.amount != row.amount_payable or row.document_type != DocumentType.INVOICE:
            yield subject, f"it is {row.amount}, the invoice is {row.amount_payable}"
        if row.prepared_by == row.attested_by:
            yield subject, "one person prepared and attested it"
        if row.state not in _AFTER_PAYMENT:
            yield subject, f"its invoice is {row.state}"
    yield from payment_checks.broken(session)
    yield from claim_checks.broken(session)


_AFTER_PAYMENT = (
    InvoiceState.PAID,
    InvoiceState.IN_QUESTION,
    InvoiceState.CREDIT_REQUESTED,
    InvoiceState.CREDITED,
)


def _series(session: Session) -> Findings:
    """Series that promise it have no gaps but those that a restore made; none is behind a number that is used."""
    ranges = number_series.ranges(session)
    jumps = number_series.jumps(session)
    for name, table in invariant_queries.NUMBERED.items():
        first, last = ranges.get(name, (1, 0))
        if name not in number_series.GAPLESS:
            used = invariant_queries.number_last_used(session, table)
            if used is not None and int(used) > last:
                yield (
                    f"series {name}",
                    f"the series stands at {last}, and {used} is used already: run billing init",
                )
            continue
        expected = first
        for row in invariant_queries.numbers(session, table):
            expected = number_series.after_jumps(jumps, name, expected)
            if int(row.number) != expected:
                yield f"series {name}", f"{expected} is missing: the next number used is {row.number}"
                expected = int(row.number)
            expected += 1
        expected = number_series.after_jumps(jumps, name, expected)
        if expected != last + 1:
            yield f"series {name}", f"the series stands at {last}, the last number used is {expected - 1}"
    yield from portal_checks.own_series_without_gaps(session)


def _journal(session: Session) -> Findings:
    """All chains and roots verify."""
    for broken in journal.verify(session):
        yield f"journal row {broken.sequence}" if broken.sequence else "journal", broken.sentence


def _feed(session: Session) -> Findings:
    """The feed has no gaps, and tells every row of the journal that is told since it began, each chain's in order."""
    ends = feed_store.ends(session)
    expected, told = ends.kept_after + 1, set(invariant_queries.rows_told_without_number(session))
    for row in invariant_queries.outbound_events(session):
        if row.sequence != expected:
            yield f"event {row.sequence}", f"event {expected} is missing before it"
        if row.before is not None and row.journal_sequence < row.before:
            yield (
                f"event {row.sequence}",
                f"it tells of journal row {row.journal_sequence}, after row {row.before} of the same chain",
            )
        expected = row.sequence + 1
        told.add(row.journal_sequence)
    if expected != ends.last + 1:
        yield "feed", f"it says {ends.last} events, the last there is is {expected - 1}"
    # What was told of the rows before the first event that is kept has gone with their events.
    first = min(told, default=None)
    if first is None or ends.kept_after:
        return
    for row in invariant_queries.journal_rows_always_told(session):
        if row.sequence not in told:
            yield f"journal row {row.sequence}", f"no event tells of {row.action}"


def _states_journalled(session: Session) -> Findings:
    """The last journal row of every document says the state it is in."""
    written: dict[str, str] = {}
    for row in invariant_queries.journal_actions(session):
        try:
            detail = json.loads(row.detail)
        except ValueError:
            yield f"journal row about {row.subject}", "its detail cannot be read"
            continue
        state = detail.get("state") or _STATE_BY_ACTION.get(row.action)
        if state:
            written[row.subject] = state
    for row in invariant_queries.document_states(session):
        subject = str(document_subject(DocumentType(row.document_type), row.id))
        if written.get(subject) != row.state:
            yield subject, f"it is {row.state}, the journal says {written.get(subject, 'nothing')}"


_STATE_BY_ACTION = {
    DocumentAction.INVOICE_CREDITED: InvoiceState.CREDITED,
    DocumentAction.CREDIT_SETTLED: InvoiceState.SETTLED,
    DocumentAction.CREDIT_REQUESTED: InvoiceState.CREDIT_REQUESTED,
    DocumentAction.INVOICE_PAID: InvoiceState.PAID,
}

INVARIANTS: dict[str, Callable[[Session], Findings]] = {
    "line accounts": _accounts,
    "line shares": _shares,
    "differences accepted": _differences,
    "append-only tables": _append_only,
    "statement sums": sum_keeping.broken,
    "partitions": _partitions,
    "order sums": _order_sums,
    "days received once": _days_received_once,
    "results once": _results_once,
    "approvals stand": approval_checks.approvals_stand,
    "results carried": approval_checks.results_carried,
    "no day paid twice": approval_checks.no_day_paid_twice,
    "messages in": _messages_in,
    "messages out": _messages_out,
    "document sums": document_checks.sums_as_read,
    "own orders": document_checks.own_orders,
    "credit pairs": _credits,
    "payments": _payments,
    "number series": _series,
    "journal chain": _journal,
    "states journalled": _states_journalled,
    "feed": _feed,
}
