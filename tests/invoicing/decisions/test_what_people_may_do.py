"""What a person may do with a document as it stands, what is worth how much, and how a link makes it read."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from foundation.money import Money
from invoicing.decisions.rules import (
    ACCEPTABLE,
    TRANSITIONS,
    Acceptance,
    Action,
    ActionRefused,
    LineLink,
    LinkedLine,
    acceptable,
    as_linked,
    at_stake,
    check_action,
    check_outcome,
    is_late_payment_claim,
    name_of,
    standing_lines,
    state_words,
    with_acceptance,
)
from invoicing.matching.deviations import (
    Check,
    Deviation,
    DeviationActor,
    DeviationCode,
    Group,
    Match,
    Source,
    Weight,
    check,
    question,
)
from invoicing.model import CreditedReference, DocumentType, InvoiceContent, InvoiceState, SupplierInvoice
from tests.support.stories.builders import a_line, an_invoice, an_order, in_books

INVOICE = an_invoice(an_order())
_S = InvoiceState


def stands(state: InvoiceState, **other: object) -> SupplierInvoice:
    return replace(in_books(INVOICE, state=state), **other)  # type: ignore[arg-type]


# Which action --------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("state", InvoiceState)
def test_an_action_is_for_the_states_of_its_row_and_told_so_otherwise(
    action: Action, state: InvoiceState
) -> None:
    if state in TRANSITIONS[action]:
        check_action(action, stands(state))
        return
    with pytest.raises(ActionRefused) as refused:
        check_action(action, stands(state))
    row = " eller ".join(state_words(each).sv for each in InvoiceState if each in TRANSITIONS[action])
    assert refused.value.text.sv == (
        f"{name_of(action).sv} går för ett dokument som {row}; F-1001 {state_words(state).sv}."
    )


@pytest.mark.parametrize("action", Action)
def test_a_credit_note_is_linked_or_answered_and_nothing_else(action: Action) -> None:
    credit = stands(next(iter(TRANSITIONS[action])), document_type=DocumentType.CREDIT_NOTE)
    if action in (Action.ASK_CREDIT, Action.LINK, Action.PARK, Action.ASK_SUPPLIER):
        check_action(action, credit)
    else:
        with pytest.raises(ActionRefused, match="F-1001 is a credit note"):
            check_action(action, credit)


@pytest.mark.parametrize("action", Action)
def test_what_is_paid_is_neither_accepted_nor_taken_from_its_line(action: Action) -> None:
    paid = stands(next(iter(TRANSITIONS[action])), paid_on=INVOICE.issued_on)
    if action in (Action.ACCEPT, Action.UNLINK):
        with pytest.raises(ActionRefused, match="F-1001 is paid"):
            check_action(action, paid)
    else:
        check_action(action, paid)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("came", InvoiceState)
def test_an_action_comes_to_what_it_is_for_or_is_refused(action: Action, came: InvoiceState) -> None:
    for was, wanted in TRANSITIONS[action].items():
        if came in wanted:
            check_outcome(action, stands(was), came)
        else:
            with pytest.raises(ActionRefused) as refused:
                check_outcome(action, stands(was), came)
            assert refused.value.text.sv.startswith(f"{name_of(action).sv} räcker inte: F-1001 ")
            assert state_words(came).sv in refused.value.text.sv


# What is accepted, and what it is worth ---------------------------------------------------------------


def deviation(code: DeviationCode, weight: Weight = Weight.QUESTION, **other: object) -> Deviation:
    told = question(code, "BT-129", "22", "20", Source.NOTHING, line="1")
    return replace(told, weight=weight, **other)  # type: ignore[arg-type]


def judged(*deviations: Deviation) -> Match:
    return Match(Group("invoice", (Group("line", (check("line", deviations),)), check("order", ()))))


@pytest.mark.parametrize("code", DeviationCode)
def test_a_person_accepts_what_is_of_quantity_price_and_time_and_the_rest_is_somebody_elses(
    code: DeviationCode,
) -> None:
    asked, note = deviation(code), deviation(DeviationCode.DUE_DATE, Weight.NOTE)
    if code in ACCEPTABLE:
        assert acceptable(stands(_S.IN_QUESTION), judged(asked, note)) == (asked,)
        held = replace(asked, weight=Weight.HOLD)
        assert acceptable(stands(_S.ON_HOLD), judged(held)) == (held,)
    else:
        with pytest.raises(ActionRefused, match=rf"F-1001 cannot be accepted: {code}\."):
            acceptable(stands(_S.IN_QUESTION), judged(asked, deviation(DeviationCode.QUANTITY)))
        # What it is held for besides holds it still, and is nobody's to accept.
        held, quantity = replace(asked, weight=Weight.HOLD), deviation(DeviationCode.QUANTITY)
        assert acceptable(stands(_S.IN_QUESTION), judged(held, quantity)) == (quantity,)


def test_where_nothing_is_asked_there_is_nothing_to_accept() -> None:
    for nothing in (judged(), judged(deviation(DeviationCode.QUANTITY, Weight.NOTE))):
        with pytest.raises(ActionRefused, match="F-1001 cannot be accepted: -"):
            acceptable(stands(_S.IN_QUESTION), nothing)


@pytest.mark.parametrize(
    ("net", "received", "tax", "worth"),
    [
        ("2090.00", "1900.00", [], "190.00"),
        ("1900.00", "2090.00", [], "190.00"),
        ("1900.00", "1900.00", [("475.00", "470.00")], "5.00"),
        ("1900.00", "1900.00", [("470.00", "475.00"), ("1.00", "3.00")], "7.00"),
        ("1910.00", "1900.00", [("470.00", "475.00")], "15.00"),
    ],
)
def test_an_acceptance_is_worth_what_differs_whichever_way(
    net: str, received: str, tax: Sequence[tuple[str, str]], worth: str
) -> None:
    deviations = [
        deviation(DeviationCode.VAT_AMOUNT, found=found, expected=expected) for found, expected in tax
    ]
    deviations.append(deviation(DeviationCode.PRICE, found="99", expected="1"))
    invoice = stands(_S.IN_QUESTION, amount_net=Money.of(net))
    assert at_stake(invoice, Money.of(received), deviations) == Money.of(worth)


def test_a_claim_of_late_payment_is_known_by_its_code() -> None:
    claim = deviation(DeviationCode.LATE_PAYMENT_CLAIM)
    assert is_late_payment_claim(judged(deviation(DeviationCode.PRICE), claim))
    assert not is_late_payment_claim(judged(deviation(DeviationCode.PRICE)))


def test_what_was_accepted_is_a_note_that_asks_nobody_wherever_it_stands_and_all_else_stays() -> None:
    accepted, other = deviation(DeviationCode.QUANTITY), deviation(DeviationCode.PRICE)
    match = judged(accepted, other)
    acceptance = Acceptance(1, "eko-1", "Rättat", Money.of("1.00"), (accepted,))
    noted = replace(accepted, weight=Weight.NOTE, actor=DeviationActor.NOBODY, variant="accepted")
    assert with_acceptance(match, None) is match
    (line, order) = with_acceptance(match, acceptance).tree.checks
    (was, was_order) = match.tree.checks
    assert isinstance(line, Group)
    assert isinstance(was, Group)
    (checked,) = line.checks
    (before,) = was.checks
    assert isinstance(before, Check)
    assert (line.name, order) == ("line", was_order)
    assert checked == Check("line", before.outcome, (noted, other))


# How a link makes it read -------------------------------------------------------------------------


def read(content: InvoiceContent) -> tuple[str, list[tuple[str, str, str]]]:
    return content.order_number, [(each.id, each.order_number, each.order_line) for each in content.lines]


def of_two_lines() -> InvoiceContent:
    lines = (replace(a_line(), id="1"), replace(a_line(), id="2"))
    return an_invoice(an_order(), lines=lines)


def link(order: str = "", line: str = "", *lines: tuple[str, str, str], credited: str = "") -> LineLink:
    return LineLink(1, "eko-1", "Ringde", order, line, credited, tuple(LinkedLine(*each) for each in lines))


def test_without_a_link_it_reads_as_it_came() -> None:
    assert as_linked(INVOICE, None) is INVOICE


def test_a_link_of_the_whole_is_for_every_line() -> None:
    assert read(as_linked(of_two_lines(), link("2100000007", "003"))) == (
        "2100000007",
        [("1", "", "003"), ("2", "", "003")],
    )


def test_a_link_to_the_credited_invoice_forgets_the_order_that_was_named() -> None:
    linked = as_linked(of_two_lines(), link(credited="F-7"))
    assert linked.credits == (CreditedReference("F-7", None),)
    assert read(linked) == ("", [("1", "", "001"), ("2", "", "001")])


def test_lines_are_linked_each_to_its_own_and_the_documents_order_is_one_of_theirs() -> None:
    both = link("", "", ("1", "2100000007", "003"), ("2", "2100000008", "004"))
    assert read(as_linked(of_two_lines(), both)) == (
        "2100000007",
        [("1", "2100000007", "003"), ("2", "2100000008", "004")],
    )
    named = replace(of_two_lines(), order_number="2100000008")
    assert as_linked(named, both).order_number == "2100000008"


def test_lines_that_are_for_one_order_after_all_are_the_documents() -> None:
    one = link("", "", ("1", "2100000007", "003"), ("2", "2100000007", "004"))
    assert read(as_linked(of_two_lines(), one)) == ("2100000007", [("1", "", "003"), ("2", "", "004")])


def test_a_line_that_nobody_linked_is_read_as_it_came() -> None:
    (_, second) = of_two_lines().lines
    found = as_linked(of_two_lines(), link("", "", ("1", "2100000007", "003")))
    assert found.lines[1].order_line == second.order_line


def test_what_has_been_said_of_each_line_is_told_line_by_line() -> None:
    lines = (("1", "2100000007", "003"),)
    assert standing_lines(of_two_lines(), None) == ()
    assert standing_lines(of_two_lines(), link(credited="F-7")) == ()
    assert standing_lines(of_two_lines(), link("", "", *lines)) == (LinkedLine("1", "2100000007", "003"),)
    assert standing_lines(of_two_lines(), link("2100000009", "002")) == (
        LinkedLine("1", "2100000009", "002"),
        LinkedLine("2", "2100000009", "002"),
    )


def test_nothing_is_worth_less_than_nothing() -> None:
    assert at_stake(stands(_S.IN_QUESTION), Money(Decimal("99999.00"), "SEK"), []).amount > 0
