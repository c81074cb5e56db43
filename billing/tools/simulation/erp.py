"""A simulated supplier's system: messages and approved reports in, messages out, and nothing else.

It reads orders, bills what the buyer has approved, makes some mistakes on purpose, and reacts to what it is
told: a rejection gives a credit note and a corrected invoice, a query about the account the same, a technical
refusal the document once more without its fault. What it does depends on the seed and the document alone,
never on the order or number of messages: a message that comes twice, or after a later one, changes nothing.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from billing.tools.simulation import documents
from billing.tools.simulation.documents import SimulatedDelivery
from billing.tools.simulation.invoices import with_mistake
from invoicing.portal_invoicing.flipping import Numbered, credit_note_of
from orders.register.parties import Supplier
from orders.register.response_agreements import OrderProcess, TechnicalAnswer
from peppol.documents import billing, ordering, responses, shapes
from peppol.envelope import opening
from peppol.identifiers import DocumentKind
from peppol.validation import validation
from peppol.xml import codec

_CREDITS = ("CNF", "CNP", "CNA")
_NEW = "NIN"

# Which mistakes are made, in thousandths of all first invoices; the rest are right.
MISTAKES: dict[str, int] = {
    "over": 50,
    "price": 40,
    "no order number": 30,
    "no order line": 20,
    "vat rate": 20,
    "account": 20,
    "due date": 40,
    "twice": 40,
    "wrong sum": 40,
}


class OrderStanding(StrEnum):
    """How a bill stands, as its supplier knows it."""

    SENT = "SENT"
    REFUSED = "REFUSED"  # technically: it never became an invoice
    WITHDRAWN = "WITHDRAWN"  # credited in full
    PAID = "PAID"


@dataclass(frozen=True, slots=True)
class HandedMessage:
    """A document the supplier sends: its kind, its number, and its bytes."""

    kind: DocumentKind
    number: str
    issued_on: date
    body: bytes
    copies: int = 1


@dataclass(slots=True)
class _Bill:
    """One invoice as the supplier's books have it."""

    document: billing.Invoice
    delivered: SimulatedDelivery
    standing: OrderStanding = OrderStanding.SENT


@dataclass(slots=True)
class SimulatedErp:
    """One supplier's system. `mistakes` are thousandths per kind; `seed` decides which invoices have them."""

    supplier: Supplier
    seed: int = 1
    mistakes: dict[str, int] = field(default_factory=lambda: dict(MISTAKES))
    orders: dict[str, ordering.Order] = field(default_factory=dict)
    bills: dict[str, _Bill] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)
    unread: int = 0
    _planned: dict[date, list[HandedMessage]] = field(default_factory=lambda: defaultdict(list))
    _delivered: dict[tuple[str, str], SimulatedDelivery] = field(default_factory=dict)
    _to_bill: dict[date, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    _times: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    # What it is told ------------------------------------------------------------------------------

    def receive(self, body: bytes, *, on: date) -> bool:
        """A message has come; False where it cannot be read as a document of the buyer's (it was damaged)."""
        opened = opening.unwrap(body)
        report = validation.validate(opened.payload, on=on)
        if not report.valid or report.kind is None or report.root is None:
            self.unread += 1
            return False
        document = _document(report)
        key = (report.kind.value, document.id)
        if key not in self.seen:
            self.seen.add(key)
            self._read(document, on=on)
        return True

    def approved(self, delivered: SimulatedDelivery, *, on: date) -> None:
        """The buyer has approved a month or a result: it is billed within a week."""
        key = (delivered.order_number, delivered.line_id)
        self._delivered[key] = delivered
        if not self._open_bills(key):
            self._to_bill[on + timedelta(days=self._drawn("bill", *key).randint(0, 6))].append(key)

    def asked_in_person(self, invoice_number: str, *, on: date) -> None:
        """Somebody at the buyer calls: credit the invoice and bill what was delivered."""
        self._correct(invoice_number, on=on, bill_again=True)

    def live(self, on: date) -> list[HandedMessage]:
        """What leaves this day, in the order it was planned; each message once."""
        for day in sorted(each for each in self._to_bill if each <= on):
            for key in self._to_bill.pop(day):
                if not self._open_bills(key):
                    self._bill(key, on=on, first=self._times[key] == 0)
        days = sorted(each for each in self._planned if each <= on)
        return [message for day in days for message in self._planned.pop(day)]

    @property
    def busy(self) -> bool:
        """Whether something is still to be sent, or a bill is neither paid nor withdrawn."""
        waits = any(each.standing is OrderStanding.SENT for each in self.bills.values())
        return bool(self._planned or self._to_bill) or waits

    # Reading --------------------------------------------------------------------------------------

    def _read(self, document: codec.Document, *, on: date) -> None:
        match document:
            case ordering.Order():
                self._take_order(document, on=on)
            case responses.InvoiceResponse():
                self._take_answer(document.document_response, on=on)
            case responses.MessageLevelResponse():
                told = document.document_response
                if told.response.response_code == "RE":
                    self._refused(told.document_reference.id, on=on)
            case _:
                pass

    def _take_order(self, order: ordering.Order, *, on: date) -> None:
        self.orders[order.id] = order
        tomorrow = on + timedelta(days=1)
        if self.supplier.technical_answers is TechnicalAnswer.MLR:
            taken = documents.acceptance(order, number=f"M-{order.id}", on=tomorrow)
            self._plan(taken, tomorrow)
        if self.supplier.order_process is OrderProcess.ORDERING:
            code = self._drawn("order", order.id).choice(("AP", "AP", "AB", "CA"))
            changed = order.order_lines[0].line_item.id if code == "CA" else ""
            note = "Vi börjar en dag senare." if code == "CA" else ""
            answer = documents.order_response(
                order, code, number=f"OR-{order.id}", on=tomorrow, changed=changed, note=note
            )
            self._plan(answer, tomorrow)

    def _take_answer(self, answer: responses.InvoiceAnswer, *, on: date) -> None:
        number, verdict = answer.document_reference.id, answer.response
        codes = {status.status_reason_code.value for status in verdict.statuses if status.status_reason_code}
        if verdict.response_code == "PD" and number in self.bills:
            self.bills[number].standing = OrderStanding.PAID
        elif verdict.response_code == "RE" and codes & set(_CREDITS):
            self._correct(number, on=on, bill_again=_NEW in codes)
        elif verdict.response_code == "UQ" and "PAY" in codes:
            self._correct(number, on=on, bill_again=True)

    def _refused(self, number: str, *, on: date) -> None:
        """The document broke a rule: the same bill once more, under a number of its own and without the fault."""
        bill = self.bills.get(number)
        if bill is not None and bill.standing is OrderStanding.SENT:
            bill.standing = OrderStanding.REFUSED
            self._bill_soon(bill.delivered, on=on)

    # Writing --------------------------------------------------------------------------------------

    def _correct(self, number: str, *, on: date, bill_again: bool) -> None:
        bill = self.bills.get(number)
        if bill is None or bill.standing in (OrderStanding.WITHDRAWN, OrderStanding.REFUSED):
            return
        bill.standing = OrderStanding.WITHDRAWN
        day = on + timedelta(days=self._drawn("credit", number).randint(1, 4))
        self._plan(credit_note_of(bill.document, given=Numbered(f"K{number}", day)), day)
        if bill_again:
            key = (bill.delivered.order_number, bill.delivered.line_id)
            self._to_bill[day].append(key)

    def _bill_soon(self, delivered: SimulatedDelivery, *, on: date) -> None:
        self._to_bill[on + timedelta(days=1)].append((delivered.order_number, delivered.line_id))

    def _bill(self, key: tuple[str, str], *, on: date, first: bool) -> None:
        delivered, order = self._delivered[key], self.orders.get(key[0])
        if order is None:
            # The order is still under way; nothing is billed without it.
            self._to_bill[on + timedelta(days=1)].append(key)
            return
        if delivered.quantity.is_zero:
            return
        self._times[key] += 1
        number = f"F{key[0]}-{key[1]}-{self._times[key]}"
        right = documents.invoice(order, delivered, supplier=self.supplier, number=number, on=on)
        mistake = self._mistake(key) if first else ""
        wrong = _with_mistake(right, mistake)
        self.bills[number] = _Bill(wrong, delivered)
        self._plan(wrong, on, copies=2 if mistake == "twice" else 1)

    def _open_bills(self, key: tuple[str, str]) -> bool:
        return any(
            (each.delivered.order_number, each.delivered.line_id) == key
            for each in self.bills.values()
            if each.standing in (OrderStanding.SENT, OrderStanding.PAID)
        )

    def _plan(self, document: codec.Document, on: date, *, copies: int = 1) -> None:
        self._planned[on].append(
            HandedMessage(document.kind, document.id, on, codec.serialise(document), copies)
        )

    # Chance ---------------------------------------------------------------------------------------

    def _mistake(self, key: tuple[str, str]) -> str:
        draw = self._drawn("mistake", *key).randrange(1000)
        for name, share in self.mistakes.items():
            if draw < share:
                return name
            draw -= share
        return ""

    def _drawn(self, *what: str) -> Random:
        """Chance about one thing: the same for the same seed, whenever it is asked."""
        return Random("/".join((str(self.seed), *what)))  # noqa: S311 - not for secrets


def _with_mistake(invoice: billing.Invoice, mistake: str) -> billing.Invoice:
    """The invoice with its mistake; all but a wrong sum keep every published rule."""
    if mistake != "wrong sum":
        return with_mistake(invoice, mistake)
    total = invoice.legal_monetary_total
    more = shapes.Amount(total.payable_amount.value + 1, total.payable_amount.currency_id)
    return replace(invoice, legal_monetary_total=replace(total, payable_amount=more))


_READ: dict[DocumentKind, type[codec.Document]] = {
    DocumentKind.ORDER: ordering.Order,
    DocumentKind.INVOICE_RESPONSE: responses.InvoiceResponse,
    DocumentKind.MLR: responses.MessageLevelResponse,
    DocumentKind.MLS: responses.MessageLevelStatus,
}


def _document(report: validation.ValidationResult) -> codec.Document:
    assert report.kind is not None and report.root is not None  # noqa: S101, PT018 - it is valid
    return codec.parse(_READ[report.kind], report.root)
