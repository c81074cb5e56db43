"""Closing a month and opening it again: each by two people, and never past what stops it.

One person asks with the checklist before them, another closes; what has come up between the two stops it as it would
have stopped the first. Opening takes a reason and two people too, and the last closed month first, so that what is
closed is always everything up to a day.
"""

from datetime import date, datetime
from enum import StrEnum

from bookkeeping import closing_checklist, month_closing_store
from bookkeeping.closing_checklist import ChecklistRow, Told
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.month_closing_store import ClosingState
from foundation import journal
from foundation.errors import Refused
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import NO_TEXT, JoinedText, Text
from foundation.written import kept_words
from invoicing.journal_actions import InvoicingSubject, PaymentAction


class ClosingStep(StrEnum):
    """What may be pressed about a month that is proposed or closed."""

    CLOSE = "close"
    REFUSE = "refuse"
    ASK_REOPEN = "ask-reopen"
    REOPEN = "reopen"
    KEEP = "keep"


class ClosingRefused(Refused):
    """The month cannot be closed or opened, or the step is not this person's."""


def ask(
    session: Session,
    accounts: LedgerAccounts,
    month: Month,
    *,
    reason: str = "",
    by: str,
    today: date,
    now: datetime,
) -> int:
    """Propose that a month is closed; its number. Raises ClosingRefused with what stops it.

    `reason` tells the second person why what is open and does not stop may stand.
    """
    told = kept_words.kept(reason, ClosingRefused)
    month_closing_store.alone(session)
    if (
        closing_checklist.is_closed(session, month)
        or month_closing_store.standing(session, month) is not None
    ):
        raise ClosingRefused(
            Text("Månaden %(month)s är redan stängd eller föreslagen. Se hur den står.", month=month)
        )
    rows = _unstopped(session, accounts, month, today=today)
    open_rows = {row.point.value: row.count for row in rows if row.is_open}
    if open_rows and not told:
        raise ClosingRefused(
            Text(
                "Allt är inte klart i %(month)s. Skriv varför månaden stängs ändå: skälet sparas.",
                month=month,
            )
        )
    number = month_closing_store.add(session, month, checklist=open_rows, reason=told, by=by, at=now)
    _record(session, by, PaymentAction.MONTH_CLOSE_ASKED, month, reason=told)
    return number


def step(
    session: Session,
    accounts: LedgerAccounts,
    month: Month,
    what: ClosingStep,
    *,
    reason: str = "",
    by: str,
    today: date,
    now: datetime,
) -> None:
    """Take one step. Raises NoClosing, ClosingRefused where it takes another person or a reason, or StepRefused."""
    opens = what is ClosingStep.ASK_REOPEN
    asked = Text("Skriv varför månaden ska öppnas igen. Skälet sparas.") if opens else NO_TEXT
    told = kept_words.kept(reason, ClosingRefused, asked=asked)
    month_closing_store.alone(session)
    closing = month_closing_store.get(session, month)
    match what:
        case ClosingStep.CLOSE:
            check_second(session, month, by=by)
            _unstopped(session, accounts, month, today=today)
            month_closing_store.move(session, closing, ClosingState.CLOSED, closed_by=by, closed_at=now)
            action = PaymentAction.MONTH_CLOSED
        case ClosingStep.REFUSE:
            month_closing_store.move(session, closing, ClosingState.REFUSED, ended_by=by)
            action = PaymentAction.MONTH_CLOSE_REFUSED
        case ClosingStep.ASK_REOPEN:
            _is_last(session, month)
            said = {"reopen_asked_by": by, "reopen_asked_at": now, "reopen_reason": told}
            month_closing_store.move(session, closing, ClosingState.REOPEN_ASKED, **said)
            action = PaymentAction.MONTH_REOPEN_ASKED
        case ClosingStep.REOPEN:
            _another(by, than=closing.reopen_asked_by)
            _is_last(session, month)
            month_closing_store.move(session, closing, ClosingState.REOPENED, ended_by=by)
            action = PaymentAction.MONTH_REOPENED
        case ClosingStep.KEEP:
            # Only an opening that is asked for can be declined; a proposed month is closed by a second person.
            if closing.state is not ClosingState.REOPEN_ASKED:
                raise ClosingRefused(Text("Ingen har begärt att månaden öppnas. Se hur den står."))
            none = {"reopen_asked_by": "", "reopen_asked_at": None, "reopen_reason": ""}
            month_closing_store.move(session, closing, ClosingState.CLOSED, **none)
            action = PaymentAction.MONTH_KEPT_CLOSED
    _record(session, by, action, month, reason=told)


def check_second(session: Session, month: Month, *, by: str) -> None:
    """Raise NoClosing or ClosingRefused where this person may not close the month as the second."""
    closing = month_closing_store.get(session, month)
    # Of a month whose opening is asked for, CLOSED is where declining leads.
    if closing.state is not ClosingState.ASKED:
        raise ClosingRefused(Text("Ingen har föreslagit att månaden stängs. Se hur den står."))
    _another(by, than=closing.asked_by)


def check(
    session: Session,
    accounts: LedgerAccounts,
    month: Month,
    *,
    today: date,
    tell: Told = lambda done, of: None,
) -> None:
    """Raise ClosingRefused with what stops the month from being closed; `tell` is told of each point gone through."""
    _unstopped(session, accounts, month, today=today, tell=tell)


def _unstopped(
    session: Session,
    accounts: LedgerAccounts,
    month: Month,
    *,
    today: date,
    tell: Told = lambda done, of: None,
) -> list[ChecklistRow]:
    rows = closing_checklist.checklist(session, accounts, month, today=today, tell=tell)
    stopping = [row.point for row in rows if row.stops]
    if stopping:
        raise ClosingRefused(
            Text(
                "Månaden %(month)s kan inte stängas än. %(what)s",
                month=month,
                what=JoinedText(" ", tuple(point.next_step for point in stopping)),
            )
        )
    return rows


def _is_last(session: Session, month: Month) -> None:
    closed_to = month_closing_store.closed_to(session)
    if closed_to is not None and closed_to > month.period.end:
        raise ClosingRefused(
            Text("Månader efter %(month)s är stängda. Öppna den sista stängda först.", month=month)
        )


def _another(by: str, *, than: str) -> None:
    if by == than:
        raise ClosingRefused(Text("Den andra personen måste vara en annan än den första."))


def _record(session: Session, by: str, action: PaymentAction, month: Month, *, reason: str) -> None:
    detail = {"reason": reason} if reason else {}
    journal.record(session, by, action, InvoicingSubject.MONTH.of(str(month)), **detail)
