"""Whose turn it is while an invoice waits for its receipt, and when the supplier's days are over."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from foundation.periods import Month
from invoicing.matching import waiting
from invoicing.matching.deviations import DeviationActor, Verdict
from invoicing.matching.invoice_matching import match
from orders.model import Report, ReportState
from tests.support.stories.builders import an_invoice
from tests.support.stories.deviation_stories import NOT_RECEIVED, ORDER

CAME, DAYS = date(2026, 3, 1), 60
MAY, JUNE = Month(2026, 5), Month(2026, 6)
OVER = CAME + timedelta(days=DAYS + 1)


def a_report(state: ReportState, decided_on: date | None = None) -> Report:
    return Report("100000101", MAY, 1, state, CAME, "user-17", decided_on=decided_on)


def over(newest: dict[Month, Report | None], on: date) -> bool:
    return waiting.has_waited_out(newest, received_on=CAME, days=DAYS, today=on)


def test_a_month_never_reported_has_its_days_from_the_invoice() -> None:
    assert [over({MAY: None}, OVER - timedelta(days=1)), over({MAY: None}, OVER)] == [False, True]


SUPPLIERS = (ReportState.REJECTED, ReportState.REVOKED)


@pytest.mark.parametrize("state", [each for each in ReportState if each not in SUPPLIERS])
def test_whatever_was_filed_and_is_not_rejected_is_the_buyers_however_long(state: ReportState) -> None:
    assert not over({MAY: a_report(state)}, CAME + timedelta(days=3650))
    # Of several months one with the buyer is enough.
    assert not over({MAY: a_report(state), JUNE: None}, CAME + timedelta(days=3650))


@pytest.mark.parametrize("decided", [CAME + timedelta(days=50), CAME - timedelta(days=5)])
def test_a_rejected_report_gives_its_days_from_the_later_of_invoice_and_rejection(decided: date) -> None:
    rejected = a_report(ReportState.REJECTED, decided)
    last = max(CAME, decided) + timedelta(days=DAYS)
    assert [over({MAY: rejected}, last), over({MAY: rejected}, last + timedelta(days=1))] == [False, True]


def test_what_was_waited_for_is_the_suppliers_when_the_waiting_ends() -> None:
    parked = match(an_invoice(ORDER), NOT_RECEIVED)
    ((_, month),) = waiting.waited_for(an_invoice(ORDER), parked)
    for newest, variant in (
        (None, "unreported"),
        (a_report(ReportState.REJECTED, date(2026, 4, 2)), "sent_back 2026-04-02"),
    ):
        ended = waiting.waited_out(parked, {month: newest})
        (before,), (deviation,) = parked.deviations, ended.deviations
        assert (ended.verdict, ended.codes) == (Verdict.QUESTION, parked.codes)
        assert deviation == replace(
            before, weight=deviation.weight, actor=DeviationActor.SUPPLIER, variant=variant
        )
        assert waiting.lacked_only_a_receipt(ended)
    assert waiting.lacked_only_a_receipt(parked)
    assert not waiting.has_its_receipt(parked)
