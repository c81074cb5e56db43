"""What the documents of the large world say, as the books keep it: their content, and what a match came to."""

import json
from typing import Final

from pydantic import TypeAdapter

from invoicing.matching.deviations import (
    Check,
    CheckOutcome,
    Deviation,
    DeviationCode,
    Group,
    Source,
    Weight,
)

_NONE: Final = {"amount": "0.00", "currency": "SEK"}


def _sum(place: int) -> dict[str, str]:
    return {"amount": f"%{place}$s", "currency": "SEK"}


CONTENT: Final = (
    json.dumps(
        {
            "document_type": "%1$s",
            "type_code": "%2$s",
            "number": "%3$s",
            "issued_on": "%4$s",
            "due_on": "?due",
            "currency": "SEK",
            "supplier": "%6$s",
            "supplier_name": "%6$s",
            "endpoint": "0007:%6$s",
            "buyer": "2021002114",
            "order_number": "%7$s",
            "contract": "AVT-%6$s",
            "references": ["%8$s"],
            "period": None,
            "credits": "?credits",
            "lines": [
                {
                    "id": "1",
                    "order_line": "%10$s",
                    "quantity": {"value": "%11$s", "unit": "DAY"},
                    "price": "95.00",
                    "base_quantity": "1",
                    "amount": _sum(12),
                    "adjustments": _NONE,
                    "period": {"start": "%15$s", "end": "%16$s"},
                    "vat_category": "S",
                    "vat_percent": "25",
                    "name": "Grundersättning",
                    "order_number": "",
                    "note": "",
                }
            ],
            "adjustments": _NONE,
            "vat": [{"category": "S", "percent": "25", "taxable": _sum(12), "tax": _sum(13)}],
            "amount_net": _sum(12),
            "amount_vat": _sum(13),
            "amount_gross": _sum(14),
            "amount_prepaid": _NONE,
            "amount_rounding": _NONE,
            "amount_payable": _sum(14),
            "accounts": [],
            "payment_reference": "%3$s",
            "payment_means": ["30"],
            "payee": None,
            "note": "Grundersättning",
            "mentions": [{"term": "BT-13", "number": "%7$s"}, {"term": "BT-10", "number": "%8$s"}],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    # Null or a day, and a list: what is filled in there is JSON.
    .replace('"?due"', "%5$s")
    .replace('"?credits"', "%9$s")
)
"""The content of one document for PostgreSQL's `format`; `bulk_world_store` says what stands in which place."""

JOURNAL_ROW: Final = (
    '{"action":"%s","actor":"%s","at":"%s","chain":"%s","detail":%s,"execution_reference":"%s","position":%s,'
    '"subject":"%s"}'
)
"""A row of the journal in its canonical form (`row_hashes.canonical`), for the same."""


def _tree(check: Check) -> str:
    return TypeAdapter(Group).dump_json(Group("invoice", (check,))).decode()


def _deviating(name: str, code: DeviationCode, found: str, expected: str) -> str:
    deviation = Deviation(
        code, Weight.QUESTION, "BT-131", found, expected, Source.RECEIPT, line="1", reference="001"
    )
    return _tree(Check(name, CheckOutcome.DEVIATES, (deviation,)))


AGREES: Final = _tree(Check("order", CheckOutcome.AGREES))
WRONG_PRICE: Final = _deviating("price", DeviationCode.PRICE, "100.00", "95.00")
WRONG_QUANTITY: Final = _deviating("quantity", DeviationCode.QUANTITY, "22", "21")
"""What a match came to."""
