"""What an invoice's VAT is reckoned on, beside what its lines come to. Pure.

Without allowances and charges of the whole invoice a category's taxable amount (BT-116) is the sum of its lines. The
published rules let it differ by almost a krona (BR-S-08 and its kin); what is paid does not.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from foundation.money import Money
from invoicing.model import InvoiceContent, VatSubtotal


def unlike_lines(invoice: InvoiceContent) -> Sequence[tuple[VatSubtotal, Money]]:
    """The categories whose taxable amount is not the sum of their lines, each with that sum."""
    sums: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    for line in invoice.lines:
        sums[line.vat_category, line.vat_percent or Decimal(0)] += line.amount.amount
    found = []
    for each in invoice.vat:
        of_lines = sums[each.category, each.percent or Decimal(0)]
        if each.taxable.amount != of_lines:
            found.append((each, Money(of_lines, invoice.currency)))
    return found


def moved(unlike: Sequence[tuple[VatSubtotal, Money]]) -> Decimal:
    """What allowances and charges that are nothing together move from one category to another, if anything."""
    differences = [each.taxable.amount - of_lines.amount for each, of_lines in unlike]
    return Decimal(0) if sum(differences) else sum((each for each in differences if each > 0), Decimal(0))
