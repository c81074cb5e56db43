"""A supplier asks for everything the books hold of it: asked once at a time, kept for a week, then removed."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Final

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session, take_turns
from foundation.text import Text
from invoicing.journal_actions import InvoicingSubject, SupplierAction
from operations.background import task_store
from operations.background.tasks import TaskKind
from operations.journal_actions import OperationsAction, OperationsSubject
from operations.supplier_exports import export_store
from operations.supplier_exports.export_store import SupplierExport

KEPT_DAYS: Final = 7
"""So many days after it was made an export can be fetched."""


class ExportOnItsWay(Refused):
    """The supplier's export is being made already."""

    def __init__(self, number: int) -> None:
        super().__init__(
            Text("Export %(number)s görs redan. Vänta tills den är klar, och hämta den.", number=number)
        )


class ExportOfAllOnly(Refused):
    """Who sees some units only has not all of the supplier's data to take out."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Exporten är av allt som är ert, och du ser bara vissa enheter. Be någon som ser hela organisationen."
            )
        )


def ask(session: Session, supplier: str, *, by: str, at: datetime, today: date) -> SupplierExport:
    """Let all of the supplier's own data be exported behind the page. Raises ExportOnItsWay."""
    take_turns(session, f"supplier export {supplier}")
    held = export_store.waiting(session, supplier)
    if held is not None:
        raise ExportOnItsWay(held.id)
    # An organisation number may be a person's: work behind the page is not named after it.
    about = f"supplier export {hashlib.sha256(supplier.encode()).hexdigest()[:16]}"
    content = {"day": today.isoformat()}
    task = task_store.add(session, TaskKind.SUPPLIER_EXPORT, about=about, content=content, by=by, at=at)
    number = export_store.add(session, supplier, task=task, by=by, at=at)
    kind = TaskKind.SUPPLIER_EXPORT
    subject = OperationsSubject.TASK.of(task)
    journal.record(session, by, OperationsAction.TASK_ASKED, subject, kind=kind, about=about)
    export = InvoicingSubject.SUPPLIER.of(supplier)
    journal.record(session, by, SupplierAction.DATA_ASKED, export, export=str(number))
    return export_store.of_supplier(session, supplier, number)


def finish(
    session: Session, export: SupplierExport, *, size: int, sha256: str, at: datetime, day: date
) -> None:
    """Note that an export is made, and with which bytes."""
    kept_until = day + timedelta(days=KEPT_DAYS)
    export_store.finish(session, export, size=size, sha256=sha256, at=at, kept_until=kept_until)
    subject = InvoicingSubject.SUPPLIER.of(export.supplier)
    journal.record(
        session, export.asked_by, SupplierAction.DATA_MADE, subject, export=str(export.id), sha256=sha256
    )


def sweep(session: Session, *, today: date) -> tuple[int, int]:
    """Remove what is past its last day, and note what will not be made; how many of each."""
    past, given_up = export_store.past(session, today=today), export_store.given_up(session)
    for each in past:
        export_store.remove(session, each)
    for each in given_up:
        export_store.fail(session, each)
    return len(past), len(given_up)
