"""When an invoice has waited long enough for its receipt, and whose fault it is that none has come. Pure.

An invoice waits for its month to be received. A report that was filed and is not decided is the buyer's matter: the
invoice waits as long as the report does. A month that was never reported, or whose report was rejected, or its approval
taken back, and is not filed again, is the supplier's, and that waiting has an end.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from foundation.periods import Month
from invoicing.matching.deviations import (
    REVOKED,
    REVOKED_REPORT,
    Check,
    Deviation,
    DeviationActor,
    DeviationCode,
    Group,
    Match,
    Weight,
)
from invoicing.model import InvoiceContent
from orders.model import Report, ReportState

NewestReports = Mapping[Month, Report | None]
"""The newest report of each month an invoice waits for; None where the month was never reported."""

UNREPORTED, SENT_BACK, TAKEN_BACK = "unreported", "sent_back", "taken_back"
_REVOKED = (REVOKED_REPORT, REVOKED, TAKEN_BACK)


def waited_for(invoice: InvoiceContent, match: Match) -> tuple[tuple[str, Month], ...]:
    """The orders and months whose receipts a parked invoice waits for, as it names the orders, each once."""
    named = {line.id: line.order_number or invoice.order_number for line in invoice.lines}
    found = (
        (named.get(each.line, invoice.order_number), Month.parse(each.reference))
        for each in match.deviations
        if _waits(each)
    )
    return tuple(dict.fromkeys(found))


def waits_for_buyer(newest: NewestReports) -> bool:
    """Whether a report of one of the months lies with the buyer: then nobody else can end the waiting."""
    return any(is_with_buyer(report) for report in newest.values())


def has_waited_out(newest: NewestReports, *, received_on: date, days: int, today: date) -> bool:
    """Whether the days the supplier had are over: from the invoice's arrival, or from the last rejection after it."""
    if waits_for_buyer(newest):
        return False
    rejected = (report.decided_on for report in newest.values() if report is not None)
    since = max((received_on, *(day for day in rejected if day is not None)))
    return since + timedelta(days=days) < today


def waited_out(match: Match, newest: NewestReports) -> Match:
    """The match of an invoice whose waiting has ended: what was waited for is in question, in words of its own."""
    return Match(_ended(match.tree, newest))


def lacked_only_a_receipt(match: Match) -> bool:
    """Whether nothing but a receipt was missing: credit was asked for that and for no other reason."""
    grave = [each for each in match.deviations if each.weight >= Weight.PARK]
    return bool(grave) and all(each.code is DeviationCode.NOT_RECEIVED for each in grave)


def lacks_what_was_revoked(match: Match) -> bool:
    """Whether something invoiced was received, and is not any more since its approval was taken back."""
    return any(
        each.code is DeviationCode.NOT_RECEIVED and each.variant.split(" ", 1)[0] in _REVOKED
        for each in match.deviations
    )


def has_its_receipt(match: Match) -> bool:
    """Whether everything invoiced is received, whatever else the invoice says."""
    return DeviationCode.NOT_RECEIVED not in match.codes


def asked_back_when_paid(match: Match) -> Match:
    """The match of an invoice that is paid, or on its way: it does not wait for a receipt, it is in question."""
    return Match(_without_waiting(match.tree))


def _waits(deviation: Deviation) -> bool:
    return deviation.code is DeviationCode.NOT_RECEIVED and deviation.weight is Weight.PARK


def is_with_buyer(report: Report | None) -> bool:
    """Whether a month whose newest report this is waits for the buyer; otherwise the supplier is to report it."""
    return report is not None and report.state not in (ReportState.REJECTED, ReportState.REVOKED)


def _ended(group: Group, newest: NewestReports) -> Group:
    return Group(
        group.name,
        tuple(
            _ended(each, newest)
            if isinstance(each, Group)
            else Check(each.name, each.outcome, tuple(_in_question(one, newest) for one in each.deviations))
            for each in group.checks
        ),
    )


def _without_waiting(group: Group) -> Group:
    return Group(
        group.name,
        tuple(
            _without_waiting(each)
            if isinstance(each, Group)
            else Check(each.name, each.outcome, tuple(_not_received(one) for one in each.deviations))
            for each in group.checks
        ),
    )


def _not_received(deviation: Deviation) -> Deviation:
    if not _waits(deviation):
        return deviation
    return replace(deviation, weight=Weight.QUESTION, actor=DeviationActor.SUPPLIER, variant=TAKEN_BACK)


def _in_question(deviation: Deviation, newest: NewestReports) -> Deviation:
    if not _waits(deviation):
        return deviation
    report = newest[Month.parse(deviation.reference)]
    variant = UNREPORTED if report is None else f"{SENT_BACK} {report.decided_on}"
    return replace(deviation, weight=Weight.QUESTION, actor=DeviationActor.SUPPLIER, variant=variant)
