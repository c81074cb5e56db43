"""What belongs to no case and has passed its time: refused messages, files never sent, drafts, test documents.

What is accounting material is kept as a case is, seven years after the end of the financial year: documents in the
books without a case, a second document of one number, suppliers' answers to orders and invoices. What never became
accounting material is kept for a shorter, settable time (decision 34): a refused message as long as somebody may ask
about it, and what never left its maker only while it is of use to the maker. A thing is known by its name, such as
message:65; a legal hold on the name keeps it. Nothing open, failed or on its way is ever named here.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select

from foundation.sql import Session
from invoicing.audit import tables as audit_tables
from invoicing.documents import tables as document_tables
from invoicing.flow_test.tables import test_document
from invoicing.model import InvoiceState
from invoicing.portal_invoicing.tables import portal_document, portal_upload
from peppol.exchange.tables import InState, inbox

YEARS: Final = 7
DONE: Final = (InvoiceState.PAID, InvoiceState.CREDITED, InvoiceState.SETTLED)
"""The states in which nothing more happens to a document."""


class Stray(StrEnum):
    """What may lie outside every case."""

    MESSAGE = "letter"
    DOCUMENT = "document"
    UPLOAD = "upload"
    DRAFT = "draft"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Times:
    """Whole months after the month something came, for what never became accounting material."""

    refused_months: int = 24
    unsent_months: int = 6


def keep_until(last_day: date) -> date:
    """The last day something of that day's financial year is kept.

    >>> keep_until(date(2026, 2, 3))
    datetime.date(2033, 12, 31)
    """
    return date(last_day.year + YEARS, 12, 31)


def months_after(day: date, months: int) -> date:
    """The last day of the month so many months after the day's own.

    >>> months_after(date(2026, 11, 21), 24), months_after(date(2026, 8, 31), 6)
    (datetime.date(2028, 11, 30), datetime.date(2027, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def named(name: str) -> tuple[Stray, int] | None:
    """What a name says, or None where it names no such thing.

    >>> named("message:65"), named("100000101"), named("message:six")
    ((<Stray.LETTER: 'message'>, 65), None, None)
    """
    sort, colon, number = name.partition(":")
    if not colon or sort not in tuple(Stray) or not number.isdecimal() or len(number) > 9:
        return None
    return Stray(sort), int(number)


def exists(session: Session, sort: Stray, number: int) -> bool:
    """Whether there is such a thing."""
    column = {
        Stray.MESSAGE: inbox.c.id,
        Stray.DOCUMENT: document_tables.invoice.c.id,
        Stray.UPLOAD: portal_upload.c.id,
        Stray.DRAFT: portal_document.c.id,
        Stray.TEST: test_document.c.id,
    }[sort]
    return session.execute(select(column).where(column == number)).first() is not None


def past(session: Session, times: Times, *, today: date, limit: int) -> Sequence[tuple[str, date]]:
    """The names of what has passed its time and nothing keeps, and until when each was kept."""
    hold = audit_tables.legal_hold
    held = set(session.scalars(select(hold.c.execution_reference).where(hold.c.lifted_on.is_(None))))
    found: list[tuple[str, date]] = []
    for sort, question, until in _questions(times, today):
        for row in session.execute(question):
            if len(found) == limit:
                return found
            name = f"{sort}:{row.id}"
            if name not in held:
                day = row.day.date() if isinstance(row.day, datetime) else row.day
                found.append((name, keep_until(day) if until is None else months_after(day, until)))
    return found


def _questions(times: Times, today: date) -> Iterator[tuple[Stray, Select[tuple[int, date]], int | None]]:
    """What to ask for, and for how many months it is kept; None for the years of accounting material."""
    invoice = document_tables.invoice
    years = date(today.year - YEARS, 1, 1)
    became = select(invoice.c.id).where(invoice.c.letter_id == inbox.c.id).exists()
    message = (
        select(inbox.c.id, inbox.c.received_on.label("day")).where(inbox.c.body != b"").order_by(inbox.c.id)
    )
    refused = (inbox.c.state == InState.QUARANTINED) & (
        inbox.c.received_on < first_kept(today, times.refused_months)
    )
    yield Stray.MESSAGE, message.where(refused), times.refused_months
    outside = inbox.c.state.in_((InState.CONFLICT, InState.HANDLED, InState.REPEAT)) & ~became
    yield Stray.MESSAGE, message.where(outside, inbox.c.received_on < years), None
    ended = func.coalesce(invoice.c.paid_on, invoice.c.received_on, type_=invoice.c.received_on.type)
    caseless = (invoice.c.execution_reference == "") & invoice.c.state.in_(DONE) & (invoice.c.content != "")
    document = select(invoice.c.id, ended.label("day")).where(caseless, ended < years)
    yield Stray.DOCUMENT, document.order_by(invoice.c.id), None
    before = datetime.combine(first_kept(today, times.unsent_months), time(), UTC)
    undone = portal_document.c.state.in_(("UNDONE", "STOPPED"))
    for sort, table, moment, only in (
        (Stray.UPLOAD, portal_upload, portal_upload.c.made_at, None),
        (Stray.DRAFT, portal_document, portal_document.c.release_at, undone),
        (Stray.TEST, test_document, test_document.c.made_at, None),
    ):
        where: list[ColumnElement[bool]] = [table.c.body != b"", moment < before]
        question = select(table.c.id, moment.label("day")).where(*where, *(() if only is None else (only,)))
        yield sort, question.order_by(table.c.id), times.unsent_months


def first_kept(today: date, months: int) -> date:
    """The first day of which something is still kept; what came before it is past its time."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, 1)
