"""What a program asks to have made in JSON: the invoice of an order line, or the credit note of an invoice. Pure.

A document that the program has written itself is sent as XML; these are for those who would rather not.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from billing.server.bodies.json_bodies import JsonBody, read
from invoicing.portal_invoicing.flipping import Stated
from invoicing.portal_invoicing.sending import ROWS_MAX, LineToInvoice

_LINE: Final = r"^[0-9A-Za-z._-]{1,60}/[0-9A-Za-z._-]{1,60}$"
_OWN: Final = r"^[0-9A-Za-zÅÄÖåäö]([0-9A-Za-zÅÄÖåäö ._/-]{0,38}[0-9A-Za-zÅÄÖåäö])?$"
_AMOUNT: Final = r"^([1-9][0-9]{0,8}(\.[0-9]{1,6})?|0\.[0-9]{0,5}[1-9][0-9]{0,5})$"

OrderLine = Annotated[
    str, Field(pattern=_LINE, description="The order and its line, as `4000000012/001`.", max_length=121)
]
OwnNumber = Annotated[
    str | None,
    Field(
        pattern=_OWN,
        max_length=40,
        description="The supplier's own number; left out, the next of its series here.",
    ),
]
Positive = Annotated[
    str, Field(pattern=_AMOUNT, max_length=16, description="A decimal above zero, in text, with a point.")
]


def _whole(value: object) -> object:
    """JSON has one kind of number: 53.0 is the integer 53 (JSON Schema 2020-12, 6.1.1)."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class InvoicedLine(JsonBody):
    """The order line that is invoiced. What is left out is what was received, at the price of the order."""

    line: OrderLine
    number: OwnNumber = None
    quantity: Positive | None = Field(
        None, description="How much is invoiced; what was received, where it is left out."
    )
    price: Positive | None = Field(
        None, description="The price of one unit, without VAT; that of the order, where it is left out."
    )

    @property
    def parts(self) -> LineToInvoice:
        """The order's number and the line's id."""
        return parts_of(self.line)

    @property
    def stated(self) -> Stated:
        """What is said of it besides."""
        return Stated(_decimal(self.quantity), _decimal(self.price))


class CreditPart(StrEnum):
    """How much of an invoice is credited."""

    ALL = "all"
    EXPECTED = "expected"


class CreditedLine(JsonBody):
    """So much of a line of the invoice, at the line's own price."""

    line: Annotated[str, Field(min_length=1, max_length=60, description="The invoice's line (BT-126).")]
    quantity: Positive


class CreditedInvoice(JsonBody):
    """The invoice that is credited: all that is left of it, what the buyer expects credit of, or some lines."""

    credits: Annotated[
        int, Field(ge=1, le=2**31 - 1, description="The id of the invoice."), BeforeValidator(_whole)
    ]
    part: Annotated[
        CreditPart,
        # A number is no text, and a text is a member: JSON has no other way to name one.
        Field(
            strict=False, description="`expected`: what the buyer asked for, where it has accepted the rest."
        ),
    ] = CreditPart.ALL
    lines: Annotated[
        list[CreditedLine] | None,
        Field(
            min_length=1, max_length=ROWS_MAX, description="These lines alone; `part` is left out beside it."
        ),
    ] = None
    new_invoice: Annotated[
        bool, Field(description="Invoice its order line anew as well: both are made, or neither.")
    ] = False
    number: OwnNumber = None

    @property
    def quantities(self) -> dict[str, Decimal] | None:
        """How much of which lines; None where no lines are named. One that stands twice counts together."""
        if self.lines is None:
            return None
        found: dict[str, Decimal] = {}
        for each in self.lines:
            found[each.line] = found.get(each.line, Decimal(0)) + Decimal(each.quantity)
        return found

    @property
    def is_part(self) -> bool:
        """Whether something of the invoice is left."""
        return self.only_expected or self.lines is not None

    @property
    def only_expected(self) -> bool:
        """Whether what the buyer expects is credited, and no more."""
        return self.part is CreditPart.EXPECTED and self.lines is None


Asked = InvoicedLine | CreditedInvoice


class _Credits(BaseModel):
    """Whether a body says that it credits something."""

    credits: object = None


def asked(body: bytes) -> Asked:
    """What a body asks for. Raises ProblemResponse (400, 422) with a pointer to what is wrong."""
    try:
        credits = _Credits.model_validate_json(body).credits is not None
    except ValidationError:
        credits = False
    return read(CreditedInvoice, body) if credits else read(InvoicedLine, body)


def parts_of(line: str) -> LineToInvoice:
    """The order's number and the line's id.

    >>> parts_of("4000000012/001")
    ('4000000012', '001')
    """
    order, _, line_id = line.partition("/")
    return order, line_id


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
