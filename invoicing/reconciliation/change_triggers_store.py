"""The triggers by which PostgreSQL notes, in the transaction that changes a document, where the statement changes.

Each notes the month of service and the supplier of every entry that may be another afterwards; one too many costs an
addition, one too few a wrong sum. So they stand on every table that `entry_source_queries` asks, and `check` asks for
them. What they insert is the owner's to insert, whoever changed the document.
"""

from typing import Final

from sqlalchemy import Connection, text

_LINE: Final = """
INSERT INTO statement_change
SELECT DISTINCT txid_current(), date_trunc('month', l.starts_on)::date, o.supplier
FROM {rows} JOIN order_line l ON l.order_number = r.order_number AND l.line_id = r.line_id
JOIN purchase_order o ON o.number = l.order_number ON CONFLICT DO NOTHING;
RETURN NULL;
"""
# An invoice's part lies in the month of its order line; on no line of ours, in that of the invoice's date.
_INVOICE: Final = """
INSERT INTO statement_change
SELECT DISTINCT txid_current(), date_trunc('month', coalesce(l.starts_on, i.issued_on))::date, i.supplier
FROM {rows} JOIN invoice i ON i.id = r.{key} LEFT JOIN invoice_part p ON p.invoice_id = i.id
LEFT JOIN order_line l ON l.order_number = p.order_number AND l.line_id = p.line_id ON CONFLICT DO NOTHING;
RETURN NULL;
"""
# Where it was before, too.
_PART: Final = """
INSERT INTO statement_change
SELECT txid_current(), date_trunc('month', coalesce(l.starts_on, i.issued_on))::date, i.supplier
FROM invoice i LEFT JOIN order_line l ON l.order_number = OLD.order_number AND l.line_id = OLD.line_id
WHERE i.id = OLD.invoice_id ON CONFLICT DO NOTHING;
"""

_ADDED: Final = "added r"
"""All rows that a statement has inserted."""

_FUNCTIONS: Final = {
    "note_statement_lines_added": _LINE.format(rows=_ADDED),
    "note_statement_documents_added": _INVOICE.format(rows=_ADDED, key="id"),
    "note_statement_of_invoices_added": _INVOICE.format(rows=_ADDED, key="invoice_id"),
    "note_statement_line_changed": _LINE.format(rows="(SELECT NEW.order_number, NEW.line_id) r"),
    "note_statement_document_changed": _INVOICE.format(rows="(SELECT NEW.id) r", key="id"),
    "note_statement_part_changed": _PART
    + _INVOICE.format(rows="(SELECT coalesce(NEW.invoice_id, OLD.invoice_id) AS id) r", key="id"),
}
_BEFORE: Final = (
    "note_statement_line",
    "note_statement_document",
    "note_statement_of_invoice",
    "note_statement_part",
)
"""What noted each row of an insertion by itself, in books of before."""

# An order line never changes, and its account is made with it.
ADDED: Final = {
    "line_account": "note_statement_lines_added",
    "receipt": "note_statement_lines_added",
    "invoice": "note_statement_documents_added",
    "invoice_part": "note_statement_of_invoices_added",
    "credit_pair": "note_statement_of_invoices_added",
    "payment": "note_statement_of_invoices_added",
    "payment_returned": "note_statement_of_invoices_added",
    "claim_settled": "note_statement_of_invoices_added",
    "claim_reopened": "note_statement_of_invoices_added",
}
"""By table: what notes all rows of an insertion at once."""

CHANGED: Final = {
    "line_account": (
        "UPDATE OF amount_received, receipt_id, state, closed_on",
        "note_statement_line_changed",
    ),
    "invoice": (
        "UPDATE OF document_type, supplier, issued_on, currency, execution_reference, amount_net, state",
        "note_statement_document_changed",
    ),
    "invoice_part": ("UPDATE OR DELETE", "note_statement_part_changed"),
}
"""By table whose rows may change, which the others' do not: the changes that are noted, and what notes each."""

TRIGGERS: Final = {f"{table}_statement_added": table for table in ADDED} | {
    f"{table}_statement_changed": table for table in CHANGED
}
"""By name: the table it stands on."""

_STANDING: Final = text(
    "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema()"
    " AND t.tgname LIKE '%\\_statement\\_%' AND t.tgenabled = 'O'"
)


def missing(connection: Connection) -> list[str]:
    """The tables whose changes are not all noted; none on SQLite, which keeps no sums."""
    if connection.dialect.name != "postgresql":
        return []
    standing = set(connection.scalars(_STANDING))
    return sorted({table for name, table in TRIGGERS.items() if name not in standing})


def install(connection: Connection) -> list[str]:
    """Make what is missing; the tables it was made for. What was changed meanwhile is not noted: see `mark_all`."""
    found = missing(connection)
    if not found:
        return []
    for name, body in _FUNCTIONS.items():
        # Planned once for a session, maybe before the tables have rows: by their keys whatever there is, then.
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
            " SET search_path FROM CURRENT SET enable_hashjoin = off SET enable_mergejoin = off"
            f" AS $note$ BEGIN {body} END $note$"
        )
    for table in found:
        # The first noted each row of an insertion too, until all of them were noted at once.
        for name in (f"{table}_statement", f"{table}_statement_added", f"{table}_statement_changed"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_statement_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS added"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {ADDED[table]}()"
        )
        if table in CHANGED:
            changes, noting = CHANGED[table]
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_statement_changed AFTER {changes} ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION {noting}()"
            )
    for name in _BEFORE:
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}()")
    return found
