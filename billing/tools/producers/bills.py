"""A bill as a supplier's program holds it before it is written: plain values of the trade, exact to the öre.

A `Bill` is an invoice, or with `credits` a credit note. What follows from its lines (its VAT and its totals) is
reckoned here as any program does; what a mistake adds to that is a field of its own, so that a changed bill
stays one that the published rules take.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from foundation.money import DAY, rounded
from orders.register.parties import AccountScheme, Address, Buyer, Supplier, VatCategory

NOTHING = Decimal("0.00")
BRANCHES = {
    AccountScheme.BANKGIRO: "SE:BANKGIRO",
    AccountScheme.PLUSGIRO: "SE:PLUSGIRO",
    AccountScheme.IBAN: "",
}
_DAYS_TO_PAY = 30


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """One line of an order as its supplier received it."""

    line_id: str
    article_number: str
    article_name: str
    unit: str
    price: Decimal
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Due:
    """What may be billed on an order line: the quantity that was received, for which days, and how it is taxed.

    `starts_on` and `ends_on` are the days received; those ordered where nothing is received yet.
    """

    order_number: str
    execution_reference: str
    contract: str
    currency: str
    line: OrderedLine
    quantity: Decimal
    ordered: Decimal
    starts_on: date
    ends_on: date
    vat_category: str
    vat_percent: Decimal
    exemption_code: str = ""
    exemption_reason: str = ""

    @property
    def is_by_day(self) -> bool:
        """Whether days of a month are billed, and not a single thing."""
        return self.line.unit == DAY


@dataclass(frozen=True, slots=True)
class BillParty:
    """Seller or buyer as a program writes it; an empty text is left out."""

    name: str
    number: str  # BT-30, BT-47
    endpoint: str  # "0007:5599991014"; BT-34, BT-49
    vat_id: str  # BT-31, BT-48
    address: Address
    is_f_taxed: bool = False  # BT-32
    number_scheme: str = "0007"
    trading_name: str = ""  # BT-28
    identification: str = ""  # BT-29, BT-46, in scheme 0007


@dataclass(frozen=True, slots=True)
class BillAccount:
    """A way to pay (BG-16): code, reference (BT-83), and an account with its branch, where one is named."""

    code: str
    reference: str
    number: str
    branch: str = ""


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line. `allowance` is taken from the price times the quantity, or added where it is below zero."""

    id: str
    order_line: str
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal
    name: str
    vat_category: str
    vat_percent: Decimal
    base_quantity: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    note: str = ""
    description: str = ""
    article_number: str = ""
    allowance: Decimal = NOTHING
    gross_price: Decimal | None = None  # BT-148; the discount BT-147 is what differs


@dataclass(frozen=True, slots=True)
class BillVat:
    """The tax of one category and rate (BG-23)."""

    category: str
    percent: Decimal
    taxable: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice, or a credit note of the invoices named in `credits` (number and date)."""

    number: str
    type_code: str
    issued_on: date
    currency: str
    seller: BillParty
    buyer: BillParty
    lines: tuple[BillLine, ...]
    due_on: date | None = None
    order_number: str = ""
    sales_order: str = ""  # BT-14
    contract: str = ""
    project: str = ""
    buyer_reference: str = ""
    accounting_cost: str = ""
    note: str = ""
    terms: str = ""
    credits: tuple[tuple[str, date], ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    delivered_on: date | None = None
    attachment: bytes = b""
    payee: str = ""  # another than the seller (BG-10)
    accounts: tuple[BillAccount, ...] = ()
    exemption_code: str = ""
    exemption_reason: str = ""
    allowance: Decimal = NOTHING  # of the whole bill; a charge is below zero
    prepaid: Decimal = NOTHING
    rounding: Decimal = NOTHING
    vat_off: Decimal = NOTHING  # what the tax differs from the rate's
    is_credit: bool = False

    @property
    def amount_lines(self) -> Decimal:
        """BT-106."""
        return sum((each.amount for each in self.lines), NOTHING)

    @property
    def amount_net(self) -> Decimal:
        """BT-109."""
        return self.amount_lines - self.allowance

    @property
    def vat(self) -> Sequence[BillVat]:
        """The tax by category and rate; what is taken from or added to the whole bill belongs to the first."""
        taxed: dict[tuple[str, Decimal], Decimal] = {}
        for line in self.lines:
            key = line.vat_category, line.vat_percent
            taxed[key] = taxed.get(key, NOTHING) + line.amount
        found, taken, off = [], self.allowance, self.vat_off
        for (category, percent), amount in taxed.items():
            taxable = amount - taken
            found.append(BillVat(category, percent, taxable, rounded(taxable * percent / 100) + off))
            taken, off = NOTHING, NOTHING
        return found

    @property
    def amount_vat(self) -> Decimal:
        """BT-110."""
        return sum((each.tax for each in self.vat), NOTHING)

    @property
    def amount_gross(self) -> Decimal:
        """BT-112."""
        return self.amount_net + self.amount_vat

    @property
    def amount_payable(self) -> Decimal:
        """BT-115."""
        return self.amount_gross - self.prepaid + self.rounding


def bill_of(due: Due, *, supplier: Supplier, buyer: Buyer, number: str, on: date) -> Bill:
    """The bill that obeys the order and the receipt, as a program without habits holds it."""
    pays = on + timedelta(days=_DAYS_TO_PAY)
    held = supplier.on(due.ends_on)
    outside = due.vat_category == VatCategory.OUTSIDE_SCOPE
    account = supplier.on(pays).payment_accounts[0]
    return Bill(
        number=number,
        type_code="380",
        issued_on=on,
        due_on=pays,
        currency=due.currency,
        seller=BillParty(
            name=supplier.name,
            number=supplier.organisation_number,
            endpoint=supplier.participant_id or f"0007:{supplier.organisation_number}",
            vat_id="" if outside else held.vat_id or "",
            address=held.address,
            is_f_taxed=held.f_tax and not outside,
        ),
        buyer=BillParty(
            name=buyer.name,
            number=buyer.organisation_number,
            endpoint=buyer.participant_id,
            # A supplier outside VAT may show nobody's VAT number (BR-O-02).
            vat_id="" if outside else buyer.vat_id,
            address=buyer.invoice_address,
        ),
        order_number=due.order_number,
        contract=due.contract,
        terms=f"{_DAYS_TO_PAY} dagar netto",
        accounts=(BillAccount("30", number, account.number, BRANCHES[account.scheme]),),
        exemption_code=due.exemption_code,
        exemption_reason=due.exemption_reason,
        lines=(
            BillLine(
                id="1",
                order_line=due.line.line_id,
                quantity=due.quantity,
                unit=due.line.unit,
                price=due.line.price,
                amount=rounded(due.quantity * due.line.price),
                name=due.line.article_name,
                vat_category=due.vat_category,
                vat_percent=due.vat_percent,
                starts_on=due.starts_on,
                ends_on=due.ends_on,
                article_number=due.line.article_number,
            ),
        ),
    )


def credit_of(bill: Bill, *, number: str, on: date) -> Bill:
    """The credit note of a whole invoice: the same lines and totals, and the invoice named (BG-3)."""
    return replace(
        bill,
        number=number,
        type_code="381",
        issued_on=on,
        due_on=None,
        credits=((bill.number, bill.issued_on),),
        project="",
        attachment=b"",
        is_credit=True,
    )


def with_line(bill: Bill, **changes: object) -> Bill:
    """The bill with the first of its lines that bills something changed, its amount left as it is."""
    at = next((place for place, each in enumerate(bill.lines) if each.quantity), 0)
    line = replace(bill.lines[at], **changes)  # type: ignore[arg-type]
    return replace(bill, lines=(*bill.lines[:at], line, *bill.lines[at + 1 :]))


def rebilled(bill: Bill, **changes: object) -> Bill:
    """The same with the amount that follows from quantity, price and allowance."""
    line = billed_line(with_line(bill, **changes))
    return with_line(bill, **changes, amount=_amount(line))


def billed_line(bill: Bill) -> BillLine:
    """The first of its lines that bills something."""
    return next((each for each in bill.lines if each.quantity), bill.lines[0])


def _amount(line: BillLine) -> Decimal:
    return rounded(line.quantity * line.price / (line.base_quantity or 1)) - line.allowance
