"""Reads an invoice or credit note with eu-einvoice, and says what it holds."""

import json
import sys

from eu_einvoice import parse

read, _ = parse.parse_bytes(sys.stdin.buffer.read())
json.dump(
    {
        "number": read["number"],
        "order": read["order_reference"],
        "seller": read["seller"]["name"],
        "buyer": read["buyer"]["name"],
        "payable": read["totals"]["payable"],
        "lines": [[each["quantity"], each["unit"], each["price"]] for each in read["lines"]],
    },
    sys.stdout,
    default=str,
)
