"""What a credit note says as a whole, beside the invoice it credits: its buyer, its order and its VAT. Pure.

A credit note undoes one invoice, so it is held against that one and not against order and receipt again: what was wrong
on the invoice is wrong on its credit note too, and that must not keep it from being credited.
"""

from collections.abc import Iterable
from decimal import Decimal

from invoicing.matching.deviations import Deviation, DeviationCode, Source, percent, question
from invoicing.matching.document_matching import buyer_deviations
from invoicing.matching.facts import CreditFacts
from invoicing.matching.lines_meant import same_number
from invoicing.matching.order_slices import orders_named
from invoicing.model import InvoiceContent, VatSubtotal

#: Variants: of a credit note, and of one whose VAT is divided otherwise than its invoice's.
OF_CREDIT, VAT = "credit", "vat"

# An invoice in question for its order: its credit note may say the order that was meant.
_ABOUT_ORDER = frozenset(
    {
        DeviationCode.ORDER_MISSING,
        DeviationCode.ORDER_UNKNOWN,
        DeviationCode.ORDER_NOT_SUPPLIERS,
        DeviationCode.SEVERAL_ORDERS,
    }
)


def buyer(credit: InvoiceContent, facts: CreditFacts) -> tuple[Deviation, ...]:
    """Whether it is for us (BT-47, E-35), or undoes an invoice that was addressed to that same buyer."""
    if facts.invoiced is not None and credit.buyer == facts.invoiced.buyer:
        return ()
    return buyer_deviations(credit, facts.buyer, variant=OF_CREDIT)


def order(credit: InvoiceContent, facts: CreditFacts) -> tuple[Deviation, ...]:
    """Whether an order it names (BT-13, BT-188) is one of the invoice's; it need name none.

    Two invoices of a supplier may have the same sum: one that names another order has the wrong invoice number.
    """
    credited, invoiced = facts.credited, facts.invoiced
    if credited is None or invoiced is None or not _ABOUT_ORDER.isdisjoint(credited.codes):
        return ()
    known = {credited.order_number, *orders_named(invoiced)} - {""}
    other = [each for each in orders_named(credit) if not _is_one_of(each, known)]
    if not known or not other:
        return ()
    return (
        question(
            DeviationCode.CREDIT_ORDER,
            "BT-13",
            ", ".join(other),
            ", ".join(sorted(known)),
            Source.EARLIER_INVOICE,
            reference=credited.number,
        ),
    )


def vat(credit: InvoiceContent, invoiced: InvoiceContent) -> tuple[Deviation, ...]:
    """Whether a credit of the whole invoice gives back the tax of each category and rate as it was charged (BG-23)."""
    found, expected = _by_rate(credit.vat), _by_rate(invoiced.vat)
    if found == expected:
        return ()
    return (
        question(
            DeviationCode.CREDIT_AMOUNT,
            "BG-23",
            _written(found),
            _written(expected),
            Source.EARLIER_INVOICE,
            reference=invoiced.number,
            variant=VAT,
        ),
    )


_Rates = dict[tuple[str, Decimal], tuple[Decimal, Decimal]]


def _by_rate(subtotals: Iterable[VatSubtotal]) -> _Rates:
    """The taxable sum and the tax of each category and rate; what comes to nothing is left out."""
    rates: _Rates = {}
    for each in subtotals:
        key = (each.category, each.percent or Decimal(0))
        taxable, tax = rates.get(key, (Decimal(0), Decimal(0)))
        rates[key] = (taxable + each.taxable.amount, tax + each.tax.amount)
    return {key: sums for key, sums in rates.items() if any(sums)}


def _written(rates: _Rates) -> str:
    return ", ".join(
        f"{category} {percent(rate)} %: {taxable} + {tax}"
        for (category, rate), (taxable, tax) in sorted(rates.items())
    )


def _is_one_of(named: str, known: Iterable[str]) -> bool:
    """Whether an order that is named is one of these, though zeros or words may stand around its number."""
    return any(same_number(named, each) or each in named for each in known)
