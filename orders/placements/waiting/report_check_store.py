"""The reports that are filed by hand and that the system has not looked at yet.

Whoever files one notes it in the same transaction, and whoever looks at it takes the note away in the transaction
that receives the month: so none is filed and never looked at, whatever dies in between.
"""

from sqlalchemy import select, update

from foundation.sql import Session, rows_changed
from orders import tables as order_tables
from orders.model import Report
from orders.placements.store import report_of, the_report

_REPORT = order_tables.periodic_report


def await_check(session: Session, report: Report) -> None:
    """Note that the report is to be looked at."""
    session.execute(update(_REPORT).where(the_report(report)).values(check_pending=True))


def take_check(session: Session, report: Report) -> bool:
    """Take the note away; whether it stood there, so that each report is looked at once."""
    noted = (the_report(report), _REPORT.c.check_pending.is_(True))
    return rows_changed(session, update(_REPORT).where(*noted).values(check_pending=False)) == 1


def awaiting(session: Session, *, limit: int = 500) -> list[Report]:
    """The reports to be looked at, those that were filed first."""
    question = select(_REPORT).where(_REPORT.c.check_pending.is_(True)).order_by(_REPORT.c.filed_on)
    rows = session.execute(
        question.order_by(_REPORT.c.execution_reference, _REPORT.c.month, _REPORT.c.version).limit(limit)
    )
    return [report_of(row) for row in rows]
