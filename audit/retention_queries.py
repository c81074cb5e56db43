"""What may be disposed of: cases that have ended long ago, and what belongs to no case and has passed its time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from audit import tables as audit_tables
from audit.disposal_store import DisposalState
from audit.retention_periods import DONE, YEARS, Stray, Times, first_kept
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.flow_test.tables import test_document
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.tables import portal_document, portal_upload
from orders import tables as order_tables
from orders.events.store import EventState
from orders.objections import tables as objection_tables
from orders.objections.model import ObjectionState
from peppol.exchange.bodies.body_store import IN
from peppol.exchange.tables import InState, inbox


@dataclass(frozen=True, slots=True)
class PastStray:
    """What belongs to no case and has passed its time: what it is, the day it goes by, for how many months it was kept.

    None for `months` stands for the years of accounting material.
    """

    sort: Stray
    number: int
    day: date
    months: int | None


def is_placed(session: Session, reference: str) -> bool:
    """Whether there is a placement of that execution reference."""
    placement = order_tables.placement
    known = session.scalar(
        select(placement.c.execution_reference).where(placement.c.execution_reference == reference)
    )
    return known is not None


def stray_exists(session: Session, sort: Stray, number: int) -> bool:
    """Whether there is such a thing outside every case."""
    column = {
        Stray.MESSAGE: inbox.c.id,
        Stray.DOCUMENT: document_tables.invoice.c.id,
        Stray.UPLOAD: portal_upload.c.id,
        Stray.DRAFT: portal_document.c.id,
        Stray.TEST: test_document.c.id,
    }[sort]
    return session.execute(select(column).where(column == number)).first() is not None


def ended_cases(session: Session, *, today: date, limit: int) -> list[tuple[str, date]]:
    """Cases past the years of accounting material, with nothing open, held or disposed of, and their last day."""
    return [
        (row.execution_reference, row.last_day) for row in session.execute(_last_days(today).limit(limit))
    ]


def past_strays(session: Session, times: Times, *, today: date) -> Iterator[PastStray]:
    """What belongs to no case and has passed its time, sort by sort; asked only as far as it is read."""
    for sort, question, months in _questions(times, today):
        for row in session.execute(question):
            day = row.day.date() if isinstance(row.day, datetime) else row.day
            yield PastStray(sort=sort, number=row.id, day=day, months=months)


def _questions(times: Times, today: date) -> Iterator[tuple[Stray, Select[tuple[int, date]], int | None]]:
    """What to ask for, and for how many months it is kept; None for the years of accounting material."""
    invoice = document_tables.invoice
    years = date(today.year - YEARS, 1, 1)
    became = select(invoice.c.id).where(invoice.c.letter_id == inbox.c.id).exists()
    message = select(inbox.c.id, inbox.c.received_on.label("day")).where(IN.is_there()).order_by(inbox.c.id)
    refused = (inbox.c.state == InState.QUARANTINED) & (
        inbox.c.received_on < first_kept(today, times.refused_months)
    )
    yield Stray.MESSAGE, message.where(refused), times.refused_months
    outside = (
        inbox.c.state.in_((InState.CONFLICT, InState.HANDLED, InState.REPEAT, InState.LAID_ASIDE)) & ~became
    )
    yield Stray.MESSAGE, message.where(outside, inbox.c.received_on < years), None
    ended = func.coalesce(invoice.c.paid_on, invoice.c.received_on, type_=invoice.c.received_on.type)
    caseless = (invoice.c.execution_reference == "") & invoice.c.state.in_(DONE) & (invoice.c.content != "")
    document = select(invoice.c.id, ended.label("day")).where(caseless, ended < years)
    yield Stray.DOCUMENT, document.order_by(invoice.c.id), None
    before = datetime.combine(first_kept(today, times.unsent_months), time(), UTC)
    undone = portal_document.c.state.in_((PortalState.UNDONE, PortalState.STOPPED))
    for sort, table, moment, only in (
        (Stray.UPLOAD, portal_upload, portal_upload.c.made_at, None),
        (Stray.DRAFT, portal_document, portal_document.c.release_at, undone),
        (Stray.TEST, test_document, test_document.c.made_at, None),
    ):
        where: list[ColumnElement[bool]] = [table.c.body != b"", moment < before]
        question = select(table.c.id, moment.label("day")).where(*where, *(() if only is None else (only,)))
        yield sort, question.order_by(table.c.id), times.unsent_months


def _last_days(today: date) -> Any:  # noqa: ANN401 - a select of two columns
    """The last day of every case that has ended, is held by nobody and not disposed of."""
    placement, order, invoice = order_tables.placement, order_tables.purchase_order, document_tables.invoice
    open_one = (
        select(invoice.c.id)
        .where(
            invoice.c.execution_reference == placement.c.execution_reference,
            invoice.c.state.not_in(DONE),
        )
        .exists()
    )
    objection = objection_tables.order_objection
    # The supplier has no answer yet: nothing of the case ends before it has.
    unanswered = (
        select(objection.c.id)
        .join(order, order.c.number == objection.c.order_number)
        .where(
            order.c.execution_reference == placement.c.execution_reference,
            objection.c.state == ObjectionState.OPEN,
        )
        .exists()
    )
    event = order_tables.inbound_event
    # What somebody has still to try again, apply or lay aside has to be read for that.
    untaken = (
        select(event.c.sequence)
        .where(
            event.c.execution_reference == placement.c.execution_reference,
            event.c.state == EventState.UNAPPLIABLE,
        )
        .exists()
    )
    kept_back = (
        select(audit_tables.legal_hold.c.id)
        .where(
            audit_tables.legal_hold.c.execution_reference == placement.c.execution_reference,
            audit_tables.legal_hold.c.lifted_on.is_(None),
        )
        .exists()
    )
    gone = (
        select(audit_tables.disposal_case.c.disposal_id)
        .join(audit_tables.disposal, audit_tables.disposal.c.id == audit_tables.disposal_case.c.disposal_id)
        .where(
            audit_tables.disposal_case.c.execution_reference == placement.c.execution_reference,
            audit_tables.disposal.c.state == DisposalState.DONE,
        )
        .exists()
    )
    ends = (
        select(func.max(order.c.ends_on))
        .where(order.c.execution_reference == placement.c.execution_reference)
        .scalar_subquery()
    )
    paid = (
        select(func.max(func.coalesce(invoice.c.paid_on, invoice.c.received_on)))
        .where(invoice.c.execution_reference == placement.c.execution_reference)
        .scalar_subquery()
    )
    # The later of the two; a case without invoices ended with its orders.
    last = func.coalesce(_later(paid, ends), ends, type_=order.c.ends_on.type)
    return (
        select(placement.c.execution_reference, last.label("last_day"))
        .where(~open_one, ~unanswered, ~untaken, ~kept_back, ~gone, last < date(today.year - YEARS, 1, 1))
        .order_by(placement.c.execution_reference)
    )


def _later(one: Any, other: Any) -> Any:  # noqa: ANN401 - two scalar questions
    return case((one > other, one), else_=other)
