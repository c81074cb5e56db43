"""Receiving a reported month on its order lines, and taking a receipt back: whatever report or interruption asks."""

from datetime import date

from foundation import journal
from foundation.journal import SYSTEM
from foundation.money import line_amount
from foundation.periods import Month, Period
from foundation.sql import Session
from orders.journal_actions import (
    OrderAction,
    order_line_subject,
)
from orders.model import (
    LineAccount,
    LineKey,
    Order,
    OrderLine,
    Placement,
    Receipt,
    Report,
    billable_period,
    days_received,
)
from orders.purchase_orders import line_store, order_store, receipt_store
from orders.terms import ArticleKind


def receive_month(
    session: Session, placement: Placement, report: Report, *, today: date, again: bool = False
) -> list[LineKey]:
    """Receive the report's month on every basic order line in it; a receipt that differs is reversed first.

    `again` where the report was approved before: a line that came after that was not reported with it, and is left.
    """
    changed: list[LineKey] = []
    for order in order_store.of_placement(session, placement.execution_reference, ArticleKind.BASIC):
        line_store.lock_lines(session, order.number)
        for line in order.lines:
            if Month.of(line.period.start) != report.month:
                continue
            account = line_store.account(session, order.number, line.line_id)
            assert account is not None  # noqa: S101 - every line has its account from the start
            if again and account.receipt_id is None:
                continue
            if _receive_line(session, placement, order, line, account, report, today=today):
                changed.append((order.number, line.line_id))
    return changed


def _receive_line(
    session: Session,
    placement: Placement,
    order: Order,
    line: OrderLine,
    account: LineAccount,
    report: Report,
    *,
    today: date,
) -> bool:
    version = report.version
    known = (placement.last_day_for(line.period), report.counts_to)
    last_day = min((each for each in known if each is not None), default=None)
    quantity = days_received(
        line.period,
        ordered=line.quantity,
        last_day=last_day,
        rule=order.day_rule,
        absences=placement.absences,
    )
    standing = account.receipt_id
    if standing is not None:
        held = receipt_store.receipt(session, standing, unit=quantity.unit, currency=line.amount.currency)
        if held.report_version == version and held.quantity == quantity:
            return False
    receipt = Receipt(
        0,
        order.number,
        line.line_id,
        placement.execution_reference,
        Month.of(line.period.start),
        version,
        quantity,
        line_amount(quantity, line.price, currency=line.amount.currency),
        billable_period(line.period, last_day, placement.absences) if not quantity.is_zero else None,
        today,
    )
    receipt_store.receive(session, receipt, instead_of=standing)
    journal.record(
        session,
        SYSTEM,
        OrderAction.RECEIPT_MADE if standing is None else OrderAction.RECEIPT_REPLACED,
        order_line_subject(order.number, line.line_id),
        execution_reference=placement.execution_reference,
        quantity=str(quantity),
        amount=str(receipt.amount.amount),
        report=f"{receipt.month} v{version}",
    )
    return True


def take_back(
    session: Session, reference: str, account: LineAccount, *, today: date, invoiced: bool = False
) -> None:
    """Take back the receipt that stands on an order line; the account is one that has a receipt.

    An invoice on the line is refused, unless it may be `invoiced`.
    """
    assert account.receipt_id is not None  # noqa: S101 - its callers ask for accounts with one alone
    receipt_store.take_back(
        session, account.order_number, account.line_id, account.receipt_id, on=today, invoiced=invoiced
    )
    journal.record(
        session,
        SYSTEM,
        OrderAction.RECEIPT_REVERSED,
        order_line_subject(account.order_number, account.line_id),
        execution_reference=reference,
        amount=str(account.amount_received.amount),
    )


def received_accounts(session: Session, placement: Placement, month: Month) -> list[LineAccount]:
    """The accounts of the month's basic order lines that something is received on; locked."""
    found = []
    for order in order_store.of_placement(session, placement.execution_reference, ArticleKind.BASIC):
        line_store.lock_lines(session, order.number)
        for line in order.lines:
            account = line_store.account(session, order.number, line.line_id)
            if account and account.receipt_id is not None and Month.of(line.period.start) == month:
                found.append(account)
    return found


def last_day_of_month(session: Session, placement: Placement, month: Month) -> date | None:
    """The last day of a month that is paid for on a basic order line; None where no line has one."""
    parts = (
        billable_period(line.period, placement.last_day_for(line.period), placement.absences)
        for order in order_store.of_placement(session, placement.execution_reference, ArticleKind.BASIC)
        for line in order.lines
        if Month.of(line.period.start) == month
    )
    return max((part.end for part in parts if part is not None), default=None)


def comes_after_the_end(placement: Placement, days: Period) -> bool:
    """Whether these days begin after the last one that is paid for."""
    last_day = placement.last_day_for(days)
    return last_day is not None and days.start > last_day
