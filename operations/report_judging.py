"""Judging filed reports, one or many: what an officer decides, and what the waiting invoices come to by it.

Convention: the use cases are those of the decision systems' events (`orders.placements.reports`). The invoices on
the order lines whose receipt changed are judged again in the same transaction, as when an event is loaded. One
report that is refused keeps nobody from deciding the others: each is tried on its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from pydantic import ValidationError

from foundation import journal
from foundation.errors import Refused
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from invoicing.verdicts import asking_back
from orders.events.data import ReportApproved, ReportRejected, ReportRevoked
from orders.model import LineKey, Report
from orders.placements import receiving, revoking
from orders.placements import reports as reporting
from orders.placements import store as placement_store
from orders.placements.waiting import report_check_store
from orders.register.register import Register
from orders.register.report_approval import ReportApproval
from orders.register.service_terms import check_code
from orders.terms import RejectionReason

Step = TypeVar("Step", ReportApproved, ReportRejected, ReportRevoked)


@dataclass(frozen=True, slots=True)
class ReportKey:
    """Which report: month and version of an execution reference, written `reference|month|version` in a form."""

    execution_reference: str
    month: Month
    version: int

    @classmethod
    def parse(cls, text: str) -> "ReportKey":
        """The report written `reference|month|version`. Raises Refused."""
        reference, month, version, *_ = [*text.split("|"), "", ""]
        if not version.isdecimal() or not 1 <= len(version) <= 4:
            raise Refused(
                Text("Skriv redovisningen referens|månad|version, till exempel 100000101|2026-01|1.")
            )
        return cls(reference, Month.parse(month), int(version))

    @classmethod
    def of(cls, report: Report) -> "ReportKey":
        """The key of a report."""
        return cls(report.execution_reference, report.month, report.version)

    def __str__(self) -> str:
        return f"{self.execution_reference}|{self.month}|{self.version}"


@dataclass(frozen=True, slots=True)
class Hand:
    """Who decides, and when."""

    by: str
    at: datetime
    today: date


@dataclass(slots=True)
class Decided:
    """What came of a press: the reports that it decided, and those it could not, with the reason."""

    done: list[ReportKey] = field(default_factory=list)
    refused: list[tuple[ReportKey, Refused]] = field(default_factory=list)


def receive_what_is_filed(
    session: Session, register: Register, keys: Sequence[ReportKey], *, at: datetime, today: date
) -> list[ReportKey]:
    """Receive the months filed by hand that nothing is odd about, where the policy says so; those received.

    Each is looked at once, by whoever comes first. What cannot be received waits for an officer.
    """
    received = []
    for key in sorted(set(keys), key=str):
        placement_store.get(session, key.execution_reference, lock=True)
        report = placement_store.report(session, key.execution_reference, key.month, key.version)
        if not report_check_store.take_check(session, report):
            continue
        try:
            with journal.attempt(session):
                lines = receiving.receive_where_nothing_is_odd(session, register, report, at=at, today=today)
                waiting = lines or reporting.lines_of_month(session, key.execution_reference, key.month)
                asking_back.judge_lines_again(session, register, waiting, today=today)
        except Refused:
            continue
        if lines is not None:
            received.append(key)
    return received


def awaiting_check(session: Session) -> list[ReportKey]:
    """The reports filed by hand that nobody has looked at: where the step after the filing broke off."""
    return [ReportKey.of(each) for each in report_check_store.awaiting(session)]


def approve(session: Session, register: Register, keys: Sequence[ReportKey], hand: Hand) -> Decided:
    """Approve reports: their months are received, and the invoices that waited are judged again."""

    def one(key: ReportKey) -> list[LineKey]:
        approved = _told(ReportApproved, key, hand)
        return reporting.approve(session, approved, today=hand.today, early=register.policy.early_approval)

    return _each(session, register, keys, hand, one)


def reject(
    session: Session,
    register: Register,
    keys: Sequence[ReportKey],
    hand: Hand,
    *,
    reason: RejectionReason,
) -> Decided:
    """Send reports back, for a reason that the supplier reads; it files a new version."""

    def one(key: ReportKey) -> list[LineKey]:
        service = register.service(placement_store.get(session, key.execution_reference).service)
        check_code(reason, service.rejection_codes, service=service)
        reporting.reject(session, _told(ReportRejected, key, hand, reason=reason), today=hand.today)
        return reporting.lines_of_month(session, key.execution_reference, key.month)

    return _each(session, register, keys, hand, one)


def undo(session: Session, register: Register, keys: Sequence[ReportKey], hand: Hand) -> Decided:
    """Take approvals back, as long as nothing is invoiced on their months."""

    def one(key: ReportKey) -> list[LineKey]:
        report = placement_store.report(session, key.execution_reference, key.month, key.version)
        return reporting.undo_approval(session, report, by=hand.by, today=hand.today)

    return _each(session, register, keys, hand, one)


def receive_rest(session: Session, register: Register, keys: Sequence[ReportKey], hand: Hand) -> Decided:
    """Receive approved months on the order lines that came after their approval, whoever approves them."""

    def one(key: ReportKey) -> list[LineKey]:
        report = placement_store.report(session, key.execution_reference, key.month, key.version)
        return receiving.receive_rest(session, report, by=hand.by, today=hand.today)

    return _each(session, register, keys, hand, one, judged_outside=True)


def revoke(
    session: Session,
    register: Register,
    keys: Sequence[ReportKey],
    hand: Hand,
    *,
    reason: RejectionReason,
) -> Decided:
    """Take approvals back, also of months that are invoiced or paid; the supplier reads why and files anew."""

    def one(key: ReportKey) -> list[LineKey]:
        return revoking.revoke_report(
            session, _told(ReportRevoked, key, hand, reason=reason), today=hand.today
        )

    return _each(session, register, keys, hand, one)


def _told(kind: type[Step], key: ReportKey, hand: Hand, **more: object) -> Step:
    """The step as an event says it. Raises Refused for what no event may say."""
    said = {
        "execution_reference": key.execution_reference,
        "month": key.month,
        "version": key.version,
        "at": hand.at,
        "by": hand.by,
    }
    try:
        return kind.model_validate({**said, **more})
    except ValidationError as error:
        raise Refused(
            Text("Referensen, versionen eller den som gör det är inte skriven som den ska vara.")
        ) from error


class JudgedOutside(Refused):
    """The reports of the service are judged in another system."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Redovisningar godkänns i ett annat system. Ändra reglerna, Redovisningar godkänns, för att "
                "pröva dem här."
            )
        )


def _is_outside(register: Register, service: str) -> bool:
    return register.report_approval(service) is ReportApproval.OUTSIDE


def _each(
    session: Session,
    register: Register,
    keys: Sequence[ReportKey],
    hand: Hand,
    decide: Callable[[ReportKey], list[LineKey]],
    *,
    judged_outside: bool = False,
) -> Decided:
    if not judged_outside and all(_is_outside(register, each.id) for each in register.services):
        raise JudgedOutside
    decided = Decided()
    # In one order for everybody, so that two who press at once wait for each other and not crosswise.
    for key in sorted(set(keys), key=str):
        try:
            with journal.attempt(session):
                service = placement_store.get(session, key.execution_reference).service
                if not judged_outside and _is_outside(register, service):
                    raise JudgedOutside
                lines = decide(key)
                asking_back.judge_lines_again(session, register, lines, today=hand.today)
        except Refused as refusal:
            decided.refused.append((key, refusal))
        else:
            decided.done.append(key)
    return decided
