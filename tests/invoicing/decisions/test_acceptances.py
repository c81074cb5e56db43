"""An acceptance holds for what the document says, however a suggestion beside it changes, and for nothing else."""

from dataclasses import replace

import pytest

from foundation.money import Money
from invoicing.decisions.rules import EXPECTED_IS_NO_FACT, Acceptance, with_acceptance
from invoicing.matching.deviations import (
    SUGGESTED,
    Deviation,
    DeviationCode,
    Group,
    Match,
    Source,
    Verdict,
    check,
    question,
)


def told(code: DeviationCode, expected: str, *, found: str = "2100000009") -> Deviation:
    return question(code, "BT-13", found, expected, Source.NOTHING, line="1")


def judged_after(accepted: Deviation, now: Deviation) -> Verdict:
    """The verdict of a document that has `now`, where a person accepted it with `accepted` before."""
    acceptance = Acceptance(1, "eko-1", "Rätt order enligt telefon", Money.of("0.00"), (accepted,))
    return with_acceptance(Match(Group("invoice", (check("order", (now,)),))), acceptance).verdict


@pytest.mark.parametrize("code", sorted(SUGGESTED))
def test_another_suggestion_tomorrow_forgets_no_acceptance(code: DeviationCode) -> None:
    accepted = told(code, "2100000001")
    assert judged_after(accepted, told(code, "2100000001, 2100000002")) is Verdict.ACCEPT
    assert judged_after(accepted, replace(accepted, found="2100000008")) is Verdict.QUESTION
    assert judged_after(accepted, replace(accepted, line="2")) is Verdict.QUESTION


@pytest.mark.parametrize("code", sorted(set(DeviationCode) - EXPECTED_IS_NO_FACT))
def test_another_fact_tomorrow_is_a_new_question(code: DeviationCode) -> None:
    assert judged_after(told(code, "20", found="22"), told(code, "19", found="22")) is Verdict.QUESTION
