"""What is to be seen to before a month is closed: each point with how much is open, and whether it stops."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from bookkeeping import (
    closing_queries,
    ledger_answer_store,
    month_closing_store,
    unbooked_count_queries,
    voucher_store,
)
from bookkeeping.accrual import accrual_queries
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.voucher_making import Coders
from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from invoicing.model import InvoiceState


class Point(StrEnum):
    """A point of the checklist, in the order they are seen to."""

    NOT_OVER = "NOT_OVER"
    EARLIER_OPEN = "EARLIER_OPEN"
    UNBOOKED = "UNBOOKED"
    NOT_ACCRUED = "NOT_ACCRUED"
    REFUSED = "REFUSED"
    SENT_AGAIN = "SENT_AGAIN"
    UNREPORTED = "UNREPORTED"
    IN_QUESTION = "IN_QUESTION"
    PARKED = "PARKED"
    HELD = "HELD"
    CLAIMS = "CLAIMS"

    @property
    def words(self) -> Text:
        """What the point asks."""
        return _WORDS[self]

    @property
    def next_step(self) -> Text:
        """What is done about what is open."""
        return _NEXT[self]

    @property
    def stops(self) -> bool:
        """Whether a month is not closed while anything is open here."""
        return self in _STOPS


_STOPS: Final = frozenset(
    {
        Point.NOT_OVER,
        Point.EARLIER_OPEN,
        Point.UNBOOKED,
        Point.NOT_ACCRUED,
        Point.REFUSED,
        Point.SENT_AGAIN,
    }
)
_WORDS: Final[Mapping[Point, Text]] = {
    Point.NOT_OVER: Text("Månaden är slut"),
    Point.EARLIER_OPEN: Text("Månaderna före är stängda"),
    Point.UNBOOKED: Text("Allt som hänt är bokfört"),
    Point.NOT_ACCRUED: Text("Det levererade är periodiserat"),
    Point.REFUSED: Text("Ekonomisystemet har inte avvisat något"),
    Point.SENT_AGAIN: Text("Ekonomisystemet har svarat om det som skickats igen"),
    Point.UNREPORTED: Text("Levererade månader är redovisade"),
    Point.IN_QUESTION: Text("Inga fakturor är i fråga"),
    Point.PARKED: Text("Inga fakturor väntar på inleverans"),
    Point.HELD: Text("Inga fakturor hålls för kontroll"),
    Point.CLAIMS: Text("Inga fordringar på leverantörer är öppna"),
}
_NEXT: Final[Mapping[Point, Text]] = {
    Point.NOT_OVER: Text("Vänta tills månadens sista dag har gått."),
    Point.EARLIER_OPEN: Text("Stäng dem först, i tur och ordning."),
    Point.UNBOOKED: Text("Skriv bokföringsfilen, så blir det verifikationer."),
    Point.NOT_ACCRUED: Text("Bokför upplupet; raderna visas innan de skrivs."),
    Point.REFUSED: Text("Rätta felet och skicka de avvisade igen under Svar från ekonomisystemet."),
    Point.SENT_AGAIN: Text(
        "Läs in svaren, eller notera det som är bokfört, under Svar från ekonomisystemet."
    ),
    Point.UNREPORTED: Text("Påminn leverantörerna. Tills de redovisar är månaderna upplupna kostnader."),
    Point.IN_QUESTION: Text("Avgör dem i kön. Tills dess är det levererade en upplupen kostnad."),
    Point.PARKED: Text("De prövas av sig själva när månaden är inlevererad."),
    Point.HELD: Text("Bekräfta kontona eller släpp dem under Attest och betalning."),
    Point.CLAIMS: Text("Kvitta dem eller notera återbetalningen. De står kvar som fordran."),
}


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """A point with how many things are open and, where they have a sum, how much they come to without VAT."""

    point: Point
    count: int = 0
    amount: Money | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is anything left."""
        return self.count > 0

    @property
    def stops(self) -> bool:
        """Whether the month cannot be closed because of it."""
        return self.is_open and self.point.stops


Told = Callable[[int, int], None]
"""Called with how many are done and of how many."""


def checklist(
    session: Session,
    accounts: LedgerAccounts,
    month: Month,
    *,
    today: date,
    tell: Told = lambda done, of: None,
) -> list[ChecklistRow]:
    """Every point for the month, as the books stand.

    `tell` is called as they are gone through, with how many points have been and of how many.
    """
    ends_on = month.period.end
    told = _Telling(tell)
    accruing = accrual_queries.sums(session, month, closing=today)
    told.past(Point.EARLIER_OPEN)
    unbooked = unbooked_count_queries.count(session, Coders.of(session, accounts), until=ends_on)
    told.past(Point.UNBOOKED)
    accrued = voucher_store.is_accrued(session, month)
    refused = len(ledger_answer_store.refused(session, until=ends_on))
    sent_again = ledger_answer_store.sent_again(session, until=ends_on)
    told.past(Point.UNREPORTED)
    waiting = closing_queries.waiting(session, ends_on)
    told.past(Point.HELD)
    claims = closing_queries.claims(session, ends_on)
    told.past(Point.CLAIMS)
    return [
        ChecklistRow(Point.NOT_OVER, int(today <= ends_on)),
        ChecklistRow(Point.EARLIER_OPEN, closing_queries.open_months_before(session, month)),
        ChecklistRow(Point.UNBOOKED, unbooked),
        ChecklistRow(Point.NOT_ACCRUED, *(_NOTHING if accrued else _open(accruing.count, accruing.amount))),
        ChecklistRow(Point.REFUSED, refused),
        ChecklistRow(Point.SENT_AGAIN, sent_again),
        ChecklistRow(Point.UNREPORTED, *_open(accruing.unreported, accruing.amount_unreported)),
        ChecklistRow(Point.IN_QUESTION, *waiting.of(*_IN_QUESTION)),
        ChecklistRow(Point.PARKED, *waiting.of(InvoiceState.PARKED)),
        ChecklistRow(Point.HELD, *waiting.of(InvoiceState.ON_HOLD)),
        ChecklistRow(Point.CLAIMS, *claims),
    ]


@dataclass(frozen=True, slots=True)
class _Telling:
    """Tells how many points have been gone through."""

    tell: Told

    def past(self, point: Point) -> None:
        """This one and all before it are done."""
        points = list(Point)
        self.tell(1 + points.index(point), len(points))


def is_closed(session: Session, month: Month) -> bool:
    """Whether the month's last day is in what is closed."""
    closed_to = month_closing_store.closed_to(session)
    return closed_to is not None and month.period.end <= closed_to


def _open(count: int, amount: Money) -> tuple[int, Money | None]:
    """How many there are and their sum; no sum of none."""
    return (count, amount) if count else _NOTHING


_NOTHING: Final = (0, None)
_IN_QUESTION: Final = (InvoiceState.IN_QUESTION, InvoiceState.CREDIT_REQUESTED, InvoiceState.PARTLY_ACCEPTED)
