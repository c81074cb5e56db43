"""Matching: each thing that can be wrong with an invoice is one deviation, explained in both languages."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicing import responding
from invoicing.credit_matching import match_credit
from invoicing.deviations import Actor, Check, Code, Deviation, Group, Match, Outcome, Source, Verdict, Weight
from invoicing.documents import turned
from invoicing.facts import Facts
from invoicing.matching import lines_to_take, match
from invoicing.model import AccountGiven, Invoice, InvoicedLine, InvoiceState, PeriodGiven, pays_on
from invoicing.sentences import WORDS, Language, sentence, title
from orders.model import Handling, LineState
from orders.values import Money, Quantity
from tests.builders import (
    REGISTER,
    STANDARD,
    a_credit_note,
    a_line,
    a_receipt,
    a_result_order,
    an_interruption,
    an_invoice,
    an_occupant,
    an_order,
    credit_facts,
    facts_of,
    held,
    sek,
    the_supplier,
    with_lines,
)
from tests.house import HAVTORNET, LARKDRILLEN, STIGFINNAREN

ORDER = an_order()
RECEIVED = facts_of(ORDER, a_receipt(ORDER))


def codes(invoice: Invoice, facts: Facts = RECEIVED) -> list[Code]:
    return [deviation.code for deviation in match(invoice, facts).deviations]


def line_with(**changes: object) -> Invoice:
    """An invoice whose one line has other values; its totals follow."""
    invoice = an_invoice(ORDER)
    return with_lines(invoice, replace(invoice.lines[0], **changes))  # type: ignore[arg-type]


def checks(node: Check | Group) -> list[Check]:
    if isinstance(node, Check):
        return [node]
    return [leaf for child in node.checks for leaf in checks(child)]


# What agrees --------------------------------------------------------------------------------


def test_an_invoice_for_what_was_received_is_accepted_and_every_check_was_made() -> None:
    result = match(an_invoice(ORDER), RECEIVED)
    assert result.verdict is Verdict.ACCEPT
    assert result.codes == ()
    assert {check.outcome for check in checks(result.tree)} == {Outcome.AGREES}
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
        quantity=Quantity.pieces(),
        period=PeriodGiven(date(2026, 3, 1), None),
    )
    invoice = with_lines(an_invoice(order, days=1), line)
    assert codes(invoice, facts_of(order, a_receipt(order))) == []


@pytest.mark.parametrize("percent", [None, Decimal(0)])
def test_a_supplier_outside_vat_writes_no_rate(percent: Decimal | None) -> None:
    vat = the_supplier(HAVTORNET).vat
    invoice = line_with(vat_category="O", vat_percent=percent)
    assert codes(invoice, facts_of(ORDER, a_receipt(ORDER), vat=vat)) == []


def test_an_exempt_supplier_charges_no_vat() -> None:
    vat = the_supplier(STIGFINNAREN).vat
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
    invoice = with_lines(an_invoice(ORDER), a_line("001"), a_line("002", days="28", line_id="2"))
    policy = replace(REGISTER.policy, several_lines=True)
    facts = facts_of(ORDER, a_receipt(ORDER), a_receipt(ORDER, "002"), policy=policy)
    assert codes(invoice, facts) == []
    assert [line.line.line_id for line in lines_to_take(invoice, facts)] == ["001", "002"]


def test_a_difference_within_the_tolerance_is_accepted_and_beyond_it_is_not() -> None:
    policy = replace(REGISTER.policy, amount_tolerance=Decimal("0.50"))
    facts = facts_of(ORDER, a_receipt(ORDER), policy=policy)
    assert codes(line_with(amount=sek("2945.50")), facts) == []
    assert codes(line_with(amount=sek("2945.51")), facts) == [Code.AMOUNT]


# What deviates: one story for each code of the table ------------------------------------------


@dataclass(frozen=True)
class Story:
    """One thing wrong, the deviation it gives, and the words that must be in its sentences."""

    code: Code
    name: str
    invoice: Invoice
    says: tuple[str, ...]
    facts: Facts = RECEIVED
    weight: Weight = Weight.QUESTION
    variant: str = ""


NOT_RECEIVED = facts_of(ORDER)
EUR = replace(
    an_invoice(ORDER),
    currency="EUR",
    lines=tuple(
        replace(line, amount=Money(line.amount.amount, "EUR"), adjustments=Money.of("0.00", "EUR"))
        for line in an_invoice(ORDER).lines
    ),
    adjustments=Money.of("0.00", "EUR"),
    amount_prepaid=Money.of("0.00", "EUR"),
    amount_rounding=Money.of("0.00", "EUR"),
)
RIGHT_RATE_WRONG_TAX = replace(
    an_invoice(ORDER), vat=tuple(replace(each, tax=sek("736.26")) for each in an_invoice(ORDER).vat)
)

STORIES = (
    Story(
        Code.ORDER_MISSING,
        "no order number",
        replace(an_invoice(ORDER), order_number=""),
        ("2100000001",),
        facts_of(None, suggestions=("2100000001",)),
    ),
    Story(
        Code.ORDER_MISSING,
        "the dummy",
        replace(an_invoice(ORDER), order_number=" na "),
        ("na",),
        facts_of(None),
    ),
    Story(
        Code.ORDER_UNKNOWN,
        "a number we never gave",
        replace(an_invoice(ORDER), order_number="IN170820-12"),
        ("IN170820-12",),
        facts_of(None),
    ),
    Story(
        Code.ORDER_UNKNOWN,
        "a decision in KA-webb",
        an_invoice(ORDER),
        ("KA-webb", "2100000001"),
        facts_of(None, outside=Handling.LEGACY),
        variant="LEGACY",
    ),
    Story(
        Code.ORDER_UNKNOWN,
        "an ESF area",
        an_invoice(ORDER),
        ("ESF", "2100000001"),
        facts_of(None, outside=Handling.ESF),
        variant="ESF",
    ),
    Story(
        Code.ORDER_UNKNOWN,
        "handled by hand",
        an_invoice(ORDER),
        ("Peppol",),
        facts_of(None, outside=Handling.PROTECTED),
        variant="PROTECTED",
    ),
    Story(
        Code.ORDER_MISSING,
        "a decision in KA-webb and no order number",
        replace(an_invoice(ORDER), order_number="", references=("100000900",)),
        ("KA-webb",),
        facts_of(None, outside=Handling.LEGACY),
        variant="LEGACY",
    ),
    Story(
        Code.ORDER_NOT_SUPPLIERS,
        "another supplier's order",
        replace(an_invoice(ORDER), supplier=LARKDRILLEN, accounts=()),
        (ORDER.number, LARKDRILLEN),
        facts_of(ORDER, a_receipt(ORDER), supplier=the_supplier(LARKDRILLEN)),
    ),
    Story(
        Code.BUYER,
        "another buyer",
        replace(an_invoice(ORDER), buyer="5560360793"),
        ("5560360793", "2021002114"),
    ),
    Story(Code.CURRENCY, "euro", EUR, ("EUR", "SEK")),
    Story(Code.LINE_MISSING, "no order line, one candidate", line_with(order_line=""), ("001", ORDER.number)),
    Story(
        Code.LINE_MISSING,
        "no order line, no candidate",
        line_with(order_line=""),
        (ORDER.number,),
        NOT_RECEIVED,
    ),
    Story(Code.LINE_UNKNOWN, "line 99", line_with(order_line="99"), ("99", ORDER.number)),
    Story(
        Code.SEVERAL_LINES,
        "two lines",
        with_lines(an_invoice(ORDER), a_line("001"), a_line("002", days="28", line_id="2")),
        ("001, 002",),
        facts_of(ORDER, a_receipt(ORDER), a_receipt(ORDER, "002")),
    ),
    Story(
        Code.NOT_RECEIVED,
        "before its report",
        an_invoice(ORDER),
        ("001", "2026-01"),
        NOT_RECEIVED,
        weight=Weight.PARK,
    ),
    Story(
        Code.NOT_RECEIVED,
        "a month after the interruption",
        an_invoice(ORDER, "003"),
        ("003", "2026-02-13"),
        facts_of(ORDER, a_receipt(ORDER), interruption=an_interruption(date(2026, 2, 13))),
        variant="interrupted",
    ),
    Story(
        Code.NOT_RECEIVED,
        "a cancelled placement",
        an_invoice(ORDER),
        ("001",),
        facts_of(ORDER, cancelled=True),
        variant="cancelled",
    ),
    Story(
        Code.ALREADY_INVOICED,
        "a second invoice for the line",
        an_invoice(ORDER),
        ("001", "F-0"),
        facts_of(ORDER, a_receipt(ORDER), occupants={"001": an_occupant("F-0")}),
    ),
    Story(Code.UNIT, "hours", line_with(quantity=Quantity(Decimal(31), "HUR")), ("HUR", "DAY")),
    Story(Code.QUANTITY, "a day too many", an_invoice(ORDER, days=32), ("32", "31", "2026-01 v1")),
    Story(Code.QUANTITY, "a day too few", an_invoice(ORDER, days=30), ("30", "31", "2026-01 v1")),
    Story(
        Code.QUANTITY,
        "the whole month though interrupted",
        an_invoice(ORDER),
        ("31", "13", "2026-01-13"),
        facts_of(ORDER, a_receipt(ORDER, days=13), interruption=an_interruption(date(2026, 1, 13))),
        variant="interrupted 2026-01-13",
    ),
    Story(Code.PRICE, "last year's price", an_invoice(ORDER, price="92.00"), ("92.00", "95.00")),
    Story(
        Code.PERIOD,
        "another month",
        line_with(period=PeriodGiven(date(2026, 2, 1), date(2026, 2, 28))),
        ("2026-02-01/2026-02-28", "2026-01-01/2026-01-31"),
    ),
    Story(Code.AMOUNT, "an öre too much", line_with(amount=sek("2945.01")), ("2945.01", "2945.00")),
    Story(
        Code.AMOUNT,
        "a line discount",
        line_with(amount=sek("2845.00"), adjustments=sek("-100.00")),
        ("2845.00", "2945.00"),
    ),
    Story(
        Code.AMOUNT,
        "a fee on the invoice",
        replace(an_invoice(ORDER), adjustments=sek("45.00")),
        ("45.00",),
        variant="adjustment",
    ),
    Story(
        Code.AMOUNT,
        "a prepayment",
        replace(an_invoice(ORDER), amount_prepaid=sek("100.00")),
        ("100.00",),
        variant="prepaid",
    ),
    Story(
        Code.AMOUNT,
        "a rounding above a krona",
        replace(an_invoice(ORDER), amount_rounding=sek("-1.25")),
        ("-1.25", "1.00"),
        variant="rounding",
    ),
    Story(
        Code.VAT_CATEGORY,
        "exempt by its own word",
        line_with(vat_category="E", vat_percent=Decimal("0.00")),
        ("E", "S"),
    ),
    Story(
        Code.VAT_CATEGORY,
        "VAT though registered exempt",
        an_invoice(ORDER),
        ("S", "E"),
        facts_of(ORDER, a_receipt(ORDER), vat=the_supplier(STIGFINNAREN).vat),
    ),
    Story(Code.VAT_RATE, "twelve per cent", line_with(vat_percent=Decimal("12.00")), ("12", "25")),
    Story(Code.VAT_AMOUNT, "an öre of tax", RIGHT_RATE_WRONG_TAX, ("736.26", "736.25")),
    Story(
        Code.PAYEE_ACCOUNT,
        "an unknown bankgiro",
        replace(an_invoice(ORDER), accounts=(AccountGiven("BANKGIRO", "59991073"),)),
        ("59991073", "5999107"),
        weight=Weight.HOLD,
    ),
    Story(
        Code.PAYEE_ACCOUNT,
        "the right number called a plusgiro",
        replace(an_invoice(ORDER), accounts=(AccountGiven("PLUSGIRO", "5999107"),)),
        ("PLUSGIRO", "BANKGIRO"),
        weight=Weight.HOLD,
    ),
    Story(
        Code.DUE_DATE,
        "due in ten days",
        replace(an_invoice(ORDER), due_on=date(2026, 2, 13)),
        ("2026-02-13", "2026-03-05"),
        weight=Weight.NOTE,
    ),
    Story(
        Code.DUE_DATE,
        "no due date",
        replace(an_invoice(ORDER), due_on=None),
        ("2026-03-05",),
        weight=Weight.NOTE,
        variant="absent",
    ),
    Story(
        Code.EXECUTION_REFERENCE,
        "another reference of ours",
        replace(an_invoice(ORDER), references=("100000999",)),
        ("100000999", "100000101"),
        weight=Weight.NOTE,
    ),
    Story(
        Code.CONTRACT,
        "another contract",
        replace(an_invoice(ORDER), contract="AVT-9"),
        ("AVT-9", "AVT-1001"),
        weight=Weight.NOTE,
    ),
)
VERDICTS = {
    Weight.NOTE: Verdict.ACCEPT,
    Weight.HOLD: Verdict.HOLD,
    Weight.PARK: Verdict.PARK,
    Weight.QUESTION: Verdict.QUESTION,
}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.code} {story.name}")
def test_one_thing_wrong_is_one_deviation_with_its_code_weight_and_words(story: Story) -> None:
    result = match(story.invoice, story.facts)
    (deviation,) = result.deviations
    assert (deviation.code, deviation.weight, deviation.variant) == (story.code, story.weight, story.variant)
    assert result.verdict is VERDICTS[story.weight]
    assert_says(deviation, story.says)


def assert_says(deviation: Deviation, says: tuple[str, ...]) -> None:
    """Both languages have the values, nothing is left to fill in, and both end as sentences."""
    languages: tuple[Language, Language] = ("sv", "en")
    for language in languages:
        words = sentence(deviation, language)
        assert [word for word in says if word not in words] == []
        assert "$" not in words
        assert words.endswith(".")
        assert title(deviation, language)
    assert sentence(deviation, "sv") != sentence(deviation, "en")


def test_every_code_of_the_table_has_its_story() -> None:
    told = {story.code for story in STORIES} | {story.code for story in CREDIT_STORIES}
    assert told == set(Code)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(("code", "variant"), WORDS.keys())
def test_every_template_is_filled_in_whole(code: Code, variant: str, language: Language) -> None:
    filled = Deviation(
        code,
        Weight.QUESTION,
        "BT-1",
        "FOUND",
        "EXPECTED",
        Source.RECEIPT,
        line="7",
        reference="REF",
        variant=f"{variant} DETAIL".strip(),
    )
    words = sentence(filled, language)
    assert "$" not in words
    assert "  " not in words
    assert sentence(filled, "sv") != sentence(filled, "en")


def test_every_deviation_has_a_reason_in_the_published_list() -> None:
    assert set(responding.REASON_OF) == set(Code)


def test_who_must_act_is_said() -> None:
    by_code = {story.code: match(story.invoice, story.facts).deviations[0].actor for story in STORIES}
    assert by_code[Code.QUANTITY] is Actor.SUPPLIER
    assert by_code[Code.PAYEE_ACCOUNT] is Actor.BUYER
    assert by_code[Code.DUE_DATE] is Actor.NOBODY
    parked = match(an_invoice(ORDER), NOT_RECEIVED).deviations[0]
    assert parked.actor is Actor.BUYER


# Several things wrong -----------------------------------------------------------------------


def test_the_gravest_deviation_decides_and_all_are_told() -> None:
    invoice = replace(
        an_invoice(ORDER, days=30), due_on=None, accounts=(AccountGiven("BANKGIRO", "59991073"),)
    )
    result = match(invoice, RECEIVED)
    assert result.verdict is Verdict.QUESTION
    assert result.codes == ("QUANTITY", "PAYEE_ACCOUNT", "DUE_DATE")


def test_a_wrong_price_and_a_wrong_quantity_are_two_deviations_and_not_also_a_wrong_amount() -> None:
    assert codes(an_invoice(ORDER, days=30, price="92.00")) == [Code.PRICE, Code.QUANTITY]


def test_what_cannot_be_looked_at_without_an_order_is_said_not_to_have_been() -> None:
    result = match(replace(an_invoice(ORDER), order_number=""), facts_of(None))
    skipped = {check.name for check in checks(result.tree) if check.outcome is Outcome.NOT_LOOKED_AT}
    assert skipped == {"currency", "lines", "category", "rate", "references"}


def test_an_unregistered_sender_is_not_told_whose_order_it_is() -> None:
    facts = replace(RECEIVED, supplier=None)
    result = match(replace(an_invoice(ORDER), supplier="5560360793"), facts)
    assert result.codes == ("ORDER_NOT_SUPPLIERS",)
    assert ORDER.supplier not in " ".join(sentence(each, "en") for each in result.deviations)


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


def test_payment_is_thirty_days_after_the_invoices_date_whatever_it_says() -> None:
    assert pays_on(date(2026, 1, 31), terms_days=30) == date(2026, 3, 2)


# Laws ---------------------------------------------------------------------------------------

prices = st.decimals("0.01", "9999.99", places=2)
amounts_off = st.decimals("0.01", "500.00", places=2)


@given(
    price=prices,
    days=st.integers(1, 31),
    cut=st.integers(1, 31),
    rate=st.sampled_from(["25.00", "12.00", "6.00"]),
)
def test_an_invoice_built_from_its_receipt_never_deviates(
    price: Decimal, days: int, cut: int, rate: str
) -> None:
    order = an_order(start=date(2026, 1, 32 - days), price=str(price))
    received = min(cut, days)
    vat = replace(STANDARD, percent=Decimal(rate))
    invoice = an_invoice(order, days=received, price=str(price))
    invoice = with_lines(invoice, replace(invoice.lines[0], vat_percent=Decimal(rate)))
    assert codes(invoice, facts_of(order, a_receipt(order, days=received), vat=vat)) == []


CHANGES: dict[Code, Callable[[Invoice, Decimal], Invoice]] = {
    Code.BUYER: lambda invoice, _: replace(invoice, buyer="5560360793"),
    Code.LINE_UNKNOWN: lambda invoice, _: _line(invoice, order_line="XX"),
    Code.LINE_MISSING: lambda invoice, _: _line(invoice, order_line=""),
    Code.UNIT: lambda invoice, _: _line(invoice, quantity=Quantity(invoice.lines[0].quantity.value, "C62")),
    Code.AMOUNT: lambda invoice, off: _line(invoice, amount=invoice.lines[0].amount + Money(off)),
    Code.PERIOD: lambda invoice, _: _line(invoice, period=PeriodGiven(date(2026, 2, 1), None)),
    Code.VAT_RATE: lambda invoice, off: _line(invoice, vat_percent=Decimal("25.00") + off),
    Code.VAT_CATEGORY: lambda invoice, _: _line(invoice, vat_category="Z", vat_percent=Decimal(0)),
    Code.VAT_AMOUNT: lambda invoice, off: replace(
        invoice, vat=tuple(replace(each, tax=each.tax + Money(off)) for each in invoice.vat)
    ),
    Code.PAYEE_ACCOUNT: lambda invoice, _: replace(invoice, accounts=(AccountGiven("", "123-4"),)),
    Code.DUE_DATE: lambda invoice, _: replace(invoice, due_on=invoice.issued_on + timedelta(days=29)),
    Code.CONTRACT: lambda invoice, _: replace(invoice, contract="AVT-2001"),
    Code.QUANTITY: lambda invoice, off: _requantified(invoice, off),
    Code.PRICE: lambda invoice, off: _repriced(invoice, off),
}


def _line(invoice: Invoice, **changes: object) -> Invoice:
    return with_lines(invoice, replace(invoice.lines[0], **changes))  # type: ignore[arg-type]


def _requantified(invoice: Invoice, off: Decimal) -> Invoice:
    line = invoice.lines[0]
    return with_lines(
        invoice, _recalculated(replace(line, quantity=Quantity(line.quantity.value + off, "DAY")))
    )


def _repriced(invoice: Invoice, off: Decimal) -> Invoice:
    line = invoice.lines[0]
    return with_lines(invoice, _recalculated(replace(line, price=line.price + off)))


def _recalculated(line: InvoicedLine) -> InvoicedLine:
    fresh = a_line(days=str(line.quantity.value), price=str(line.price))
    return replace(line, amount=fresh.amount)


@given(code=st.sampled_from(sorted(CHANGES)), days=st.integers(1, 31), off=amounts_off)
def test_one_changed_value_gives_exactly_its_own_code(code: Code, days: int, off: Decimal) -> None:
    invoice = CHANGES[code](an_invoice(ORDER, days=days), off)
    assert codes(invoice, facts_of(ORDER, a_receipt(ORDER, days=days))) == [code]


# Credit notes -------------------------------------------------------------------------------

INVOICE = an_invoice(ORDER)


@dataclass(frozen=True)
class CreditStory:
    """One thing wrong with a credit note."""

    code: Code
    name: str
    match: Match
    says: tuple[str, ...]
    weight: Weight = Weight.QUESTION


CREDIT_STORIES = (
    CreditStory(
        Code.CREDIT_REFERENCE_MISSING,
        "names no invoice",
        match_credit(
            replace(a_credit_note(INVOICE), credits=()), credit_facts(None, suggestions=("F-1001", "F-9"))
        ),
        ("F-1001, F-9",),
    ),
    CreditStory(
        Code.CREDIT_SEVERAL,
        "names two",
        match_credit(
            replace(a_credit_note(INVOICE), credits=(*a_credit_note(INVOICE).credits,) * 2),
            credit_facts(None),
        ),
        ("F-1001, F-1001",),
    ),
    CreditStory(
        Code.CREDIT_UNKNOWN,
        "comes before its invoice",
        match_credit(a_credit_note(INVOICE), credit_facts(None)),
        ("F-1001",),
        weight=Weight.PARK,
    ),
    CreditStory(
        Code.CREDIT_OF_CREDIT,
        "credits a credit note",
        match_credit(
            a_credit_note(INVOICE, credits="K-1"), credit_facts(held(a_credit_note(INVOICE, number="K-1")))
        ),
        ("K-1",),
    ),
    CreditStory(
        Code.ALREADY_CREDITED,
        "the second credit",
        match_credit(
            a_credit_note(INVOICE, number="K-2"),
            credit_facts(held(INVOICE, state=InvoiceState.CREDITED), by="K-1001"),
        ),
        ("F-1001", "K-1001"),
    ),
    CreditStory(
        Code.CREDIT_AMOUNT,
        "half of it",
        match_credit(a_credit_note(INVOICE, amount="1472.50"), credit_facts(held(INVOICE))),
        ("1840.63", "3681.25", "F-1001"),
    ),
    CreditStory(
        Code.CREDIT_AMOUNT,
        "more than it",
        match_credit(a_credit_note(INVOICE, amount="2945.01"), credit_facts(held(INVOICE))),
        ("3681.26", "3681.25"),
    ),
    CreditStory(
        Code.CREDIT_CURRENCY,
        "in euro",
        match_credit(replace(a_credit_note(INVOICE), currency="EUR"), credit_facts(held(INVOICE))),
        ("EUR", "SEK", "F-1001"),
    ),
)


@pytest.mark.parametrize("story", CREDIT_STORIES, ids=lambda story: f"{story.code} {story.name}")
def test_one_thing_wrong_with_a_credit_note_is_one_deviation(story: CreditStory) -> None:
    (deviation,) = story.match.deviations
    assert (deviation.code, deviation.weight) == (story.code, story.weight)
    assert_says(deviation, story.says)


def test_a_credit_of_the_whole_invoice_agrees_in_any_state_before_credited() -> None:
    for state in set(InvoiceState) - {InvoiceState.CREDITED, InvoiceState.SETTLED}:
        assert match_credit(a_credit_note(INVOICE), credit_facts(held(INVOICE, state=state))).codes == ()


def test_the_same_sum_with_another_tax_is_not_a_credit_of_the_invoice() -> None:
    credit = replace(a_credit_note(INVOICE), amount_net=sek("2945.01"), amount_vat=sek("736.24"))
    result = match_credit(credit, credit_facts(held(INVOICE)))
    assert [(each.code, each.term) for each in result.deviations] == [(Code.CREDIT_AMOUNT, "BT-110")]


def test_a_negative_invoice_is_the_credit_note_it_is() -> None:
    credit = replace(a_credit_note(INVOICE), type_code="380")
    negative = turned(credit)
    assert negative.amount_payable.amount < 0
    assert match_credit(turned(negative), credit_facts(held(INVOICE))).codes == ()


def test_turning_an_invoice_twice_gives_it_back() -> None:
    credit = a_credit_note(INVOICE)
    assert turned(turned(credit)) == credit


# Answers ------------------------------------------------------------------------------------


def test_answers_only_go_forward_and_nothing_follows_rejected_or_paid() -> None:
    codes = ("AB", "IP", "UQ", "CA", "RE", "AP", "PD")
    follows = {
        before: [after for after in codes if responding.may_follow(before, after)] for before in ("", *codes)
    }
    assert follows == {
        "": list(codes),
        "AB": ["IP", "UQ", "CA", "RE", "AP", "PD"],
        "IP": ["UQ", "CA", "RE", "AP", "PD"],
        "UQ": ["UQ", "CA", "RE", "AP", "PD"],
        "CA": ["RE", "AP", "PD"],
        "AP": ["PD"],
        "RE": [],
        "PD": [],
    }
