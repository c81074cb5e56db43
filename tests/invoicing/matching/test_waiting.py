"""Whose turn it is while an invoice waits for its receipt, and when the supplier's days are over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from foundation.periods import Month
from invoicing.matching import waiting
from invoicing.matching.deviations import (
    Deviation,
    DeviationActor,
    DeviationCode,
    Group,
    Match,
    Verdict,
    Weight,
)
from invoicing.matching.facts import Facts
from invoicing.matching.invoice_matching import match
from orders.model import Report, ReportState
from tests.support.stories.builders import a_line, a_receipt, an_invoice, facts_of, with_lines
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


# The tree of the judgement stays as it is ---------------------------------------------------------------

TWO_LINES = with_lines(
    an_invoice(ORDER),
    a_line("001", price="96.00"),
    a_line("002", days="28", line_id="2"),
    a_line("99", line_id="3"),
)
POLICY = replace(NOT_RECEIVED.policy, several_lines=True)


def changed(tree: Group, change: Callable[[Deviation], Deviation]) -> Group:
    """The same tree with each deviation changed."""
    return Group(
        tree.name,
        tuple(
            changed(each, change)
            if isinstance(each, Group)
            else replace(each, deviations=tuple(map(change, each.deviations)))
            for each in tree.checks
        ),
    )


def waits(deviation: Deviation) -> bool:
    return deviation.code is DeviationCode.NOT_RECEIVED


@pytest.mark.parametrize(
    ("facts", "waiting_lines"),
    [(NOT_RECEIVED, ["1", "2"]), (facts_of(ORDER, a_receipt(ORDER)), ["2"])],
    ids=["neither received", "January received"],
)
def test_only_what_waited_is_put_in_question_and_all_else_is_told_as_before(
    facts: Facts, waiting_lines: list[str]
) -> None:
    judged = match(TWO_LINES, replace(facts, policy=POLICY))
    assert [each.line for each in judged.deviations if waits(each)] == waiting_lines
    january, february = Month(2026, 1), Month(2026, 2)
    newest = {january: None, february: a_report(ReportState.REJECTED, date(2026, 4, 2))}

    def ended(each: Deviation) -> Deviation:
        variant = "unreported" if each.reference == str(january) else "sent_back 2026-04-02"
        asked = {"weight": Weight.QUESTION, "actor": DeviationActor.SUPPLIER}
        return replace(each, variant=variant, **asked) if waits(each) else each  # type: ignore[arg-type]

    def paid(each: Deviation) -> Deviation:
        asked = {"weight": Weight.QUESTION, "actor": DeviationActor.SUPPLIER, "variant": "taken_back"}
        return replace(each, **asked) if waits(each) else each  # type: ignore[arg-type]

    for with_buyer in (False, True):
        told = match(TWO_LINES, replace(with_the_buyer(facts) if with_buyer else facts, policy=POLICY))
        assert waiting.waited_out(told, newest).tree == changed(told.tree, ended)
        assert waiting.asked_back_when_paid(told).tree == changed(told.tree, paid)


def with_the_buyer(facts: Facts) -> Facts:
    """Every month is reported and lies with the buyer."""
    assert facts.order is not None
    lines = {key: replace(each, with_buyer=True) for key, each in facts.order.lines.items()}
    return replace(facts, order=replace(facts.order, lines=lines))


def test_what_is_waited_for_is_of_the_order_its_line_names() -> None:
    two = replace(
        TWO_LINES, lines=(TWO_LINES.lines[0], replace(TWO_LINES.lines[1], order_number="2100000009"))
    )
    judged = match(TWO_LINES, replace(NOT_RECEIVED, policy=POLICY))
    assert waiting.waited_for(two, judged) == (
        (ORDER.number, Month(2026, 1)),
        ("2100000009", Month(2026, 2)),
    )
    twice = with_lines(TWO_LINES, a_line("001", days="15"), a_line("001", days="16", line_id="2"))
    assert waiting.waited_for(twice, match(twice, NOT_RECEIVED)) == ((ORDER.number, Month(2026, 1)),)
    # What is in question waits for nothing.
    called_off = match(TWO_LINES, replace(facts_of(ORDER, cancelled=True), policy=POLICY))
    assert waiting.waited_for(TWO_LINES, called_off) == ()


@pytest.mark.parametrize(
    ("facts", "only", "has"),
    [(NOT_RECEIVED, True, False), (facts_of(ORDER, a_receipt(ORDER)), False, True)],
)
def test_credit_was_asked_for_want_of_a_receipt_or_for_something_else(
    facts: Facts, only: bool, has: bool
) -> None:
    judged = match(an_invoice(ORDER), facts)
    assert (waiting.lacked_only_a_receipt(judged), waiting.has_its_receipt(judged)) == (only, has)
    wrong = match(with_lines(an_invoice(ORDER), a_line("001", price="96.00")), facts)
    assert (waiting.lacked_only_a_receipt(wrong), waiting.has_its_receipt(wrong)) == (False, has)


@pytest.mark.parametrize(
    ("variant", "revoked"),
    [
        ("revoked_report 2026-03-09", True),
        ("revoked 2026-03-09", True),
        ("taken_back", True),
        ("", False),
        ("interrupted", False),
        ("unreported", False),
    ],
)
def test_what_was_revoked_is_told_from_what_never_came(variant: str, revoked: bool) -> None:
    judged = match(an_invoice(ORDER), NOT_RECEIVED)
    told = Match(changed(judged.tree, lambda each: replace(each, variant=variant)))
    assert waiting.lacks_what_was_revoked(told) is revoked
    other = Match(changed(told.tree, lambda each: replace(each, code=DeviationCode.QUANTITY)))
    assert not waiting.lacks_what_was_revoked(other)


def test_a_month_is_with_the_buyer_from_its_report_to_its_rejection() -> None:
    assert not waiting.is_with_buyer(None)
    assert {each for each in ReportState if waiting.is_with_buyer(a_report(each))} == set(ReportState) - set(
        SUPPLIERS
    )
    assert waiting.waits_for_buyer({MAY: None, JUNE: a_report(ReportState.FILED)})
    assert not waiting.waits_for_buyer({MAY: None, JUNE: a_report(ReportState.REJECTED)})
