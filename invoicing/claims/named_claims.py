"""Which claim a payer means by what it wrote on its payment."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from foundation.money import Money
from foundation.sql import Session
from invoicing.claims import claim_store
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_states import OPEN
from invoicing.claims.claim_store import SupplierClaim
from invoicing.documents import tables as document_tables

_CLAIM, _INVOICE = claim_tables.claim, document_tables.invoice
_NUMBER: Final = re.compile(r"[0-9][0-9 \u00a0-]*", re.ASCII)
_WORD: Final = re.compile(r"[^\s,;:()]+")
# Shorter numbers of invoices stand in many texts that mean something else.
_SHORTEST: Final = 4
_AT_A_TIME: Final = 500


def by_number(session: Session, references: Sequence[str]) -> list[SupplierClaim]:
    """The claims named, by number: by an OCR number anywhere, or by the claim's own where nothing else is written.

    Spaces and hyphens in a number do not count. In a longer text only the OCR number is one, for its check digit.
    """
    alone = {_digits(each) for each in references if _NUMBER.fullmatch(each.strip())}
    within = {each for text in references for each in re.findall(r"(?<!\d)\d{9,25}(?!\d)", text, re.ASCII)}
    if not alone and not within:
        return []
    found: dict[str, SupplierClaim] = {}
    for some in _portions(alone | within):
        is_named = _CLAIM.c.ocr.in_(some) | _CLAIM.c.number.in_([each for each in some if each in alone])
        found |= {each.number: each for each in claim_store.where(session, is_named)}
    return [found[each] for each in sorted(found)]


def by_invoice(session: Session, references: Sequence[str], amount: Money) -> SupplierClaim | None:
    """The open claim whose invoice is named by its number, where there is one alone and the amount fits in it."""
    words = {
        each for text in references for each in (text.strip(), *_WORD.findall(text)) if len(each) >= _SHORTEST
    }
    if not words:
        return None
    is_open = _CLAIM.c.state.in_(list(OPEN))
    found = [
        each
        for some in _portions(words)
        for each in claim_store.where(session, _INVOICE.c.number.in_(some), is_open)
    ]
    fit = [each for each in found if each.left.currency == amount.currency and amount <= each.left]
    return fit[0] if len(fit) == 1 else None


def _portions(texts: Collection[str]) -> Iterator[list[str]]:
    """So many at a time as one question takes: whatever a payer wrote, all of it is looked at."""
    every = sorted(texts)
    for start in range(0, len(every), _AT_A_TIME):
        yield every[start : start + _AT_A_TIME]


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isdigit())
