"""The tables of suppliers' documents, and only their shape.

An invoice's number is held once per supplier and type of document; an invoice is credited
once; what it lies on is an order line's account in orders. Matches and responses
are append-only.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from foundation import append_only
from foundation.sql import amount, quantity
from foundation.tables import metadata

invoice = Table(
    "invoice",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("letter_id", Integer, nullable=False, unique=True),
    Column("document_type", String(20), nullable=False),
    Column("type_code", String(3), nullable=False),
    # The organisation number, or the sending endpoint where the document names no legal entity.
    Column("supplier", String(120), nullable=False),
    Column("number", String(120), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("pays_on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("order_number", String(120), nullable=False),
    Column("execution_reference", String(60), nullable=False),
    Column("endpoint", String(120), nullable=False),
    Column("amount_net", amount(), nullable=False),
    Column("amount_vat", amount(), nullable=False),
    Column("amount_payable", amount(), nullable=False),
    Column("content", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("codes", Text, nullable=False, server_default=""),
    Column("answered", String(2), nullable=False, server_default=""),
    Column("paid_on", Date, nullable=True),
    # What credit notes for parts of it have taken back so far, without VAT and to pay.
    Column("credited_net", amount(), nullable=False, server_default="0"),
    Column("credited_payable", amount(), nullable=False, server_default="0"),
    UniqueConstraint("supplier", "document_type", "number"),
    Index("ix_invoice_state", "state"),
    # Whole, so that a supplier's sums are added up without reading the documents' content.
    Index(
        "ix_invoice_supplier_state",
        *("supplier", "state", "document_type", "issued_on", "currency", "amount_net", "amount_payable"),
    ),
    Index("ix_invoice_number", "number"),
    # Near copies are alike in all of it; a wrong order number, or none, may stand in many documents.
    Index("ix_invoice_order_number", "order_number", "supplier", "issued_on", "amount_payable"),
    Index("ix_invoice_supplier_amount", "supplier", "amount_payable", "id"),
    Index("ix_invoice_execution_reference", "execution_reference"),
    Index("ix_invoice_issued_on", "issued_on"),
    # What finance finds documents by, beside the above.
    Index("ix_invoice_received_on", "received_on", "id"),
    Index("ix_invoice_amount_payable", "amount_payable", "id"),
)
Index("ix_invoice_number_in_any_letters", func.lower(invoice.c.number), invoice.c.id)

# What needs a person is few among many, and everything the queue's counts need lies in the index itself.
_open = text("state in ('IN_QUESTION', 'PARKED', 'HELD', 'PARTLY_ACCEPTED', 'CREDIT_REQUESTED')")
Index(
    "ix_invoice_open",
    invoice.c.state,
    invoice.c.document_type,
    invoice.c.received_on,
    invoice.c.id,
    invoice.c.codes,
    invoice.c.amount_payable,
    invoice.c.currency,
    invoice.c.supplier,
    sqlite_where=_open,
    postgresql_where=_open,
)

# Which order line each part of an invoice is for: what the statement is added up from.
invoice_part = Table(
    "invoice_part",
    metadata,
    Column("invoice_id", ForeignKey("invoice.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("order_number", String(20), nullable=False),
    Column("line_id", String(20), nullable=False),
    Column("amount_net", amount(), nullable=False),
    # What credit notes for parts of the document have taken back of this one so far.
    Column("credited_net", amount(), nullable=False, server_default="0"),
    Index("ix_invoice_part_line", "order_number", "line_id"),
)

# The orders that lines of a document name besides the document's own: whoever may not see all of them may not see it.
invoice_order = Table(
    "invoice_order",
    metadata,
    Column("invoice_id", ForeignKey("invoice.id"), primary_key=True),
    Column("order_number", String(120), primary_key=True),
)

match_made = Table(
    "match_made",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("made_on", Date, nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("tree", Text, nullable=False),
    # The fingerprint of the policy it was judged by (`orders.register.register.fingerprint`).
    Column("policy", String(16), nullable=False, server_default=""),
    # The first and the last match of an invoice, and the last one of a past day, are answered from the index alone.
    Index("ix_match_made_invoice_id", "invoice_id", "id", "made_on", "verdict"),
)

# A credit note for a part of an invoice, and what it takes back line by line. The rest stands.
partial_credit = Table(
    "partial_credit",
    metadata,
    Column("credit_id", ForeignKey("invoice.id"), primary_key=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("amount_net", amount(), nullable=False),
    Column("amount_vat", amount(), nullable=False),
    Column("amount_payable", amount(), nullable=False),
    Column("settled_on", Date, nullable=False),
    CheckConstraint("amount_net > 0", name="net"),
    Index("ix_partial_credit_invoice_id", "invoice_id"),
)

partial_credit_line = Table(
    "partial_credit_line",
    metadata,
    Column("credit_id", ForeignKey("partial_credit.credit_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    # The line of the invoice (BT-126), and the order line that is for.
    Column("invoice_line", Text, nullable=False),
    Column("order_number", String(120), nullable=False),
    Column("line_id", String(120), nullable=False),
    Column("quantity", quantity(), nullable=False),
    Column("amount_net", amount(), nullable=False),
)

# A credit note that a supplier was asked for, for some lines of an invoice; followed until it comes.
expected_credit = Table(
    "expected_credit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("asked_on", Date, nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("amount_net", amount(), nullable=False),
    Column("amount_vat", amount(), nullable=False),
    Column("amount_payable", amount(), nullable=False),
    Column("lines", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reminded_on", Date, nullable=True),
    Column("ended_on", Date, nullable=True),
    Column("credit_id", ForeignKey("invoice.id"), nullable=True),
    CheckConstraint("(state = 'EXPECTED') = (ended_on is null)", name="ended"),
)
Index(
    "ix_expected_credit_open",
    expected_credit.c.invoice_id,
    unique=True,
    sqlite_where=text("state = 'EXPECTED'"),
    postgresql_where=text("state = 'EXPECTED'"),
)

# A credit note and the invoice it settles: each at most once.
credit_pair = Table(
    "credit_pair",
    metadata,
    Column("credit_id", ForeignKey("invoice.id"), primary_key=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False, unique=True),
    Column("settled_on", Date, nullable=False),
)

payment = Table(
    "payment",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    # Which of the invoice's payments it is: a second is made only where the first came back.
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("supplier", String(20), nullable=False),
    Column("amount", amount(), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("paid_on", Date, nullable=False),
    Column("prepared_by", String(80), nullable=False),
    Column("attested_by", String(80), nullable=False),
    CheckConstraint("prepared_by <> '' and attested_by <> ''", name="named"),
    CheckConstraint("prepared_by <> attested_by", name="two_people"),
    UniqueConstraint("invoice_id", "attempt"),
)

# A payment whose money came back after it had been noted as paid: the invoice is to be paid again.
payment_returned = Table(
    "payment_returned",
    metadata,
    Column("payment", ForeignKey("payment.number"), primary_key=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("returned_on", Date, nullable=False),
    # What the bank knew the payment by; empty where it was paid by other means.
    Column("end_to_end", String(35), nullable=False),
    Column("first_by", String(80), nullable=False),
    Column("second_by", String(80), nullable=False),
    CheckConstraint("first_by <> second_by", name="two_people"),
    Index("ix_payment_returned_invoice_id", "invoice_id"),
)

# Who has decided what about a document: they may not attest its payment.
document_decision = Table(
    "document_decision",
    metadata,
    Column("invoice_id", ForeignKey("invoice.id"), primary_key=True),
    Column("person", String(80), primary_key=True),
    # As invoicing/documents/deciding.py has it; EARLIER for what was noted before decisions were told apart.
    Column("decision", String(40), primary_key=True),
)

# What a document's supplier has not been told of yet; the row goes when the mail is laid.
supplier_notice = Table(
    "supplier_notice",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("kind", String(40), nullable=False),
    CheckConstraint(
        "kind in ('invoice-in-question','invoice-paid','credit-request-withdrawn','claim-letter','claim-answered',"
        "'claim-withdrawn','invoice-question')",
        name="kind",
    ),
)

for _table in (match_made, credit_pair, partial_credit, partial_credit_line, payment, payment_returned):
    append_only.protect(_table)
