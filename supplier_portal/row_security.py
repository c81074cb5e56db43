"""The second wall between suppliers: PostgreSQL itself shows a supplier's session only that supplier's rows.

Convention: a session that acts for somebody at a supplier runs as the role `billing_supplier` with the organisation
number in `billing.supplier` (orders/database.py sets both for the transaction). The policies here say which rows
that role sees and may write. A table's policy follows from its columns: the supplier itself, or what leads to it.
Tables of the buyer's own work are closed to the role. Whoever owns the tables, staff and jobs, is not bound.
SQLite has no such wall; there the queries alone keep suppliers apart, as they do here first of all.
"""
# ruff: noqa: S608 - every name in a statement here comes from the description of the tables

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, MetaData, Table

from orders.database import SUPPLIER_ROLE, SUPPLIER_SETTING

_MINE: Final = f"current_setting('{SUPPLIER_SETTING}', true)"

CLOSED: Final = frozenset(
    {
        "accept_limit",
        "account_application",
        "alarm",
        "attest_dropped",
        "attest_substitute",
        "bank_entry",
        "bank_file",
        "desk_batch",
        "desk_comment",
        "desk_filter",
        "export_file",
        "job_run",
        "openid_journey",
        "payment_proposal",
        "peer_answer",
        "peer_answer_line",
        "voucher",
        "voucher_row",
    }
)
"""Tables of the buyer's own work that no page of a supplier needs."""

# Column of a table -> where it leads: table, column there. The first that a table has decides.
_LEADS: Final = (
    ("press_key", "portal_press", "key"),
    ("execution_reference", "placement", "execution_reference"),
    ("invoice_id", "invoice", "id"),
    ("order_number", "purchase_order", "number"),
    ("account_id", "account", "id"),
)

# Where the columns alone would mislead.
_OWN_RULES: Final = {
    # Events and the journal are written for everybody; neither is a page of a supplier's.
    "inbound_event": "true",
    "journal": "true",
    # An order line's account may have no invoice yet.
    "line_account": f"EXISTS (SELECT 1 FROM purchase_order p WHERE p.number = line_account.order_number"
    f" AND p.supplier = {_MINE})",
}
# Letters are written by whoever acts, and read by those whose order or document they carry.
_READ_RULES: Final = {
    "outbox": "outbox.kind = 'order' AND EXISTS"
    f" (SELECT 1 FROM purchase_order p WHERE p.number = outbox.document_id AND p.supplier = {_MINE})"
    " OR EXISTS (SELECT 1 FROM invoice i WHERE i.id = CASE WHEN outbox.about ~ '^invoice [0-9]{1,9}$'"
    f" THEN substr(outbox.about, 9)::integer END AND i.supplier = {_MINE})",
    "inbox": f"EXISTS (SELECT 1 FROM invoice i WHERE i.letter_id = inbox.id AND i.supplier = {_MINE})"
    f" OR EXISTS (SELECT 1 FROM portal_document d WHERE d.letter_id = inbox.id AND d.supplier = {_MINE})"
    " OR inbox.xmin = pg_current_xact_id()::xid",
}


def rule_of(table: Table) -> str:
    """What a row of the table must meet for a supplier's session; empty for a table that is everybody's."""
    if table.name in _OWN_RULES:
        return _OWN_RULES[table.name]
    for column in ("supplier", "organisation"):
        if column in table.columns:
            return f"{table.name}.{column} = {_MINE}"
    for column, leads_to, key in _LEADS:
        if column in table.columns and table.name != leads_to:
            own = "organisation" if leads_to == "account" else "supplier"
            seen = f"EXISTS (SELECT 1 FROM {leads_to} o WHERE o.{key} = {table.name}.{column} AND o.{own} = {_MINE})"
            return f"{table.name}.{column} IS NULL OR {seen}" if table.columns[column].nullable else seen
    return ""


def install(connection: Connection, metadatas: Iterable[MetaData]) -> None:
    """Make the role and every policy, on PostgreSQL; done again, it brings them up to date.

    The user needs the right to make the role once (CREATEROLE), or finds it made and granted.
    """
    if connection.dialect.name != "postgresql":
        return
    tables = [table for metadata in metadatas for table in metadata.sorted_tables]
    connection.exec_driver_sql(_script(tables))


def _script(tables: list[Table]) -> str:
    """One statement that does it all."""
    open_to_suppliers = ", ".join(table.name for table in tables if table.name not in CLOSED)
    lines = [
        f"IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{SUPPLIER_ROLE}') THEN",
        f"CREATE ROLE {SUPPLIER_ROLE} NOLOGIN; END IF;",
        f"IF NOT pg_has_role(current_user, '{SUPPLIER_ROLE}', 'USAGE') THEN",
        f"EXECUTE format('GRANT {SUPPLIER_ROLE} TO %I', current_user); END IF;",
        f"EXECUTE format('GRANT USAGE ON SCHEMA %I TO {SUPPLIER_ROLE}', current_schema());",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {open_to_suppliers} TO {SUPPLIER_ROLE};",
        f"EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO {SUPPLIER_ROLE}', current_schema());",
    ]
    for table in tables:
        if table.name in CLOSED:
            continue
        if read := _READ_RULES.get(table.name):
            lines += _policy(table.name, "SELECT", f"USING ({read})", "read")
            lines += _policy(table.name, "INSERT", "WITH CHECK (true)", "write")
        elif rule := rule_of(table):
            lines += _policy(table.name, "ALL", f"USING ({rule})", "own")
    body = "\n".join(lines).replace("%I", "%%I")
    return f"DO $wall$ BEGIN\n{body}\nEND $wall$"


def _policy(table: str, on: str, rule: str, name: str) -> list[str]:
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;",
        f"DROP POLICY IF EXISTS supplier_{name} ON {table};",
        f"CREATE POLICY supplier_{name} ON {table} FOR {on} TO {SUPPLIER_ROLE} {rule};",
    ]
