"""Which orders an invoice is for, and the invoice cut up so that each order's lines stand alone. Pure.

A document names its order once (BT-13); a line may name another one of its own (BT-188 of EN 16931-1:2026, which UBL
has carried in `OrderLineReference/OrderReference` all the time).
"""

from invoicing.model import InvoiceContent
from orders.register.agreements import Policy

# What suppliers' systems write when they have no order number (BIS Billing guide, sales order example), by its letters.
_NO_ORDER = frozenset(
    {"", "NA", "SAKNAS", "INGEN", "INGET", "NONE", "NULL", "NIL", "OKÄND", "OKÄNT", "UNKNOWN", "EJANGIVET"}
)


def has_order_number(invoice: InvoiceContent) -> bool:
    """Whether the invoice names an order; the dummy NA is none, nor are signs and zeros alone."""
    return _is_order_number(invoice.order_number)


def _is_order_number(number: str) -> bool:
    told = "".join(sign for sign in number.upper() if sign.isalnum())
    return told.strip("0") not in _NO_ORDER


def order_slices(invoice: InvoiceContent, policy: Policy) -> tuple[InvoiceContent, ...]:
    """The invoice order by order, each as if it had been sent for that order alone; never empty.

    Where an invoice is for one order by policy it is one slice: the document as it is, by its own order.
    """
    if not policy.several_orders or not invoice.lines:
        return (invoice,)
    return invoice.order_by_order()


def orders_named(invoice: InvoiceContent) -> tuple[str, ...]:
    """Every order the document or a line of it names, each once; the dummy NA is none."""
    named = dict.fromkeys((invoice.order_number, *(each.order_number for each in invoice.lines)))
    return tuple(each for each in named if _is_order_number(each))
