"""What happened to one execution reference, as its supplier may see it: from the decision to the payment.

Convention: whoever calls has found the placement within the scope. No level, no reason of an
interruption and no officer's id is told here, and only the supplier's own documents are. Each kind is one
question, however long the story is. A happening says where to read more (`path`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

from sqlalchemy import select

from foundation.formatting import number
from foundation.money import Money, Quantity
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType
from orders import tables as order_tables
from orders.model import InterruptionState, Placement, ReportState
from orders.placements import store as placement_store
from orders.terms import Activity, Article, RejectionReason

Pair = tuple[str, str]


class TimelineKind(IntEnum):
    """What happened; the order is the order within a day."""

    DECISION = 1
    ORDER = 2
    INTERRUPTION = 3
    REPORT = 4
    SENT_BACK = 5
    RECEIPT = 6
    INVOICE = 7
    CREDIT_NOTE = 8
    PAYMENT = 9


KIND_NAMES: Final[dict[TimelineKind, Pair]] = {
    TimelineKind.DECISION: ("Beslut", "Decision"),
    TimelineKind.ORDER: ("Order", "Order"),
    TimelineKind.INTERRUPTION: ("Avbrott", "Interruption"),
    TimelineKind.REPORT: ("Redovisning", "Report"),
    TimelineKind.SENT_BACK: ("Tillbakasänd", "Sent back"),
    TimelineKind.RECEIPT: ("Inleverans", "Receipt"),
    TimelineKind.INVOICE: ("Faktura", "Invoice"),
    TimelineKind.CREDIT_NOTE: ("Kreditfaktura", "Credit note"),
    TimelineKind.PAYMENT: ("Betalning", "Payment"),
}

ACTIVITIES: Final[dict[Activity, Pair]] = {
    Activity.MEETING: ("Uppföljningssamtal", "Follow-up meetings"),
    Activity.PLANNING: ("Planering av insatserna", "Planning of the efforts"),
    Activity.JOB_SEARCH: ("Stöd i jobbsökandet", "Support in job seeking"),
    Activity.EMPLOYER_CONTACT: ("Kontakt med arbetsgivare", "Contact with employers"),
    Activity.INTERNSHIP: ("Praktik", "Internship"),
    Activity.STUDY_GUIDANCE: ("Vägledning mot studier", "Guidance towards studies"),
}

REJECTIONS: Final[dict[RejectionReason, Pair]] = {
    RejectionReason.ACTIVITIES_MISSING: (
        "Aktiviteterna för månaden saknas. Ange dem och lämna en ny version.",
        "The month's activities are missing. State them and file a new version.",
    ),
    RejectionReason.WRONG_MONTH: (
        "Redovisningen gäller fel månad. Lämna en ny version för rätt månad.",
        "The report is for the wrong month. File a new version for the right one.",
    ),
    RejectionReason.NOT_DELIVERED: (
        "Köparen ser ingen utförd tjänst under månaden. Kontrollera med handläggaren innan du lämnar en ny version.",
        "The buyer sees no service given in the month. Check with the officer before you file a new version.",
    ),
    RejectionReason.OTHER: (
        "Köparen har sänt tillbaka redovisningen. Fråga handläggaren vad som ska rättas.",
        "The buyer sent the report back. Ask the officer what to correct.",
    ),
}
NO_REASON: Final[Pair] = (
    "Köparen har inte angett något skäl. Fråga handläggaren vad som ska rättas.",
    "The buyer gave no reason. Ask the officer what to correct.",
)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing on one day. `state` belongs to `state_kind`, a kind of `state_labels`; empty where there is none.

    `short` is what to say of it in three words, where it has no amount.
    """

    on: date
    kind: TimelineKind
    document: str
    sentence: Pair
    path: str
    amount: Money | None = None
    state_kind: str = ""
    state: str = ""
    short: Pair = ("", "")


def rejection_of(reason: RejectionReason | None) -> Pair:
    """Why a report was sent back and what to do, also where no reason was told."""
    return REJECTIONS[reason] if reason is not None else NO_REASON


def happenings(session: Session, placement: Placement) -> list[TimelineEntry]:
    """All of them, by day."""
    found = [
        *_decisions(placement),
        *_orders(session, placement),
        *_interruptions(session, placement),
        *_reports(session, placement),
        *_receipts(session, placement),
        *_documents(session, placement),
        *_payments(session, placement),
    ]
    return sorted(found, key=lambda each: (each.on, each.kind, each.document))


def _decisions(placement: Placement) -> Iterator[TimelineEntry]:
    for each in placement.periods:
        start, end = each.period.start, each.period.end
        yield TimelineEntry(
            each.decided_on,
            TimelineKind.DECISION,
            each.decision_id,
            (
                f"Beslut om period {each.ordinal}, {start} – {end}.",
                f"Decision on period {each.ordinal}, {start} – {end}.",
            ),
            f"/placements/{placement.execution_reference}#periods",
            state_kind="placement",
            state=placement.state,
            short=(f"period {each.ordinal} från {start}", f"period {each.ordinal} from {start}"),
        )


def _orders(session: Session, placement: Placement) -> Iterator[TimelineEntry]:
    table = order_tables.purchase_order
    question = select(table).where(
        table.c.execution_reference == placement.execution_reference, table.c.supplier == placement.supplier
    )
    for row in session.execute(question):
        article = Article(row.article)
        stage = f" {row.stage}" if row.stage else ""
        yield TimelineEntry(
            row.issued_on,
            TimelineKind.ORDER,
            row.number,
            (
                f"Order på {article.name_sv.lower()}{stage}.",
                f"Order of {article.value.lower().replace('_', ' ')}{stage}.",
            ),
            f"/orders/{row.number}",
            Money(row.amount, row.currency),
        )


def _interruptions(session: Session, placement: Placement) -> Iterator[TimelineEntry]:
    for row in placement_store.interruptions(session, placement.execution_reference):
        counts = row.state in (InterruptionState.STANDING, InterruptionState.ENDED)
        yield TimelineEntry(
            row.registered_on,
            TimelineKind.INTERRUPTION,
            "",
            (
                f"Avbrott med {row.effective_on} som sista ersatta dag"
                f"{'.' if counts else '; det gäller inte längre.'}",
                f"Interruption with {row.effective_on} as last billable day"
                f"{'.' if counts else '; it no longer holds.'}",
            ),
            f"/placements/{placement.execution_reference}#interruptions",
            short=(f"sista dag {row.effective_on}", f"last day {row.effective_on}"),
        )


def _reports(session: Session, placement: Placement) -> Iterator[TimelineEntry]:
    for report in placement_store.reports(session, placement.execution_reference):
        path = f"/reports/{report.execution_reference}/{report.month}"
        document = f"{report.month} v{report.version}"
        again = report.version > 1
        yield TimelineEntry(
            report.filed_on,
            TimelineKind.REPORT,
            document,
            (
                f"Redovisningen för {report.month} lämnad{f', version {report.version}' if again else ''}.",
                f"Report for {report.month} filed{f', version {report.version}' if again else ''}.",
            ),
            path,
            state_kind="report",
            state=ReportState.FILED,
            short=("lämnad", "filed"),
        )
        # An approval is told by the receipt it gives.
        if report.state is ReportState.REJECTED and report.decided_on is not None:
            yield TimelineEntry(
                report.decided_on,
                TimelineKind.SENT_BACK,
                document,
                (
                    f"Redovisningen för {report.month} sändes tillbaka.",
                    f"The report for {report.month} was sent back.",
                ),
                path,
                state_kind="report",
                state=ReportState.REJECTED,
                short=("rätta och lämna igen", "correct and file again"),
            )


def _receipts(session: Session, placement: Placement) -> Iterator[TimelineEntry]:
    receipt, order, line = order_tables.receipt, order_tables.purchase_order, order_tables.order_line
    on_line = (line.c.order_number == receipt.c.order_number) & (line.c.line_id == receipt.c.line_id)
    question = (
        select(receipt, order.c.currency, line.c.unit)
        .join(order, order.c.number == receipt.c.order_number)
        .join(line, on_line)
        .where(
            receipt.c.execution_reference == placement.execution_reference,
            order.c.supplier == placement.supplier,
        )
        .order_by(receipt.c.id)
    )
    for row in session.execute(question):
        quantity = quantity_in_words(Quantity(abs(row.quantity), row.unit))
        place = f"{row.order_number}/{row.line_id}"
        back = row.reverses is not None
        yield TimelineEntry(
            row.received_on,
            TimelineKind.RECEIPT,
            place,
            (
                f"{'Inleverans återtagen' if back else 'Inlevererat'}: {quantity[0]}.",
                f"{'Receipt taken back' if back else 'Received'}: {quantity[1]}.",
            ),
            f"/orders/{row.order_number}#line-{row.line_id}",
            Money(row.amount, row.currency),
        )


def quantity_in_words(quantity: Quantity) -> Pair:
    """A quantity as one reads it.

    >>> quantity_in_words(Quantity.days(14))
    ('14 dagar', '14 days')
    """
    value = number(quantity.value)
    one = quantity.value == 1
    if quantity.unit == "DAY":
        return f"{value} {'dag' if one else 'dagar'}", f"{value} {'day' if one else 'days'}"
    return f"{value} st", f"{value} pc"


def _documents(session: Session, placement: Placement) -> Iterator[TimelineEntry]:
    table = document_tables.invoice
    question = select(
        table.c.id,
        table.c.number,
        table.c.document_type,
        table.c.received_on,
        table.c.amount_payable,
        table.c.currency,
        table.c.state,
    ).where(
        table.c.execution_reference == placement.execution_reference, table.c.supplier == placement.supplier
    )
    for row in session.execute(question):
        is_credit = row.document_type == DocumentType.CREDIT_NOTE
        amount = Money(row.amount_payable, row.currency)
        yield TimelineEntry(
            row.received_on,
            TimelineKind.CREDIT_NOTE if is_credit else TimelineKind.INVOICE,
            row.number,
            (
                f"{'Kreditfakturan' if is_credit else 'Fakturan'} har kommit till köparen.",
                f"The {'credit note' if is_credit else 'invoice'} has reached the buyer.",
            ),
            f"/invoices/{row.id}",
            -amount if is_credit else amount,
            "invoice",
            row.state,
        )


def _payments(session: Session, placement: Placement) -> Iterator[TimelineEntry]:
    table, payment = document_tables.invoice, document_tables.payment
    question = (
        select(table.c.id, table.c.number, payment.c.amount, payment.c.currency, payment.c.paid_on)
        .join(payment, payment.c.invoice_id == table.c.id)
        .where(
            table.c.execution_reference == placement.execution_reference,
            table.c.supplier == placement.supplier,
        )
    )
    for row in session.execute(question):
        yield TimelineEntry(
            row.paid_on,
            TimelineKind.PAYMENT,
            row.number,
            ("Fakturan är betald.", "The invoice is paid."),
            f"/invoices/{row.id}",
            Money(row.amount, row.currency),
        )
