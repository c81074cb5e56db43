"""What can be wrong with an invoice: a story for each code, with the words its sentences must hold.

Around them one order of January to June, its January received in full, and the questions a matching test asks.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from foundation.money import Money, Quantity
from invoicing.matching.candidates import Suggestion
from invoicing.matching.deviation_texts import sentence, title
from invoicing.matching.deviations import Deviation, DeviationCode, SuggestionBasis, Weight
from invoicing.matching.facts import Facts
from invoicing.matching.invoice_matching import match
from invoicing.model import AccountGiven, InvoiceContent, PayeeGiven, PeriodGiven, VatSubtotal
from orders.model import Handling
from orders.register.parties import AccountScheme, PaymentAccount, Supplier
from orders.register.succession import Tenure
from tests.support.stories.builders import (
    a_line,
    a_receipt,
    an_interruption,
    an_invoice,
    an_occupant,
    an_order,
    facts_of,
    sek,
    the_supplier,
    with_lines,
)
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, STIGFINNAREN

ORDER = an_order()
RECEIVED = facts_of(ORDER, a_receipt(ORDER))


def codes(invoice: InvoiceContent, facts: Facts = RECEIVED) -> list[DeviationCode]:
    return [deviation.code for deviation in match(invoice, facts).deviations]


def line_with(**changes: object) -> InvoiceContent:
    """An invoice whose one line has other values; its totals follow."""
    invoice = an_invoice(ORDER)
    return with_lines(invoice, replace(invoice.lines[0], **changes))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Story:
    """One thing wrong, the deviation it gives, and the words that must be in its sentences."""

    code: DeviationCode
    name: str
    invoice: InvoiceContent
    says: tuple[str, ...]
    facts: Facts = RECEIVED
    weight: Weight = Weight.QUESTION
    variant: str = ""


def moving_bank(last_day: date) -> Supplier:
    """The supplier with another bankgiro from the day after."""
    supplier = the_supplier(FYRBAKEN)
    (old,) = supplier.payment_accounts
    new = PaymentAccount(AccountScheme.BANKGIRO, "5050-1055", valid_from=last_day + timedelta(days=1))
    return replace(supplier, payment_accounts=(replace(old, valid_to=last_day), new))


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
LARKDRILLENS = AccountGiven("BANKGIRO", the_supplier(LARKDRILLEN).payment_accounts[0].number)
_COMPENSATION = replace(
    a_line("", days="1", price="450.00"),
    vat_category="O",
    vat_percent=None,
    name="Förseningsersättning",
)
LATE_PAYMENT = replace(
    with_lines(an_invoice(ORDER), _COMPENSATION), order_number="", vat=(), amount_payable=sek("450.00")
)
STORIES = (
    Story(
        DeviationCode.ORDER_MISSING,
        "no order number",
        replace(an_invoice(ORDER), order_number=""),
        ("2100000001",),
        facts_of(None, suggestions=(Suggestion("2100000001", SuggestionBasis.NAMED, "BT-10"),)),
        variant="named BT-10",
    ),
    Story(
        DeviationCode.ORDER_MISSING,
        "the dummy",
        replace(an_invoice(ORDER), order_number=" na "),
        ("na",),
        facts_of(None),
    ),
    Story(
        DeviationCode.ORDER_UNKNOWN,
        "a number we never gave",
        replace(an_invoice(ORDER), order_number="IN170820-12"),
        ("IN170820-12",),
        facts_of(None),
    ),
    Story(
        DeviationCode.ORDER_UNKNOWN,
        "a decision in KA-webb",
        an_invoice(ORDER),
        ("KA-webb", "2100000001"),
        facts_of(None, outside=Handling.LEGACY),
        variant="LEGACY",
    ),
    Story(
        DeviationCode.ORDER_UNKNOWN,
        "an ESF area",
        an_invoice(ORDER),
        ("ESF", "2100000001"),
        facts_of(None, outside=Handling.ESF),
        variant="ESF",
    ),
    Story(
        DeviationCode.ORDER_UNKNOWN,
        "handled by hand",
        an_invoice(ORDER),
        ("Peppol",),
        facts_of(None, outside=Handling.PROTECTED),
        variant="PROTECTED",
    ),
    Story(
        DeviationCode.ORDER_MISSING,
        "a decision in KA-webb and no order number",
        replace(an_invoice(ORDER), order_number="", references=("100000900",)),
        ("KA-webb",),
        facts_of(None, outside=Handling.LEGACY),
        variant="LEGACY",
    ),
    Story(
        DeviationCode.ORDER_NOT_SUPPLIERS,
        "another supplier's order",
        replace(an_invoice(ORDER), supplier=LARKDRILLEN, accounts=(LARKDRILLENS,)),
        (ORDER.number, LARKDRILLEN),
        facts_of(ORDER, a_receipt(ORDER), supplier=the_supplier(LARKDRILLEN)),
    ),
    Story(
        DeviationCode.BUYER,
        "another buyer",
        replace(an_invoice(ORDER), buyer="5560360793"),
        ("5560360793", "2021002114"),
    ),
    Story(DeviationCode.CURRENCY, "euro", EUR, ("EUR", "SEK")),
    Story(
        DeviationCode.LINE_MISSING,
        "no order line, one candidate",
        line_with(order_line=""),
        ("001", ORDER.number),
    ),
    Story(
        DeviationCode.LINE_MISSING,
        "no order line, no candidate",
        line_with(order_line=""),
        (ORDER.number,),
        NOT_RECEIVED,
    ),
    Story(DeviationCode.LINE_UNKNOWN, "line 99", line_with(order_line="99"), ("99", ORDER.number)),
    Story(
        DeviationCode.SEVERAL_LINES,
        "two lines",
        with_lines(
            an_invoice(ORDER, issued_on=date(2026, 3, 2)),
            a_line("001"),
            a_line("002", days="28", line_id="2"),
        ),
        ("001, 002",),
        facts_of(ORDER, a_receipt(ORDER), a_receipt(ORDER, "002")),
    ),
    Story(
        DeviationCode.SEVERAL_ORDERS,
        "a line of another order",
        with_lines(an_invoice(ORDER), replace(a_line("001"), order_number="2100000077")),
        (f"{ORDER.number}, 2100000077",),
    ),
    Story(
        DeviationCode.NOT_RECEIVED,
        "before its report",
        an_invoice(ORDER),
        ("001", " 2026 "),
        NOT_RECEIVED,
        weight=Weight.PARK,
    ),
    Story(
        DeviationCode.NOT_RECEIVED,
        "a month after the interruption",
        an_invoice(ORDER, "003"),
        ("003", "2026-02-13"),
        facts_of(ORDER, a_receipt(ORDER), interruption=an_interruption(date(2026, 2, 13))),
        variant="interrupted",
    ),
    Story(
        DeviationCode.NOT_RECEIVED,
        "a cancelled placement",
        an_invoice(ORDER),
        ("001",),
        facts_of(ORDER, cancelled=True),
        variant="cancelled",
    ),
    Story(
        DeviationCode.ALREADY_INVOICED,
        "a second invoice for the line",
        an_invoice(ORDER),
        ("001", "F-0"),
        facts_of(ORDER, a_receipt(ORDER), occupants={"001": an_occupant("F-0")}),
    ),
    Story(DeviationCode.UNIT, "hours", line_with(quantity=Quantity(Decimal(31), "HUR")), ("HUR", "DAY")),
    Story(DeviationCode.QUANTITY, "a day too many", an_invoice(ORDER, days=32), ("32", "31", "2026-01 v1")),
    Story(DeviationCode.QUANTITY, "a day too few", an_invoice(ORDER, days=30), ("30", "31", "2026-01 v1")),
    Story(
        DeviationCode.QUANTITY,
        "the whole month though interrupted",
        an_invoice(ORDER),
        ("31", "13", "2026-01-13"),
        facts_of(ORDER, a_receipt(ORDER, days=13), interruption=an_interruption(date(2026, 1, 13))),
        variant="interrupted 2026-01-13",
    ),
    Story(DeviationCode.PRICE, "last year's price", an_invoice(ORDER, price="92.00"), ("92.00", "95.00")),
    Story(
        DeviationCode.PERIOD,
        "another month",
        line_with(period=PeriodGiven(date(2026, 2, 1), date(2026, 2, 28))),
        ("2026-02-01 – 2026-02-28", "2026-01-01 – 2026-01-31"),
    ),
    Story(DeviationCode.AMOUNT, "an öre too much", line_with(amount=sek("2945.01")), ("2945.01", "2945.00")),
    Story(
        DeviationCode.AMOUNT,
        "a line discount",
        line_with(amount=sek("2845.00"), adjustments=sek("-100.00")),
        ("2845.00", "2945.00"),
    ),
    Story(
        DeviationCode.AMOUNT,
        "a fee on the invoice",
        replace(an_invoice(ORDER), adjustments=sek("45.00")),
        ("45.00",),
        variant="adjustment",
    ),
    Story(
        DeviationCode.AMOUNT,
        "a discount on the invoice",
        replace(an_invoice(ORDER), adjustments=sek("-100.00")),
        ("100.00",),
        variant="allowance",
    ),
    Story(
        DeviationCode.AMOUNT,
        "a discount of what is taxed and a charge of what is not",
        replace(
            an_invoice(ORDER),
            vat=(
                VatSubtotal("S", Decimal(25), sek("2845.00"), sek("711.25")),
                VatSubtotal("E", Decimal(0), sek("100.00"), sek("0.00")),
            ),
        ),
        ("100.00",),
        variant="moved",
    ),
    Story(
        DeviationCode.AMOUNT,
        "a prepayment",
        replace(an_invoice(ORDER), amount_prepaid=sek("100.00")),
        ("100.00",),
        variant="prepaid",
    ),
    Story(
        DeviationCode.AMOUNT,
        "a rounding above a krona",
        replace(an_invoice(ORDER), amount_rounding=sek("-1.25")),
        ("-1.25", "1.00"),
        variant="rounding",
    ),
    Story(
        DeviationCode.VAT_CATEGORY,
        "exempt by its own word",
        line_with(vat_category="E", vat_percent=Decimal("0.00")),
        ("E", "S"),
    ),
    Story(
        DeviationCode.VAT_CATEGORY,
        "VAT though registered exempt",
        an_invoice(ORDER),
        ("S", "E"),
        facts_of(ORDER, a_receipt(ORDER), vat=the_supplier(STIGFINNAREN).on(date(2026, 1, 31)).vat),
    ),
    Story(DeviationCode.VAT_RATE, "twelve per cent", line_with(vat_percent=Decimal("12.00")), ("12", "25")),
    Story(DeviationCode.VAT_AMOUNT, "an öre of tax", RIGHT_RATE_WRONG_TAX, ("736.26", "736.25")),
    Story(
        DeviationCode.VAT_AMOUNT,
        "tax on half a krona more than the lines",
        replace(an_invoice(ORDER), vat=(VatSubtotal("S", Decimal(25), sek("2945.50"), sek("736.38")),)),
        ("2945.50", "2945.00"),
        variant="base",
    ),
    Story(
        DeviationCode.F_TAX,
        "not approved for F-tax when it delivered",
        an_invoice(ORDER),
        ("2026-01-31", "883.50"),
        facts_of(ORDER, a_receipt(ORDER), supplier=replace(the_supplier(FYRBAKEN), f_tax=False)),
        weight=Weight.HOLD,
    ),
    Story(
        DeviationCode.PAYEE_ACCOUNT,
        "an account that ends before the day of payment",
        an_invoice(ORDER),
        ("599-9107", "2026-02-28", "5050-1055"),
        facts_of(ORDER, a_receipt(ORDER), supplier=moving_bank(date(2026, 2, 28))),
        weight=Weight.NOTE,
        variant="ended",
    ),
    Story(
        DeviationCode.PAYEE_ACCOUNT,
        "an account that begins after the day of payment",
        replace(an_invoice(ORDER), accounts=(AccountGiven("BANKGIRO", "5050-1055"),)),
        ("5050-1055", "2026-04-01", "599-9107"),
        facts_of(ORDER, a_receipt(ORDER), supplier=moving_bank(date(2026, 3, 31))),
        weight=Weight.NOTE,
        variant="early",
    ),
    Story(
        DeviationCode.ORDER_NOT_SUPPLIERS,
        "dated before the takeover",
        an_invoice(ORDER),
        ("2026-03-01",),
        replace(RECEIVED, tenure=Tenure(invoices_from=date(2026, 3, 1))),
        variant="early",
    ),
    Story(
        DeviationCode.ORDER_NOT_SUPPLIERS,
        "delivered after the takeover by the other",
        an_invoice(ORDER),
        ("2026-01-31",),
        replace(RECEIVED, tenure=Tenure(delivers_until=date(2026, 1, 31))),
        variant="succeeded",
    ),
    Story(
        DeviationCode.PAYEE_ACCOUNT,
        "an unknown bankgiro",
        replace(an_invoice(ORDER), accounts=(AccountGiven("BANKGIRO", "59991073"),)),
        ("5999-1073", "599-9107"),
        weight=Weight.HOLD,
    ),
    Story(
        DeviationCode.PAYEE_ACCOUNT,
        "no account at all",
        replace(an_invoice(ORDER), accounts=()),
        ("bankgiro 599-9107",),
        weight=Weight.NOTE,
        variant="absent",
    ),
    Story(
        DeviationCode.PAYEE,
        "to be paid to a factoring company",
        replace(an_invoice(ORDER), payee=PayeeGiven("Fordringsköp Exempel AB", company="5590000005")),
        ("Fordringsköp Exempel AB (5590000005)",),
        weight=Weight.HOLD,
    ),
    Story(
        DeviationCode.PAYEE,
        "a factored invoice that names nobody",
        replace(an_invoice(ORDER), type_code="393"),
        ("393",),
        weight=Weight.HOLD,
        variant="factored",
    ),
    Story(
        DeviationCode.ISSUE_DATE,
        "dated a year ahead",
        replace(an_invoice(ORDER, issued_on=date(2027, 2, 3))),
        ("2027-02-03", "2026-02-04"),
        replace(RECEIVED, received_on=date(2026, 2, 4)),
        variant="future_question",
    ),
    Story(
        DeviationCode.ISSUE_DATE,
        "dated before its order",
        an_invoice(ORDER, issued_on=date(2025, 12, 31)),
        ("2025-12-31", ORDER.number, "2026-01-01"),
        weight=Weight.NOTE,
        variant="before_order_note",
    ),
    Story(
        DeviationCode.ISSUE_DATE,
        "dated before the month is over",
        an_invoice(ORDER, issued_on=date(2026, 1, 30)),
        ("2026-01-30", "2026-01-31"),
        weight=Weight.NOTE,
        variant="before_delivery_note",
    ),
    Story(
        DeviationCode.LATE_PAYMENT_CLAIM,
        "interest without an order",
        LATE_PAYMENT,
        ("450.00",),
        facts_of(None),
    ),
    Story(
        DeviationCode.NO_DEMAND,
        "a pro forma invoice that agrees in everything",
        replace(an_invoice(ORDER), type_code="325"),
        ("325",),
    ),
    Story(
        DeviationCode.DUE_DATE,
        "due in ten days",
        replace(an_invoice(ORDER), due_on=date(2026, 2, 13)),
        ("2026-02-13", "2026-03-05"),
        weight=Weight.NOTE,
    ),
    Story(
        DeviationCode.DUE_DATE,
        "no due date",
        replace(an_invoice(ORDER), due_on=None),
        ("2026-03-05",),
        weight=Weight.NOTE,
        variant="absent",
    ),
    Story(
        DeviationCode.EXECUTION_REFERENCE,
        "another reference of ours",
        replace(an_invoice(ORDER), references=("100000999",)),
        ("100000999", "100000101"),
        weight=Weight.NOTE,
    ),
    Story(
        DeviationCode.CONTRACT,
        "another contract",
        replace(an_invoice(ORDER), contract="AVT-9"),
        ("AVT-9", "AVT-1001"),
        weight=Weight.NOTE,
    ),
)


def _in_swedish(word: str) -> str:
    """A number as a Swedish sentence writes it: 3 681,26."""
    if not re.fullmatch(r"-?\d+\.\d+", word):
        return word
    return f"{Decimal(word):,}".replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


def assert_says(deviation: Deviation, says: tuple[str, ...]) -> None:
    """Both languages have the values, nothing is left to fill in, and both end as sentences."""
    said = sentence(deviation)
    for words, written in ((said.sv, map(_in_swedish, says)), (said.en, says)):
        assert [word for word in written if word not in words] == []
        assert "%(" not in words
        assert words.endswith(".")
    assert not said.sv.startswith(f"{title(deviation).sv}."), "a value is absent that no wording does without"
    assert said.sv != said.en
