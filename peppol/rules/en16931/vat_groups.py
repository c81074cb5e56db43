"""EN 16931: what the VAT families say about their group in the breakdown (rules 08 to 10).

The group (BG-23) of a category adds up from the document's lines, charges and allowances,
its tax follows from its rate, and it gives a reason for exemption or does not.
Source: EN 16931 validation for UBL, release 1.3.16.
"""

from decimal import Decimal
from typing import Final

from peppol.rules.en16931.vat_facts import Share, shares
from peppol.rules.engine.checks import holds, number
from peppol.rules.engine.numbers import decimal_of, hundredths, plus_as_double
from peppol.rules.engine.rulebook import Broken, RuleVerdict, Test
from peppol.rules.engine.tree import Node

_ONE: Final = Decimal(1)


def _taxable(group: Node) -> Node | None:
    return group.above.first("cbc:TaxableAmount") if group.above is not None else None


def _tax_amount(group: Node) -> str:
    return group.above.text_of("cbc:TaxAmount") if group.above is not None else ""


def adds_up_exactly(code: str) -> Test:
    """Rule 08 for untaxed categories: to the cent, over all rates."""

    def check(group: Node) -> RuleVerdict:
        document = group.document
        stated = _taxable(group)
        taxable = decimal_of(stated.text) if stated is not None else None
        parts = shares(group)
        said: list[Share] = []
        for kind in ("cac:InvoiceLine", "cac:CreditNoteLine"):
            share = parts.by_code.get((kind, code)) or Share()
            if document.named(kind):
                if taxable is not None and share.sum == taxable:
                    return None
                said.append(share)
        return _does_not_add_up(group, stated, said)

    return check


def _does_not_add_up(group: Node, stated: Node | None, said: list[Share]) -> Broken:
    share = said[0] if said else Share()
    expected = share.sum
    return Broken(
        found=stated.text if stated is not None else "",
        expected="" if expected is None else f"{expected:f}",
        detail=share.arithmetic,
        at=stated or group,
    )


def adds_up_per_rate(code: str) -> Test:
    """Rule 08 for taxed categories: a difference of less than one unit of the currency is allowed.

    As published, one is added to what is stated as to a binary floating-point number: of a difference of exactly one,
    which lies on the edge, the digits decide whether it is let through.
    """

    def check(group: Node) -> RuleVerdict:
        percent = group.first("cbc:Percent")
        if percent is None:
            return None
        stated = _taxable(group)
        rate = decimal_of(percent.text)
        low = plus_as_double(stated.text, -1) if stated is not None else None
        high = plus_as_double(stated.text, 1) if stated is not None else None
        if rate is None:
            return Broken(found=percent.text, at=percent)
        parts = shares(group)
        document = group.document
        pair = (code, rate)
        said: list[Share] = []
        for kind in ("cac:InvoiceLine", "cac:CreditNoteLine"):
            # As published, S asks for a line or an entry at this rate, L and M only for any line.
            if code == "S":
                spoken_of = (kind, pair) in parts.line_rates or pair in parts.entry_rates
            else:
                spoken_of = bool(document.named(kind))
            share = parts.by_rate.get((kind, pair)) or Share()
            expected = share.sum
            if spoken_of:
                if low is not None and high is not None and expected is not None and low < expected < high:
                    return None
                said.append(share)
        return _does_not_add_up(group, stated, said)

    return check


def tax_is_zero(group: Node) -> RuleVerdict:
    """Rule 09 for untaxed categories."""
    amount = _tax_amount(group)
    return holds(decimal_of(amount) == 0, found=amount, expected="0")


def tax_is_rate_of_taxable(group: Node) -> RuleVerdict:
    """Rule 09 for taxed categories: the rate of what is taxed, to less than one unit of the currency."""
    stated = _taxable(group)
    taxable = decimal_of(stated.text) if stated is not None else None
    tax = decimal_of(_tax_amount(group))
    rate = number(group, "cbc:Percent")
    if taxable is None or tax is None or rate is None:
        return Broken(found=_tax_amount(group))
    expected = hundredths(abs(taxable) * rate / 100)
    if expected is not None and abs(tax) - _ONE < expected < abs(tax) + _ONE:
        return None
    return Broken(
        found=_tax_amount(group), expected=f"{expected:f}", detail=f"{taxable:f} x {rate:f} % = {expected:f}"
    )


def _has_reason(group: Node) -> bool:
    return group.has("cbc:TaxExemptionReason") or group.has("cbc:TaxExemptionReasonCode")


def reason_given(group: Node) -> RuleVerdict:
    """Rule 10 for untaxed categories but Z: a reason in words or as a code."""
    return holds(_has_reason(group), expected="cbc:TaxExemptionReason")


def reason_not_given(group: Node) -> RuleVerdict:
    """Rule 10 for taxed categories and Z: no reason at all."""
    return holds(not _has_reason(group))
