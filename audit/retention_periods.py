"""How long what belongs to no case is kept: refused messages, files never sent, drafts, test documents. Pure.

What is accounting material is kept as a case is, seven years after the end of the financial year: documents in the
books without a case, a second document of one number, suppliers' answers to orders and invoices. What never became
accounting material is kept for a shorter, settable time (decision 34): a refused message as long as somebody may ask
about it, and what never left its maker only while it is of use to the maker. A thing is known by its name, such as
message:65; a legal hold on the name keeps it. Nothing open, failed or on its way is ever named here.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from foundation.identifiers import key_in
from invoicing.model import InvoiceState

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

    >>> named("letter:65"), named("100000101"), named("letter:six")
    ((<Stray.MESSAGE: 'letter'>, 65), None, None)
    """
    sort, colon, number = name.partition(":")
    key = key_in(number)
    if not colon or sort not in tuple(Stray) or key is None:
        return None
    return Stray(sort), key


def first_kept(today: date, months: int) -> date:
    """The first day of which something is still kept; what came before it is past its time."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, 1)
