"""Every value an invoice may have wrong, judged in every state its order may be in: what is said, and what follows.

The golden file has a line for each deviation that a value brings, beside what the right invoice has in that state, and
for each that it takes away; left out is what a state changes nothing of. It is written anew with
`BILLING_WRITE_GOLDEN=1 pytest` of this file; read the difference.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from foundation.money import Quantity
from invoicing.matching import causes
from invoicing.matching.deviations import Deviation, Match
from invoicing.matching.facts import Facts, LineFacts, LineShare, OrderFacts
from invoicing.matching.invoice_matching import match, parts_to_take
from invoicing.matching.partial_acceptance import PartialAcceptance, partial_acceptance
from invoicing.model import AccountGiven, InvoiceContent, PayeeGiven, PeriodGiven, VatSubtotal
from orders.model import LineState
from orders.register.parties import Vat, VatCategory
from orders.register.succession import Tenure
from orders.register.tolerances import Tolerance
from tests.support.golden import is_golden
from tests.support.stories.builders import (
    REGISTER,
    a_line,
    a_receipt,
    a_result_order,
    an_interruption,
    an_invoice,
    an_occupant,
    an_order,
    facts_of,
    sek,
    the_supplier,
    with_lines,
)
from tests.support.stories.system import LARKDRILLEN

ORDER = an_order()
JANUARY = ORDER.lines[0].period
RIGHT = an_invoice(ORDER)
RECEIVED = facts_of(ORDER, a_receipt(ORDER), a_receipt(ORDER, "002"))
POLICY = REGISTER.policy
Change = Callable[[InvoiceContent], InvoiceContent]


def line(**changes: object) -> Change:
    """The first line has other values; the totals follow."""

    def change(invoice: InvoiceContent) -> InvoiceContent:
        first, *others = invoice.lines
        return with_lines(invoice, replace(first, **changes), *others)  # type: ignore[arg-type]

    return change


def whole(**changes: object) -> Change:
    """The document has other values."""
    return lambda invoice: replace(invoice, **changes)  # type: ignore[arg-type]


def days(quantity: str, *, price: str = "95.00", **other: object) -> Change:
    """The first line is for so many days, with the amount that they come to."""
    asked = a_line(days=quantity, price=price)
    return line(quantity=asked.quantity, price=asked.price, amount=asked.amount, **other)


def beside(*others: Mapping[str, str], **changes: object) -> Change:
    """More lines stand beside the first."""

    def change(invoice: InvoiceContent) -> InvoiceContent:
        more = [
            replace(a_line(**each, line_id=str(place)), **changes)  # type: ignore[arg-type]
            for place, each in enumerate(others, 2)
        ]
        return with_lines(invoice, *invoice.lines, *more)

    return change


def tax(**changes: object) -> Change:
    def change(invoice: InvoiceContent) -> InvoiceContent:
        (subtotal, *_) = invoice.vat
        return replace(invoice, vat=(replace(subtotal, **changes),))  # type: ignore[arg-type]

    return change


def given(first: date | None, last: date | None) -> PeriodGiven:
    return PeriodGiven(first, last)


START, END, DAY = JANUARY.start, JANUARY.end, timedelta(days=1)
OF_LINES: Mapping[str, Change] = {
    "a day more": days("32"),
    "a day fewer": days("30"),
    "half of it": days("15.5"),
    "nothing": days("0"),
    "a day more at another price": days("32", price="94.00"),
    "one krona more a day": days("31", price="96.00"),
    "one krona less a day": days("31", price="94.00"),
    "the price of ten days": line(price=Decimal("950.00"), base_quantity=Decimal(10)),
    "the price of ten days and an öre": line(price=Decimal("950.01"), base_quantity=Decimal(10)),
    "one öre more": line(amount=sek("2945.01")),
    "two öre more": line(amount=sek("2945.02")),
    "three öre more": line(amount=sek("2945.03")),
    "one krona less": line(amount=sek("2944.00")),
    "a day more that costs nothing": line(quantity=Quantity.days(32)),
    "a day more and two öre": line(quantity=Quantity.days(32), amount=sek("3040.02")),
    "a day more and three öre": line(quantity=Quantity.days(32), amount=sek("3040.03")),
    "an allowance on the line": line(adjustments=sek("-45.00"), amount=sek("2900.00")),
    "a day more with an allowance": line(
        quantity=Quantity.days(32), adjustments=sek("-40.00"), amount=sek("3000.00")
    ),
    "hours": line(quantity=Quantity(Decimal(31), "HUR")),
    "no order line": line(order_line=""),
    "line 1": line(order_line="1"),
    "line 99": line(order_line="99"),
    "no order line and no period": line(order_line="", period=None),
    "line 2 in January": line(order_line="2"),
    "no period": line(period=None),
    "from the day before": line(period=given(START - DAY, END)),
    "to the day after": line(period=given(START, END + DAY)),
    "from a day of it": line(period=given(START, None)),
    "from the day before it": line(period=given(START - DAY, None)),
    "to a day of it": line(period=given(None, END)),
    "to the day after it": line(period=given(None, END + DAY)),
    "its period on the document": lambda invoice: replace(
        line(period=None)(invoice), period=given(START, END)
    ),
    "a longer period on the document": lambda invoice: replace(
        line(period=None)(invoice), period=given(START, END + DAY)
    ),
    "exempt": line(vat_category="E", vat_percent=Decimal("0.00")),
    "outside the scope of VAT": line(vat_category="O", vat_percent=None),
    "twelve per cent": line(vat_percent=Decimal("12.00")),
    "no rate": line(vat_percent=None),
    "in two parts": lambda invoice: with_lines(
        invoice,
        replace(a_line(days="15"), period=invoice.lines[0].period),
        replace(a_line(days="16", line_id="2"), period=invoice.lines[0].period),
    ),
    "in two parts, one too dear": lambda invoice: with_lines(
        invoice, a_line(days="15"), a_line(days="16", price="96.00", line_id="2")
    ),
    "February beside": beside({"order_line": "002", "days": "28"}),
    "a day of February too many beside": beside({"order_line": "002", "days": "29"}),
    "March beside": beside({"order_line": "003", "days": "31"}),
    "February too dear beside": beside({"order_line": "002", "days": "28", "price": "96.00"}),
    "February beside with a longer period on the document": lambda invoice: replace(
        beside({"order_line": "002", "days": "28"})(line(period=None)(invoice)),
        period=given(START, END + 28 * DAY),
    ),
    "a line of no order line beside": beside({"order_line": "", "days": "28"}),
    "something else beside": beside({"order_line": "", "days": "1", "price": "7.00"}),
    "a reminder fee beside": beside(
        {"order_line": "", "days": "1", "price": "60.00"}, name="Påminnelseavgift", vat_category="O"
    ),
    "a line of text beside": beside({"order_line": "", "days": "0"}),
    "another order's line": beside({"order_line": "001", "days": "31"}, order_number="2100000077"),
}
OF_DOCUMENT: Mapping[str, Change] = {
    "an öre of tax more": tax(tax=sek("736.26")),
    "an öre of tax less": tax(tax=sek("736.24")),
    "a krona more taxed": tax(taxable=sek("2946.00"), tax=sek("736.50")),
    "tax of nothing": tax(percent=None),
    "two rates that move a krona": whole(
        vat=(
            VatSubtotal("S", Decimal(25), sek("2944.00"), sek("736.00")),
            VatSubtotal("E", None, sek("1.00"), sek("0.00")),
        )
    ),
    "due a day too early": whole(due_on=RIGHT.issued_on + timedelta(days=29)),
    "due on the day": whole(due_on=RIGHT.issued_on + timedelta(days=30)),
    "without a due date": whole(due_on=None),
    "dated before its order": whole(issued_on=ORDER.issued_on - DAY),
    "dated on the day of its order": whole(issued_on=ORDER.issued_on),
    "dated the day before the month is over": whole(issued_on=END - DAY),
    "dated on the last day": whole(issued_on=END),
    "another contract": whole(contract="AVT-9999"),
    "no contract": whole(contract=""),
    "another participant": whole(references=("100000999",)),
    "its participant": whole(references=("100000101",)),
    "no order": whole(order_number=""),
    "NA": whole(order_number="n/a"),
    "zeros for an order": whole(order_number="000"),
    "another buyer": whole(buyer="5560360793"),
    "euro": whole(currency="EUR"),
    "paid in advance": whole(amount_prepaid=sek("1.00")),
    "rounded by a krona": whole(amount_rounding=sek("-1.00")),
    "rounded by a krona and an öre": whole(amount_rounding=sek("1.01")),
    "an allowance": whole(adjustments=sek("-10.00")),
    "a charge": whole(adjustments=sek("10.00")),
    "no account": whole(accounts=()),
    "no account, by direct debit": whole(accounts=(), payment_means=("30", "49")),
    "no account, by SEPA debit": whole(accounts=(), payment_means=("59",)),
    "no account, by card": whole(accounts=(), payment_means=("48",)),
    "no account and nothing to pay": whole(accounts=(), amount_payable=sek("0.00")),
    "no account and an öre to pay": whole(accounts=(), amount_payable=sek("0.01")),
    "an account of nobody": whole(accounts=(AccountGiven("BANKGIRO", "5050-1055"),)),
    "its account and one of nobody": whole(accounts=(*RIGHT.accounts, AccountGiven("", "5050-1055"))),
    "to somebody else": whole(payee=PayeeGiven("Fordringsköp Exempel AB", company="5590000005")),
    "to somebody else without account": whole(payee=PayeeGiven("Fordringsköp Exempel AB"), accounts=()),
    "to itself": whole(payee=PayeeGiven("Fyrbåken Exempel AB")),
    "factored": whole(type_code="393"),
    "pro forma": whole(type_code="325"),
    "a debit note of adjustments": whole(type_code="84"),
}


def with_line(facts: Facts, line_id: str = "001", **changes: object) -> Facts:
    order = facts.order
    assert order is not None
    lines = dict(order.lines)
    changed: LineFacts = replace(lines[line_id], **changes)  # type: ignore[arg-type]
    return replace(facts, order=replace(order, lines={**lines, line_id: changed}))


def by(facts: Facts, **policy: object) -> Facts:
    return replace(facts, policy=replace(POLICY, **policy))  # type: ignore[arg-type]


def of_order(facts: Facts, **changes: object) -> Facts:
    order = facts.order
    assert order is not None
    changed: OrderFacts = replace(order, **changes)  # type: ignore[arg-type]
    return replace(facts, order=changed)


SHARE = LineShare(7, "F-7", Decimal(10), sek("950.00"))
NOT_RECEIVED = facts_of(ORDER)
assert NOT_RECEIVED.order is not None
CLOSED = replace(NOT_RECEIVED.order.lines["001"].account, state=LineState.CLOSED_UNUSED)
PARTLY = by(RECEIVED, several_lines=True, partial_acceptance=True)
STATES: Mapping[str, Facts] = {
    "received": RECEIVED,
    "received without a report": facts_of(ORDER, a_receipt(ORDER, version=0)),
    "received for 20 days": facts_of(ORDER, a_receipt(ORDER, days=20)),
    "interrupted on the 20th": facts_of(
        ORDER, a_receipt(ORDER, days=20), interruption=an_interruption(date(2026, 1, 20))
    ),
    "not received": NOT_RECEIVED,
    "with the buyer": with_line(NOT_RECEIVED, with_buyer=True),
    "closed": with_line(NOT_RECEIVED, account=CLOSED),
    "taken back": with_line(NOT_RECEIVED, revoked_on=date(2026, 2, 9)),
    "interrupted before": facts_of(ORDER, interruption=an_interruption(START - DAY)),
    "interrupted on its first day": facts_of(ORDER, interruption=an_interruption(START)),
    "called off": facts_of(ORDER, cancelled=True),
    "invoiced before": with_line(RECEIVED, occupant=an_occupant()),
    "shared, 21 days are left": with_line(by(RECEIVED, partial_quantities=True), shares=(SHARE,)),
    "shared out": with_line(
        by(RECEIVED, partial_quantities=True),
        shares=(SHARE, replace(SHARE, number="F-8", quantity=Decimal(21), amount=sek("1995.00"))),
    ),
    "may be invoiced in parts": by(RECEIVED, partial_quantities=True),
    "a day may differ": by(
        RECEIVED,
        tolerances=(
            Tolerance(
                quantity_over=Decimal(1),
                quantity_under=Decimal(1),
                amount_over=Decimal(95),
                amount_under=Decimal(95),
            ),
        ),
    ),
    "two öre may differ": by(RECEIVED, amount_tolerance=Decimal("0.02")),
    "lines may be several and accepted apart": PARTLY,
    "an order line may be inferred": by(RECEIVED, inferred_line=True),
    "inferred and in parts": by(RECEIVED, inferred_line=True, several_lines=True, partial_acceptance=True),
    "of a supplier we have lost": replace(RECEIVED, supplier=None),
    "another supplier's": replace(RECEIVED, supplier=the_supplier(LARKDRILLEN)),
    "taken over from March": replace(RECEIVED, tenure=Tenure(invoices_from=date(2026, 3, 1))),
    "left in January": replace(RECEIVED, tenure=Tenure(delivers_until=END)),
    "left after January": replace(RECEIVED, tenure=Tenure(delivers_until=END + DAY)),
    "without F-tax": replace(RECEIVED, supplier=replace(the_supplier(), f_tax=False)),
    "exempt then": of_order(RECEIVED, vat_by_line={"001": Vat(VatCategory.EXEMPT, exemption_reason="Skola")}),
    "outside the scope": of_order(RECEIVED, vat=Vat(VatCategory.OUTSIDE_SCOPE, exemption_reason="Ej moms")),
    "read on the day after": replace(RECEIVED, received_on=RIGHT.issued_on + DAY),
    "read before its date": replace(RECEIVED, received_on=RIGHT.issued_on - DAY),
    "no order": facts_of(None),
}


def said(deviation: Deviation) -> str:
    return (
        f"{deviation.code} {deviation.variant or '-'} {deviation.weight.name} {deviation.term} {deviation.actor}: "
        f"“{deviation.found}” {deviation.expected_from} “{deviation.expected}” "
        f"line “{deviation.line}” see “{deviation.reference}”"
    )


def in_part(invoice: InvoiceContent, facts: Facts, found: Match) -> Iterator[str]:
    """How it may be accepted in part, and whether only before its receipt."""
    now, before = (partial_acceptance(invoice, facts, found, before_receipt=each) for each in (False, True))
    partly: PartialAcceptance | None = now or before
    if partly is not None:
        credits = [f"{each.invoice_line} {each.quantity} {each.amount.amount}" for each in partly.expected]
        yield (
            f"  in part{'' if now else ' before its receipt'}: {[each.key[1] for each in partly.accepted]}, not "
            f"{[each.key[1] for each in partly.refused]}; credit {credits}, {partly.amount_net.amount} and "
            f"{partly.amount_vat.amount}, {partly.amount_payable.amount}"
        )


def told(name: str, invoice: InvoiceContent, facts: Facts, usual: Match) -> Iterator[str]:
    found = match(invoice, facts)
    more = [said(each) for each in found.deviations if each not in usual.deviations]
    less = [each.code.value for each in usual.deviations if each not in found.deviations]
    lies_on = [f"{each.line_id} {each.quantity}" for each in parts_to_take(invoice, facts)]
    ends = " and nothing is left" if causes.nothing_left(found.deviations) else ""
    yield f" {name}: {found.verdict}, on {lies_on}{ends}"
    yield from (f"  + {each}" for each in more)
    if less:
        yield f"  - {' '.join(less)}"
    yield from in_part(invoice, facts, found)


def every_judgement() -> Iterator[str]:
    as_received: dict[str, list[str]] = {}
    for state, facts in STATES.items():
        usual = match(RIGHT, facts)
        yield f"{state}: {usual.verdict}"
        yield from (f"  {said(each)}" for each in usual.deviations)
        values = (
            OF_LINES if state not in ("received", "read on the day after") else {**OF_LINES, **OF_DOCUMENT}
        )
        for name, change in values.items():
            lines = list(told(name, change(RIGHT), facts, usual))
            if facts is RECEIVED:
                as_received[name] = lines
            # What the state changes nothing of stands above.
            if facts is RECEIVED or lines != as_received.get(name):
                yield from lines
    result = a_result_order()
    for state, facts in (("a result", facts_of(result, a_receipt(result))), ("no result", facts_of(result))):
        right = an_invoice(
            result, lines=(replace(a_line(days="1", price="15000.00"), quantity=Quantity(Decimal(1), "C62")),)
        )
        usual = match(right, facts)
        yield f"{state}: {usual.verdict}"
        yield from (f"  {said(each)}" for each in usual.deviations)
        for name in ("no period", "from the day before", "hours", "one öre more", "line 99", "no order line"):
            yield from told(name, OF_LINES[name](right), facts, usual)


def test_every_value_is_judged_in_every_state_as_it_always_was() -> None:
    is_golden("judgements-of-every-value.txt", ("\n".join(every_judgement()) + "\n").encode())
