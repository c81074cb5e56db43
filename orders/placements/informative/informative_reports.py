"""Informative reports (informativa rapporter): what a supplier tells the buyer beside the months (REQ-54).

A code says what it is about, for instance that an internship should be opened in the plan; there is no text, which
could name somebody (REQ-57). It has no effect on orders, receipts or invoices. The supplier may withdraw it until
somebody at the buyer has read it, and who read it by mistake lets it wait again.
"""

from datetime import date

from foundation import journal
from foundation.errors import NotThere
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.events.data import InformativeReportFiled
from orders.journal_actions import OrdersSubject, PlacementAction
from orders.model import Placement
from orders.placements import store as placement_store
from orders.placements.informative import informative_store
from orders.placements.informative.informative_store import (
    INFORMATIVE_UNDOES,
    InformativeReport,
    InformativeState,
)


def file(session: Session, filed: InformativeReportFiled) -> tuple[InformativeReport, bool]:
    """Keep an informative report; it, and whether it is new: the same that nobody has read yet is told once.

    Raises PlacementUnknown, and StepRefused where the placement is not handled here, called off or over.
    """
    day = stockholm_date(filed.at)
    placement = placement_store.get(session, filed.execution_reference, lock=True)
    _check_concerns(placement, on=day)
    held = informative_store.unread_of(session, filed.execution_reference, filed.kind)
    if held is not None:
        return held, False
    number = informative_store.add(session, filed.execution_reference, filed.kind, by=filed.by, on=day)
    report = get(session, number)
    _record(session, report, PlacementAction.INFORMATIVE_FILED, by=filed.by)
    return report, True


def get(session: Session, number: int) -> InformativeReport:
    """The report with this number; raises NotThere."""
    found = informative_store.find(session, number)
    if found is None:
        raise NotThere
    return found


def read(session: Session, number: int, *, by: str, today: date) -> InformativeReport:
    """Somebody at the buyer has read it: the supplier sees that, and can no longer withdraw it."""
    return _move(session, number, InformativeState.READ, PlacementAction.INFORMATIVE_READ, by=by, on=today)


def withdraw(session: Session, number: int, *, by: str, today: date) -> InformativeReport:
    """The supplier takes it back before it is read."""
    withdrawn = PlacementAction.INFORMATIVE_WITHDRAWN
    return _move(session, number, InformativeState.WITHDRAWN, withdrawn, by=by, on=today)


def undo_read(session: Session, number: int, *, by: str) -> InformativeReport:
    """Let it wait again; refused where the same has been told since and waits already."""
    report = get(session, number)
    placement_store.get(session, report.execution_reference, lock=True)
    INFORMATIVE_UNDOES.check(report.name, report.state, InformativeState.UNREAD)
    if informative_store.unread_of(session, report.execution_reference, report.kind) is not None:
        raise StepRefused(
            Text(
                "Leverantören har sagt samma sak om %(reference)s igen, och det väntar redan på att bli läst.",
                reference=report.execution_reference,
            ),
        )
    informative_store.move(session, report, InformativeState.UNREAD, table=INFORMATIVE_UNDOES)
    _record(session, report, PlacementAction.INFORMATIVE_UNREAD, by=by)
    return get(session, number)


def _move(
    session: Session, number: int, to: InformativeState, action: PlacementAction, *, by: str, on: date
) -> InformativeReport:
    report = get(session, number)
    informative_store.move(session, report, to, by=by, on=on)
    _record(session, report, action, by=by)
    return get(session, number)


def _check_concerns(placement: Placement, *, on: date) -> None:
    reference = placement.execution_reference
    why = placement.why_outside
    if why is not None:
        raise StepRefused(
            Text(
                "För %(reference)s tas inga informativa rapporter emot här: %(why)s.",
                reference=reference,
                why=why,
            ),
        )
    last = min(placement.last_day or date.max, placement.periods[-1].period.end)
    if last < on:
        raise StepRefused(
            Text(
                "Placeringen %(reference)s är avslutad sedan %(last)s. Ta kontakt med handläggaren i stället.",
                reference=reference,
                last=last,
            ),
        )


def _record(session: Session, report: InformativeReport, action: PlacementAction, *, by: str) -> None:
    journal.record(
        session,
        by,
        action,
        OrdersSubject.INFORMATIVE_REPORT.of(report.id),
        execution_reference=report.execution_reference,
        kind=report.kind,
    )
