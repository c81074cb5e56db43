"""Reads an invoice or credit note with facturex, and says what it holds."""

import json
import sys

from facturex import parsers

read = parsers.parse_bytes(sys.stdin.buffer.read())
json.dump(
    {
        "number": read.number,
        "order": read.purchase_order_ref,
        "seller": read.seller.name,
        "buyer": read.buyer.name,
        "payable": read.effective_amount_due(),
        "lines": [[each.quantity, each.unit_code, each.unit_price] for each in read.lines],
    },
    sys.stdout,
    default=str,
)
