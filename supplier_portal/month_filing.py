"""Filing a month's report, alike for a page and a supplier's own system: whose it is, which codes, and what follows.

Convention: what is filed goes through `orders.placements.filing`, the same use case as an event. Receiving it is a step
of its own after the filing, in the buyer's name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import structlog

from foundation.database import Database
from foundation.errors import Refused
from foundation.money import Quantity
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from invoicing.portal_invoicing.scope import Scope
from operations import report_judging
from operations.report_judging import ReportKey
from orders.model import LineAccount, OrderLine, Placement, Report, days_received
from orders.placements import filing
from orders.placements import store as placement_store
from orders.purchase_orders import line_store, order_store
from orders.register import store as register_store
from orders.register.service_terms import Service
from orders.terms import Activity, ArticleKind

_log = structlog.get_logger("reports")


@dataclass(frozen=True, slots=True)
class MonthLine:
    """An order line of the month, and what it will be received with when the report is approved."""

    order_number: str
    line: OrderLine
    days: Quantity
    account: LineAccount

    @property
    def ready(self) -> bool:
        """Whether it is received and can be invoiced."""
        account = self.account
        is_received = account.receipt_id is not None and not account.amount_received.is_zero
        return is_received and account.invoice_id is None


def lines_of(session: Session, placement: Placement, month: Month) -> list[MonthLine]:
    """The order lines of the month, and what each will be received with when the report is approved."""
    found = []
    for order in order_store.of_placement(session, placement.execution_reference, ArticleKind.BASIC):
        for line in order.lines:
            account = line_store.account(session, order.number, line.line_id)
            if account is not None and Month.of(line.period.start) == month:
                last_day = placement.last_day_for(line.period)
                days = days_received(
                    line.period,
                    ordered=line.quantity,
                    last_day=last_day,
                    rule=order.day_rule,
                    absences=placement.absences,
                )
                found.append(MonthLine(order.number, line, days, account))
    return found


def months_of(session: Session, placement: Placement, *, today: date) -> list[tuple[Month, Report | None]]:
    """The months of the orders so far, the newest first, and the newest report of each."""
    reports: dict[Month, list[Report]] = {}
    for report in placement_store.reports(session, placement.execution_reference):
        reports.setdefault(report.month, []).append(report)
    ordered = {
        Month.of(line.period.start)
        for order in order_store.of_placement(session, placement.execution_reference, ArticleKind.BASIC)
        for line in order.lines
        if line.period.start <= min(today, placement.last_day_for(line.period) or today)
    }
    return [
        (month, filing.standing_report(reports.get(month, ())))
        for month in sorted(ordered | set(reports), reverse=True)
    ]


def check_delivers(scope: Scope, month: Month) -> None:
    """Refuse a month that ends when another has taken the supplier over: it is the successor's to report (E-33)."""
    if not scope.delivers(month.period.end):
        raise Refused(
            Text(
                "Er verksamhet är övertagen från %(day)s. Månaden %(month)s redovisas av efterträdaren.",
                day=scope.taken_over_on,
                month=month,
            )
        )


def service_of(session: Session, reference: str) -> Service:
    """The service of a placement, as the register in force has it."""
    register = register_store.load(session)
    return register.service(placement_store.get(session, reference).service)


def known_activities(service: Service, given: Iterable[object]) -> list[Activity]:
    """Those of the service's codes that are among what was given, in its order."""
    ticked = {str(each) for each in given}
    return [code for code in service.activity_codes if code in ticked]


def receive(database: Database, filed: Sequence[Report], *, today: date) -> int | None:
    """Let the system receive what was just filed, where the buyer's policy says so; the supplier itself cannot.

    How many were received. A step of its own after the filing: where it breaks off, the answer is None, what is filed
    is filed, and the job `reports-received` takes it up. `database` is the buyer's, without a wall.
    """
    if not filed:
        return 0
    keys = [ReportKey.of(each) for each in filed]
    try:
        with database.writing() as session:
            register = register_store.load(session)
            received = report_judging.receive_what_is_filed(
                session, register, keys, at=database.clock(), today=today
            )
    except Exception:
        _log.exception("filed reports not looked at", reports=len(filed))
        return None
    return len(received)
