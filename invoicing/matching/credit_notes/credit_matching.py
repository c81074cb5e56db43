"""Matching a credit note to the one invoice it credits: in full, once, within its supplier; or, by policy, in part.

A negative invoice (380 with negative amounts) is judged here too, with its signs turned.
"""

from invoicing.matching.candidates import told
from invoicing.matching.credit_notes import credited_document
from invoicing.matching.credit_notes.credited_lines import line_credit
from invoicing.matching.deviations import (
    Deviation,
    DeviationActor,
    DeviationCode,
    Group,
    Match,
    Source,
    Weight,
    check,
    not_looked_at,
    question,
)
from invoicing.matching.facts import CreditFacts
from invoicing.model import DocumentType, InvoiceContent, InvoiceState, SupplierInvoice

NEGATIVE = "negative"
"""A variant: the credit note's amounts are negative, so that it says the invoice is owed once more."""


def match_credit(credit: InvoiceContent, facts: CreditFacts) -> Match:
    """Judge a credit note; never raises for anything it may say."""
    reference = _reference(credit, facts)
    credited = facts.credited
    if reference or credited is None:
        rest = (not_looked_at("credited once"), not_looked_at("order"), not_looked_at("amount"))
    else:
        rest = (
            check("credited once", _once(credited, facts)),
            check("order", credited_document.order(credit, facts)),
            check("amount", _amount(credit, credited, facts)),
        )
    buyer = check("buyer", credited_document.buyer(credit, facts))
    return Match(Group("credit note", (check("credited invoice", reference), buyer, *rest)))


def _reference(credit: InvoiceContent, facts: CreditFacts) -> tuple[Deviation, ...]:
    named = [each.number for each in credit.credits]
    suggestion, variant = told(facts.suggestions)
    if not named:
        return (
            question(
                DeviationCode.CREDIT_REFERENCE_MISSING,
                "BT-25",
                "",
                suggestion,
                Source.NOTHING,
                variant=variant,
            ),
        )
    if len(named) > 1:
        return (question(DeviationCode.CREDIT_SEVERAL, "BT-25", ", ".join(named), "1", Source.POLICY),)
    if facts.credited is None:
        return (
            Deviation(
                DeviationCode.CREDIT_UNKNOWN,
                Weight.PARK,
                "BT-25",
                found=named[0],
                expected=suggestion,
                expected_from=Source.NOTHING,
                actor=DeviationActor.SUPPLIER,
                variant=variant,
            ),
        )
    if facts.credited.document_type is DocumentType.CREDIT_NOTE:
        return (
            question(
                DeviationCode.CREDIT_OF_CREDIT,
                "BT-25",
                named[0],
                "",
                Source.EARLIER_INVOICE,
                reference=named[0],
            ),
        )
    return ()


def _once(credited: SupplierInvoice, facts: CreditFacts) -> tuple[Deviation, ...]:
    if not facts.credited_by and credited.state is not InvoiceState.CREDITED:
        return ()
    return (
        question(
            DeviationCode.ALREADY_CREDITED,
            "BT-25",
            credited.number,
            "",
            Source.EARLIER_INVOICE,
            reference=facts.credited_by,
        ),
    )


def is_partial(credit: InvoiceContent, facts: CreditFacts) -> bool:
    """Whether a credit note is for a part of what is left of the invoice, where lines are judged apart."""
    credited, left = facts.credited, facts.left
    if credited is None or left is None or not facts.policy.judges_lines_apart:
        return False
    return credit.currency == credited.currency and credit.amount_net < left.amount_net


def _amount(credit: InvoiceContent, credited: SupplierInvoice, facts: CreditFacts) -> tuple[Deviation, ...]:
    """A credit is for the whole invoice: net, VAT and payable are all the same (REQ-37).

    Where lines are judged apart it may be for some of them; once some are credited, the whole is what is left.
    """
    if credit.currency != credited.currency:
        return (
            question(
                DeviationCode.CREDIT_CURRENCY,
                "BT-5",
                credit.currency,
                credited.currency,
                Source.EARLIER_INVOICE,
                reference=credited.number,
            ),
        )
    if facts.left is not None and not facts.only_whole and is_partial(credit, facts):
        return line_credit(credit, facts.left).deviations
    whole = facts.left or credited
    pairs = (
        ("BT-109", credit.amount_net, whole.amount_net),
        ("BT-110", credit.amount_vat, whole.amount_vat),
        ("BT-115", credit.amount_payable, whole.amount_payable),
    )
    wrong = [(term, found, expected) for term, found, expected in pairs if found != expected]
    if not wrong:
        # Of one that is credited in part before, the tax that is left stands in no table.
        is_untouched = facts.invoiced is not None and credit.amount_net == facts.invoiced.amount_net
        return credited_document.vat(credit, facts.invoiced) if facts.invoiced and is_untouched else ()
    # One deviation for the credit as a whole: the sum to pay says most, where it differs.
    term, found, expected = wrong[-1]
    is_negative = found.amount < 0 < expected.amount
    return (
        question(
            DeviationCode.CREDIT_AMOUNT,
            term,
            str(found.amount),
            str(expected.amount),
            Source.EARLIER_INVOICE,
            reference=credited.number,
            variant=NEGATIVE if is_negative else "",
        ),
    )
