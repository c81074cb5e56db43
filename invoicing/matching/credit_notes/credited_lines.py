"""Crediting an invoice line by line: which of its lines a credit note is for, and what of the invoice is left. Pure.

A line of a credit note names the order line it takes back (BT-132), at the invoice's own price, unit and VAT. It takes
the invoice's lines in their order, whole ones first with the very amount they have; never more than is left of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from foundation.money import Money, Quantity, total
from invoicing.matching.deviations import Deviation, DeviationCode, Source, question
from invoicing.matching.document_matching import ROUNDING_LARGEST, vat_arithmetic_deviations
from invoicing.model import CreditedLine, InvoiceContent, InvoicedLine, PartialCredit

# Variants of a line that cannot be credited: nothing of it is left, at another price, or for another sum than it has.
MORE, OTHERWISE, AMOUNT, ADJUSTMENT = "more", "otherwise", "amount", "adjustment"


@dataclass(frozen=True, slots=True)
class LineCredit:
    """What a credit note takes back line by line, or why it cannot."""

    lines: tuple[CreditedLine, ...]
    deviations: tuple[Deviation, ...]


def line_credit(credit: InvoiceContent, invoice: InvoiceContent) -> LineCredit:
    """What the credit note takes back of the invoice as it stands, less what was credited before."""
    left = {line.id: line for line in invoice.lines}
    taken: list[CreditedLine] = []
    found = [*_of_document(credit, invoice), *vat_arithmetic_deviations(credit)]
    for line in credit.lines:
        meant = [each for each in left.values() if _names(credit, line, invoice, each)]
        alike = [each for each in meant if _is_alike(line, each)]
        wanted = line.quantity.value
        if not meant or wanted <= 0:
            found.append(_deviation(line, invoice))
        elif not alike:
            found.append(_deviation(line, invoice, OTHERWISE))
        elif wanted > sum((each.quantity.value for each in alike), Decimal(0)):
            found.append(_deviation(line, invoice, MORE))
        else:
            parts = _parts(line, alike, invoice)
            taken += parts
            if any(each.amount.amount < 0 for each in parts) or not _fits(parts, left):
                found.append(_deviation(line, invoice, AMOUNT))
            left = {each.id: each for each in less(left.values(), parts)}
    return LineCredit((), tuple(found)) if found else LineCredit(tuple(taken), ())


def less_credited(invoice: InvoiceContent, credits: Sequence[PartialCredit]) -> InvoiceContent:
    """What is left of an invoice when its lines are credited in part.

    Its VAT by category is left out where it is right: the document is judged by its own arithmetic, and so is each
    credit note.
    """
    if not credits:
        return invoice
    currency = invoice.currency
    net = total((each.amount_net for each in credits), currency=currency)
    vat = total((each.amount_vat for each in credits), currency=currency)
    paid = total((each.amount_payable for each in credits), currency=currency)
    return replace(
        invoice,
        vat=invoice.vat if vat_arithmetic_deviations(invoice) else (),
        lines=tuple(less(invoice.lines, (line for each in credits for line in each.lines))),
        amount_net=invoice.amount_net - net,
        amount_vat=invoice.amount_vat - vat,
        amount_gross=invoice.amount_gross - net - vat,
        amount_payable=invoice.amount_payable - paid,
    )


def less(lines: Iterable[InvoicedLine], credited: Iterable[CreditedLine]) -> list[InvoicedLine]:
    """What is left of lines; those of which nothing is left are gone."""
    quantities: dict[str, Decimal] = {}
    amounts: dict[str, Decimal] = {}
    for each in credited:
        quantities[each.invoice_line] = quantities.get(each.invoice_line, Decimal(0)) + each.quantity
        amounts[each.invoice_line] = amounts.get(each.invoice_line, Decimal(0)) + each.amount.amount
    left = []
    for line in lines:
        if line.id not in quantities:
            left.append(line)
            continue
        quantity = line.quantity.value - quantities[line.id]
        amount = Money(line.amount.amount - amounts[line.id], line.amount.currency)
        if quantity or not amount.is_zero:
            left.append(replace(line, quantity=Quantity(quantity, line.quantity.unit), amount=amount))
    return left


def _of_document(credit: InvoiceContent, invoice: InvoiceContent) -> list[Deviation]:
    """What a credit note for a part may not have besides its lines."""
    rounding = credit.amount_rounding if abs(credit.amount_rounding.amount) > ROUNDING_LARGEST else None
    extras = (credit.adjustments, credit.amount_prepaid, *(() if rounding is None else (rounding,)))
    extra = next((each for each in extras if not each.is_zero), None)
    if extra is None:
        return []
    return [
        question(
            DeviationCode.CREDIT_LINE,
            "BG-20",
            str(extra.amount),
            "0.00",
            Source.EARLIER_INVOICE,
            reference=invoice.number,
            variant=ADJUSTMENT,
        )
    ]


def _names(
    credit: InvoiceContent, line: InvoicedLine, invoice: InvoiceContent, invoiced: InvoicedLine
) -> bool:
    """Whether a line of the credit note is for a line of the invoice: by order and order line, or all but alike."""
    if not line.order_line:
        return line.quantity == invoiced.quantity and line.amount == invoiced.amount
    ordered = invoiced.order_number or invoice.order_number
    return (line.order_number or credit.order_number or ordered) == ordered and (
        line.order_line == invoiced.order_line
    )


def _is_alike(line: InvoicedLine, invoiced: InvoicedLine) -> bool:
    same_price = line.price * invoiced.base_quantity == invoiced.price * line.base_quantity
    same_vat = (line.vat_category, line.vat_percent or 0) == (
        invoiced.vat_category,
        invoiced.vat_percent or 0,
    )
    return same_price and same_vat and line.quantity.unit == invoiced.quantity.unit


def _parts(
    line: InvoicedLine, alike: Sequence[InvoicedLine], invoice: InvoiceContent
) -> tuple[CreditedLine, ...]:
    """The invoice's lines it takes, whole ones with their own amount; what is over is the last one's."""
    parts: list[CreditedLine] = []
    quantity, amount = line.quantity.value, line.amount
    for each in alike:
        if quantity == 0:
            break
        takes = min(quantity, each.quantity.value)
        rests = quantity - takes
        value = each.amount if takes == each.quantity.value and rests else amount
        order = each.order_number or invoice.order_number
        parts.append(CreditedLine(each.id, order, each.order_line, takes, value))
        quantity, amount = rests, amount - value
    return tuple(parts)


def _fits(parts: Sequence[CreditedLine], left: dict[str, InvoicedLine]) -> bool:
    """Whether each takes no more money than its line has, and all of it where it takes all of the quantity."""
    for part in parts:
        line = left[part.invoice_line]
        whole = part.quantity == line.quantity.value
        if part.amount.amount > line.amount.amount or (whole and part.amount != line.amount):
            return False
    return True


def _deviation(line: InvoicedLine, invoice: InvoiceContent, variant: str = "") -> Deviation:
    return question(
        DeviationCode.CREDIT_LINE,
        "BT-132",
        line.order_line,
        "",
        Source.EARLIER_INVOICE,
        line=line.id,
        reference=invoice.number,
        variant=variant,
    )
