"""Reports that wait for the buyer, by age, with the invoices that wait for them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, func, select

from foundation.money import Money, total
from foundation.periods import Month
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState
from orders import tables as order_tables
from orders.model import ReportState

_REPORT = order_tables.periodic_report


@dataclass(frozen=True, slots=True)
class WaitingReport:
    """A filed report that the buyer has not decided, and what waits for it. `alarmed`: somebody was told."""

    execution_reference: str
    month: Month
    version: int
    supplier: str
    filed_on: date
    alarmed: bool
    invoices: tuple[int, ...]
    amount: Money | None

    def age(self, today: date) -> int:
        """For how many days it has waited."""
        return (today - self.filed_on).days


def how_many(session: Session) -> int:
    """How many reports wait."""
    waiting = select(func.count()).select_from(_REPORT).where(_REPORT.c.state == ReportState.FILED)
    return session.execute(waiting).scalar_one()


def waiting(
    session: Session, *, today: date, days: int = 0, limit: int = 200, offset: int = 0
) -> Sequence[WaitingReport]:
    """The reports that have waited for at least so many days, the oldest first."""
    placement = order_tables.placement
    question = (
        select(
            _REPORT.c.execution_reference,
            _REPORT.c.month,
            _REPORT.c.version,
            _REPORT.c.filed_on,
            _REPORT.c.alarmed_at,
            placement.c.supplier,
        )
        .join(placement, placement.c.execution_reference == _REPORT.c.execution_reference)
        .where(_REPORT.c.state == ReportState.FILED, _REPORT.c.filed_on <= today - timedelta(days=days))
        .order_by(_REPORT.c.filed_on, _REPORT.c.execution_reference, _REPORT.c.month)
        .limit(limit)
        .offset(offset)
    )
    rows = session.execute(question).all()
    parked = _parked(session, [row.execution_reference for row in rows])
    found = []
    for row in rows:
        month = Month.parse(row.month)
        wait = parked.get((row.execution_reference, month), {})
        amounts = list(wait.values())
        found.append(
            WaitingReport(
                execution_reference=row.execution_reference,
                month=month,
                version=row.version,
                supplier=row.supplier,
                filed_on=row.filed_on,
                alarmed=row.alarmed_at is not None,
                invoices=tuple(wait),
                amount=total(amounts, currency=amounts[0].currency) if amounts else None,
            )
        )
    return found


def _parked(session: Session, references: Sequence[str]) -> Mapping[tuple[str, Month], Mapping[int, Money]]:
    """The parked invoices of these cases by the months of their lines, with what each would be paid."""
    invoice, part, line = document_tables.invoice, document_tables.invoice_part, order_tables.order_line
    question = (
        select(
            invoice.c.id,
            invoice.c.execution_reference,
            invoice.c.amount_payable,
            invoice.c.currency,
            line.c.starts_on,
        )
        .join(part, part.c.invoice_id == invoice.c.id)
        .join(line, and_(line.c.order_number == part.c.order_number, line.c.line_id == part.c.line_id))
        .where(
            invoice.c.state == InvoiceState.PARKED,
            invoice.c.document_type == DocumentType.INVOICE,
            invoice.c.execution_reference.in_(references),
        )
        .order_by(invoice.c.id)
    )
    found: dict[tuple[str, Month], dict[int, Money]] = defaultdict(dict)
    for row in session.execute(question):
        key = row.execution_reference, Month.of(row.starts_on)
        found[key][row.id] = Money(row.amount_payable, row.currency)
    return found
