"""What a match is judged by: the order, its lines, their receipts and occupants, the register.

These are values loaded by `documents/facts_loading.py` and handed to the pure functions of `matching.py`
and `credit_notes/credit_matching.py`; tests build them by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from foundation.money import Money, Quantity, total
from invoicing.matching.candidates import Suggestion
from invoicing.model import InvoiceContent, InvoiceState, SupplierInvoice, pays_on
from orders.model import Handling, Interruption, LineAccount, LineState, Order, OrderLine, Receipt
from orders.register.agreements import Policy
from orders.register.parties import Buyer, Supplier, Vat
from orders.register.succession import Tenure


@dataclass(frozen=True, slots=True)
class Occupant:
    """The uncredited invoice that lies on an order line."""

    invoice_id: int
    number: str
    state: InvoiceState


@dataclass(frozen=True, slots=True)
class LineShare:
    """What another uncredited invoice takes of an order line that is invoiced in parts."""

    invoice_id: int
    number: str
    quantity: Decimal
    amount: Money


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One order line and how far it has come. `with_buyer`: its month is reported, and the buyer has it.

    `revoked_on` is the day the approval it was received on was taken back, where nothing has been approved since.
    `shares` are other invoices' where it is invoiced in parts.
    """

    line: OrderLine
    account: LineAccount
    receipt: Receipt | None = None
    occupant: Occupant | None = None
    with_buyer: bool = False
    revoked_on: date | None = None
    shares: tuple[LineShare, ...] = ()

    @property
    def left(self) -> Receipt | None:
        """What was received and no other invoice has taken a share of; the receipt itself where none has."""
        if self.receipt is None or not self.shares:
            return self.receipt
        taken = sum((each.quantity for each in self.shares), Decimal(0))
        unit, amount = self.receipt.quantity.unit, self.receipt.amount
        return replace(
            self.receipt,
            quantity=Quantity(max(self.receipt.quantity.value - taken, Decimal(0)), unit),
            amount=max(
                amount - total((each.amount for each in self.shares), currency=amount.currency),
                Money(Decimal("0.00"), amount.currency),
                key=lambda each: each.amount,
            ),
        )

    @property
    def delivered_on(self) -> date:
        """The day its delivery is judged by: the last day of what was received, or of what was ordered."""
        return ((self.receipt.period if self.receipt else None) or self.line.period).end

    @property
    def closed(self) -> bool:
        """Whether nothing more will be received on the line."""
        return self.account.state is not LineState.OPEN and self.receipt is None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order with all its lines, and the interruption of its placement, if any.

    `vat` is how it is taxed on its last day; `vat_by_line` those of its lines whose delivery is taxed otherwise.
    """

    order: Order
    lines: Mapping[str, LineFacts]
    vat: Vat
    interruption: Interruption | None = None
    cancelled: bool = False
    vat_by_line: Mapping[str, Vat] = field(default_factory=dict)

    def vat_of(self, line_id: str) -> Vat:
        """How a line is taxed: by what held on its delivery."""
        return self.vat_by_line.get(line_id, self.vat)

    def will_be_received(self, line: LineFacts) -> bool:
        """Whether a receipt may still come for a line that has none."""
        if line.closed or self.cancelled:
            return False
        return self.interruption is None or self.interruption.effective_on >= line.line.period.start


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known when an invoice is judged. `outside` says why an order number we never gave is known.

    `tenure` is the supplier's time with an order that was placed with another, or that another has taken over.
    `orders` are all known ones of an invoice over several, by number, and `tenures` the supplier's time with each.
    `received_on` is the day the invoice came, or would come; without it, it is taken to come on its own date.
    """

    buyer: Buyer
    policy: Policy
    supplier: Supplier | None = None
    order: OrderFacts | None = None
    outside: Handling | None = None
    suggestions: tuple[Suggestion, ...] = ()
    tenure: Tenure | None = None
    received_on: date | None = None
    orders: Mapping[str, OrderFacts] = field(default_factory=dict)
    tenures: Mapping[str, Tenure] = field(default_factory=dict)

    def of_order(self, number: str) -> "Facts":
        """The same facts for the lines of one order; nothing of it where it is none of ours."""
        if not self.orders:
            return self
        return replace(self, order=self.orders.get(number), tenure=self.tenures.get(number))

    def pays_on(self, invoice: InvoiceContent) -> date:
        """The day the invoice is paid, as the policy counts it."""
        return pays_on(
            invoice.issued_on,
            received_on=self.received_on or invoice.issued_on,
            terms_days=self.policy.payment_terms_days,
            runs_from=self.policy.payment_runs_from,
        )


@dataclass(frozen=True, slots=True)
class CreditFacts:
    """What a credit note is judged by: the document it names, if we hold it, and its credit note, if any.

    `invoiced` is what that document says, as it was read; `left` is the same less what was credited of it before;
    `only_whole` that it is paid, being paid or asked back whole, so that no part of it can be credited alone.
    """

    buyer: Buyer
    policy: Policy
    credited: SupplierInvoice | None = None
    credited_by: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    left: InvoiceContent | None = None
    only_whole: bool = False
    invoiced: InvoiceContent | None = None
