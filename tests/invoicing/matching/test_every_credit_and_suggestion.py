"""Every credit note there may be of an invoice of two lines, and what is suggested of every kind of document.

Both are golden files, written anew with `BILLING_WRITE_GOLDEN=1 pytest` of this file: read the difference.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from foundation.money import Quantity
from foundation.periods import Month, Period
from invoicing.matching import suggestions
from invoicing.matching.candidates import InvoiceCandidate, LineCandidate, NamedOrder, numbers_given, told
from invoicing.matching.credit_notes import credit_suggestions
from invoicing.matching.credit_notes.credit_matching import is_partial, match_credit
from invoicing.matching.credit_notes.credited_lines import less_credited, line_credit
from invoicing.matching.deviations import Check, DeviationCode
from invoicing.matching.facts import CreditFacts
from invoicing.model import (
    CreditedReference,
    DocumentType,
    InvoiceContent,
    InvoicedLine,
    InvoiceState,
    Mention,
    PartialCredit,
    PeriodGiven,
    VatSubtotal,
)
from tests.invoicing.matching.test_every_value_in_every_state import said
from tests.support.golden import is_golden
from tests.support.stories.builders import (
    REGISTER,
    a_credit_note,
    a_line,
    a_receipt,
    an_invoice,
    an_occupant,
    an_order,
    credit_facts,
    facts_of,
    in_books,
    sek,
    with_lines,
)

ORDER = an_order()
Change = Callable[[InvoiceContent], InvoiceContent]

# An invoice of 20 days in January, at two lines of it, and 28 in February.
INVOICE = with_lines(
    an_invoice(ORDER),
    a_line("001", days="12", line_id="1"),
    a_line("001", days="8", line_id="2"),
    a_line("002", days="28", line_id="3"),
)
WHOLE = a_credit_note(INVOICE)


def of(*lines: InvoicedLine, **changes: object) -> InvoiceContent:
    """A credit note of these lines."""
    return replace(with_lines(WHOLE, *lines), **changes)  # type: ignore[arg-type]


def days(asked: str, line: str = "001", *, id: str = "1", **changes: object) -> InvoicedLine:
    return replace(a_line(line, days=asked, line_id=id), **changes)  # type: ignore[arg-type]


CREDITS: Mapping[str, InvoiceContent] = {
    "of the whole": WHOLE,
    "of the whole and an öre more": replace(WHOLE, amount_payable=WHOLE.amount_payable + sek("0.01")),
    "of the whole with an öre more of tax": replace(WHOLE, amount_vat=WHOLE.amount_vat + sek("0.01")),
    "of the whole in euro": replace(WHOLE, currency="EUR"),
    "below nothing": of(days("-12"), days("-8", id="2"), days("-28", "002", id="3")),
    "that names nothing": replace(WHOLE, credits=()),
    "that names two": replace(WHOLE, credits=(*WHOLE.credits, CreditedReference("F-2", None))),
    "of another order": replace(WHOLE, order_number="2100000099"),
    "of its order with zeros before it": replace(WHOLE, order_number=f"00{ORDER.number}"),
    "of its order among words": replace(WHOLE, order_number=f"order {ORDER.number}"),
    "of no order": replace(WHOLE, order_number=""),
    "to another buyer": replace(WHOLE, buyer="5560360793"),
    "with its tax at another rate": replace(WHOLE, vat=(replace(WHOLE.vat[0], percent=Decimal(12)),)),
    "with its tax in two parts": replace(
        WHOLE,
        vat=(
            VatSubtotal("S", Decimal(25), sek("4000.00"), sek("1000.00")),
            VatSubtotal("S", Decimal(25), sek("560.00"), sek("140.00")),
            VatSubtotal("E", None, sek("0.00"), sek("0.00")),
        ),
    ),
    "of the first line": of(days("12")),
    "of a day of the first line": of(days("1")),
    "of January": of(days("20")),
    "of thirteen days, all of a line and a day": of(days("13")),
    "of thirteen days, an öre dearer": of(days("13", amount=sek("1235.01"))),
    "of a day more than January has": of(days("21")),
    "of February": of(days("28", "002")),
    "of February but for an öre": of(days("28", "002", amount=sek("2659.99"))),
    "of a day of February for all of its money": of(days("1", "002", amount=sek("2660.00"))),
    "of a day of February for an öre more than it has": of(days("1", "002", amount=sek("2660.01"))),
    "of a day for nothing": of(days("1", "002", amount=sek("0.00"))),
    "of a day below nothing": of(days("1", "002", amount=sek("-1.00"))),
    "of no days": of(days("0", "002", amount=sek("1.00"))),
    "of January and February": of(days("20"), days("28", "002", id="2")),
    "of a day of each": of(days("1"), days("1", "002", id="2")),
    "of twelve days and nine": of(days("12"), days("9", id="2")),
    "of twelve days and eight": of(days("12"), days("8", id="2")),
    "of a line there is not": of(days("1", "003")),
    "of a line that is not named, alike": of(days("28", "")),
    "of a line that is not named, a day more": of(days("29", "")),
    "of a line that is not named, an öre more": of(days("28", "", amount=sek("2660.01"))),
    "of a line of another order": of(days("1", order_number="2100000099")),
    "of a line of its order": of(days("1", order_number=ORDER.number)),
    "of a line of no order": of(days("1"), order_number=""),
    "at another price": of(days("1", price=Decimal("96.00"))),
    "at the price of ten days": of(days("1", price=Decimal("950.00"), base_quantity=Decimal(10))),
    "in hours": of(days("1", quantity=Quantity(Decimal(1), "HUR"))),
    "at another rate": of(days("1", vat_percent=Decimal("12.00"))),
    "of another category": of(days("1", vat_category="E")),
    "with an öre of tax more": of(
        days("1"), vat=(VatSubtotal("S", Decimal(25), sek("95.00"), sek("23.76")),)
    ),
    "with a charge": of(days("1"), adjustments=sek("5.00")),
    "paid in advance": of(days("1"), amount_prepaid=sek("5.00")),
    "rounded by a krona": of(days("1"), amount_rounding=sek("1.00")),
    "rounded by more": of(days("1"), amount_rounding=sek("-1.01")),
}


def taken(credit: InvoiceContent, *, of_invoice: InvoiceContent = INVOICE) -> PartialCredit:
    """A credit note for a part that has been settled."""
    return PartialCredit(
        credit_id=9,
        invoice_id=1,
        amount_net=credit.amount_net,
        amount_vat=credit.amount_vat,
        amount_payable=credit.amount_payable,
        settled_on=date(2026, 2, 20),
        lines=line_credit(credit, of_invoice).lines,
    )


APART = replace(REGISTER.policy, partial_acceptance=True, several_lines=True)
BOOKED = in_books(INVOICE)
WHOLE_ONLY = credit_facts(BOOKED, invoiced=INVOICE)
IN_PARTS = replace(WHOLE_ONLY, policy=APART, left=INVOICE)
LEFT = less_credited(INVOICE, [taken(of(days("13")))])
FACTS: Mapping[str, CreditFacts] = {
    "in parts": IN_PARTS,
    "in parts, thirteen days taken before": replace(IN_PARTS, left=LEFT),
    "in parts, the whole alone": replace(IN_PARTS, only_whole=True),
    "whole": WHOLE_ONLY,
    "whole, by an invoice we read no more": credit_facts(BOOKED),
    "credited before": replace(WHOLE_ONLY, credited_by="K-9"),
    "credited": credit_facts(in_books(INVOICE, state=InvoiceState.CREDITED)),
    "in question for its order": replace(
        WHOLE_ONLY, credited=replace(BOOKED, codes=(DeviationCode.ORDER_UNKNOWN.value,))
    ),
    "a credit note": credit_facts(in_books(replace(INVOICE, document_type=DocumentType.CREDIT_NOTE))),
    "not there": credit_facts(None),
}


def every_credit() -> Iterator[str]:
    usual: dict[str, list[str]] = {}
    for state, facts in FACTS.items():
        yield f"an invoice that is {state}:"
        for name, credit in CREDITS.items():
            found = match_credit(credit, facts)
            looked_at = [
                f"{each.name} {each.outcome}," for each in found.tree.checks if isinstance(each, Check)
            ]
            lines = [f" {name}: {found.verdict}{', a part' if is_partial(credit, facts) else ''}"]
            lines += [f"  + {said(each)}" for each in found.deviations]
            if facts.left is not None:
                lines += [f"  {each}" for each in taken_told(credit, facts.left)]
            lines.append(f"  {' '.join(looked_at)}")
            usual.setdefault(name, lines)
            if facts is IN_PARTS or lines != usual[name]:
                yield from lines


def taken_told(credit: InvoiceContent, left: InvoiceContent) -> Iterator[str]:
    """What it takes of each line, and what is left of the invoice then."""
    found = line_credit(credit, left)
    for each in found.lines:
        of_line = f"{each.invoice_line}, {each.order_number}/{each.line_id}"
        yield f"takes {each.quantity} and {each.amount.amount} of {of_line}"
    if found.lines:
        then = less_credited(left, [taken(credit, of_invoice=left)])
        lines = [
            f"{each.id}: {each.quantity.value} {each.quantity.unit} {each.amount.amount}"
            for each in then.lines
        ]
        sums = [then.amount_net, then.amount_vat, then.amount_gross, then.amount_payable]
        yield f"leaves {lines}, {[str(each.amount) for each in sums]}, {len(then.vat)} rates"


def test_every_credit_note_is_judged_as_it_always_was() -> None:
    is_golden("judgements-of-every-credit.txt", ("\n".join(every_credit()) + "\n").encode())


def test_a_wrong_tax_stays_to_be_seen_when_a_part_is_credited() -> None:
    wrong = replace(INVOICE, vat=(replace(INVOICE.vat[0], tax=sek("1.00")),))
    assert less_credited(wrong, [taken(of(days("1")))]).vat == wrong.vat
    assert less_credited(INVOICE, [taken(of(days("1")))]).vat == ()
    assert less_credited(INVOICE, []) is INVOICE


# Suggestions --------------------------------------------------------------------------------------

OURS, OTHERS, THIRD = "2100000001", "2100000002", "2100000013"
PERSON, ANOTHER, NEIGHBOUR = "100000101", "100000102", "100000113"
YEAR = Period(date(2026, 1, 1), date(2026, 6, 30))
NAMED: Mapping[str, Sequence[NamedOrder]] = {
    "its own": (NamedOrder(OURS, PERSON, YEAR, theirs=True),),
    "two of its own": (
        NamedOrder(OTHERS, ANOTHER, YEAR, theirs=True),
        NamedOrder(OURS, PERSON, YEAR, theirs=True),
    ),
    "one that has ended": (
        NamedOrder(OURS, PERSON, Period(date(2025, 1, 1), date(2025, 12, 31)), theirs=True),
    ),
    "another's": (NamedOrder(OURS, PERSON, YEAR, theirs=False),),
}
LINES = tuple(
    LineCandidate(
        order, f"{month:03}", person, Month(2026, month), Decimal(quantity), Decimal("95.00"), sek(amount)
    )
    for order, person in ((OURS, PERSON), (OTHERS, ANOTHER), (THIRD, NEIGHBOUR))
    for month, quantity, amount in ((1, "31", "2945.00"), (2, "28", "2660.00"), (3, "31", "2945.00"))
)
RIGHT = an_invoice(ORDER)


def known(named: Sequence[NamedOrder], document: InvoiceContent) -> Sequence[NamedOrder]:
    """Those of the orders that the document names."""
    given = numbers_given(document)
    return [each for each in named if each.number in given or each.execution_reference in given]


def saying(*mentions: tuple[str, str], **changes: object) -> InvoiceContent:
    told = tuple(Mention(*each) for each in mentions)
    return replace(RIGHT, order_number="", mentions=told, **changes)  # type: ignore[arg-type]


def unnamed(**changes: object) -> InvoiceContent:
    """Its line names no order line."""
    (line,) = RIGHT.lines
    given = {"order_line": "", "period": None, **changes}
    return replace(RIGHT, order_number="", lines=(replace(line, **given),))  # type: ignore[arg-type]


DOCUMENTS: Mapping[str, InvoiceContent] = {
    "that names its order": saying(("BT-10", OURS)),
    "that names its participant": saying(("BT-22", PERSON)),
    "that names both": saying(("BT-19", PERSON), ("BT-10", OURS)),
    "that names another first": saying(("BT-10", OTHERS), ("BT-22", OURS)),
    "that names nobody": saying(),
    "of another sum": saying(amount_net=sek("2660.00")),
    "of a sum that nobody has": saying(amount_net=sek("1.00")),
    "with a slip": replace(RIGHT, order_number="2100000010"),
    "with a number of another form": replace(RIGHT, order_number="PO-77"),
    "with a number of our form": replace(RIGHT, order_number="9999999999"),
    "with a reference of our form": saying(references=("999999999",)),
    "that names no line": unnamed(),
    "that names no line and comes in March": replace(unnamed(), issued_on=date(2026, 3, 2)),
    "of line 2": unnamed(order_line="2"),
    "of February": unnamed(period=PeriodGiven(date(2026, 2, 1), date(2026, 2, 28))),
    "of two months": unnamed(period=PeriodGiven(date(2026, 1, 1), date(2026, 2, 28))),
    "of last year": unnamed(period=PeriodGiven(date(2025, 1, 1), date(2025, 1, 31))),
    "of 28 days": unnamed(quantity=Quantity.days(28)),
}


def ranked_lines() -> Iterator[str]:
    for who, named in NAMED.items():
        for name, invoice in DOCUMENTS.items():
            ranked = suggestions.lines(invoice, known(named, invoice), LINES)
            found = suggestions.orders(invoice, known(named, invoice), ranked)
            yield f"an invoice {name}, where we know {who}: {told(found)}"
            yield from (f"  {each.number} {each.variant}" for each in found)
            for each in ranked:
                because = ", ".join(one.sv for one in each.because)
                yield f"    {each.order_number}/{each.line_id} {each.weight} {each.basis} {each.place}: {because}"


BILLS = (
    InvoiceCandidate(
        "F-1001", OURS, PERSON, date(2026, 2, 3), sek("3681.25"), InvoiceState.ACCEPTED, ("001",)
    ),
    InvoiceCandidate(
        "F-1002", OURS, PERSON, date(2026, 3, 3), sek("3325.00"), InvoiceState.CREDIT_REQUESTED, ("2",)
    ),
    InvoiceCandidate(
        "F-1003", OTHERS, ANOTHER, date(2026, 2, 3), sek("3681.25"), InvoiceState.PAID, ("001",)
    ),
    InvoiceCandidate("123", "", "", date(2026, 2, 3), sek("3681.25"), InvoiceState.ACCEPTED, ()),
)
OF_NONE = replace(a_credit_note(RIGHT), credits=(), order_number="")


def naming(number: str) -> InvoiceContent:
    return replace(OF_NONE, credits=(CreditedReference(number, None),))


CREDITS_OF: Mapping[str, InvoiceContent] = {
    "that says nothing": OF_NONE,
    "of another sum": replace(OF_NONE, amount_payable=sek("1.00")),
    "that names the number within another": naming("Faktura f 1001"),
    "that names a short number": naming("123"),
    "that is a slip off": naming("F-1010"),
    "that is a slip off, of another sum": replace(naming("F-1010"), amount_payable=sek("1.00")),
    "that is two off": naming("F-2010"),
    "that mentions the number": replace(OF_NONE, mentions=(Mention("BT-22", "F-1003"),)),
    "that mentions a short number": replace(OF_NONE, mentions=(Mention("BT-22", "123"),)),
    "of its order": replace(OF_NONE, order_number=OURS),
    "of its participant": replace(OF_NONE, mentions=(Mention("BT-10", PERSON),)),
    "of another's order": replace(OF_NONE, order_number="2100000099"),
    "of an order of another form": replace(OF_NONE, order_number="PO-77"),
    "of a participant of our form": replace(OF_NONE, references=("999999999",)),
    "of line 2": replace(OF_NONE, order_number=OURS, lines=(replace(RIGHT.lines[0], order_line="002"),)),
    "of a line as it is written": replace(
        OF_NONE, order_number=OURS, lines=(replace(RIGHT.lines[0], order_line="2"),)
    ),
}


def ranked_credits() -> Iterator[str]:
    for who, named in NAMED.items():
        for name, credit in CREDITS_OF.items():
            ranked = credit_suggestions.credits(credit, known(named, credit), BILLS)
            best, meant = credit_suggestions.best(ranked), credit_suggestions.meant(ranked)
            yield f"a credit note {name}, where we know {who}: {told(best)}, near {told(meant)}"
            for each in ranked:
                because = ", ".join(one.sv for one in each.because)
                yield f"    {each.number} {each.weight} {each.basis} {each.place} {each.state}: {because}"


def suggested_order_lines() -> Iterator[str]:
    """For a line of an invoice of an order: which of its lines wait for one, are invoiced, or are named by another."""
    received = [a_receipt(ORDER, each) for each in ("001", "002", "003", "005")]
    waits = {
        "nothing": facts_of(ORDER),
        "January": facts_of(ORDER, received[0]),
        "all of them": facts_of(ORDER, *received),
        "all but January": facts_of(ORDER, *received, occupants={"001": an_occupant()}),
    }
    (line,) = RIGHT.lines
    asking = {
        "as it is": line,
        "1": replace(line, order_line="1"),
        "004": replace(line, order_line="004", period=None),
        "no line": replace(line, order_line="", period=None),
        "no line, 28 days": days("28", "", id="1"),
        "no line, a fee": days("1", "", id="1", price=Decimal("7.00"), amount=sek("7.00")),
    }
    for state, facts in waits.items():
        order = facts.order
        assert order is not None
        for name, each in asking.items():
            for beside in ((), ("001",), ("002", "003")):
                others = [days("31", other, id=str(place)) for place, other in enumerate(beside, 2)]
                invoice = with_lines(replace(RIGHT, issued_on=date(2026, 3, 3)), each, *others)
                named = suggestions.NamedLines.of(invoice)
                found = list(suggestions.order_lines(each, invoice, order, named))
                alone = suggestions.line_alone(invoice, each)
                yield f"{state} waits, {name}, beside {list(beside)}: {found}; alone {alone.amount_net.amount}"


def test_what_is_suggested_and_why_is_as_it_always_was() -> None:
    lines = [*ranked_lines(), *ranked_credits(), *suggested_order_lines()]
    is_golden("suggestions.txt", ("\n".join(lines) + "\n").encode())
