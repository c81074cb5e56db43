"""Invoices and credit notes as finance sees them, and what may become of them.

An `InvoiceContent` is what a supplier's document says, read once and never changed; a `SupplierInvoice`
is that document in our books, with its state. Both kinds of document share one
shape: a credit note carries positive amounts, as Peppol has it. BT numbers name the
field of the European standard a value comes from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from foundation.identifiers import trimmed
from foundation.money import Money, Quantity
from foundation.text import Text
from foundation.transitions import Transitions
from orders.register.invoice_dates import PaymentStart


class DocumentType(StrEnum):
    """What a document does to the debt. A negative invoice (380) does what a credit note does."""

    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"


class InvoiceState(StrEnum):
    """Where a document stands with us."""

    PARKED = "PARKED"  # waits for a receipt, or a credit note for its invoice
    IN_QUESTION = "IN_QUESTION"  # deviates; an officer decides what to ask
    ON_HOLD = "HELD"  # unknown payment account; two people confirm
    ACCEPTED = "ACCEPTED"  # matches; to be paid on its day
    PARTLY_ACCEPTED = "PARTLY_ACCEPTED"  # some lines agree; a credit note for the others is asked for
    CREDIT_REQUESTED = "CREDIT_REQUESTED"  # a credit note in full and a new invoice are asked for
    CREDITED = "CREDITED"  # settled at zero with its credit note
    PAID = "PAID"
    SETTLED = "SETTLED"  # a credit note that found its invoice


DOCUMENT_TYPE_WORDS: Final[Mapping[DocumentType, Text]] = {
    DocumentType.INVOICE: Text("Fakturor"),
    DocumentType.CREDIT_NOTE: Text("Kreditfakturor"),
}
"""What people call several of each."""

INVOICE_WORDS: Final[Mapping[InvoiceState, Text]] = {
    InvoiceState.PARKED: Text("Väntar"),
    InvoiceState.IN_QUESTION: Text("I fråga"),
    InvoiceState.ON_HOLD: Text("Hålls för kontroll"),
    InvoiceState.ACCEPTED: Text("Godkänd"),
    InvoiceState.PARTLY_ACCEPTED: Text("Delvis godkänd"),
    InvoiceState.CREDIT_REQUESTED: Text("Kredit begärd"),
    InvoiceState.CREDITED: Text("Krediterad"),
    InvoiceState.PAID: Text("Betald"),
    InvoiceState.SETTLED: Text("Avräknad"),
}
"""What people call each state."""

CREDIT_NOTE_WORDS: Final[Mapping[InvoiceState, Text]] = {
    **INVOICE_WORDS,
    InvoiceState.PARKED: Text("Väntar på sin faktura"),
    # A credit note is not credited itself: what is asked for is another.
    InvoiceState.CREDIT_REQUESTED: Text("Underkänd", context="credit note"),
}
"""What people call each state of a credit note."""


_S = InvoiceState
FOLLOWS = Transitions(
    {
        _S.PARKED: {
            *(_S.PARKED, _S.ACCEPTED, _S.IN_QUESTION, _S.ON_HOLD, _S.PARTLY_ACCEPTED, _S.CREDITED),
            _S.SETTLED,
        },
        _S.IN_QUESTION: {
            *(
                _S.IN_QUESTION,
                _S.PARKED,
                _S.ACCEPTED,
                _S.ON_HOLD,
                _S.PARTLY_ACCEPTED,
                _S.CREDIT_REQUESTED,
                _S.CREDITED,
                _S.SETTLED,
            ),
            _S.PAID,  # only what was paid before it came into question
        },
        _S.ON_HOLD: {_S.ON_HOLD, _S.PARKED, _S.ACCEPTED, _S.IN_QUESTION, _S.CREDITED},
        _S.ACCEPTED: {_S.PAID, _S.IN_QUESTION, _S.PARKED, _S.ON_HOLD, _S.CREDITED, _S.ACCEPTED},
        # On by its credit note, by the receipt that was lacking, or back by a person.
        _S.PARTLY_ACCEPTED: {
            *(_S.PARTLY_ACCEPTED, _S.ACCEPTED, _S.IN_QUESTION, _S.PARKED, _S.ON_HOLD, _S.CREDITED),
        },
        _S.CREDIT_REQUESTED: {_S.CREDITED},
        # Accepted again only where the money came back, by two people.
        _S.PAID: {_S.IN_QUESTION, _S.CREDITED, _S.PAID, _S.ACCEPTED},
    },
    ends={_S.CREDITED, _S.SETTLED},
    words=INVOICE_WORDS,
    beside={_S.CREDIT_REQUESTED: {_S.IN_QUESTION}},  # by undoing or withdrawing the request
)
"""Which state of a document may follow on which."""


@dataclass(frozen=True, slots=True)
class PeriodGiven:
    """An invoicing period as written: either day may be missing (BG-14, BG-26)."""

    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class InvoicedLine:
    """One line (BG-25). `price` is per `base_quantity` units; `adjustments` is charges less allowances."""

    id: str  # BT-126
    order_line: str  # BT-132, empty where not given
    quantity: Quantity  # BT-129, BT-130
    price: Decimal  # BT-146
    base_quantity: Decimal  # BT-149
    amount: Money  # BT-131
    adjustments: Money  # BT-141 less BT-136
    period: PeriodGiven | None  # BG-26
    vat_category: str  # BT-151
    vat_percent: Decimal | None  # BT-152
    name: str = ""  # BT-153
    order_number: str = ""  # BT-188: the order of this line, empty where it is the document's
    note: str = ""  # BT-127

    def __post_init__(self) -> None:
        for name in ("order_line", "order_number"):
            object.__setattr__(self, name, trimmed(getattr(self, name)))

    @property
    def is_text(self) -> bool:
        """Whether the line charges nothing and only carries text: nothing of something, or something free of no order.

        Programs write a heading or a remark as a line of zero quantity, or of a zero price.
        """
        nothing = self.amount.is_zero and self.adjustments.is_zero
        return nothing and (not self.quantity.value or (not self.price and not self.order_line))


@dataclass(frozen=True, slots=True)
class VatSubtotal:
    """The tax of one category and rate (BG-23)."""

    category: str  # BT-118
    percent: Decimal | None  # BT-119
    taxable: Money  # BT-116
    tax: Money  # BT-117


@dataclass(frozen=True, slots=True)
class AccountGiven:
    """A payment account as the invoice writes it (BT-84, BT-86)."""

    scheme: str  # BANKGIRO, PLUSGIRO, IBAN, or empty where it cannot be told
    number: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "number", trimmed(self.number))


@dataclass(frozen=True, slots=True)
class PayeeGiven:
    """Who is to be paid, where the invoice names somebody (BG-10); the seller may have named itself."""

    name: str  # BT-59
    identifiers: tuple[str, ...] = ()  # BT-60
    company: str = ""  # BT-61


@dataclass(frozen=True, slots=True)
class PaymentInstructions:
    """What a document says of its payment and of its seller: the part of `InvoiceContent` that says whom to pay.

    Read by itself where many are to be paid: most of a document is lines, and none of them says where money goes.
    """

    type_code: str  # BT-3
    supplier: str  # BT-30, or from BT-31, BT-29, BT-34
    supplier_name: str  # BT-27
    endpoint: str  # BT-34
    accounts: tuple[AccountGiven, ...]  # BG-16
    payment_reference: str = ""  # BT-83: the first one given
    payee: PayeeGiven | None = None  # BG-10


@dataclass(frozen=True, slots=True)
class CreditedReference:
    """The invoice a credit note says it credits (BG-3)."""

    number: str  # BT-25
    issued_on: date | None  # BT-26

    def __post_init__(self) -> None:
        object.__setattr__(self, "number", trimmed(self.number))


@dataclass(frozen=True, slots=True)
class Mention:
    """A number that stands somewhere in a document where an order, a participant or an invoice may be named."""

    term: str  # the place, as BT-10
    number: str


@dataclass(frozen=True, slots=True)
class InvoiceContent:
    """What an invoice or credit note says. `supplier` is the legal entity's organisation number, if any.

    Its identifiers are without the blanks around them. `mentions` suggest, and never decide.
    """

    document_type: DocumentType
    type_code: str  # BT-3
    number: str  # BT-1
    issued_on: date  # BT-2
    due_on: date | None  # BT-9
    currency: str  # BT-5
    supplier: str  # BT-30, or from BT-31, BT-29, BT-34
    supplier_name: str  # BT-27
    endpoint: str  # BT-34
    buyer: str  # BT-47, or from BT-46, BT-49
    order_number: str  # BT-13
    contract: str  # BT-12
    references: tuple[str, ...]  # BT-10, BT-19, BT-18, BT-11: where an execution reference may be repeated
    period: PeriodGiven | None  # BG-14
    credits: tuple[CreditedReference, ...]  # BG-3
    lines: tuple[InvoicedLine, ...]  # BG-25
    adjustments: Money  # BT-108 less BT-107
    vat: tuple[VatSubtotal, ...]  # BG-23
    amount_net: Money  # BT-109
    amount_vat: Money  # BT-110
    amount_gross: Money  # BT-112
    amount_prepaid: Money  # BT-113
    amount_rounding: Money  # BT-114
    amount_payable: Money  # BT-115
    accounts: tuple[AccountGiven, ...]  # BG-16
    payment_reference: str = ""  # BT-83: the first one given
    payment_means: tuple[str, ...] = ()  # BT-81, each code once
    payee: PayeeGiven | None = None  # BG-10
    note: str = ""  # BT-22
    mentions: tuple[Mention, ...] = ()  # the likeliest place first
    # Asked for each line again, so worked out once.
    charging_lines: tuple[InvoicedLine, ...] = field(init=False, compare=False, repr=False)
    """The lines without those that only carry text; all of them where none charges anything."""
    order_lines: tuple[str, ...] = field(init=False, compare=False, repr=False)
    """The order lines charged, each once, in the order they first appear."""

    def __post_init__(self) -> None:
        # A number of signs that nobody sees is a number by the rules, and the only one the document has.
        object.__setattr__(self, "number", trimmed(self.number) or self.number)
        for name in ("order_number", "contract"):
            object.__setattr__(self, name, trimmed(getattr(self, name)))
        given = (trimmed(each) for each in self.references)
        object.__setattr__(self, "references", tuple(each for each in given if each))
        # Named twice it is still one invoice.
        named = {each.number: each for each in reversed(self.credits) if each.number}
        credits = tuple(named[each] for each in dict.fromkeys(each.number for each in self.credits) if each)
        object.__setattr__(self, "credits", credits)
        charging = tuple(line for line in self.lines if not line.is_text) or self.lines
        object.__setattr__(self, "charging_lines", charging)
        charged = tuple(dict.fromkeys(line.order_line for line in charging if line.order_line))
        object.__setattr__(self, "order_lines", charged)

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders its lines are for, each once: the one a line names itself, or else the document's."""
        return tuple(dict.fromkeys(line.order_number or self.order_number for line in self.charging_lines))

    def of_order(self, number: str) -> "InvoiceContent":
        """The same document with the lines of one order alone, as if it had been sent for that one."""
        lines = tuple(line for line in self.lines if (line.order_number or self.order_number) == number)
        return replace(self, order_number=number, lines=lines)

    def order_by_order(self) -> tuple["InvoiceContent", ...]:
        """The same document for each of `orders`, as `of_order` has it."""
        by_order: dict[str, list[InvoicedLine]] = {}
        for line in self.lines:
            by_order.setdefault(line.order_number or self.order_number, []).append(line)
        return tuple(
            replace(self, order_number=number, lines=tuple(by_order[number])) for number in self.orders
        )


@dataclass(frozen=True, slots=True)
class CreditedLine:
    """What a credit note takes back, or is expected to, of one line of an invoice (BT-126), without VAT."""

    invoice_line: str
    order_number: str
    line_id: str
    quantity: Decimal
    amount: Money


@dataclass(frozen=True, slots=True)
class PartialCredit:
    """A credit note for a part of an invoice, in our books: the lines it takes back, and its sums."""

    credit_id: int
    invoice_id: int
    amount_net: Money
    amount_vat: Money
    amount_payable: Money
    settled_on: date
    lines: tuple[CreditedLine, ...]


class ExpectedCreditState(StrEnum):
    """What has become of a credit note that was asked for."""

    EXPECTED = "EXPECTED"
    RECEIVED = "RECEIVED"
    WITHDRAWN = "WITHDRAWN"  # by a person, or since what was lacking has come


EXPECTED_WORDS: Final[Mapping[ExpectedCreditState, Text]] = {
    ExpectedCreditState.EXPECTED: Text("Väntas"),
    ExpectedCreditState.RECEIVED: Text("Kommen"),
    ExpectedCreditState.WITHDRAWN: Text("Väntas inte längre"),
}
"""What people call each state."""


EXPECTED_FOLLOWS = Transitions(
    {ExpectedCreditState.EXPECTED: {ExpectedCreditState.RECEIVED, ExpectedCreditState.WITHDRAWN}},
    ends={ExpectedCreditState.RECEIVED, ExpectedCreditState.WITHDRAWN},
    words=EXPECTED_WORDS,
)
"""An expected credit note comes, or is expected no longer."""


@dataclass(frozen=True, slots=True)
class ExpectedCredit:
    """A credit note asked for: of which lines, for how much, by when, and what has become of it."""

    id: int
    invoice_id: int
    invoice_number: str
    supplier: str
    asked_on: date
    asked_by: str
    due_on: date
    amount_net: Money
    amount_vat: Money
    amount_payable: Money
    lines: tuple[CreditedLine, ...]
    state: ExpectedCreditState
    reminded_on: date | None
    ended_on: date | None
    credit_id: int | None


@dataclass(frozen=True, slots=True)
class SupplierInvoice:
    """A document in our books."""

    id: int
    letter_id: int
    document_type: DocumentType
    type_code: str
    supplier: str
    number: str
    issued_on: date
    received_on: date
    pays_on: date
    currency: str
    order_number: str
    execution_reference: str
    endpoint: str
    amount_net: Money
    amount_vat: Money
    amount_payable: Money
    state: InvoiceState
    codes: tuple[str, ...]
    answered: str
    paid_on: date | None
    credited: Money | None = (
        None  # what credit notes for parts of it come to, to pay; none where there are none
    )

    @property
    def name(self) -> Text:
        """What a refusal calls it."""
        if self.document_type is DocumentType.CREDIT_NOTE:
            return Text("Kreditfakturan %(number)s", number=self.number)
        return Text("Fakturan %(number)s", number=self.number)

    @property
    def state_word(self) -> Text:
        """What people call the state it is in."""
        return self.worded(FOLLOWS).words[self.state]

    def worded(self, table: Transitions[InvoiceState]) -> Transitions[InvoiceState]:
        """The table with the words that its kind of document has."""
        if self.document_type is DocumentType.CREDIT_NOTE:
            return table.worded(CREDIT_NOTE_WORDS)
        return table

    def check_step(self, to: InvoiceState) -> None:
        """Raise StepRefused where `to` may not follow on its state."""
        self.worded(FOLLOWS).check(self.name, self.state, to)

    @property
    def amount_to_pay(self) -> Money:
        """What is left of it to pay: less the credit notes for parts of it."""
        return self.amount_payable if self.credited is None else self.amount_payable - self.credited


def pays_on(
    issued_on: date, *, received_on: date, terms_days: int, runs_from: PaymentStart = PaymentStart.LATER
) -> date:
    """The day an invoice is paid: `terms_days` after its date or its receipt, whatever it says itself (REQ-38).

    A date further ahead of the receipt than the terms are long is nobody's date: the receipt counts then.
    """
    believed = issued_on <= days_after(received_on, terms_days)
    dated = issued_on if believed else received_on
    match runs_from:
        case PaymentStart.ISSUE:
            start = dated
        case PaymentStart.RECEIPT:
            start = received_on
        case PaymentStart.LATER:
            start = max(dated, received_on)
    return days_after(start, terms_days)


def days_after(day: date, days: int) -> date:
    """So many days after a day. A document may be dated on the last days that there are; then it is the last one."""
    return min(day, date.max - timedelta(days=days)) + timedelta(days=days)
