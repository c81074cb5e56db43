"""The second wall between suppliers: PostgreSQL itself shows a supplier's session only that supplier's rows.

Convention: a session that acts for somebody at a supplier runs as a role of its own with the organisation
number in `billing.supplier`, and those of the suppliers it has taken over in `billing.predecessors`
(foundation/database.py sets all for the transaction). Two things bind it. Grants say
what it may do with each table (`RIGHTS`); a table that stands there nowhere is closed. Policies say which rows, which
follows from the table's columns: the supplier itself, or what leads to it. A placement and its orders are shown within
the units and addresses of the person who asks, and what hangs on them with them. Whoever owns the tables, staff and
jobs, is not bound. SQLite has no such wall; there the queries alone keep suppliers apart, as they do here first of all.
"""
# ruff: noqa: S608 - every name in a statement here comes from the description of the tables

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, MetaData, Table

from billing.migrations import supplier_role, walls_standing
from foundation.database import (
    ADDRESSES_SETTING,
    EVERYWHERE_SETTING,
    PREDECESSORS_SETTING,
    SUPPLIER_ROLE,
    SUPPLIER_SETTING,
    UNITS_SETTING,
)
from foundation.tables import NUMBER_SEQUENCES

_MINE: Final = f"current_setting('{SUPPLIER_SETTING}', true)"
# The supplier itself, and those it has taken over (E-33): what their orders and invoices carry may be seen and held.
_OURS: Final = (
    f"ANY (string_to_array(concat_ws(' ', {_MINE},"
    f" nullif(current_setting('{PREDECESSORS_SETTING}', true), '')), ' '))"
)

_EVERYWHERE: Final = f"current_setting('{EVERYWHERE_SETTING}', true) = 'yes'"


def _named(setting: str) -> str:
    return f"ANY (string_to_array(current_setting('{setting}', true), E'\\n'))"


_READ: Final = ("SELECT",)
_ADD: Final = ("SELECT", "INSERT")
_LOCK: Final = ("SELECT", "LOCK")
"""The rows may be held until the transaction ends (FOR UPDATE), and not changed."""

RIGHTS: Final[Mapping[str, tuple[str, ...]]] = {
    "account": (*_ADD, "UPDATE"),
    "account_permission": (*_ADD, "DELETE"),
    "account_address": (*_ADD, "DELETE"),
    "account_unit": (*_ADD, "DELETE"),
    # A supplier's administrator makes, changes and ends its clients.
    "api_client": (*_ADD, "UPDATE"),
    "api_secret": (*_ADD, "UPDATE"),
    "body_object": _READ,
    "books_mark": _READ,
    # A supplier's administrator binds the number of one of its people.
    "bound_number": (*_ADD, "UPDATE", "DELETE"),
    "change_request": (*_ADD, "UPDATE"),
    # A supplier disputes a claim: its state moves, and its words are kept.
    "claim": ("SELECT", "UPDATE"),
    "claim_letter": _READ,
    "claim_part": _READ,
    "claim_reopened": _READ,
    "claim_settled": _READ,
    "claim_word": _ADD,
    "credit_pair": _READ,
    # What a client of theirs was answered, with what it did.
    "idempotent_reply": _ADD,
    "identity": ("SELECT", "DELETE"),
    "inbox": _READ,
    "inbox_body": _READ,
    "informative_report": (*_ADD, "UPDATE"),
    "interruption": _READ,
    "invoice": _LOCK,
    "invoice_order": _READ,
    "invoice_part": _READ,
    # Written and never read: what others did stands there too.
    "journal": ("INSERT",),
    "journal_chain": (*_ADD, "UPDATE"),
    # A supplier writes in the conversation about its document, and shows files.
    "document_message": _ADD,
    "document_message_file": _ADD,
    "expected_credit": _READ,
    "known_device": ("SELECT", "DELETE"),
    "letter_note": _READ,
    "line_account": _LOCK,
    # Which order line the buyer says a document is for: what it is credited by.
    "line_link": _READ,
    "line_share": _READ,
    "linked_line": _READ,
    "mail": (*_ADD, "DELETE"),
    "mail_daily": (*_ADD, "DELETE"),
    "mail_declined": (*_ADD, "DELETE"),
    "mail_gathered": (*_ADD, "DELETE"),
    "mail_receiver": ("SELECT", "UPDATE"),
    "mailed_link": (*_ADD, "DELETE"),
    "match_made": _READ,
    # What somebody was told is seen by opening it, and forgotten with the account.
    "notification": (*_ADD, "UPDATE", "DELETE"),
    "objection_point": _ADD,
    "order_line": _READ,
    # Written and never read, as the journal is; its numbers are given by others.
    "outbound_waiting": ("INSERT",),
    "order_objection": (*_ADD, "UPDATE"),
    "outbox": _READ,
    "outbox_body": _READ,
    "own_series": (*_ADD, "UPDATE"),
    "partial_credit": _READ,
    "partial_credit_line": _READ,
    "passkey": ("SELECT", "DELETE"),
    "payment": _READ,
    "payment_item": _READ,
    "payment_returned": _READ,
    "periodic_report": (*_ADD, "UPDATE"),
    "placement": _LOCK,
    "placement_period": _READ,
    "planned_order": _READ,
    "policy_version": _READ,
    "portal_document": (*_ADD, "UPDATE"),
    "portal_document_order": _ADD,
    "portal_press": _ADD,
    "portal_press_row": _ADD,
    "portal_upload": _ADD,
    "portal_visit": (*_ADD, "UPDATE"),
    "purchase_order": _READ,
    "receipt": _READ,
    "recovery_code": ("SELECT", "DELETE"),
    "register_version": _READ,
    "returned_number": (*_ADD, "DELETE"),
    "series_choice": (*_ADD, "DELETE"),
    # What it asked for is noted by the system; its own it fetches.
    "supplier_export": _READ,
    "supplier_export_part": _READ,
    "test_document": _ADD,
    "test_flow": (*_ADD, "UPDATE"),
    "tutor_assignment": (*_ADD, "UPDATE"),
    "unit_tutor": (*_ADD, "UPDATE"),
    "web_session": ("SELECT", "DELETE"),
    # What was sent to a supplier's webhooks is written by others; a press sends it again, or sends a test.
    "webhook_attempt": _READ,
    "webhook_endpoint": (*_ADD, "UPDATE"),
    "webhook_message": (*_ADD, "UPDATE"),
    "webhook_secret": (*_ADD, "UPDATE"),
    "wrong_try": (*_ADD, "UPDATE", "DELETE"),
}
"""What a supplier's pages do with each table, and nothing else."""

PASSES_OVER: Final = frozenset({"invoice", "placement", "purchase_order"})
"""What a successor takes over with the rows that hang on them; people, settings and drafts stay each supplier's own."""

SHARED: Final = frozenset({"books_mark", "policy_version", "register_version", "wrong_try"})
"""Without rows of anybody's: the mark of the books, agreements, tries under a hash."""

_EARLIER: Final = ("own", "read", "write", "select", "insert", "update", "delete")

OWN_COLUMNS: Final = ("supplier", "organisation")
"""A row with one of these says itself whose it is."""

LEADS: Final = (
    # Whose endpoint it goes to, whatever case it is about.
    ("endpoint_id", "webhook_endpoint", "id"),
    ("press_key", "portal_press", "key"),
    ("execution_reference", "placement", "execution_reference"),
    ("invoice_id", "invoice", "id"),
    ("document_id", "portal_document", "id"),
    ("order_number", "purchase_order", "number"),
    ("account_id", "account", "id"),
    ("client_id", "api_client", "id"),
    ("export_id", "supplier_export", "id"),
)
"""Column of a table -> where it leads: table, column there. The first that a table has decides."""

_BY_ORGANISATION: Final = frozenset({"account", "api_client", "webhook_endpoint"})

# Where the columns alone would mislead.
_OWN_RULES: Final = {
    # Within the units and addresses of the person who asks; what leads to a placement or an order follows it.
    "placement": f"placement.supplier = {_OURS} AND ({_EVERYWHERE} OR placement.unit_id = {_named(UNITS_SETTING)}"
    f" OR placement.address_id = {_named(ADDRESSES_SETTING)})",
    "purchase_order": f"purchase_order.supplier = {_OURS} AND ({_EVERYWHERE} OR EXISTS (SELECT 1 FROM placement p"
    " WHERE p.execution_reference = purchase_order.execution_reference))",
    "objection_point": "EXISTS (SELECT 1 FROM order_objection o WHERE o.id = objection_point.objection_id)",
    # A row may name no other supplier's placement.
    "journal": "journal.execution_reference = '' OR EXISTS (SELECT 1 FROM placement p"
    f" WHERE p.execution_reference = journal.execution_reference AND p.supplier = {_OURS})",
    # The heads of its own cases' chains, and of those that are about no case.
    "journal_chain": "starts_with(journal_chain.chain, 'other ') OR EXISTS (SELECT 1 FROM placement p"
    f" WHERE 'case ' || p.execution_reference = journal_chain.chain AND p.supplier = {_OURS})",
    # An order line's account may have no invoice yet.
    "line_account": f"EXISTS (SELECT 1 FROM purchase_order p WHERE p.number = line_account.order_number"
    f" AND p.supplier = {_OURS})",
    # Mails to people without an account are the buyer's to write.
    "mail": f"EXISTS (SELECT 1 FROM account a WHERE a.id = mail.account_id AND a.organisation = {_MINE})",
    "portal_visit": "EXISTS (SELECT 1 FROM account a WHERE 'user-' || a.id = portal_visit.person"
    f" AND a.organisation = {_MINE})",
    # Messages are read by those whose order or document they carry.
    "outbox": "outbox.kind = 'order' AND EXISTS"
    f" (SELECT 1 FROM purchase_order p WHERE p.number = outbox.document_id AND p.supplier = {_OURS})"
    " OR EXISTS (SELECT 1 FROM invoice i WHERE i.id = CASE WHEN outbox.about ~ '^invoice [0-9]{1,9}$'"
    f" THEN substr(outbox.about, 9)::integer END AND i.supplier = {_OURS})"
    # What was said of a message of theirs that came into no book.
    f" OR starts_with(outbox.about, 'letter ') AND outbox.recipient = {_MINE}",
    "inbox": f"EXISTS (SELECT 1 FROM invoice i WHERE i.letter_id = inbox.id AND i.supplier = {_OURS})"
    f" OR EXISTS (SELECT 1 FROM portal_document d WHERE d.letter_id = inbox.id AND d.supplier = {_MINE})"
    f" OR inbox.came_from = {_MINE}",
    # The bytes of the messages that are shown.
    "inbox_body": "EXISTS (SELECT 1 FROM inbox m WHERE m.id = inbox_body.letter)",
    "body_object": "body_object.kind = 'LETTER_IN' AND EXISTS"
    " (SELECT 1 FROM inbox m WHERE m.id = body_object.letter)"
    " OR body_object.kind = 'LETTER_OUT' AND EXISTS"
    " (SELECT 1 FROM outbox m WHERE m.sequence = body_object.letter)",
    "linked_line": "EXISTS (SELECT 1 FROM line_link l WHERE l.id = linked_line.link_id)",
    "outbox_body": "EXISTS (SELECT 1 FROM outbox m WHERE m.sequence = outbox_body.letter)",
    # What was done about a message of theirs; other notes are the buyer's own.
    "letter_note": "letter_note.code = 'LAID_ASIDE' AND EXISTS"
    f" (SELECT 1 FROM inbox i WHERE i.id = letter_note.letter AND i.came_from = {_MINE})",
}
# What a row that the supplier writes must meet besides being its own: nobody lifts himself to the buyer's side.
_CHECKS: Final = {
    "account_permission": "account_permission.permission IN ('ADMINISTER', 'ASSIGN', 'REPORT', 'VIEW')",
    "api_client": "api_client.scopes ~ '^(supplier:(assign|report|view)( |$))+$'",
    "document_message": "document_message.side = 'SUPPLIER' AND document_message.read_at IS NULL",
    "order_objection": "order_objection.state IN ('OPEN', 'WITHDRAWN')",
    "change_request": "change_request.state IN ('ASKED', 'WITHDRAWN')",
    "informative_report": "informative_report.state IN ('UNREAD', 'WITHDRAWN')",
}


def rule_of(table: Table) -> str:
    """What a row of the table must meet for a supplier's session; empty for a table that is everybody's."""
    if table.name in _OWN_RULES:
        return _OWN_RULES[table.name]
    for column in OWN_COLUMNS:
        if column in table.columns:
            return f"{table.name}.{column} = {_OURS if table.name in PASSES_OVER else _MINE}"
    for column, leads_to, key in LEADS:
        if column in table.columns and table.name != leads_to:
            own = "organisation" if leads_to in _BY_ORGANISATION else "supplier"
            whose = _OURS if leads_to in PASSES_OVER else _MINE
            seen = f"EXISTS (SELECT 1 FROM {leads_to} o WHERE o.{key} = {table.name}.{column} AND o.{own} = {whose})"
            return f"{table.name}.{column} IS NULL OR {seen}" if table.columns[column].nullable else seen
    return ""


def install(connection: Connection, metadatas: Iterable[MetaData], role: str = SUPPLIER_ROLE) -> list[str]:
    """Make the role and every policy that is missing or another, on PostgreSQL; the tables whose wall was built.

    A wall that stands is left alone: building it would hold everybody off its table. What another role was opened by
    walls of ours, before this installation gave it another name, is closed. Raises SupplierRoleMissing.
    """
    if connection.dialect.name != "postgresql":
        return []
    supplier_role.make(connection, role)
    connection.exec_driver_sql(_block(_SHARED_RIGHTS).replace(_ROLE, role))
    found = walls_standing.standing(connection, role)
    scripts = _scripts(metadatas, role)
    built = {name: script for name, script in scripts.items() if not found[name].was_built_by(script)}
    lines = [
        # What an earlier version opened is closed again.
        f"REVOKE ALL ON {name} FROM {role};"
        for name in walls_standing.opened_by_others(found, (*scripts, _VERSIONS))
    ]
    lines += [
        f"REVOKE ALL ON ALL {what} IN SCHEMA {schema} FROM {other};"
        for schema, other in supplier_role.earlier(connection, role)
        for what in ("TABLES", "SEQUENCES")
    ]
    if lines or built:
        connection.exec_driver_sql(_block([*lines, *built.values()]))
        walls_standing.note(connection, built, role)
    return sorted(built)


def broken(connection: Connection, metadatas: Iterable[MetaData], role: str = SUPPLIER_ROLE) -> list[str]:
    """Tables on PostgreSQL whose wall is missing or another than it was built, and those that are open to suppliers
    and that nobody describes."""
    found = walls_standing.standing(connection, role)
    scripts = _scripts(metadatas, role)
    wrong = [
        name for name, script in scripts.items() if name in found and not found[name].was_built_by(script)
    ]
    return sorted([*wrong, *walls_standing.opened_by_others(found, (*scripts, _VERSIONS))])


_VERSIONS: Final = "alembic_version"
_ROLE: Final = "$supplier$"
"""Stands for the role's name in a script until it is known."""

_SHARED_RIGHTS: Final = (
    f"EXECUTE format('GRANT USAGE ON SCHEMA %I TO {_ROLE}', current_schema());",
    f"EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO {_ROLE}', current_schema());",
    # Numbers of orders, references and payments are the buyer's to give.
    *(f"REVOKE ALL ON SEQUENCE {each.name} FROM {_ROLE};" for each in NUMBER_SEQUENCES.values()),
    # Whoever writes asks last of all whether the tables are still its version's.
    f"GRANT SELECT ON {_VERSIONS} TO {_ROLE};",
)


def _scripts(metadatas: Iterable[MetaData], role: str) -> Mapping[str, str]:
    """The statements that build each table's wall against the role, by the table's name."""
    return {
        table.name: _script(table).replace(_ROLE, role)
        for metadata in metadatas
        for table in metadata.sorted_tables
    }


def _block(lines: Iterable[str]) -> str:
    """One statement that does it all."""
    body = "\n".join(lines).replace("%I", "%%I")
    return f"DO $wall$ BEGIN\n{body}\nEND $wall$"


def _script(table: Table) -> str:
    """The statements that build the wall of one table, whatever stood there."""
    lines = [f"DROP POLICY IF EXISTS supplier_{each} ON {table.name};" for each in _EARLIER]
    lines.append(f"REVOKE ALL ON {table.name} FROM {_ROLE};")
    if rights := RIGHTS.get(table.name):
        granted = ", ".join(dict.fromkeys("UPDATE" if each == "LOCK" else each for each in rights))
        lines.append(f"GRANT {granted} ON {table.name} TO {_ROLE};")
        if table.name not in SHARED:
            lines.append(f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY;")
            lines += [_policy(table, right) for right in rights]
    return "\n".join(lines)


def _policy(table: Table, right: str) -> str:
    """Which rows a right is about."""
    own = rule_of(table)
    written = f"({own}) AND {_CHECKS[table.name]}" if table.name in _CHECKS else own
    match right:
        case "INSERT":
            about = f"WITH CHECK ({written})"
        case "UPDATE":
            about = f"USING ({own}) WITH CHECK ({written})"
        case "LOCK":
            about = f"USING ({own}) WITH CHECK (false)"
        case _:
            about = f"USING ({own})"
    on = "UPDATE" if right == "LOCK" else right
    return f"CREATE POLICY supplier_{on.lower()} ON {table.name} FOR {on} TO {_ROLE} {about};"
