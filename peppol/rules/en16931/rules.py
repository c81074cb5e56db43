"""EN 16931 for invoices and credit notes in UBL: all its rules, book by book.

Fatal: BR, BR-CO, BR-DEC, BR-CL, the VAT families, UBL-SR and some UBL-DT. Warnings: the
other UBL-DT, BR-51 and UBL-CR but two. Release 1.3.16 of the validation artefacts
(April 2026), which Peppol BIS Billing 3.0.21 uses.
"""

from typing import Final

from peppol.rules.en16931 import (
    breakdown,
    codes,
    data_types,
    document,
    elements,
    lines,
    parties,
    syntax,
    totals,
    vat,
    vat_single,
)
from peppol.rules.engine.engine import RuleSet
from peppol.rules.engine.rulebook import Book

BOOKS: Final[tuple[Book, ...]] = (
    document.BOOK,
    parties.BOOK,
    totals.BOOK,
    breakdown.BOOK,
    lines.BOOK,
    vat.BOOK,
    vat_single.BOOK,
    syntax.BOOK,
    data_types.BOOK,
    elements.BOOK,
    codes.BOOK,
)

RULES: Final = RuleSet("EN 16931", BOOKS)
