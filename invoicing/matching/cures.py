"""What could cure a deviation without its supplier doing anything: the total table of causes and cures. Pure.

An invoice may be read before what it rests on: before its order, its receipt, or the row of its supplier. Then it is in
question for a cause that ends by itself, and it is judged again when what it lacked has come. A cause that
only the supplier or a person can end has no cure here; so has one that ends with another document of the supplier's.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from invoicing.matching.deviations import DeviationCode


class Cure(StrEnum):
    """What may come, and end a cause by coming; each names who judges again then."""

    ORDER = "ORDER"  # an order is placed: `curing`, after its event and every minute
    RECEIPT = (
        "RECEIPT"  # a line's receipt, days or state change: `asking_back`, in the event's own transaction
    )
    REGISTER = "REGISTER"  # a new version of the register: `parking`, when it is loaded
    CREDIT = "CREDIT"  # another invoice is credited and its line is free: `crediting`, when it is settled
    INVOICE = "INVOICE"  # the invoice that a credit note is for: `intake`, when it comes


_C = DeviationCode
_NOTHING: Final[frozenset[Cure]] = frozenset()
_RECEIVED: Final = frozenset({Cure.RECEIPT})
_REGISTERED: Final = frozenset({Cure.REGISTER})

CURED_BY: Final[Mapping[DeviationCode, frozenset[Cure]]] = {
    _C.LATE_PAYMENT_CLAIM: _NOTHING,
    _C.NO_DEMAND: _NOTHING,
    # Which order is meant can only be said: by the supplier in a new invoice, or by a person who links this one.
    _C.ORDER_MISSING: _NOTHING,
    _C.ORDER_UNKNOWN: frozenset({Cure.ORDER}),
    _C.ORDER_NOT_SUPPLIERS: _REGISTERED,
    _C.BUYER: _REGISTERED,
    _C.CURRENCY: _NOTHING,
    _C.LINE_MISSING: _NOTHING,
    # An order keeps the lines it was placed with.
    _C.LINE_UNKNOWN: _NOTHING,
    # The buyer's policy decides, and a person asks for the old ones to be judged by a new one.
    _C.SEVERAL_LINES: _NOTHING,
    _C.SEVERAL_ORDERS: _NOTHING,
    _C.NOT_RECEIVED: _RECEIVED,
    _C.ALREADY_INVOICED: frozenset({Cure.CREDIT}),
    _C.UNIT: _NOTHING,
    _C.QUANTITY: _RECEIVED,
    _C.PRICE: _NOTHING,
    _C.PERIOD: _RECEIVED,
    _C.AMOUNT: _RECEIVED,
    _C.VAT_CATEGORY: _REGISTERED,
    _C.VAT_RATE: _REGISTERED,
    _C.VAT_AMOUNT: _NOTHING,
    _C.F_TAX: _REGISTERED,
    _C.PAYEE: _REGISTERED,
    _C.PAYEE_ACCOUNT: _REGISTERED,
    _C.ISSUE_DATE: _RECEIVED,
    _C.DUE_DATE: _NOTHING,
    _C.EXECUTION_REFERENCE: _NOTHING,
    _C.CONTRACT: _NOTHING,
    _C.CREDIT_REFERENCE_MISSING: _NOTHING,
    _C.CREDIT_SEVERAL: _NOTHING,
    _C.CREDIT_UNKNOWN: frozenset({Cure.INVOICE}),
    _C.CREDIT_OF_CREDIT: _NOTHING,
    _C.ALREADY_CREDITED: _NOTHING,
    _C.CREDIT_AMOUNT: _NOTHING,
    _C.CREDIT_CURRENCY: _NOTHING,
    _C.CREDIT_LINE: _NOTHING,
    _C.CREDIT_ORDER: _NOTHING,
}
"""What each cause may be ended by; every code stands here."""


def codes_cured_by(cure: Cure) -> frozenset[DeviationCode]:
    """The causes that this may end.

    >>> sorted(codes_cured_by(Cure.ORDER))
    [<DeviationCode.ORDER_UNKNOWN: 'ORDER_UNKNOWN'>]
    """
    return frozenset(code for code, cures in CURED_BY.items() if cure in cures)


def may_be_cured(codes: Collection[str], cure: Cure) -> bool:
    """Whether a document with these codes may be another one when this has come."""
    return not codes_cured_by(cure).isdisjoint(codes)
