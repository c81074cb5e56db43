"""EN 16931 for invoices and credit notes in UBL: all its rules, book by book.

Fatal: BR, BR-CO, BR-DEC, BR-CL, the VAT families, UBL-SR and some UBL-DT. Warnings: the
other UBL-DT, BR-51 and UBL-CR but two. Release 1.3.16 of the validation artefacts
(April 2026), which Peppol BIS Billing 3.0.21 uses.
"""

from typing import Final

from peppol.rules import (
    en16931_breakdown,
    en16931_codes,
    en16931_data_types,
    en16931_document,
    en16931_elements,
    en16931_lines,
    en16931_parties,
    en16931_syntax,
    en16931_totals,
    en16931_vat,
    en16931_vat_single,
)
from peppol.rules.engine import Book, RuleSet

BOOKS: Final[tuple[Book, ...]] = (
    en16931_document.BOOK,
    en16931_parties.BOOK,
    en16931_totals.BOOK,
    en16931_breakdown.BOOK,
    en16931_lines.BOOK,
    en16931_vat.BOOK,
    en16931_vat_single.BOOK,
    en16931_syntax.BOOK,
    en16931_data_types.BOOK,
    en16931_elements.BOOK,
    en16931_codes.BOOK,
)

RULES: Final = RuleSet("EN 16931", BOOKS)
