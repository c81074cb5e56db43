"""Matching an invoice: what agrees, and what is decided where several things are wrong."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from foundation.money import Quantity
from invoicing.matching.deviation_texts import sentence
from invoicing.matching.deviations import Check, CheckOutcome, DeviationCode, Group, Verdict
from invoicing.matching.invoice_matching import lines_to_take, match
from invoicing.model import AccountGiven, PeriodGiven, pays_on
from orders.model import LineState
from orders.register.invoice_dates import PaymentStart
from tests.support.stories.builders import (
    REGISTER,
    a_line,
    a_receipt,
    a_result_order,
    an_invoice,
    an_order,
    facts_of,
    sek,
    the_supplier,
    with_lines,
)
from tests.support.stories.deviation_stories import ORDER, RECEIVED, codes, line_with
from tests.support.stories.system import HAVTORNET, LARKDRILLEN, STIGFINNAREN


def checks(node: Check | Group) -> list[Check]:
    if isinstance(node, Check):
        return [node]
    return [leaf for child in node.checks for leaf in checks(child)]


# What agrees ----------------------------------------------------------------------------------


def test_an_invoice_for_what_was_received_is_accepted_and_every_check_was_made() -> None:
    result = match(an_invoice(ORDER), RECEIVED)
    assert result.verdict is Verdict.ACCEPT
    assert result.codes == ()
    assert {check.outcome for check in checks(result.tree)} == {CheckOutcome.AGREES}
    assert len(checks(result.tree)) >= 14


def test_one_order_line_may_stand_on_several_invoice_lines() -> None:
    parts = (a_line(days="11", line_id="1"), a_line(days="20", line_id="2"))
    assert codes(with_lines(an_invoice(ORDER), *parts)) == []


def test_a_price_for_ten_days_at_a_time_is_the_same_price() -> None:
    assert codes(line_with(price=Decimal("950.00"), base_quantity=Decimal(10))) == []


def test_a_result_is_invoiced_by_the_piece_whatever_its_period() -> None:
    order = a_result_order()
    line = replace(
        a_line(days="1", price="15000.00"),
        quantity=Quantity(Decimal(1), "C62"),
        period=PeriodGiven(date(2026, 3, 1), None),
    )
    invoice = with_lines(an_invoice(order, days=1), line)
    assert codes(invoice, facts_of(order, a_receipt(order))) == []


@pytest.mark.parametrize("percent", [None, Decimal(0)])
def test_a_supplier_outside_vat_writes_no_rate(percent: Decimal | None) -> None:
    vat = the_supplier(HAVTORNET).on(date(2026, 1, 31)).vat
    invoice = line_with(vat_category="O", vat_percent=percent)
    assert codes(invoice, facts_of(ORDER, a_receipt(ORDER), vat=vat)) == []


def test_an_exempt_supplier_charges_no_vat() -> None:
    vat = the_supplier(STIGFINNAREN).on(date(2026, 1, 31)).vat
    invoice = line_with(vat_category="E", vat_percent=Decimal("0.00"))
    assert codes(invoice, facts_of(ORDER, a_receipt(ORDER), vat=vat)) == []


def test_any_registered_account_will_do_however_it_is_written() -> None:
    supplier = the_supplier(LARKDRILLEN)
    order = an_order(supplier=LARKDRILLEN)
    accounts = (AccountGiven("PLUSGIRO", "499910-8"), AccountGiven("IBAN", "SE39 9020 0000 0000 1234 5678"))
    invoice = replace(an_invoice(order), accounts=accounts)
    assert codes(invoice, facts_of(order, a_receipt(order), supplier=supplier)) == []


def test_another_endpoint_of_the_same_legal_entity_makes_no_difference() -> None:
    assert codes(replace(an_invoice(ORDER), endpoint="0088:7390000100002")) == []


def test_references_that_are_no_execution_reference_are_the_suppliers_own_business() -> None:
    invoice = replace(an_invoice(ORDER), references=("100000101", "Kostnadsställe 4", "12"))
    assert codes(invoice) == []


def test_several_order_lines_may_share_an_invoice_where_the_buyer_allows_it() -> None:
    march = an_invoice(ORDER, issued_on=date(2026, 3, 2))
    invoice = with_lines(march, a_line("001"), a_line("002", days="28", line_id="2"))
    policy = replace(REGISTER.policy, several_lines=True)
    facts = facts_of(ORDER, a_receipt(ORDER), a_receipt(ORDER, "002"), policy=policy)
    assert codes(invoice, facts) == []
    assert [line.line.line_id for line in lines_to_take(invoice, facts)] == ["001", "002"]


def test_a_difference_within_the_tolerance_is_accepted_and_beyond_it_is_not() -> None:
    policy = replace(REGISTER.policy, amount_tolerance=Decimal("0.50"))
    facts = facts_of(ORDER, a_receipt(ORDER), policy=policy)
    assert codes(line_with(amount=sek("2945.50")), facts) == []
    assert codes(line_with(amount=sek("2945.51")), facts) == [DeviationCode.AMOUNT]


# Several things wrong -------------------------------------------------------------------------


def test_the_gravest_deviation_decides_and_all_are_told() -> None:
    invoice = replace(
        an_invoice(ORDER, days=30), due_on=None, accounts=(AccountGiven("BANKGIRO", "59991073"),)
    )
    result = match(invoice, RECEIVED)
    assert result.verdict is Verdict.QUESTION
    assert result.codes == ("QUANTITY", "PAYEE_ACCOUNT", "DUE_DATE")


def test_a_wrong_price_and_a_wrong_quantity_are_two_deviations_and_not_also_a_wrong_amount() -> None:
    assert codes(an_invoice(ORDER, days=30, price="92.00")) == [DeviationCode.PRICE, DeviationCode.QUANTITY]


def test_what_cannot_be_looked_at_without_an_order_is_said_not_to_have_been() -> None:
    result = match(replace(an_invoice(ORDER), order_number=""), facts_of(None))
    skipped = {check.name for check in checks(result.tree) if check.outcome is CheckOutcome.NOT_LOOKED_AT}
    assert skipped == {"currency", "lines", "category", "rate", "f-tax", "references"}


def test_an_unregistered_sender_is_not_told_whose_order_it_is() -> None:
    facts = replace(RECEIVED, supplier=None)
    result = match(replace(an_invoice(ORDER), supplier="5560360793"), facts)
    assert result.codes == ("ORDER_NOT_SUPPLIERS",)
    assert ORDER.supplier not in " ".join(sentence(each).en for each in result.deviations)


def test_a_line_closed_as_unused_waits_for_nothing() -> None:
    assert RECEIVED.order is not None
    facts = RECEIVED.order.lines["004"]
    closed = replace(facts, account=replace(facts.account, state=LineState.CLOSED_UNUSED))
    order = replace(RECEIVED.order, lines={**RECEIVED.order.lines, "004": closed})
    result = match(an_invoice(ORDER, "004", days=30), replace(RECEIVED, order=order))
    assert (result.codes, result.verdict) == (("NOT_RECEIVED",), Verdict.QUESTION)


def test_an_invoice_is_laid_on_the_line_it_names_and_never_on_a_guess() -> None:
    assert [line.line.line_id for line in lines_to_take(an_invoice(ORDER), RECEIVED)] == ["001"]
    for invoice in (line_with(order_line=""), line_with(order_line="99")):
        assert lines_to_take(invoice, RECEIVED) == ()
    stranger = replace(an_invoice(ORDER), supplier=LARKDRILLEN)
    assert lines_to_take(stranger, facts_of(ORDER, supplier=the_supplier(LARKDRILLEN))) == ()


def test_payment_is_thirty_days_after_the_later_of_date_and_receipt_whatever_it_says() -> None:
    day, later = date(2026, 1, 31), date(2026, 2, 4)
    expected = {
        PaymentStart.ISSUE: date(2026, 3, 2),
        PaymentStart.RECEIPT: date(2026, 3, 6),
        PaymentStart.LATER: date(2026, 3, 6),
    }
    for start, pays in expected.items():
        assert pays_on(day, received_on=later, terms_days=30, runs_from=start) == pays


def test_who_dates_an_invoice_back_is_paid_no_sooner_and_a_date_ahead_is_only_so_far_believed() -> None:
    received = date(2026, 10, 7)
    paid = {
        dated: pays_on(dated, received_on=received, terms_days=30)
        for dated in (date(2020, 1, 1), received, date(2026, 10, 12), date(2027, 10, 6))
    }
    in_time = date(2026, 11, 6)
    assert list(paid.values()) == [in_time, in_time, date(2026, 11, 11), in_time]


def test_a_date_at_the_end_of_time_is_paid_like_any_other() -> None:
    received = date(2026, 10, 7)
    for dated in (date.max, date.min):
        assert pays_on(dated, received_on=received, terms_days=30) == date(2026, 11, 6)
