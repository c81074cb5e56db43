"""A vendor's own program: what a supplier's system does with the generated client, written by its types alone."""

import time
from dataclasses import dataclass, field
from io import BytesIO
from uuid import uuid4

from orders_and_invoices import AuthenticatedClient
from orders_and_invoices.api.answers import list_answers
from orders_and_invoices.api.invoices import (
    list_invoices,
    make_invoices,
    preview_invoice,
    read_invoice,
    send_invoice,
)
from orders_and_invoices.api.orders import list_orders, read_order
from orders_and_invoices.api.payments import list_payments
from orders_and_invoices.api.sandbox import (
    advance_sandbox,
    hand_in_sandbox_message,
    list_sandbox_messages,
    make_sample_order,
    read_sandbox_message,
    reset_sandbox,
)
from orders_and_invoices.api.webhooks import make_webhook, send_webhook_test
from orders_and_invoices.models import (
    AnswerPage,
    InvoicedLine,
    InvoicePage,
    InvoicesAnswer,
    LinesToInvoice,
    LineToInvoice,
    MadeOrders,
    MadeWebhook,
    OneInvoice,
    OneOrder,
    OrderPage,
    OrderWanted,
    PaymentPage,
    PreviewedDocument,
    ProblemDocument,
    SandboxTold,
    SentDocument,
    TakenMessage,
    TestLaidOut,
    TimeToPass,
    ToldPayment,
    WantedWebhook,
)
from orders_and_invoices.types import File


class Refused(Exception):
    """The service said no; `problem` says why."""

    def __init__(self, problem: ProblemDocument | None) -> None:
        super().__init__("no answer" if problem is None else f"{problem.code}: {problem.detail_en}")
        self.problem = problem


@dataclass
class SupplierSystem:
    """A supplier's system with one key, and how many requests it made."""

    address: str
    key: str
    asked: int = field(default=0)

    def __post_init__(self) -> None:
        self.client = AuthenticatedClient(base_url=self.address, token=self.key, timeout=None)

    def close(self) -> None:
        """Give the connection back."""
        self.client.get_httpx_client().close()

    def begin_anew(self) -> SandboxTold:
        """Empty the sandbox."""
        told = reset_sandbox.sync(client=self.client)
        assert isinstance(told, SandboxTold), told
        return told

    def be_given_an_order(self, months: int) -> str:
        """Have a sample order made, so many months of which are received; its number."""
        wanted = OrderWanted(months_received=months)
        made = make_sample_order.sync(client=self.client, body=wanted, idempotency_key=str(uuid4()))
        if not isinstance(made, MadeOrders):
            raise Refused(made)
        number: str = made.orders[0]
        return number

    def orders(self) -> list[str]:
        """The numbers of all orders there are to invoice."""
        page = list_orders.sync(client=self.client)
        if not isinstance(page, OrderPage):
            raise Refused(page)
        return [each.number for each in page.orders if each.lines_to_invoice]

    def order(self, number: str) -> OneOrder:
        """An order, line by line."""
        found = read_order.sync(number, client=self.client)
        if not isinstance(found, OneOrder):
            raise Refused(found)
        return found

    def preview(self, line: str) -> PreviewedDocument:
        """The invoice of a line as it would be."""
        found = preview_invoice.sync(client=self.client, body=InvoicedLine(line=line))
        if not isinstance(found, PreviewedDocument):
            raise Refused(found)
        return found

    def invoice(self, line: str, key: str) -> SentDocument:
        """Invoice a line, once for each key, however often it has to be asked."""
        for _ in range(3):
            made = send_invoice.sync(client=self.client, body=InvoicedLine(line=line), idempotency_key=key)
            if isinstance(made, SentDocument):
                return made
            if made is None or not made.retryable:
                raise Refused(made)
            time.sleep(1)
        raise Refused(None)

    def invoice_many(self, lines: list[str]) -> InvoicesAnswer:
        """Invoice many lines in one request; each row has an answer of its own."""
        asked = LinesToInvoice(rows=[LineToInvoice(line=each) for each in lines])
        made = make_invoices.sync(client=self.client, body=asked, idempotency_key=str(uuid4()))
        if not isinstance(made, InvoicesAnswer):
            raise Refused(made)
        return made

    def send_own(self, document: bytes) -> str:
        """Send a document of our own making to the buyer; where it is. The generator writes JSON alone here."""
        answer = self.client.get_httpx_client().post(
            "/api/v1/invoices",
            content=document,
            headers={"Content-Type": "application/xml", "Idempotency-Key": str(uuid4())},
        )
        answer.raise_for_status()
        where: str = answer.headers["Location"]
        return where

    def told_of(self, number: str) -> OneInvoice:
        """An invoice or credit note of ours as the buyer has it: where it stands, what deviates, when it is paid."""
        page = list_invoices.sync(client=self.client, number=number)
        if not isinstance(page, InvoicePage):
            raise Refused(page)
        (row,) = page.documents
        found = read_invoice.sync(row.id, client=self.client)
        if not isinstance(found, OneInvoice):
            raise Refused(found)
        return found

    def answers(self, document: int) -> list[str]:
        """The codes of the buyer's answers to a document."""
        page = list_answers.sync(client=self.client, document=document)
        if not isinstance(page, AnswerPage):
            raise Refused(page)
        return [str(each.code) for each in page.answers]

    def payments(self) -> list[ToldPayment]:
        """What the buyer has paid."""
        page = list_payments.sync(client=self.client)
        if not isinstance(page, PaymentPage):
            raise Refused(page)
        payments: list[ToldPayment] = page.payments
        return payments

    def listen(self, url: str) -> str:
        """Have what happens told to an address of ours, and try it once; the secret that proves who tells."""
        wanted = WantedWebhook(name="Ledger", url=url)
        made = make_webhook.sync(client=self.client, body=wanted, idempotency_key=str(uuid4()))
        if not isinstance(made, MadeWebhook) or not made.secret:
            raise Refused(made if isinstance(made, ProblemDocument) else None)
        laid = send_webhook_test.sync(made.id, client=self.client, idempotency_key=str(uuid4()))
        if not isinstance(laid, TestLaidOut):
            raise Refused(laid)
        secret: str = made.secret
        return secret

    def let_pass(self, *, days: int = 0, minutes: int = 0) -> SandboxTold:
        """Let the sandbox's time go on."""
        asked = TimeToPass(days=days, minutes=minutes)
        told = advance_sandbox.sync(client=self.client, body=asked, idempotency_key=str(uuid4()))
        if not isinstance(told, SandboxTold):
            raise Refused(told)
        return told

    def send(self, document: bytes) -> TakenMessage:
        """Send a document of our own making, as over Peppol."""
        taken = hand_in_sandbox_message.sync(client=self.client, body=File(payload=BytesIO(document)))
        if not isinstance(taken, TakenMessage):
            raise Refused(taken)
        return taken

    def messages(self, kind: str) -> list[bytes]:
        """The messages of a kind that the buyer has sent, the oldest first."""
        told = list_sandbox_messages.sync(client=self.client)
        if told is None or isinstance(told, ProblemDocument):
            raise Refused(told)
        found = []
        for each in told.messages:
            if each.kind == kind:
                answer = read_sandbox_message.sync_detailed(each.id, client=self.client)
                found.append(answer.content)
        return found
