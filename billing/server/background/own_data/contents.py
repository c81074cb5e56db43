"""Everything the books hold of one supplier, as the files of its export, in the words of the API.

Convention: who a participant is stands in none of it: what is handled apart as it may say so is left out by name. What
the buyer's people did is told, and not who of them did it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from accounts import store as account_store
from accounts.api_clients import client_store
from billing.server.api import told_orders
from billing.server.api.buyers import told_documents
from billing.server.background.own_data.archive import Archive
from foundation.database import Database
from foundation.spreadsheets import Dialect, csv_of
from foundation.sql import Session
from foundation.text import SWEDISH, Text
from invoicing.decisions import protected_store
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.portal_invoicing.scope import Scope
from operations.supplier_exports import contents_queries
from operations.timeline import queries as timeline_queries
from orders.objections import store as objection_store
from orders.register import store as register_store
from peppol.exchange import inbox_store, outbox_store
from supplier_portal.pages.query_params import say_of
from supplier_portal.queries import exports as list_queries
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries.orders import OrderFilter
from web.verdict_words import why_document

_APART: Final = Text(
    "Dokumentet hanteras skyddat, eftersom det kan säga vem någon är. Fråga köparen om ni behöver det."
)
_AT_ONCE: Final = 200
# What only the buyer's own people and programs are told.
_THE_BUYERS: Final[Mapping[str, Any]] = {
    "attests": True,
    "judgements": {"__all__": {"tree"}},
    "payments": {"__all__": {"prepared_by", "attested_by"}},
    "href_xml": True,
}

READ_ME: Final = """Detta är allt som köparens böcker har om er / This is all that the buyer's books hold of you.

*.csv          ordrar, rader att fakturera och fakturor, för kalkylprogram / for spreadsheets
*.jsonl        samma sak och mer för program, en rad JSON för varje / for programs, one JSON object a line
orders/        ordrar som de sändes / orders as they were sent (Peppol BIS Order)
documents/     fakturor och kreditfakturor som de kom / invoices and credit notes as they came
answers/       svar på dem / answers to them (Peppol BIS Invoice Response)
manifest.json  varje fils sha256 och storlek, och vad som utelämnats / each file's sha256 and size, and what is left out

Ingen deltagare kan pekas ut av innehållet / No participant can be told from the contents.
Belopp är decimaler i text / Amounts are decimals in text.
"""


def write(
    archive: Archive,
    database: Database,
    scope: Scope,
    *,
    come: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write every file; `come` is told how many orders and documents are done, and of how many."""
    archive.write("README.txt", [READ_ME.encode()])
    with database.reading() as session:
        orders = contents_queries.order_numbers(session, scope)
        documents = contents_queries.document_ids(session, scope)
        hidden = frozenset[int]()
        for start in range(0, len(documents), _AT_ONCE):
            hidden |= protected_store.among(session, documents[start : start + _AT_ONCE])
        _lists(archive, session, scope)
        archive.write_rows("receipts.jsonl", contents_queries.receipts(session, scope))
        own = _own(session, scope)
        archive.write_rows("reports.jsonl", contents_queries.reports(session, scope, own=own))
        payments = timeline_queries.payments_where(
            session, document_tables.payment.c.supplier == scope.supplier
        )
        archive.write_rows(
            "payments.jsonl",
            (
                {
                    "number": each.number,
                    "document": each.invoice_id,
                    "amount": f"{each.amount.amount:.2f}",
                    "currency": each.amount.currency,
                    "paid_on": each.paid_on,
                    "returned_on": each.returned_on,
                }
                for each in payments
            ),
        )
        shown = [each for each in documents if each not in hidden]
        archive.write_rows("orders.jsonl", _orders(session, scope, orders))
        archive.write_rows("documents.jsonl", _documents(session, shown))
        archive.write_rows("journal.jsonl", _journal(session, scope, orders, shown, own))
        for each in sorted(hidden):
            archive.leave_out(f"documents/{each}.xml", _APART)
    _bytes(archive, database, scope, orders, shown, come)


def _lists(archive: Archive, session: Session, scope: Scope) -> None:
    register, say = register_store.load(session), say_of(SWEDISH)
    for what in list_queries.What:
        sheet = list_queries.sheet(session, register, scope, what, say, wanted=OrderFilter())
        archive.write(f"{what.value}.csv", csv_of(sheet.columns, sheet.rows, Dialect.PLAIN))


def _orders(session: Session, scope: Scope, numbers: list[str]) -> Iterator[Mapping[str, object]]:
    for number in numbers:
        view = order_queries.view(session, scope, number)
        if view is not None:
            objections = objection_store.of_order(session, number)
            yield told_orders.one(view, objections, path="").model_dump(mode="json", exclude={"message"})


def _documents(session: Session, ids: list[int]) -> Iterator[Mapping[str, object]]:
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        answers = timeline_queries.answers_to(session, part)
        for invoice in document_store.by_ids(session, part):
            told = told_documents.one(
                invoice,
                why_document(session, invoice),
                document_store.matches(session, invoice.id),
                [],
                answers.get(invoice.id, []),
                timeline_queries.payments_of_document(session, invoice.id),
                path="",
                language=SWEDISH,
            )
            yield told.model_dump(mode="json", exclude={**_THE_BUYERS})


def _own(session: Session, scope: Scope) -> frozenset[str]:
    """What the journal calls its people and its programs."""
    people = (each.person.id for each in account_store.of_organisation(session, scope.supplier))
    programs = (each.actor for each in client_store.of_organisation(session, scope.supplier))
    return frozenset((*people, *programs))


def _journal(
    session: Session, scope: Scope, orders: list[str], documents: list[int], own: frozenset[str]
) -> Iterator[Mapping[str, object]]:
    return contents_queries.journal_rows(
        session,
        scope,
        orders=frozenset(orders),
        documents=frozenset(str(each) for each in documents),
        own=own,
    )


def _bytes(
    archive: Archive,
    database: Database,
    scope: Scope,
    orders: list[str],
    documents: list[int],
    come: Callable[[int, int], None],
) -> None:
    """The messages themselves, some at a time, so that no transaction is open for all of them."""
    total = len(orders) + len(documents)
    for start in range(0, len(orders), _AT_ONCE):
        with database.reading() as session:
            for number in orders[start : start + _AT_ONCE]:
                message = order_queries.message_of(session, scope, number)
                order_xml = order_queries.body_of(session, message) if message is not None else b""
                if order_xml:
                    archive.write(f"orders/{number}.xml", [order_xml])
        come(min(start + _AT_ONCE, len(orders)), total)
    for start in range(0, len(documents), _AT_ONCE):
        with database.reading() as session:
            for invoice in document_store.by_ids(session, documents[start : start + _AT_ONCE]):
                body = inbox_store.body_of(session, invoice.letter_id)
                if body:
                    archive.write(f"documents/{invoice.id}.xml", [body])
                for place, sent in enumerate(
                    outbox_store.messages_out(session, about=f"invoice {invoice.id}"), 1
                ):
                    archive.write(f"answers/{invoice.id}-{place}.xml", [sent.body])
        come(len(orders) + min(start + _AT_ONCE, len(documents)), total)
