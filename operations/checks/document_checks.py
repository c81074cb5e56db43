"""What must hold of suppliers' documents: the sums in our books are those that were read, and they lie on own orders.

Part of the invariants that `invariants.py` goes through.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from foundation.sql import Session
from operations.checks import document_check_queries
from operations.checks.payment_checks import Findings
from orders.register import store as register_store


def sums_as_read(session: Session) -> Findings:
    """The sums of a document are its content's, and these follow from its lines (BR-CO-10, -13, -15, -16)."""
    for row in document_check_queries.documents(session):
        subject, content = f"document {row.id}", json.loads(row.content)
        for name in ("amount_net", "amount_vat", "amount_payable"):
            held, read = getattr(row, name), _amount(content, name)
            if held != read:
                yield subject, f"its {name} is {held}, and {read} was read"
        lines = sum((_amount(line, "amount") for line in content["lines"]), Decimal(0))
        net = lines + _amount(content, "adjustments")
        gross = _amount(content, "amount_net") + _amount(content, "amount_vat")
        payable = gross - _amount(content, "amount_prepaid") + _amount(content, "amount_rounding")
        for name, follows in (("amount_net", net), ("amount_gross", gross), ("amount_payable", payable)):
            if _amount(content, name) != follows:
                yield subject, f"{name} was read as {_amount(content, name)}, and its parts come to {follows}"


def own_orders(session: Session) -> Findings:
    """An approved document lies on orders of its own supplier, or of one that it has taken over (E-33)."""
    register = None
    for row in document_check_queries.suppliers_on_lines(session):
        register = register or register_store.newest(session)
        if register is None or register.tenure(row.ordered_of, row.supplier) is None:
            yield (
                f"document {row.id}",
                f"it lies on order {row.number}, which was placed with another supplier",
            )


def _amount(content: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(content[name]["amount"])
