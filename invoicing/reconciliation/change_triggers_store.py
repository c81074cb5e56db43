"""The triggers by which PostgreSQL notes, in the transaction that changes a document, where the statement changes.

Each notes the month of service and the supplier of every entry that may be another afterwards; one too many costs an
addition, one too few a wrong sum. So they stand on every table that `entry_source_queries` asks, and `check` asks for
them. What they insert is the owner's to insert, whoever changed the document.
"""

from typing import Final

from sqlalchemy import Connection, text

_LINE: Final = """
INSERT INTO statement_change
SELECT txid_current(), date_trunc('month', l.starts_on)::date, o.supplier
FROM order_line l JOIN purchase_order o ON o.number = l.order_number
WHERE l.order_number = NEW.order_number AND l.line_id = NEW.line_id ON CONFLICT DO NOTHING;
RETURN NULL;
"""
# An invoice's part lies in the month of its order line; on no line of ours, in that of the invoice's date.
_INVOICE: Final = """
INSERT INTO statement_change
SELECT DISTINCT txid_current(), date_trunc('month', coalesce(l.starts_on, i.issued_on))::date, i.supplier
FROM invoice i LEFT JOIN invoice_part p ON p.invoice_id = i.id
LEFT JOIN order_line l ON l.order_number = p.order_number AND l.line_id = p.line_id
WHERE i.id = {id} ON CONFLICT DO NOTHING;
"""
# Where it was before, too.
_PART: Final = """
IF TG_OP <> 'INSERT' THEN
 INSERT INTO statement_change
 SELECT txid_current(), date_trunc('month', coalesce(l.starts_on, i.issued_on))::date, i.supplier
 FROM invoice i LEFT JOIN order_line l ON l.order_number = OLD.order_number AND l.line_id = OLD.line_id
 WHERE i.id = OLD.invoice_id ON CONFLICT DO NOTHING;
END IF;
"""

_FUNCTIONS: Final = {
    "note_statement_line": _LINE,
    "note_statement_document": _INVOICE.format(id="NEW.id") + "RETURN NULL;",
    "note_statement_of_invoice": _INVOICE.format(id="NEW.invoice_id") + "RETURN NULL;",
    "note_statement_part": _PART
    + _INVOICE.format(id="coalesce(NEW.invoice_id, OLD.invoice_id)")
    + "RETURN NULL;",
}

TRIGGERS: Final = {
    # An order line never changes, and its account is made with it.
    "line_account": (
        "INSERT OR UPDATE OF amount_received, receipt_id, state, closed_on",
        "note_statement_line",
    ),
    "receipt": ("INSERT OR UPDATE", "note_statement_line"),
    "invoice": (
        "INSERT OR UPDATE OF document_type, supplier, issued_on, currency, execution_reference, amount_net, state",
        "note_statement_document",
    ),
    "invoice_part": ("INSERT OR UPDATE OR DELETE", "note_statement_part"),
    "credit_pair": ("INSERT OR UPDATE", "note_statement_of_invoice"),
    "payment": ("INSERT OR UPDATE", "note_statement_of_invoice"),
    "payment_returned": ("INSERT OR UPDATE", "note_statement_of_invoice"),
    "claim_settled": ("INSERT OR UPDATE", "note_statement_of_invoice"),
    "claim_reopened": ("INSERT OR UPDATE", "note_statement_of_invoice"),
}
"""By table: when it notes, and by which function."""

_STANDING: Final = text(
    "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema()"
    " AND t.tgname = c.relname || '_statement' AND t.tgenabled = 'O'"
)


def missing(connection: Connection) -> list[str]:
    """The tables whose changes are not noted; none on SQLite, which keeps no sums."""
    if connection.dialect.name != "postgresql":
        return []
    return sorted(TRIGGERS.keys() - set(connection.scalars(_STANDING)))


def install(connection: Connection) -> list[str]:
    """Make what is missing; the tables it was made for. What was changed meanwhile is not noted: see `mark_all`."""
    found = missing(connection)
    if not found:
        return []
    for name, body in _FUNCTIONS.items():
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
            f" SET search_path FROM CURRENT AS $note$ BEGIN {body} END $note$"
        )
    for table in found:
        when, function = TRIGGERS[table]
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_statement ON {table}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_statement AFTER {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    return found
