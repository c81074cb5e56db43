"""Recognising an invoice of late payment: interest, a reminder fee, compensation for late payment. Pure.

Such an invoice (räntelagen 1975:635, lag 1981:739 om ersättning för inkassokostnader) is for no order, has no VAT and
names no order line. It is recognised by what its lines, its note or its type say, and recognising it decides nothing:
a person accepts or disputes it.
"""

import re
import unicodedata
from typing import Final

from foundation.identifiers import visible
from invoicing.matching.deviations import Deviation, DeviationActor, DeviationCode, Source, Weight
from invoicing.model import DocumentType, InvoiceContent, InvoicedLine

#: A variant: a person has disputed the claim; what follows it are the person's words.
DISPUTED: Final = "disputed"
#: A variant: a line of an invoice for an order that is a claim for late payment and lies on no order line.
OF_LATE_PAYMENT: Final = "late_payment"

# A debit note of financial adjustments (UNCL1001).
_FINANCIAL = "84"
_UNTAXED = frozenset({"O", "E", "Z"})
# Words that mean late payment whatever stands around them, in Swedish and English ...
_CERTAIN = re.compile(
    r"dröjsmålsränt|dröjsmålsavg|räntefaktur|ränteavisering|påminnelseavg|påminnelsekostn|förseningsersättning"
    r"|förseningsavg|inkassoavg|inkassokostn|inkassoersättning|dröjsmålsersättning|kravavg|kravkostn"
    r"|sen betalning|försenad betalning|betalningspåminnelse|1981:739|1975:635|räntelagen"
    r"|late[ -]payment|penalty interest|interest on (?:over"
    r"due|arrears)|overdue interest|default interest|(?:reminder|dunning|arrears) (?:fee|charge)|late (?:fee|charge)"
    r"|collection (?:fee|cost)",
)
# ... and such as mean it only where the invoice has no VAT.
_LIKELY = re.compile(
    r"(?:ränta|räntor)\b|\bränte|påminnelse|inkasso|\b(?:interest|reminder|dunning|arrears)\b"
)
_EARLIER = re.compile(r"\b(?:faktur\w*|invoice)\W+(?:nr\W+|nummer\W+|no\W+|number\W+)?[^\s,;]*[0-9]")


def check(invoice: InvoiceContent) -> tuple[Deviation, ...]:
    """The invoice as a claim for a person to decide, where it is recognised as one."""
    if not is_recognised(invoice):
        return ()
    return (
        Deviation(
            DeviationCode.LATE_PAYMENT_CLAIM,
            Weight.QUESTION,
            "BT-3",
            found=str(invoice.amount_payable.amount),
            expected="",
            expected_from=Source.NOTHING,
            reference=", ".join(each.number for each in invoice.credits),
            actor=DeviationActor.BUYER,
        ),
    )


def is_recognised(invoice: InvoiceContent) -> bool:
    """Whether everything the invoice asks money for is late payment, and none of it lies on an order line.

    A note alone is not believed: many print there what is charged for paying late. It must be about an invoice.
    """
    asked = [each for each in invoice.lines if not each.amount.is_zero]
    if invoice.document_type is not DocumentType.INVOICE or not asked or invoice.order_lines:
        return False
    untaxed = all(_is_untaxed(each) for each in asked)
    if all(_says_so(each.name, untaxed=untaxed) for each in asked):
        return True
    notes = " ".join((invoice.note, *(each.note for each in asked)))
    about_invoice = bool(invoice.credits) or bool(_EARLIER.search(notes.casefold()))
    return untaxed and (
        invoice.type_code == _FINANCIAL or (about_invoice and _says_so(notes, untaxed=untaxed))
    )


def is_claim(line: InvoicedLine) -> bool:
    """Whether a line of an invoice for an order is no part of it but a claim for late payment, by what it is called."""
    return not line.amount.is_zero and _says_so(line.name, untaxed=_is_untaxed(line))


def _is_untaxed(line: InvoicedLine) -> bool:
    return line.vat_category in _UNTAXED or not line.vat_percent


def _says_so(said: str, *, untaxed: bool) -> bool:
    # Some programs write å as a and a ring; a soft hyphen is no letter.
    text = unicodedata.normalize("NFC", visible(said)).casefold()
    return bool(_CERTAIN.search(text)) or (untaxed and bool(_LIKELY.search(text)))
