"""Asking for background work, and what a person may do about it: try again, or stop it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from audit import journal_queries
from bookkeeping import closing_queries, month_closing
from bookkeeping.closing_checklist import Point
from foundation import journal
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from invoicing.payment import payable_store, proposal_store
from invoicing.payment.attest_rights import AttestRefused, NotAttested
from invoicing.payment.runs import portion_store, portions
from invoicing.payment.transfers import LIVE, PROPOSAL_FOLLOWS, ItemState, ProposalState, proposal_name
from invoicing.portal_invoicing import sending as portal_sending
from invoicing.portal_invoicing.sending import LineToInvoice, Press
from operations.background import invoice_work, journal_work, month_work, task_store
from operations.background.payment_runs import counted, page_of, proposal_about
from operations.background.tasks import Task, TaskKind
from operations.journal_actions import OperationsAction, OperationsSubject

LARGE: Final = 500
"""Of so many rows or fewer a press is done at once; more is work behind the page."""


def to_propose(session: Session, *, pay_on: date, by: str, at: datetime, permission: str = "") -> int:
    """Let everything due become a proposal; the number of the work. Raises AlreadyAsked."""
    count, _ = payable_store.due_sum(session, on=pay_on)
    content = {"day": pay_on.isoformat(), "leads_to": "/finance/payments"}
    return _ask(
        session,
        TaskKind.PROPOSE,
        "a proposal",
        content,
        by=by,
        at=at,
        rows_total=count,
        permission=permission,
    )


def to_attest(
    session: Session,
    number: str,
    *,
    shown: str | None,
    day: date,
    by: str,
    at: datetime,
    permission: str = "",
) -> int:
    """Let all of a proposal that waits be attested as far as the person's rights reach, as it was shown.

    Raises ChangedSinceShown, AttestRefused for who prepared it, StepRefused and AlreadyAsked.
    """
    proposal = portions.open_to_attest(session, number)
    if shown is not None:
        portion_store.check_shown(session, proposal, shown)
    if by == proposal.prepared_by:
        raise AttestRefused(
            Text("Den som förberett ett betalningsförslag attesterar det inte. Be en annan person."),
            NotAttested.PREPARED,
        )
    content = {
        "number": number,
        "day": day.isoformat(),
        "revision": proposal.revision,
        "after": 0,
        "told": {},
        "leads_to": page_of(number),
    }
    waiting = portion_store.counts(session, number).get(ItemState.PROPOSED, 0)
    return _ask(
        session,
        TaskKind.ATTEST,
        proposal_about(number),
        content,
        by=by,
        at=at,
        rows_total=waiting,
        permission=permission,
    )


def to_look_through(session: Session, number: str, *, by: str, at: datetime, permission: str = "") -> int:
    """Let a proposal be compared with the books. Raises AlreadyAsked."""
    return _ask_whole(session, TaskKind.LOOK_THROUGH, number, by=by, at=at, permission=permission)


def to_export(session: Session, number: str, *, by: str, at: datetime, permission: str = "") -> int:
    """Let an attested proposal become files for the bank. Raises StepRefused and AlreadyAsked."""
    proposal = proposal_store.get(session, number, lock=True)
    PROPOSAL_FOLLOWS.check(proposal_name(number), proposal.state, ProposalState.EXPORTED)
    return _ask_whole(session, TaskKind.EXPORT, number, by=by, at=at, permission=permission)


def to_close(
    session: Session, month: Month, *, day: date, by: str, at: datetime, permission: str = ""
) -> int:
    """Let a proposed month be closed by the second person. Raises AlreadyAsked, NoClosing and ClosingRefused."""
    month_closing.check_second(session, month, by=by)
    content = {"day": day.isoformat(), "month": str(month), "leads_to": month_work.page_of(month)}
    return _ask(
        session,
        TaskKind.CLOSE_MONTH,
        month_work.month_about(month),
        content,
        by=by,
        at=at,
        rows_total=len(Point),
        permission=permission,
    )


def to_verify(session: Session, *, by: str, at: datetime, permission: str = "") -> int:
    """Let the chains of the journal be walked; the number of the work. Raises AlreadyAsked."""
    return _ask(
        session,
        TaskKind.VERIFY_JOURNAL,
        journal_work.ABOUT,
        {"leads_to": journal_work.PAGE},
        by=by,
        at=at,
        rows_total=journal_queries.count(session),
        permission=permission,
    )


def is_large_month(session: Session, month: Month) -> bool:
    """Whether closing the month is work behind the page."""
    return closing_queries.lines_in(session, month) > LARGE


def to_invoice(
    session: Session, press: Press, lines: Sequence[LineToInvoice], *, permission: str = ""
) -> None:
    """Let a supplier's many order lines become invoices; a form that was sent before asks for nothing.

    Raises PressRefused and AlreadyAsked.
    """
    if not portal_sending.begin_many(session, press):
        return
    _ask(
        session,
        TaskKind.INVOICE_LINES,
        invoice_work.press_about(press.key),
        invoice_work.content_of(press, lines),
        by=press.actor.by,
        at=press.now,
        rows_total=len(lines),
        permission=permission,
    )


def again(session: Session, number: int, *, by: str) -> Task:
    """Let work that is stuck be taken up again. Raises TaskUnknown and StepRefused."""
    task = task_store.get(session, number)
    task_store.try_again(session, task)
    journal.record(
        session, by, OperationsAction.TASK_AGAIN, OperationsSubject.TASK.of(number), kind=task.kind
    )
    return task


_STOPPED_BETWEEN: Final = Text("Avbrutet efter %(done)s av %(total)s rader. Det som var gjort står kvar.")
# These read for as long as it takes, and write in one stroke at the end.
_STOPPED: Final = {
    TaskKind.PROPOSE: Text("Avbrutet efter %(done)s av %(total)s rader. Inget förslag är gjort."),
    TaskKind.EXPORT: Text("Avbrutet efter %(done)s av %(total)s rader. Ingen fil är gjord."),
    TaskKind.SUPPLIER_EXPORT: Text("Avbrutet efter %(done)s av %(total)s rader. Exporten är inte gjord."),
    TaskKind.CLOSE_MONTH: Text("Avbrutet efter %(done)s av %(total)s rader. Månaden är inte stängd."),
    TaskKind.INVOICE_LINES: Text(
        "Avbrutet efter %(done)s av %(total)s rader. Fakturorna som är gjorda står kvar; övriga rader står under Att "
        "fakturera."
    ),
    TaskKind.VERIFY_JOURNAL: Text(
        "Avbrutet efter %(done)s av %(total)s rader. Kedjorna är inte kontrollerade."
    ),
}


def stop(session: Session, number: int, *, by: str, now: datetime) -> Task:
    """Let nobody go on with a piece of work; what has been done of it stays. Raises TaskUnknown and StepRefused."""
    task = task_store.get(session, number)
    said = _STOPPED.get(task.kind, _STOPPED_BETWEEN).with_values(
        done=counted(task.rows_done), total=counted(task.rows_total)
    )
    task_store.stop(session, task, said=said, now=now)
    journal.record(
        session, by, OperationsAction.TASK_STOPPED, OperationsSubject.TASK.of(number), kind=task.kind
    )
    return task


def is_large(session: Session, number: str) -> bool:
    """Whether what is done with a proposal is work behind the page."""
    counts = portion_store.counts(session, number)
    return sum(count for state, count in counts.items() if state in LIVE) > LARGE


def _ask_whole(
    session: Session, kind: TaskKind, number: str, *, by: str, at: datetime, permission: str
) -> int:
    counts = portion_store.counts(session, number)
    live = sum(count for state, count in counts.items() if state in LIVE)
    content = {"number": number, "after": 0, "told": {}, "leads_to": page_of(number)}
    about = proposal_about(number)
    return _ask(session, kind, about, content, by=by, at=at, rows_total=live, permission=permission)


def _ask(
    session: Session,
    kind: TaskKind,
    about: str,
    content: Mapping[str, Any],
    *,
    by: str,
    at: datetime,
    rows_total: int,
    permission: str,
) -> int:
    number = task_store.add(
        session,
        kind,
        about=about,
        content=content,
        by=by,
        at=at,
        rows_total=rows_total,
        permission=permission,
    )
    subject = OperationsSubject.TASK.of(number)
    journal.record(session, by, OperationsAction.TASK_ASKED, subject, kind=kind, about=about)
    return number
